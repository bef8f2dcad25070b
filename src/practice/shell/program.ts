/** The program `bash` (and `sh`): its options, and where the script comes from. */
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { SystemError } from '../vfs/inode.js';
import { parseScript, type ScriptNode, type StatementNode } from './ast.js';
import { BUILTINS } from './builtins/table.js';
import { failOnMistake, promptFor, runTyped, takeSeat } from './interactive.js';
import { RedirectionError } from './redirection.js';
import { Shell } from './shell.js';
import { runSimple } from './simple.js';

interface Invocation {
  readonly command: string | null;
  readonly stdin: boolean;
  readonly login: boolean;
  readonly interactive: boolean;
  readonly checkOnly: boolean;
  readonly settings: readonly string[];
  readonly shopts: readonly string[];
  readonly words: readonly string[];
}

function invocation(args: readonly string[]): Invocation | string {
  let command = false;
  const found = { stdin: false, login: false, interactive: false, checkOnly: false };
  const settings: string[] = [];
  const shopts: string[] = [];
  let at = 0;
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--' || arg === '-') {
      at += 1;
      break;
    }
    if (arg === '--login') found.login = true;
    else if (/^--(norc|noprofile|posix|noediting)$/.test(arg)) continue;
    else if (arg === '-o' || arg === '+o') {
      at += 1;
      settings.push(arg, args[at] ?? '');
    } else if (arg === '-O') {
      at += 1;
      shopts.push(args[at] ?? '');
    } else if (/^[-+][a-zA-Z]+$/.test(arg)) {
      for (const letter of arg.slice(1)) {
        if (letter === 'c') command = true;
        else if (letter === 's') found.stdin = true;
        else if (letter === 'l') found.login = true;
        else if (letter === 'i') found.interactive = true;
        else if (letter === 'n') found.checkOnly = true;
        else if (letter === 'o') {
          at += 1;
          settings.push(`${arg[0]}o`, args[at] ?? '');
        } else if (letter !== 'p' && letter !== 'r') settings.push(`${arg[0]}${letter}`);
      }
    } else if (arg.startsWith('--')) return `${arg}: invalid option`;
    else break;
  }
  const words = args.slice(at);
  if (command && words.length === 0) return '-c: option requires an argument';
  return {
    ...found,
    command: command ? (words[0] ?? '') : null,
    settings,
    shopts,
    words: command ? words.slice(1) : words,
  };
}

/** `bash [options] [-c text | file | -s] [arguments]`. */
export const bash: Program = async (process, args) => {
  const how = invocation(args);
  if (typeof how === 'string') {
    await process.err(`bash: ${how}\n`);
    return 2;
  }
  const called = process.name.replace(/^-/, '');
  const shell = new Shell(process, called === '' ? 'bash' : (process.argv[0] ?? 'bash'));
  shell.begin();
  for (const name of how.shopts) shell.shopt.add(name);
  return shell.live(async () => {
    if (how.settings.length > 0) await BUILTINS.get('set')?.(shell, how.settings);
    if (how.login) await profile(shell);
    const [first, ...rest] = how.words;
    if (how.command !== null) {
      shell.positional = rest;
      if (first !== undefined) shell.name = first;
      shell.expansionStatus = 127;
      await runWhole(shell, how.command, how.checkOnly);
    } else if (first !== undefined && !how.stdin) {
      shell.positional = rest;
      await runFile(shell, first, how.checkOnly);
    } else {
      shell.positional = how.words;
      await runStandardInput(shell, how.interactive || process.tty);
    }
  });
};

async function profile(shell: Shell): Promise<void> {
  const text = shell.process.kernel.volume.text('/etc/profile');
  if (text !== null) await shell.runText(text);
}

async function runWhole(shell: Shell, text: string, checkOnly: boolean): Promise<void> {
  let script: ScriptNode;
  try {
    script = parseScript(text);
  } catch (error) {
    await shell.syntaxError(error);
    return;
  }
  if (checkOnly) return;
  // Like bash, a shell that was started for one command becomes that command.
  const only = script.statements.length === 1 ? script.statements[0] : undefined;
  const pipeline = only?.pipelines.length === 1 && !only.background ? only.pipelines[0] : undefined;
  const command = pipeline?.commands.length === 1 && !pipeline.negated ? pipeline.commands[0] : undefined;
  if (command?.type === 'SimpleCommand' && command.name !== null && only?.deferredError === undefined) {
    await runSimple(shell, command, true).catch((error: unknown) => reportRedirection(shell, error));
  } else await shell.runStatements(script.statements);
}
async function reportRedirection(shell: Shell, error: unknown): Promise<void> {
  if (!(error instanceof RedirectionError)) throw error;
  await shell.complain(error.message);
  shell.status = 1;
}

