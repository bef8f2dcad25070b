/** Text of unknown origin on its way into a line or an XML file. */

/** Control characters that neither XML 1.0 nor a single line can hold, and what Unicode has set apart. */
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;

/** Drops control characters (line feed, carriage return and tab stay) and halves of surrogate pairs. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, '').toWellFormed();
}

/** One line: white space of any kind becomes a single space. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ').trim();
}
