/** Opening a path as a process does: files, devices, /dev/fd, /dev/tcp, live files. */
import { SystemError } from '../vfs/inode.js';
import type { OpenFlags } from '../vfs/view.js';
import {
  DeviceDescription,
  FileDescription,
  LiveDescription,
  readAll,
  type Description,
} from './description.js';
import type { Process } from './process.js';

const STANDARD: Readonly<Record<string, number>> = { '/dev/stdin': 0, '/dev/stdout': 1, '/dev/stderr': 2 };

/**
 * Gives a new description, or the one that /dev/fd/N names.
 * @param path absolute path
 * @throws SystemError
 */
export function openPath(
  process: Process,
  path: string,
  flags: OpenFlags & { readonly append?: boolean },
): Description {
  const standard = STANDARD[path] ?? /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  if (standard !== undefined) {
    const held = process.descriptors.get(Number(standard));
    if (held === undefined) throw new SystemError('ENOENT', path);
    return held;
  }
  const inode = process.view.open(path, flags);
  switch (inode.kind) {
    case 'file':
      return new FileDescription(process.kernel.volume, inode, path, {
        read: flags.read === true,
        write: flags.write === true,
        append: flags.append === true,
      });
    case 'live':
      return new LiveDescription(inode, path, process.caller);
    case 'device':
      return new DeviceDescription(inode.device);
    case 'directory':
    case 'live-directory':
      throw new SystemError('EISDIR', path);
    case 'symlink':
      throw new SystemError('ELOOP', path);
  }
}

/** Reads a whole file named on a command line; `-` and /dev/stdin are the standard input. */
export async function readOperand(process: Process, operand: string): Promise<Buffer> {
  if (operand === '-') return process.readAll(0);
  const description = openPath(process, process.path(operand), { read: true }).retain();
  try {
    return await readAll(description, process.signal);
  } finally {
    description.close();
  }
}
