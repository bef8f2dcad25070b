/** The API of one host's Docker daemon, through that host's link. */
import type Dockerode from 'dockerode';
import { z } from 'zod';
import { Trouble } from '../../lab/types.js';
import type { HostName } from '../../lab/types.js';
import type { HostLink } from '../ports.js';
import { StreamAgent } from './agent.js';
import { askToDial, DOCKER_SOCKET, lookAtDocker } from './look.js';
import type { Look } from './look.js';
import { dockerTrouble } from './troubles.js';

/** The API version whose answers this program knows: that of Docker 25, which Docker 29 still serves. */
const KNOWN_API = '1.44';
/** Docker's own helper for `ssh://` hosts: copies between its stdio and the socket. */
const DIAL_STDIO = 'docker system dial-stdio';
const ANSWER_MS = 15_000;

const versionSchema = z.object({
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  MinAPIVersion: z
    .string()
    .regex(/^\d+\.\d+$/)
    .optional(),
});

function minor(version: string): number {
  return Number(version.split('.')[1]);
}

/** The version to speak: ours if the daemon serves it, else the daemon's nearest. All versions of Docker's API are 1.x. */
export function negotiate(newest: string, oldest = '1.24'): string {
  const wanted = Math.max(minor(oldest), Math.min(minor(newest), minor(KNOWN_API)));
  return `v1.${wanted}`;
}

export interface Engine {
  readonly host: HostName;
  /** Streams to this daemon that have not ended yet. */
  streams(): number;
  /** True while the daemon is reached by `docker system dial-stdio`, whose streams count as sessions of sshd. */
  byCommand(): boolean;
  /** Asks the host's shell; see lookAtDocker. */
  look(signal: AbortSignal): Promise<Look>;
  /**
   * The API in a version that both sides know; asked for once, until `forget`.
   * @throws Trouble why it cannot be had now
   */
  api(signal: AbortSignal): Promise<Dockerode>;
  /** The conversation broke off: another daemon may answer next time. */
  forget(): void;
  /** Ends every stream. */
  close(): void;
}

/** @param now operator's clock, epoch ms */
export function createEngine(link: HostLink, now: () => number): Engine {
  const { host } = link;
  const closing = new AbortController();
  let byCommand = false;
  let api: Promise<Dockerode> | null = null;
  const forget = (): void => {
    api = null;
    byCommand = false;
  };

  let asking: Promise<void> | null = null;
  /** Streams that are wanted at the same time are asked for once. */
  const ask = (): Promise<void> => {
    asking ??= askToDial(link, closing.signal).finally(() => {
      asking = null;
    });
    return asking;
  };
  const agent = new StreamAgent(async () => {
    await ask();
    if (byCommand) return link.dial({ kind: 'command', command: DIAL_STDIO }, closing.signal);
    try {
      return await link.dial({ kind: 'socket', path: DOCKER_SOCKET }, closing.signal);
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== 'stream-refused') throw error;
      // sshd says the same when it forwards no sockets, when the user may not, and when nobody listens.
      const look = await lookAtDocker(link, now, closing.signal);
      if (look.kind !== 'ready') throw look.kind === 'not-now' ? look.trouble : error;
      const stream = await link.dial({ kind: 'command', command: DIAL_STDIO }, closing.signal);
      byCommand = true;
      return stream;
    }
  });
  const connect = async (): Promise<Dockerode> => {
    const { default: Docker } = await import('dockerode');
    // All of these are given, so that DOCKER_HOST and its like in the operator's environment count for nothing.
    const own = {
      agent,
      protocol: 'http',
      socketPath: DOCKER_SOCKET,
      host: undefined,
      port: undefined,
      ca: undefined,
      cert: undefined,
      key: undefined,
      timeout: undefined,
    } as const;
    const answer: unknown = await patiently(new Docker(own).version(), host);
    const { ApiVersion, MinAPIVersion } = versionSchema.parse(answer);
    return new Docker({ ...own, version: negotiate(ApiVersion, MinAPIVersion) });
  };

  return {
    host,
    streams: () => agent.streams,
    byCommand: () => byCommand,
    look: (signal) => lookAtDocker(link, now, signal),
    async api(signal) {
      api ??= connect().catch((error: unknown) => {
        api = null;
        throw dockerTrouble(host, error);
      });
      return untilAborted(api, signal, host);
    },
    forget,
    close() {
      closing.abort();
      forget();
      agent.destroy();
    },
  };
}

/** An answer that a daemon which hangs would never give. */
function patiently<T>(answer: Promise<T>, host: HostName): Promise<T> {
  return untilAborted(answer, AbortSignal.timeout(ANSWER_MS), host);
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal, host: HostName): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      const timedOut = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
      reject(dockerTrouble(host, signal.reason, timedOut ? undefined : signal));
    };
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
