/** Hearing that one file of a directory of ours was written, also by another program. */
import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Several writes that follow one another are one piece of news; milliseconds. */
const SETTLE_MS = 150;

/**
 * Calls back some time after the file was written, made or moved. Where a file system cannot be watched nothing is heard.
 * @param path absolute; its directory must be there, the file need not
 * @returns stops it
 */
export function watchFile(path: string, heard: () => void): () => void {
  let timer: NodeJS.Timeout | null = null;
  const look = (): void => {
    timer = null;
    heard();
  };
  const watcher = watchOrNull(dirname(path), (name) => {
    if (name === basename(path)) timer ??= setTimeout(look, SETTLE_MS);
  });
  return () => {
    watcher?.close();
    if (timer !== null) clearTimeout(timer);
  };
}

function watchOrNull(directory: string, heard: (name: string | null) => void): { close(): void } | null {
  try {
    const watcher = watch(directory, { persistent: false }, (_event, name) => heard(name));
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}
