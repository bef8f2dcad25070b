import { describe, expect, it } from 'vitest';
import {
  claimRow,
  namespaceRow,
  nodeRow,
  persistentVolumeRow,
} from '../../../src/services/kube/rows/cluster.js';
import { kubeEvent } from '../../../src/services/kube/rows/event.js';
import { endpointsRow, serviceRow } from '../../../src/services/kube/rows/network.js';
import { podRow } from '../../../src/services/kube/rows/pod.js';
import {
  daemonSetRow,
  deploymentRow,
  jobRow,
  statefulSetRow,
} from '../../../src/services/kube/rows/workloads.js';
import { createWords } from '../../../src/services/kube/rows/words.js';
import { kubeEventObject, node, pod, running, terminated, waiting } from './kube-objects.js';

const words = createWords((text) => text.replaceAll('sesame', '***'));
const at = (text: string): number => Date.parse(text);
const read = (shape: Omit<Parameters<typeof pod>[0], 'name'>) =>
  podRow(pod({ name: 'web-1', ...shape }), words);
const told = (shape: Omit<Parameters<typeof pod>[0], 'name'>): string => {
  const row = read(shape);
  return `${row.ready}/${row.of} ${row.status} ${row.restarts} ${row.health}`;
};
const withInit = {
  initContainers: [
    { name: 'wait', image: 'busybox' },
    { name: 'seed', image: 'busybox' },
  ],
};
const notInitialized = [{ type: 'Initialized', status: 'False' }];

