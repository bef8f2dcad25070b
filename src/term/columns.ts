/** Which characters take one column each and combine with nothing, so that counting them is measuring them. */

/**
 * ASCII, Latin letters, typographic marks, arrows, box and block drawing, our signs: what nearly every frame is made of.
 * Asked for each character of each frame, hence no pattern; a test compares with string-width.
 * @param code a UTF-16 code unit
 */
export function takesOneColumn(code: number): boolean {
  if (code <= 0x7e) return code >= 0x20;
  if (code <= 0x2ff) return code >= 0xa1 && code !== 0xad;
  if (code < 0x2010) return false;
  return (
    code <= 0x2027 ||
    (code >= 0x2190 && code <= 0x21ff) ||
    code === 0x2298 ||
    (code >= 0x2500 && code <= 0x25fa) ||
    code === 0x2713 ||
    code === 0x2717
  );
}

/** Whether every character of a text takes one column. */
export function isPlainWidth(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (!takesOneColumn(text.charCodeAt(i))) return false;
  return true;
}
