/** Tables of `kubectl get`, kind by kind. */
import { listAt, mapAt, numberAt, textAt, type Json, type JsonMap } from '../json.js';
import { groupOf, type Resource } from '../resources.js';
import { nameOf } from '../store.js';
import { age, created, or, number, labels, images, type Table } from './cells.js';
import { PODS, NODES } from './pod-and-node-tables.js';

const simple = (
  columns: readonly string[],
  cells: (object: JsonMap, now: number) => readonly string[],
  wide: readonly string[] = [],
  more: (object: JsonMap) => readonly string[] = () => [],
): Table => ({
  columns,
  wide,
  row: (object, now) => ({ cells: cells(object, now), wide: more(object) }),
});
const ports = (service: JsonMap) =>
  or(
    listAt(service, 'spec', 'ports')
      .map(
        (port) =>
          `${textAt(port, 'port')}${textAt(port, 'nodePort') === '' ? '' : `:${textAt(port, 'nodePort')}`}/${textAt(port, 'protocol') || 'TCP'}`,
      )
      .join(','),
  );
const ends = (object: JsonMap) => {
  const all = listAt(object, 'subsets').flatMap((subset) =>
    listAt(subset, 'addresses').flatMap((address) =>
      listAt(subset, 'ports').map((port) => `${textAt(address, 'ip')}:${textAt(port, 'port')}`),
    ),
  );
  return or(all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(','));
};
const claim = (object: JsonMap) =>
  textAt(object, 'spec', 'claimRef', 'name') === ''
    ? ''
    : `${textAt(object, 'spec', 'claimRef', 'namespace')}/${textAt(object, 'spec', 'claimRef', 'name')}`;
