/**
 * Secrets that are recognised by how they look. Each pattern is one literal or bounded class after another, so that a search
 * takes time in proportion to the text whatever a remote side sends. Where a group 1 exists it is kept and the rest masked.
 */

/** `[start, end)` in a text. */
export type Span = readonly [number, number];

const VALUE = String.raw`(?:"(?:[^"\\\n]|\\.){1,4096}"?|'[^'\n]{1,4096}'?|[^\s"',;&}\])]{1,4096})`;

const PATTERNS: readonly RegExp[] = [
  // GitLab: runner, personal, deploy, job, trigger and agent tokens. GitHub's of the same kind.
  /(?<![A-Za-z0-9])(?:GR1348941|gl(?:rt|rtr|pat|dt|cbt|ptt|ft|imt|soat|agent|oas)-)[A-Za-z0-9_.-]{8,4096}/g,
  /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{20,512}/g,
  // kubeadm bootstrap tokens: id and secret.
  /(?<![A-Za-z0-9])[a-z0-9]{6}\.[a-z0-9]{16}(?![A-Za-z0-9])/g,
  // JSON Web Tokens: header and claims begin with an encoded `{"`.
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,16384}\.eyJ[A-Za-z0-9_-]{5,16384}(?:\.[A-Za-z0-9_-]{0,16384})?/g,
  // HTTP headers.
  /((?<![A-Za-z])(?:proxy-)?authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:bearer|basic|token|digest)[ \t]{1,8})[^\s"',]{1,16384}/gi,
  /((?<![A-Za-z])(?:private-token|job-token|x-api-key|x-auth-token|x-harbor-csrf-token|set-cookie|cookie)["']?[ \t]{0,8}:[ \t]{0,8}["']?)[^\s"',;][^\r\n"']{0,4096}/gi,
  /((?<![A-Za-z])bearer[ \t]{1,8})[A-Za-z0-9._~+/=-]{16,16384}/gi,
  // key=value and key: value, in files, environments, URLs and options.
  new RegExp(
    String.raw`((?:password|passwd|passphrase|passwort|kata_sandi|client[_-]key[_-]data|\.dockerconfigjson|client[_-]?secret|api[_-]?key|access[_-]?key|secret[_-]?key|app_key|(?:auth|access|registration|runner|registry|identity|refresh|private|secret)[_-]?token)["']?(?:[ \t]{0,8}[=:][ \t]{0,8}))${VALUE}`,
    'gi',
  ),
  new RegExp(String.raw`((?<![A-Za-z0-9-])--?(?:password|passphrase|token)[ \t]{1,8})(?!-)${VALUE}`, 'gi'),
  new RegExp(String.raw`((?<![A-Za-z0-9])sshpass[ \t]{1,8}-p[ \t]{0,8})${VALUE}`, 'g'),
  /(\bidentified (?:with \w{1,64} )?by ["'])[^"'\n]{1,1024}/gi,
  // user:password@ in a URL.
  /([a-z][a-z0-9+.-]{0,15}:\/\/[^\s/:@"']{1,256}:)[^\s/@"']{1,1024}(?=@)/gi,
  // "auth" of Docker's config.json: user and password in base64.
  /("auth"[ \t]{0,8}:[ \t]{0,8}")[A-Za-z0-9+/=_-]{4,4096}/g,
  // Password hashes as in /etc/shadow and htpasswd.
  /\$(?:1|2[abxy]|5|6|7|y|gy|apr1|argon2id?)\$[./A-Za-z0-9$,=+-]{8,512}/g,
];

/** What stands for a value without being one: variables, placeholders, and what is masked already. */
const NO_VALUE = /^["']?(?:\$\{?[A-Za-z_][A-Za-z0-9_]{0,63}\}?|\$\(|\{\{|<[A-Za-z]|\*{3})/;

/**
 * What `matchAll` finds, without the copy of the pattern that it makes for each text: most texts have nothing to hide, and
 * each line of a log is asked about by each pattern.
 * @param pattern with `g`; never matches nothing
 */
export function* matches(text: string, pattern: RegExp): Generator<RegExpExecArray, void, undefined> {
  let from = 0;
  for (;;) {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match === null) return;
    from = pattern.lastIndex;
    yield match;
  }
}

/** Where in a text something looks like a secret. In no order, possibly overlapping. */
export function patternSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const pattern of PATTERNS) {
    for (const match of matches(text, pattern)) {
      const kept = match[1]?.length ?? 0;
      const value = match[0].slice(kept);
      if (kept > 0 && NO_VALUE.test(value)) continue;
      const [before, after] = kept > 0 ? quotes(value) : [0, 0];
      const start = match.index + kept + before;
      const end = match.index + match[0].length - after;
      if (end > start) spans.push([start, end]);
    }
  }
  return spans;
}

/** How many quotes surround a value, to be kept so that the text can still be read as what it is. */
function quotes(value: string): readonly [number, number] {
  const first = value[0];
  if (first !== '"' && first !== "'") return [0, 0];
  return [1, value.length > 1 && value.endsWith(first) ? 1 : 0];
}

const PEM_END = '-----END ';
const PEM_BEGIN = '-----BEGIN ';
const PEM_KIND = /^[A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/;
/** A PEM block that does not end within this many characters is not one; the largest RSA keys have about 13,000. */
export const LONGEST_PEM = 65_536;
const KIND_LENGTH = 64;

/** Where the first marker line of a private key is, from a position on: its start and end, or null. */
export function pemMarker(text: string, kind: 'begin' | 'end', from: number): Span | null {
  const marker = kind === 'begin' ? PEM_BEGIN : PEM_END;
  for (let at = text.indexOf(marker, from); at !== -1; at = text.indexOf(marker, at + marker.length)) {
    const match = PEM_KIND.exec(text.slice(at + marker.length, at + marker.length + KIND_LENGTH));
    if (match !== null) return [at, at + marker.length + match[0].length];
  }
  return null;
}

/** Private keys in a text, from `BEGIN` to `END` or, when that is cut off, to the end of the text. */
export function pemSpans(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (let begin = pemMarker(text, 'begin', 0); begin !== null; begin = pemMarker(text, 'begin', from)) {
    const end = pemMarker(text, 'end', begin[1])?.[1] ?? text.length;
    from = Math.min(end, begin[0] + LONGEST_PEM);
    spans.push([begin[0], from]);
  }
  const stray = pemMarker(text, 'end', 0);
  if (stray !== null && !spans.some(([start, end]) => start < stray[0] && stray[1] <= end))
    spans.push([keyTail(text, stray[0]), stray[1]]);
  return spans;
}

/** Where the base64 lines before a stray `END` begin: an excerpt may have lost the beginning of a key. */
function keyTail(text: string, end: number): number {
  let start = end;
  while (start > 0) {
    const previous = text.lastIndexOf('\n', start - 2) + 1;
    if (!/^[A-Za-z0-9+/=]{1,128}\r?\n$/.test(text.slice(previous, start))) break;
    start = previous;
  }
  return start;
}
