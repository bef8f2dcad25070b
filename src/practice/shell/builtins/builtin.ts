/** What a builtin of the shell is. */
import { ExitRequest } from '../flow.js';
import type { Shell } from '../shell.js';

export type Builtin = (shell: Shell, args: readonly string[]) => Promise<number> | number;

/** `exit` and friends want a number. @throws ExitRequest 2 */
export async function statusArgument(shell: Shell, name: string, arg: string | undefined): Promise<number> {
  if (arg === undefined) return shell.status;
  if (!/^-?\d+$/.test(arg)) {
    await shell.complain(`${name}: ${arg}: numeric argument required`);
    throw new ExitRequest(2);
  }
  return Number(arg) & 0xff;
}
