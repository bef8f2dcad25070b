/** .git/index, version 2: what is staged. */
import { createHash } from 'node:crypto';
import { SystemError } from '../vfs/inode.js';
import { fatal } from './git-error.js';
import type { EntryMode } from './objects.js';
import type { FileEntry, Repository } from './repository.js';

const MODES: Readonly<Record<number, EntryMode>> = {
  0o100644: '100644',
  0o100755: '100755',
  0o120000: '120000',
};
const HEADER = 62;

/** Staged files by path; empty when nothing was ever staged. */
export function readIndex(repository: Repository): Map<string, FileEntry> {
  const path = `${repository.gitDir}/index`;
  const staged = new Map<string, FileEntry>();
  if (repository.view.peek(path) === undefined) return staged;
  const bytes = repository.view.readBytes(path);
  if (bytes.toString('latin1', 0, 4) !== 'DIRC') throw fatal('index file corrupt');
  const count = bytes.readUInt32BE(8);
  for (let at = 12, seen = 0; seen < count && at + HEADER <= bytes.length; seen += 1) {
    const mode = MODES[bytes.readUInt32BE(at + 24)] ?? '100644';
    const id = bytes.subarray(at + 40, at + 60).toString('hex');
    const end = bytes.indexOf(0, at + HEADER);
    const name = bytes.toString('utf8', at + HEADER, end);
    staged.set(name, { mode, id });
    at += Math.ceil((end - at + 1) / 8) * 8;
  }
  return staged;
}
/** @throws GitError when the file cannot be written */
export function writeIndex(repository: Repository, staged: ReadonlyMap<string, FileEntry>): void {
  const names = [...staged.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const head = Buffer.alloc(12);
  head.write('DIRC', 0, 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(names.length, 8);
  const rows = names.map((name) => {
    const entry = staged.get(name);
    const bytes = Buffer.from(name);
    const row = Buffer.alloc(Math.ceil((HEADER + bytes.length + 1) / 8) * 8);
    row.writeUInt32BE(Number.parseInt(entry?.mode ?? '100644', 8), 24);
    row.write(entry?.id ?? '', 40, 'hex');
    row.writeUInt16BE(Math.min(bytes.length, 0xfff), 60);
    bytes.copy(row, HEADER);
    return row;
  });
  const body = Buffer.concat([head, ...rows]);
  try {
    repository.view.write(
      `${repository.gitDir}/index`,
      Buffer.concat([body, createHash('sha1').update(body).digest()]),
    );
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw fatal(`Unable to create '${repository.gitDir}/index.lock': ${error.message}`);
  }
}
