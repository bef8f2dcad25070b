/** Copying by OSC 52: the terminal puts the text on the clipboard of the computer one sits at, over SSH too. */

/** What xterm and most others take at most, bytes of text before base64. */
export const MAX_COPY_BYTES = 74_000;

/**
 * The escape sequence that copies a text, or null when it is too long to be taken whole. Inside tmux it is wrapped to be
 * passed through (needs `allow-passthrough on`), inside screen it is wrapped the way screen wants it.
 */
export function copySequence(text: string, env: Readonly<Record<string, string | undefined>>): string | null {
  const data = Buffer.from(text, 'utf8');
  if (data.length > MAX_COPY_BYTES) return null;
  const sequence = `\u001B]52;c;${data.toString('base64')}\u0007`;
  if ((env['TMUX'] ?? '') !== '')
    return `\u001BPtmux;${sequence.replaceAll('\u001B', '\u001B\u001B')}\u001B\\`;
  if ((env['STY'] ?? '') !== '') return `\u001BP${sequence}\u001B\\`;
  return sequence;
}

/** Names the window. */
export function titleText(title: string): string {
  return `\u001B]2;${title.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, '')}\u0007`;
}

/** Sets the window title; the old one is put on the terminal's stack first and taken back with `restoreTitle`. */
export function titleSequence(title: string): string {
  return `\u001B[22;2t${titleText(title)}`;
}
export const restoreTitle = '\u001B[23;2t';
