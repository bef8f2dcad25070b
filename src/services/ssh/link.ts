/** The connection to one host over its whole life: made, used by many channels, lost, made again. */
import type { Duplex } from 'node:stream';
import type { HostLogin, HostName } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import type {
  HostLink,
  LinkStatus,
  RemoteTerminal,
  RunOptions,
  RunResult,
  StreamTarget,
  TerminalSize,
} from '../ports.js';
import { dial } from './dial.js';
import type { Connection, DialContext } from './dial.js';
import type { SudoAccess } from './envelope.js';
import { resolveRoute } from './route.js';
import { runScript } from './run.js';
import { Semaphore } from './semaphore.js';
import { openStream } from './stream.js';
import { findSudo } from './sudo.js';
import { openTerminal } from './terminal.js';
import { cancelledTrouble, downTrouble, lostTrouble } from './troubles.js';

/** sshd's MaxSessions is 10; two are left for a person's own use of the same connection. */
const MAX_CHANNELS = 8;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** Failures that time does not mend: they need a person. */
const NEEDS_PERSON = 2;

interface Session {
  readonly connection: Connection;
  readonly sudo: SudoAccess;
}

/** Delay before the next attempt: exponential from 1 s to 30 s, spread by a quarter so that hosts do not dial in step. */
export function backoffMs(attempt: number, random: number): number {
  const base = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, attempt - 1));
  return Math.round(base * (0.75 + random * 0.25));
}

function asTrouble(host: HostName, error: unknown): Trouble {
  return error instanceof Trouble ? error : lostTrouble(host, error);
}

/** What a link is made of; see createLinks. */
export interface LinkParts extends Omit<DialContext, 'host' | 'signal'> {
  readonly mask: (text: string) => string;
}

export class SshLink implements HostLink {
  readonly host: HostName;
  readonly #login: HostLogin;
  readonly #parts: LinkParts;
  readonly #channels = new Semaphore(MAX_CHANNELS);
  readonly #listeners = new Set<(status: LinkStatus) => void>();
  #status: LinkStatus = { kind: 'idle' };
  #session: Session | null = null;
  #opening: Promise<Session> | null = null;
  #stop = new AbortController();
  #keep = false;
  #failures = 0;
  #retry: NodeJS.Timeout | null = null;
  #lastSeen: number | null = null;

  constructor(login: HostLogin, parts: LinkParts) {
    this.host = login.name;
    this.#login = login;
    this.#parts = parts;
  }

  status(): LinkStatus {
    return this.#status;
  }

