/** /run/docker.sock: who gets through it, and to what. */
import type { Duplex } from 'node:stream';
import type { Host } from '../host.js';
import type { Credentials } from '../kernel/process.js';
import { View } from '../vfs/view.js';
import { SystemError } from '../vfs/inode.js';
import { connectApi } from './api/server.js';
import { engineOf } from './engine.js';

/** Where the daemon's socket really is; /var/run is a link to /run. */
const SOCKET = '/run/docker.sock';

/**
 * Connects to a unix socket of a host as somebody.
 * @throws SystemError ENOENT, EACCES when its permissions keep this user out, ECONNREFUSED when nobody listens
 */
export function dialSocket(host: Host, path: string, who: Credentials): Duplex {
  const view = new View(host.volume, { ...who, pid: 0 }, () => 0o022);
  const inode = view.peek(path);
  if (inode === undefined) throw new SystemError('ENOENT', path);
  if (!view.may(inode, 2)) throw new SystemError('EACCES', path);
  const engine = engineOf(host);
  if (inode !== host.volume.find(SOCKET) || !engine.up) throw new SystemError('ECONNREFUSED', path);
  return connectApi(engine);
}
