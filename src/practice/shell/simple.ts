/** Simple commands: assignments, functions, builtins, programs. */
import { execute, findExecutable } from '../kernel/exec.js';
import { SystemError } from '../vfs/inode.js';
import { assignmentOf, type SimpleCommandNode, type WordNode } from './ast.js';
import { runAssignment } from './assignment.js';
import { BUILTINS, isDeclaration } from './builtins/table.js';
import { callFunction } from './compound.js';
import { expandToText, expandWords } from './expansion.js';
import { ExitRequest, ReturnRequest } from './flow.js';
import { applyTable, keepTable, resolveRedirections, tableFor, type Table } from './redirection.js';
import type { Shell } from './shell.js';

const ASSIGNMENT = /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/;

/** `declare a=(…)`: arguments that are assignments are not split, and lists are stored at once. */
async function declarationWords(shell: Shell, name: string, args: readonly WordNode[]): Promise<string[]> {
  const words: string[] = [];
  const options: string[] = [];
  for (const arg of args) {
    const [first] = arg.parts;
    if (first?.type === 'Literal' && ASSIGNMENT.test(first.value)) {
      const assignment = /^\w+\+?=\(/.test(first.value) ? assignmentOf(arg) : undefined;
      if (assignment?.array) {
        const scoped =
          name !== 'export' && name !== 'readonly' && !options.some((option) => option.includes('g'));
        shell.declareList(assignment.name, options.join('').includes('A'), scoped);
        await runAssignment(shell, assignment);
        words.push(assignment.name);
      } else words.push(await expandToText(shell, arg));
      continue;
    }
    const expanded = await expandWords(shell, [arg]);
    options.push(...expanded.filter((word) => /^[-+]/.test(word)));
    words.push(...expanded);
  }
  return words;
}

function literal(word: WordNode | null): string | null {
  const [only] = word?.parts ?? [];
  return word?.parts.length === 1 && only?.type === 'Literal' ? only.value : null;
}

/** @param replace the shell may become the program (it has nothing left to do) */
export async function runSimple(shell: Shell, node: SimpleCommandNode, replace: boolean): Promise<void> {
  const mark = shell.connections.length;
  try {
    await runExpanded(shell, node, replace);
  } finally {
    if (shell.connections.length > mark) shell.disconnect(mark);
  }
}

async function runExpanded(shell: Shell, node: SimpleCommandNode, replace: boolean): Promise<void> {
  shell.substituted = false;
  const name = literal(node.name);
  const words =
    node.name === null
      ? []
      : name !== null && isDeclaration(name) && !shell.functions.has(name)
        ? [name, ...(await declarationWords(shell, name, node.args))]
        : await expandWords(shell, [node.name, ...node.args]);
  const [word] = words;
  if (word === undefined) {
    await runAssignmentsOnly(shell, node);
    return;
  }
  if (shell.options.xtrace) await trace(shell, words);
  const args = words.slice(1);
  const table = await resolveRedirections(shell, node.redirections);
  const definition = shell.functions.get(word);
  if (definition !== undefined) {
    await inShell(shell, node, table, async () => {
      try {
        await callFunction(shell, definition, args);
      } catch (error) {
        if (!(error instanceof ReturnRequest)) throw error;
        shell.status = error.status;
      }
    });
  } else if (word === 'exec') await runExec(shell, node, table, args);
  else {
    const builtin = BUILTINS.get(word);
    if (builtin === undefined) await runProgram(shell, node, table, words, replace);
    else {
      await inShell(shell, node, table, async () => {
        shell.status = await reporting(shell, word, async () => builtin(shell, args));
      });
    }
  }
  shell.lastArgument = words.at(-1) ?? '';
}

/** A builtin whose output cannot be written says so and fails, as in bash. */
async function reporting(shell: Shell, name: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await shell.complain(`${name}: write error: ${error.message}`);
    return 1;
  }
}

