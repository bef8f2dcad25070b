/** Byte streams through a connection: to a socket or port that the host reaches, or to a command there. */
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { Trouble } from '../../lab/types.js';
import type { HostName, Text } from '../../lab/types.js';
import type { StreamTarget } from '../ports.js';
import { cleanRemoteText } from '../text/clean.js';
import { errorText } from './errors.js';
import { cancelledTrouble, lostTrouble } from './troubles.js';

function nameOf(to: StreamTarget): string {
  switch (to.kind) {
    case 'socket':
      return to.path;
    case 'port':
      return `${to.address}:${to.port}`;
    case 'command':
      return to.command;
  }
}

function remedyOf(to: StreamTarget): Text {
  switch (to.kind) {
    case 'socket':
      return {
        id: `Periksa apakah layanannya berjalan, apakah pengguna boleh membuka ${to.path} (grup), dan AllowStreamLocalForwarding di sshd_config.`,
        en: `Check that its service runs, that the user may open ${to.path} (groups), and AllowStreamLocalForwarding in sshd_config.`,
      };
    case 'port':
      return {
        id: `Periksa apakah ada yang mendengar di ${to.address}:${to.port}, dan AllowTcpForwarding di sshd_config.`,
        en: `Check that something listens on ${to.address}:${to.port}, and AllowTcpForwarding in sshd_config.`,
      };
    case 'command':
      return {
        id: 'Jalankan perintah itu sendiri di host dan baca pesannya.',
        en: 'Run that command on the host yourself and read what it says.',
      };
  }
}

function refused(host: HostName, to: StreamTarget, error: unknown): Trouble {
  const text = cleanRemoteText(errorText(error)).slice(0, 200);
  if (/no response|not connected/i.test(text)) return lostTrouble(host, error);
  return new Trouble(
    'stream-refused',
    {
      id: `${host} tidak membuka jalan ke ${nameOf(to)}: ${text}.`,
      en: `${host} does not open the way to ${nameOf(to)}: ${text}.`,
    },
    remedyOf(to),
    host,
    3,
    { cause: error },
  );
}

/**
 * Opens the stream.
 * @throws Trouble `stream-refused`, `link-lost`, `cancelled`
 */
export function openStream(
  client: Client,
  host: HostName,
  to: StreamTarget,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelledTrouble(host));
      return;
    }
    const leave = (): void => reject(cancelledTrouble(host));
    signal?.addEventListener('abort', leave, { once: true });
    const opened = (error: Error | undefined, channel: ClientChannel): void => {
      signal?.removeEventListener('abort', leave);
      if (error !== undefined) reject(refused(host, to, error));
      else if (signal?.aborted === true) channel.close();
      else resolve(channel);
    };
    try {
      switch (to.kind) {
        case 'socket':
          client.openssh_forwardOutStreamLocal(to.path, opened);
          break;
        case 'port':
          client.forwardOut('127.0.0.1', 0, to.address, to.port, opened);
          break;
        case 'command':
          client.exec(to.command, opened);
          break;
      }
    } catch (error) {
      signal?.removeEventListener('abort', leave);
      reject(refused(host, to, error));
    }
  });
}
