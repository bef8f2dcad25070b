/** jq's command line: which words are options, values of options, the filter, and files. */

const PAIRS = /^--(arg|argjson|slurpfile|rawfile)$/;
const VALUED = /^--(from-file|indent|library-path|tab-width)$/;
/** The words that are neither options nor values of options: the filter, then files. */
function operands(args: readonly string[]): {
  readonly words: readonly string[];
  readonly fromFile: boolean;
  readonly nothing: boolean;
} {
  const words: string[] = [];
  let fromFile = false;
  let nothing = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--args' || arg === '--jsonargs') {
      // What follows the filter are values for $ARGS.
      if (words.length === 0 && args[at + 1] !== undefined) words.push(args[at + 1] ?? '');
      break;
    }
    if (PAIRS.test(arg)) at += 2;
    else if (arg.startsWith('--')) {
      if (arg === '--null-input') nothing = true;
      if (arg === '--from-file') fromFile = true;
      if (VALUED.test(arg)) at += 1;
    } else if (/^-[A-Za-z]/.test(arg)) {
      if (arg.includes('n')) nothing = true;
      if (/[fL]$/.test(arg)) {
        if (arg.endsWith('f')) fromFile = true;
        at += 1;
      }
    } else words.push(arg);
  }
  return { words, fromFile, nothing };
}
/** Whether it reads standard input: not with -n, unless the filter itself asks, and not when files are named. */
export function jqReadsInput(args: readonly string[]): boolean {
  const { words, fromFile, nothing } = operands(args);
  const [filter = ''] = words;
  if (nothing) return /\binputs?\b/.test(filter);
  return words.length <= (fromFile ? 0 : 1);
}
/**
 * For just-bash's jq: -j prints strings as they are, too, and `{$name}` is written out as `{"name": $name}`, which it does
 * not know by itself.
 */
export function forJq(args: readonly string[]): readonly string[] {
  const { words, fromFile } = operands(args);
  const filter = fromFile ? undefined : words[0];
  return args.map((arg) => {
    if (arg === filter) return arg.replaceAll(/([{,]\s*)\$(\w+)(?=\s*[,}])/g, '$1"$2": $$$2');
    if (arg === '--join-output') return '-jr';
    return /^-[A-Za-z]*j[A-Za-z]*$/.test(arg) && !arg.includes('r') ? `${arg}r` : arg;
  });
}