  onStatus(listener: (status: LinkStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async open(options: { readonly keep?: boolean; readonly signal?: AbortSignal } = {}): Promise<void> {
    if (options.keep === true) this.#keep = true;
    await this.#unlessAborted(this.#connect(), options.signal);
  }

  /**
   * A script's syntax is read whole before it starts; its stdin is /dev/null. See HostLink.run.
   *
   * @throws Trouble: those of open, and `sudo-none`, `sudo-password-wrong`, `run-timeout`, `remote-shell`, `ssh-channel`, `cancelled`
   */
  async run(script: string, options: RunOptions = {}): Promise<RunResult> {
    if (this.#session === null && this.#status.kind === 'down' && this.#status.retryAt !== null) {
      throw downTrouble(this.host, this.#status);
    }
    const { connection, sudo } = await this.#unlessAborted(this.#connect(), options.signal);
    const release = await this.#slot(options.signal);
    try {
      return await runScript(connection.client, this.#login, sudo, script, options, this.#parts.mask);
    } finally {
      release();
    }
  }

  async dial(to: StreamTarget, signal?: AbortSignal): Promise<Duplex> {
    const { connection } = await this.#unlessAborted(this.#connect(), signal);
    if (to.kind !== 'command') return openStream(connection.client, this.host, to, signal);
    const release = await this.#slot(signal);
    try {
      const stream = await openStream(connection.client, this.host, to, signal);
      stream.once('close', release);
      return stream;
    } catch (error) {
      release();
      throw error;
    }
  }

  async terminal(
    options: { readonly size: TerminalSize; readonly term: string; readonly command: string | null },
    signal?: AbortSignal,
  ): Promise<RemoteTerminal> {
    const { connection } = await this.#unlessAborted(this.#connect(), signal);
    const release = await this.#slot(signal);
    try {
      const terminal = await openTerminal(connection.client, this.host, options, signal);
      void terminal.ended.then(release);
      return terminal;
    } catch (error) {
      release();
      throw error;
    }
  }

  #slot(signal: AbortSignal | undefined): Promise<() => void> {
    return this.#channels.acquire(signal).catch(() => {
      throw cancelledTrouble(this.host);
    });
  }

  async renew(signal?: AbortSignal): Promise<void> {
    const before = this.#session;
    this.#session = null;
    before?.connection.close();
    await this.#unlessAborted(this.#connect(), signal);
  }

  async close(): Promise<void> {
    this.#keep = false;
    this.#cancelRetry();
    this.#stop.abort();
    this.#stop = new AbortController();
    const session = this.#session;
    this.#session = null;
    session?.connection.close();
    await Promise.allSettled([this.#opening, session?.connection.ended]);
    this.#publish({ kind: 'idle' });
  }

  /** The session that is up, the one being made, or a new attempt. */
  #connect(): Promise<Session> {
    if (this.#session !== null) return Promise.resolve(this.#session);
    this.#opening ??= this.#attempt(this.#stop.signal).finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #attempt(signal: AbortSignal): Promise<Session> {
    this.#cancelRetry();
    this.#publish({ kind: 'connecting', attempt: this.#failures + 1 });
    try {
      const route = await resolveRoute(this.#login, this.#parts.env);
      const connection = await dial(route, { ...this.#parts, host: this.host, signal });
      let sudo: SudoAccess;
      try {
        sudo = await findSudo(connection.client, this.#login, signal);
      } catch (error) {
        connection.close();
        throw error;
      }
      const session = { connection, sudo };
      this.#session = session;
      this.#failures = 0;
      this.#lastSeen = Date.now();
      void connection.ended.then((error) => this.#lost(session, error));
      this.#publish({
        kind: 'up',
        since: this.#lastSeen,
        sudo: sudo.kind === 'root' ? 'nopasswd' : sudo.kind,
      });
      return session;
    } catch (error) {
      const trouble = signal.aborted ? cancelledTrouble(this.host) : asTrouble(this.host, error);
      if (!signal.aborted) {
        this.#failures += 1;
        this.#down(trouble);
      }
      throw trouble;
    }
  }

  #lost(session: Session, error: Error | null): void {
    // A session that was replaced or closed by ourselves is no loss.
    if (this.#session !== session) return;
    this.#session = null;
    this.#lastSeen = Date.now();
    this.#down(lostTrouble(this.host, error ?? undefined));
  }

  #down(trouble: Trouble): void {
    // A login that worked before may fail while a host boots; a login that never worked will not begin to.
    const mends = trouble.exit !== NEEDS_PERSON || (trouble.code === 'ssh-auth' && this.#lastSeen !== null);
    const delay = this.#keep && mends ? backoffMs(this.#failures + 1, Math.random()) : null;
    if (delay !== null) {
      this.#retry = setTimeout(() => {
        this.#retry = null;
        // Its outcome is published; nobody waits for this promise.
        this.#connect().catch(() => undefined);
      }, delay);
    }
    this.#publish({
      kind: 'down',
      code: trouble.code,
      reason: trouble.what,
      remedy: trouble.remedy,
      lastSeen: this.#lastSeen,
      retryAt: delay === null ? null : Date.now() + delay,
    });
  }

  #cancelRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #publish(status: LinkStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }

  /** Waits for a promise that others may share, but no longer than the signal allows. */
  async #unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (signal === undefined) return work;
    let leave: (() => void) | undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      leave = () => reject(cancelledTrouble(this.host));
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([work, aborted]);
    } catch (error) {
      work.catch(() => undefined);
      throw error;
    } finally {
      if (leave !== undefined) signal.removeEventListener('abort', leave);
    }
  }
}
