/** The practice lab: three virtual hosts, each behind an SSH server on a loopback port of this computer. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { stringify } from 'yaml';
import { HOST_NAMES, Trouble, type HostName } from '../lab/types.js';
import { PRACTICE_API_TOKEN, PRACTICE_PROJECT, PRACTICE_RUNNER_TOKEN } from './gitlab/server.js';
import { openInternet } from './internet/internet.js';
import { FAULTS, findFault, type Heal, type LabParts } from './faults.js';
import { Host, type HostKeyPair } from './host.js';
import { Clock } from './kernel/clock.js';
import { fillCluster, type Fill, type Filled } from './kubernetes/fill.js';
import type { Sizes } from './model/machine.js';
import { World } from './model/network.js';
import { Random } from './model/random.js';
import { OperatorPort } from './operator-ports.js';
import { SshPort } from './ssh-server.js';

const USER = 'cikal';
const BOOT_MS = 4000;
interface Plan {
  readonly address: string;
  readonly sizes: Sizes;
  /** Ports that the operator's computer reaches, beside SSH. */
  readonly forwards: readonly number[];
}
const PLAN: Readonly<Record<HostName, Plan>> = {
  'vm-docker': {
    address: '192.168.56.42',
    sizes: { cpus: 2, memoryMiB: 4096, diskGiB: 40 },
    forwards: [80, 443, 8080],
  },
  'vm-k8s': { address: '192.168.56.43', sizes: { cpus: 2, memoryMiB: 4096, diskGiB: 20 }, forwards: [6443] },
  'vm-worker': {
    address: '192.168.56.44',
    sizes: { cpus: 2, memoryMiB: 6144, diskGiB: 30 },
    forwards: [30_080, 30_081, 30_082],
  },
};

export interface PracticeOptions {
  /** Ids of faults to start with. */
  readonly faults?: readonly string[];
  /** How long simulated waits are: 1 as in reality, 0 at once. */
  readonly timeScale?: number;
  /** Where the key file goes; a directory of its own under the system's temporary one when absent. */
  readonly stateDir?: string;
  /** The same seed gives the same machine-ids, MACs and boot ids. */
  readonly seed?: number;
  /** How long a boot takes, milliseconds before scaling. */
  readonly bootMs?: number;
  /** Names of the secrets that the runbook knows: the lab file holds the practice GitLab's, as far as they are among them. */
  readonly secrets?: readonly string[];
}
/** The hand on one virtual host. */
export interface HostControl {
  readonly name: HostName;
  readonly address: string;
  /** Port on 127.0.0.1 where its sshd listens. */
  readonly port: number;
  powerOff(): Promise<void>;
  /** Resolves when it has booted. */
  powerOn(): Promise<void>;
  reboot(): Promise<void>;
  /** Connections hang, new ones too, until the link is healed. */
  cutLink(): void;
  healLink(): void;
}
export interface PracticeLab {
  /** A lab file (YAML) with which this or another program connects. */
  readonly labFileText: string;
  readonly keyFile: string;
  /** The hosts' keys as they are before any fault, in the format of OpenSSH's known_hosts, by their lab addresses. */
  readonly knownHosts: string;
  /** The password of the login user and of its sudo, for labs without a key. */
  readonly password: string;
  readonly hosts: Readonly<Record<HostName, HostControl>>;
  /** Ids of the faults in force. */
  readonly faults: readonly string[];
  /** @throws Trouble `practice-fault` for an unknown id */
  inject(fault: string): Promise<void>;
  /** Mends one fault, or all. */
  heal(fault?: string): Promise<void>;
  /**
   * Makes the cluster of vm-k8s as large as a bench wants it: pods on nodes that exist on paper only, which change until
   * that is stopped. Null while there is no cluster.
   */
  fillCluster(fill: Fill): Filled | null;
  close(): Promise<void>;
}

function makeKey(comment: string): HostKeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    // About one key in three hundred that ssh2 1.17 makes is a byte short, and ssh2 itself cannot read it then.
    if (ssh2.utils.parseKey(pair.private) instanceof Error) continue;
    return { privateKey: pair.private, publicKey: pair.public.split(' ').slice(0, 2).join(' ') };
  }
}
/** Good for the practice GitLab only, and the same in every practice lab. */
const GITLAB_SECRETS = {
  gitlab_runner_token: PRACTICE_RUNNER_TOKEN,
  gitlab_api_token: PRACTICE_API_TOKEN,
} as const;

/** Stands in the lab file as a comment: what to take into it so that a push starts the pipeline. */
const GITLAB_DELIVERY = `# With these the practice GitLab's runner delivers the application, instead of this program:
# parameters:
#   delivery: gitlab
#   gitlab_project: ${PRACTICE_PROJECT}
#   git_remote: git@gitlab-443:${PRACTICE_PROJECT}.git
`;

function unknownFault(id: string): Trouble {
  return new Trouble(
    'practice-fault',
    { id: `tidak ada gangguan bernama "${id}"`, en: `there is no fault named "${id}"` },
    {
      id: `Yang ada: ${FAULTS.map((fault) => fault.id).join(', ')}.`,
      en: `There are: ${FAULTS.map((fault) => fault.id).join(', ')}.`,
    },
  );
}

