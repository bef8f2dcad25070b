import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ParameterDefault } from '../../../src/lab/parse-lab.js';
import { HOST_NAMES, Trouble, type HostLogin, type HostName, type Lab } from '../../../src/lab/types.js';

/** A directory of its own for one test, removed afterwards. */
export async function scratch(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'threebody-test-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export const PARAMETERS: readonly ParameterDefault[] = [
  { name: 'dns_servers', type: 'ipv4-list', default: ['1.1.1.1', '8.8.8.8'] },
  { name: 'pod_cidr', type: 'cidr', default: '10.244.0.0/16' },
  { name: 'kubernetes_version', type: 'version', default: '1.33' },
  { name: 'harbor_port', type: 'port', default: 8080 },
];

export const GOOD_HOSTS = `hosts:
  - name: vm-docker
    address: 192.168.56.42
  - name: vm-k8s
    address: 192.168.56.43
  - name: vm-worker
    address: 192.168.56.44
`;

/** The Trouble that a promise ends with. */
export async function troubleOf(promise: Promise<unknown>): Promise<Trouble> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Trouble) return error;
  throw new Error(`expected a Trouble, got ${String(error)}`);
}

/** A lab in memory; `forwards` for all hosts. */
export function labWith(changes: Partial<Lab> = {}, forwards: HostLogin['forwards'] = {}): Lab {
  const host = (name: HostName): HostLogin => ({
    name,
    address: `192.168.56.${42 + HOST_NAMES.indexOf(name)}`,
    port: 22,
    user: 'cikal',
    forwards,
  });
  return {
    file: null,
    name: 'test',
    hosts: { 'vm-docker': host('vm-docker'), 'vm-k8s': host('vm-k8s'), 'vm-worker': host('vm-worker') },
    parameters: {},
    secrets: {},
    practice: false,
    resolve: {},
    operatorRoutes: null,
    knownHosts: '/nowhere/known_hosts',
    stateDir: '/nowhere',
    ...changes,
  };
}
