/** Keys of what is live: lists of containers, pods and services, shells, and what can be done with one item. */
import { say } from '../i18n/text.js';
import { liveReasons } from '../i18n/texts/live-screens.js';
import { reasons } from '../i18n/texts/reasons.js';
import type { HostName, Text } from '../lab/types.js';
import type { LiveFacts } from '../state/live/book.js';
import { actsOf, targetOf, type ListItem } from '../state/live/items.js';
import {
  HOST_TABS,
  hostGate,
  hostGates,
  hostTab,
  isZoomed,
  itemNow,
  kindsOf,
  listKey,
  listNow,
} from '../state/live/listing.js';
import { intoPod } from '../state/live/containers.js';
import type { LiveTarget } from '../state/live/targets.js';
import type { Message } from '../state/messages.js';
import type { AppState } from '../state/types.js';
import { askActs } from './ask-acts.js';
import { bind, type KeyBinding, type KeyContext } from './binding.js';

const refuse = (why: Text): Message => ({ type: 'ui.refuse', why });
const onHost = (state: AppState): boolean => state.ui.stack.at(-1) === 'host';

/** Whether a list of items is what keys are about. */
function listShown(state: AppState): boolean {
  if (isZoomed(state)) return true;
  return onHost(state) && ['services', 'workloads', 'files'].includes(hostTab(state));
}
const ON_LISTS = say(
  'di daftar layanan, kontainer atau pod (dari layar utama: z)',
  'on the lists of services, containers and pods (from home: z)',
);

/** On the lists only: why there is nothing that the key could do with the row that is chosen. */
function aboutItem(
  state: AppState,
  live: LiveFacts,
  why: (item: ListItem) => Text | null = () => null,
): Text | null {
  const item = itemNow(state, live);
  return item === null ? liveReasons.nothingChosen : why(item);
}
function withItem(
  state: AppState,
  context: KeyContext,
  make: (item: ListItem, target: LiveTarget) => Message | null,
): Message | null {
  const item = itemNow(state, context.live);
  return item === null ? null : make(item, targetOf(state.ui.focusedHost, item));
}

function noLog(item: ListItem): Text | null {
  const none = item.kind === 'file' || (item.kind === 'object' && item.row.kind !== 'Pod');
  return none ? liveReasons.noLog : null;
}
function noActs(state: AppState, item: ListItem): Text | null {
  if (actsOf(state.ui.focusedHost, item).length > 0) return null;
  return item.kind === 'file' ? liveReasons.asLeft : liveReasons.noActs;
}
function noShell(item: ListItem): Text | null {
  if (item.kind === 'container') return item.row.state === 'running' ? null : liveReasons.stopped;
  if (item.kind !== 'object') return null;
  if (item.row.kind !== 'Pod') return liveReasons.noShell;
  return intoPod(item.row, 'shell') === null ? liveReasons.stopped : null;
}

/** A shell in an item, or on the host for what is of the host itself. */
function shellFor(host: HostName, item: ListItem): Message | null {
  if (item.kind === 'object') return item.row.kind === 'Pod' ? intoPod(item.row, 'shell') : null;
  const inside = item.kind === 'container' ? targetOf(host, item) : null;
  return { type: 'shell.open', target: inside ?? { kind: 'host', host } };
}

function hostUp(state: AppState): Text | null {
  if (state.lab === null) return reasons.noLab;
  return state.hosts[state.ui.focusedHost].link.kind === 'up' ? null : liveReasons.hostDown;
}
const labOpen = (state: AppState): Text | null => (state.lab === null ? reasons.noLab : null);

function turnTab(state: AppState, by: 1 | -1): Message {
  const at = HOST_TABS.indexOf(hostTab(state)) + by;
  return { type: 'ui.position', name: 'host.tab', value: (at + HOST_TABS.length) % HOST_TABS.length };
}

/** The switcher of kinds is there on the control plane only. */
function kindsShown(state: AppState): boolean {
  if (state.ui.focusedHost !== 'vm-k8s') return false;
  return isZoomed(state) || (onHost(state) && hostTab(state) === 'workloads');
}
function turnKind(state: AppState, context: KeyContext, by: 1 | -1): Message {
  const count = kindsOf(state.ui.focusedHost, context.live).length;
  const at = Math.min(state.ui.positions['host.kind'] ?? 0, count - 1) + by;
  return { type: 'ui.position', name: 'host.kind', value: (at + count) % count };
}

