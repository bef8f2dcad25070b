/** Programs about processes and time: starting, limiting, locking, listing, ending them. */
import { execWords } from '../kernel/exec.js';
import type { Program } from '../kernel/kernel.js';
import { openPath } from '../kernel/open.js';
import { signalByName, type Process } from '../kernel/process.js';
import { Waiters } from '../kernel/pipe.js';
import type { Description } from '../kernel/description.js';
import type { FileInode } from '../vfs/inode.js';
import { formatTime } from '../shell/builtins/format.js';
import { withOptions } from './files.js';

/** `5`, `0.2`, `1m`, `2h`: milliseconds; null when it is not a duration. */
export function duration(text: string): number | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(text);
  if (match === null) return text === 'infinity' ? Number.MAX_SAFE_INTEGER : null;
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ''] ?? 1;
  return Number(match[1]) * factor * 1000;
}

const sleep: Program = async (process, args) => {
  let total = 0;
  for (const arg of args) {
    const ms = duration(arg);
    if (ms === null) return process.fail(`invalid time interval '${arg}'`);
    total += ms;
  }
  if (args.length === 0) return process.fail('missing operand');
  await process.sleep(total);
  return 0;
};

const timeout = withOptions(
  { flags: 'v', values: 'ks', long: ['kill-after=', 'signal=', 'foreground', 'preserve-status', 'verbose'], stopAtOperand: true },
  async (process, options) => {
    const [limit = '', ...words] = options.operands;
    const ms = duration(limit);
    if (ms === null || words.length === 0) return process.fail(`invalid time interval '${limit}'`, 125);
    const signal = signalByName(options.value('s', 'signal') ?? 'TERM') ?? 'TERM';
    // timeout leads a group of its own, so that what its command starts ends with it.
    if (!options.has('foreground')) process.pgid = process.pid;
    const child = process.kernel.spawn({ parent: process, argv: words }, (started) => runAs(started, 'timeout', words));
    const done = new AbortController();
    const expired = ms === 0 ? null : process.kernel.clock.sleep(ms, AbortSignal.any([done.signal, process.signal])).then(() => 'expired' as const, () => null);
    process.onSignal = (got) => {
      child.kill(got);
      return got !== 'PIPE';
    };
    const first = await Promise.race([child.exited, ...(expired === null ? [] : [expired])]);
    if (first !== 'expired') {
      done.abort();
      return child.exited;
    }
    const group = process.kernel.processes.filter((other) => other.pgid === process.pgid && other !== process);
    for (const member of group) member.kill(signal);
    child.kill(signal);
    const grace = options.value('k', 'kill-after');
    if (grace !== undefined) {
      void process.kernel.clock.sleep(duration(grace) ?? 0, AbortSignal.any([done.signal, process.signal])).then(
        () => child.kill('KILL'),
        () => undefined,
      );
    }
    const status = await child.exited;
    done.abort();
    if (options.has('preserve-status')) return status;
    return child.diedOf === 'KILL' ? 137 : 124;
  },
);

/** A program started by a wrapper says its wrapper's name when it cannot be found. */
async function runAs(process: Process, wrapper: string, words: readonly string[]): Promise<number> {
  const argv = process.argv;
  process.argv = [wrapper];
  const status = await execWords(process, words);
  if (process.argv[0] === wrapper) process.argv = argv;
  return status;
}

const nohup: Program = (process, args) => {
  process.ignored.add('HUP');
  return execWords(process, args[0] === '--' ? args.slice(1) : args);
};
const nice = withOptions({ values: 'n', long: ['adjustment='], stopAtOperand: true }, async (process, options) => {
  process.nice = Math.min(19, process.nice + Number(options.value('n', 'adjustment') ?? 10));
  if (options.operands.length > 0) return execWords(process, options.operands);
  await process.out(`${process.nice}\n`);
  return 0;
});
const ionice = withOptions({ flags: 't', values: 'cnp', stopAtOperand: true }, (process, options) =>
  options.operands.length > 0 ? execWords(process, options.operands) : 0,
);
const stdbuf = withOptions({ values: 'ioe', stopAtOperand: true }, (process, options) => execWords(process, options.operands));

const setsid = withOptions(
  { flags: 'fwc', long: ['fork', 'wait', 'ctty'], stopAtOperand: true },
  async (process, options) => {
    const words = options.operands;
    if (words.length === 0) return process.fail('no command specified');
    const leader = process.pgid === process.pid;
    if (!options.has('f', 'fork') && !leader) {
      process.sid = process.pid;
      process.pgid = process.pid;
      return execWords(process, words);
    }
    const child = process.kernel.spawn({ parent: process, argv: words, lead: 'session', tty: false }, (started) =>
      runAs(started, 'setsid', words),
    );
    if (options.has('w', 'wait')) return process.until(child.exited);
    child.ppid = 1;
    return 0;
  },
);

