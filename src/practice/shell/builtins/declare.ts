/** declare and its relatives, and unset. */
import type { Variable } from '../variables.js';
import { ReadonlyVariable } from '../variables.js';
import type { Builtin } from './builtin.js';

export function quote(value: string): string {
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
export function declaration(defaults: {
  readonly flags: string;
  readonly local: 'always' | 'in-function' | 'never';
}): Builtin {
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
      else if (operands.length === 0 && /^\+[a-zA-Z]+$/.test(arg))
        for (const flag of arg.slice(1)) off.add(flag);
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
      const local =
        defaults.local === 'always' || (defaults.local === 'in-function' && shell.vars.inFunction);
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

export function applyFlags(
  variable: Variable,
  on: ReadonlySet<string>,
  off: ReadonlySet<string> = new Set(),
): void {
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
    } else if (functions || (shell.vars.find(name) === undefined && shell.functions.has(name)))
      shell.functions.delete(name);
    else shell.vars.unset(name);
  }
  return 0;
};
