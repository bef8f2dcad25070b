/** What simulated programs share: their options, and one complaint for each operand that fails. */
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { SystemError } from '../vfs/inode.js';
import { OptionError, readOptions, type OptionSpec, type Options } from './options.js';

/** Runs a program's body with its options; an unknown one is refused. */
export function withOptions(
  spec: OptionSpec,
  body: (process: Process, options: Options) => Promise<number> | number,
): Program {
  return async (process, args) => {
    let options: Options;
    try {
      options = readOptions(args, spec);
    } catch (error) {
      if (error instanceof OptionError) return process.refuse(`option ${error.option}`);
      throw error;
    }
    return body(process, options);
  };
}

/** Does something for each operand; a failed system call is said as `<program>: <doing> '<operand>': <why>`. */
export async function each(
  process: Process,
  operands: readonly string[],
  doing: (operand: string) => string,
  run: (path: string, operand: string) => Promise<void> | void,
): Promise<number> {
  let status = 0;
  for (const operand of operands) {
    try {
      await run(process.path(operand), operand);
    } catch (error) {
      status = 1;
      if (error instanceof Said) continue;
      if (!(error instanceof SystemError)) throw error;
      await process.err(`${process.name}: ${doing(operand)}: ${error.message}\n`);
    }
  }
  return status;
}

/** An operand's failure that was told on stderr already. */
export class Said extends Error {
  override readonly name = 'Said';
}

export const named = (words: string) => (operand: string) => `${words} '${operand}'`;
