/** Builtins that steer the shell, its directory, its children and its traps. */
import { execute, findExecutable } from '../../kernel/exec.js';
import { SIGNALS, signalByName, type SignalName } from '../../kernel/process.js';
import { SystemError } from '../../vfs/inode.js';
import { arithmeticText } from '../expansion.js';
import { parseScript } from '../ast.js';
import { BreakRequest, ExitRequest, ReturnRequest } from '../flow.js';
import type { Shell } from '../shell.js';
import type { TrapName } from '../state.js';
import { test, TestError } from '../tests.js';
import { BUILTINS, isKeyword } from './table.js';
import { statusArgument, type Builtin } from './variables.js';

export const exit: Builtin = async (shell, args) => {
  throw new ExitRequest(await statusArgument(shell, 'exit', args[0]));
};
export const returnBuiltin: Builtin = async (shell, args) => {
  if (shell.calls.length === 0 && shell.sourced === 0) {
    await shell.complain("return: can only `return' from a function or sourced script");
    return 2;
  }
  throw new ReturnRequest(await statusArgument(shell, 'return', args[0]));
};
export const loopControl =
  (kind: 'break' | 'continue'): Builtin =>
  async (shell, args) => {
    if (shell.loops === 0) return 0;
    throw new BreakRequest(kind, Math.max(1, Number(args[0] ?? 1)));
  };

export const evalBuiltin: Builtin = async (shell, args) => {
  shell.status = 0;
  await shell.runText(args.join(' '));
  return shell.status;
};

export const source: Builtin = async (shell, args) => {
  const [file = '', ...rest] = args[0] === '--' ? args.slice(1) : args;
  let text: string;
  try {
    text = shell.process.view.readText(shell.process.path(file));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await shell.complain(`${file}: ${error.message}`);
    return 1;
  }
  const { positional } = shell;
  if (rest.length > 0) shell.positional = rest;
  shell.sourced += 1;
  shell.status = 0;
  try {
    await shell.runText(text);
  } catch (error) {
    if (!(error instanceof ReturnRequest)) throw error;
    return error.status;
  } finally {
    shell.sourced -= 1;
    if (rest.length > 0) shell.positional = positional;
  }
  return shell.status;
};

const NOT_SIGNALS: readonly string[] = ['EXIT', 'ERR', 'DEBUG', 'RETURN'];
function trapName(word: string): TrapName | null {
  if (word === '0' || NOT_SIGNALS.includes(word.toUpperCase())) {
    return (word === '0' ? 'EXIT' : word.toUpperCase()) as TrapName;
  }
  return signalByName(word);
}
export const trap: Builtin = async (shell, args) => {
  const words = args[0] === '--' ? args.slice(1) : args;
  if (words.length === 0 || words[0] === '-p') {
    for (const [name, action] of shell.traps) {
      const label = NOT_SIGNALS.includes(name) ? name : `SIG${name}`;
      await shell.process.out(`trap -- '${action.replaceAll("'", "'\\''")}' ${label}\n`);
    }
    return 0;
  }
  const single = words.length === 1;
  const action = single ? '-' : (words[0] ?? '-');
  for (const word of single ? words : words.slice(1)) {
    const name = trapName(word);
    if (name === null) {
      await shell.complain(`trap: ${word}: invalid signal specification`);
      return 1;
    }
    const signal = NOT_SIGNALS.includes(name) ? null : (name as SignalName);
    if (signal !== null) shell.process.ignored.delete(signal);
    if (action === '-') shell.traps.delete(name);
    else shell.traps.set(name, action);
    if (action === '' && signal !== null) shell.process.ignored.add(signal);
  }
  return 0;
};

export const wait: Builtin = async (shell, args) => {
  const next = args.includes('-n');
  const wanted = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  const interruptible = async (done: () => boolean) => {
    while (!done()) {
      await shell.interrupts.wait(shell.process.signal);
      const [signal] = shell.pendingTraps;
      if (signal !== undefined) return 128 + SIGNALS[signal];
    }
    return null;
  };
  if (next) {
    if (shell.children.size === 0) return 127;
    const interrupted = await interruptible(() => [...shell.children.keys()].some((pid) => shell.finished.has(pid)));
    if (interrupted !== null) return interrupted;
    const pid = [...shell.children.keys()].find((child) => shell.finished.has(child)) ?? 0;
    shell.children.delete(pid);
    return shell.finished.get(pid) ?? 0;
  }
  let status = 0;
  for (const pid of wanted.length > 0 ? wanted : [...shell.children.keys()]) {
    if (!shell.children.has(pid) && !shell.finished.has(pid)) {
      await shell.complain(`wait: pid ${pid} is not a child of this shell`);
      status = 127;
      continue;
    }
    const interrupted = await interruptible(() => shell.finished.has(pid));
    if (interrupted !== null) return interrupted;
    status = shell.finished.get(pid) ?? 0;
    shell.children.delete(pid);
  }
  return wanted.length > 0 ? status : 0;
};

