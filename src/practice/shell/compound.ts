/** if, for, while, case, groups, subshells, functions, `((…))` and `[[…]]`. */
import type { CommandNode, Node, StatementNode } from './ast.js';
import { arithmetic, expandToPattern, expandToText, expandWords } from './expansion.js';
import { BreakRequest, ExitRequest } from './flow.js';
import { matchesPattern } from './patterns.js';
import { applyTable, resolveRedirections } from './redirection.js';
import type { Shell } from './shell.js';
import { condition } from './tests.js';

type Compound = Exclude<CommandNode, Node<'SimpleCommand'>>;

export async function runCompound(shell: Shell, node: Compound): Promise<void> {
  if (node.type === 'FunctionDef') {
    shell.functions.set(node.name, node);
    shell.status = 0;
    return;
  }
  if (node.redirections.length === 0) {
    await dispatch(shell, node);
    return;
  }
  const mark = shell.connections.length;
  try {
    const restore = applyTable(shell, await resolveRedirections(shell, node.redirections));
    try {
      await dispatch(shell, node);
    } finally {
      restore();
    }
  } finally {
    shell.disconnect(mark);
  }
}

async function dispatch(shell: Shell, node: Exclude<Compound, Node<'FunctionDef'>>): Promise<void> {
  switch (node.type) {
    case 'Group':
      return shell.runStatements(node.body);
    case 'Subshell': {
      const child = shell.fork({}, (inner) => inner.runStatements(node.body));
      shell.status = await shell.process.until(child.exited);
      return;
    }
    case 'If':
      return runIf(shell, node);
    case 'For':
      return runFor(shell, node);
    case 'CStyleFor':
      return runCStyleFor(shell, node);
    case 'While':
      return runWhile(shell, node.condition, node.body, true);
    case 'Until':
      return runWhile(shell, node.condition, node.body, false);
    case 'Case':
      return runCase(shell, node);
    case 'ArithmeticCommand':
      shell.status = (await arithmetic(shell, node.expression)) === 0n ? 1 : 0;
      return;
    case 'ConditionalCommand':
      shell.status = (await condition(shell, node.expression)) ? 0 : 1;
      return;
  }
}

/** Runs statements whose failure is an answer, not an accident. */
async function ask(shell: Shell, statements: readonly StatementNode[]): Promise<boolean> {
  shell.tolerant += 1;
  try {
    await shell.runStatements(statements);
  } finally {
    shell.tolerant -= 1;
  }
  return shell.status === 0;
}

async function runIf(shell: Shell, node: Node<'If'>): Promise<void> {
  for (const clause of node.clauses) {
    if (await ask(shell, clause.condition)) {
      await shell.runStatements(clause.body);
      return;
    }
  }
  shell.status = 0;
  if (node.elseBody !== null) await shell.runStatements(node.elseBody);
}

/** Runs a loop's body once. True: go on; false: the loop is left. */
async function turn(shell: Shell, body: readonly StatementNode[]): Promise<boolean> {
  try {
    await shell.runStatements(body);
    return true;
  } catch (error) {
    if (!(error instanceof BreakRequest)) throw error;
    if (error.levels > 1 && shell.loops > 1) throw new BreakRequest(error.kind, error.levels - 1);
    shell.status = 0;
    return error.kind === 'continue';
  }
}
async function looping(shell: Shell, run: () => Promise<void>): Promise<void> {
  shell.loops += 1;
  try {
    await run();
  } finally {
    shell.loops -= 1;
  }
}

async function runFor(shell: Shell, node: Node<'For'>): Promise<void> {
  const words = node.words === null ? shell.positional : await expandWords(shell, node.words);
  shell.status = 0;
  await looping(shell, async () => {
    for (const word of words) {
      shell.store(node.variable, null, word);
      if (!(await turn(shell, node.body))) break;
    }
  });
}
async function runCStyleFor(shell: Shell, node: Node<'CStyleFor'>): Promise<void> {
  if (node.init !== null) await arithmetic(shell, node.init);
  shell.status = 0;
  await looping(shell, async () => {
    while (node.condition === null || (await arithmetic(shell, node.condition)) !== 0n) {
      if (!(await turn(shell, node.body))) break;
      if (node.update !== null) await arithmetic(shell, node.update);
    }
  });
}
async function runWhile(
  shell: Shell,
  question: readonly StatementNode[],
  body: readonly StatementNode[],
  wanted: boolean,
): Promise<void> {
  let last = 0;
  await looping(shell, async () => {
    for (;;) {
      let answer: boolean;
      try {
        answer = await ask(shell, question);
      } catch (error) {
        if (error instanceof BreakRequest && error.levels === 1) {
          if (error.kind === 'break') break;
          continue;
        }
        throw error;
      }
      if (answer !== wanted) break;
      const goOn = await turn(shell, body);
      last = shell.status;
      if (!goOn) break;
    }
  });
  shell.status = last;
}

async function runCase(shell: Shell, node: Node<'Case'>): Promise<void> {
  const word = await expandToText(shell, node.word);
  shell.status = 0;
  let falling = false;
  for (const item of node.items) {
    let hit = falling;
    for (const pattern of item.patterns) {
      hit ||= matchesPattern(word, await expandToPattern(shell, pattern), shell.shopt.has('nocasematch'));
    }
    if (!hit) continue;
    await shell.runStatements(item.body);
    if (item.terminator === ';;') return;
    falling = item.terminator === ';&';
  }
}

/** Calls a function: its own positional parameters and local variables. */
export async function callFunction(
  shell: Shell,
  node: Node<'FunctionDef'>,
  args: readonly string[],
): Promise<void> {
  if (shell.calls.length >= 200) {
    await shell.complain(`${node.name}: maximum function nesting level exceeded (200)`);
    throw new ExitRequest(1);
  }
  const { positional, loops } = shell;
  shell.positional = args;
  shell.loops = 0;
  shell.vars.enter();
  shell.calls.push(node.name);
  try {
    const restore =
      node.redirections.length === 0
        ? () => undefined
        : applyTable(shell, await resolveRedirections(shell, node.redirections));
    try {
      await runCompound(shell, node.body);
    } finally {
      restore();
    }
    const trap = shell.traps.get('RETURN');
    if (trap !== undefined && trap !== '') await shell.runText(trap);
  } finally {
    shell.calls.pop();
    shell.vars.leave();
    shell.loops = loops;
    shell.positional = positional;
  }
}
