/** A shell in a container: Docker's exec with a terminal, over a stream that both sides write to. */
import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RemoteTerminal, TerminalSize } from '../ports.js';

const LOOK_MS = 5_000;
const BEST_SHELL = 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';
/** Docker lets a program run on when its terminal goes away; what carries the mark is told to hang up. */
const MARK = 'THREEBODY_SHELL';
const HANG_UP = `for p in /proc/[0-9]*; do if grep -qs "$1" "$p/environ"; then kill -HUP "\${p#/proc/}"; fi; done`;

const endSchema = z.object({ Running: z.boolean(), ExitCode: z.number().int().nullish() });

/**
 * Opens bash, or sh where there is none.
 * @param signal closes it
 * @throws what docker-modem throws, the daemon's words among it
 */
export async function openShell(
  container: Dockerode.Container,
  size: TerminalSize,
  signal: AbortSignal,
): Promise<RemoteTerminal> {
  const mark = randomUUID();
  const exec = await container.exec({
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
    ConsoleSize: [size.rows, size.columns],
    Env: ['TERM=xterm-256color', `${MARK}=${mark}`],
    Cmd: ['sh', '-c', BEST_SHELL],
    abortSignal: signal,
  });
  const stream: Duplex = await exec.start({ hijack: true, stdin: true, Tty: true, abortSignal: signal });
  const resize = async ({ rows, columns }: TerminalSize): Promise<void> => {
    await exec.resize({ h: rows, w: columns });
  };
  // Daemons before 1.42 do not know ConsoleSize. A shell that has ended already cannot be resized.
  resize(size).catch(() => undefined);

  let closing = false;
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const over = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
  });
  const close = (): void => {
    if (closing) return;
    closing = true;
    void hangUp(container, mark).finally(() => stream.destroy());
  };
  signal.addEventListener('abort', close, { once: true });
  const ended = over.then(async () => {
    closing = true;
    signal.removeEventListener('abort', close);
    stream.destroy();
    return { exit: await exitOf(exec), signal: null };
  });
  return {
    onData(listener) {
      listeners.add(listener);
      // Nothing is read before somebody listens: the first prompt must not be lost.
      if (listeners.size === 1)
        stream.on('data', (bytes: Uint8Array) => {
          for (const one of listeners) one(bytes);
        });
    },
    write: (bytes) => {
      if (!closing && stream.writable) stream.write(bytes);
    },
    resize: (next) => {
      resize(next).catch(() => undefined);
    },
    ended,
    close,
  };
}

/** The exit code that Docker noted; null when it cannot be asked any more. */
async function exitOf(exec: Dockerode.Exec): Promise<number | null> {
  try {
    const options: object = { abortSignal: AbortSignal.timeout(LOOK_MS) };
    const answer: unknown = await exec.inspect(options);
    return endSchema.parse(answer).ExitCode ?? null;
  } catch {
    return null;
  }
}

/** Ends what still runs of a shell that its person has left. */
async function hangUp(container: Dockerode.Container, mark: string): Promise<void> {
  try {
    const abortSignal = AbortSignal.timeout(LOOK_MS);
    const exec = await container.exec({
      AttachStdout: true,
      Cmd: ['sh', '-c', HANG_UP, 'hang-up', `${MARK}=${mark}`],
      abortSignal,
    });
    const stream = await exec.start({ abortSignal });
    for await (const _ of stream.resume()) continue;
  } catch {
    // The container is gone, or the way to it: then the shell is gone as well, or beyond reach.
  }
}
