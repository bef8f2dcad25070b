/** One channel: a script into the stdin of `bash -s`, bytes and an exit code out of it. */
import type { Client, ClientChannel } from 'ssh2';
import type { HostName } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import { errorText } from './errors.js';
import { cancelledTrouble, lostTrouble } from './troubles.js';

export interface ChannelEnd {
  readonly exit: number | null;
  readonly signal: string | null;
}
export interface ChannelHandlers {
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
}

export function openTrouble(host: HostName, error: unknown): Trouble {
  const text = errorText(error);
  // ssh2: "No response from server" when the connection ends meanwhile, "Not connected" when it already had.
  if (/no response|not connected/i.test(text)) return lostTrouble(host, error);
  return new Trouble(
    'ssh-channel',
    { id: `${host} tidak mau membuka sesi: ${text}.`, en: `${host} does not open a session: ${text}.` },
    {
      id: 'Periksa MaxSessions di sshd_config (bawaan 10) dan batas proses pengguna, lalu coba lagi.',
      en: "Check MaxSessions in sshd_config (default 10) and the user's process limit, then try again.",
    },
    host,
    3,
    { cause: error },
  );
}

/**
 * Runs `bash -s` and feeds it a script. Output is handed on as it arrives and kept nowhere, so memory stays flat whatever
 * the host sends (node-ssh's execCommand would keep all of it).
 *
 * @param input sent after the script, as fast as the host takes it and no faster
 * @param signal ends the channel; what runs on the host ends when it next writes, or by its own time limit
 * @throws Trouble `link-lost`, `ssh-channel`, `cancelled`
 */
export async function runChannel(
  client: Client,
  host: HostName,
  stdin: string,
  handlers: ChannelHandlers,
  signal: AbortSignal | undefined,
  input?: AsyncIterable<Uint8Array>,
): Promise<ChannelEnd> {
  if (signal?.aborted === true) throw cancelledTrouble(host);
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    try {
      client.exec('bash -s', (error, opened) => {
        if (error) reject(openTrouble(host, error));
        else resolve(opened);
      });
    } catch (error) {
      reject(openTrouble(host, error));
    }
  });
  return new Promise((resolve, reject) => {
    let end: ChannelEnd | null = null;
    const abort = (): void => {
      channel.close();
      reject(cancelledTrouble(host));
    };
    channel.on('data', (chunk: Buffer) => {
      if (signal?.aborted !== true) handlers.onStdout(chunk);
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      if (signal?.aborted !== true) handlers.onStderr(chunk);
    });
    channel.on('exit', (code: number | null, name?: string) => {
      end = { exit: code, signal: name ?? null };
    });
    channel.on('close', () => {
      signal?.removeEventListener('abort', abort);
      if (end === null) reject(lostTrouble(host));
      else resolve(end);
    });
    // The host may end before it has read all of its stdin.
    channel.on('error', () => undefined);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    else if (input === undefined) channel.end(stdin);
    else {
      feed(channel, stdin, input).catch((error: unknown) => {
        channel.close();
        reject(error);
      });
    }
  });
}

/** Writes the script and then the input, one piece at a time; stops when the host has ended. Throws what the input throws. */
async function feed(channel: ClientChannel, stdin: string, input: AsyncIterable<Uint8Array>): Promise<void> {
  const closed = new Promise<void>((resolve) => channel.once('close', resolve));
  const write = async (data: string | Uint8Array): Promise<void> => {
    if (channel.write(data)) return;
    let drained: (() => void) | undefined;
    const drain = new Promise<void>((resolve) => {
      drained = resolve;
      channel.once('drain', resolve);
    });
    await Promise.race([drain, closed]);
    if (drained !== undefined) channel.off('drain', drained);
  };
  await write(stdin);
  for await (const piece of input) {
    if (!channel.writable) return;
    await write(piece);
  }
  channel.end();
}
