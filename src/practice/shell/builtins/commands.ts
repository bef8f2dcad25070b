/** Builtins about what a word means: command, type, test, let. */
import { execute, findExecutable } from '../../kernel/exec.js';
import { arithmeticText } from '../expansion.js';
import type { Shell } from '../shell.js';
import { test, TestError } from '../tests.js';
import type { Builtin } from './builtin.js';

const KEYWORDS = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'for',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  'function',
  'time',
  '[[',
  ']]',
  '{',
  '}',
  '!',
]);

async function describe(shell: Shell, name: string, verbose: boolean): Promise<string | null> {
  if (KEYWORDS.has(name)) return verbose ? `${name} is a shell keyword` : name;
  if (shell.functions.has(name)) return verbose ? `${name} is a function` : name;
  if (shell.builtins.has(name) || name === 'exec') return verbose ? `${name} is a shell builtin` : name;
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
  const builtin = shell.builtins.get(name);
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
      const kind = KEYWORDS.has(name)
        ? 'keyword'
        : shell.functions.has(name)
          ? 'function'
          : shell.builtins.has(name)
            ? 'builtin'
            : 'file';
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
