/** A person's own project as an archive: told by its first bytes what it is, whatever its name says. */
import { open, stat } from 'node:fs/promises';
import { fileReason } from '../files/atomic.js';
import type { ProjectFormat } from '../ports.js';
import { projectTrouble } from './troubles.js';

/** `ustar` stands at this offset of a tar. */
const TAR_MAGIC_AT = 257;
const HEAD_BYTES = TAR_MAGIC_AT + 5;

/**
 * @param path absolute path of a folder or an archive
 * @returns the archive's format; null for a folder
 * @throws Trouble `project-source`
 */
export async function formatOf(path: string): Promise<ProjectFormat | null> {
  let head: Buffer;
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) return null;
    if (!facts.isFile())
      throw projectTrouble(path, {
        id: 'ini bukan folder dan bukan berkas biasa',
        en: 'this is neither a folder nor a regular file',
      });
    head = await firstBytes(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  const format = formatOfBytes(head);
  if (format !== null) return format;
  throw projectTrouble(path, {
    id: 'isinya bukan arsip zip, tar, atau tar.gz',
    en: 'its contents are no zip, tar or tar.gz archive',
  });
}

function formatOfBytes(head: Buffer): ProjectFormat | null {
  if (head.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4]))) return 'zip';
  if (head.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) return 'tar.gz';
  return head.subarray(TAR_MAGIC_AT).toString('latin1') === 'ustar' ? 'tar' : null;
}

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  if (error.code === 'ENOENT')
    return projectTrouble(path, {
      id: 'folder atau berkas itu tidak ada',
      en: 'there is no such folder or file',
    });
  return projectTrouble(path, fileReason(error));
}
