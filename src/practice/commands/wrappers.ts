/** Programs that start another one: nohup, nice, setsid, env, xargs … */
import { execWords } from '../kernel/exec.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { withOptions } from './program.js';

/** A program started by a wrapper says its wrapper's name when it cannot be found. */
export async function runAs(process: Process, wrapper: string, words: readonly string[]): Promise<number> {
  const argv = process.argv;
  process.argv = [wrapper];
  const status = await execWords(process, words);
  if (process.argv[0] === wrapper) process.argv = argv;
  return status;
}

export const nohup: Program = (process, args) => {
  process.ignored.add('HUP');
  return execWords(process, args[0] === '--' ? args.slice(1) : args);
};

export const nice = withOptions(
  { values: 'n', long: ['adjustment='], stopAtOperand: true },
  async (process, options) => {
    process.nice = Math.min(19, process.nice + Number(options.value('n', 'adjustment') ?? 10));
    if (options.operands.length > 0) return execWords(process, options.operands);
    await process.out(`${process.nice}\n`);
    return 0;
  },
);

export const ionice = withOptions({ flags: 't', values: 'cnp', stopAtOperand: true }, (process, options) =>
  options.operands.length > 0 ? execWords(process, options.operands) : 0,
);

export const stdbuf = withOptions({ values: 'ioe', stopAtOperand: true }, (process, options) =>
  execWords(process, options.operands),
);

export const setsid = withOptions(
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
    const child = process.kernel.spawn(
      { parent: process, argv: words, lead: 'session', tty: false },
      (started) => runAs(started, 'setsid', words),
    );
    if (options.has('w', 'wait')) return process.until(child.exited);
    child.ppid = 1;
    return 0;
  },
);

export const env = withOptions(
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

export const xargs = withOptions(
  {
    flags: 'r0tx',
    values: 'nIPLdE',
    long: ['no-run-if-empty', 'null', 'max-args=', 'replace=', 'max-procs=', 'delimiter='],
    stopAtOperand: true,
  },
  async (process, options) => {
    const text = await process.readText(0);
    const replace = options.value('I', 'replace');
    const delimiter = options.has('0', 'null')
      ? '\0'
      : options.value('d', 'delimiter')?.replaceAll('\\n', '\n');
    const items =
      delimiter !== undefined
        ? text.split(delimiter).filter((item, index, all) => item !== '' || index < all.length - 1)
        : replace === undefined
          ? [...text.matchAll(/"([^"]*)"|'([^']*)'|((?:\\.|[^\s"'\\])+)/g)].map(
              (match) => match[1] ?? match[2] ?? (match[3] ?? '').replaceAll(/\\(.)/g, '$1'),
            )
          : text
              .split('\n')
              .map((line) => line.trim())
              .filter((line) => line !== '');
    const words = options.operands.length > 0 ? options.operands : ['echo'];
    if (items.length === 0 && (options.has('r', 'no-run-if-empty') || replace !== undefined)) return 0;
    const size = replace === undefined ? Number(options.value('n', 'max-args', 'L') ?? 5000) : 1;
    let status = 0;
    for (let at = 0; at === 0 || at < items.length; at += size) {
      const batch = items.slice(at, at + size);
      const argv =
        replace === undefined
          ? [...words, ...batch]
          : words.map((word) => word.replaceAll(replace, batch[0] ?? ''));
      const child = process.kernel.spawn({ parent: process, argv }, (started) =>
        runAs(started, 'xargs', argv),
      );
      const code = await process.until(child.exited);
      if (code === 127 || code === 126) return code;
      if (code !== 0) status = 123;
    }
    return status;
  },
);
