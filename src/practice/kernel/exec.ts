/** Finding and running programs: the PATH search, `#!` lines, and exec in place. */
import { SystemError, type Inode } from '../vfs/inode.js';
import { joinPath } from '../vfs/volume.js';
import { readBinary } from './binary.js';
import type { Process } from './process.js';

/** Why a program cannot be run, as the shell's exit codes tell it. */
export type NotRun = { readonly status: 126 | 127; readonly words: string };
export interface Executable {
  readonly path: string;
  readonly inode: Inode;
}

/** Finds what a command word names. `search` is the PATH. */
export function findExecutable(process: Process, word: string, search: string): Executable | NotRun {
  const { view } = process;
  if (word.includes('/')) {
    const path = process.path(word);
    const inode = view.peek(path);
    if (inode === undefined) return { status: 127, words: `${word}: No such file or directory` };
    if (inode.kind === 'directory') return { status: 126, words: `${word}: Is a directory` };
    if (!view.may(inode, 1)) return { status: 126, words: `${word}: Permission denied` };
    return { path, inode };
  }
  let denied = false;
  for (const dir of search.split(':')) {
    const path = joinPath(dir === '' ? process.cwd : dir, word);
    const inode = view.peek(path);
    if (inode?.kind !== 'file') continue;
    if (view.may(inode, 1)) return { path, inode };
    denied = true;
  }
  if (denied) return { status: 126, words: `${word}: Permission denied` };
  return { status: 127, words: `${word}: command not found` };
}

/** Runs a found program in this very process, as exec does. Gives its exit status. */
export async function execute(process: Process, found: Executable, argv: readonly string[]): Promise<number> {
  const { inode, path } = found;
  process.onSignal = null;
  process.lastWords = null;
  process.argv = argv;
  if (inode.kind !== 'file') throw new SystemError('EACCES', path);
  if (inode.program !== null) {
    const program = process.kernel.programs.get(inode.program);
    if (program === undefined) return process.refuse('this program');
    return program(process, argv.slice(1));
  }
  const binary = readBinary(inode.bytes.subarray(0, inode.size));
  if (binary !== null) {
    const made = process.kernel.binaries.get(binary.program);
    if (made !== undefined && binary.machine === 'amd64') return made(binary.version)(process, argv.slice(1));
    await process.err(`bash: ${argv[0] ?? path}: cannot execute binary file: Exec format error\n`);
    return 126;
  }
  const head = inode.bytes.toString('utf8', 0, Math.min(inode.size, 256)).split('\n')[0] ?? '';
  const bang = /^#!\s*(\S+)\s*(.*?)\s*$/.exec(head);
  const interpreter = bang?.[1] ?? '/bin/bash';
  const extra = bang?.[2] === undefined || bang[2] === '' ? [] : [bang[2]];
  const runner = findExecutable(process, interpreter, '');
  if ('status' in runner) {
    await process.err(`${path}: ${interpreter}: bad interpreter: No such file or directory\n`);
    return 126;
  }
  return execute(process, runner, [
    interpreter,
    ...extra,
    argv[0]?.includes('/') === true ? argv[0] : path,
    ...argv.slice(1),
  ]);
}

/**
 * What wrappers such as sudo, env and timeout do last: find a program by PATH and become it.
 * Says why on stderr when it cannot.
 */
export async function execWords(
  process: Process,
  words: readonly string[],
  search?: string,
): Promise<number> {
  const [word = ''] = words;
  const wrapper = process.name;
  const path = search ?? process.env.get('PATH') ?? '/usr/sbin:/usr/bin:/sbin:/bin';
  const found = findExecutable(process, word, path);
  if ('status' in found) {
    const reason = found.words.slice(found.words.indexOf(': ') + 2);
    await process.err(
      `${wrapper}: ${word}: ${reason === 'command not found' ? 'No such file or directory' : reason}\n`,
    );
    return found.status;
  }
  return execute(process, found, words);
}
