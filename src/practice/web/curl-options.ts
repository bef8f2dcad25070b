/** curl's options: from the command line and from --config files. */
import { OptionError } from '../commands/options.js';

/** Long name → its letter, and whether it takes a value. */
const KNOWN: Readonly<Record<string, readonly [letter: string, value: boolean]>> = {
  silent: ['s', false],
  'show-error': ['S', false],
  fail: ['f', false],
  'fail-with-body': ['', false],
  'fail-early': ['', false],
  head: ['I', false],
  include: ['i', false],
  location: ['L', false],
  insecure: ['k', false],
  verbose: ['v', false],
  globoff: ['g', false],
  'remote-name': ['O', false],
  'no-buffer': ['N', false],
  'progress-bar': ['#', false],
  'no-progress-meter': ['', false],
  compressed: ['', false],
  ipv4: ['4', false],
  tlsv1: ['1', false],
  'tlsv1.2': ['', false],
  'tlsv1.3': ['', false],
  'create-dirs': ['', false],
  'retry-connrefused': ['', false],
  'retry-all-errors': ['', false],
  'remote-time': ['R', false],
  junk: ['j', false],
  disable: ['q', false],
  get: ['G', false],
  basic: ['', false],
  anyauth: ['', false],
  'http1.1': ['', false],
  'remove-on-error': ['', false],
  output: ['o', true],
  'write-out': ['w', true],
  'max-time': ['m', true],
  'connect-timeout': ['', true],
  header: ['H', true],
  request: ['X', true],
  'user-agent': ['A', true],
  user: ['u', true],
  data: ['d', true],
  'data-binary': ['', true],
  'data-raw': ['', true],
  'data-ascii': ['', true],
  'data-urlencode': ['', true],
  json: ['', true],
  'continue-at': ['C', true],
  config: ['K', true],
  resolve: ['', true],
  cacert: ['', true],
  cert: ['E', true],
  key: ['', true],
  'cert-type': ['', true],
  'key-type': ['', true],
  capath: ['', true],
  retry: ['', true],
  'retry-delay': ['', true],
  'retry-max-time': ['', true],
  'max-redirs': ['', true],
  proto: ['', true],
  'proto-redir': ['', true],
  'dump-header': ['D', true],
  url: ['', true],
  'speed-limit': ['Y', true],
  'speed-time': ['y', true],
  'limit-rate': ['', true],
  'netrc-file': ['', true],
  noproxy: ['', true],
  proxy: ['x', true],
  'output-dir': ['', true],
  'keepalive-time': ['', true],
};
const LETTERS = new Map(
  Object.entries(KNOWN)
    .filter(([, [letter]]) => letter !== '')
    .map(([name, [letter, value]]) => [letter, [name, value] as const]),
);

export interface CurlOptions {
  readonly found: [name: string, value: string][];
  readonly urls: string[];
}
/** @throws OptionError for what curl, or this simulation of it, does not know */
export function readCurl(args: readonly string[], into: CurlOptions = { found: [], urls: [] }): CurlOptions {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const take = (option: string): string => {
      at += 1;
      const value = args[at];
      if (value === undefined) throw new OptionError(option, `option ${option}: requires parameter`);
      return value;
    };
    if (arg.startsWith('--') && arg.length > 2) {
      const negative = arg.startsWith('--no-') && KNOWN[arg.slice(2)] === undefined;
      const name = negative ? arg.slice(5) : arg.slice(2);
      const known = KNOWN[name];
      if (known === undefined) throw new OptionError(arg, `option ${arg}: is unknown`);
      if (negative) continue;
      add(into, name, known[1] ? take(arg) : '');
    } else if (/^-./.test(arg)) {
      for (let index = 1; index < arg.length; index += 1) {
        const letter = arg.charAt(index);
        const known = LETTERS.get(letter);
        if (known === undefined) throw new OptionError(`-${letter}`, `option -${letter}: is unknown`);
        const [name, valued] = known;
        if (!valued) {
          add(into, name, '');
          continue;
        }
        add(into, name, index + 1 < arg.length ? arg.slice(index + 1) : take(`-${letter}`));
        break;
      }
    } else into.urls.push(arg);
  }
  return into;
}
function add(into: CurlOptions, name: string, value: string): void {
  if (name === 'url') into.urls.push(value);
  else into.found.push([name, value]);
}

/** Words of a --config file, as if they stood on the command line. */
export function configWords(text: string): string[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const match = /^(-{0,2}[A-Za-z][\w.-]*)\s*(?:[=:]\s*|\s+)?([\s\S]*)$/.exec(line);
    if (match === null) return [line];
    const [, name = '', rest = ''] = match;
    const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
    const value =
      quoted === null
        ? rest
        : (quoted[1] ?? '').replace(
            /\\(.)/g,
            (_whole, char: string) => ({ n: '\n', t: '\t', r: '\r' })[char] ?? char,
          );
    const option = name.startsWith('-') ? name : name.length === 1 ? `-${name}` : `--${name}`;
    return rest === '' ? [option] : [option, value];
  });
}
