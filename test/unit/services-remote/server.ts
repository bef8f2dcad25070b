/**
 * An SSH server on loopback whose sessions run the real bash of this machine, with a home directory of their own and a
 * stub for sudo: the other end of the wire, for tests.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, Server } from 'ssh2';
import type { HostLogin, HostName, Lab } from '../../../src/lab/types.js';

export interface TestHost {
  readonly port: number;
  readonly home: string;
  /** Attempts to authenticate, as `method`. */
  readonly attempts: string[];
  /** Commands that were executed. */
  readonly commands: string[];
  readonly channels: { open: number; most: number };
  /** Streams to ports and sockets that are open now. */
  readonly forwards: ReadonlySet<Socket>;
  readonly fingerprintKey: Buffer;
  /** Destroys all sockets without a goodbye, as a cut cable does. */
  cut(): void;
  /** Refuses new connections by closing them at once. */
  refuse(on: boolean): void;
  stop(): Promise<void>;
}

export interface TestHostOptions {
  readonly password?: string;
  /** Public key line that may log in. */
  readonly publicKey?: string;
  readonly keyboard?: boolean;
  readonly hostKey?: string;
  readonly banner?: string;
  /** `nopasswd`, a password that sudo asks for, or null for a host without sudo rights. */
  readonly sudo?: string | null;
  /** Extra text that the login shell prints before the command, as a careless ~/.bashrc does. */
  readonly noise?: string;
  readonly forward?: boolean;
  /** Path of a Unix socket on the host → where it really is. Others are refused. */
  readonly sockets?: Readonly<Record<string, string>>;
}

/** A fresh ed25519 key pair. ssh2 makes a malformed one now and then; such a pair is thrown away. */
export function newKey(passphrase?: string): { private: string; public: string } {
  for (;;) {
    const pair =
      passphrase === undefined
        ? ssh2.utils.generateKeyPairSync('ed25519')
        : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-cbc', rounds: 4 });
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) {
      return { private: pair.private, public: pair.public };
    }
  }
}

/** Behaves like sudo as far as we use it: -n, -k, -S, -p, and one line of stdin for the password, read byte by byte. */
const SUDO_STUB = `#!/bin/bash
echo "$*" >> "$HOME/sudo.log"
need=$(cat "$HOME/sudo.mode")
n=0; s=0
while [ $# -gt 0 ]; do case $1 in -n) n=1;; -k) ;; -S) s=1;; -p) shift;; --) shift; break;; *) break;; esac; shift; done
if [ "$need" = never ]; then echo "sudo: not allowed" >&2; exit 1; fi
if [ "$need" != nopasswd ]; then
  [ $n = 1 ] && { echo "sudo: a password is required" >&2; exit 1; }
  [ $s = 1 ] || { echo "sudo: a terminal is required" >&2; exit 1; }
  IFS= read -r given
  [ "$given" = "$need" ] || { echo "sudo: 1 incorrect password attempt" >&2; exit 1; }
fi
TB_FAKE_ROOT=1 exec "$@"
`;

function allows(context: AuthContext, options: TestHostOptions): boolean {
  switch (context.method) {
    case 'password':
      return options.password !== undefined && context.password === options.password;
    case 'publickey': {
      if (options.publicKey === undefined) return false;
      const allowed = ssh2.utils.parseKey(options.publicKey);
      if (allowed instanceof Error) throw allowed;
      if (!allowed.getPublicSSH().equals(context.key.data)) return false;
      return context.signature === undefined || context.blob === undefined
        ? true
        : allowed.verify(context.blob, context.signature, context.hashAlgo) === true;
    }
    default:
      return false;
  }
}

