/** One connection to one host: through its jump hosts, with every key checked, either up or a Trouble. */
import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ServerHostKeyAlgorithm } from 'ssh2';
import type { HostName } from '../../lab/types.js';
import type { Trouble } from '../../lab/types.js';
import type { AskHostKey, HostKey } from '../ports.js';
import { prepareAuth } from './auth.js';
import type { Auth } from './auth.js';
import { errorLevel } from './errors.js';
import type { KnownHosts, KnownKey } from './known-hosts.js';
import { fingerprint, keyType } from './known-hosts.js';
import type { Hop, LoginEnvironment } from './route.js';
import { cancelledTrouble, dialTrouble, hostKeyChanged, hostKeyRefused } from './troubles.js';

/** Time from the start of dialling to the end of the login. A person's time to answer does not count. */
const READY_MS = 10_000;
/** With two unanswered keep-alives allowed, a cut connection is noticed after 15 s. */
const KEEPALIVE_MS = 5_000;
const KEEPALIVE_COUNT = 2;
/** How long a peer may take to answer our goodbye before the socket is destroyed. */
const GOODBYE_MS = 100;
/** ssh2's own order, best first. A type that is already known goes to the front. */
const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

/** What is needed to dial. */
export interface DialContext {
  readonly host: HostName;
  readonly knownHosts: KnownHosts;
  readonly askHostKey: AskHostKey;
  readonly env: LoginEnvironment;
  readonly signal: AbortSignal;
}

/** A connection that is up. */
export interface Connection {
  readonly client: Client;
  /** Settles when the connection has ended, with what ended it; null when it was closed in order. */
  readonly ended: Promise<Error | null>;
  close(): void;
}

/** Host key algorithms with those of known keys first, so that a server with several keys shows the one we know. */
export function orderHostKeyAlgorithms(known: readonly KnownKey[]): ServerHostKeyAlgorithm[] {
  const types = new Set(known.map((key) => key.type));
  const isKnown = (algorithm: ServerHostKeyAlgorithm): boolean =>
    types.has(algorithm) || (algorithm.startsWith('rsa-sha2-') && types.has('ssh-rsa'));
  return [...HOST_KEY_ALGORITHMS.filter(isKnown), ...HOST_KEY_ALGORITHMS.filter((name) => !isKnown(name))];
}

/** Says yes to a key seen for the first time, or why the connection may not go on. */
class HostKeyCheck {
  readonly #known: readonly KnownKey[];
  readonly #describe: (raw: Uint8Array) => HostKey;
  readonly #file: string;
  refusal: Trouble | null = null;
  unknown: Buffer | null = null;

  constructor(known: readonly KnownKey[], file: string, describe: (raw: Uint8Array) => HostKey) {
    this.#known = known;
    this.#file = file;
    this.#describe = describe;
  }

  verify(raw: Buffer): boolean {
    const key = raw.toString('base64');
    const same = this.#known.find((entry) => entry.key === key);
    if (same !== undefined && !same.revoked) return true;
    if (this.#known.length === 0) {
      this.unknown = Buffer.from(raw);
      return false;
    }
    const prints = this.#known.map(
      (entry) => `${entry.type} ${fingerprint(Buffer.from(entry.key, 'base64'))}`,
    );
    const lines = this.#known.map((entry) => entry.line);
    this.refusal = hostKeyChanged(this.#describe(raw), prints, this.#file, lines);
    return false;
  }
}

interface Attempt {
  readonly hop: Hop;
  readonly sock: Duplex | null;
  readonly check: HostKeyCheck;
  readonly auth: Auth;
  readonly known: readonly KnownKey[];
}

