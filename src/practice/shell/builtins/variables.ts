/** Builtins about variables and options. */
import { readLine } from '../../kernel/description.js';
import { ExitRequest } from '../flow.js';
import { OPTION_LETTERS, type Options } from '../state.js';
import type { Shell } from '../shell.js';
import type { Variable } from '../variables.js';
import { ReadonlyVariable } from '../variables.js';
import { splitFields } from '../expansion.js';
import { printf, unescape } from './format.js';

export type Builtin = (shell: Shell, args: readonly string[]) => Promise<number> | number;

export const echo: Builtin = async (shell, args) => {
  let line = true;
  let escapes = shell.shopt.has('xpg_echo');
  let at = 0;
  for (; at < args.length && /^-[neE]+$/.test(args[at] ?? ''); at += 1) {
    for (const letter of (args[at] ?? '').slice(1)) {
      if (letter === 'n') line = false;
      else escapes = letter === 'e';
    }
  }
  const text = args.slice(at).join(' ');
  const { bytes, stopped } = escapes ? unescape(text, true) : { bytes: Buffer.from(text), stopped: false };
  await shell.process.out(line && !stopped ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes);
  return 0;
};

export const printfBuiltin: Builtin = async (shell, args) => {
  const variable = args[0] === '-v' ? args[1] : undefined;
  const rest = variable === undefined ? args : args.slice(2);
  const [format, ...values] = rest[0] === '--' ? rest.slice(1) : rest;
  if (format === undefined) {
    await shell.complain('printf: usage: printf [-v var] format [arguments]');
    return 2;
  }
  const { bytes, complaints } = printf(format, values, shell.process.kernel.now());
  if (variable === undefined) await shell.process.out(bytes);
  else await shell.assign(variable, bytes.toString('utf8'), false);
  for (const complaint of complaints) await shell.complain(`printf: ${complaint}`);
  return complaints.length > 0 ? 1 : 0;
};

function quote(value: string): string {
  return `"${value.replace(/["\\$`]/g, '\\$&')}"`;
}
function shown(name: string, variable: Variable): string {
  const flags =
    (variable.list ? 'a' : '') +
    (variable.table ? 'A' : '') +
    (variable.integer ? 'i' : '') +
    (variable.readonly ? 'r' : '') +
    (variable.exported ? 'x' : '');
  const items = variable.list ?? variable.table;
  const value = items
    ? `=(${[...items].map(([key, item]) => `[${key}]=${quote(item)}`).join(' ')})`
    : variable.value === undefined
      ? ''
      : `=${quote(variable.value)}`;
  return `declare -${flags === '' ? '-' : flags} ${name}${value}\n`;
}