async function trace(shell: Shell, words: readonly string[]): Promise<void> {
  const shown = words.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  );
  await shell.process.err(`+ ${shown.join(' ')}\n`);
}

async function runAssignmentsOnly(shell: Shell, node: SimpleCommandNode): Promise<void> {
  const before = shell.status;
  for (const assignment of node.assignments) {
    await runAssignment(shell, assignment);
    if (shell.options.xtrace)
      await shell.process.err(`+ ${assignment.name}=${shell.vars.get(assignment.name) ?? ''}\n`);
  }
  const status = shell.substituted ? shell.status : 0;
  shell.status = before;
  if (node.redirections.length > 0) {
    const restore = applyTable(shell, await resolveRedirections(shell, node.redirections));
    restore();
  }
  shell.status = status;
}

/** Runs something of the shell's own, with redirections and `X=1` in force meanwhile. */
async function inShell(
  shell: Shell,
  node: SimpleCommandNode,
  table: Table,
  run: () => Promise<void>,
): Promise<void> {
  const names = node.assignments.map((assignment) => assignment.name.replace(/\[.*$/s, ''));
  const unshelter = names.length === 0 ? () => undefined : shell.vars.shelter(names);
  try {
    for (const assignment of node.assignments) {
      await runAssignment(shell, assignment);
      shell.vars.demand(assignment.name).exported = true;
    }
    const restore = table.size === 0 ? () => undefined : applyTable(shell, table);
    try {
      await run();
    } finally {
      restore();
    }
  } finally {
    unshelter();
  }
}

async function environment(shell: Shell, node: SimpleCommandNode): Promise<Map<string, string>> {
  const env = shell.vars.environment();
  env.set('PWD', shell.process.cwd);
  for (const assignment of node.assignments)
    env.set(assignment.name, await expandToText(shell, assignment.value));
  return env;
}

async function runExec(
  shell: Shell,
  node: SimpleCommandNode,
  table: Table,
  args: readonly string[],
): Promise<void> {
  keepTable(shell, table);
  if (args.length === 0) {
    shell.status = 0;
    return;
  }
  const words = args[0] === '-a' ? args.slice(2) : args;
  const [word = ''] = words;
  const found = findExecutable(shell.process, word, shell.vars.get('PATH') ?? '');
  if ('status' in found) {
    await shell.complain(`exec: ${found.words.replace('command not found', 'not found')}`);
    throw new ExitRequest(found.status);
  }
  const env = await environment(shell, node);
  shell.process.env.clear();
  for (const [key, value] of env) shell.process.env.set(key, value);
  shell.traps.clear();
  throw new ExitRequest(await execute(shell.process, found, words));
}

async function runProgram(
  shell: Shell,
  node: SimpleCommandNode,
  table: Table,
  words: readonly string[],
  replace: boolean,
): Promise<void> {
  const { process } = shell;
  const [word = ''] = words;
  const found = findExecutable(process, word, shell.vars.get('PATH') ?? '');
  if ('status' in found) {
    const restore = applyTable(shell, table);
    await shell.complain(found.words);
    restore();
    shell.status = found.status;
    return;
  }
  const env = await environment(shell, node);
  if (replace && ![...shell.traps.values()].some((action) => action !== '')) {
    keepTable(shell, table);
    process.env.clear();
    for (const [key, value] of env) process.env.set(key, value);
    shell.status = await execute(process, found, words);
    return;
  }
  const child = process.kernel.spawn(
    { parent: process, argv: words, env, descriptors: tableFor(shell, table) },
    (started) => execute(started, found, words),
  );
  shell.status = await process.until(child.exited);
  if (child.diedOf !== null && child.diedOf !== 'PIPE' && child.diedOf !== 'INT') {
    const fate = { KILL: 'Killed', TERM: 'Terminated', HUP: 'Hangup' }[String(child.diedOf)];
    if (fate !== undefined) await shell.complain(`${child.pid} ${fate.padEnd(23)} ${words.join(' ')}`);
  }
}
