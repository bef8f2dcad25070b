/** Builtins that steer the shell, its directory, its children and its traps. */
import { SystemError } from '../../vfs/inode.js';
import { BreakRequest, ExitRequest, ReturnRequest } from '../flow.js';
import { statusArgument, type Builtin } from './builtin.js';

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
  shell.process.cwd = args.some((arg) => arg.includes('P') && arg.startsWith('-'))
    ? view.realPath(path)
    : path;
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
