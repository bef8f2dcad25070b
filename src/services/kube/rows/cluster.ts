/** Nodes, namespaces and storage as `kubectl get` tells them. Pure. */
import type { Health, NamespaceRow, NodeRow, VolumeRow } from '../../../state/live/rows.js';
import { baseOf } from './base.js';
import { conditionIs, conditionOf, isBeingDeleted, listAt, textAt, textsAt, trueAt } from './fields.js';
import type { Words } from './words.js';

const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];
const ROLE = 'node-role.kubernetes.io/';
const OLD_ROLE = 'kubernetes.io/role';

export function nodeRow(node: unknown, words: Words): NodeRow {
  const isReady = conditionIs(node, 'Ready', 'True');
  const knows = conditionOf(node, 'Ready') !== undefined;
  const closed = trueAt(node, 'spec', 'unschedulable');
  const pressures = PRESSURES.filter((type) => conditionIs(node, type, 'True'));
  const roles = textsAt(node, 'metadata', 'labels').flatMap(([key, value]) =>
    key.startsWith(ROLE) && key.length > ROLE.length
      ? [words(key.slice(ROLE.length))]
      : key === OLD_ROLE && value !== ''
        ? [words(value)]
        : [],
  );
  const addresses = listAt(node, 'status', 'addresses');
  const internal = addresses.find((one) => textAt(one, 'type') === 'InternalIP');
  const word = isReady ? 'Ready' : knows ? 'NotReady' : 'Unknown';
  return {
    ...baseOf(node, words),
    kind: 'Node',
    health: !isReady ? 'bad' : closed || pressures.length > 0 ? 'warn' : 'good',
    status: closed ? `${word},SchedulingDisabled` : word,
    roles: [...new Set(roles)].toSorted(),
    version: words(textAt(node, 'status', 'nodeInfo', 'kubeletVersion')),
    address: words(textAt(internal, 'address')),
    runtime: words(textAt(node, 'status', 'nodeInfo', 'containerRuntimeVersion')),
    pressures,
  };
}

export function namespaceRow(namespace: unknown, words: Words): NamespaceRow {
  const status = words(textAt(namespace, 'status', 'phase')) || 'Unknown';
  return {
    ...baseOf(namespace, words),
    kind: 'Namespace',
    health: status === 'Active' ? 'good' : status === 'Terminating' ? 'busy' : 'warn',
    status,
  };
}

const VOLUME_HEALTH: Readonly<Record<string, Health>> = {
  Available: 'good',
  Bound: 'good',
  Released: 'warn',
  Failed: 'bad',
  Lost: 'bad',
  Pending: 'busy',
  Terminating: 'busy',
};

function volume(
  object: unknown,
  kind: VolumeRow['kind'],
  boundTo: string,
  capacity: string,
  words: Words,
): VolumeRow {
  const status = isBeingDeleted(object)
    ? 'Terminating'
    : words(textAt(object, 'status', 'phase')) || 'Unknown';
  return {
    ...baseOf(object, words),
    kind,
    health: VOLUME_HEALTH[status] ?? 'warn',
    status,
    capacity: words(capacity),
    boundTo: words(boundTo),
    storageClass: words(
      // The annotation is how it was said before v1.6; clusters carry it along.
      textAt(object, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class') ||
        textAt(object, 'spec', 'storageClassName'),
    ),
  };
}

export function persistentVolumeRow(object: unknown, words: Words): VolumeRow {
  const claim = textAt(object, 'spec', 'claimRef', 'name');
  const boundTo = claim === '' ? '' : `${textAt(object, 'spec', 'claimRef', 'namespace')}/${claim}`;
  return volume(object, 'PersistentVolume', boundTo, textAt(object, 'spec', 'capacity', 'storage'), words);
}

export function claimRow(object: unknown, words: Words): VolumeRow {
  // What it has; before it is bound, what it asks for.
  const capacity =
    textAt(object, 'status', 'capacity', 'storage') ||
    textAt(object, 'spec', 'resources', 'requests', 'storage');
  return volume(object, 'PersistentVolumeClaim', textAt(object, 'spec', 'volumeName'), capacity, words);
}
