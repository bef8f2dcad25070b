/** Where a name or address of the lab is dialled from the operator's computer. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { HOST_NAMES, type Endpoint, type Lab } from '../../lab/types.js';

/** A failure with the code that `reasons.ts` knows. */
export class DialError extends Error {
  override readonly name = 'DialError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * IPv4 addresses of a name: the lab's `resolve` lines first, like `curl --resolve`, then this computer's resolver with its
 * hosts file. An address is itself.
 * @throws DialError or the resolver's error
 */
export async function addressesOf(lab: Lab, name: string): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name];
  const wanted = name.toLowerCase().replace(/\.$/, '');
  const own = Object.entries(lab.resolve).find(([known]) => known.toLowerCase() === wanted)?.[1];
  if (own !== undefined) return [own];
  const found = await lookup(wanted, { all: true, family: 4 });
  if (found.length === 0) throw new DialError('ENODATA', `no IPv4 address for ${wanted}`);
  return found.map((one) => one.address);
}

/**
 * Where a port of an address is reached: through the lab's `forwards` when the address is that of a host that has any.
 * Such a host lies behind port forwarding: its address means nothing here, or means somebody else's machine, so a port
 * without an entry is not dialled at all.
 * @throws DialError `NOT_FORWARDED`
 */
export function endpointOf(lab: Lab, address: string, port: number): Endpoint {
  const owner = HOST_NAMES.map((name) => lab.hosts[name]).find((host) => host.address === address);
  if (owner === undefined || Object.keys(owner.forwards).length === 0) return { host: address, port };
  const forward = owner.forwards[String(port)];
  if (forward === undefined)
    throw new DialError('NOT_FORWARDED', `port ${port} of ${owner.name} (${address}) is not forwarded`);
  return forward;
}
