/** `x=1`, `x+=1`, `a[i]=1`, `a=(…)`, and `$(<file)`. */
import { openPath } from '../kernel/open.js';
import { parseText, type Assignment, type SimpleCommandNode, type WordNode, type WordPart } from './ast.js';
import { arithmeticText, expandText, expandToText, expandWords } from './expansion.js';
import { lastIndex, unquote } from './subscripts.js';
import { RedirectionError, resolveRedirections } from './redirection.js';
import type { Shell } from './shell.js';
import { ReadonlyVariable } from './variables.js';

const SUBSCRIPTED = /^([A-Za-z_]\w*)\[([\s\S]*)\]$/;

/** Assigns a value that is expanded already; the subscript in `target` is not. */
export async function assign(shell: Shell, target: string, value: string, append: boolean): Promise<void> {
  const match = SUBSCRIPTED.exec(target);
  if (match === null) {
    shell.store(target, null, value, append);
    return;
  }
  const [, name = '', subscript = ''] = match;
  if (shell.vars.find(name)?.table)
    shell.store(name, unquote(await expandText(shell, subscript)), value, append);
  else shell.store(name, String(await arithmeticText(shell, subscript)), value, append);
}

/** `[key]=value` inside an array assignment. */
function keyed(word: WordNode): { readonly key: WordNode; readonly value: WordNode } | null {
  const [first, ...rest] = word.parts;
  if (first?.type !== 'Glob' || !first.pattern.startsWith('[')) return null;
  const closed = first.pattern.length > 1 && first.pattern.endsWith(']');
  const at = rest.findIndex((part) => part.type === 'Literal' && (closed ? /^=/ : /\]=/).test(part.value));
  const equals = rest[at];
  if (equals?.type !== 'Literal' || (closed && at !== 0)) return null;
  const [before = '', after = ''] = cut(equals.value, closed ? '=' : ']=');
  const text = first.pattern.slice(1, closed ? -1 : undefined);
  const key = closed ? parseText(text).parts : [literal(text), ...rest.slice(0, at), literal(before)];
  return {
    key: { type: 'Word', parts: key },
    value: { type: 'Word', parts: [literal(after), ...rest.slice(at + 1)] },
  };
}
const literal = (value: string): WordPart => ({ type: 'Literal', value });
function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

/** Carries out one assignment of the tree. */
export async function runAssignment(shell: Shell, node: Assignment): Promise<void> {
  if (node.array === null) {
    await assign(shell, node.name, await expandToText(shell, node.value), node.append);
    return;
  }
  const variable = shell.vars.demand(node.name);
  if (variable.readonly) throw new ReadonlyVariable(node.name);
  const before = variable.value;
  // The right side may use the old list, so everything is expanded before anything is stored.
  const items: { readonly key: string | null; readonly value: string }[] = [];
  for (const word of node.array) {
    const pair = keyed(word);
    if (pair === null) {
      for (const value of await expandWords(shell, [word])) items.push({ key: null, value });
    } else
      items.push({ key: await expandToText(shell, pair.key), value: await expandToText(shell, pair.value) });
  }
  if (variable.table !== null) {
    if (!node.append) variable.table.clear();
    for (const [index, { key, value }] of items.entries()) {
      if (key !== null) variable.table.set(unquote(key), value);
      else if (index % 2 === 0) variable.table.set(value, items[index + 1]?.value ?? '');
    }
    return;
  }
  const list = node.append && variable.list !== null ? variable.list : new Map<number, string>();
  if (node.append && variable.list === null && before !== undefined) list.set(0, before);
  let next = lastIndex(list) + 1;
  for (const { key, value } of items) {
    if (key !== null) next = Number(await arithmeticText(shell, key));
    list.set(next, value);
    next += 1;
  }
  variable.list = list;
  variable.value = undefined;
}

/** `$(<file)`: the file itself, no program. */
export async function printFile(shell: Shell, command: SimpleCommandNode): Promise<void> {
  const [redirection] = command.redirections;
  if (redirection?.operator !== '<' || redirection.target.type === 'HereDoc') {
    await resolveRedirections(shell, command.redirections);
    return;
  }
  const target = await expandToText(shell, redirection.target);
  const path = shell.process.path(target);
  try {
    const file = openPath(shell.process, path, { read: true }).retain();
    for (;;) {
      const chunk = await file.read(65_536, shell.process.signal);
      if (chunk === null) break;
      await shell.process.out(chunk);
    }
    file.close();
    shell.status = 0;
  } catch (error) {
    throw error instanceof Error && error.name === 'SystemError'
      ? new RedirectionError(`${target}: ${error.message}`)
      : error;
  }
}
