/** Which regular expressions could be made to take forever by a hostile line. Pure. */

/** Unbounded repetitions that one expression may have: with lines of 1000 characters more of them take too long. */
const MOST_UNBOUNDED = 4;

/**
 * Why an expression is not safe on text that a host sends; null when it is. A repetition of a group that itself repeats
 * without end takes exponential time; many endless repetitions one after the other take a high power of the length.
 * @param source a JavaScript regular expression that compiles
 */
export function riskOf(source: string): 'nested' | 'many' | null {
  const groups: boolean[] = [];
  let closed: boolean | null = null;
  let unbounded = 0;
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at];
    const group: boolean | null = closed;
    closed = null;
    if (sign === '\\') at += 1;
    else if (sign === '[') at = endOfClass(source, at);
    else if (sign === '(') groups.push(false);
    else if (sign === ')') {
      closed = groups.pop() ?? false;
      if (closed && groups.length > 0) groups[groups.length - 1] = true;
    } else if (isEndless(source, at)) {
      if (group === true) return 'nested';
      unbounded += 1;
      if (groups.length > 0) groups[groups.length - 1] = true;
      if (sign === '{') at = source.indexOf('}', at);
    }
  }
  return unbounded > MOST_UNBOUNDED ? 'many' : null;
}

function isEndless(source: string, at: number): boolean {
  const sign = source[at];
  if (sign === '*' || sign === '+') return true;
  return sign === '{' && /^\{\d+,\}/.test(source.slice(at, at + 12));
}

function endOfClass(source: string, from: number): number {
  for (let at = from + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === ']') return at;
  }
  return source.length;
}
