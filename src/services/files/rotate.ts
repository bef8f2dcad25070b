/** Log files that do not grow without end: `x.jsonl` is the newest, `x.1.jsonl` … older ones. */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { extname } from 'node:path';

/** Path of the n-th older file; 0 is the file itself. */
export function rotatedPath(path: string, age: number): string {
  if (age === 0) return path;
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}.${age}${extension}`;
}

/**
 * Shifts the file and its older ones by one when it has reached a size; the oldest goes.
 * Synchronous, so that nothing of this process writes between the look and the rename.
 * @param maxBytes size from which the file is set aside
 * @param keep how many older files are kept
 */
export function rotateWhenLarge(path: string, maxBytes: number, keep: number): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < maxBytes) return;
  rmSync(rotatedPath(path, keep), { force: true });
  for (let age = keep - 1; age >= 0; age -= 1)
    if (existsSync(rotatedPath(path, age))) renameSync(rotatedPath(path, age), rotatedPath(path, age + 1));
}
