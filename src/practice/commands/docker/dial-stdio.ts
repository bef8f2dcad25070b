/** docker system dial-stdio: the daemon's socket on standard input and output, byte for byte. */
import { once } from 'node:events';
import { connectApi } from '../../docker/api/server.js';
import { daemon, type Call } from './call.js';
import type { Verb } from './containers.js';

const CHUNK = 65_536;

/** Hands standard input on; its end is the end of what this side says, and the answer still comes. */
async function sayAll(
  call: Call,
  connection: ReturnType<typeof connectApi>,
  over: AbortSignal,
): Promise<void> {
  const input = call.process.descriptor(0);
  for (;;) {
    const bytes = await input.read(CHUNK, over);
    if (bytes === null) break;
    if (!connection.write(bytes)) await once(connection, 'drain', { signal: over });
  }
  connection.end();
}

export const dialStdio: Verb = async (call) => {
  const connection = connectApi(daemon(call, '_ping'));
  connection.on('error', () => undefined);
  const ended = new AbortController();
  const over = AbortSignal.any([call.process.signal, ended.signal]);
  const unbreak = call.process.descriptor(1).onBroken(() => connection.destroy());
  connection.once('close', () => ended.abort());
  try {
    // A failed end of the input shows as the end of the connection.
    void sayAll(call, connection, over).catch(() => undefined);
    for await (const bytes of connection) if (bytes instanceof Buffer) await call.process.out(bytes);
  } catch (error) {
    call.process.signal.throwIfAborted();
    if (!connection.destroyed) throw error;
  } finally {
    ended.abort();
    unbreak();
    connection.destroy();
  }
  return 0;
};
