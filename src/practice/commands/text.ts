/** Text tools that are not ours: just-bash's, given a host's files and a whole standard input. */
import { Bash, type CommandName, type ExecResult } from 'just-bash';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { forJq, jqReadsInput } from './jq-words.js';
import { ToolFileSystem } from '../vfs/just-bash-fs.js';

export const TEXT_TOOLS = [
  'grep',
  'fgrep',
  'egrep',
  'sed',
  'awk',
  'uniq',
  'comm',
  'cut',
  'paste',
  'tr',
  'rev',
  'nl',
  'fold',
  'expand',
  'unexpand',
  'strings',
  'column',
  'join',
  'jq',
  'base64',
  'seq',
  'expr',
  'md5sum',
  'sha1sum',
  'sha256sum',
  'file',
  'tac',
  'od',
  'gzip',
  'gunzip',
  'zcat',
  'wc',
  'basename',
  'dirname',
  'du',
  'tree',
  'split',
] as const satisfies readonly CommandName[];

const ENOUGH = 1_000_000_000;
const limits = {
  maxCommandCount: ENOUGH,
  maxLoopIterations: ENOUGH,
  maxAwkIterations: ENOUGH,
  maxSedIterations: ENOUGH,
  maxOutputSize: 256 << 20,
  maxInputBytes: 256 << 20,
  maxStringLength: 256 << 20,
} as const;

/** Runs one of just-bash's commands over bytes. */
async function runTool(
  process: Process,
  name: CommandName,
  args: readonly string[],
  stdin: Buffer,
): Promise<ExecResult> {
  const streams = new Map([['/dev/stdin', stdin]]);
  for (const arg of args) {
    const fd = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(arg)?.[1];
    if (fd !== undefined && process.descriptors.has(Number(fd)))
      streams.set(arg, await process.readAll(Number(fd)));
  }
  const tool = new Bash({
    fs: new ToolFileSystem(process.view, streams),
    cwd: process.cwd,
    commands: [name],
    defenseInDepth: false,
    executionLimits: limits,
  });
  return tool.exec(name, {
    args: posixBrackets(name, args),
    stdin: stdin.toString('latin1'),
    stdinKind: 'bytes',
    cwd: process.cwd,
    env: Object.fromEntries(process.env),
    replaceEnv: true,
    signal: process.signal,
  });
}

/** In a bracket expression of POSIX a backslash is a character like others; just-bash's patterns are JavaScript's. */
const posixBrackets = (name: string, args: readonly string[]): string[] =>
  args.map((arg) =>
    /^[ef]?grep$/.test(name) ? arg.replace(/(?<!\\)\[(\^?[^\]\\]*)\\\]/g, '[$1\\\\]') : arg,
  );

/** Names of files on the command line mean that stdin is not read. */
function wantsInput(name: string, args: readonly string[]): boolean {
  if (name === 'jq') return jqReadsInput(args);
  const operands = args.filter((arg) => !arg.startsWith('-') || arg === '-');
  if (['seq', 'expr', 'basename', 'dirname', 'du', 'tree'].includes(name)) return operands.includes('-');
  if (args.includes('-') || args.includes('/dev/stdin')) return true;
  // jq's -e is about its exit status.
  const program = args.some((arg) => (name === 'jq' ? /^-f|^--from-file/ : /^-[ef]/).test(arg)) ? 0 : 1;
  if (['grep', 'egrep', 'fgrep', 'sed', 'awk', 'jq', 'tr'].includes(name)) {
    return name === 'tr' || operands.length <= program + optionValues(name, args);
  }
  return operands.length === 0 || operands.length <= optionValues(name, args);
}
/** How many operands are really values of the options before them, like the 1 of `cut -f 1`. */
function optionValues(name: string, args: readonly string[]): number {
  const letters: Readonly<Record<string, string>> = {
    grep: 'efmABC',
    egrep: 'efmABC',
    sed: 'ef',
    awk: 'Fvf',
    cut: 'dfbc',
    sort: 'kto',
    uniq: 'fsw',
    paste: 'd',
    fold: 'w',
    od: 'tjNA',
    base64: 'w',
    column: 'tsc',
    jq: '',
  };
  const wanted = letters[name] ?? '';
  // jq's variables: a name and a value each.
  const pairs =
    name === 'jq' ? args.filter((arg) => /^--(arg|argjson|slurpfile|rawfile)$/.test(arg)).length * 2 : 0;
  return (
    pairs +
    args.filter((arg) => arg.length === 2 && arg.startsWith('-') && wanted.includes(arg.charAt(1))).length
  );
}

/**
 * grep's options that just-bash's does not know: -s is done here (its complaints are dropped), the others change nothing
 * for a pipe that is read whole. Gives the words that are left, and whether complaints are wanted.
 */
function forGrep(args: readonly string[]): { readonly words: readonly string[]; readonly silent: boolean } {
  let silent = false;
  const words = args.flatMap((arg) => {
    if (arg === '--no-messages') silent = true;
    if (/^--(no-messages|line-buffered|text|colou?r(=.*)?)$/.test(arg)) return [];
    if (!/^-[A-Za-z]/.test(arg)) return [arg];
    const valued = arg.search(/[efmABC]/);
    const flags = valued < 0 ? arg.slice(1) : arg.slice(1, valued);
    if (flags.includes('s')) silent = true;
    const kept = flags.replace(/[saU]/g, '') + (valued < 0 ? '' : arg.slice(valued));
    return kept === '' ? [] : [`-${kept}`];
  });
  return { words, silent };
}