const modes = (value: readonly Json[]) =>
  value
    .map(
      (mode) =>
        ({ ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' })[
          textAt(mode)
        ] ?? '',
    )
    .join(',');

const TABLES: Readonly<Record<string, Table>> = {
  Pod: PODS,
  Node: NODES,
  Deployment: simple(
    ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'],
    (object, now) => [
      nameOf(object),
      `${number(object, 'status', 'readyReplicas')}/${number(object, 'spec', 'replicas')}`,
      number(object, 'status', 'updatedReplicas'),
      number(object, 'status', 'availableReplicas'),
      created(object, now),
    ],
    ['CONTAINERS', 'IMAGES', 'SELECTOR'],
    images,
  ),
  DaemonSet: simple(
    ['NAME', 'DESIRED', 'CURRENT', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'NODE SELECTOR', 'AGE'],
    (object, now) => [
      nameOf(object),
      ...[
        'desiredNumberScheduled',
        'currentNumberScheduled',
        'numberReady',
        'updatedNumberScheduled',
        'numberAvailable',
      ].map((key) => number(object, 'status', key)),
      labels(mapAt(object, 'spec', 'template', 'spec', 'nodeSelector')),
      created(object, now),
    ],
    ['CONTAINERS', 'IMAGES', 'SELECTOR'],
    images,
  ),
  ReplicaSet: simple(
    ['NAME', 'DESIRED', 'CURRENT', 'READY', 'AGE'],
    (object, now) => [
      nameOf(object),
      number(object, 'spec', 'replicas'),
      number(object, 'status', 'replicas'),
      number(object, 'status', 'readyReplicas'),
      created(object, now),
    ],
    ['CONTAINERS', 'IMAGES', 'SELECTOR'],
    images,
  ),
  StatefulSet: simple(
    ['NAME', 'READY', 'AGE'],
    (object, now) => [
      nameOf(object),
      `${number(object, 'status', 'readyReplicas')}/${String(numberAt(object, 'spec', 'replicas') ?? 1)}`,
      created(object, now),
    ],
    ['CONTAINERS', 'IMAGES'],
    (object) => images(object).slice(0, 2),
  ),
  Job: simple(['NAME', 'STATUS', 'COMPLETIONS', 'DURATION', 'AGE'], (object, now) => [
    nameOf(object),
    listAt(object, 'status', 'conditions').some((one) => textAt(one, 'type') === 'Complete')
      ? 'Complete'
      : listAt(object, 'status', 'conditions').some((one) => textAt(one, 'type') === 'Failed')
        ? 'Failed'
        : 'Running',
    `${number(object, 'status', 'succeeded')}/${String(numberAt(object, 'spec', 'completions') ?? 1)}`,
    age(
      textAt(object, 'status', 'startTime'),
      textAt(object, 'status', 'completionTime') === ''
        ? now
        : Date.parse(textAt(object, 'status', 'completionTime')),
    ),
    created(object, now),
  ]),
  Service: simple(
    ['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE'],
    (object, now) => [
      nameOf(object),
      textAt(object, 'spec', 'type') || 'ClusterIP',
      or(textAt(object, 'spec', 'clusterIP')),
      textAt(object, 'spec', 'type') === 'LoadBalancer' ? '<pending>' : '<none>',
      ports(object),
      created(object, now),
    ],
    ['SELECTOR'],
    (object) => [labels(mapAt(object, 'spec', 'selector'))],
  ),
  Endpoints: simple(['NAME', 'ENDPOINTS', 'AGE'], (object, now) => [
    nameOf(object),
    ends(object),
    created(object, now),
  ]),
  EndpointSlice: simple(['NAME', 'ADDRESSTYPE', 'PORTS', 'ENDPOINTS', 'AGE'], (object, now) => [
    nameOf(object),
    textAt(object, 'addressType'),
    or(
      listAt(object, 'ports')
        .map((port) => textAt(port, 'port'))
        .join(','),
      '<unset>',
    ),
    or(
      listAt(object, 'endpoints')
        .flatMap((one) => listAt(one, 'addresses').map((address) => textAt(address)))
        .join(','),
      '<unset>',
    ),
    created(object, now),
  ]),
  ConfigMap: simple(['NAME', 'DATA', 'AGE'], (object, now) => [
    nameOf(object),
    String(Object.keys(mapAt(object, 'data')).length),
    created(object, now),
  ]),
  Secret: simple(['NAME', 'TYPE', 'DATA', 'AGE'], (object, now) => [
    nameOf(object),
    textAt(object, 'type') || 'Opaque',
    String(Object.keys(mapAt(object, 'data')).length),
    created(object, now),
  ]),
  Namespace: simple(['NAME', 'STATUS', 'AGE'], (object, now) => [
    nameOf(object),
    textAt(object, 'metadata', 'deletionTimestamp') === ''
      ? textAt(object, 'status', 'phase') || 'Active'
      : 'Terminating',
    created(object, now),
  ]),
  ServiceAccount: simple(['NAME', 'SECRETS', 'AGE'], (object, now) => [
    nameOf(object),
    String(listAt(object, 'secrets').length),
    created(object, now),
  ]),
  CustomResourceDefinition: simple(['NAME', 'CREATED AT'], (object) => [
    nameOf(object),
    textAt(object, 'metadata', 'creationTimestamp'),
  ]),
  Lease: simple(['NAME', 'HOLDER', 'AGE'], (object, now) => [
    nameOf(object),
    textAt(object, 'spec', 'holderIdentity'),
    created(object, now),
  ]),
  Event: simple(['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'], (object, now) => [
    age(textAt(object, 'lastTimestamp'), now),
    textAt(object, 'type'),
    textAt(object, 'reason'),
    `${textAt(object, 'involvedObject', 'kind').toLowerCase()}/${textAt(object, 'involvedObject', 'name')}`,
    textAt(object, 'message'),
  ]),
  PersistentVolume: simple(
    [
      'NAME',
      'CAPACITY',
      'ACCESS MODES',
      'RECLAIM POLICY',
      'STATUS',
      'CLAIM',
      'STORAGECLASS',
      'VOLUMEATTRIBUTESCLASS',
      'REASON',
      'AGE',
    ],
    (object, now) => [
      nameOf(object),
      textAt(object, 'spec', 'capacity', 'storage'),
      modes(listAt(object, 'spec', 'accessModes')),
      textAt(object, 'spec', 'persistentVolumeReclaimPolicy') || 'Retain',
      textAt(object, 'status', 'phase') || 'Available',
      claim(object),
      textAt(object, 'spec', 'storageClassName'),
      '<unset>',
      '',
      created(object, now),
    ],
  ),
  PersistentVolumeClaim: simple(
    ['NAME', 'STATUS', 'VOLUME', 'CAPACITY', 'ACCESS MODES', 'STORAGECLASS', 'VOLUMEATTRIBUTESCLASS', 'AGE'],
    (object, now) => [
      nameOf(object),
      textAt(object, 'status', 'phase') || 'Pending',
      textAt(object, 'spec', 'volumeName'),
      textAt(object, 'status', 'capacity', 'storage'),
      modes(listAt(object, 'status', 'accessModes')),
      textAt(object, 'spec', 'storageClassName'),
      '<unset>',
      created(object, now),
    ],
  ),
  PodDisruptionBudget: simple(
    ['NAME', 'MIN AVAILABLE', 'MAX UNAVAILABLE', 'ALLOWED DISRUPTIONS', 'AGE'],
    (object, now) => [
      nameOf(object),
      or(textAt(object, 'spec', 'minAvailable'), 'N/A'),
      or(textAt(object, 'spec', 'maxUnavailable'), 'N/A'),
      '1',
      created(object, now),
    ],
  ),
};
const OTHER = simple(['NAME', 'AGE'], (object, now) => [nameOf(object), created(object, now)]);
const STAMPED = ['ClusterRole', 'Role'];

export function tableFor(resource: Resource): Table {
  if (STAMPED.includes(resource.kind))
    return simple(['NAME', 'CREATED AT'], (object) => [
      nameOf(object),
      textAt(object, 'metadata', 'creationTimestamp'),
    ]);
  // A custom kind may bear the name of a built-in one.
  return groupOf(resource).endsWith('.projectcalico.org') ? OTHER : (TABLES[resource.kind] ?? OTHER);
}
