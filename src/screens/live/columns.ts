/** Which columns each kind of live list has. */
import type { OurFile } from '../../drift/files.js';
import { briefly, bytes, clockTime, decimal, isoDate } from '../../i18n/format.js';
import { FILE_STATE_COLUMNS, fileStateWord } from '../../i18n/texts/drift.js';
import { column as text } from '../../i18n/texts/live.js';
import type { HostName, Text } from '../../lab/types.js';
import type { ContainerRow, KubeRow, UnitRow } from '../../state/live/rows.js';
import { inLang, langOf, type View } from '../view.js';

/** A column: wide columns come first to go when there is little room. */
export interface Column<Row> {
  readonly title: Text;
  /** Fixed width; `rest` shares what is left. */
  readonly columns: number | 'rest';
  /** Another fixed width, from that width of the list on. */
  readonly wide?: { readonly from: number; readonly columns: number };
  readonly right?: true;
  /** From this width of the list on. */
  readonly from?: number;
  /** The word that says how it is: in the colour of its health. */
  readonly word?: true;
  readonly of: (row: Row, view: View, host: HostName) => string;
}

function ageText(view: View, at: number | null): string {
  return at === null || at === 0 ? '' : briefly(langOf(view), view.state.now - at);
}
const some = (count: number): string => (count === 0 ? '' : String(count));

/** Since when a container is as it is. */
function containerSince(row: ContainerRow): number {
  if (row.state === 'running' || row.state === 'paused') return row.startedAt ?? row.createdAt;
  return row.finishedAt ?? row.startedAt ?? row.createdAt;
}

/** `running (unhealthy)`, `exited (137)`: state and what makes it remarkable. */
function containerWord(row: ContainerRow): string {
  if (row.state === 'exited') return row.exitCode === null ? row.state : `exited (${row.exitCode})`;
  return row.health === null || row.health === 'healthy' ? row.state : row.health;
}

export const CONTAINERS: readonly Column<ContainerRow>[] = [
  { title: text.state, columns: 12, word: true, of: containerWord },
  { title: text.name, columns: 'rest', of: (row) => row.name },
  { title: text.restarts, columns: 5, right: true, of: (row) => some(row.restarts) },
  { title: text.age, columns: 7, right: true, of: (row, view) => ageText(view, containerSince(row)) },
  {
    title: text.cpu,
    columns: 7,
    right: true,
    from: 70,
    of: (row, view, host) => {
      const usage = view.live.usage(host, row.id);
      return usage === null ? '' : `${decimal(langOf(view), usage.cpuPercent, 1)}%`;
    },
  },
  {
    title: text.memory,
    columns: 10,
    right: true,
    from: 70,
    of: (row, view, host) => {
      const usage = view.live.usage(host, row.id);
      return usage === null ? '' : bytes(langOf(view), usage.memoryBytes);
    },
  },
  { title: text.ports, columns: 26, from: 110, of: (row) => row.ports.join(' ') },
  { title: text.image, columns: 40, from: 150, of: (row) => row.image },
];
export const UNITS: readonly Column<UnitRow>[] = [
  {
    title: text.state,
    // `inactive dead`; with more room `deactivating stop-sigterm`, the longest that systemd has.
    columns: 13,
    wide: { from: 135, columns: 25 },
    word: true,
    of: (row) => `${row.active}${row.active === 'active' || row.active === row.sub ? '' : ` ${row.sub}`}`,
  },
  { title: text.name, columns: 'rest', of: (row) => row.name },
  { title: text.enabled, columns: 10, of: (row) => row.enabled },
  { title: text.description, columns: 44, from: 100, of: (row) => row.description },
];
export const FILES: readonly Column<OurFile>[] = [
  {
    title: text.state,
    columns: FILE_STATE_COLUMNS,
    word: true,
    of: (row, view) => inLang(view, fileStateWord[row.state]),
  },
  { title: text.step, columns: 7, of: (row) => row.step },
  { title: text.path, columns: 'rest', of: (row) => row.path },
  { title: text.mode, columns: 5, right: true, of: (row) => row.mode },
  { title: text.owner, columns: 12, from: 100, of: (row) => row.owner },
  {
    title: text.size,
    columns: 10,
    right: true,
    of: (row, view) => (row.bytes === null ? '' : bytes(langOf(view), row.bytes)),
  },
  {
    title: text.changed,
    columns: 16,
    from: 90,
    of: (row) =>
      row.changedAt === null ? '' : `${isoDate(row.changedAt)} ${clockTime(row.changedAt).slice(0, 5)}`,
  },
];