export const LIVE_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'home.zoom',
    keys: ['z'],
    places: ['home'],
    label: say('perbesar', 'zoom'),
    describe: say(
      'Daftar kontainer atau pod host ini setinggi layar; sekali lagi untuk kembali.',
      "This host's containers or pods at full height; again to go back.",
    ),
    footer: 16,
    disabled: labOpen,
    act: (state) => ({ type: 'ui.position', name: 'home.zoom', value: isZoomed(state) ? 0 : 1 }),
  }),
  bind({
    id: 'home.unzoom',
    keys: ['esc'],
    places: ['home'],
    label: say('kecilkan', 'zoom out'),
    describe: say('Kembali ke ketiga panel.', 'Back to the three panes.'),
    footer: 85,
    when: isZoomed,
    act: () => ({ type: 'ui.position', name: 'home.zoom', value: 0 }),
  }),
  bind({
    id: 'live.events',
    keys: ['e'],
    places: ['home', 'step', 'gates', 'gate', 'host', 'describe', 'stream'],
    label: say('kejadian', 'events'),
    describe: say(
      'Apa yang terjadi di lab, dari semua sumber menurut waktu.',
      'What happened in the lab, from all sources in order of time.',
    ),
    footer: 20.5,
    disabled: labOpen,
    act: () => ({ type: 'ui.open', screen: 'events' }),
  }),
  bind({
    id: 'live.describe',
    keys: ['enter'],
    places: ['home', 'host'],
    label: say('jelaskan', 'describe'),
    describe: say(
      'Semua yang diketahui tentang baris ini, termasuk kejadiannya.',
      'All that is known about this row, its events included.',
    ),
    footer: 10,
    when: listShown,
    where: ON_LISTS,
    disabled: aboutItem,
    act: (state, context) => withItem(state, context, (_item, target) => ({ type: 'live.describe', target })),
  }),
  bind({
    id: 'live.follow',
    keys: ['f'],
    places: ['home', 'host'],
    label: say('ikuti log', 'follow log'),
    describe: say(
      'Ikuti log baris ini: unit, kontainer atau pod.',
      'Follow the log of this row: a unit, a container or a pod.',
    ),
    footer: 11,
    when: listShown,
    where: ON_LISTS,
    disabled: (state, live) => aboutItem(state, live, noLog),
    act: (state, context) =>
      withItem(state, context, (item, target) => {
        const pod = item.kind === 'object' && item.row.kind === 'Pod' ? intoPod(item.row, 'log') : null;
        return pod ?? { type: 'live.follow', target, previous: false };
      }),
  }),
  bind({
    id: 'live.journal',
    keys: ['F'],
    places: ['host'],
    label: say('journal host', 'host journal'),
    describe: say('Journal seluruh host setinggi layar.', 'The journal of the whole host at full height.'),
    footer: 36,
    act: (state) => ({
      type: 'live.follow',
      target: { kind: 'host', host: state.ui.focusedHost },
      previous: false,
    }),
  }),
  bind({
    id: 'live.acts',
    keys: ['a'],
    places: ['home', 'host'],
    label: say('tindakan', 'actions'),
    describe: say(
      'Mulai ulang, hentikan, hapus, ubah jumlahnya; berkas: pulihkan, biarkan, adopsi. Risikonya ditunjukkan dan ditanyakan dulu.',
      'Restart, stop, delete or scale it; files: restore, keep, adopt. The risk is shown and asked first.',
    ),
    footer: 11.3,
    dangerous: true,
    when: listShown,
    where: ON_LISTS,
    disabled: (state, live) => hostUp(state) ?? aboutItem(state, live, (item) => noActs(state, item)),
    act: (state, context) => withItem(state, context, (item) => askActs(actsOf(state.ui.focusedHost, item))),
  }),
  bind({
    id: 'live.shell',
    keys: ['s'],
    places: ['home', 'host'],
    label: say('shell', 'shell'),
    describe: say(
      'Shell sungguhan: di kontainer atau pod yang dipilih, selain itu di host ini.',
      'A real shell: in the chosen container or pod, elsewhere on this host.',
    ),
    footer: 11.6,
    disabled: (state, live) => hostUp(state) ?? (listShown(state) ? aboutItem(state, live, noShell) : null),
    act: (state, context) => {
      const host = state.ui.focusedHost;
      if (listShown(state)) return withItem(state, context, (item) => shellFor(host, item));
      return { type: 'shell.open', target: { kind: 'host', host } };
    },
  }),
  bind({
    id: 'live.host-shell',
    keys: ['S'],
    places: ['home', 'host'],
    label: say('shell host', 'host shell'),
    describe: say('Shell di host ini, apa pun yang dipilih.', 'A shell on this host, whatever is chosen.'),
    disabled: hostUp,
    act: (state) => ({ type: 'shell.open', target: { kind: 'host', host: state.ui.focusedHost } }),
  }),
  bind({
    id: 'live.filter',
    keys: ['/'],
    places: ['home', 'host'],
    label: say('saring', 'filter'),
    describe: say(
      'Hanya baris yang memuat teks ini; berlaku sambil mengetik.',
      'Only the rows that hold this text; takes effect as you type.',
    ),
    footer: 25,
    when: listShown,
    where: ON_LISTS,
    act: (state, context) => {
      const list = listNow(state, context.live);
      return list === null
        ? refuse(liveReasons.noList)
        : { type: 'ui.type', name: listKey(state.ui.focusedHost, list.name) };
    },
  }),
  bind({
    id: 'live.kind',
    keys: [']'],
    places: ['home', 'host'],
    label: say('jenis lain', 'next kind'),
    describe: say(
      'Jenis berikutnya: pod, node, deployment, service, …',
      'The next kind: pods, nodes, deployments, services, …',
    ),
    footer: 13,
    when: kindsShown,
    where: say('di daftar vm-k8s', 'on the lists of vm-k8s'),
    act: (state, context) => turnKind(state, context, 1),
  }),
  bind({
    id: 'live.kind-back',
    keys: ['['],
    places: ['home', 'host'],
    label: say('jenis sebelumnya', 'kind before'),
    describe: say('Jenis sebelumnya.', 'The kind before.'),
    when: kindsShown,
    where: say('di daftar vm-k8s', 'on the lists of vm-k8s'),
    act: (state, context) => turnKind(state, context, -1),
  }),
  bind({
    id: 'host.tab',
    keys: ['tab', 'right'],
    places: ['host'],
    label: say('lain', 'next tab'),
    describe: say(
      'Tab berikutnya: ringkasan, layanan, kontainer atau pod, journal, keluaran, berkas, sistem, gate.',
      'The next tab: overview, services, containers or pods, journal, output, files, system, gates.',
    ),
    footer: 12,
    act: (state) => turnTab(state, 1),
  }),
  bind({
    id: 'host.tab-back',
    keys: ['shift-tab', 'left'],
    places: ['host'],
    label: say('tab sebelumnya', 'tab before'),
    describe: say('Tab sebelumnya.', 'The tab before.'),
    act: (state) => turnTab(state, -1),
  }),
  bind({
    id: 'host.open-gate',
    keys: ['enter'],
    places: ['host'],
    label: say('buka gate', 'open gate'),
    describe: say('Pada tab gate: buka gate yang dipilih.', 'On the gates tab: open the chosen gate.'),
    footer: 10,
    when: (state) => onHost(state) && hostTab(state) === 'gates',
    where: say('di tab gate', 'on the gates tab'),
    disabled: (state) => (hostGates(state, state.ui.focusedHost).length === 0 ? reasons.noGate : null),
    act: (state) => {
      const first = hostGates(state, state.ui.focusedHost)[0];
      // Where none was chosen yet the first one is: opening a gate of another host would surprise.
      if (hostGate(state) === null && first !== undefined) return { type: 'ui.gate', key: first.key };
      return { type: 'ui.open', screen: 'gate' };
    },
  }),
];
