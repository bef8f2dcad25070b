/** `${…}`: a parameter's value, and what the operators after its name make of it. */
import type { ParameterOperation, Part, WordNode, WordPart } from './ast.js';
import { expandedPiece, quotedPiece, type Piece } from './pieces.js';
import { ExpansionError } from './flow.js';
import { patternSource, removeMatch } from './patterns.js';
import type { Shell } from './shell.js';
import { lastIndex, unquote } from './subscripts.js';

/** What expanding a parameter needs of the other expansions; the shell hands it in, since they need this one too. */
export interface Expander {
  arithmetic(shell: Shell, node: { readonly originalText?: string }): Promise<bigint>;
  arithmeticText(shell: Shell, text: string): Promise<bigint>;
  expandParts(shell: Shell, parts: readonly WordPart[], quoted: boolean): Promise<Piece[]>;
  expandText(shell: Shell, text: string): Promise<string>;
  expandToPattern(shell: Shell, word: WordNode): Promise<string>;
  expandToText(shell: Shell, word: WordNode | null): Promise<string>;
}

/** What a parameter stands for: one value, or the elements of a list. */
interface Value {
  readonly name: string;
  readonly items: readonly string[];
  readonly many: 'no' | '@' | '*';
  readonly set: boolean;
}

const SUBSCRIPTED = /^([A-Za-z_]\w*)\[([\s\S]*)\]$/;

async function lookUp(shell: Shell, name: string): Promise<Value> {
  if (name === '@' || name === '*') {
    return { name, items: shell.positional, many: name, set: shell.positional.length > 0 };
  }
  const match = SUBSCRIPTED.exec(name);
  if (match !== null) {
    const [, array = '', subscript = ''] = match;
    if (subscript === '@' || subscript === '*') {
      const items = shell.elements(array);
      return { name, items, many: subscript, set: items.length > 0 };
    }
    const value = await element(shell, array, subscript);
    return { name, items: value === undefined ? [] : [value], many: 'no', set: value !== undefined };
  }
  const value = shell.parameter(name);
  return { name, items: value === undefined ? [] : [value], many: 'no', set: value !== undefined };
}

async function element(shell: Shell, array: string, subscript: string): Promise<string | undefined> {
  const variable = shell.vars.find(array);
  if (variable !== undefined && variable.table !== null) {
    return variable.table.get(unquote(await shell.expander.expandText(shell, subscript)));
  }
  const index = Number(await shell.expander.arithmeticText(shell, subscript));
  const special = shell.specialList(array);
  if (special !== undefined) return special.at(index);
  if (variable?.list) return variable.list.get(index < 0 ? lastIndex(variable.list) + 1 + index : index);
  return index === 0 ? variable?.value : undefined;
}

function pieces(shell: Shell, value: Value, quoted: boolean): Piece[] {
  if (value.many === 'no') return [expandedPiece(value.items[0] ?? '', quoted)];
  if (value.many === '*' && quoted) return [quotedPiece(value.items.join(shell.ifs.slice(0, 1)))];
  return value.items.flatMap((item, index): Piece[] =>
    index === 0 ? [expandedPiece(item, quoted)] : [{ kind: 'break' }, expandedPiece(item, quoted)],
  );
}

