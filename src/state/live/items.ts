/** The items of live lists: by what they are known, searched, sorted, and what can be done with each. */
import { actsFor, type FileAct } from '../../drift/acts.js';
import type { FileState, OurFile } from '../../drift/files.js';
import type { HostName } from '../../lab/types.js';
import type { ContainerRow, Health, KubeRow, UnitRow } from './rows.js';
import type { LiveAct, LiveTarget } from './targets.js';

interface ItemBase {
  /** Stays the same as long as the thing is there: the cursor follows it. */
  readonly key: string;
  readonly health: Health;
  /** Lower case; what a filter looks into. */
  readonly hay: string;
}
export type ListItem =
  | (ItemBase & { readonly kind: 'container'; readonly row: ContainerRow })
  | (ItemBase & { readonly kind: 'unit'; readonly row: UnitRow })
  | (ItemBase & { readonly kind: 'file'; readonly row: OurFile })
  | (ItemBase & { readonly kind: 'object'; readonly row: KubeRow });

/** How a container is, by its state and its own health check. */
export function containerHealth(row: ContainerRow): Health {
  switch (row.state) {
    case 'running':
      if (row.health === 'unhealthy') return 'bad';
      return row.health === 'starting' ? 'busy' : 'good';
    case 'restarting':
    case 'dead':
      return 'bad';
    case 'paused':
      return 'warn';
    case 'removing':
      return 'busy';
    case 'created':
      return 'off';
    case 'exited':
      return row.exitCode === 0 ? 'off' : 'bad';
  }
}

function wordsOf(row: KubeRow): string {
  switch (row.kind) {
    case 'Pod':
      return `${row.node} ${row.owner} ${row.ip}`;
    case 'Node':
      return `${row.roles.join(' ')} ${row.address} ${row.version}`;
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
      return row.images.join(' ');
    case 'Service':
      return `${row.type} ${row.clusterIp} ${row.ports.join(' ')}`;
    case 'Endpoints':
      return [...row.ready, ...row.notReady].join(' ');
    case 'PersistentVolume':
    case 'PersistentVolumeClaim':
      return `${row.boundTo} ${row.storageClass}`;
    case 'Job':
    case 'Namespace':
      return '';
  }
}

/** One item a row for as long as the row lives: thousands of rows are not made anew with every look. */
const known = new WeakMap<object, ListItem>();
function once(row: object, make: () => ListItem): ListItem {
  const found = known.get(row) ?? make();
  known.set(row, found);
  return found;
}

export function containerItem(row: ContainerRow): ListItem {
  return once(row, () => ({
    kind: 'container',
    row,
    key: row.id,
    health: containerHealth(row),
    hay: `${row.name} ${row.image} ${row.state} ${row.health ?? ''} ${row.project ?? ''}`.toLowerCase(),
  }));
}
export function unitItem(row: UnitRow): ListItem {
  return once(row, () => ({
    kind: 'unit',
    row,
    key: row.name,
    health: row.health,
    hay: `${row.name} ${row.active} ${row.sub} ${row.enabled} ${row.description}`.toLowerCase(),
  }));
}
/** What has changed wants a look; what is gone or another thing wants it first. */
const FILE_HEALTH: Readonly<Record<FileState, Health>> = {
  'as-left': 'good',
  adopted: 'good',
  kept: 'off',
  edited: 'warn',
  mode: 'warn',
  missing: 'bad',
  replaced: 'bad',
  unreadable: 'warn',
  unknown: 'off',
};
export function fileHealth(file: OurFile): Health {
  return FILE_HEALTH[file.state];
}
export function fileItem(row: OurFile): ListItem {
  return once(row, () => ({
    kind: 'file',
    row,
    key: row.path,
    health: fileHealth(row),
    hay: `${row.path} ${row.step} ${row.owner} ${row.state}`.toLowerCase(),
  }));
}
export function objectItem(row: KubeRow): ListItem {
  return once(row, () => ({
    kind: 'object',
    row,
    key: row.uid,
    health: row.health,
    hay: `${row.namespace}/${row.name} ${row.status} ${wordsOf(row)}`.toLowerCase(),
  }));
}

/** What Enter, `f` and `s` are about. */
export function targetOf(host: HostName, item: ListItem): LiveTarget {
  switch (item.kind) {
    case 'container':
      return { kind: 'container', host, id: item.row.id, name: item.row.name };
    case 'unit':
      return { kind: 'unit', host, unit: item.row.name };
    case 'object': {
      const { kind, namespace, name } = item.row;
      return { kind: 'object', object: kind, namespace, name, container: '' };
    }
    case 'file':
      return { kind: 'file', host, path: item.row.path };
  }
}

function scales(object: 'Deployment' | 'StatefulSet', row: KubeRow, from: number): LiveAct[] {
  const { namespace, name } = row;
  return [...new Set([from + 1, from - 1, 0])]
    .filter((to) => to >= 0 && to !== from)
    .map((to) => ({ act: 'scale', object, namespace, name, from, to }));
}

function objectActs(row: KubeRow): LiveAct[] {
  const { namespace, name } = row;
  switch (row.kind) {
    case 'Pod':
      return [{ act: 'delete-pod', namespace, name, owner: row.owner }];
    case 'Deployment':
    case 'StatefulSet': {
      const rollout: LiveAct = { act: 'restart-rollout', object: row.kind, namespace, name };
      const counts = scales(row.kind, row, row.wanted);
      // Where there is no pod there is none to replace: one wants to have some.
      return row.wanted === 0 ? counts : [rollout, ...counts];
    }
    case 'DaemonSet':
      return [{ act: 'restart-rollout', object: row.kind, namespace, name }];
    case 'Node':
    case 'Namespace':
    case 'Job':
    case 'Service':
    case 'Endpoints':
    case 'PersistentVolume':
    case 'PersistentVolumeClaim':
      return [];
  }
}

const FILE_LIVE_ACT = {
  restore: 'restore-file',
  keep: 'keep-file',
  adopt: 'adopt-file',
} as const satisfies Record<FileAct, string>;
/** What can be decided about a file of ours. */
export function fileActs(host: HostName, file: OurFile): readonly LiveAct[] {
  return actsFor(file).map((act) => ({ act: FILE_LIVE_ACT[act], host, file }));
}

/** What can be done to an item, the mildest first; empty: nothing from here. */
export function actsOf(host: HostName, item: ListItem): readonly LiveAct[] {
  switch (item.kind) {
    case 'container': {
      const { id, name, state } = item.row;
      const act = (what: 'restart-container' | 'stop-container' | 'start-container'): LiveAct => ({
        act: what,
        host,
        id,
        name,
      });
      const runs = state === 'running' || state === 'restarting' || state === 'paused';
      return runs ? [act('restart-container'), act('stop-container')] : [act('start-container')];
    }
    case 'unit':
      return [{ act: 'restart-unit', host, unit: item.row.name }];
    case 'object':
      return objectActs(item.row);
    case 'file':
      return fileActs(host, item.row);
  }
}
