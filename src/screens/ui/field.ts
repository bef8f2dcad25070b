/** Text fields as drawn: a caret, a window on long text, dots for secrets. */
import { glyphsOf, type View } from '../view.js';
import { characters } from '../../state/typing.js';
import { fit, pad, width } from './cells.js';
import { span, type Span } from './line.js';

/**
 * The text with its caret, exactly `columns` wide, moved so that the caret is in sight.
 * @param caret in characters; null = this field does not take the keys
 */
export function fieldSpans(
  view: View,
  text: string,
  caret: number | null,
  columns: number,
  secret = false,
): Span[] {
  const glyph = glyphsOf(view);
  const all = characters(text).map((char) => (secret ? glyph.mask : char));
  // Whoever is not typing sees that there is more than fits.
  if (caret === null) return [span(fit(all.join(''), columns))];
  const at = Math.min(caret, all.length);
  // One column is the caret's own; start far enough right that it stays inside.
  let from = at;
  let used = 0;
  while (from > 0 && used + width(all[from - 1] ?? '') < columns - 1) {
    from -= 1;
    used += width(all[from] ?? '');
  }
  const before = all.slice(from, at).join('');
  const after = window(all, at, columns - 1 - width(before)).join('');
  return [
    span(before, 'title'),
    span(glyph.caret, 'accent'),
    span(pad(after, Math.max(0, columns - 1 - width(before))), 'title'),
  ];
}

function window(all: readonly string[], from: number, columns: number): string[] {
  const out: string[] = [];
  let used = 0;
  for (const char of all.slice(from)) {
    used += width(char);
    if (used > columns) break;
    out.push(char);
  }
  return out;
}

/** A named input of the state: with caret while it takes the keys. */
export function inputSpans(view: View, name: string, columns: number): Span[] {
  const { ui } = view.state;
  const typing = ui.typing === name && ui.dialog === null;
  return fieldSpans(view, ui.inputs[name] ?? '', typing ? ui.caret : null, columns);
}
