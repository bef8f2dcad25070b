/** A plain SSH client for the tests of the practice lab: nothing of the product's own services is in here. */
import { readFileSync } from 'node:fs';
import ssh2, { type Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import type { HostName } from '../../src/lab/types.js';
import type { PracticeLab } from '../../src/practice/lab.js';

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
}

export function connect(lab: PracticeLab, host: HostName, extra: ConnectConfig = {}): Promise<Client> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.once('ready', () => {
      client.setNoDelay(true);
      resolve(client);
    });
    client.once('error', reject);
    // Tests pull cables and switch machines off; what a client says about that is no failure of the test.
    client.on('error', () => undefined);
    client.connect({
      host: '127.0.0.1',
      port: lab.hosts[host].port,
      username: 'cikal',
      ...('password' in extra ? {} : { privateKey: readFileSync(lab.keyFile) }),
      ...extra,
    });
  });
}

/** Opens an exec channel. */
export function open(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

/** Collects a channel to its end. */
export function collect(channel: ClientChannel): Promise<Answer> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let code: number | null = null;
  let signal: string | null = null;
  channel.on('data', (chunk: Buffer) => out.push(chunk));
  channel.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  channel.on('exit', (status: number | null, name?: string) => {
    code = status;
    signal = name ?? null;
  });
  return new Promise((resolve) => {
    channel.on('close', () =>
      resolve({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code, signal }),
    );
  });
}

/** Feeds a script to `bash -s`, as the product does. */
export async function run(client: Client, script: string, command = 'bash -s'): Promise<Answer> {
  const channel = await open(client, command);
  const answer = collect(channel);
  channel.end(script);
  return answer;
}

/** Waits until a condition holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