/** declare, typeset, local, export, readonly: one builtin with different defaults. */
export function declaration(defaults: { readonly flags: string; readonly local: 'always' | 'in-function' | 'never' }): Builtin {
  return async (shell, args) => {
    const on = new Set(defaults.flags);
    const off = new Set<string>();
    const operands: string[] = [];
    for (const [index, arg] of args.entries()) {
      if (arg === '--') {
        operands.push(...args.slice(index + 1));
        break;
      }
      if (operands.length === 0 && /^-[a-zA-Z]+$/.test(arg)) for (const flag of arg.slice(1)) on.add(flag);
      else if (operands.length === 0 && /^\+[a-zA-Z]+$/.test(arg)) for (const flag of arg.slice(1)) off.add(flag);
      else operands.push(arg);
    }
    if (defaults.local === 'always' && !shell.vars.inFunction) {
      await shell.complain('local: can only be used in a function');
      return 1;
    }
    if (on.has('f') || on.has('F')) return operands.every((name) => shell.functions.has(name)) ? 0 : 1;
    if (operands.length === 0 || on.has('p')) {
      const chosen = shell.vars
        .entries()
        .filter(([name, variable]) =>
          operands.length > 0
            ? operands.includes(name)
            : (!on.has('x') || variable.exported) && (!on.has('r') || variable.readonly),
        );
      for (const [name, variable] of chosen) await shell.process.out(shown(name, variable));
      return operands.length > 0 && chosen.length < operands.length ? 1 : 0;
    }
    let status = 0;
    for (const operand of operands) {
      const match = /^([A-Za-z_]\w*)(\[[^\]]*\])?(?:(\+?)=([\s\S]*))?$/.exec(operand);
      const name = match?.[1];
      if (match === null || name === undefined) {
        await shell.complain(`${operand}: not a valid identifier`);
        status = 1;
        continue;
      }
      const local = defaults.local === 'always' || (defaults.local === 'in-function' && shell.vars.inFunction);
      if (local && !on.has('g')) shell.vars.localise(name);
      if (defaults.flags === 'x' && on.has('n')) {
        shell.vars.demand(name).exported = false;
        continue;
      }
      if (on.has('n') && defaults.flags === '') {
        shell.vars.demandItself(name).reference = match[4] ?? null;
        continue;
      }
      const variable = shell.vars.demand(name);
      applyFlags(variable, on, off);
      if (match[4] !== undefined) {
        if (variable.readonly) throw new ReadonlyVariable(name);
        await shell.assign(name + (match[2] ?? ''), match[4], match[3] === '+');
      }
      if (on.has('r')) variable.readonly = true;
    }
    return status;
  };
}
export function applyFlags(variable: Variable, on: ReadonlySet<string>, off: ReadonlySet<string> = new Set()): void {
  if (on.has('x')) variable.exported = true;
  if (off.has('x')) variable.exported = false;
  if (on.has('i')) variable.integer = true;
  if (off.has('i')) variable.integer = false;
  if (on.has('l')) variable.letters = 'lower';
  if (on.has('u')) variable.letters = 'upper';
  if (on.has('a') && variable.list === null) {
    variable.list = new Map(variable.value === undefined ? [] : [[0, variable.value]]);
    variable.value = undefined;
  }
  if (on.has('A') && variable.table === null) {
    variable.table = new Map();
    variable.list = null;
    variable.value = undefined;
  }
}

export const unset: Builtin = async (shell, args) => {
  const functions = args[0] === '-f';
  const names = args[0] === '-f' || args[0] === '-v' || args[0] === '-n' ? args.slice(1) : args;
  for (const name of names) {
    const match = /^(\w+)\[(.*)\]$/.exec(name);
    if (match !== null) {
      const variable = shell.vars.find(match[1] ?? '');
      variable?.table?.delete(match[2] ?? '');
      variable?.list?.delete(Number(match[2] ?? '0'));
    } else if (functions || (shell.vars.find(name) === undefined && shell.functions.has(name))) shell.functions.delete(name);
    else shell.vars.unset(name);
  }
  return 0;
};

function optionName(word: string): keyof Options | undefined {
  const names: readonly string[] = ['errexit', 'nounset', 'pipefail', 'xtrace', 'noglob', 'noclobber', 'verbose', 'allexport', 'posix'];
  return names.includes(word) ? (word as keyof Options) : undefined;
}
/** Options that change nothing here, accepted because scripts set them. */
const INERT = new Set(['errtrace', 'functrace', 'braceexpand', 'hashall', 'monitor', 'notify', 'physical', 'history', 'ignoreeof', 'interactive-comments', 'emacs', 'vi']);
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