interface Lock {
  readonly holders: Set<Description>;
  exclusive: boolean;
  readonly freed: Waiters;
}
/** flock's locks: on the inode, held by the open file description, gone when its last descriptor is closed. */
const locks = new WeakMap<FileInode, Lock>();
function lockOf(file: FileInode): Lock {
  let lock = locks.get(file);
  if (lock === undefined) {
    lock = { holders: new Set(), exclusive: false, freed: new Waiters() };
    locks.set(file, lock);
  }
  return lock;
}
function unlock(file: FileInode, holder: Description): void {
  const lock = lockOf(file);
  if (!lock.holders.delete(holder)) return;
  if (lock.holders.size === 0) lock.exclusive = false;
  lock.freed.wake();
}
function tryLock(file: FileInode, holder: Description, exclusive: boolean): boolean {
  const lock = lockOf(file);
  const others = [...lock.holders].filter((other) => other !== holder).length;
  if (others > 0 && (exclusive || lock.exclusive)) return false;
  if (!lock.holders.has(holder)) {
    lock.holders.add(holder);
    holder.onRelease(() => unlock(file, holder));
  }
  lock.exclusive = exclusive;
  return true;
}

const flock = withOptions(
  { flags: 'snxueonF', values: 'wEc', long: ['shared', 'exclusive', 'nonblock', 'nb', 'unlock', 'close', 'timeout=', 'wait=', 'conflict-exit-code=', 'no-fork', 'command='], stopAtOperand: true },
  async (process, options) => {
    const [target = '', ...words] = options.operands;
    const conflict = Number(options.value('E', 'conflict-exit-code') ?? 1);
    const byNumber = /^\d+$/.test(target) && words.length === 0 && !options.has('c', 'command');
    const opened = byNumber
      ? process.descriptors.get(Number(target))
      : openPath(process, process.path(target), { read: true, write: process.view.access(process.path(target), 2) || process.view.peek(process.path(target)) === undefined, create: true });
    if (opened === undefined) return process.fail(`${target}: Bad file descriptor`, 65);
    const { file } = opened;
    if (file === null) return process.fail(`${target}: Bad file descriptor`, 65);
    if (options.has('u', 'unlock')) {
      unlock(file, opened);
      return 0;
    }
    if (!byNumber) process.setDescriptor(200, opened);
    const exclusive = !options.has('s', 'shared');
    const wait = options.value('w', 'timeout', 'wait');
    const limit =
      options.has('n', 'nonblock', 'nb') || wait === undefined
        ? process.signal
        : AbortSignal.any([process.signal, AbortSignal.timeout(Number(wait) * 1000 * process.kernel.clock.scale)]);
    while (!tryLock(file, opened, exclusive)) {
      if (options.has('n', 'nonblock', 'nb')) return conflict;
      try {
        await lockOf(file).freed.wait(limit);
      } catch (error) {
        process.signal.throwIfAborted();
        if (limit.aborted) return conflict;
        throw error;
      }
    }
    if (byNumber) return 0;
    const command = options.value('c', 'command') ?? (words[0] === '-c' ? words[1] : undefined);
    const argv = command === undefined ? words : ['/bin/sh', '-c', command];
    const descriptors = new Map(process.descriptors);
    if (options.has('o', 'close')) descriptors.delete(200);
    const child = process.kernel.spawn({ parent: process, argv, descriptors }, (started) => runAs(started, 'flock', argv));
    return process.until(child.exited);
  },
);

const date = withOptions(
  { flags: 'uIR', values: 'dsr', long: ['date=', 'utc', 'universal', 'iso-8601', 'iso-8601=', 'rfc-3339=', 'rfc-email', 'reference=', 'set='] },
  async (process, options) => {
    if (options.has('s', 'set')) return process.refuse('setting the clock with date');
    const wanted = options.value('d', 'date');
    const reference = options.value('r', 'reference');
    const now = process.kernel.now();
    const at =
      reference !== undefined
        ? process.view.get(process.path(reference)).mtimeMs
        : wanted === undefined || wanted === 'now'
          ? now
          : parseDate(wanted, now);
    if (at === null) return process.fail(`invalid date '${wanted ?? ''}'`);
    const iso = options.value('iso-8601');
    const [operand] = options.operands;
    const format = operand?.startsWith('+')
      ? operand.slice(1)
      : options.has('I', 'iso-8601')
        ? iso === 'seconds'
          ? '%Y-%m-%dT%H:%M:%S%:z'
          : iso === 'ns'
            ? '%Y-%m-%dT%H:%M:%S,%N%:z'
            : '%F'
        : options.has('R', 'rfc-email')
          ? '%a, %d %b %Y %H:%M:%S %z'
          : options.has('rfc-3339')
            ? '%Y-%m-%d %H:%M:%S%:z'
            : '%a %b %e %H:%M:%S %Z %Y';
    await process.out(`${formatTime(format, at)}\n`);
    return 0;
  },
);
function parseDate(text: string, now: number): number | null {
  if (/^@-?\d+(\.\d+)?$/.test(text)) return Number(text.slice(1)) * 1000;
  const ago = /^(?:([+-]?)\s*(\d+)|yesterday)\s*(second|sec|minute|min|hour|day|week)?s?(\s+ago)?$/.exec(text.trim());
  if (ago !== null) {
    const units = { second: 1, sec: 1, minute: 60, min: 60, hour: 3600, day: 86_400, week: 604_800 };
    const unit = Object.entries(units).find(([name]) => name === (ago[3] ?? 'day'))?.[1] ?? 86_400;
    const sign = ago[1] === '-' || ago[4] !== undefined || text.trim() === 'yesterday' ? -1 : 1;
    return now + sign * Number(ago[2] ?? 1) * unit * 1000;
  }
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$|UTC$|GMT$/.test(text) ? text : `${text}Z`;
  const parsed = Date.parse(zoned.replace(/^(\d{4}-\d\d-\d\d) (\d)/, '$1T$2'));
  return Number.isNaN(parsed) ? null : parsed;
}

