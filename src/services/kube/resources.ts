/** Which kinds are followed, where the API has them, and how they become rows of the book. */
import type { KubeKind, KubeRow } from '../../state/live/rows.js';
import type { LiveBook } from '../../state/live/book.js';
import type { EventLedger } from './event-ledger.js';
import { claimRow, namespaceRow, nodeRow, persistentVolumeRow } from './rows/cluster.js';
import { textAt } from './rows/fields.js';
import { endpointsRow, serviceRow } from './rows/network.js';
import { podRow } from './rows/pod.js';
import { daemonSetRow, deploymentRow, jobRow, statefulSetRow } from './rows/workloads.js';
import type { Words } from './rows/words.js';

interface Place {
  /** Path of the group and version. */
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly row: (object: unknown, words: Words) => KubeRow;
}

const CORE = '/api/v1';
const APPS = '/apis/apps/v1';

/** In the order in which they are listed: what tells most of the cluster's health first. */
export const PLACES: Readonly<Record<KubeKind, Place>> = {
  Node: { group: CORE, plural: 'nodes', namespaced: false, row: nodeRow },
  Namespace: { group: CORE, plural: 'namespaces', namespaced: false, row: namespaceRow },
  Deployment: { group: APPS, plural: 'deployments', namespaced: true, row: deploymentRow },
  StatefulSet: { group: APPS, plural: 'statefulsets', namespaced: true, row: statefulSetRow },
  DaemonSet: { group: APPS, plural: 'daemonsets', namespaced: true, row: daemonSetRow },
  // batch/v1 has jobs since v1.2.
  Job: { group: '/apis/batch/v1', plural: 'jobs', namespaced: true, row: jobRow },
  Service: { group: CORE, plural: 'services', namespaced: true, row: serviceRow },
  Endpoints: { group: CORE, plural: 'endpoints', namespaced: true, row: endpointsRow },
  PersistentVolume: { group: CORE, plural: 'persistentvolumes', namespaced: false, row: persistentVolumeRow },
  PersistentVolumeClaim: { group: CORE, plural: 'persistentvolumeclaims', namespaced: true, row: claimRow },
  Pod: { group: CORE, plural: 'pods', namespaced: true, row: podRow },
};
export const KINDS: readonly KubeKind[] = Object.keys(PLACES).filter((one): one is KubeKind => one in PLACES);

/** Path of one object. Names come from the API itself, but are not trusted to be free of slashes. */
export function objectPath(kind: KubeKind, namespace: string, name: string): string {
  const { group, plural, namespaced } = PLACES[kind];
  const space = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${group}${space}/${plural}/${encodeURIComponent(name)}`;
}

/** What is done with the objects of one kind. `T` is what is kept of an object while its list is read page by page. */
export interface Followed<T> {
  readonly name: KubeKind | 'Event';
  readonly path: string;
  /** Takes from an object what is kept; the object itself is let go at once. */
  project(object: unknown): T;
  /** All there are, after a list. */
  replace(all: readonly T[]): void;
  put(one: T): void;
  remove(object: unknown): void;
}

export function followedKind(kind: KubeKind, book: LiveBook, words: Words): Followed<KubeRow> {
  const { group, plural, row } = PLACES[kind];
  return {
    name: kind,
    path: `${group}/${plural}`,
    project: (object) => row(object, words),
    replace: (all) => book.replaceObjects(kind, all),
    put: (one) => book.putObject(one),
    remove: (object) => book.removeObject(kind, textAt(object, 'metadata', 'uid')),
  };
}

/** Events go into the lab's timeline, each once for each time it happened. */
export function followedEvents(ledger: EventLedger, words: Words): Followed<ReturnType<EventLedger['read']>> {
  return {
    name: 'Event',
    path: `${CORE}/events`,
    project: (object) => ledger.read(object, words),
    replace: (all) => ledger.replace(all),
    put: (one) => ledger.put(one),
    remove: (object) => ledger.forget(textAt(object, 'metadata', 'uid')),
  };
}
