/** An interactive terminal on a host: a channel with a pty. */
import type { Client, ClientChannel } from 'ssh2';
import type { HostName } from '../../lab/types.js';
import type { RemoteTerminal, TerminalSize } from '../ports.js';
import { openTrouble } from './channel.js';
import { cancelledTrouble } from './troubles.js';

/**
 * Opens the terminal.
 * @throws Trouble `ssh-channel`, `link-lost`, `cancelled`
 */
export async function openTerminal(
  client: Client,
  host: HostName,
  options: { readonly size: TerminalSize; readonly term: string; readonly command: string | null },
  signal: AbortSignal | undefined,
): Promise<RemoteTerminal> {
  const { size, term, command } = options;
  const pty = { term, cols: size.columns, rows: size.rows };
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    const opened = (error: Error | undefined, stream: ClientChannel): void => {
      if (error !== undefined) reject(openTrouble(host, error));
      else if (signal?.aborted === true) {
        stream.close();
        reject(cancelledTrouble(host));
      } else resolve(stream);
    };
    try {
      if (command === null) client.shell(pty, opened);
      else client.exec(command, { pty }, opened);
    } catch (error) {
      reject(openTrouble(host, error));
    }
  });
  const listeners = new Set<(bytes: Uint8Array) => void>();
  let exit: { readonly exit: number | null; readonly signal: string | null } = { exit: null, signal: null };
  channel.on('exit', (code: number | null, name?: string) => {
    exit = { exit: code, signal: name ?? null };
  });
  const hand = (bytes: Buffer): void => {
    for (const listener of listeners) listener(bytes);
  };
  channel.stderr.on('data', hand);
  const ended = new Promise<typeof exit>((resolve) => channel.on('close', () => resolve(exit)));
  // A connection that is lost closes the channel; what was being written then is of no use to anybody.
  channel.on('error', () => undefined);
  const abort = (): void => {
    channel.close();
  };
  signal?.addEventListener('abort', abort, { once: true });
  void ended.then(() => signal?.removeEventListener('abort', abort));
  return {
    onData(listener) {
      listeners.add(listener);
      // Nothing is read before somebody listens: the first prompt must not be lost.
      if (listeners.size === 1) channel.on('data', hand);
    },
    write: (bytes) => {
      if (channel.writable) channel.write(bytes);
    },
    resize: ({ columns, rows }) => channel.setWindow(rows, columns, 0, 0),
    ended,
    close: () => {
      channel.close();
    },
  };
}
