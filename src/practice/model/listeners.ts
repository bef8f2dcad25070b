/** Listening TCP sockets of a host that are not a unit's own: containers, NodePorts, servers that programs start. */
import type { Duplex } from 'node:stream';
import { SystemError } from '../vfs/inode.js';
import type { HttpHandler, TlsIdentity } from './http.js';

export interface ListenerSpec {
  /** `0.0.0.0` or one address of the host. */
  readonly address: string;
  readonly port: number;
  /** As ss shows it. */
  readonly process: string;
  readonly pid: number;
  readonly http?: HttpHandler;
  /** Takes a connection of its own, for servers that stream or change the protocol; others are spoken for by `http`. */
  readonly accept?: (connection: Duplex) => void;
  /** Present on TLS servers; null when it has no certificate it could show. Asked at each connection. */
  readonly tls?: () => TlsIdentity | null;
  /** Reached by DNAT and FORWARD, so that rules for the host's INPUT do not count (Docker's ports, NodePorts). */
  readonly published?: boolean;
  /** What a connection that comes through meets behind it (NodePorts); open when absent. */
  readonly meets?: () => 'open' | 'refused' | 'silent' | 'unreachable';
  /** No process of the host holds a socket for it (kube-proxy's rules): ss does not show it. */
  readonly hidden?: boolean;
}
export interface Listener extends ListenerSpec {
  close(): void;
}

export class Listeners {
  readonly #open = new Set<Listener>();
  readonly #taken: (address: string, port: number) => boolean;
  readonly #changed: () => void;

  /** @param taken whether a unit of the host listens there; @param changed called after every change */
  constructor(taken: (address: string, port: number) => boolean, changed: () => void) {
    this.#taken = taken;
    this.#changed = changed;
  }
  get all(): readonly Listener[] {
    return [...this.#open];
  }
  /** Who takes a connection to this address and port. */
  find(address: string, port: number): Listener | undefined {
    return this.all.find(
      (one) => one.port === port && (one.address === '0.0.0.0' || one.address === address),
    );
  }
  /** @throws SystemError EADDRINUSE */
  open(spec: ListenerSpec): Listener {
    const clash = this.all.some(
      (one) =>
        one.port === spec.port &&
        (one.address === spec.address || one.address === '0.0.0.0' || spec.address === '0.0.0.0'),
    );
    if (clash || this.#taken(spec.address, spec.port)) throw new SystemError('EADDRINUSE');
    const listener: Listener = {
      ...spec,
      close: () => {
        if (this.#open.delete(listener)) this.#changed();
      },
    };
    this.#open.add(listener);
    this.#changed();
    return listener;
  }
  /** Power is gone. */
  clear(): void {
    this.#open.clear();
    this.#changed();
  }
}
