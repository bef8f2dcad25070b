/** The list of a host's screen or pane: which items, in which order, and where the cursor stands. */
import type { HostName } from '../../lab/types.js';
import type { RenderedGate } from '../../runbook/types.js';
import { visibleGates } from '../lists.js';
import type { AppState } from '../types.js';
import type { LiveFacts } from './book.js';
import { containerItem, fileItem, objectItem, unitItem, type ListItem } from './items.js';
import type { Health, KubeKind, KubeRow, NodeRow, SourceName } from './rows.js';

/** Tabs of the host screen, in order. */
export const HOST_TABS = [
  'overview',
  'services',
  'workloads',
  'journal',
  'log',
  'files',
  'system',
  'gates',
] as const;
export type HostTab = (typeof HOST_TABS)[number];

/** Kinds in the order of the switcher: what breaks most often first. */
export const SHOWN_KINDS: readonly KubeKind[] = [
  'Pod',
  'Node',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'Service',
  'Endpoints',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Namespace',
];

export function hostTab(state: AppState): HostTab {
  return HOST_TABS[Math.min(state.ui.positions['host.tab'] ?? 0, HOST_TABS.length - 1)] ?? 'overview';
}

/** Home with the pane of the focused host at full height. */
export function isZoomed(state: AppState): boolean {
  return state.ui.stack.at(-1) === 'home' && (state.ui.positions['home.zoom'] ?? 0) > 0;
}

/** Only the control plane shows all kinds; a worker shows its pods. */
export function kindsOf(host: HostName, live: LiveFacts): readonly KubeKind[] {
  if (host !== 'vm-k8s') return ['Pod'];
  const missing = live.missingKinds();
  return SHOWN_KINDS.filter((kind) => !missing.includes(kind));
}
export function chosenKind(state: AppState, host: HostName, live: LiveFacts): KubeKind {
  const kinds = kindsOf(host, live);
  return kinds[Math.min(state.ui.positions['host.kind'] ?? 0, kinds.length - 1)] ?? 'Pod';
}

export type ListName = 'services' | 'containers' | 'files' | KubeKind;
/** Which list a tab of a host shows; null: the tab has none. */
export function listName(state: AppState, host: HostName, tab: HostTab, live: LiveFacts): ListName | null {
  switch (tab) {
    case 'services':
      return 'services';
    case 'files':
      return 'files';
    case 'workloads':
      return host === 'vm-docker' ? 'containers' : chosenKind(state, host, live);
    case 'overview':
    case 'journal':
    case 'log':
    case 'system':
    case 'gates':
      return null;
  }
}

/** Where the rows of a list come from. */
export function sourceOf(host: HostName, name: ListName): SourceName {
  if (name === 'containers') return `docker@${host}`;
  return name === 'services' || name === 'files' ? `facts@${host}` : 'kubernetes';
}

/** The name under which cursor and filter of a list are remembered. */
export function listKey(host: HostName, name: ListName): string {
  return `list.${host}.${name}`;
}
function filterOf(state: AppState, host: HostName, name: ListName): string {
  return (state.ui.inputs[listKey(host, name)] ?? '').trim().toLowerCase();
}

/** The cluster's node that is this host: by address, else by name. */
export function nodeOf(state: AppState, host: HostName, live: LiveFacts): NodeRow | null {
  const address = state.lab?.addresses[host];
  const nodes = live.objects('Node').flatMap((row) => (row.kind === 'Node' ? [row] : []));
  return nodes.find((row) => row.address === address) ?? nodes.find((row) => row.name === host) ?? null;
}

/** Where kubeadm puts the control plane, by Kubernetes' own convention. */
export const SYSTEM_NAMESPACE = 'kube-system';

const WEIGHT: Readonly<Record<Health, number>> = { bad: 0, warn: 1, busy: 2, good: 2, off: 2 };

/** Bad ones first, the rest as the source orders them: what merely starts or ends does not move. */
function redFirst(items: readonly ListItem[]): readonly ListItem[] {
  const out: ListItem[] = [];
  for (const weight of [0, 1, 2]) {
    for (const item of items) if (WEIGHT[item.health] === weight) out.push(item);
  }
  return out;
}

interface Remembered {
  readonly node: string;
  readonly all: readonly ListItem[];
  readonly filter: string;
  readonly shown: readonly ListItem[];
}
const NOTHING: readonly never[] = [];
/** The last answer for a list as the source gave it, by the list's name: most frames change neither it nor the filter. */
const remembered = new WeakMap<object, Map<string, Remembered>>();

