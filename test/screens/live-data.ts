/** Live facts to look at: a healthy lab, a broken one, sources that were lost or never there, crowds, hostile names. */
import type { OurFile } from '../../src/drift/files.js';
import { createLiveBook, type LiveBook } from '../../src/state/live/book.js';
import type {
  ContainerRow,
  HarborFacts,
  HostFacts,
  KubeRow,
  NodeRow,
  PodRow,
  SourceName,
} from '../../src/state/live/rows.js';
import { NOW } from './fixture.js';

const MIB = 1024 ** 2;
const HOUR = 3_600_000;
export const SOURCES: readonly SourceName[] = [
  'docker@vm-docker',
  'facts@vm-docker',
  'facts@vm-k8s',
  'facts@vm-worker',
  'kubernetes',
  'harbor',
  'edge',
  'runner',
];

export function container(name: string, over: Partial<ContainerRow> = {}): ContainerRow {
  return {
    id: `id-${name}`,
    name,
    image: `goharbor/${name}:v2.11.1`,
    state: 'running',
    health: 'healthy',
    exitCode: null,
    restarts: 0,
    ports: [],
    project: 'harbor',
    createdAt: NOW - 5 * HOUR,
    startedAt: NOW - 2 * HOUR,
    finishedAt: null,
    ...over,
  };
}

const HARBOR = [
  'harbor-core',
  'harbor-db',
  'harbor-jobservice',
  'harbor-log',
  'harbor-portal',
  'nginx',
  'redis',
  'registry',
  'registryctl',
];

export function pod(namespace: string, name: string, over: Partial<PodRow> = {}): PodRow {
  return {
    kind: 'Pod',
    uid: `uid-${namespace}-${name}`,
    namespace,
    name,
    createdAt: NOW - 3 * HOUR,
    health: 'good',
    status: 'Running',
    labels: {},
    node: 'vm-worker',
    ip: '10.244.1.7',
    ready: 1,
    of: 1,
    restarts: 0,
    lastRestartAt: null,
    owner: 'ReplicaSet/x',
    containers: [
      {
        name: 'app',
        init: false,
        image: 'hit.local/threebody/app:1',
        ready: true,
        restarts: 0,
        state: 'running',
        reason: '',
        message: '',
        exitCode: null,
      },
    ],
    ...over,
  };
}

function node(name: string, address: string, over: Partial<NodeRow> = {}): NodeRow {
  return {
    kind: 'Node',
    uid: `uid-${name}`,
    namespace: '',
    name,
    createdAt: NOW - 30 * HOUR,
    health: 'good',
    status: 'Ready',
    labels: {},
    roles: name === 'vm-k8s' ? ['control-plane'] : [],
    version: 'v1.34.1',
    address,
    runtime: 'containerd://1.7.28',
    pressures: [],
    ...over,
  };
}

function clusterRows(): KubeRow[] {
  const base = { createdAt: NOW - 3 * HOUR, health: 'good', labels: {} } as const;
  const service = (name: string, port: string): KubeRow => ({
    ...base,
    kind: 'Service',
    uid: `svc-${name}`,
    namespace: 'threebody-prod',
    name,
    status: 'NodePort',
    type: 'NodePort',
    clusterIp: '10.96.12.7',
    ports: [port],
  });
  const endpoints = (name: string, ready: readonly string[]): KubeRow => ({
    ...base,
    kind: 'Endpoints',
    uid: `ep-${name}`,
    namespace: 'threebody-prod',
    name,
    status: ready.length === 0 ? 'none' : 'ready',
    ready,
    notReady: [],
  });
  return [
    service('frontend', '80:30080/TCP'),
    service('go', '8080:30081/TCP'),
    service('laravel', '80:30082/TCP'),
    endpoints('frontend', ['10.244.1.5:80']),
    endpoints('go', ['10.244.1.7:8080']),
    endpoints('laravel', ['10.244.1.8:80']),
    {
      ...base,
      kind: 'Deployment',
      uid: 'dep-go',
      namespace: 'threebody-prod',
      name: 'go',
      status: 'Available',
      wanted: 2,
      ready: 2,
      updated: 2,
      available: 2,
      images: ['hit.local/threebody/go:1'],
    },
    {
      ...base,
      kind: 'PersistentVolumeClaim',
      uid: 'pvc',
      namespace: 'threebody-prod',
      name: 'mysql-data',
      status: 'Bound',
      capacity: '5Gi',
      boundTo: 'mysql-pv',
      storageClass: '',
    },
  ];
}

const mysql = {
  name: 'mysql',
  init: false,
  image: 'mysql:8.0',
  ready: true,
  restarts: 0,
  state: 'running',
  reason: '',
  message: '',
  exitCode: null,
} as const;