/** Several -e are one pattern with alternatives: just-bash's grep takes only the last of them. */
function onePattern(name: string, args: readonly string[]): readonly string[] {
  const patterns: string[] = [];
  const rest: string[] = [];
  let kind = name === 'egrep' ? 'E' : name === 'fgrep' ? 'F' : 'G';
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      rest.push(...args.slice(at));
      break;
    }
    const match = /^-([A-DG-Za-dg-z]*[EFP]?[A-Za-z]*?)e(.*)$/s.exec(arg);
    if (arg.startsWith('--regexp=')) patterns.push(arg.slice(9));
    else if (match !== null && !arg.startsWith('--') && !/[fmABC]/.test(match[1] ?? '')) {
      const flags = match[1] ?? '';
      if (flags !== '') rest.push(`-${flags}`);
      kind = /[EFP]/.exec(flags)?.[0] ?? kind;
      patterns.push(match[2] === '' ? (args[(at += 1)] ?? '') : (match[2] ?? ''));
    } else {
      if (/^-[A-Za-z]+$/.test(arg)) kind = /[EFP]/.exec(arg)?.[0] ?? kind;
      rest.push(arg);
    }
  }
  if (patterns.length === 0) return args;
  if (kind === 'F' && patterns.length > 1) {
    const plain = patterns.map((one) => one.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return [
      ...rest.map((arg) => (/^-[A-Za-z]*F/.test(arg) ? arg.replace('F', 'E') : arg)),
      '-E',
      '-e',
      plain.join('|'),
    ];
  }
  const joint = patterns.join(kind === 'G' ? '\\|' : '|');
  const dashes = rest.indexOf('--');
  return dashes < 0 ? ['-e', joint, ...rest] : [...rest.slice(0, dashes), '-e', joint, ...rest.slice(dashes)];
}
/** Writes options apart where just-bash wants that: `paste -sd,` is `paste -s -d ,`. */
function apart(name: CommandName, args: readonly string[]): readonly string[] {
  if (name !== 'paste') return args;
  const words = args.flatMap((arg) => {
    const match = /^-(s?)d(.+)$/.exec(arg) ?? /^-(s)d()$/.exec(arg);
    if (match === null) return [arg];
    return [
      ...(match[1] === 's' ? ['-s'] : []),
      '-d',
      ...(match[2] === '' || match[2] === undefined ? [] : [match[2]]),
    ];
  });
  const files = words.filter((word, index) => !/^-./.test(word) && words[index - 1] !== '-d');
  return files.length === 0 ? [...words, '-'] : words;
}

/** Counters that are compared with 0: just-bash's awk takes one that was never set for text, which is not 0. */
function countersFirst(program: string): string {
  const counted = [...program.matchAll(/\b([A-Za-z_]\w*)(?:\+\+|\s*\+=)|\+\+([A-Za-z_]\w*)/g)];
  const names = [...new Set(counted.map((match) => match[1] ?? match[2] ?? ''))].filter((name) =>
    new RegExp(`\\b${name}\\s*(?:[=!<>]=|[<>])\\s*0\\b`).test(program),
  );
  return names.length === 0
    ? program
    : `BEGIN { ${names.map((name) => `${name} = 0`).join('; ')} }\n${program}`;
}
/**
 * awk as mawk is: with -f, for which the text of the file is given in its place, and with a separator of one character
 * that is just that character.
 */
function forAwk(process: Process, args: readonly string[]): readonly string[] {
  const kept: string[] = [];
  const programs: string[] = [];
  const literal = (separator: string) =>
    /^[|.^$*+?()[\]{}]$/.test(separator) ? (separator === '^' ? '\\^' : `[${separator}]`) : separator;
  let at = 0;
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at += 1;
      break;
    }
    if (!arg.startsWith('-') || arg === '-') break;
    const next = () => (arg.length > 2 ? arg.slice(2) : (args[(at += 1)] ?? ''));
    if (arg.startsWith('-f')) programs.push(process.view.readText(process.path(next())));
    else if (arg.startsWith('-F')) kept.push('-F', literal(next()));
    else {
      kept.push(arg);
      if (arg === '-v') kept.push(args[(at += 1)] ?? '');
    }
  }
  const rest = args.slice(at);
  const program = programs.length > 0 ? programs.join('\n') : rest.shift();
  return program === undefined ? kept : [...kept, countersFirst(program), ...rest];
}

export function textTool(name: CommandName): Program {
  return async (process, words) => {
    const given = name === 'awk' ? forAwk(process, words) : name === 'jq' ? forJq(words) : words;
    const grep = ['grep', 'egrep', 'fgrep'].includes(name) ? forGrep(onePattern(name, given)) : null;
    const args = grep?.words ?? apart(name, given);
    const stdin = wantsInput(name, args) ? await process.readAll(0) : Buffer.alloc(0);
    const result = await runTool(process, name, args, stdin);
    const bytes = result.stdoutKind === 'bytes' || result.stdoutEncoding === 'binary';
    if (grep?.silent !== true) await process.err(result.stderr.replace(/^bash: (?:line \d+: )?/gm, ''));
    await process.out(Buffer.from(result.stdout, bytes ? 'latin1' : 'utf8'));
    return result.exitCode;
  };
}
