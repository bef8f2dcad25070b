/** Builtins about variables and options. */
import { OPTION_LETTERS, type Options } from '../state.js';
import type { Builtin } from './builtin.js';
import { quote } from './declare.js';

function optionName(word: string): keyof Options | undefined {
  const names: readonly string[] = [
    'errexit',
    'nounset',
    'pipefail',
    'xtrace',
    'noglob',
    'noclobber',
    'verbose',
    'allexport',
    'posix',
  ];
  return names.includes(word) ? (word as keyof Options) : undefined;
}

/** Options that change nothing here, accepted because scripts set them. */
const INERT = new Set([
  'errtrace',
  'functrace',
  'braceexpand',
  'hashall',
  'monitor',
  'notify',
  'physical',
  'history',
  'ignoreeof',
  'interactive-comments',
  'emacs',
  'vi',
]);

const INERT_LETTERS = new Set('EThBmbPHsl');

export const set: Builtin = async (shell, args) => {
  if (args.length === 0) {
    for (const [name, variable] of shell.vars.entries()) {
      if (variable.value !== undefined) await shell.process.out(`${name}=${quote(variable.value)}\n`);
    }
    return 0;
  }
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      shell.positional = args.slice(at + 1);
      return 0;
    }
    if (!/^[-+]./.test(arg)) {
      shell.positional = args.slice(at);
      return 0;
    }
    const on = arg.startsWith('-');
    for (const letter of arg.slice(1)) {
      if (letter === 'o') {
        at += 1;
        const name = args[at];
        const option = name === undefined ? undefined : optionName(name);
        if (option !== undefined) shell.options[option] = on;
        else if (name !== undefined && !INERT.has(name)) {
          await shell.complain(`set: ${name}: invalid option name`);
          return 2;
        }
        continue;
      }
      const option = OPTION_LETTERS[letter];
      if (option !== undefined) shell.options[option] = on;
      else if (!INERT_LETTERS.has(letter)) {
        await shell.complain(`set: -${letter}: invalid option`);
        return 2;
      }
    }
  }
  return 0;
};

export const shift: Builtin = async (shell, args) => {
  const count = Number(args[0] ?? 1);
  if (count > shell.positional.length) return 1;
  shell.positional = shell.positional.slice(count);
  return 0;
};

export const shopt: Builtin = async (shell, args) => {
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (flags.includes('s')) for (const name of names) shell.shopt.add(name);
  else if (flags.includes('u')) for (const name of names) shell.shopt.delete(name);
  else return names.every((name) => shell.shopt.has(name)) ? 0 : 1;
  return 0;
};

export const getopts: Builtin = async (shell, args) => {
  const [spec = '', name = 'OPT', ...given] = args;
  const words = given.length > 0 ? given : shell.positional;
  const silent = spec.startsWith(':');
  const [indexText = '1', offsetText = '1'] = (shell.vars.get('__getopts') ?? '').split(' ');
  const asked = Number(shell.vars.get('OPTIND') ?? '1');
  let index = asked;
  let offset = indexText === String(asked) ? Number(offsetText) : 1;
  const word = words[index - 1];
  if (word === undefined || !/^-./.test(word) || word === '--') {
    if (word === '--') shell.vars.set('OPTIND', String(index + 1));
    await shell.assign(name, '?', false);
    return 1;
  }
  const letter = word[offset] ?? '';
  const found = spec.indexOf(letter);
  const takes = found >= 0 && spec[found + 1] === ':';
  offset += 1;
  let value = found < 0 || letter === ':' ? '?' : letter;
  shell.vars.unset('OPTARG');
  if (value === '?') {
    if (silent) shell.vars.set('OPTARG', letter);
    else await shell.process.err(`${shell.name}: illegal option -- ${letter}\n`);
  } else if (takes) {
    const inline = word.slice(offset);
    const argument = inline !== '' ? inline : words[index];
    if (inline === '') index += 1;
    offset = word.length;
    if (argument === undefined) {
      value = silent ? ':' : '?';
      if (silent) shell.vars.set('OPTARG', letter);
      else await shell.process.err(`${shell.name}: option requires an argument -- ${letter}\n`);
    } else shell.vars.set('OPTARG', argument);
  }
  if (offset >= word.length) {
    index += 1;
    offset = 1;
  }
  shell.vars.set('OPTIND', String(index));
  shell.vars.set('__getopts', `${index} ${offset}`);
  await shell.assign(name, value, false);
  return 0;
};