describe('a pod, as kubectl get pods words it', () => {
  it('runs', () => {
    expect(read({})).toMatchObject({
      kind: 'Pod',
      uid: 'uid-web-1',
      namespace: 'shop',
      name: 'web-1',
      node: 'vm-worker',
      ip: '10.244.1.7',
      owner: 'ReplicaSet/web-6c7d9f',
      createdAt: at('2026-03-01T10:00:00Z'),
      labels: { app: 'web', 'pod-template-hash': '6c7d9f' },
      containers: [
        { name: 'web', init: false, ready: true, state: 'running', reason: '', exitCode: null, restarts: 0 },
      ],
    });
    expect(told({})).toBe('1/1 Running 0 good');
    expect(told({ status: { containerStatuses: [running('web', { ready: false })] } })).toBe(
      '0/1 Running 0 warn',
    );
    // Its node has fallen silent: kubectl still shows what the kubelet said last.
    expect(told({ status: { conditions: [{ type: 'Ready', status: 'False' }] } })).toBe('1/1 Running 0 warn');
  });

  it('of a kubelet belongs to its node, also where its mirror names no owner', () => {
    const metadata = { annotations: { 'kubernetes.io/config.mirror': 'abc' } };
    const mirror = { kind: 'Pod', metadata, spec: { nodeName: 'vm-k8s', containers: [] } };
    expect(podRow(mirror, words).owner).toBe('Node/vm-k8s');
    expect(podRow({ ...mirror, metadata: {} }, words).owner).toBe('');
  });

  it('begins: on no node yet, its image coming, its init containers one after the other', () => {
    expect(told({ status: { phase: 'Pending', containerStatuses: undefined } })).toBe('0/1 Pending 0 busy');
    const unschedulable = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }];
    expect(told({ status: { phase: 'Pending', containerStatuses: [], conditions: unschedulable } })).toBe(
      '0/1 Pending 0 bad',
    );
    const gated = [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }];
    expect(told({ status: { phase: 'Pending', containerStatuses: [], conditions: gated } })).toBe(
      '0/1 SchedulingGated 0 off',
    );
    const creating = { phase: 'Pending', containerStatuses: [waiting('web', 'ContainerCreating')] };
    expect(told({ status: creating })).toBe('0/1 ContainerCreating 0 busy');
    const second = {
      phase: 'Pending',
      conditions: notInitialized,
      initContainerStatuses: [terminated('wait', 0, 'Completed'), running('seed', { ready: false })],
      containerStatuses: [waiting('web', 'PodInitializing')],
    };
    expect(told({ spec: withInit, status: second })).toBe('0/1 Init:1/2 0 busy');
    const failing = {
      ...second,
      initContainerStatuses: [
        waiting('wait', 'CrashLoopBackOff', { restartCount: 4 }),
        waiting('seed', 'PodInitializing'),
      ],
    };
    expect(told({ spec: withInit, status: failing })).toBe('0/1 Init:CrashLoopBackOff 4 bad');
    const ended = { ...second, initContainerStatuses: [terminated('wait', 3, '')] };
    expect(told({ spec: withInit, status: ended })).toBe('0/1 Init:ExitCode:3 0 bad');
  });

  it('fails: crashing, without image, evicted, lost', () => {
    const crashing = read({
      status: {
        containerStatuses: [
          waiting('web', 'CrashLoopBackOff', {
            restartCount: 7,
            state: {
              waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting, password sesame' },
            },
            lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-03-01T10:07:00Z' } },
          }),
        ],
      },
    });
    expect(crashing).toMatchObject({
      status: 'CrashLoopBackOff',
      restarts: 7,
      ready: 0,
      of: 1,
      health: 'bad',
    });
    expect(crashing.lastRestartAt).toBe(at('2026-03-01T10:07:00Z'));
    expect(crashing.containers[0]).toMatchObject({
      state: 'waiting',
      reason: 'CrashLoopBackOff',
      message: 'back-off 5m0s restarting, password ***',
      exitCode: 1,
    });
    expect(told({ status: { containerStatuses: [waiting('web', 'ImagePullBackOff')] } })).toBe(
      '0/1 ImagePullBackOff 0 bad',
    );
    expect(told({ status: { containerStatuses: [terminated('web', 137, 'OOMKilled')] } })).toBe(
      '0/1 OOMKilled 0 bad',
    );
    expect(told({ status: { phase: 'Failed', reason: 'Evicted', containerStatuses: [] } })).toBe(
      '0/1 Evicted 0 bad',
    );
    const going = { deletionTimestamp: '2026-03-01T10:09:00Z' };
    expect(told({ metadata: going })).toBe('1/1 Terminating 0 busy');
    expect(told({ metadata: going, status: { reason: 'NodeLost' } })).toBe('1/1 Unknown 0 bad');
    expect(
      told({
        metadata: going,
        status: { phase: 'Succeeded', containerStatuses: [terminated('web', 0, 'Completed')] },
      }),
    ).toBe('0/1 Completed 0 good');
  });

  it('is done: a job that has ended is fine, one that failed is not', () => {
    expect(
      told({ status: { phase: 'Succeeded', containerStatuses: [terminated('web', 0, 'Completed')] } }),
    ).toBe('0/1 Completed 0 good');
    expect(told({ status: { phase: 'Failed', containerStatuses: [terminated('web', 2, 'Error')] } })).toBe(
      '0/1 Error 0 bad',
    );
    const two = {
      containers: [
        { name: 'web', image: 'a' },
        { name: 'once', image: 'b' },
      ],
    };
    const half = { containerStatuses: [running('web'), terminated('once', 0, 'Completed')] };
    expect(told({ spec: two, status: half })).toBe('1/2 Running 0 warn');
    expect(told({ spec: two, status: { ...half, conditions: [{ type: 'Ready', status: 'False' }] } })).toBe(
      '1/2 NotReady 0 warn',
    );
  });

  it('counts side containers of v1.28 and newer among its containers', () => {
    const spec = { initContainers: [{ name: 'proxy', image: 'p', restartPolicy: 'Always' }] };
    const status = { initContainerStatuses: [running('proxy', { restartCount: 2 })] };
    expect(told({ spec, status })).toBe('2/2 Running 2 good');
  });

  it('of a shape that nobody foresaw is told as far as it goes, and control characters go', () => {
    expect(
      podRow({ metadata: { uid: 'u', name: 'a\u001b[2Jb' }, status: 7, spec: { containers: 'x' } }, words),
    ).toMatchObject({
      uid: 'u',
      name: 'ab',
      status: 'Unknown',
      ready: 0,
      of: 0,
      health: 'bad',
      containers: [],
    });
    expect(podRow(null, words).uid).toBe('');
  });
});

describe('nodes', () => {
  it('are ready or not, closed or under pressure; roles by the labels of v1.20 and of v1.34', () => {
    const old = node('vm-k8s');
    old.metadata.labels['node-role.kubernetes.io/master'] = '';
    old.metadata.labels['node-role.kubernetes.io/control-plane'] = '';
    expect(nodeRow(old, words)).toMatchObject({
      status: 'Ready',
      health: 'good',
      roles: ['control-plane', 'master'],
      version: 'v1.30.14',
      runtime: 'containerd://1.7.27',
      address: '192.0.2.44',
      pressures: [],
    });
    expect(nodeRow(node('a', 'False'), words)).toMatchObject({
      status: 'NotReady',
      health: 'bad',
      roles: [],
    });
    // The kubelet has not been heard of for 40 s: kubectl calls that NotReady, too.
    expect(nodeRow(node('a', 'Unknown'), words)).toMatchObject({ status: 'NotReady', health: 'bad' });
    const closed = node('a');
    closed.spec['unschedulable'] = true;
    expect(nodeRow(closed, words)).toMatchObject({ status: 'Ready,SchedulingDisabled', health: 'warn' });
    const full = node('a');
    full.status.conditions.unshift({ type: 'DiskPressure', status: 'True' });
    expect(nodeRow(full, words)).toMatchObject({
      status: 'Ready',
      health: 'warn',
      pressures: ['DiskPressure'],
    });
  });
});