async function runFile(shell: Shell, file: string, checkOnly: boolean): Promise<void> {
  shell.name = file;
  let text: string;
  try {
    text = shell.process.view.readText(shell.process.path(file));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await shell.process.err(`bash: ${file}: ${error.message}\n`);
    shell.status = error.code === 'ENOENT' ? 127 : 126;
    return;
  }
  await runWhole(shell, text, checkOnly);
}

const QUIET_MS = 25;

/** Bytes looked at in one go: a script may be followed by much that is meant for its commands. */
const GATHER_BYTES = 256 * 1024;

/**
 * Gives what has come in so far; `ended` when nothing more will. Waits for the first bytes, then until it is quiet.
 * @param byLine one read is enough: a terminal gives whole lines, and the next may be meant for a command
 */
async function gather(
  process: Process,
  byLine: boolean,
): Promise<{ readonly bytes: Buffer; readonly ended: boolean }> {
  const description = process.descriptor(0);
  const chunks: Buffer[] = [];
  const first = await description.read(1 << 20, process.signal);
  if (first === null) return { bytes: Buffer.alloc(0), ended: true };
  chunks.push(first);
  if (byLine) return { bytes: first, ended: false };
  for (
    let size = first.length;
    size < GATHER_BYTES;
    size = chunks.reduce((sum, one) => sum + one.length, 0)
  ) {
    const quiet = AbortSignal.any([process.signal, AbortSignal.timeout(QUIET_MS)]);
    try {
      const chunk = await description.read(1 << 20, quiet);
      if (chunk === null) return { bytes: Buffer.concat(chunks), ended: true };
      chunks.push(chunk);
    } catch (error) {
      process.signal.throwIfAborted();
      if (quiet.aborted) return { bytes: Buffer.concat(chunks), ended: false };
      throw error;
    }
  }
  return { bytes: Buffer.concat(chunks), ended: false };
}

/** Parses a text of which more may come; null when it is not complete yet. Throws when it ended and is wrong. */
function parsePart(text: string, ended: boolean): ScriptNode | null {
  if (!ended && !text.endsWith('\n')) return null;
  let script: ScriptNode;
  try {
    script = parseScript(text);
  } catch (error) {
    if (ended) throw error;
    return null;
  }
  if (ended) return script;
  const last = script.statements.at(-1);
  const command = last?.pipelines.at(-1)?.commands.at(-1);
  const dangling =
    last !== undefined &&
    (last.operators.length >= last.pipelines.length ||
      (command?.type === 'SimpleCommand' &&
        command.name === null &&
        command.assignments.length + command.redirections.length === 0));
  const open = text.includes('<<') && JSON.stringify(script).includes('"terminated":false');
  return dangling || open ? null : script;
}

/** Commands that are complete, and the bytes behind them. */
interface Part {
  readonly script: ScriptNode;
  readonly text: string;
  readonly rest: Buffer;
}

/** All that has come, when it is a script as a whole; else its first group, when what follows it is no script. */
function partOf(bytes: Buffer, ended: boolean): Part | null {
  const none = Buffer.alloc(0);
  const group = isText(bytes) ? null : firstGroup(bytes);
  if (group !== null) return group;
  const text = bytes.toString('utf8');
  try {
    const script = parsePart(text, ended);
    if (script !== null) return { script, text, rest: none };
  } catch (error) {
    const first = firstGroup(bytes);
    if (first === null) throw error;
    return first;
  }
  return firstGroup(bytes);
}

/** How far into the bytes such a group is looked for. */
const GROUP_BYTES = 64 * 1024;

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8')).equals(bytes);
}

