/** dd: copies blocks from one place of a file to one place of another. */
import type { Description } from '../kernel/description.js';
import type { Program } from '../kernel/kernel.js';
import { openPath } from '../kernel/open.js';
import type { Process } from '../kernel/process.js';
import { SystemError, type FileInode } from '../vfs/inode.js';
import type { Volume } from '../vfs/volume.js';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  c: 1,
  w: 2,
  b: 512,
  kB: 1000,
  K: 1024,
  k: 1024,
  KiB: 1024,
  MB: 1_000_000,
  M: 2 ** 20,
  MiB: 2 ** 20,
  GB: 1_000_000_000,
  G: 2 ** 30,
  GiB: 2 ** 30,
};
/** Flags that say how the disk is talked to, which makes no difference to what lands on it. */
const NO_DIFFERENCE = new Set(['fsync', 'fdatasync', 'direct', 'dsync', 'sync', 'fullblock', 'nonblock']);
/** How fast the simulated disk is, bytes a millisecond. */
const SPEED = 400_000;
const READ_AT_ONCE = 1 << 20;

interface Plan {
  readonly input: string | null;
  readonly output: string | null;
  readonly block: number;
  readonly count: number;
  readonly skip: number;
  readonly seek: number;
  readonly truncate: boolean;
  readonly status: 'default' | 'noxfer' | 'none';
}
/** What dd says when it is called wrongly; `known` when only this simulation cannot do it. */
interface Wrong {
  readonly words: string;
  readonly known: boolean;
}

function amount(text: string): number | null {
  const match = /^(\d+)([a-zA-Z]*)$/.exec(text);
  const factor = FACTORS[match?.[2] ?? ''];
  return match === null || factor === undefined ? null : Number(match[1]) * factor;
}

function planOf(args: readonly string[]): Plan | Wrong {
  const given = new Map<string, string>();
  for (const arg of args) {
    const at = arg.indexOf('=');
    const name = arg.slice(0, at);
    if (at < 1) return { words: `unrecognized operand '${arg}'`, known: false };
    if (['ibs', 'obs', 'cbs'].includes(name)) return { words: `operand ${name}`, known: true };
    if (!/^(if|of|bs|count|skip|seek|conv|status|iflag|oflag)$/.test(name))
      return { words: `unrecognized operand '${arg}'`, known: false };
    given.set(name, arg.slice(at + 1));
  }
  const numbers = { bs: 512, count: Number.POSITIVE_INFINITY, skip: 0, seek: 0 };
  for (const name of ['bs', 'count', 'skip', 'seek'] as const) {
    const text = given.get(name);
    if (text === undefined) continue;
    const value = amount(text);
    if (value === null || (name === 'bs' && value === 0))
      return { words: `invalid number: '${text}'`, known: false };
    numbers[name] = value;
  }
  const flags = ['conv', 'iflag', 'oflag'].flatMap((name) => given.get(name)?.split(',') ?? []);
  const other = flags.find((flag) => flag !== 'notrunc' && !NO_DIFFERENCE.has(flag));
  if (other !== undefined) return { words: `flag ${other}`, known: true };
  const status = given.get('status') ?? 'default';
  if (!/^(default|progress|noxfer|none)$/.test(status))
    return { words: `invalid status level: '${status}'`, known: false };
  return {
    input: given.get('if') ?? null,
    output: given.get('of') ?? null,
    block: numbers.bs,
    count: numbers.count,
    skip: numbers.skip,
    seek: numbers.seek,
    truncate: !flags.includes('notrunc'),
    status: status === 'none' || status === 'noxfer' ? status : 'default',
  };
}

/** Blocks from a file, a device or the standard input; whole ones as long as there are any. */
class Source {
  readonly #process: Process;
  readonly #from: Description;
  readonly #block: number;
  constructor(process: Process, from: Description, block: number) {
    this.#process = process;
    this.#from = from;
    this.#block = block;
  }
  /** Whether it gives zeros for ever. */
  get zeros(): boolean {
    return this.#from.label === '/dev/zero';
  }
  /** The next block, shorter at the end, or null when there is none. */
  async next(): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    let length = 0;
    while (length < this.#block) {
      const part = await this.#from.read(Math.min(READ_AT_ONCE, this.#block - length), this.#process.signal);
      if (part === null) break;
      parts.push(part);
      length += part.length;
    }
    return length === 0 ? null : Buffer.concat(parts);
  }
  /** Passes over blocks. */
  async skip(blocks: number): Promise<void> {
    if (this.zeros) return;
    for (let done = 0; done < blocks; done += 1) if ((await this.next()) === null) return;
  }
}