const workload = (replicas: number, status: object, generation = 2) => ({
  metadata: { uid: 'w', name: 'go', namespace: 'shop', generation },
  spec: {
    replicas,
    template: { spec: { containers: [{ image: 'a:1' }, { image: 'b:1' }, { image: 'a:1' }] } },
  },
  status: { observedGeneration: 2, ...status },
});
const arrived = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };

describe('workloads', () => {
  it('a Deployment is good, under way, stuck, or off on purpose', () => {
    const full = {
      replicas: 2,
      readyReplicas: 2,
      updatedReplicas: 2,
      availableReplicas: 2,
      conditions: [arrived],
    };
    expect(deploymentRow(workload(2, full), words)).toMatchObject({
      status: '2/2',
      health: 'good',
      wanted: 2,
      ready: 2,
      updated: 2,
      available: 2,
      images: ['a:1', 'b:1'],
    });
    const health = (replicas: number, status: object, generation = 2): string =>
      deploymentRow(workload(replicas, status, generation), words).health;
    expect(health(0, {})).toBe('off');
    expect(health(2, full, 3)).toBe('busy');
    expect(health(2, { ...full, readyReplicas: 1 })).toBe('warn');
    expect(health(2, { replicas: 2, updatedReplicas: 2, conditions: [arrived] })).toBe('bad');
    const rolling = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };
    expect(health(2, { ...full, readyReplicas: 1, conditions: [rolling] })).toBe('busy');
    const stuck = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
    expect(health(2, { ...full, readyReplicas: 1, conditions: [stuck] })).toBe('bad');
  });

  it('a StatefulSet of v1.20 does not count what is available', () => {
    const same = { updateRevision: 'r1', currentRevision: 'r1', replicas: 1, readyReplicas: 1 };
    expect(statefulSetRow(workload(1, same), words)).toMatchObject({
      status: '1/1',
      available: 1,
      updated: 1,
      health: 'good',
    });
    expect(statefulSetRow(workload(1, { ...same, readyReplicas: 0 }), words).health).toBe('bad');
    expect(statefulSetRow(workload(2, { ...same, updateRevision: 'r2', replicas: 2 }), words).health).toBe(
      'busy',
    );
  });

  it('a DaemonSet wants as many as there are nodes for it', () => {
    const two = { desiredNumberScheduled: 2, numberReady: 1, updatedNumberScheduled: 2, numberAvailable: 1 };
    expect(daemonSetRow(workload(0, two), words)).toMatchObject({ status: '1/2', wanted: 2, health: 'warn' });
    expect(daemonSetRow(workload(0, { desiredNumberScheduled: 0 }), words).health).toBe('off');
  });

  it('a Job runs, is complete, has failed, is held', () => {
    const job = (status: object) =>
      jobRow({ metadata: { uid: 'j', name: 'seed' }, spec: { completions: 3 }, status }, words);
    expect(job({ active: 1, succeeded: 1 })).toMatchObject({
      status: 'Running',
      health: 'busy',
      succeeded: 1,
      wanted: 3,
    });
    const done = {
      conditions: [{ type: 'Complete', status: 'True' }],
      completionTime: '2026-03-01T10:00:00Z',
    };
    expect(job(done)).toMatchObject({
      status: 'Complete',
      health: 'good',
      finishedAt: at('2026-03-01T10:00:00Z'),
    });
    const failed = [{ type: 'Failed', status: 'True', lastTransitionTime: '2026-03-01T11:00:00Z' }];
    expect(job({ failed: 4, conditions: failed })).toMatchObject({
      status: 'Failed',
      health: 'bad',
      finishedAt: at('2026-03-01T11:00:00Z'),
    });
    expect(job({ conditions: [{ type: 'Suspended', status: 'True' }] })).toMatchObject({
      status: 'Suspended',
      health: 'off',
    });
  });
});

