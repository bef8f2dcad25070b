/** Rows of a cluster → observations. Events count only for what is in trouble now: an hour-old one is no news. Pure. */
import { HOST_NAMES } from '../../lab/types.js';
import type { FieldValue, Observation, ObservedPlace } from '../types.js';
import type {
  ClusterRows,
  ContainerRow,
  EventRow,
  NodeRow,
  PodRow,
  ServiceRow,
  VolumeRow,
  WorkloadRow,
} from './rows.js';

/** Warning events that are kept, the newest. */
const MOST_EVENTS = 120;

/** @param now epoch ms */
export function observeCluster(rows: ClusterRows, now: number): readonly Observation[] {
  return [
    ...rows.nodes.map((row) => observeNode(row, now)),
    ...rows.pods.flatMap((row) => [
      observePod(row, now),
      ...row.containers.map((one) => observeContainer(row, one, now)),
    ]),
    ...rows.workloads.map((row) => observeWorkload(row, now)),
    ...rows.services.map((row) => observeService(row, now)),
    ...rows.volumes.map((row) => observeVolume(row, now)),
    ...rows.events
      .filter((row) => row.type === 'Warning' && isInTrouble(row, rows))
      .slice(-MOST_EVENTS)
      .map((row) => observeEvent(row, rows, now)),
  ];
}

function placeOf(node: string): ObservedPlace {
  return HOST_NAMES.find((host) => host === node) ?? 'cluster';
}

function observeNode(row: NodeRow, at: number): Observation {
  const of = (type: string): NodeRow['conditions'][number] | undefined =>
    row.conditions.find((one) => one.type === type);
  const ready = of('Ready');
  const bad = row.conditions.filter((one) => (one.status === 'True') !== (one.type === 'Ready'));
  const fields: Record<string, FieldValue> = {
    ready: ready?.status ?? 'Unknown',
    reason: ready?.reason ?? '',
    'memory-pressure': of('MemoryPressure')?.status ?? '',
    'disk-pressure': of('DiskPressure')?.status ?? '',
    'pid-pressure': of('PIDPressure')?.status ?? '',
    'network-unavailable': of('NetworkUnavailable')?.status ?? '',
    'internal-ip': row.address,
    unschedulable: row.unschedulable,
    node: row.name,
  };
  const told = bad.length > 0 ? bad : row.conditions.filter((one) => one.type === 'Ready');
  return {
    source: 'node',
    place: placeOf(row.name),
    object: row.name,
    text: told.map((one) => `${one.type}=${one.status} ${one.reason} ${one.message}`.trim()).join('\n'),
    fields,
    at,
  };
}

function observePod(row: PodRow, at: number): Observation {
  const scheduled = row.conditions.find((one) => one.type === 'PodScheduled');
  const words = [row.phase, row.reason, row.message];
  if (scheduled?.status === 'False') words.push(scheduled.reason, scheduled.message);
  if (row.deleting) words.push('Terminating');
  return {
    source: 'pod',
    place: placeOf(row.node),
    object: `${row.namespace}/${row.name}`,
    text: words.filter((word) => word !== '').join(' '),
    fields: {
      namespace: row.namespace,
      pod: row.name,
      node: row.node,
      phase: row.phase,
      reason: row.reason === '' ? (scheduled?.status === 'False' ? scheduled.reason : '') : row.reason,
      ready: isReady(row),
      app: row.app,
      owner: row.owner,
      scheduled: scheduled?.status !== 'False',
      deleting: row.deleting,
      'age-seconds': ageOf(row.created, at),
    },
    at,
  };
}

function ageOf(created: string, now: number): number {
  const at = Date.parse(created);
  return Number.isNaN(at) ? 0 : Math.max(0, Math.round((now - at) / 1000));
}

function isReady(row: PodRow): boolean {
  return row.conditions.some((one) => one.type === 'Ready' && one.status === 'True');
}

function observeContainer(pod: PodRow, row: ContainerRow, at: number): Observation {
  return {
    source: 'container',
    place: placeOf(pod.node),
    object: `${pod.namespace}/${pod.name}/${row.name}`,
    text: `${row.state} ${row.reason}${row.message === '' ? '' : `: ${row.message}`}`.trim(),
    fields: {
      namespace: pod.namespace,
      pod: pod.name,
      container: row.name,
      node: pod.node,
      app: pod.app,
      image: row.image,
      init: row.init,
      state: row.state,
      reason: row.reason,
      ...(row.exit === null ? {} : { exit: row.exit }),
      'last-reason': row.lastReason,
      ...(row.lastExit === null ? {} : { 'last-exit': row.lastExit }),
      restarts: row.restarts,
      ready: row.ready,
    },
    at,
  };
}