function quoteForShell(text: string): string {
  if (/[\x00-\x1f\x7f]/.test(text)) {
    const escaped = text
      .replace(/['\\]/g, '\\$&')
      .replaceAll('\n', '\\n')
      .replaceAll('\t', '\\t')
      .replaceAll('\r', '\\r');
    return `$'${escaped.replace(/[\x00-\x1f\x7f]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)}'`;
  }
  return `'${text.replaceAll("'", "'\\''")}'`;
}

async function mapItems(
  shell: Shell,
  value: Value,
  quoted: boolean,
  change: (item: string) => string | Promise<string>,
): Promise<Piece[]> {
  const items: string[] = [];
  for (const item of value.items) items.push(await change(item));
  return pieces(shell, { ...value, items }, quoted);
}

async function applyOperation(
  shell: Shell,
  value: Value,
  operation: ParameterOperation,
  quoted: boolean,
): Promise<Piece[]> {
  switch (operation.type) {
    case 'DefaultValue':
    case 'UseAlternative':
    case 'AssignDefault':
    case 'ErrorIfUnset': {
      const absent = !value.set || (operation.checkEmpty && value.items.join('') === '');
      if (operation.type === 'UseAlternative') {
        return absent
          ? quoted
            ? [quotedPiece('')]
            : []
          : shell.expander.expandParts(shell, operation.word.parts, quoted);
      }
      if (!absent) return pieces(shell, value, quoted);
      if (operation.type === 'DefaultValue') {
        const found = await shell.expander.expandParts(shell, operation.word.parts, quoted);
        // Text that stands in for a value is split like the value would have been.
        return quoted
          ? found
          : found.map((piece) =>
              piece.kind === 'text' && !piece.quoted ? { ...piece, split: true } : piece,
            );
      }
      if (operation.type === 'AssignDefault') {
        const text = await shell.expander.expandToText(shell, operation.word);
        await shell.assign(value.name, text, false);
        return [expandedPiece(text, quoted)];
      }
      const words =
        operation.word === null
          ? 'parameter null or not set'
          : await shell.expander.expandToText(shell, operation.word);
      throw new ExpansionError(`${value.name}: ${words || 'parameter null or not set'}`);
    }
    case 'Length': {
      const length = value.many === 'no' ? [...(value.items[0] ?? '')].length : value.items.length;
      return [expandedPiece(String(length), quoted)];
    }
    case 'Substring': {
      const offset = Number(await shell.expander.arithmetic(shell, operation.offset));
      const length =
        operation.length === null ? null : Number(await shell.expander.arithmetic(shell, operation.length));
      if (value.many !== 'no') {
        const all = /^[@*]$/.test(value.name) ? [shell.name, ...value.items] : value.items;
        const from = offset < 0 ? all.length + offset : offset;
        const items = from < 0 ? [] : all.slice(from, length === null ? undefined : from + length);
        return pieces(shell, { ...value, items }, quoted);
      }
      const chars = [...(value.items[0] ?? '')];
      const from = offset < 0 ? chars.length + offset : offset;
      if (from < 0) return [expandedPiece('', quoted)];
      const to = length === null ? chars.length : length < 0 ? chars.length + length : from + length;
      if (length !== null && length < 0 && to < from)
        throw new ExpansionError(`${length}: substring expression < 0`);
      return [expandedPiece(chars.slice(from, to).join(''), quoted)];
    }
    case 'PatternRemoval': {
      const pattern = await shell.expander.expandToPattern(shell, operation.pattern);
      return mapItems(shell, value, quoted, (item) =>
        removeMatch(item, pattern, operation.side, operation.greedy),
      );
    }
    case 'PatternReplacement': {
      const source = patternSource(await shell.expander.expandToPattern(shell, operation.pattern));
      const replacement =
        operation.replacement === null ? '' : await shell.expander.expandToText(shell, operation.replacement);
      if (source === '' && operation.anchor === null) return pieces(shell, value, quoted);
      const anchored =
        operation.anchor === 'start'
          ? `^(?:${source})`
          : operation.anchor === 'end'
            ? `(?:${source})$`
            : source;
      const expression = new RegExp(anchored, operation.all ? 'gu' : 'u');
      return mapItems(shell, value, quoted, (item) => item.replace(expression, () => replacement));
    }
    case 'CaseModification': {
      const wanted =
        operation.pattern === null ? null : await shell.expander.expandToPattern(shell, operation.pattern);
      const change = (char: string) => {
        if (wanted !== null && !new RegExp(`^(?:${patternSource(wanted)})$`, 'u').test(char)) return char;
        return operation.direction === 'upper' ? char.toUpperCase() : char.toLowerCase();
      };
      return mapItems(shell, value, quoted, (item) => {
        const [first = '', ...rest] = item;
        return operation.all ? [first, ...rest].map(change).join('') : change(first) + rest.join('');
      });
    }
    case 'Transform':
      return mapItems(shell, value, quoted, async (item) => {
        switch (operation.operator) {
          case 'Q':
            return quoteForShell(item);
          case 'U':
            return item.toUpperCase();
          case 'L':
            return item.toLowerCase();
          case 'u':
            return item.slice(0, 1).toUpperCase() + item.slice(1);
          case 'A':
            return `${value.name}=${quoteForShell(item)}`;
          case 'E':
          case 'P':
            return item.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
          case 'K':
          case 'k':
            return quoteForShell(item);
          case 'a':
            return shell.vars.find(value.name)?.exported === true ? 'x' : '';
        }
      });
    case 'Indirection': {
      const target = await lookUp(shell, value.items[0] ?? '');
      return operation.innerOp === undefined
        ? pieces(shell, checkSet(shell, target), quoted)
        : applyOperation(shell, target, operation.innerOp, quoted);
    }
    case 'ArrayKeys': {
      const items = shell.keys(operation.array);
      return pieces(
        shell,
        { name: operation.array, items, many: operation.star ? '*' : '@', set: true },
        quoted,
      );
    }
    case 'VarNamePrefix': {
      const items = shell.vars.names().filter((name) => name.startsWith(operation.prefix));
      return pieces(
        shell,
        { name: operation.prefix, items, many: operation.star ? '*' : '@', set: true },
        quoted,
      );
    }
    case 'LengthSliceError':
      throw new ExpansionError('bad substitution');
    case 'BadSubstitution':
      throw new ExpansionError(`${operation.text}: bad substitution`);
  }
}

function checkSet(shell: Shell, value: Value): Value {
  const always = value.many !== 'no' || /^[?$#!0-]$/.test(value.name);
  if (shell.options.nounset && !value.set && !(always && value.name !== '!')) {
    throw new ExpansionError(`${value.name}: unbound variable`);
  }
  return value;
}

const CHECKED = new Set([
  'Length',
  'Substring',
  'PatternRemoval',
  'PatternReplacement',
  'CaseModification',
  'Transform',
]);

/** Expands `$x` or `${x…}`. @throws ExpansionError */
export async function expandParameter(
  shell: Shell,
  part: Part<'ParameterExpansion'>,
  quoted: boolean,
): Promise<Piece[]> {
  const value = await lookUp(shell, part.parameter);
  const { operation } = part;
  if (operation === null) return pieces(shell, checkSet(shell, value), quoted);
  if (CHECKED.has(operation.type)) checkSet(shell, value);
  return applyOperation(shell, value, operation, quoted);
}
