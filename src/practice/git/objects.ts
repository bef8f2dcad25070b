/** Git's objects as bytes: blobs, trees, commits and tags, named by the SHA-1 of what they hold, as git itself does. */
import { createHash } from 'node:crypto';

export type ObjectKind = 'blob' | 'tree' | 'commit' | 'tag';
export interface RawObject {
  readonly kind: ObjectKind;
  readonly body: Buffer;
}
/** A plain file, one that may be run, a symbolic link, a directory. */
export type EntryMode = '100644' | '100755' | '120000' | '40000';
export interface TreeEntry {
  readonly mode: EntryMode;
  readonly name: string;
  readonly id: string;
}
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since the epoch. */
  readonly seconds: number;
  /** `+0700`. */
  readonly zone: string;
}
export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}
export interface Tag {
  readonly object: string;
  readonly kind: ObjectKind;
  readonly name: string;
  readonly message: string;
}

export const NO_ID = '0'.repeat(40);
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** `blob 12\0` and the body: what is hashed and what is deflated into .git/objects. */
export function framed({ kind, body }: RawObject): Buffer {
  return Buffer.concat([Buffer.from(`${kind} ${body.length}\0`), body]);
}
export function hashOf(object: RawObject): string {
  return createHash('sha1').update(framed(object)).digest('hex');
}
/** Null when the bytes are no object. */
export function unframed(bytes: Buffer): RawObject | null {
  const end = bytes.indexOf(0);
  const match = /^(blob|tree|commit|tag) \d+$/.exec(bytes.toString('latin1', 0, Math.max(0, end)));
  const kind = KINDS.find((one) => one === match?.[1]);
  return kind === undefined ? null : { kind, body: bytes.subarray(end + 1) };
}
const KINDS: readonly ObjectKind[] = ['blob', 'tree', 'commit', 'tag'];
const MODES: readonly EntryMode[] = ['100644', '100755', '120000', '40000'];

const order = (entry: TreeEntry) => Buffer.from(entry.mode === '40000' ? `${entry.name}/` : entry.name);

export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const sorted = entries.toSorted((a, b) => Buffer.compare(order(a), order(b)));
  return Buffer.concat(
    sorted.flatMap((entry) => [Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.id, 'hex')]),
  );
}
export function decodeTree(body: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(32, at);
    const end = body.indexOf(0, space);
    const mode = MODES.find((one) => one === body.toString('latin1', at, space));
    if (mode === undefined || end < 0) break;
    const id = body.subarray(end + 1, end + 21).toString('hex');
    entries.push({ mode, name: body.toString('utf8', space + 1, end), id });
    at = end + 21;
  }
  return entries;
}

const written = (who: Signature) => `${who.name} <${who.email}> ${who.seconds} ${who.zone}`;
function readSignature(text: string): Signature {
  const [, name = '', email = '', seconds = '0', zone = '+0000'] =
    /^(.*?) ?<([^>]*)> (\d+) ([+-]\d{4})$/.exec(text) ?? [];
  return { name, email, seconds: Number(seconds), zone };
}
export function encodeCommit(commit: Commit): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${written(commit.author)}`,
    `committer ${written(commit.committer)}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message}`);
}
/** The header's lines by key, and the text after the first empty line. */
function parts(body: Buffer): {
  readonly header: readonly (readonly [string, string])[];
  readonly message: string;
} {
  const text = body.toString('utf8');
  const at = text.indexOf('\n\n');
  const head = at < 0 ? text : text.slice(0, at);
  const header = head.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)] as const;
  });
  return { header, message: at < 0 ? '' : text.slice(at + 2) };
}
export function decodeCommit(body: Buffer): Commit {
  const { header, message } = parts(body);
  const first = (key: string) => header.find(([name]) => name === key)?.[1] ?? '';
  return {
    tree: first('tree'),
    parents: header.filter(([name]) => name === 'parent').map(([, id]) => id),
    author: readSignature(first('author')),
    committer: readSignature(first('committer')),
    message,
  };
}
export function encodeTag(tag: Tag, tagger: Signature): Buffer {
  return Buffer.from(
    `object ${tag.object}\ntype ${tag.kind}\ntag ${tag.name}\ntagger ${written(tagger)}\n\n${tag.message}`,
  );
}
export function decodeTag(body: Buffer): Tag {
  const { header, message } = parts(body);
  const first = (key: string) => header.find(([name]) => name === key)?.[1] ?? '';
  const kind = KINDS.find((one) => one === first('type')) ?? 'commit';
  return { object: first('object'), kind, name: first('tag'), message };
}
/** The first paragraph of a message on one line, as `%s` and --oneline give it. */
export const subjectOf = (message: string): string =>
  (message.split(/\n\s*\n/)[0] ?? '').trim().replaceAll('\n', ' ');