const env = withOptions(
  { flags: 'i0', values: 'uC', long: ['ignore-environment', 'unset=', 'chdir='], stopAtOperand: true },
  async (process, options) => {
    if (options.has('i', 'ignore-environment')) process.env.clear();
    for (const name of [...options.all('u'), ...options.all('unset')]) process.env.delete(name);
    const dir = options.value('C', 'chdir');
    if (dir !== undefined) process.cwd = process.path(dir);
    let at = options.operands[0] === '-' ? 1 : 0;
    if (at === 1) process.env.clear();
    for (; at < options.operands.length; at += 1) {
      const match = /^([^=]+)=([\s\S]*)$/.exec(options.operands[at] ?? '');
      if (match === null) break;
      process.env.set(match[1] ?? '', match[2] ?? '');
    }
    const words = options.operands.slice(at);
    if (words.length > 0) return execWords(process, words);
    for (const [name, value] of process.env) await process.out(`${name}=${value}\n`);
    return 0;
  },
);
const printenv: Program = async (process, args) => {
  if (args.length === 0) for (const [name, value] of process.env) await process.out(`${name}=${value}\n`);
  for (const name of args) {
    const value = process.env.get(name);
    if (value === undefined) return 1;
    await process.out(`${value}\n`);
  }
  return 0;
};

const xargs = withOptions(
  { flags: 'r0tx', values: 'nIPLdE', long: ['no-run-if-empty', 'null', 'max-args=', 'replace=', 'max-procs=', 'delimiter='], stopAtOperand: true },
  async (process, options) => {
    const text = await process.readText(0);
    const replace = options.value('I', 'replace');
    const delimiter = options.has('0', 'null') ? '\0' : options.value('d', 'delimiter')?.replaceAll('\\n', '\n');
    const items =
      delimiter !== undefined
        ? text.split(delimiter).filter((item, index, all) => item !== '' || index < all.length - 1)
        : replace === undefined
          ? [...text.matchAll(/"([^"]*)"|'([^']*)'|((?:\\.|[^\s"'\\])+)/g)].map((match) => match[1] ?? match[2] ?? (match[3] ?? '').replaceAll(/\\(.)/g, '$1'))
          : text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
    const words = options.operands.length > 0 ? options.operands : ['echo'];
    if (items.length === 0 && (options.has('r', 'no-run-if-empty') || replace !== undefined)) return 0;
    const size = replace === undefined ? Number(options.value('n', 'max-args', 'L') ?? 5000) : 1;
    let status = 0;
    for (let at = 0; at === 0 || at < items.length; at += size) {
      const batch = items.slice(at, at + size);
      const argv = replace === undefined ? [...words, ...batch] : words.map((word) => word.replaceAll(replace, batch[0] ?? ''));
      const child = process.kernel.spawn({ parent: process, argv }, (started) => runAs(started, 'xargs', argv));
      const code = await process.until(child.exited);
      if (code === 127 || code === 126) return code;
      if (code !== 0) status = 123;
    }
    return status;
  },
);

const yes: Program = async (process, args) => {
  const line = `${args.length > 0 ? args.join(' ') : 'y'}\n`.repeat(64);
  for (;;) {
    await process.out(line);
    await process.sleep(0);
  }
};

export const processPrograms: Readonly<Record<string, Program>> = {
  sleep,
  timeout,
  nohup,
  nice,
  ionice,
  chrt: ionice,
  stdbuf,
  setsid,
  flock,
  date,
  env,
  printenv,
  xargs,
  yes,
  tty: async (process) => {
    await process.out(process.tty ? '/dev/pts/0\n' : 'not a tty\n');
    return process.tty ? 0 : 1;
  },
};