/** kill: also the program of that name. */
export const kill: Builtin = async (shell, args) => {
  if (args[0] === '-l' || args[0] === '-L') {
    const words = args.slice(1);
    if (words.length === 0) {
      await shell.process.out(`${Object.keys(SIGNALS).join(' ')}\n`);
      return 0;
    }
    for (const word of words) {
      const number = Number(word) > 128 ? String(Number(word) - 128) : word;
      await shell.process.out(`${signalByName(number) ?? word}\n`);
    }
    return 0;
  }
  let signal: SignalName | 0 = 'TERM';
  let at = 0;
  const first = args[0] ?? '';
  if (first === '-s' || first === '-n') {
    const named = args[1] === '0' ? 0 : signalByName(args[1] ?? '');
    if (named === null) {
      await shell.complain(`kill: ${args[1] ?? ''}: invalid signal specification`);
      return 1;
    }
    signal = named;
    at = 2;
  } else if (/^-./.test(first) && first !== '--') {
    const named = first === '-0' ? 0 : signalByName(first.slice(1));
    if (named === null) {
      await shell.complain(`kill: ${first.slice(1)}: invalid signal specification`);
      return 1;
    }
    signal = named;
    at = 1;
  }
  if (args[at] === '--') at += 1;
  const targets = args.slice(at);
  if (targets.length === 0) {
    await shell.process.err('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n');
    return 2;
  }
  let status = 0;
  for (const target of targets) {
    const words = await killOne(shell, target, signal);
    if (words !== null) {
      await shell.complain(`kill: ${words}`);
      status = 1;
    }
  }
  return status;
};
async function killOne(shell: Shell, target: string, signal: SignalName | 0): Promise<string | null> {
  if (!/^-?\d+$/.test(target)) return `${target}: arguments must be process or job IDs`;
  const { kernel, credentials } = shell.process;
  const number = Number(target);
  const hit = kernel.processes.filter((process) =>
    number > 0 ? process.pid === number : number === 0 ? process.pgid === shell.process.pgid : process.pgid === -number,
  );
  if (hit.length === 0) {
    if (number > 0 && kernel.serviceAlive(number)) return credentials.uid === 0 && signal === 0 ? null : `(${target}) - Operation not permitted`;
    return `(${target}) - No such process`;
  }
  const allowed = hit.filter((process) => credentials.uid === 0 || process.credentials.uid === credentials.uid);
  if (allowed.length === 0) return `(${target}) - Operation not permitted`;
  if (signal !== 0) for (const process of allowed) process.kill(signal);
  // The signal reaches a process before the sender goes on.
  await shell.process.sleep(0);
  return null;
}

export const cd: Builtin = async (shell, args) => {
  const words = args.filter((arg) => !/^-[LPe]+$/.test(arg) && arg !== '--');
  const back = words[0] === '-';
  const target = back ? shell.vars.get('OLDPWD') : (words[0] ?? shell.vars.get('HOME'));
  if (target === undefined || target === '') {
    await shell.complain(`cd: ${back ? 'OLDPWD' : 'HOME'} not set`);
    return 1;
  }
  const path = shell.process.path(target).replace(/(.)\/$/, '$1');
  const { view } = shell.process;
  const inode = view.peek(path);
  const wrong =
    inode === undefined
      ? 'No such file or directory'
      : inode.kind !== 'directory' && inode.kind !== 'live-directory'
        ? 'Not a directory'
        : view.may(inode, 1)
          ? null
          : 'Permission denied';
  if (wrong !== null) {
    await shell.complain(`cd: ${target}: ${wrong}`);
    return 1;
  }
  shell.vars.set('OLDPWD', shell.process.cwd);
  shell.process.cwd = args.some((arg) => arg.includes('P') && arg.startsWith('-')) ? view.realPath(path) : path;
  shell.vars.set('PWD', shell.process.cwd);
  if (back) await shell.process.out(`${shell.process.cwd}\n`);
  return 0;
};
export const pwd: Builtin = async (shell, args) => {
  const { cwd, view } = shell.process;
  await shell.process.out(`${args.includes('-P') ? view.realPath(cwd) : cwd}\n`);
  return 0;
};

