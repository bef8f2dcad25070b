/** Brace expansion: `{a,b}` and `{1..9}`. */
import type { Part, WordPart } from './ast.js';

/** In an assignment braces are text: `x={a,b}`. */
export function unbraced(parts: readonly WordPart[]): WordPart[] {
  return parts.flatMap((part) => (part.type === 'BraceExpansion' ? braceText(part) : [part]));
}

function braceText(part: Part<'BraceExpansion'>): WordPart[] {
  const inner: WordPart[] = [{ type: 'Literal', value: '{' }];
  for (const [index, item] of part.items.entries()) {
    if (index > 0) inner.push({ type: 'Literal', value: ',' });
    if (item.type === 'Word') inner.push(...unbraced(item.word.parts));
    else inner.push({ type: 'Literal', value: `${item.startStr ?? item.start}..${item.endStr ?? item.end}` });
  }
  return [...inner, { type: 'Literal', value: '}' }];
}

function rangeItems(item: Extract<Part<'BraceExpansion'>['items'][number], { type: 'Range' }>): string[] {
  const letters = typeof item.start === 'string';
  const from = letters ? (String(item.start).codePointAt(0) ?? 0) : Number(item.start);
  const to = typeof item.end === 'string' ? (item.end.codePointAt(0) ?? 0) : item.end;
  const step = Math.max(1, Math.abs(item.step ?? 1));
  const first = item.startStr ?? '';
  const last = item.endStr ?? '';
  const width = /^-?0\d/.test(first) || /^-?0\d/.test(last) ? Math.max(first.length, last.length) : 0;
  const items: string[] = [];
  for (let value = from; from <= to ? value <= to : value >= to; value += from <= to ? step : -step) {
    items.push(letters ? String.fromCodePoint(value) : String(value).padStart(width, '0'));
  }
  return items;
}

/** Braces come first: one word becomes several. */
export function braced(parts: readonly WordPart[]): WordPart[][] {
  const at = parts.findIndex((part) => part.type === 'BraceExpansion');
  const part = parts[at];
  if (part?.type !== 'BraceExpansion') return [[...parts]];
  const before = parts.slice(0, at);
  const rests = braced(parts.slice(at + 1));
  const choices = part.items.flatMap((item): WordPart[][] =>
    item.type === 'Word'
      ? braced(item.word.parts)
      : rangeItems(item).map((value) => [{ type: 'Literal', value } satisfies WordPart]),
  );
  return choices.flatMap((choice) => rests.map((rest) => [...before, ...choice, ...rest]));
}
