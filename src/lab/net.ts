/** IPv4 addresses and networks as text and as numbers. Pure. */

/** A network: its first address as an unsigned 32-bit number, and how many leading bits are fixed (0–32). */
export interface Network {
  readonly base: number;
  readonly bits: number;
}

/** An IPv4 address in dotted decimal, without leading zeros, as an unsigned number; null when it is none. */
export function parseIpv4(text: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  let value = 0;
  for (const part of match.slice(1)) {
    // A leading zero means octal to some programs and decimal to others.
    if (Number(part) > 255 || (part.length > 1 && part.startsWith('0'))) return null;
    value = value * 256 + Number(part);
  }
  return value;
}

/** An unsigned 32-bit number as dotted decimal. */
export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** `10.0.2.15/24` → the network 10.0.2.0/24 that the address lies in; null when it is no IPv4 CIDR. */
export function parseCidr(text: string): Network | null {
  const match = /^([0-9.]+)\/(\d{1,2})$/.exec(text);
  const address = parseIpv4(match?.[1] ?? '');
  const bits = Number(match?.[2]);
  if (address === null || !(bits <= 32)) return null;
  const size = 2 ** (32 - bits);
  return { base: address - (address % size), bits };
}

export function formatCidr(network: Network): string {
  return `${formatIpv4(network.base)}/${network.bits}`;
}

/** Whether an address can belong to a machine of the lab as others see it: not `this host`, loopback, multicast or reserved. */
export function isHostAddress(text: string): boolean {
  const value = parseIpv4(text);
  if (value === null) return false;
  const first = Math.floor(value / 2 ** 24);
  return first !== 0 && first !== 127 && first < 224;
}

/** Whether two networks share an address: one of them then lies inside the other. */
export function overlaps(one: Network, other: Network): boolean {
  const size = 2 ** (32 - Math.min(one.bits, other.bits));
  return Math.floor(one.base / size) === Math.floor(other.base / size);
}

/** The networks of a text, one a line. A line's first word counts, an address alone is a /32, others are ignored. */
export function parseCidrLines(text: string): readonly Network[] {
  return text.split('\n').flatMap((line) => {
    const [word = ''] = line.trim().split(/\s+/, 1);
    return parseCidr(word.includes('/') ? word : `${word}/32`) ?? [];
  });
}