export const umask: Builtin = async (shell, args) => {
  const [value] = args.filter((arg) => !arg.startsWith('-'));
  if (value === undefined) {
    await shell.process.out(`${shell.process.umask.toString(8).padStart(4, '0')}\n`);
    return 0;
  }
  if (!/^[0-7]{1,4}$/.test(value)) {
    await shell.complain(`umask: ${value}: only octal masks are simulated`);
    return 1;
  }
  shell.process.umask = Number.parseInt(value, 8);
  return 0;
};

async function describe(shell: Shell, name: string, verbose: boolean): Promise<string | null> {
  if (isKeyword(name)) return verbose ? `${name} is a shell keyword` : name;
  if (shell.functions.has(name)) return verbose ? `${name} is a function` : name;
  if (BUILTINS.has(name) || name === 'exec') return verbose ? `${name} is a shell builtin` : name;
  const found = findExecutable(shell.process, name, shell.vars.get('PATH') ?? '');
  if ('status' in found) return null;
  return verbose ? `${name} is ${found.path}` : found.path;
}
export const command: Builtin = async (shell, args) => {
  const [flag] = args;
  if (flag === '-v' || flag === '-V') {
    let status = 0;
    for (const name of args.slice(1)) {
      const words = await describe(shell, name, flag === '-V');
      if (words !== null) await shell.process.out(`${words}\n`);
      else {
        if (flag === '-V') await shell.complain(`${name}: not found`);
        status = 1;
      }
    }
    return status;
  }
  const words = flag === '-p' || flag === '--' ? args.slice(1) : args;
  const [name] = words;
  if (name === undefined) return 0;
  const builtin = BUILTINS.get(name);
  if (builtin !== undefined) return builtin(shell, words.slice(1));
  const found = findExecutable(shell.process, name, shell.vars.get('PATH') ?? '');
  if ('status' in found) {
    await shell.complain(found.words);
    return found.status;
  }
  const env = shell.vars.environment();
  const child = shell.process.kernel.spawn({ parent: shell.process, argv: words, env }, (process) =>
    execute(process, found, words),
  );
  return shell.process.until(child.exited);
};
export const type: Builtin = async (shell, args) => {
  const short = args.find((arg) => /^-[tpPa]+$/.test(arg));
  let status = 0;
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    const words = await describe(shell, name, short === undefined);
    if (words === null) {
      if (short === undefined) await shell.complain(`type: ${name}: not found`);
      status = 1;
    } else if (short?.includes('t') === true) {
      const kind = isKeyword(name) ? 'keyword' : shell.functions.has(name) ? 'function' : BUILTINS.has(name) ? 'builtin' : 'file';
      await shell.process.out(`${kind}\n`);
    } else if (short === undefined || words.startsWith('/')) await shell.process.out(`${words}\n`);
  }
  return status;
};

export const testBuiltin =
  (bracket: boolean): Builtin =>
  async (shell, args) => {
    if (bracket && args.at(-1) !== ']') {
      await shell.complain("[: missing `]'");
      return 2;
    }
    try {
      return test(shell, bracket ? args.slice(0, -1) : args) ? 0 : 1;
    } catch (error) {
      if (!(error instanceof TestError)) throw error;
      await shell.complain(`${bracket ? '[' : 'test'}: ${error.message}`);
      return 2;
    }
  };

export const letBuiltin: Builtin = async (shell, args) => {
  let value = 0n;
  for (const arg of args) value = await arithmeticText(shell, arg);
  return value === 0n ? 1 : 0;
};

export const jobs: Builtin = async (shell, args) => {
  const known = shell.children.size > 0 ? [...shell.children.values()] : shell.jobs;
  for (const { pid } of known.filter((process) => process.alive)) {
    await shell.process.out(args.includes('-p') ? `${pid}\n` : `[1]+  Running                 ${pid} &\n`);
  }
  return 0;
};

/** Whether a text is a complete, correct script: `bash -n`. */
export function isComplete(text: string): boolean {
  try {
    parseScript(text);
    return true;
  } catch {
    return false;
  }
}