export function facts(over: Partial<HostFacts> = {}): HostFacts {
  const unit = { sub: 'running', enabled: 'enabled', description: 'A service', health: 'good' } as const;
  return {
    at: NOW - 2000,
    units: [
      { ...unit, name: 'cron.service', active: 'active', ours: false },
      { ...unit, name: 'docker.service', active: 'active', ours: true },
      { ...unit, name: 'ssh.service', active: 'active', ours: true },
    ],
    ports: [
      { protocol: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd' },
      { protocol: 'tcp', address: '0.0.0.0', port: 8080, process: 'docker-proxy' },
    ],
    mounts: [
      {
        path: '/',
        device: '/dev/sda1',
        type: 'ext4',
        totalBytes: 40e9,
        usedBytes: 13e9,
        inodesUsedPercent: 8,
      },
    ],
    processes: [
      {
        pid: 4711,
        user: 'root',
        cpuPercent: 3.2,
        memoryBytes: 180 * MIB,
        command: '/usr/bin/dockerd -H fd://',
      },
    ],
    files: [ourFile({})],
    rebootPending: false,
    rebootFor: [],
    ...over,
  };
}

/** A file of ours as a step left it. */
export function ourFile(over: Partial<OurFile>): OurFile {
  return {
    path: '/etc/docker/daemon.json',
    step: 'B2',
    action: 'insecure-registry',
    as: 'root',
    state: 'as-left',
    print: `file ${'a'.repeat(64)}`,
    hidden: false,
    restorable: true,
    comparable: true,
    adopted: false,
    writtenAt: NOW - 9 * HOUR,
    mode: '644',
    owner: 'root:root',
    bytes: 212,
    changedAt: NOW - 9 * HOUR,
    leftMode: '644',
    leftOwner: 'root:root',
    there: true,
    ...over,
  };
}

export function harborFacts(bad: readonly string[] = []): HarborFacts {
  const names = ['core', 'database', 'jobservice', 'portal', 'redis', 'registry', 'registryctl'];
  return {
    at: NOW - 4000,
    version: 'v2.11.1',
    status: bad.length === 0 ? 'healthy' : 'unhealthy',
    components: names.map((name) => ({
      name,
      status: bad.includes(name) ? 'unhealthy' : 'healthy',
      error: bad.includes(name) ? 'connection refused' : '',
    })),
    projects: [
      { name: 'threebody', public: false, repositories: 3, usedBytes: 812 * MIB, quotaBytes: 10_240 * MIB },
    ],
    repositories: [
      { name: 'threebody/go', artifacts: 4, pulls: 12, updatedAt: NOW - HOUR, tags: ['1.0.3', 'latest'] },
    ],
  };
}

/** Everything answers and is well. */
export function healthyBook(): LiveBook {
  const book = createLiveBook();
  for (const source of SOURCES) book.setStatus(source, { kind: 'live', since: NOW - HOUR });
  book.setContainers('vm-docker', [
    ...HARBOR.map((name) => container(name)),
    container('edge', {
      image: 'nginx:1.27',
      project: 'edge',
      health: null,
      ports: ['443->443/tcp', '80->80/tcp'],
    }),
  ]);
  book.setUsage('vm-docker', 'id-harbor-core', {
    at: NOW,
    cpuPercent: 1.25,
    memoryBytes: 83 * MIB,
    memoryLimitBytes: null,
  });
  book.replaceObjects('Node', [node('vm-k8s', '192.168.56.43'), node('vm-worker', '192.168.56.44')]);
  book.replaceObjects('Pod', [
    ...['coredns-1', 'coredns-2', 'etcd', 'kube-apiserver', 'kube-scheduler'].map((name) =>
      pod('kube-system', name, { node: 'vm-k8s' }),
    ),
    pod('threebody-prod', 'frontend-6c9d-qwert'),
    pod('threebody-prod', 'go-7d9f8c6b5-x2x4z'),
    pod('threebody-prod', 'laravel-5f6b-zxcvb'),
    pod('threebody-prod', 'mysql-0', { containers: [mysql] }),
  ]);
  for (const row of clusterRows()) book.putObject(row);
  for (const host of ['vm-docker', 'vm-k8s', 'vm-worker'] as const) book.setFacts(host, facts());
  book.setHarbor(harborFacts());
  book.setEdge({
    at: NOW,
    container: 'Up 2 hours',
    running: true,
    configOk: true,
    configWords: 'nginx: configuration file /etc/nginx/nginx.conf test is successful',
    certificate: { subject: 'CN=hit.local', names: ['hit.local'], notAfter: NOW + 87.5 * 86_400_000 },
  });
  book.setRunner({
    at: NOW,
    active: true,
    enabled: true,
    version: '18.5.0',
    runners: [{ name: 'vm-docker', url: 'https://gitlab.com', executor: 'docker', valid: true }],
    lastContactAt: NOW - 3000,
  });
  return book;
}

/** A container that restarts over and over, Harbor half gone, a pod that crashes, a service without anybody behind it. */
export function brokenBook(): LiveBook {
  const book = healthyBook();
  book.setContainers('vm-docker', [
    ...HARBOR.map((name) =>
      container(
        name,
        name === 'harbor-jobservice'
          ? { state: 'restarting', health: null, restarts: 4, exitCode: 1, startedAt: NOW - 9000 }
          : name === 'harbor-core'
            ? { health: 'unhealthy' }
            : {},
      ),
    ),
  ]);
  book.setHarbor(harborFacts(['core', 'jobservice']));
  book.putObject(
    pod('threebody-prod', 'go-7d9f8c6b5-x2x4z', {
      health: 'bad',
      status: 'CrashLoopBackOff',
      ready: 0,
      restarts: 12,
      lastRestartAt: NOW - 8000,
    }),
  );
  book.putObject({
    kind: 'Endpoints',
    uid: 'ep-go',
    namespace: 'threebody-prod',
    name: 'go',
    createdAt: NOW,
    health: 'bad',
    status: 'none',
    labels: {},
    ready: [],
    notReady: ['10.244.1.7:8080'],
  });
  const event = {
    source: 'kubernetes',
    host: 'vm-worker',
    about: 'pod threebody-prod/go-7d9f8c6b5-x2x4z',
  } as const;
  book.addEvent({
    ...event,
    at: NOW - 400_000,
    health: 'good',
    what: 'Started',
    text: 'Started container go',
    count: 1,
  });
  for (const count of [10, 11, 12]) {
    book.addEvent({
      ...event,
      at: NOW - 40_000 + count,
      health: 'warn',
      what: 'BackOff',
      text: 'Back-off restarting failed container go in pod go-7d9f8c6b5-x2x4z_threebody-prod(0c1d)',
      count,
    });
  }
  book.addEvent({
    at: NOW - 9000,
    source: 'docker',
    host: 'vm-docker',
    health: 'bad',
    about: 'harbor-jobservice',
    what: 'die',
    text: 'exit code 1',
    count: 1,
  });
  book.addEvent({
    at: NOW - 2000,
    source: 'gate',
    host: 'vm-docker',
    health: 'bad',
    about: 'B3.harbor-healthy@vm-docker',
    what: 'fail',
    text: '5 of 7 components are healthy',
    count: 1,
  });
  return book;
}

/** The healthy lab, seen last two minutes ago. */
export function lostBook(): LiveBook {
  const book = healthyBook();
  for (const source of SOURCES) {
    book.setStatus(source, {
      kind: 'lost',
      since: NOW - 100_000,
      lastSeen: NOW - 120_000,
      why: { id: 'Docker tidak menjawab.', en: 'Docker does not answer.' },
      remedy: { id: 'Periksa docker.service.', en: 'Check docker.service.' },
      retryAt: NOW + 8000,
    });
  }
  return book;
}

/** Nothing is installed yet. */
export function absentBook(): LiveBook {
  const book = createLiveBook();
  for (const source of SOURCES) {
    book.setStatus(source, { kind: 'absent', why: { id: 'belum dipasang', en: 'not installed yet' } });
  }
  return book;
}

/** 5,000 pods on one node, some of them broken. */
export function crowdedBook(count = 5000): LiveBook {
  const book = healthyBook();
  book.replaceObjects(
    'Pod',
    Array.from({ length: count }, (_, i) =>
      pod(
        `ns-${i % 40}`,
        `app-${String(i).padStart(5, '0')}`,
        i % 500 === 0 ? { health: 'bad', status: 'Error' } : {},
      ),
    ),
  );
  return book;
}

const EVIL = `\u001B[2J\u202Eevil\u202C\r\n${'語'.repeat(120)}\u0000${'a\u0301'.repeat(80)}`;
/** Names that want to leave their place. */
export function hostileBook(): LiveBook {
  const book = brokenBook();
  book.setContainers('vm-docker', [
    container(EVIL, { id: 'evil', image: EVIL, ports: [EVIL], state: 'exited', exitCode: 137 }),
    container('x'.repeat(4000)),
  ]);
  book.putObject(pod(EVIL, EVIL, { health: 'bad', status: EVIL, node: EVIL }));
  book.setHarbor(harborFacts([EVIL]));
  book.setFacts('vm-docker', facts({ rebootPending: true, rebootFor: [EVIL] }));
  book.addEvent({
    at: NOW,
    source: 'docker',
    host: 'vm-docker',
    health: 'bad',
    about: EVIL,
    what: EVIL,
    text: EVIL,
    count: 1,
  });
  return book;
}
