/** The lines that are appended to a file that is set aside when it has grown, as `tail -F` shows them. */
import { open, type FileHandle } from 'node:fs/promises';
import { errorCode } from '../files/atomic.js';
import { rotatedPath } from '../files/rotate.js';
import { watchFile } from '../files/watch-file.js';

const NEWLINE = 0x0a;

/**
 * @param path absolute; its directory must be there, the file need not
 * @param options.pastBytes how much of what is there already is told first
 * @param options.onLines whole lines without their ends; `past`: they were there before
 * @returns stops it; nothing is told afterwards
 */
export function followLines(
  path: string,
  options: {
    readonly pastBytes: number;
    readonly onLines: (lines: readonly string[], past: boolean) => void;
    readonly onError: (error: unknown) => void;
  },
): () => void {
  let inode: number | null = null;
  let offset = 0;
  /** Of a line that is not whole yet. */
  let held = Buffer.alloc(0);
  let stopped = false;

  /** From where reading stopped to the end of the file. */
  const readOn = async (file: FileHandle, size: number): Promise<readonly string[]> => {
    if (size <= offset) return [];
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - offset), 0, size - offset, offset);
    offset += bytesRead;
    const all = Buffer.concat([held, buffer.subarray(0, bytesRead)]);
    const end = all.lastIndexOf(NEWLINE) + 1;
    held = Buffer.from(all.subarray(end));
    return end === 0 ? [] : all.toString('utf8', 0, end - 1).split('\n');
  };
  /** What was written to the file before it was set aside, when it is the one that was read. */
  const readRest = async (): Promise<readonly string[]> =>
    withFile(rotatedPath(path, 1), [], async (file) => {
      const { ino, size } = await file.stat();
      return ino === inode ? readOn(file, size) : [];
    });
  const look = async (past: boolean): Promise<void> => {
    const lines = await withFile(path, [], async (file): Promise<readonly string[]> => {
      const { ino, size } = await file.stat();
      if (ino === inode && size >= offset) return readOn(file, size);
      const rest = inode === null ? [] : await readRest();
      held = Buffer.alloc(0);
      inode = ino;
      offset = past ? Math.max(0, size - options.pastBytes) : 0;
      const cut = offset > 0;
      const fresh = await readOn(file, size);
      // Reading began somewhere in a line.
      return [...rest, ...(cut ? fresh.slice(1) : fresh)];
    });
    if (!stopped && lines.length > 0) options.onLines(lines, past);
  };

  let last = Promise.resolve();
  const plan = (past: boolean): void => {
    last = last.then(() => (stopped ? undefined : look(past))).catch(options.onError);
  };
  const unwatch = watchFile(path, () => plan(false));
  plan(true);
  return () => {
    stopped = true;
    unwatch();
  };
}

/** Uses a file and closes it; `none` where there is no such file. */
async function withFile<T>(path: string, none: T, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return none;
    throw error;
  }
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
