/** A container's log, followed. */
import type Dockerode from 'dockerode';
import type { LogOptions } from '../live/types.js';
import { RemoteTextDecoder } from '../text/clean.js';
import { FrameReader } from './frames.js';

/**
 * Follows until the container ends or the signal fires.
 * @param tty of the container: its log has no frames then
 * @throws what docker-modem or the stream throws
 */
export async function followLog(
  container: Dockerode.Container,
  tty: boolean,
  options: LogOptions,
  mask: (text: string) => string,
): Promise<void> {
  const { tail, signal, onText } = options;
  const stream = await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    tail,
    abortSignal: signal,
  });
  const decoders = {
    stdout: new RemoteTextDecoder({ mask }),
    stderr: new RemoteTextDecoder({ mask }),
  };
  const hand = (from: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    const text = decoders[from].push(bytes);
    if (text !== '' && !signal.aborted) onText(text);
  };
  const frames = new FrameReader(hand);
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) continue;
    if (tty) hand('stdout', chunk);
    else frames.push(chunk);
  }
  const rest = decoders.stdout.end() + decoders.stderr.end();
  if (rest !== '' && !signal.aborted) onText(rest);
}
