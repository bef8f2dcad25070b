/** sshd of one practice host: a listening port on loopback, logins, and channels that run processes of the host. */
import { createServer, type Server as PortServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import type { AuthContext, Connection } from 'ssh2';
import type { Host, WireEvent } from './host.js';
import { account, credentialsOf, type Account } from './commands/owners.js';
import type { Credentials } from './kernel/process.js';
import { Wire } from './wire.js';
import { forwardToSocket } from './ssh-forward.js';
import { SessionRun } from './ssh-session.js';
import { openTunnel } from './tunnel.js';

/** OpenSSH's default for MaxSessions. */
const MAX_SESSIONS = 10;

const RETRY_MS = 100;

export class SshPort {
  readonly #host: Host;
  readonly #wires = new Set<Wire>();
  #server: ssh2.Server;
  #keyInUse: string;
  #listener: PortServer | null = null;
  #port = 0;
  #settled: Promise<void>;
  #closed = false;

  private constructor(host: Host) {
    this.#host = host;
    this.#keyInUse = host.hostKey.privateKey;
    this.#server = this.#makeServer();
    host.onWire.add((event) => this.#onWire(event));
    this.#settled = Promise.resolve();
  }
  /** Opens a free port on 127.0.0.1; it stays the same until closed. */
  static async open(host: Host): Promise<SshPort> {
    const port = new SshPort(host);
    await port.#listen();
    return port;
  }
  get port(): number {
    return this.#port;
  }
  async close(): Promise<void> {
    this.#closed = true;
    for (const wire of this.#wires) wire.reset();
    this.#unlisten();
  }

  #makeServer(): ssh2.Server {
    return new ssh2.Server(
      { hostKeys: [this.#host.hostKey.privateKey], ident: 'OpenSSH_9.6p1 Ubuntu-3ubuntu13.5' },
      (client) => new Login(this.#host, client),
    );
  }
  async #listen(): Promise<void> {
    if (this.#listener !== null || this.#closed) return;
    const listener = createServer((socket) => this.#accept(socket));
    this.#listener = listener;
    for (;;) {
      try {
        await new Promise<void>((resolve, reject) => {
          listener.once('error', reject);
          listener.listen(this.#port, '127.0.0.1', () => {
            listener.off('error', reject);
            resolve();
          });
        });
        break;
      } catch (error) {
        // Somebody may have been given our port while the host was off.
        if (this.#port === 0 || this.#closed) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    const address = listener.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }
  /** Takes no new connections; those that there are stay, as they do when a real sshd is stopped. */
  #unlisten(): void {
    this.#listener?.close();
    this.#listener = null;
  }

  #accept(socket: Socket): void {
    const met = this.#host.ssh;
    if (met === 'refused') {
      socket.resetAndDestroy();
      return;
    }
    // Packets that a firewall drops look to the client like a cable that is out.
    const wire = new Wire(socket, this.#host.linkCut || met === 'silent');
    this.#wires.add(wire);
    wire.once('close', () => this.#wires.delete(wire));
    wire.on('error', () => undefined);
    // ssh2 uses a socket as a stream with a remote address, which a wire is; its type asks for the class.
    const stream: Duplex = wire;
    this.#server.injectSocket(stream as Socket);
  }

  async #onWire(event: WireEvent): Promise<void> {
    switch (event) {
      case 'cut':
        for (const wire of this.#wires) wire.cut();
        return;
      case 'heal':
        for (const wire of this.#wires) wire.heal();
        return;
      case 'reset':
        for (const wire of this.#wires) wire.reset();
        await this.#settle();
        return;
      case 'power':
        if (this.#host.hostKey.privateKey !== this.#keyInUse) {
          this.#keyInUse = this.#host.hostKey.privateKey;
          this.#server = this.#makeServer();
        }
        await this.#settle();
        return;
    }
  }
  /** Opens or closes the port, one after the other, until it is as it should be. */
  #settle(): Promise<void> {
    this.#settled = this.#settled.then(() =>
      this.#host.ssh === 'refused' || this.#host.power !== 'on' ? this.#unlisten() : this.#listen(),
    );
    return this.#settled;
  }
}

/** One connection: who logs in, and its sessions. */
class Login {
  readonly #host: Host;
  #login: { readonly user: Account; readonly credentials: Credentials } | null = null;
  #sessions = 0;
  constructor(host: Host, client: Connection) {
    this.#host = host;
    client.on('authentication', (context) => this.#authenticate(context));
    client.on('error', () => undefined);
    client.on('session', (accept, reject) => {
      if (this.#sessions >= MAX_SESSIONS) {
        reject();
        return;
      }
      this.#sessions += 1;
      const session = accept();
      let counted = true;
      const over = () => {
        if (counted) this.#sessions -= 1;
        counted = false;
      };
      session.on('close', over);
      if (this.#login !== null)
        new SessionRun(this.#host, this.#login.user, this.#login.credentials, session);
    });
    client.on('openssh.streamlocal', (accept, reject, { socketPath }) => {
      if (this.#login === null) reject();
      else forwardToSocket(this.#host, socketPath, this.#login.credentials, accept, reject);
    });
    client.on('tcpip', (accept, reject, info) => void openTunnel(this.#host, info, accept, reject));
    client.on('request', (_accept, reject) => reject?.());
  }

  #authenticate(context: AuthContext): void {
    const user = account(this.#host.volume, context.username);
    const reject = () => context.reject(['publickey', 'password']);
    if (user === undefined || user.uid === 0) {
      reject();
      return;
    }
    if (context.method === 'password') {
      if (this.#host.passwords.get(user.name) !== context.password) {
        this.#log(`Failed password for ${user.name} from 10.0.2.2 port 50022 ssh2`);
        reject();
        return;
      }
    } else if (context.method === 'publickey') {
      const allowed = (this.#host.volume.text(`${user.home}/.ssh/authorized_keys`) ?? '')
        .split('\n')
        .flatMap((line) => {
          const key = line.trim() === '' || line.startsWith('#') ? null : ssh2.utils.parseKey(line);
          return key === null || key instanceof Error ? [] : [key];
        });
      const key = allowed.find((entry) => entry.getPublicSSH().equals(context.key.data));
      if (key === undefined) {
        reject();
        return;
      }
      if (context.signature !== undefined && context.blob !== undefined) {
        if (key.verify(context.blob, context.signature, context.hashAlgo) !== true) {
          reject();
          return;
        }
      }
    } else {
      reject();
      return;
    }
    // Groups count from the login on, as with the real one.
    this.#login = { user, credentials: credentialsOf(this.#host.volume, user) };
    this.#log(`Accepted ${context.method} for ${user.name} from 10.0.2.2 port 50022 ssh2`);
    context.accept();
  }
  #log(message: string): void {
    this.#host.journal.write('ssh.service', 'sshd', message, {
      pid: this.#host.systemd.find('ssh.service')?.pid ?? 1,
    });
  }
}
