/** A shell that somebody sits at: its prompt, its terminal, and mistakes that spoil no more than a line. */
import { terminalOf, type Terminal } from '../terminal.js';
import { parseScript } from './ast.js';
import { BreakRequest, ExpansionError, Interrupted, WrongStatement } from './flow.js';
import type { Shell } from './shell.js';
import { ReadonlyVariable } from './variables.js';

/** Takes the shell's seat at its terminal, so that Ctrl-C spares it. @returns the terminal; null when it has none */
export function takeSeat(shell: Shell): Terminal | null {
  const terminal = terminalOf(shell.process);
  terminal?.seat({
    shell: shell.process,
    interrupted: () => {
      shell.interrupted = true;
      shell.interrupts.wake();
    },
    inBackground: (pid) => shell.children.has(pid),
  });
  return terminal;
}
/** The prompt; before it the shell notes the size of the window, as bash does with checkwinsize. */
export function promptFor(shell: Shell, terminal: Terminal | null): string {
  if (terminal !== null) {
    shell.vars.set('COLUMNS', String(terminal.size.columns));
    shell.vars.set('LINES', String(terminal.size.rows));
  }
  const { credentials, cwd } = shell.process;
  const home = shell.vars.get('HOME') ?? '';
  const shown = home !== '' && cwd.startsWith(home) ? `~${cwd.slice(home.length)}` : cwd;
  return `${credentials.user}@${shell.parameter('HOSTNAME') ?? 'host'}:${shown}${credentials.uid === 0 ? '#' : '$'} `;
}
/** What is not complete may become right by what follows; what is wrong before its end does not. @throws the parser's */
export function failOnMistake(text: string): void {
  try {
    parseScript(text);
  } catch (error) {
    const words = error instanceof Error ? error.message : '';
    const line = Number(/^Parse error at (\d+):/.exec(words)?.[1] ?? 0);
    if (!/\bEOF\b/.test(words) && line !== text.split('\n').length) throw error;
  }
}
/** What ends a script only spoils one line of somebody at a terminal. @param run what gives the bytes to go on with */
export async function runTyped(shell: Shell, run: Promise<Buffer>): Promise<Buffer> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof Interrupted) shell.status = 130;
    else if (error instanceof WrongStatement) shell.status = error.status;
    else if (error instanceof ExpansionError || error instanceof ReadonlyVariable) {
      await shell.complain(error.message);
      shell.status = 1;
    } else if (!(error instanceof BreakRequest)) throw error;
    return Buffer.alloc(0);
  }
}