function observeWorkload(row: WorkloadRow, at: number): Observation {
  return {
    source: 'workload',
    place: 'cluster',
    object: `${row.namespace}/${row.kind}/${row.name}`,
    text: `${row.kind} ${row.name} ${row.ready}/${row.wanted}${row.reason === '' ? '' : ` ${row.reason}`}`,
    fields: {
      namespace: row.namespace,
      kind: row.kind,
      app: row.name,
      wanted: row.wanted,
      ready: row.ready,
      failed: row.failed,
      reason: row.reason,
    },
    at,
  };
}

function observeService(row: ServiceRow, at: number): Observation {
  return {
    source: 'service',
    place: 'cluster',
    object: `${row.namespace}/${row.name}`,
    text: `service ${row.name} ${row.nodePort ?? '-'} endpoints ${row.readyEndpoints}`,
    fields: {
      namespace: row.namespace,
      app: row.name,
      'ready-endpoints': row.readyEndpoints,
      ...(row.nodePort === null ? {} : { 'node-port': row.nodePort }),
    },
    at,
  };
}

function observeVolume(row: VolumeRow, at: number): Observation {
  const name = row.namespace === '' ? row.name : `${row.namespace}/${row.name}`;
  return {
    source: 'volume',
    place: 'cluster',
    object: name,
    text: `${row.kind} ${name} ${row.phase}${row.reason === '' ? '' : ` ${row.reason}`}`,
    fields: { kind: row.kind, phase: row.phase, reason: row.reason, namespace: row.namespace },
    at,
  };
}

function isInTrouble(event: EventRow, rows: ClusterRows): boolean {
  const { kind, namespace, name } = event;
  switch (kind) {
    case 'Pod': {
      const pod = rows.pods.find((one) => one.namespace === namespace && one.name === name);
      if (pod === undefined || isReady(pod) || pod.phase === 'Succeeded' || isPast(event, pod)) return false;
      // A kubelet speaks of a static Pod by a number of its own.
      return pod.owner === 'Node' || pod.uid === event.about;
    }
    case 'Node': {
      const node = rows.nodes.find((one) => one.name === name);
      return (
        node !== undefined &&
        node.conditions.some((one) => (one.status === 'True') !== (one.type === 'Ready'))
      );
    }
    case 'PersistentVolumeClaim':
      return rows.volumes.some((one) => one.name === name && one.phase !== 'Bound');
    default:
      return rows.workloads.some(
        (one) =>
          one.namespace === namespace &&
          (name === one.name || name.startsWith(`${one.name}-`)) &&
          (one.failed || one.ready < one.wanted),
      );
  }
}

/** What the API server keeps for an hour although it was overcome: the Pod is going, has its node, or has its images. */
function isPast({ reason, message }: EventRow, pod: PodRow): boolean {
  if (pod.deleting) return true;
  if (reason === 'FailedScheduling') return pod.node !== '';
  const pulls = /^(?:Failed|BackOff)$/.test(reason) && /pull|image/i.test(message);
  return pulls && !pod.containers.some((one) => one.state === 'waiting' && one.reason !== 'CrashLoopBackOff');
}

function observeEvent(event: EventRow, rows: ClusterRows, at: number): Observation {
  const { kind, namespace, name, reason, message, type, count } = event;
  const pod =
    kind === 'Pod' ? rows.pods.find((one) => one.namespace === namespace && one.name === name) : undefined;
  const node = pod?.node ?? (kind === 'Node' ? name : '');
  const image = /image "([^"]{1,300})"/.exec(message)?.[1] ?? '';
  return {
    source: 'event',
    place: placeOf(node),
    object: `${kind}/${namespace}/${name}`,
    text: `${reason}: ${message}`,
    fields: {
      type,
      reason,
      kind,
      namespace,
      name,
      count,
      node,
      image,
      pod: pod?.name ?? '',
      app: pod?.app ?? '',
    },
    at,
  };
}
