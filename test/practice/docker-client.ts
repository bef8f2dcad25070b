/** The real dockerode over a real SSH connection, for the tests of the practice lab's Docker API. */
import { Agent } from 'node:http';
import { PassThrough, type Duplex } from 'node:stream';
import Docker from 'dockerode';
import type { Client, ClientChannel } from 'ssh2';
import type { PracticeLab } from '../../src/practice/lab.js';
import { connect, run, type Answer } from './ssh.js';

/** Connections of an HTTP client that are channels of an SSH connection. */
class Channels extends Agent {
  readonly #dial: () => Promise<ClientChannel>;
  constructor(dial: () => Promise<ClientChannel>) {
    super({ keepAlive: false });
    this.#dial = dial;
  }
  override createConnection(
    _options: object,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#dial().then(
      (channel) => done?.(null, channel),
      (error: Error) => done?.(error, new PassThrough()),
    );
    return undefined;
  }
}
/** @param version as `v1.44`; the daemon's own when absent */
export function dockerOver(dial: () => Promise<ClientChannel>, version?: string): Docker {
  const options = {
    host: 'docker',
    protocol: 'http' as const,
    // Its types leave the agent out.
    agent: new Channels(dial),
    ...(version === undefined ? {} : { version }),
  };
  return new Docker(options);
}
/** A channel to a socket of the host, as `ssh -L` with a socket opens it. */
export function forward(client: Client, path = '/var/run/docker.sock'): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.openssh_forwardOutStreamLocal(path, (error, channel) =>
      error ? reject(error) : resolve(channel),
    );
  });
}
export function asRoot(client: Client, script: string): Promise<Answer> {
  return run(client, `sudo -n -- bash -s <<'END_OF_ROOT'\n${script}\nEND_OF_ROOT\n`);
}
/** Docker on vm-docker, and a login that is in its group. */
export async function installDocker(lab: PracticeLab): Promise<Client> {
  const first = await connect(lab, 'vm-docker');
  const answer = await asRoot(
    first,
    'set -e\napt-get update -qq\napt-get install -qq -y docker.io\nusermod -aG docker cikal',
  );
  first.end();
  if (answer.code !== 0) throw new Error(answer.stderr);
  return connect(lab, 'vm-docker');
}

/** What both streams of a multiplexed stream hold, read to its end. */
export async function apart(
  stream: NodeJS.ReadableStream | Buffer,
): Promise<{ stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  const source = Buffer.isBuffer(stream) ? new PassThrough() : stream;
  const [out, err] = [new PassThrough(), new PassThrough()];
  out.on('data', (bytes: Buffer) => {
    text.stdout += bytes.toString('utf8');
  });
  err.on('data', (bytes: Buffer) => {
    text.stderr += bytes.toString('utf8');
  });
  new Docker().modem.demuxStream(source, out, err);
  const over = new Promise<void>((resolve) => {
    source.on('end', resolve);
    source.on('close', resolve);
  });
  if (source instanceof PassThrough && Buffer.isBuffer(stream)) source.end(stream);
  await over;
  return text;
}
/** The JSON objects of a stream, as they come. */
export function objects<T = Record<string, unknown>>(stream: NodeJS.ReadableStream): T[] {
  const found: T[] = [];
  let rest = '';
  stream.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const value: T = JSON.parse(line);
      found.push(value);
    }
  });
  stream.on('error', () => undefined);
  return found;
}
