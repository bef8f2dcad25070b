/** Directories on the way to a path. */
import type { View } from './view.js';
import { dirName } from './volume.js';

/** Makes a directory and every one above it that is missing. @throws SystemError */
export function makeParents(view: View, path: string): void {
  if (path === '/' || view.peek(path) !== undefined) return;
  makeParents(view, dirName(path));
  view.makeDirectory(path);
}
