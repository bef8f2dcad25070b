/** What the watches tell now, laid over what the last look saw: a look is a moment, live facts go on. Pure. */
import { observeCluster } from '../symptoms/facts/observe-cluster.js';
import type { ClusterRows, EventRow } from '../symptoms/facts/rows.js';
import type { Observation } from '../symptoms/types.js';
import type { LiveFacts } from './live/book.js';
import type { KubeKind, KubeRow, LabEvent } from './live/rows.js';

/** Events that are older than this are no news, ms. */
const RECENT_MS = 10 * 60_000;

/**
 * Of what was seen at the last look only that is replaced which a source that is live now contradicts; what it confirms
 * stays as it was read, with its messages and logs.
 * @param now epoch ms
 */
export function mergeLive(
  base: readonly Observation[],
  facts: LiveFacts,
  now: number,
): readonly Observation[] {
  const docker = facts.status('docker@vm-docker').kind === 'live' ? overDocker(base, facts, now) : base;
  // A cluster that was never read: there may be none yet, and what is meant to be so is not known.
  const known = base.some(({ source }) => source === 'node');
  return known && facts.status('kubernetes').kind === 'live' ? overCluster(docker, facts, now) : docker;
}

// ---------------------------------------------------------------- Docker

function overDocker(base: readonly Observation[], facts: LiveFacts, now: number): readonly Observation[] {
  const rows = new Map(facts.containers('vm-docker').map((row) => [row.name, row]));
  const changed = new Set<string>();
  const fresh: Observation[] = [];
  for (const { source, object, fields, place } of base) {
    if (source !== 'docker' || place !== 'vm-docker' || object === null) continue;
    const row = rows.get(object);
    if (row === undefined) changed.add(object);
    else if (
      row.state !== fields['state'] ||
      (row.health ?? '') !== String(fields['health']).replace('health: ', '')
    )
      changed.add(object);
  }
  for (const name of changed) {
    const row = rows.get(name);
    if (row === undefined) continue;
    const status = row.state === 'exited' ? `Exited (${row.exitCode ?? 0})` : row.state;
    const health = row.health === 'starting' ? 'health: starting' : (row.health ?? '');
    fresh.push({
      source: 'docker',
      place: 'vm-docker',
      object: name,
      text: `${name} ${row.state} ${status}`,
      fields: {
        state: row.state,
        status,
        health,
        image: row.image,
        ...(row.state === 'exited' && row.exitCode !== null ? { exit: row.exitCode } : {}),
      },
      at: now,
    });
  }
  const stale = ({ source, place, object }: Observation): boolean =>
    place === 'vm-docker' &&
    object !== null &&
    changed.has(object) &&
    (source === 'docker' || (source === 'log' && rows.get(object)?.state === 'running'));
  return [...base.filter((one) => !stale(one)), ...fresh];
}

// ---------------------------------------------------------------- Kubernetes

type PodRow = Extract<KubeRow, { kind: 'Pod' }>;
type NodeRow = Extract<KubeRow, { kind: 'Node' }>;

function only<K extends KubeKind>(facts: LiveFacts, kind: K): readonly Extract<KubeRow, { kind: K }>[] {
  return facts.objects(kind).filter((row): row is Extract<KubeRow, { kind: K }> => row.kind === kind);
}

function overCluster(base: readonly Observation[], facts: LiveFacts, now: number): readonly Observation[] {
  const pods = only(facts, 'Pod');
  const nodes = only(facts, 'Node');
  const before = statesOf(base);
  const changedPods = pods.filter((pod) => before.get(podKey(pod)) !== liveState(pod));
  const moved = new Set(changedPods.map(podKey));
  const there = new Set(pods.map(podKey));
  const changedNodes = nodes.filter((node) => readyBefore(base, node.name) !== isReady(node));
  const movedNodes = new Set(changedNodes.map((node) => node.name));
  const rows = rowsOf(facts, changedPods, changedNodes, now);
  const names = new Set(rows.workloads.map((one) => `${one.namespace}/${one.kind}/${one.name}`));
  const kept = base.filter(({ source, object, fields }) => {
    const pod = String(fields['pod'] ?? '');
    if (pod !== '') {
      const key = `${String(fields['namespace'] ?? '')}/${pod}`;
      return there.has(key) && !moved.has(key);
    }
    if (source === 'node') return object === null || !movedNodes.has(object);
    return source !== 'workload' || object === null || object.includes('/Job/') || !names.has(object);
  });
  return [...kept, ...observeCluster(rows, now)];
}