async function connect(attempt: Attempt, context: DialContext): Promise<Connection> {
  const { hop, check, auth } = attempt;
  const { NodeSSH } = await import('node-ssh');
  if (context.signal.aborted) throw cancelledTrouble(context.host);
  const ssh = new NodeSSH();
  const sock = attempt.sock ?? connectSocket({ ...hop.endpoint, noDelay: true });
  const banners: string[] = [];
  // node-ssh gives up at the first error event, though ssh2 goes on after some (an agent that refuses to sign), and it
  // stops listening once connected, when a later error would end the process. So its client's own events are what counts.
  const settled = ssh.connect({
    sock,
    username: hop.user,
    authHandler: auth.handler,
    hostVerifier: (raw: Buffer) => check.verify(raw),
    algorithms: { serverHostKey: orderHostKeyAlgorithms(attempt.known) },
    readyTimeout: READY_MS,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVE_COUNT,
  });
  settled.catch(() => undefined);
  const client = ssh.connection;
  if (client === null) {
    await settled;
    throw new Error('node-ssh has no connection');
  }
  client.on('banner', (message) => banners.push(message.slice(0, 1_000)));
  let failure: Error | null = null;
  let closing = false;
  const ended = new Promise<Error | null>((resolve) => {
    client.on('error', (error: Error) => {
      if (errorLevel(error) !== 'agent') failure ??= error;
    });
    client.on('close', () => resolve(closing ? null : (failure ?? new Error('connection closed'))));
  });
  const close = (): void => {
    closing = true;
    client.end();
    // A peer that does not answer any more would leave the socket half open for many minutes.
    setTimeout(() => sock.destroy(), GOODBYE_MS).unref();
  };
  const abort = (): void => close();
  context.signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve);
      void ended.then((error) => reject(check.refusal ?? error ?? cancelledTrouble(context.host)));
    });
  } catch (error) {
    close();
    const trouble = dialTrouble(error, {
      host: context.host,
      endpoint: `${hop.endpoint.host}:${hop.endpoint.port}`,
      user: hop.user,
      offered: auth.record.offered,
      tried: auth.record.tried,
      banner: banners.join('\n'),
      wasUp: false,
    });
    throw trouble.code === 'ssh-auth' ? (auth.record.keyTrouble ?? trouble) : trouble;
  } finally {
    context.signal.removeEventListener('abort', abort);
  }
  return { client, ended, close };
}

/** A person's answer, or the end of waiting for it. */
function untilAborted<T>(answer: Promise<T>, { signal, host }: DialContext): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(cancelledTrouble(host));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    void answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

async function dialHop(
  hop: Hop,
  openSock: () => Promise<Duplex | null>,
  context: DialContext,
): Promise<Connection> {
  const { knownHosts, host } = context;
  const describe = (raw: Uint8Array): HostKey => ({
    host,
    endpoint: `${hop.endpoint.host}:${hop.endpoint.port}`,
    type: keyType(raw),
    fingerprint: fingerprint(raw),
  });
  const { default: ssh2 } = await import('ssh2');
  for (;;) {
    const known = await knownHosts.lookup(hop.knownNames);
    const check = new HostKeyCheck(known, knownHosts.file, describe);
    const auth = await prepareAuth(hop, context.env, ssh2);
    try {
      return await connect({ hop, sock: await openSock(), check, auth, known }, context);
    } catch (error) {
      // The connection is given up while the person compares fingerprints: sshd would not wait that long.
      if (check.unknown === null) throw error;
      const accepted = await untilAborted(context.askHostKey(describe(check.unknown)), context);
      if (!accepted) throw hostKeyRefused(describe(check.unknown));
      await knownHosts.add(hop.knownNames[0] ?? hop.endpoint.host, check.unknown);
    }
  }
}

/**
 * Makes the connection along a route.
 *
 * @param route hops in dialling order, the host last
 * @throws Trouble: `ssh-…`, `host-key-…`, `key-…`, `cancelled`; see troubles.ts
 */
export async function dial(route: readonly Hop[], context: DialContext): Promise<Connection> {
  const made: Connection[] = [];
  const closeAll = (): void => {
    for (const connection of made.toReversed()) connection.close();
  };
  try {
    for (const hop of route) {
      const through = made.at(-1);
      const openSock = async (): Promise<Duplex | null> =>
        through === undefined
          ? null
          : new Promise((resolve, reject) => {
              through.client.forwardOut(
                '127.0.0.1',
                0,
                hop.endpoint.host,
                hop.endpoint.port,
                (error, channel) => {
                  if (error) {
                    const endpoint = `${hop.endpoint.host}:${hop.endpoint.port}`;
                    reject(
                      dialTrouble(error, {
                        host: context.host,
                        endpoint,
                        user: hop.user,
                        offered: null,
                        tried: [],
                        banner: '',
                        wasUp: false,
                      }),
                    );
                  } else resolve(channel);
                },
              );
            });
      made.push(await dialHop(hop, openSock, context));
    }
  } catch (error) {
    closeAll();
    throw error;
  }
  const last = made.at(-1);
  if (last === undefined) throw new Error('a route has at least one hop');
  void last.ended.then(closeAll);
  return { client: last.client, ended: last.ended, close: closeAll };
}