/** The first lines up to one that begins with the closing brace of a `{ … }` in them. */
function firstGroup(bytes: Buffer): Part | null {
  for (let at = bytes.indexOf('\n}'); at !== -1 && at < GROUP_BYTES; at = bytes.indexOf('\n}', at + 1)) {
    const end = bytes.indexOf('\n', at + 1) + 1;
    if (end === 0) return null;
    const text = bytes.subarray(0, end).toString('utf8');
    try {
      const script = parsePart(text, false);
      if (script !== null) return { script, text, rest: bytes.subarray(end) };
    } catch {
      // A brace inside of a here-document, or of what is no script at all.
    }
  }
  return null;
}

/** `bash -s`: runs what comes in on stdin as it comes; a command that reads stdin gets the lines after its own. */
async function runStandardInput(shell: Shell, interactive: boolean): Promise<void> {
  const { process } = shell;
  const terminal = interactive ? takeSeat(shell) : null;
  const prompt = async () => {
    if (interactive) await process.out(promptFor(shell, terminal));
  };
  let pending: Buffer = Buffer.alloc(0);
  let ended = false;
  await prompt();
  while (!ended || pending.length > 0) {
    if (!ended) {
      const part = await gather(process, terminal !== null);
      pending = Buffer.concat([pending, part.bytes]);
      ({ ended } = part);
    }
    let part: Part | null = null;
    if (shell.interrupted) pending = Buffer.alloc(0);
    else
      try {
        part = partOf(pending, ended);
        if (part === null) {
          if (terminal !== null) failOnMistake(pending.toString('utf8'));
          if (terminal !== null) await process.out('> ');
          continue;
        }
      } catch (error) {
        await shell.syntaxError(error);
        if (terminal === null || ended) return;
        pending = Buffer.alloc(0);
      }
    if (part !== null) {
      pending =
        terminal === null ? await runShared(shell, part) : await runTyped(shell, runShared(shell, part));
      if (pending.length === 0) shell.lineOffset += part.text.split('\n').length - 1;
    }
    shell.interrupted = false;
    if (!ended && pending.length === 0) await prompt();
  }
  if (interactive) await process.out('exit\n');
}
/** Top-level statements grouped by the line they start on, each group with the offset where the next one starts. */
function lines(script: ScriptNode, text: string): { readonly statements: StatementNode[]; next: number }[] {
  const groups: { readonly statements: StatementNode[]; next: number }[] = [];
  let cursor = 0;
  for (const statement of script.statements) {
    const source = statement.sourceText ?? '';
    const at = Math.max(cursor, text.indexOf(source, cursor));
    const last = groups.at(-1);
    if (last !== undefined && !text.slice(cursor, at).includes('\n')) last.statements.push(statement);
    else {
      if (last !== undefined) last.next = text.lastIndexOf('\n', at) + 1;
      groups.push({ statements: [statement], next: text.length });
    }
    cursor = at + source.length;
    const lineEnd = text.indexOf('\n', cursor);
    const current = groups.at(-1);
    if (current !== undefined) current.next = lineEnd < 0 ? text.length : lineEnd + 1;
  }
  return groups;
}

/** Runs top-level statements with the lines after theirs readable on stdin. Gives what must be parsed anew. */
async function runShared(shell: Shell, { script, text, rest: behind }: Part): Promise<Buffer> {
  const groups = lines(script, text);
  for (const [index, { statements, next }] of groups.entries()) {
    const own = Buffer.from(index === groups.length - 1 ? '' : text.slice(next));
    const rest = behind.length === 0 ? own : Buffer.concat([own, behind]);
    const description = shell.process.descriptor(0);
    const before = description.pushedBack;
    description.unread(rest);
    await shell.runStatements(statements);
    if (shell.process.descriptors.get(0) !== description) return Buffer.alloc(0);
    const left = description.pushedBack - before;
    if (left > 0) await description.read(left, shell.process.signal);
    if (left < rest.length) return Buffer.from(rest.subarray(rest.length - Math.max(0, left)));
    if (index === groups.length - 1) return Buffer.from(behind);
  }
  return Buffer.alloc(0);
}

/** Builtins that are programs too, for `sudo test`, `xargs echo`, `env printf`. */
export function builtinProgram(name: string): Program {
  return (process, args) => {
    const shell = new Shell(process, process.name);
    const builtin = BUILTINS.get(name);
    return shell.live(async () => {
      if (builtin !== undefined) shell.status = await builtin(shell, args);
    });
  };
}