function podKey({ namespace, name }: Pick<PodRow, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** What decides whether a pod is as it was: every container's state and reason. */
function liveState(pod: PodRow): string {
  return pod.containers
    .map((one) => `${one.name} ${one.state} ${one.reason} ${one.ready}`)
    .toSorted()
    .join('|');
}
function statesOf(base: readonly Observation[]): ReadonlyMap<string, string> {
  const states = new Map<string, string[]>();
  for (const { source, fields } of base) {
    const key = `${String(fields['namespace'])}/${String(fields['pod'])}`;
    if (source === 'pod') states.set(key, states.get(key) ?? []);
    if (source !== 'container') continue;
    const { container, state, reason, ready } = fields;
    const one = [container, state, reason, ready].map(String).join(' ');
    states.set(key, [...(states.get(key) ?? []), one]);
  }
  return new Map([...states].map(([key, all]) => [key, all.toSorted().join('|')]));
}

function isReady(node: NodeRow): boolean {
  return node.status.split(',').includes('Ready') && node.pressures.length === 0;
}
function readyBefore(base: readonly Observation[], name: string): boolean | null {
  const seen = base.find(({ source, object }) => source === 'node' && object === name);
  if (seen === undefined) return null;
  const pressed = ['memory-pressure', 'disk-pressure', 'pid-pressure', 'network-unavailable'];
  return seen.fields['ready'] === 'True' && pressed.every((field) => seen.fields[field] !== 'True');
}

function rowsOf(
  facts: LiveFacts,
  pods: readonly PodRow[],
  nodes: readonly NodeRow[],
  now: number,
): ClusterRows {
  const workloads = [
    ...only(facts, 'Deployment'),
    ...only(facts, 'StatefulSet'),
    ...only(facts, 'DaemonSet'),
  ];
  return {
    nodes: nodes.map((node) => ({
      name: node.name,
      address: node.address,
      unschedulable: node.status.includes('SchedulingDisabled'),
      conditions: [
        condition('Ready', node.status.split(',').includes('Ready') ? 'True' : 'Unknown', node.status),
        ...node.pressures.map((type) => condition(type, 'True', '')),
      ],
    })),
    pods: pods.map((pod) => ({
      namespace: pod.namespace,
      name: pod.name,
      node: pod.node,
      phase: phaseOf(pod),
      reason: '',
      message: '',
      app: pod.labels['app'] ?? pod.labels['app.kubernetes.io/name'] ?? '',
      owner: pod.owner.split('/', 1)[0] ?? '',
      created: new Date(pod.createdAt).toISOString(),
      uid: '',
      deleting: pod.status === 'Terminating',
      conditions: [
        condition('Ready', pod.ready === pod.of && pod.of > 0 ? 'True' : 'False', ''),
        ...(pod.node === '' ? [condition('PodScheduled', 'False', 'Unschedulable')] : []),
      ],
      containers: pod.containers.map(({ exitCode, ...one }) => ({
        ...one,
        exit: exitCode,
        lastReason: '',
        lastExit: null,
      })),
    })),
    workloads: workloads.map(({ kind, namespace, name, wanted, ready }) => ({
      kind,
      namespace,
      name,
      wanted,
      ready,
      failed: false,
      reason: '',
    })),
    services: [],
    volumes: [],
    events: facts.events().flatMap((event) => eventRow(event, pods, now)),
  };
}

function condition(
  type: string,
  status: string,
  reason: string,
): ClusterRows['nodes'][number]['conditions'][number] {
  return { type, status, reason, message: '' };
}

function phaseOf(pod: PodRow): string {
  if (pod.containers.some((one) => one.state === 'running')) return 'Running';
  return ['Succeeded', 'Completed'].includes(pod.status) ? 'Succeeded' : 'Pending';
}

/** Warnings on pods that have changed; about: `pod namespace/name`. */
function eventRow(event: LabEvent, pods: readonly PodRow[], now: number): readonly EventRow[] {
  if (event.source !== 'kubernetes' || now - event.at > RECENT_MS) return [];
  if (event.health === 'good' || event.health === 'off') return [];
  const [kind = '', object = ''] = event.about.split(' ');
  if (kind !== 'pod') return [];
  const [namespace = '', name = ''] = object.split('/');
  if (!pods.some((pod) => pod.namespace === namespace && pod.name === name)) return [];
  const { what: reason, text: message, count } = event;
  return [{ namespace, kind: 'Pod', name, type: 'Warning', reason, message, count, about: '' }];
}
