/** What a shell remembers: variables, functions, options, traps, children. No running in here. */
import { DeviceDescription } from '../kernel/description.js';
import { Waiters } from '../kernel/pipe.js';
import type { Process, SignalName } from '../kernel/process.js';
import { evaluate, type Names } from './arithmetic.js';
import type { Node } from './ast.js';
import type { Builtin } from './builtins/builtin.js';
import type { Expander } from './parameters.js';
import { lastIndex, unquote } from './subscripts.js';
import { ReadonlyVariable, Variables } from './variables.js';

export interface Options {
  errexit: boolean;
  nounset: boolean;
  pipefail: boolean;
  xtrace: boolean;
  noglob: boolean;
  noclobber: boolean;
  verbose: boolean;
  allexport: boolean;
  posix: boolean;
}
export const OPTION_LETTERS: Readonly<Record<string, keyof Options>> = {
  e: 'errexit',
  u: 'nounset',
  x: 'xtrace',
  f: 'noglob',
  C: 'noclobber',
  v: 'verbose',
  a: 'allexport',
};
export type TrapName = SignalName | 'EXIT' | 'ERR' | 'DEBUG' | 'RETURN';

export abstract class ShellState {
  abstract readonly process: Process;
  abstract readonly names: Names;
  abstract readonly builtins: ReadonlyMap<string, Builtin>;
  abstract readonly expander: Expander;
  vars = new Variables();
  functions = new Map<string, Node<'FunctionDef'>>();
  readonly options: Options = {
    errexit: false,
    nounset: false,
    pipefail: false,
    xtrace: false,
    noglob: false,
    noclobber: false,
    verbose: false,
    allexport: false,
    posix: false,
  };
  shopt = new Set<string>();
  positional: readonly string[] = [];
  name = 'bash';
  status = 0;
  pipeStatus: readonly number[] = [0];
  line = 1;
  lineOffset = 0;
  lastArgument = '';
  /** `$$`: that of the shell which was started, also in subshells. */
  shellPid = 0;
  lastBackground: number | null = null;
  readonly children = new Map<number, Process>();
  readonly finished = new Map<number, number>();
  /** What `jobs` of a subshell lists: the jobs of the shell it was forked from. */
  jobs: readonly Process[] = [];
  traps = new Map<TrapName, string>();
  readonly pendingTraps: SignalName[] = [];
  inTrap = false;
  /** Set by Ctrl-C at an interactive shell's terminal, until it has given up what it runs. */
  interrupted = false;
  /** Above 0: a failure here ends nothing (conditions, `&&`, `!`). */
  tolerant = 0;
  loops = 0;
  readonly calls: string[] = [];
  /** Set when an expansion ran a `$(…)`, whose status an assignment takes over. */
  substituted = false;
  readonly connections: number[] = [];
  readonly interrupts = new Waiters();
  readonly nothing = new DeviceDescription('null');
  sourced = 0;
  /** Exit status after a failed expansion: bash -c has its own. */
  expansionStatus = 1;
  #seconds = performance.now();

  /** Becomes a copy of another shell, as fork does; traps on signals go back to their defaults. */
  inherit(from: ShellState): void {
    this.vars = from.vars.clone();
    this.functions = new Map(from.functions);
    Object.assign(this.options, from.options);
    this.shopt = new Set(from.shopt);
    this.positional = from.positional;
    this.name = from.name;
    this.status = from.status;
    this.pipeStatus = from.pipeStatus;
    this.line = from.line;
    this.lineOffset = from.lineOffset;
    this.lastArgument = from.lastArgument;
    this.shellPid = from.shellPid;
    this.lastBackground = from.lastBackground;
    this.tolerant = from.tolerant;
    this.loops = from.loops;
    this.calls.push(...from.calls);
    this.sourced = from.sourced;
    this.#seconds = from.#seconds;
    this.jobs = from.children.size > 0 ? [...from.children.values()] : from.jobs;
    for (const [name, action] of from.traps) if (action === '') this.traps.set(name, action);
  }

  get ifs(): string {
    const ifs = this.vars.find('IFS');
    return ifs === undefined ? ' \t\n' : (ifs.value ?? '');
  }
  optionIsSet(name: string): boolean {
    return Object.entries(this.options).some(([option, on]) => option === name && on);
  }
  get flags(): string {
    const letters = Object.entries(OPTION_LETTERS).filter(([, option]) => this.options[option]);
    return `hB${letters.map(([letter]) => letter).join('')}`;
  }

