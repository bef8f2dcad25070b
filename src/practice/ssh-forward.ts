/** What sshd forwards: connections that the client opens through the host, to its sockets and into its network. */
import type { Duplex } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import { dialSocket } from './docker/socket.js';
import type { Host } from './host.js';
import type { Credentials } from './kernel/process.js';
import { SystemError } from './vfs/inode.js';

/** Joins a channel and a connection, in both directions; the end of one is the end of the other. */
function join(channel: ServerChannel, connection: Duplex): void {
  channel.on('error', () => undefined);
  connection.on('error', () => undefined);
  channel.pipe(connection);
  connection.pipe(channel);
  channel.once('close', () => connection.destroy());
  connection.once('close', () => channel.close());
}

/** `direct-streamlocal@openssh.com`: refused when this user may not, or nobody listens, as sshd does. */
export function forwardToSocket(
  host: Host,
  path: string,
  who: Credentials,
  accept: () => ServerChannel,
  reject: () => void,
): void {
  let connection: Duplex;
  try {
    connection = dialSocket(host, path, who);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    host.journal.write('ssh.service', 'sshd', `error: connect_to ${path}: ${error.message.toLowerCase()}`, {
      pid: host.systemd.find('ssh.service')?.pid ?? 1,
      priority: 3,
    });
    reject();
    return;
  }
  join(accept(), connection);
}
