/** Which networks the operator's computer is part of or has a route to. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { formatCidr, parseCidr } from '../../lab/net.js';

/** Flags of /proc/net/route, as in linux/route.h. */
const ROUTE_UP = 0x0001;
const ROUTE_REJECT = 0x0200;

/**
 * Networks as CIDR, each once, in the order of their numbers; without loopback and default route. Interfaces tell the
 * networks this computer is part of; on Linux the routing table adds those behind a router, such as a VPN's.
 */
export async function systemRoutes(): Promise<readonly string[]> {
  const table = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return mergeRoutes(networkInterfaces(), table);
}

/** The pure part of {@link systemRoutes}. */
export function mergeRoutes(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  table: string,
): readonly string[] {
  const own = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => one.family === 'IPv4' && !one.internal && one.cidr !== null)
    .flatMap((one) => parseCidr(one.cidr ?? '') ?? []);
  const networks = [...own, ...table.split('\n').slice(1).flatMap(parseRouteLine)]
    .filter((one) => one.bits > 0 && Math.floor(one.base / 2 ** 24) !== 127)
    .toSorted((a, b) => a.base - b.base || a.bits - b.bits);
  return [...new Set(networks.map(formatCidr))];
}

/** `eth0 00380AC0 … Flags … Mask`: numbers are hexadecimal, addresses in network order as a little-endian word. */
function parseRouteLine(line: string): { readonly base: number; readonly bits: number }[] {
  const fields = line.trim().split(/\s+/);
  const [, destination = '', , flagText = ''] = fields;
  const mask = fields[7] ?? '';
  if (!/^[0-9A-F]{8}$/i.test(destination) || !/^[0-9A-F]{8}$/i.test(mask)) return [];
  const flags = Number.parseInt(flagText, 16);
  // A reject route says that a network shall not be reached.
  if ((flags & ROUTE_UP) === 0 || (flags & ROUTE_REJECT) !== 0) return [];
  const bits = littleEndian(mask).toString(2).replaceAll('0', '').length;
  return [{ base: littleEndian(destination), bits }];
}

function littleEndian(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE();
}
