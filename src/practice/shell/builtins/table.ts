/** Which words are builtins of the shell. */
import type { Builtin } from './builtin.js';
import * as commands from './commands.js';
import * as control from './control.js';
import { declaration, unset } from './declare.js';
import * as jobs from './jobs.js';
import { echo, printfBuiltin } from './output.js';
import { mapfile, read } from './read.js';
import * as variables from './variables.js';

const done: Builtin = () => 0;

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [':', done],
  ['true', done],
  ['false', () => 1],
  ['echo', echo],
  ['printf', printfBuiltin],
  ['read', read],
  ['mapfile', mapfile],
  ['readarray', mapfile],
  ['declare', declaration({ flags: '', local: 'in-function' })],
  ['typeset', declaration({ flags: '', local: 'in-function' })],
  ['local', declaration({ flags: '', local: 'always' })],
  ['export', declaration({ flags: 'x', local: 'never' })],
  ['readonly', declaration({ flags: 'r', local: 'never' })],
  ['unset', unset],
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
  ['trap', jobs.trap],
  ['wait', jobs.wait],
  ['kill', jobs.kill],
  ['umask', control.umask],
  ['command', commands.command],
  ['builtin', commands.command],
  ['type', commands.type],
  ['test', commands.testBuiltin(false)],
  ['[', commands.testBuiltin(true)],
  ['let', commands.letBuiltin],
  ['jobs', jobs.jobs],
  ['hash', done],
  ['ulimit', async (shell) => (await shell.process.out('unlimited\n'), 0)],
  ['disown', done],
  ['times', async (shell) => (await shell.process.out('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n'), 0)],
]);

const DECLARATIONS = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);
/** Builtins whose arguments are read as assignments. */
export const isDeclaration = (name: string): boolean => DECLARATIONS.has(name);