describe('services, endpoints, storage, namespaces', () => {
  it('ports as kubectl writes them', () => {
    const spec = {
      type: 'NodePort',
      clusterIP: '10.96.3.4',
      ports: [
        { port: 80, nodePort: 30080, protocol: 'TCP' },
        { port: 53, protocol: 'UDP' },
      ],
    };
    expect(serviceRow({ metadata: { uid: 's' }, spec }, words)).toMatchObject({
      status: 'NodePort',
      clusterIp: '10.96.3.4',
      ports: ['80:30080/TCP', '53/UDP'],
      health: 'good',
    });
    expect(serviceRow({ metadata: { uid: 's' }, spec: { type: 'LoadBalancer' } }, words).health).toBe('warn');
  });

  it('endpoints: some, none that is ready, none at all, and a lease of the control plane', () => {
    const ports = [{ port: 8080 }, { port: 9090 }];
    const some = {
      metadata: { uid: 'e' },
      subsets: [{ addresses: [{ ip: '10.1.0.1' }], notReadyAddresses: [{ ip: '10.1.0.2' }], ports }],
    };
    expect(endpointsRow(some, words)).toMatchObject({
      ready: ['10.1.0.1:8080', '10.1.0.1:9090'],
      notReady: ['10.1.0.2:8080', '10.1.0.2:9090'],
      health: 'good',
    });
    expect(
      endpointsRow({ metadata: {}, subsets: [{ notReadyAddresses: [{ ip: '10.1.0.2' }] }] }, words),
    ).toMatchObject({
      status: '<none>',
      health: 'bad',
    });
    expect(endpointsRow({ metadata: {} }, words).health).toBe('warn');
    const lease = { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } };
    expect(endpointsRow({ metadata: lease }, words).health).toBe('off');
  });

  it('volumes and claims', () => {
    const volume = {
      metadata: { uid: 'v', name: 'data' },
      spec: {
        capacity: { storage: '5Gi' },
        claimRef: { namespace: 'shop', name: 'db' },
        storageClassName: 'manual',
      },
      status: { phase: 'Released' },
    };
    expect(persistentVolumeRow(volume, words)).toMatchObject({
      status: 'Released',
      health: 'warn',
      capacity: '5Gi',
      boundTo: 'shop/db',
      storageClass: 'manual',
    });
    const claim = {
      metadata: { uid: 'c' },
      spec: { resources: { requests: { storage: '1Gi' } } },
      status: { phase: 'Pending' },
    };
    expect(claimRow(claim, words)).toMatchObject({
      status: 'Pending',
      health: 'busy',
      capacity: '1Gi',
      boundTo: '',
    });
    expect(claimRow({ ...claim, status: { phase: 'Lost' } }, words).health).toBe('bad');
    expect(
      claimRow({ ...claim, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, words).status,
    ).toBe('Terminating');
    expect(namespaceRow({ metadata: {}, status: { phase: 'Active' } }, words)).toMatchObject({
      status: 'Active',
      health: 'good',
    });
  });
});

describe('events', () => {
  it('of every API version have a time, a count and what they are about', () => {
    expect(kubeEvent(kubeEventObject('e1', 3, '2026-03-01T10:00:00Z'), words)).toEqual({
      uid: 'e1',
      event: {
        at: at('2026-03-01T10:00:00Z'),
        source: 'kubernetes',
        host: 'vm-worker',
        health: 'bad',
        about: 'pod shop/web-1',
        what: 'BackOff',
        text: 'Back-off restarting failed container web',
        count: 3,
      },
    });
    const newer = {
      metadata: { uid: 'e2' },
      involvedObject: { kind: 'Node', name: 'vm-k8s' },
      type: 'Normal',
      reason: 'NodeReady',
      eventTime: '2026-03-01T10:00:00.123456Z',
      series: { count: 5, lastObservedTime: '2026-03-01T10:04:00.000000Z' },
    };
    expect(kubeEvent(newer, words).event).toMatchObject({
      at: at('2026-03-01T10:04:00Z'),
      count: 5,
      host: 'vm-k8s',
      about: 'node vm-k8s',
      health: 'good',
    });
  });
});

describe('words of the cluster', () => {
  it('are cleaned and masked once, however often they come, also after many others', () => {
    let masked = 0;
    const counted = createWords((text) => {
      masked += 1;
      return text.replaceAll('sesame', '***');
    });
    expect(counted('open sesame')).toBe('open ***');
    for (let i = 0; i < 15_000; i += 1) counted(`name-${i}`);
    masked = 0;
    expect(counted('open sesame')).toBe('open ***');
    expect(counted('name-14999')).toBe('name-14999');
    expect(masked).toBe(0);
    // What has not come for long is forgotten, and read anew.
    for (let i = 0; i < 45_000; i += 1) counted(`other-${i}`);
    masked = 0;
    expect(counted('name-3')).toBe('name-3');
    expect(masked).toBe(1);
  });
});
