/** Stretches of expanded text, and cutting them into fields. */

/** A stretch of expanded text, and what may still be done with it. `break` is where `"$@"` starts a new field. */
export type Piece =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Came out of quotes: makes a field even when empty, and is never split or matched. */
      readonly quoted: boolean;
      /** Came out of an unquoted expansion: is split at IFS. */
      readonly split: boolean;
      /** `*`, `?` and `[` in it are special. */
      readonly active: boolean;
    }
  | { readonly kind: 'break' };

export const quotedPiece = (text: string): Piece => ({
  kind: 'text',
  text,
  quoted: true,
  split: false,
  active: false,
});

export const expandedPiece = (text: string, quoted: boolean): Piece => ({
  kind: 'text',
  text,
  quoted,
  split: !quoted,
  active: !quoted,
});

export const literalPiece = (text: string): Piece => ({
  kind: 'text',
  text,
  quoted: false,
  split: false,
  active: false,
});

export type Field = Extract<Piece, { kind: 'text' }>[];

/** Cuts pieces into fields at IFS and at the breaks of `"$@"`. */
export function splitFields(pieces: readonly Piece[], ifs: string): Field[] {
  const fields: Field[] = [];
  let current: Field | null = null;
  let afterSpace = false;
  const finish = () => {
    if (current !== null) fields.push(current);
    current = null;
  };
  for (const piece of pieces) {
    if (piece.kind === 'break') {
      finish();
      continue;
    }
    if (!piece.split || ifs === '') {
      if (piece.text === '' && !piece.quoted) continue;
      current ??= [];
      current.push(piece);
      afterSpace = false;
      continue;
    }
    let run = '';
    const flush = () => {
      if (run === '') return;
      current ??= [];
      current.push({ ...piece, text: run });
      run = '';
    };
    for (const char of piece.text) {
      if (!ifs.includes(char)) {
        run += char;
        afterSpace = false;
      } else if (' \t\n'.includes(char)) {
        flush();
        if (current !== null) afterSpace = true;
        finish();
      } else {
        flush();
        if (current === null && !afterSpace) fields.push([]);
        finish();
        afterSpace = false;
      }
    }
    flush();
  }
  finish();
  return fields;
}