function rowsOf<T extends object>(
  rows: readonly T[],
  name: string,
  node: string,
  filter: string,
  make: (rows: readonly T[]) => readonly ListItem[],
): Remembered {
  const names = remembered.get(rows) ?? new Map<string, Remembered>();
  remembered.set(rows, names);
  const before = names.get(name);
  if (before?.node === node && before.filter === filter) return before;
  const all = before?.node === node ? before.all : redFirst(make(rows));
  const shown = filter === '' ? all : all.filter((item) => item.hay.includes(filter));
  const now = { node, all, filter, shown };
  names.set(name, now);
  return now;
}

export interface Listing {
  readonly name: ListName;
  readonly source: SourceName;
  /** What the filter lets through, bad ones first. */
  readonly items: readonly ListItem[];
  /** How many there are without the filter. */
  readonly all: number;
}

/** The list of that name on a host. */
export function listing(state: AppState, live: LiveFacts, host: HostName, name: ListName): Listing {
  const found = lookUp(state, live, host, name, filterOf(state, host, name));
  return { name, source: sourceOf(host, name), items: found.shown, all: found.all.length };
}

/** All items of a list, whatever is filtered. */
export function allItems(
  state: AppState,
  live: LiveFacts,
  host: HostName,
  name: ListName,
): readonly ListItem[] {
  return lookUp(state, live, host, name, filterOf(state, host, name)).all;
}

function lookUp(
  state: AppState,
  live: LiveFacts,
  host: HostName,
  name: ListName,
  filter: string,
): Remembered {
  switch (name) {
    case 'containers':
      return rowsOf(live.containers(host), name, '', filter, (rows) =>
        rows.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).map(containerItem),
      );
    case 'services':
      return rowsOf(live.facts(host)?.units ?? NOTHING, name, '', filter, (rows) => {
        const items = rows.map(unitItem);
        const ours = (item: ListItem): boolean => item.kind === 'unit' && item.row.ours;
        return [...items.filter(ours), ...items.filter((item) => !ours(item))];
      });
    case 'files':
      return rowsOf(live.facts(host)?.files ?? NOTHING, name, '', filter, (rows) => rows.map(fileItem));
    case 'Pod': {
      const node = host === 'vm-worker' ? (nodeOf(state, host, live)?.name ?? host) : '';
      const here = (row: KubeRow): boolean => node === '' || (row.kind === 'Pod' && row.node === node);
      return rowsOf(live.objects(name), `Pod@${node}`, node, filter, (rows) => {
        const seen = rows.filter(here);
        if (node === '') return seen.map(objectItem);
        // What a worker is for is the application; what Kubernetes itself needs there comes after it.
        const isSystem = (row: KubeRow): boolean => row.namespace === SYSTEM_NAMESPACE;
        return [...seen.filter((row) => !isSystem(row)), ...seen.filter(isSystem)].map(objectItem);
      });
    }
    case 'Node':
    case 'Namespace':
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
    case 'Service':
    case 'Endpoints':
    case 'PersistentVolume':
    case 'PersistentVolumeClaim':
      return rowsOf(live.objects(name), name, '', filter, (rows) => rows.map(objectItem));
  }
}

/** Where the cursor stands: on its item, wherever that went; where it was, when the item is gone. */
export function cursorIn(
  state: AppState,
  listKeyName: string,
  items: readonly { readonly key: string }[],
): number {
  const picked = state.ui.picks[listKeyName];
  const at = picked === undefined ? -1 : items.findIndex((item) => item.key === picked);
  if (at >= 0) return at;
  return Math.min(state.ui.positions[listKeyName] ?? 0, Math.max(0, items.length - 1));
}

/** The list that keys act upon now: of the host screen's tab, or of the pane that fills home. */
export function listNow(state: AppState, live: LiveFacts): Listing | null {
  const host = state.ui.focusedHost;
  const tab = isZoomed(state) ? 'workloads' : state.ui.stack.at(-1) === 'host' ? hostTab(state) : null;
  const name = tab === null ? null : listName(state, host, tab, live);
  return name === null ? null : listing(state, live, host, name);
}

/** The item that keys act upon now. */
export function itemNow(state: AppState, live: LiveFacts): ListItem | null {
  const list = listNow(state, live);
  if (list === null) return null;
  return list.items[cursorIn(state, listKey(state.ui.focusedHost, list.name), list.items)] ?? null;
}

/** Gates about a host, red first. */
export function hostGates(state: AppState, host: HostName): readonly RenderedGate[] {
  return visibleGates(state).filter((gate) => gate.subject === host);
}
/** The gate that the cursor of the host's gates tab is on, or null as long as none was chosen. */
export function hostGate(state: AppState): RenderedGate | null {
  return hostGates(state, state.ui.focusedHost).find((gate) => gate.key === state.ui.gate) ?? null;
}