/**
 * Starts a complete simulated lab in this process. Nothing outside 127.0.0.1 is touched.
 * @throws Trouble `practice-fault` when a fault is unknown
 */
export async function startPracticeLab(options: PracticeOptions = {}): Promise<PracticeLab> {
  for (const id of options.faults ?? []) if (findFault(id) === undefined) throw unknownFault(id);
  const random = new Random(options.seed ?? Date.now());
  const clock = new Clock(options.timeScale ?? 1);
  const world = new World();
  openInternet(world);
  const operatorKey = makeKey('practice lab');
  const password = `practice-${random.hex(8)}`;
  const make = (name: HostName): Host => {
    const host = new Host({
      name,
      address: PLAN[name].address,
      sizes: PLAN[name].sizes,
      user: USER,
      password,
      authorizedKey: `${operatorKey.publicKey} practice lab`,
      hostKey: makeKey(`root@${name}`),
      world,
      random,
      clock,
      bootMs: options.bootMs ?? BOOT_MS,
    });
    world.hosts.set(name, host);
    return host;
  };
  const [docker, k8s, worker] = [make('vm-docker'), make('vm-k8s'), make('vm-worker')] as const;
  const all = { 'vm-docker': docker, 'vm-k8s': k8s, 'vm-worker': worker };
  const ports = {
    'vm-docker': await SshPort.open(docker),
    'vm-k8s': await SshPort.open(k8s),
    'vm-worker': await SshPort.open(worker),
  };
  const forwarded = new Map<HostName, readonly (readonly [number, OperatorPort])[]>();
  for (const name of HOST_NAMES) {
    const opened: [number, OperatorPort][] = [];
    for (const port of PLAN[name].forwards) opened.push([port, await OperatorPort.open(all[name], port)]);
    forwarded.set(name, opened);
  }
  const ownDir = options.stateDir === undefined ? await mkdtemp(join(tmpdir(), 'threebody-practice-')) : null;
  const directory = ownDir ?? options.stateDir ?? tmpdir();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const keyFile = join(directory, 'practice-key');
  await rm(keyFile, { force: true });
  await writeFile(keyFile, operatorKey.privateKey, { mode: 0o600 });

  const parts: LabParts = {
    world,
    hosts: [docker, k8s, worker],
    makeHostKey: () => makeKey('root@vm-docker'),
  };
  const inForce = new Map<string, Heal>();
  const inject = async (id: string): Promise<void> => {
    const fault = findFault(id);
    if (fault === undefined) throw unknownFault(id);
    if (!inForce.has(id)) inForce.set(id, await fault.apply(parts));
  };
  const heal = async (id?: string): Promise<void> => {
    if (id !== undefined && findFault(id) === undefined) throw unknownFault(id);
    // The last one first, so that each finds what it left.
    for (const [name, mend] of [...inForce].toReversed()) {
      if (id !== undefined && name !== id) continue;
      inForce.delete(name);
      await mend();
    }
  };
  const control = (name: HostName): HostControl => ({
    name,
    address: PLAN[name].address,
    port: ports[name].port,
    powerOff: () => all[name].powerOff(),
    powerOn: () => all[name].powerOn(),
    reboot: () => all[name].reboot(),
    cutLink: () => all[name].cutLink(),
    healLink: () => all[name].healLink(),
  });
  const hosts = {
    'vm-docker': control('vm-docker'),
    'vm-k8s': control('vm-k8s'),
    'vm-worker': control('vm-worker'),
  };
  const knownHosts = HOST_NAMES.map((name) => `${PLAN[name].address} ${all[name].hostKey.publicKey}\n`).join(
    '',
  );
  for (const id of options.faults ?? []) await inject(id);

  const secrets = Object.fromEntries(
    Object.entries(GITLAB_SECRETS).filter(([name]) => options.secrets?.includes(name) === true),
  );
  return {
    labFileText: `${stringify({
      name: 'practice',
      practice: true,
      user: USER,
      key: keyFile,
      hosts: HOST_NAMES.map((name) => ({
        name,
        address: PLAN[name].address,
        forwards: {
          22: `127.0.0.1:${ports[name].port}`,
          ...Object.fromEntries(
            (forwarded.get(name) ?? []).map(([port, at]) => [port, `127.0.0.1:${at.port}`]),
          ),
        },
      })),
      resolve: { 'hit.local': PLAN['vm-docker'].address, 'harbor.local': PLAN['vm-docker'].address },
      operator_routes: ['192.168.56.0/24', '10.0.2.0/24'],
      ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
    })}${GITLAB_DELIVERY}`,
    keyFile,
    knownHosts,
    password,
    hosts,
    get faults() {
      return [...inForce.keys()];
    },
    inject,
    heal,
    fillCluster: (fill) => {
      const { cluster } = k8s.kube.controlPlane;
      return cluster === null ? null : fillCluster(cluster, fill);
    },
    close: async () => {
      world.simulation.stop();
      for (const name of HOST_NAMES) {
        await all[name].close();
        await ports[name].close();
        for (const [, at] of forwarded.get(name) ?? []) await at.close();
      }
      await rm(keyFile, { force: true });
      if (ownDir !== null) await rm(ownDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
