/** The network as the programs of one container see it: what they listen on, whom they reach, which names they know. */
import type { HttpHandler, HttpResponse } from '../model/http.js';
import type { Reach } from '../model/network.js';
import type { Session } from '../mysql/session.js';
import { SystemError } from '../vfs/inode.js';

export interface FastCgiRequest {
  readonly method: string;
  /** SCRIPT_FILENAME. */
  readonly script: string;
  /** Path and query as the client asked. */
  readonly url: URL;
  readonly body: Buffer;
}
/** What listens on a port; which protocols it speaks. */
export interface PortServer {
  readonly http?: HttpHandler;
  /** Lets a client in. @throws SqlError */
  readonly sql?: (user: string, password: string, from: string) => Session;
  readonly fastcgi?: (request: FastCgiRequest) => Promise<HttpResponse>;
}
export interface Dialled {
  readonly reach: Reach;
  /** Null where nobody listens that is simulated. */
  readonly server: PortServer | null;
  /** The client's address as the server sees it. */
  readonly from: string;
}
export interface NetSpace {
  /** Its own address; empty before it has one. */
  readonly address: string;
  /** @throws SystemError EADDRINUSE */
  listen(port: number, server: PortServer): () => void;
  lookUp(name: string): string | null;
  dial(address: string, port: number): Dialled;
}
/** The listening sockets of one network namespace. */
export class Sockets {
  readonly #open = new Map<number, PortServer>();
  listen(port: number, server: PortServer): () => void {
    if (this.#open.has(port)) throw new SystemError('EADDRINUSE');
    this.#open.set(port, server);
    return () => {
      if (this.#open.get(port) === server) this.#open.delete(port);
    };
  }
  at(port: number): PortServer | null {
    return this.#open.get(port) ?? null;
  }
  get ports(): readonly number[] {
    return [...this.#open.keys()];
  }
  clear(): void {
    this.#open.clear();
  }
}