const NAMESPACE: Column<KubeRow> = {
  title: text.namespace,
  columns: 18,
  from: 70,
  of: (row) => row.namespace,
};
/** Where there is no room for a column of its own the namespace stands before the name. */
const NAME: Column<KubeRow> = { title: text.name, columns: 'rest', of: (row) => row.name };
const STATUS: Column<KubeRow> = { title: text.state, columns: 18, word: true, of: (row) => row.status };
const AGE: Column<KubeRow> = {
  title: text.age,
  columns: 7,
  right: true,
  of: (row, view) => ageText(view, row.createdAt),
};

function workload(title: Text, pick: 'updated' | 'wanted'): Column<KubeRow> {
  return {
    title,
    columns: 8,
    right: true,
    from: 80,
    of: (row) => ('wanted' in row && 'updated' in row ? String(row[pick]) : ''),
  };
}
const READY: Column<KubeRow> = {
  title: text.ready,
  columns: 6,
  right: true,
  of: (row) => {
    if (row.kind === 'Pod') return `${row.ready}/${row.of}`;
    if (row.kind === 'Job') return `${row.succeeded}/${row.wanted}`;
    return 'wanted' in row ? `${row.ready}/${row.wanted}` : '';
  },
};

/** Columns of a kind of the cluster. */
export function kubeColumns(kind: KubeRow['kind']): readonly Column<KubeRow>[] {
  switch (kind) {
    case 'Pod':
      return [
        STATUS,
        NAMESPACE,
        NAME,
        {
          title: text.restarts,
          columns: 5,
          right: true,
          of: (row) => (row.kind === 'Pod' ? some(row.restarts) : ''),
        },
        READY,
        AGE,
        { title: text.node, columns: 12, from: 100, of: (row) => (row.kind === 'Pod' ? row.node : '') },
        { title: text.address, columns: 16, from: 140, of: (row) => (row.kind === 'Pod' ? row.ip : '') },
      ];
    case 'Node':
      return [
        STATUS,
        NAME,
        { title: text.roles, columns: 16, of: (row) => (row.kind === 'Node' ? row.roles.join(',') : '') },
        { title: text.version, columns: 10, of: (row) => (row.kind === 'Node' ? row.version : '') },
        { title: text.address, columns: 16, from: 90, of: (row) => (row.kind === 'Node' ? row.address : '') },
        {
          title: text.state,
          columns: 24,
          from: 120,
          of: (row) => (row.kind === 'Node' ? row.pressures.join(' ') : ''),
        },
        AGE,
      ];
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
      return [
        STATUS,
        NAMESPACE,
        NAME,
        READY,
        workload(text.updated, 'updated'),
        AGE,
        {
          title: text.image,
          columns: 44,
          from: 130,
          of: (row) => ('images' in row ? row.images.join(' ') : ''),
        },
      ];
    case 'Job':
      return [
        STATUS,
        NAMESPACE,
        NAME,
        READY,
        {
          title: text.failed,
          columns: 6,
          right: true,
          of: (row) => (row.kind === 'Job' ? some(row.failed) : ''),
        },
        AGE,
      ];
    case 'Service':
      return [
        { title: text.type, columns: 12, word: true, of: (row) => (row.kind === 'Service' ? row.type : '') },
        NAMESPACE,
        NAME,
        { title: text.address, columns: 16, of: (row) => (row.kind === 'Service' ? row.clusterIp : '') },
        { title: text.ports, columns: 22, of: (row) => (row.kind === 'Service' ? row.ports.join(' ') : '') },
        { ...AGE, from: 90 },
      ];
    case 'Endpoints':
      return [
        STATUS,
        NAMESPACE,
        NAME,
        {
          title: text.ready,
          columns: 26,
          of: (row) => (row.kind === 'Endpoints' ? row.ready.join(' ') : ''),
        },
        {
          title: text.notReady,
          columns: 26,
          from: 110,
          of: (row) => (row.kind === 'Endpoints' ? row.notReady.join(' ') : ''),
        },
      ];
    case 'PersistentVolume':
    case 'PersistentVolumeClaim':
      return [
        STATUS,
        NAMESPACE,
        NAME,
        {
          title: text.capacity,
          columns: 9,
          right: true,
          of: (row) => ('capacity' in row ? row.capacity : ''),
        },
        { title: text.boundTo, columns: 26, of: (row) => ('boundTo' in row ? row.boundTo : '') },
        AGE,
      ];
    case 'Namespace':
      return [STATUS, NAME, AGE];
  }
}