  /** A parameter's value: positional, special, or a variable. */
  parameter(name: string): string | undefined {
    if (/^\d+$/.test(name)) return name === '0' ? this.name : this.positional[Number(name) - 1];
    switch (name) {
      case '?':
        return String(this.status);
      case '$':
        return String(this.shellPid);
      case '!':
        return this.lastBackground === null ? undefined : String(this.lastBackground);
      case '#':
        return String(this.positional.length);
      case '-':
        return this.flags;
      case '_':
        return this.lastArgument;
      case '@':
      case '*':
        return this.positional.length === 0 ? undefined : this.positional.join(' ');
      case 'BASHPID':
        return String(this.process.pid);
      case 'PPID':
        return String(this.process.kernel.process(this.shellPid)?.ppid ?? this.process.ppid);
      case 'UID':
      case 'EUID':
        return String(this.process.credentials.uid);
      case 'RANDOM':
        return String(Math.floor(Math.random() * 32_768));
      case 'SRANDOM':
        return String(Math.floor(Math.random() * 4_294_967_296));
      case 'LINENO':
        return String(this.line);
      case 'SECONDS':
        return String(Math.floor((performance.now() - this.#seconds) / 1000));
      case 'EPOCHSECONDS':
        return String(Math.floor(this.process.kernel.now() / 1000));
      case 'EPOCHREALTIME': {
        const now = this.process.kernel.now();
        return `${Math.floor(now / 1000)}.${String(Math.floor((now % 1000) * 1000)).padStart(6, '0')}`;
      }
      case 'HOSTNAME':
        return this.vars.get(name) ?? this.process.kernel.volume.text('/proc/sys/kernel/hostname')?.trim();
      case 'FUNCNAME':
        return this.calls.at(-1);
      case 'PIPESTATUS':
        return String(this.pipeStatus[0] ?? 0);
      case 'BASH_SOURCE':
        return this.name;
      case 'GROUPS':
        return String(this.process.credentials.gid);
      default:
        return this.vars.get(name);
    }
  }
  /** Lists that the shell keeps itself. */
  specialList(name: string): readonly string[] | undefined {
    if (name === 'PIPESTATUS') return this.pipeStatus.map(String);
    if (name === 'FUNCNAME') return this.calls.toReversed();
    if (name === 'BASH_SOURCE') return [this.name];
    return undefined;
  }
  elements(name: string): readonly string[] {
    const special = this.specialList(name);
    if (special !== undefined) return special;
    const variable = this.vars.find(name);
    if (variable?.list) return [...variable.list].toSorted(([a], [b]) => a - b).map(([, value]) => value);
    if (variable?.table) return [...variable.table.values()];
    return variable?.value === undefined ? [] : [variable.value];
  }
  keys(name: string): readonly string[] {
    const variable = this.vars.find(name);
    if (variable?.list) return [...variable.list.keys()].toSorted((a, b) => a - b).map(String);
    if (variable?.table) return [...variable.table.keys()];
    const special = this.specialList(name);
    if (special !== undefined) return special.map((_, index) => String(index));
    return variable?.value === undefined ? [] : ['0'];
  }
  /** Makes a variable a list (or a table), local to the running function when `scoped`. */
  declareList(name: string, table: boolean, scoped: boolean): void {
    if (scoped && this.vars.inFunction) this.vars.localise(name);
    const variable = this.vars.demand(name);
    if (table) variable.table ??= new Map();
    else variable.list ??= new Map();
  }
  /** One element, or the plain value when there is no subscript. */
  element(name: string, subscript: string | null): string | undefined {
    if (subscript === null) return this.parameter(name);
    const variable = this.vars.find(name);
    if (variable?.table) return variable.table.get(unquote(subscript));
    const index = Number(evaluate(subscript, this.names));
    if (variable?.list) return variable.list.get(index < 0 ? lastIndex(variable.list) + 1 + index : index);
    return index === 0 ? variable?.value : undefined;
  }
  /** Sets a variable or an element; the subscript is expanded already. @throws ReadonlyVariable */
  store(name: string, subscript: string | null, value: string, append = false): void {
    const variable = this.vars.demand(name);
    if (variable.readonly) throw new ReadonlyVariable(name);
    const joined = (old: string | undefined) => {
      if (!append) return variable.integer ? String(evaluate(value, this.names)) : value;
      if (variable.integer) return String(evaluate(`(${old ?? 0})+(${value})`, this.names));
      return (old ?? '') + value;
    };
    if (subscript === null) {
      this.vars.set(name, joined(this.vars.get(name)));
      if (this.options.allexport) variable.exported = true;
      return;
    }
    if (variable.table !== null) {
      const key = unquote(subscript);
      variable.table.set(key, joined(variable.table.get(key)));
      return;
    }
    if (variable.list === null) {
      variable.list = new Map(variable.value === undefined ? [] : [[0, variable.value]]);
      variable.value = undefined;
    }
    const wanted = Number(evaluate(subscript, this.names));
    const index = wanted < 0 ? lastIndex(variable.list) + 1 + wanted : wanted;
    variable.list.set(index, joined(variable.list.get(index)));
  }
}
