/** sshd of one practice host: a listening port on loopback, logins, and channels that run processes of the host. */
import { createServer, type Server as PortServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, ServerChannel, Session } from 'ssh2';
import type { Host, WireEvent } from './host.js';
import { account, credentialsOf, type Account } from './commands/owners.js';
import type { Description } from './kernel/description.js';
import { makePipe, Outlet } from './kernel/pipe.js';
import { signalByName, type Credentials, type Process } from './kernel/process.js';
import { bash } from './shell/program.js';
import { Terminal, withReturns } from './terminal.js';
import { Wire } from './wire.js';

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
    await this.#unlisten();
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
  #unlisten(): Promise<void> {
    const listener = this.#listener;
    this.#listener = null;
    return new Promise((resolve) => {
      if (listener === null) resolve();
      else listener.close(() => resolve());
    });
  }

  #accept(socket: Socket): void {
    if (!this.#host.sshOpen) {
      socket.resetAndDestroy();
      return;
    }
    const wire = new Wire(socket, this.#host.linkCut);
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
    this.#settled = this.#settled.then(() => (this.#host.sshOpen ? this.#listen() : this.#unlisten()));
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
      if (this.#login !== null) new SessionRun(this.#host, this.#login.user, this.#login.credentials, session);
    });
    client.on('tcpip', (_accept, reject) => reject());
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
      const allowed = (this.#host.volume.text(`${user.home}/.ssh/authorized_keys`) ?? '').split('\n').flatMap((line) => {
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
    this.#host.journal.write('ssh.service', 'sshd', message, { pid: this.#host.systemd.find('ssh.service')?.pid ?? 1 });
  }
}

/** One session channel: a command or a shell. */
class SessionRun {
  readonly #host: Host;
  readonly #user: Account;
  readonly #credentials: Credentials;
  readonly #env = new Map<string, string>();
  #tty = false;
  #process: Process | null = null;

  constructor(host: Host, user: Account, credentials: Credentials, session: Session) {
    this.#host = host;
    this.#user = user;
    this.#credentials = credentials;
    session.on('env', (accept, _reject, info) => {
      if (/^(LANG|LC_\w+)$/.test(info.key)) this.#env.set(info.key, info.val);
      accept?.();
    });
    session.on('pty', (accept, _reject, info) => {
      this.#tty = true;
      // The types leave it out; it is there when the client asked for a terminal.
      if ('term' in info && typeof info.term === 'string') this.#env.set('TERM', info.term);
      accept?.();
    });
    session.on('window-change', (accept) => accept?.());
    session.on('signal', (accept, _reject, info) => {
      const signal = signalByName(info.name);
      const process = this.#process;
      if (signal !== null && process !== null) this.#host.kernel.signal({ group: process.pgid }, signal);
      accept?.();
    });
    session.on('exec', (accept, _reject, info) => this.#run(accept(), ['-c', info.command]));
    session.on('shell', (accept) => this.#run(accept(), this.#tty ? ['--login', '-i'] : ['--login']));
    session.on('subsystem', (_accept, reject) => reject());
    session.on('sftp', (_accept, reject) => reject());
  }

  #run(channel: ServerChannel, args: readonly string[]): void {
    const host = this.#host;
    const user = this.#user;
    channel.on('error', () => undefined);
    const send = (stream: { write(bytes: Buffer): boolean }) => (bytes: Buffer) =>
      new Promise<void>((resolve) => {
        const shown = this.#tty ? withReturns(bytes) : Buffer.from(bytes);
        if (channel.destroyed || stream.write(shown)) resolve();
        else this.#drained(channel, resolve);
      });
    let open = 2;
    let exit: { readonly status: number; readonly signal: string | null } | null = null;
    const finish = () => {
      if (exit === null || open > 0) return;
      if (exit.signal === null) channel.exit(exit.status);
      else channel.exit(exit.signal, false, '');
      channel.end();
    };
    const released = () => {
      open -= 1;
      finish();
    };
    const stdout = new Outlet('pipe:[stdout]', send(channel), released);
    const stderr = new Outlet('pipe:[stderr]', this.#tty ? send(channel) : send(channel.stderr), released);
    const { reader, writer } = makePipe();
    writer.retain();
    this.#feed(channel, writer);
    channel.once('close', () => {
      stdout.sever();
      stderr.sever();
    });
    const env = new Map<string, string>([
      ['SHELL', user.shell],
      ['PWD', user.home],
      ['LOGNAME', user.name],
      ['HOME', user.home],
      ['LANG', 'C.UTF-8'],
      ['USER', user.name],
      ['SSH_CLIENT', '10.0.2.2 50022 22'],
      ['SSH_CONNECTION', '10.0.2.2 50022 10.0.2.15 22'],
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin'],
      ...this.#env,
    ]);
    const process = host.kernel.spawn(
      {
        argv: ['bash', ...args],
        env,
        cwd: user.home,
        credentials: this.#credentials,
        lead: 'session',
        tty: this.#tty,
        descriptors: new Map<number, Description>([
          [0, reader],
          [1, stdout],
          [2, stderr],
        ]),
      },
      (started) => bash(started, args),
    );
    this.#process = process;
    void process.exited.then((status) => {
      exit = { status, signal: process.diedOf };
      finish();
    });
  }

  #drained(channel: ServerChannel, resolve: () => void): void {
    const done = () => {
      channel.off('drain', done);
      channel.off('close', done);
      channel.stderr.off('drain', done);
      resolve();
    };
    channel.once('drain', done);
    channel.stderr.once('drain', done);
    channel.once('close', done);
  }

  /** What the client sends becomes the process's standard input. */
  #feed(channel: ServerChannel, writer: Description): void {
    const never = new AbortController().signal;
    let over = false;
    const end = () => {
      if (!over) writer.close();
      over = true;
    };
    if (this.#tty) {
      const echo = (bytes: Buffer) => {
        if (!channel.destroyed) channel.write(bytes);
      };
      const terminal = new Terminal(echo, writer, () => this.#process);
      channel.on('data', (bytes: Buffer) => terminal.type(bytes));
    } else {
      channel.on('data', (bytes: Buffer) => {
        channel.pause();
        writer.write(bytes, never).then(
          () => channel.resume(),
          // Nobody reads any more: the rest is thrown away, as a closed pipe does.
          () => channel.resume(),
        );
      });
    }
    channel.once('end', end);
    channel.once('close', end);
  }
}