export async function startHost(options: TestHostOptions = {}): Promise<TestHost> {
  const home = await mkdtemp(join(tmpdir(), 'tb-remote-'));
  await mkdir(join(home, 'bin'));
  await writeFile(join(home, 'bin', 'sudo'), SUDO_STUB);
  await chmod(join(home, 'bin', 'sudo'), 0o755);
  // The account that runs the tests may be root; a host's user is not.
  await writeFile(
    join(home, 'bin', 'id'),
    '#!/bin/bash\n[ "$1" = -u ] && [ -z "$TB_FAKE_ROOT" ] && echo 1000 || echo 0\n',
  );
  await chmod(join(home, 'bin', 'id'), 0o755);
  await writeFile(join(home, 'sudo.mode'), options.sudo === null ? 'never' : (options.sudo ?? 'nopasswd'));
  const hostKey = options.hostKey ?? newKey().private;
  const parsed = ssh2.utils.parseKey(hostKey);
  if (parsed instanceof Error) throw parsed;
  const clients = new Set<Connection>();
  const children = new Set<ChildProcess>();
  const attempts: string[] = [];
  const commands: string[] = [];
  const channels = { open: 0, most: 0 };
  const sockets = new Set<Socket>();
  const forwards = new Set<Socket>();
  let refusing = false;
  const forward = (socket: Socket, accept: () => Duplex, reject: () => void): void => {
    forwards.add(socket);
    socket.once('close', () => forwards.delete(socket));
    socket.on('connect', () => {
      const channel = accept();
      // Whoever is cut off does not keep the far end open.
      channel.on('close', () => socket.destroy());
      channel.on('error', () => undefined);
      channel.pipe(socket).pipe(channel);
    });
    socket.on('error', () => reject());
  };

  const server: Server = new ssh2.Server(
    { hostKeys: [hostKey], ...(options.banner === undefined ? {} : { banner: options.banner }) },
    (client) => {
      clients.add(client);
      client.on('error', () => undefined);
      client.on('close', () => clients.delete(client));
      client.on('authentication', (context) => {
        attempts.push(context.method);
        const offered: ('password' | 'publickey' | 'keyboard-interactive')[] = [];
        if (options.publicKey !== undefined) offered.push('publickey');
        if (options.keyboard === true) offered.push('keyboard-interactive');
        else if (options.password !== undefined) offered.push('password');
        if (context.method === 'keyboard-interactive' && options.keyboard === true) {
          context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
            if (answers[0] === options.password) context.accept();
            else context.reject(offered);
          });
        } else if (
          context.method !== 'keyboard-interactive' &&
          options.keyboard !== true &&
          allows(context, options)
        )
          context.accept();
        else context.reject(offered);
      });
      client.on('tcpip', (accept, reject, info) => {
        if (options.forward !== true) return reject();
        forward(connect(info.destPort, info.destIP), accept, reject);
      });
      client.on('openssh.streamlocal', (accept, reject, info) => {
        const path = options.sockets?.[info.socketPath];
        if (path === undefined) return reject();
        forward(connect(path), accept, reject);
      });
      client.on('session', (accept) => {
        const session = accept();
        session.on('exec', (acceptExec, _reject, info) => {
          commands.push(info.command);
          const channel = acceptExec();
          channels.open += 1;
          channels.most = Math.max(channels.most, channels.open);
          const child = spawn(
            'bash',
            [
              '-c',
              `${options.noise === undefined ? '' : `printf '%s\\n' '${options.noise}';`} ${info.command}`,
            ],
            {
              cwd: home,
              env: {
                HOME: home,
                PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
                LANG: 'C.UTF-8',
                TMPDIR: home,
              },
            },
          );
          children.add(child);
          channel.on('error', () => undefined);
          child.stdin.on('error', () => undefined);
          channel.pipe(child.stdin);
          child.stdout.pipe(channel, { end: false });
          child.stderr.pipe(channel.stderr, { end: false });
          channel.on('close', () => {
            // What sshd does: the pipes go, the process learns it when it next writes.
            child.stdout.destroy();
            child.stderr.destroy();
            child.stdin.destroy();
          });
          child.on('close', (code, signal) => {
            channels.open -= 1;
            children.delete(child);
            if (code !== null) channel.exit(code);
            else channel.exit(signal?.replace('SIG', '') ?? 'TERM', false, '');
            channel.end();
          });
        });
      });
    },
  );
  // A listener of our own, so that the raw sockets can be cut.
  const listener = createServer({ noDelay: true }, (socket) => {
    if (refusing) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    server.injectSocket(socket);
  });
  const port = await new Promise<number>((resolve) => {
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    port,
    home,
    attempts,
    commands,
    channels,
    forwards,
    fingerprintKey: parsed.getPublicSSH(),
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    refuse: (on) => {
      refusing = on;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      for (const child of children) child.kill('SIGKILL');
      await new Promise<void>((resolve) => {
        listener.close(() => resolve());
      });
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A lab of which `vm-docker` is a host that runs, and the others are absent. */
export function labFor(host: { port: number; home: string }, login: Partial<HostLogin> = {}): Lab {
  const make = (name: HostName, address: string, port: number): HostLogin => ({
    name,
    address,
    port: 22,
    user: 'learner',
    forwards: { '22': { host: '127.0.0.1', port } },
    ...login,
  });
  return {
    file: null,
    name: 'test',
    hosts: {
      'vm-docker': make('vm-docker', '192.0.2.42', host.port),
      'vm-k8s': make('vm-k8s', '192.0.2.43', 1),
      'vm-worker': make('vm-worker', '192.0.2.44', 1),
    },
    parameters: {},
    secrets: {},
    practice: false,
    resolve: {},
    operatorRoutes: null,
    knownHosts: join(host.home, 'operator', 'known_hosts'),
    stateDir: join(host.home, 'operator'),
  };
}

/** Waits until a condition holds, looking often. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 8_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still waiting for: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 15);
    });
  }
}
