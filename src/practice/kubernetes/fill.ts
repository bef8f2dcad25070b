/** A cluster much larger than the lab: nodes that exist on paper only, full of pods that change. For benches and tests of clients. */
import { instant } from './access.js';
import type { Cluster } from './cluster.js';
import { suffix } from './controllers/pods.js';
import { listAt, mapAt, numberAt, type JsonMap } from './json.js';
import { builtIn } from './resources.js';
import { hexOf } from './runtime.js';
import { nameOf } from './store.js';

const NAMESPACE = 'churn';
const PODS_PER_NODE = 110;
/** How often a few pods change, real ms. */
const STEP_MS = 50;
/** Nobody is scheduled there, and no DaemonSet wants to be. */
const HOLLOW: JsonMap = { key: 'practice/hollow', value: '', effect: 'NoExecute' };

export interface Fill {
  readonly pods: number;
  /** Pods that change in a real second. */
  readonly perSecond: number;
}
/** A filled cluster; `stop` ends the changes and leaves the pods. */
export interface Filled {
  /** Changes so far. */
  readonly changes: number;
  stop(): void;
}
function hollowNode(cluster: Cluster, index: number): string {
  const name = `hollow-${String(index).padStart(3, '0')}`;
  const now = instant(cluster.host.machine.now());
  const quantity = { cpu: '32', memory: '131072000Ki', pods: String(PODS_PER_NODE) };
  const condition = (type: string, status: string, reason: string): JsonMap => ({
    type,
    status,
    reason,
    message: 'a node on paper',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  cluster.store.update(builtIn('Node'), {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'practice/hollow': '' } },
    spec: { taints: [HOLLOW] },
    status: {
      addresses: [
        { type: 'InternalIP', address: `10.99.${index >> 8}.${index & 255}` },
        { type: 'Hostname', address: name },
      ],
      capacity: quantity,
      allocatable: quantity,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
        condition('Ready', 'True', 'KubeletReady'),
      ],
    },
  });
  return name;
}
function statusOf(cluster: Cluster, index: number, ready: boolean, restarts: number): JsonMap {
  const now = instant(cluster.host.machine.now());
  const address = `10.200.${(index >> 8) & 255}.${index & 255}`;
  const condition = (type: string, met: boolean): JsonMap => ({
    type,
    status: met ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: now,
    ...(met ? {} : { reason: 'ContainersNotReady', message: 'containers with unready status: [app]' }),
  });
  return {
    phase: 'Running',
    conditions: [
      condition('PodReadyToStartContainers', true),
      condition('Initialized', true),
      condition('Ready', ready),
      condition('ContainersReady', ready),
      condition('PodScheduled', true),
    ],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: now,
    containerStatuses: [
      {
        name: 'app',
        image: 'registry.k8s.io/pause:3.9',
        imageID: `registry.k8s.io/pause@sha256:${hexOf('image', 'registry.k8s.io/pause:3.9')}`,
        containerID: `containerd://${hexOf('hollow', index, restarts)}`,
        ready,
        started: true,
        restartCount: restarts,
        state: { running: { startedAt: now } },
        lastState: {},
      },
    ],
    qosClass: 'BestEffort',
  };
}
function makeHollow(cluster: Cluster, index: number, generation: number, node: string): string {
  const app = `app-${String(index % 50).padStart(2, '0')}`;
  const name = `${app}-${suffix(app, 10)}-${suffix(`${index} ${generation}`)}-${index}`;
  cluster.store.create(builtIn('Pod'), {
    metadata: { name, namespace: NAMESPACE, labels: { app, 'pod-template-hash': suffix(app, 10) } },
    spec: {
      nodeName: node,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      serviceAccountName: 'default',
      containers: [
        {
          name: 'app',
          image: 'registry.k8s.io/pause:3.9',
          env: Array.from({ length: 8 }, (_, at) => ({ name: `SETTING_${at}`, value: `value-${at}` })),
          ports: [{ containerPort: 8080, protocol: 'TCP' }],
          resources: { limits: { memory: '128Mi' }, requests: { cpu: '10m', memory: '64Mi' } },
        },
      ],
      tolerations: [{ operator: 'Exists' }],
    },
    status: statusOf(cluster, index, true, 0),
  });
  return name;
}
/** Of ten changes: how a pod becomes unready and ready again, how its container restarts, how it is replaced. */
function changeOne(cluster: Cluster, pods: string[], nodes: readonly string[], turn: number): void {
  const { store } = cluster;
  // A stride that shares no factor with most counts: neighbours in a list change at different times.
  const index = (turn * 7919) % pods.length;
  const name = pods[index] ?? '';
  const old = store.get('Pod', NAMESPACE, name);
  if (turn % 10 === 9 || old === undefined) {
    if (old !== undefined) store.delete(builtIn('Pod'), NAMESPACE, name);
    pods[index] = makeHollow(cluster, index, turn + 1, nodes[Math.floor(index / PODS_PER_NODE)] ?? '');
    return;
  }
  const container = listAt(old, 'status', 'containerStatuses')[0];
  const restarts = numberAt(container, 'restartCount') ?? 0;
  const ready = mapAt(container)['ready'] === true;
  const next =
    turn % 10 === 8
      ? statusOf(cluster, index, true, restarts + 1)
      : statusOf(cluster, index, !ready, restarts);
  store.setStatus(builtIn('Pod'), NAMESPACE, nameOf(old), next);
}
/** Fills a cluster and lets it change until it is stopped. It does not keep the program running. */
export function fillCluster(cluster: Cluster, { pods: count, perSecond }: Fill): Filled {
  if (cluster.store.get('Namespace', '', NAMESPACE) === undefined)
    cluster.store.create(builtIn('Namespace'), {
      metadata: { name: NAMESPACE, labels: { 'kubernetes.io/metadata.name': NAMESPACE } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  const nodes = Array.from({ length: Math.ceil(count / PODS_PER_NODE) }, (_, index) =>
    hollowNode(cluster, index),
  );
  const pods = Array.from({ length: count }, (_, index) =>
    makeHollow(cluster, index, 0, nodes[Math.floor(index / PODS_PER_NODE)] ?? ''),
  );
  let turn = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
    for (; turn < due && pods.length > 0; turn += 1) changeOne(cluster, pods, nodes, turn);
  }, STEP_MS);
  timer.unref();
  return {
    get changes() {
      return turn;
    },
    stop: () => clearInterval(timer),
  };
}
