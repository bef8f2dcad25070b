/** Debian's order of version numbers (deb-version(7)). */

/** `~` before the end, the end before letters, letters before the rest. */
function weight(char: string): number {
  if (char === '~') return -1;
  if (char === '') return 0;
  return /[A-Za-z]/.test(char) ? (char.codePointAt(0) ?? 0) : (char.codePointAt(0) ?? 0) + 256;
}
function compareParts(a: string, b: string): number {
  let [left, right] = [a, b];
  while (left !== '' || right !== '') {
    const [wordLeft = ''] = /^\D*/.exec(left) ?? [];
    const [wordRight = ''] = /^\D*/.exec(right) ?? [];
    for (let at = 0; at < Math.max(wordLeft.length, wordRight.length); at += 1) {
      const order = weight(wordLeft.charAt(at)) - weight(wordRight.charAt(at));
      if (order !== 0) return order;
    }
    left = left.slice(wordLeft.length);
    right = right.slice(wordRight.length);
    const [numberLeft = ''] = /^\d*/.exec(left) ?? [];
    const [numberRight = ''] = /^\d*/.exec(right) ?? [];
    const order = Number(numberLeft) - Number(numberRight);
    if (order !== 0) return order;
    left = left.slice(numberLeft.length);
    right = right.slice(numberRight.length);
  }
  return 0;
}
export function compareVersions(a: string, b: string): number {
  const split = (text: string) => {
    const [, epoch = '0', rest = ''] = /^(?:(\d+):)?([\s\S]*)$/.exec(text) ?? [];
    const cut = rest.lastIndexOf('-');
    return cut < 0 ? [epoch, rest, ''] : [epoch, rest.slice(0, cut), rest.slice(cut + 1)];
  };
  const [epochA = '', upstreamA = '', revisionA = ''] = split(a);
  const [epochB = '', upstreamB = '', revisionB = ''] = split(b);
  return (
    Number(epochA) - Number(epochB) ||
    compareParts(upstreamA, upstreamB) ||
    compareParts(revisionA, revisionB)
  );
}
/** What `dpkg --compare-versions` asks; null for a relation that there is not. */
export function comparison(left: string, how: string, right: string): boolean | null {
  // No version at all is older than any.
  const order =
    left === '' || right === '' ? Number(left !== '') - Number(right !== '') : compareVersions(left, right);
  switch (how) {
    case 'lt':
    case '<<':
      return order < 0;
    case 'le':
    case '<=':
      return order <= 0;
    case 'eq':
    case '=':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'ge':
    case '>=':
      return order >= 0;
    case 'gt':
    case '>>':
      return order > 0;
    default:
      return null;
  }
}
