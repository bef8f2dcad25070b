/** `>`, `<`, `2>&1`, here-documents: which descriptions a command's descriptors point at. */
import { TextDescription, type Description } from '../kernel/description.js';
import { openPath } from '../kernel/open.js';
import { SystemError } from '../vfs/inode.js';
import { withoutTabs, type Redirection } from './ast.js';
import { expandToText, expandWords } from './expansion.js';
import type { Shell } from './shell.js';

/** A redirection that could not be made; the command is not run. */
export class RedirectionError extends Error {
  override readonly name = 'RedirectionError';
}

/** A descriptor table being built for one command. `undefined` stands for a closed descriptor. */
export type Table = Map<number, Description | undefined>;

async function open(shell: Shell, operator: string, target: string): Promise<Description> {
  const { process } = shell;
  const network = /^\/dev\/(tcp|udp)\/([^/]+)\/([^/]+)$/.exec(target);
  if (network !== null) {
    const [, protocol = '', host = '', port = ''] = network;
    return shell.dial(protocol === 'udp' ? `udp/${host}` : host, port);
  }
  const path = process.path(target);
  switch (operator) {
    case '<':
      return openPath(process, path, { read: true });
    case '<>':
      return openPath(process, path, { read: true, write: true, create: true });
    case '>>':
    case '&>>':
      return openPath(process, path, { write: true, create: true, append: true });
    case '>|':
      return openPath(process, path, { write: true, create: true, truncate: true });
    default:
      if (shell.options.noclobber && process.view.peek(path)?.kind === 'file') {
        throw new RedirectionError(`${target}: cannot overwrite existing file`);
      }
      return openPath(process, path, { write: true, create: true, truncate: true });
  }
}

async function text(shell: Shell, redirection: Redirection): Promise<string> {
  const { target } = redirection;
  if (target.type === 'HereDoc') {
    const content = target.stripTabs ? withoutTabs(target.content) : target.content;
    return target.quoted
      ? content.parts.map((part) => ('value' in part ? part.value : '')).join('')
      : expandToText(shell, content);
  }
  return `${await expandToText(shell, target)}\n`;
}

function lowestFree(shell: Shell, table: Table): number {
  let fd = 10;
  while (table.get(fd) !== undefined || (shell.process.descriptors.has(fd) && !table.has(fd))) fd += 1;
  return fd;
}

/**
 * Works out what the descriptors shall be, left to right; nothing in the shell itself is changed.
 * @throws RedirectionError with bash's words
 */
export async function resolveRedirections(
  shell: Shell,
  redirections: readonly Redirection[],
): Promise<Table> {
  const table: Table = new Map();
  const current = (fd: number) => (table.has(fd) ? table.get(fd) : shell.process.descriptors.get(fd));
  for (const redirection of redirections) {
    const { operator } = redirection;
    let fd = redirection.fd ?? (operator.startsWith('<') ? 0 : 1);
    if (redirection.fdVariable !== undefined) {
      fd = lowestFree(shell, table);
      await shell.assign(redirection.fdVariable, String(fd), false);
    }
    if (operator === '<<' || operator === '<<-' || operator === '<<<') {
      table.set(fd, new TextDescription(await text(shell, redirection)));
      continue;
    }
    if (redirection.target.type === 'HereDoc') continue;
    const words = await expandWords(shell, [redirection.target]);
    const [target] = words;
    if (target === undefined || words.length > 1) throw new RedirectionError('ambiguous redirect');
    if (operator === '>&' || operator === '<&') {
      const source = /^(\d+)(-?)$/.exec(target);
      if (target === '-') table.set(fd, undefined);
      else if (source !== null) {
        const from = Number(source[1]);
        const description = current(from);
        if (description === undefined) throw new RedirectionError(`${from}: Bad file descriptor`);
        table.set(fd, description);
        if (source[2] === '-') table.set(from, undefined);
      } else if (operator === '>&') {
        const both = await opened(shell, '>', target);
        table.set(1, both);
        table.set(2, both);
      } else throw new RedirectionError(`${target}: ambiguous redirect`);
      continue;
    }
    const description = await opened(shell, operator, target);
    if (operator === '&>' || operator === '&>>') {
      table.set(1, description);
      table.set(2, description);
    } else table.set(fd, description);
  }
  return table;
}

async function opened(shell: Shell, operator: string, target: string): Promise<Description> {
  try {
    return await open(shell, operator, target);
  } catch (error) {
    if (error instanceof SystemError) throw new RedirectionError(`${target}: ${error.message}`);
    throw error;
  }
}

/** Points the shell's own descriptors elsewhere for good, as `exec` does. */
export function keepTable(shell: Shell, table: Table): void {
  for (const [fd, description] of table) {
    if (description === undefined) shell.process.closeDescriptor(fd);
    else shell.process.setDescriptor(fd, description);
  }
}

/** Points the shell's own descriptors elsewhere; call what it gives to put them back. */
export function applyTable(shell: Shell, table: Table): () => void {
  const { process } = shell;
  const saved = [...table.keys()].map((fd) => [fd, process.descriptors.get(fd)?.retain()] as const);
  keepTable(shell, table);
  return () => {
    for (const [fd, old] of saved) {
      if (old === undefined) process.closeDescriptor(fd);
      else {
        process.setDescriptor(fd, old);
        old.close();
      }
    }
  };
}

/** The descriptors a new process gets. */
export function tableFor(shell: Shell, table: Table): Map<number, Description> {
  const descriptors = new Map(shell.process.descriptors);
  for (const [fd, description] of table) {
    if (description === undefined) descriptors.delete(fd);
    else descriptors.set(fd, description);
  }
  return descriptors;
}