/** Where the blocks go: a place in a file, or a stream. */
class Target {
  readonly #process: Process;
  readonly #to: Description;
  /** The file that was named, written at an offset of our own; null for a stream, whose offset others share. */
  readonly #file: FileInode | null;
  #offset: number;
  constructor(process: Process, to: Description, file: FileInode | null, offset: number) {
    this.#process = process;
    this.#to = to;
    this.#file = file;
    this.#offset = offset;
  }
  get #volume(): Volume {
    return this.#process.kernel.volume;
  }
  async write(bytes: Buffer): Promise<void> {
    const file = this.#file;
    if (file === null) await this.#to.write(bytes, this.#process.signal);
    else this.#volume.write(file, this.#offset, bytes);
    this.#offset += bytes.length;
  }
  /** The file to whose end zeros may simply be added, if that is what this is. */
  get open(): FileInode | null {
    const file = this.#file;
    return this.#offset === file?.size ? file : null;
  }
  addZeros(file: FileInode, length: number): void {
    this.#volume.extend(file, length);
    this.#offset += length;
  }
  /** Bytes that a file may still grow by. */
  get room(): number {
    return Math.max(0, this.#volume.free());
  }
}

interface Copied {
  readonly whole: number;
  readonly partial: number;
  readonly bytes: number;
  readonly failed: SystemError | null;
}

async function copy(plan: Plan, source: Source, target: Target): Promise<Copied> {
  let whole = 0;
  let partial = 0;
  let bytes = 0;
  const file = target.open;
  if (source.zeros && file !== null) {
    const wanted = plan.count * plan.block;
    const fits = Math.min(wanted, file.volatile ? wanted : Math.floor(target.room / plan.block) * plan.block);
    if (!Number.isFinite(fits)) return { whole, partial, bytes, failed: new SystemError('ENOSPC') };
    target.addZeros(file, fits);
    return {
      whole: Math.floor(fits / plan.block),
      partial,
      bytes: fits,
      failed: fits < wanted ? new SystemError('ENOSPC') : null,
    };
  }
  while (whole + partial < plan.count) {
    const block = await source.next();
    if (block === null) break;
    try {
      await target.write(block);
    } catch (error) {
      if (error instanceof SystemError) return { whole, partial, bytes, failed: error };
      throw error;
    }
    bytes += block.length;
    if (block.length === plan.block) whole += 1;
    else partial += 1;
  }
  return { whole, partial, bytes, failed: null };
}

/** `2.1 GB`, `2.0 GiB`: three significant digits at most, as dd rounds. */
function size(bytes: number, step: 1000 | 1024): string {
  const units = step === 1000 ? ['B', 'kB', 'MB', 'GB', 'TB'] : ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let at = 0;
  while (value >= step && at < units.length - 1) {
    value /= step;
    at += 1;
  }
  return `${value < 10 && at > 0 ? value.toFixed(1) : String(Math.round(value))} ${units[at] ?? ''}`;
}

function report(plan: Plan, copied: Copied, seconds: number): string {
  if (plan.status === 'none') return '';
  const records = `${copied.whole}+${copied.partial} records`;
  const lines = `${records} in\n${records} out\n`;
  if (plan.status === 'noxfer') return lines;
  const sizes = [
    ...(copied.bytes >= 1000 ? [size(copied.bytes, 1000)] : []),
    ...(copied.bytes >= 1024 ? [size(copied.bytes, 1024)] : []),
  ];
  const also = sizes.length === 0 ? '' : ` (${sizes.join(', ')})`;
  return `${lines}${copied.bytes} bytes${also} copied, ${Number(seconds.toPrecision(3))} s, ${size(copied.bytes / seconds, 1000)}/s\n`;
}

function open(process: Process, path: string | null, fd: 0 | 1, truncate: boolean): Description {
  if (path === null) return process.descriptor(fd);
  return openPath(
    process,
    process.path(path),
    fd === 0 ? { read: true } : { write: true, create: true, truncate },
  );
}

export const dd: Program = async (process, args) => {
  const plan = planOf(args);
  if ('words' in plan) {
    if (plan.known) return process.refuse(plan.words);
    return process.fail(`${plan.words}\nTry 'dd --help' for more information.`);
  }
  const held: Description[] = [];
  try {
    let opening = plan.input;
    try {
      held.push(open(process, plan.input, 0, false).retain());
      opening = plan.output;
      held.push(open(process, plan.output, 1, plan.truncate && plan.seek === 0).retain());
    } catch (error) {
      if (error instanceof SystemError)
        return await process.fail(`failed to open '${opening ?? ''}': ${error.message}`);
      throw error;
    }
    const [from, to] = held;
    if (from === undefined || to === undefined) return 1;
    const offset = plan.seek * plan.block;
    const file = plan.output === null ? null : to.file;
    // Bytes before the place that is written stay; what was there from it on goes, unless conv=notrunc.
    if (file !== null && plan.truncate && plan.seek > 0) process.kernel.volume.truncate(file, offset);
    const source = new Source(process, from, plan.block);
    const target = new Target(process, to, file, offset);
    await source.skip(plan.skip);
    const copied = await copy(plan, source, target);
    const ms = Math.max(0.05, copied.bytes / SPEED);
    await process.sleep(ms);
    if (copied.failed !== null)
      await process.err(
        `dd: error writing '${plan.output ?? 'standard output'}': ${copied.failed.message}\n`,
      );
    await process.err(report(plan, copied, ms / 1000));
    return copied.failed === null ? 0 : 1;
  } finally {
    for (const description of held) description.close();
  }
};