export const read: Builtin = async (shell, args) => {
  const flags = { raw: false, delimiter: 0x0a, list: '', fd: 0, count: 0, timeout: -1 };
  let at = 0;
  for (; at < args.length && /^-./.test(args[at] ?? ''); at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at += 1;
      break;
    }
    for (let index = 1; index < arg.length; index += 1) {
      const letter = arg[index] ?? '';
      if (letter === 'r') flags.raw = true;
      if (letter === 'r' || letter === 's' || letter === 'e') continue;
      const value = arg.slice(index + 1) || (args[(at += 1)] ?? '');
      if (letter === 'd') flags.delimiter = value === '' ? 0 : (Buffer.from(value)[0] ?? 0);
      else if (letter === 'a') flags.list = value;
      else if (letter === 'u') flags.fd = Number(value);
      else if (letter === 'n' || letter === 'N') flags.count = Number(value);
      else if (letter === 't') flags.timeout = Number(value);
      else if (letter === 'p') await shell.process.err(shell.process.tty ? value : '');
      else {
        await shell.complain(`read: -${letter}: invalid option`);
        return 2;
      }
      break;
    }
  }
  const names = args.slice(at);
  const description = shell.process.descriptor(flags.fd);
  const limit = new AbortController();
  const signal = flags.timeout >= 0 ? AbortSignal.any([shell.process.signal, limit.signal]) : shell.process.signal;
  const timer =
    flags.timeout >= 0 ? setTimeout(() => limit.abort(new Error('timeout')), flags.timeout * 1000 * shell.process.kernel.clock.scale) : undefined;
  let text = '';
  let ended = false;
  try {
    if (flags.count > 0) {
      const bytes = await description.read(flags.count, signal);
      text = bytes?.toString('utf8') ?? '';
      ended = text.length === flags.count;
    } else {
      let result = await readLine(description, signal, flags.delimiter);
      text = result.line.toString('utf8');
      while (!flags.raw && result.ended && /(?:^|[^\\])(?:\\\\)*\\$/.test(text)) {
        result = await readLine(description, signal, flags.delimiter);
        text = text.slice(0, -1) + result.line.toString('utf8');
      }
      ended = result.ended;
    }
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    return 142;
  } finally {
    clearTimeout(timer);
  }
  await storeFields(shell, text, names, flags);
  return ended ? 0 : 1;
};

async function storeFields(
  shell: Shell,
  text: string,
  names: readonly string[],
  flags: { readonly raw: boolean; readonly list: string },
): Promise<void> {
  const plain = flags.raw ? text : text.replaceAll(/\\(.)/g, '$1');
  const cut = (value: string) =>
    splitFields([{ kind: 'text', text: value, quoted: false, split: true, active: false }], shell.ifs).map((field) =>
      field.map((piece) => piece.text).join(''),
    );
  if (flags.list !== '') {
    shell.vars.setList(flags.list, cut(plain));
    return;
  }
  if (names.length === 0) {
    shell.vars.set('REPLY', plain);
    return;
  }
  const spaces = [...shell.ifs].filter((char) => ' \t\n'.includes(char)).join('');
  const edge = (value: string) => {
    let from = 0;
    let to = value.length;
    while (from < to && spaces.includes(value[from] ?? 'x')) from += 1;
    while (to > from && spaces.includes(value[to - 1] ?? 'x')) to -= 1;
    return value.slice(from, to);
  };
  let rest = edge(plain);
  for (const [index, name] of names.entries()) {
    if (index === names.length - 1) {
      const fields = cut(rest);
      const trailing = shell.ifs.includes(rest.at(-1) ?? '') && rest !== '' && fields.length === 1;
      await shell.assign(name, trailing ? (fields[0] ?? '') : rest, false);
      return;
    }
    let end = 0;
    while (end < rest.length && !shell.ifs.includes(rest[end] ?? '')) end += 1;
    await shell.assign(name, rest.slice(0, end), false);
    let next = end;
    while (next < rest.length && spaces.includes(rest[next] ?? 'x')) next += 1;
    if (next < rest.length && shell.ifs.includes(rest[next] ?? '') && !spaces.includes(rest[next] ?? '')) next += 1;
    while (next < rest.length && spaces.includes(rest[next] ?? 'x')) next += 1;
    rest = rest.slice(next);
  }
}

export const mapfile: Builtin = async (shell, args) => {
  let strip = false;
  let delimiter = '\n';
  let name = 'MAPFILE';
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-t') strip = true;
    else if (arg === '-d') {
      at += 1;
      delimiter = args[at] === '' ? '\0' : (args[at] ?? '\n');
    } else if (arg.startsWith('-')) {
      await shell.complain(`mapfile: ${arg}: not simulated`);
      return 64;
    } else name = arg;
  }
  const text = await shell.process.readText(0);
  const lines = text.split(delimiter);
  if (lines.at(-1) === '') lines.pop();
  shell.vars.setList(name, strip ? lines : lines.map((line) => line + delimiter));
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

/** `exit` and friends want a number. @throws ExitRequest 2 */
export async function statusArgument(shell: Shell, name: string, arg: string | undefined): Promise<number> {
  if (arg === undefined) return shell.status;
  if (!/^-?\d+$/.test(arg)) {
    await shell.complain(`${name}: ${arg}: numeric argument required`);
    throw new ExitRequest(2);
  }
  return Number(arg) & 0xff;
}
