/** What a person is offered when nothing is known of their lab yet. */
import { userInfo } from 'node:os';
import { formatIpv4, parseCidr } from '../lab/net.js';
import type { HostName } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';

/** The last part of each address in the runbook's own lab. */
const NUMBERS: Readonly<Record<HostName, number>> = { 'vm-docker': 42, 'vm-k8s': 43, 'vm-worker': 44 };

/** Addresses in the runbook's host-only network; empty when it names none. */
export function proposedAddresses(runbook: Runbook): Readonly<Record<HostName, string>> {
  const given = runbook.parameters.find((one) => one.name === 'host_network')?.default;
  const network = typeof given === 'string' ? parseCidr(given) : null;
  const at = (host: HostName): string => (network === null ? '' : formatIpv4(network.base + NUMBERS[host]));
  return { 'vm-docker': at('vm-docker'), 'vm-k8s': at('vm-k8s'), 'vm-worker': at('vm-worker') };
}

export function proposedUser(): string {
  return userInfo().username;
}

/** What `ssh-keygen` makes when it is not told otherwise (OpenSSH 9.5 and newer). */
export const PROPOSED_KEY = '~/.ssh/id_ed25519';

/** Public keys that people have, the best first: what Vagrant shall let in. */
export const PUBLIC_KEYS: readonly string[] = [
  `${PROPOSED_KEY}.pub`,
  '~/.ssh/id_ecdsa.pub',
  '~/.ssh/id_rsa.pub',
];

export function publicKeyOf(key: string): string {
  return `${key}.pub`;
}
