/** Which words are builtins of the shell. */
import * as control from './control.js';
import * as variables from './variables.js';
import type { Builtin } from './variables.js';

const done: Builtin = () => 0;

/** Filled on first use, because the builtins and this table know each other. */
class Table {
  #map: Map<string, Builtin> | null = null;
  get #builtins(): Map<string, Builtin> {
    this.#map ??= new Map<string, Builtin>([
      [':', done],
      ['true', done],
      ['false', () => 1],
      ['echo', variables.echo],
      ['printf', variables.printfBuiltin],
      ['read', variables.read],
      ['mapfile', variables.mapfile],
      ['readarray', variables.mapfile],
      ['declare', variables.declaration({ flags: '', local: 'in-function' })],
      ['typeset', variables.declaration({ flags: '', local: 'in-function' })],
      ['local', variables.declaration({ flags: '', local: 'always' })],
      ['export', variables.declaration({ flags: 'x', local: 'never' })],
      ['readonly', variables.declaration({ flags: 'r', local: 'never' })],
      ['unset', variables.unset],
      ['set', variables.set],
      ['shift', variables.shift],
      ['shopt', variables.shopt],
      ['getopts', variables.getopts],
      ['cd', control.cd],
      ['pwd', control.pwd],
      ['eval', control.evalBuiltin],
      ['source', control.source],
      ['.', control.source],
      ['exit', control.exit],
      ['return', control.returnBuiltin],
      ['break', control.loopControl('break')],
      ['continue', control.loopControl('continue')],
      ['trap', control.trap],
      ['wait', control.wait],
      ['kill', control.kill],
      ['umask', control.umask],
      ['command', control.command],
      ['builtin', control.command],
      ['type', control.type],
      ['test', control.testBuiltin(false)],
      ['[', control.testBuiltin(true)],
      ['let', control.letBuiltin],
      ['jobs', control.jobs],
      ['hash', done],
      ['ulimit', async (shell) => (await shell.process.out('unlimited\n'), 0)],
      ['disown', done],
      ['times', async (shell) => (await shell.process.out('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n'), 0)],
    ]);
    return this.#map;
  }
  get(name: string): Builtin | undefined {
    return this.#builtins.get(name);
  }
  has(name: string): boolean {
    return this.#builtins.has(name);
  }
}
export const BUILTINS = new Table();

const DECLARATIONS = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);
const KEYWORDS = new Set(['if', 'then', 'else', 'elif', 'fi', 'for', 'while', 'until', 'do', 'done', 'case', 'esac', 'function', 'time', '[[', ']]', '{', '}', '!']);

export const isDeclaration = (name: string): boolean => DECLARATIONS.has(name);
export const isKeyword = (name: string): boolean => KEYWORDS.has(name);
