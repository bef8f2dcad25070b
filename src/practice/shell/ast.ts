/** The parser of just-bash, with names for the parts of its tree that it does not export. */
import {
  parse,
  serialize,
  type CommandNode,
  type ScriptNode,
  type SimpleCommandNode,
  type WordNode,
} from 'just-bash';

export type {
  CommandNode,
  PipelineNode,
  ScriptNode,
  SimpleCommandNode,
  StatementNode,
  WordNode,
} from 'just-bash';
export type WordPart = WordNode['parts'][number];
export type Redirection = SimpleCommandNode['redirections'][number];
export type Assignment = SimpleCommandNode['assignments'][number];
export type Node<T extends CommandNode['type']> = Extract<CommandNode, { type: T }>;
export type Part<T extends WordPart['type']> = Extract<WordPart, { type: T }>;
export type ParameterOperation = NonNullable<Part<'ParameterExpansion'>['operation']>;
export type Condition = Node<'ConditionalCommand'>['expression'];

const KEPT = 400;
const known = new Map<string, ScriptNode>();

/**
 * just-bash takes a pattern of `case` that ends in `=`, as base64 does, and words like `key=value` after `for … in` for
 * assignments and refuses them. Quoted they mean the same to bash.
 */
function parseWhole(text: string): ScriptNode {
  const limits = { maxHeredocSize: 64 << 20 };
  try {
    return parse(text, limits);
  } catch (error) {
    const quoted = text
      .replace(/^(\s*\(?)([A-Za-z_]\w*=[^\s()'"]*)\)/gm, "$1'$2')")
      .replace(/^(\s*for\s+\w+\s+in\s)([^;\n]*)/gm, (_whole, head: string, words: string) => {
        return head + words.replace(/(^|\s)([A-Za-z_]\w*)=/g, '$1"$2"=');
      });
    if (quoted === text || !(error instanceof Error) || !error.message.includes('ASSIGNMENT_WORD'))
      throw error;
    return parse(quoted, limits);
  }
}

/** Parses a script; trees are immutable here, so the last few hundred are kept. Throws the parser's error. */
export function parseScript(text: string): ScriptNode {
  const kept = known.get(text);
  if (kept !== undefined) return kept;
  const tree = parseWhole(text);
  if (known.size >= KEPT) {
    const oldest = known.keys().next();
    if (!oldest.done) known.delete(oldest.value);
  }
  if (text.length < 65_536) known.set(text, tree);
  return tree;
}

/** The first command of a text that holds one. */
function onlyCommand(text: string): CommandNode | undefined {
  return parseScript(text).statements[0]?.pipelines[0]?.commands[0];
}

/** A text with `$x`, `$(…)` and backslashes in it, as a here-document reads it. */
export function parseText(text: string): WordNode {
  const mark = 'TEXT_ENDS_HERE';
  const command = onlyCommand(`: <<${mark}\n${text}\n${mark}\n`);
  const target = command?.type === 'SimpleCommand' ? command.redirections[0]?.target : undefined;
  if (target?.type !== 'HereDoc') return { type: 'Word', parts: [{ type: 'Literal', value: text }] };
  const parts = [...target.content.parts];
  const last = parts.pop();
  // The line feed before the closing mark is ours.
  if (last?.type === 'Literal') parts.push({ ...last, value: last.value.replace(/\n$/, '') });
  return { type: 'Word', parts };
}

/** The source text of one part of a word. */
function partText(part: WordPart): string {
  if (part.type === 'Literal') return part.value;
  if (part.type === 'Glob') return part.pattern;
  const command: SimpleCommandNode = {
    type: 'SimpleCommand',
    name: { type: 'Word', parts: [part] },
    args: [],
    assignments: [],
    redirections: [],
  };
  const pipeline = { type: 'Pipeline' as const, commands: [command], negated: false };
  return serialize({
    type: 'Script',
    statements: [{ type: 'Statement', pipelines: [pipeline], operators: [], background: false }],
  }).replace(/\n$/, '');
}

/** `name=(…)` standing as an argument of `declare` and the like, read as the assignment that it is. */
export function assignmentOf(word: WordNode): Assignment | undefined {
  const command = onlyCommand(word.parts.map(partText).join(''));
  return command?.type === 'SimpleCommand' ? command.assignments[0] : undefined;
}

/** Takes the tabs off the line starts of a `<<-` here-document. */
export function withoutTabs(word: WordNode): WordNode {
  let lineStart = true;
  const parts = word.parts.map((part): WordPart => {
    const atStart = lineStart;
    lineStart = false;
    if (part.type !== 'Literal' && part.type !== 'SingleQuoted') return part;
    lineStart = part.value.endsWith('\n');
    const value = part.value.replace(/\n\t+/g, '\n');
    return { ...part, value: atStart ? value.replace(/^\t+/, '') : value };
  });
  return { ...word, parts };
}
