/** Connections that programs of a host open into the simulated network. */
import { Description } from '../kernel/description.js';
import type { Process } from '../kernel/process.js';
import { Waiters } from '../kernel/pipe.js';
import type { Host } from '../host.js';
import { SystemError } from '../vfs/inode.js';
import { resolveName } from './resolver.js';
import type { Reach } from './network.js';

/** How long Linux tries before it gives up a silent address, ms. */
const CONNECT_PATIENCE_MS = 130_000;
const HOST_PATIENCE_MS = 3_000;

/** What a TCP server at the other end does: greets, answers. */
class Connection extends Description {
  readonly label: string;
  readonly #waiters = new Waiters();
  readonly #answer: (bytes: Buffer) => Buffer | null;
  #incoming: Buffer[] = [];
  #ended = false;
  constructor(label: string, greeting: string, answer: (bytes: Buffer) => Buffer | null) {
    super();
    this.label = label;
    this.#answer = answer;
    if (greeting !== '') this.#incoming.push(Buffer.from(greeting));
  }
  protected async take(max: number, signal: AbortSignal): Promise<Buffer | null> {
    for (;;) {
      const first = this.#incoming.shift();
      if (first !== undefined) {
        if (first.length > max) this.#incoming.unshift(first.subarray(max));
        return first.subarray(0, max);
      }
      if (this.#ended) return null;
      await this.#waiters.wait(signal);
    }
  }
  async write(bytes: Buffer): Promise<void> {
    const answer = this.#answer(bytes);
    if (answer === null) return;
    this.#incoming.push(answer);
    this.#waiters.wake();
  }
  protected override released(): void {
    this.#ended = true;
    this.#waiters.wake();
  }
}

const PORTS: Readonly<Record<string, number>> = { ssh: 22, http: 80, https: 443, domain: 53 };
export function portNumber(port: string): number {
  return PORTS[port] ?? Number(port);
}

/** Waits as one waits in reality for this outcome. @throws SystemError when there is no connection */
export async function settle(process: Process, reach: Reach): Promise<void> {
  switch (reach) {
    case 'open':
      return;
    case 'refused':
      throw new SystemError('ECONNREFUSED');
    case 'unreachable':
      await process.sleep(HOST_PATIENCE_MS);
      throw new SystemError('EHOSTUNREACH');
    case 'silent':
      await process.sleep(CONNECT_PATIENCE_MS);
      throw new SystemError('ETIMEDOUT');
  }
}

/** `/dev/tcp/HOST/PORT` and, with `udp/` before the host, `/dev/udp/…`. @throws SystemError */
export async function dialFrom(
  host: Host,
  process: Process,
  name: string,
  port: string,
): Promise<Description> {
  const udp = name.startsWith('udp/');
  const target = udp ? name.slice(4) : name;
  const [address] = await resolveName(host, process, target);
  if (address === undefined) throw new SystemError('ENOENT', `${target}: Name or service not known`);
  const number = portNumber(port);
  const reach = host.world.reach(host, address, number);
  const label = `socket:[${address}:${number}]`;
  if (udp) {
    // A datagram is sent in any case; an answer comes only from a DNS server that is reached.
    return new Connection(label, '', (bytes) =>
      reach === 'open' && number === 53 ? dnsAnswer(bytes) : null,
    );
  }
  await settle(process, reach);
  return new Connection(
    label,
    number === 22 ? 'SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\r\n' : '',
    () => null,
  );
}

/** The header of a question, marked as an answer without records. */
function dnsAnswer(question: Buffer): Buffer {
  const answer = Buffer.from(question);
  const flags = answer[2];
  if (flags !== undefined) answer[2] = flags | 0x80;
  return answer;
}
