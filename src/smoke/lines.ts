/** What the reading commands print: lines of a name and a value. Pure. */

export interface Pair {
  readonly name: string;
  readonly value: string;
}

/** More is no list that anybody reads. */
const MOST = 2000;

/** Lines `name|value`; whatever is no such line is passed over. */
export function pairsOf(text: string): readonly Pair[] {
  return text
    .split('\n')
    .slice(0, MOST)
    .flatMap((line) => {
      const bar = line.indexOf('|');
      const [name, value] = [line.slice(0, bar).trim(), line.slice(bar + 1).trim()];
      return bar <= 0 || name === '' ? [] : [{ name, value }];
    });
}
