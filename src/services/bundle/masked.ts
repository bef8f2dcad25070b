/** Counting what was masked, by what stands before the mask: the values themselves are gone before anything gets here. Pure. */
import { MASK } from '../redaction/redactor.js';

/** Kind → what the text right before a mask looks like; the first that fits. */
const KINDS: readonly (readonly [kind: string, before: RegExp])[] = [
  ['private-key', /private key|-----begin/i],
  ['url-password', /:\/\/[^\s/@]{1,256}:$/],
  [
    'authorization-header',
    /(?:authorization|bearer|cookie|x-[a-z-]*token|private-token|job-token)\b[^\n]{0,24}$/i,
  ],
  ['token', /(?:token|glrt-|glpat-|eyj)[^\n]{0,12}$/i],
  ['password', /(?:password|passwd|passphrase|passwort|kata_sandi|sshpass -p|identified by)[^\n]{0,12}$/i],
  ['key', /(?:api|access|secret|app|client)[_-]?key[^\n]{0,12}$/i],
  ['registry-login', /"?auth"?\s{0,4}[:=][^\n]{0,8}$/i],
];
const OTHER = 'other';
const LOOK_BACK = 64;

/** @returns kind → how often, in the order of the alphabet; kinds that do not occur are not there */
export function countMasked(texts: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (let at = text.indexOf(MASK); at !== -1; at = text.indexOf(MASK, at + MASK.length)) {
      const before =
        text
          .slice(Math.max(0, at - LOOK_BACK), at)
          .split('\n')
          .at(-1) ?? '';
      const kind = KINDS.find(([, pattern]) => pattern.test(before))?.[0] ?? OTHER;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return new Map([...counts].toSorted(([a], [b]) => a.localeCompare(b)));
}
