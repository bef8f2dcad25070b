/** Reading the options of a simulated program, GNU style. */

export interface OptionSpec {
  /** Letters without a value, e.g. `rf`. */
  readonly flags?: string;
  /** Letters with a value, e.g. `no`. */
  readonly values?: string;
  /** Long names; with `=` at the end when they take a value: `['recursive', 'mode=']`. */
  readonly long?: readonly string[];
  /** Stop at the first operand (sudo, timeout, nice). */
  readonly stopAtOperand?: boolean;
}
export interface Options {
  has(...names: readonly string[]): boolean;
  value(...names: readonly string[]): string | undefined;
  all(name: string): readonly string[];
  readonly operands: readonly string[];
}

/** An option that the simulated program does not know. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly option: string;
  constructor(option: string, words: string) {
    super(words);
    this.option = option;
  }
}

/** @throws OptionError for an option that is not in the spec, or one without its value */
export function readOptions(args: readonly string[], spec: OptionSpec): Options {
  const found: [string, string][] = [];
  const operands: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const [name = '', inline] = splitOnce(arg.slice(2));
      const plain = spec.long?.includes(name) ?? false;
      const valued = spec.long?.includes(`${name}=`) ?? false;
      if (valued && inline === undefined && !plain) {
        at += 1;
        const value = args[at];
        if (value === undefined) throw new OptionError(arg, `option '--${name}' requires an argument`);
        found.push([name, value]);
      } else if (plain || valued) found.push([name, inline ?? '']);
      else throw new OptionError(arg, `unrecognized option '${arg}'`);
    } else if (/^-./.test(arg)) {
      for (let index = 1; index < arg.length; index += 1) {
        const letter = arg[index] ?? '';
        if (spec.values?.includes(letter) === true) {
          const inline = arg.slice(index + 1);
          if (inline === '') at += 1;
          const value = inline === '' ? args[at] : inline;
          if (value === undefined)
            throw new OptionError(`-${letter}`, `option requires an argument -- '${letter}'`);
          found.push([letter, value]);
          break;
        }
        if (spec.flags?.includes(letter) !== true) {
          throw new OptionError(`-${letter}`, `invalid option -- '${letter}'`);
        }
        found.push([letter, '']);
      }
    } else if (spec.stopAtOperand === true) {
      operands.push(...args.slice(at));
      break;
    } else operands.push(arg);
  }
  return {
    has: (...names) => found.some(([name]) => names.includes(name)),
    value: (...names) => found.findLast(([name]) => names.includes(name))?.[1],
    all: (wanted) => found.filter(([name]) => name === wanted).map(([, value]) => value),
    operands,
  };
}
function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
