/** Keys for moving about: opening, tabs, panes, searches, following logs, copying. */
import { say } from '../i18n/text.js';
import { reasons } from '../i18n/texts/reasons.js';
import { chosenGate, position, visibleGates } from '../state/lists.js';
import type { AppState } from '../state/types.js';
import type { Message } from '../state/messages.js';
import { stepOf } from '../state/content.js';
import { hostTab, isZoomed } from '../state/live/listing.js';
import { bind, type KeyBinding } from './binding.js';
import { STEP_TABS, stepTab } from '../state/tabs.js';

/** From one gate to its neighbour in the list as it is filtered now. */
function turnGate(state: AppState, by: 1 | -1): Message | null {
  const keys = visibleGates(state).map((gate) => gate.key);
  const current = chosenGate(state);
  const next = current === null ? undefined : keys[keys.indexOf(current) + by];
  return next === undefined ? null : { type: 'ui.gate', key: next };
}

function turnTab(state: AppState, by: 1 | -1): Message {
  const at = STEP_TABS.indexOf(stepTab(state)) + by;
  return { type: 'ui.position', name: 'step.tab', value: (at + STEP_TABS.length) % STEP_TABS.length };
}

function turnAction(state: AppState, by: 1 | -1): Message {
  const count = stepOf(state, state.ui.step)?.actions.length ?? 0;
  const at = Math.min(position(state, 'step.action'), Math.max(0, count - 1));
  return {
    type: 'ui.position',
    name: 'step.action',
    value: Math.min(Math.max(0, at + by), Math.max(0, count - 1)),
  };
}

const ON_COMMANDS = say('di tab perintah', 'on the commands tab');

/** The steps and gates of home are in sight. */
const panesShown = (state: AppState): boolean => !isZoomed(state);

function openHome(state: AppState): Message {
  switch (state.ui.focus) {
    case 'panes':
      return { type: 'ui.open', screen: 'host' };
    case 'wizard':
      return { type: 'ui.open', screen: 'step' };
    case 'gates':
      return { type: 'ui.open', screen: 'gate' };
  }
}

export const OPEN_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'home.open',
    when: panesShown,
    keys: ['enter'],
    places: ['home'],
    label: say('buka', 'open'),
    describe: say('Buka yang dipilih: host, langkah atau gate.', 'Open what is chosen: host, step or gate.'),
    footer: 10,
    disabled: (state) => {
      if (state.ui.focus === 'wizard' && stepOf(state, state.ui.step) === null) return reasons.noStep;
      return state.ui.focus === 'gates' && chosenGate(state) === null ? reasons.noGate : null;
    },
    act: openHome,
  }),
  bind({
    id: 'home.focus',
    when: panesShown,
    keys: ['tab'],
    places: ['home'],
    label: say('pindah panel', 'next pane'),
    describe: say('Pindah antara host, langkah dan gate.', 'Move between hosts, steps and gates.'),
    footer: 12,
    act: () => ({ type: 'ui.focus', by: 1 }),
  }),
  bind({
    id: 'home.focus-back',
    when: panesShown,
    keys: ['shift-tab'],
    places: ['home'],
    label: say('panel sebelumnya', 'pane before'),
    describe: say('Pindah panel ke arah sebaliknya.', 'Move between panes the other way.'),
    act: () => ({ type: 'ui.focus', by: -1 }),
  }),
  bind({
    id: 'home.phase-back',
    when: panesShown,
    keys: ['left', '<'],
    places: ['home'],
    label: say('fase sebelumnya', 'phase before'),
    describe: say('Fase sebelumnya.', 'The phase before.'),
    act: () => ({ type: 'ui.phase', by: -1 }),
  }),
  bind({
    id: 'home.phase',
    when: panesShown,
    keys: ['right', '>'],
    places: ['home'],
    label: say('fase lain', 'other phase'),
    describe: say('Fase berikutnya.', 'The next phase.'),
    footer: 50,
    act: () => ({ type: 'ui.phase', by: 1 }),
  }),
  bind({
    id: 'home.leave',
    keys: ['X'],
    places: ['home'],
    label: say('tutup lab', 'close lab'),
    describe: say(
      'Tutup lab ini dan kembali ke layar pertama. Pekerjaan di host jalan terus.',
      'Close this lab and go back to the first screen. Jobs on hosts go on.',
    ),
    act: () => ({ type: 'lab.leave' }),
  }),
  bind({
    id: 'gates.list',
    keys: ['g'],
    places: ['home', 'step', 'host', 'gate'],
    label: say('gate', 'gates'),
    describe: say('Daftar semua gate, merah lebih dulu.', 'The list of all gates, red first.'),
    footer: 35,
    act: () => ({ type: 'ui.open', screen: 'gates' }),
  }),
  bind({
    id: 'gates.open',
    keys: ['enter'],
    places: ['gates'],
    label: say('buka', 'open'),
    describe: say('Buka gate: bukti, sebab, petunjuk.', 'Open the gate: evidence, reason, hints.'),
    footer: 10,
    disabled: (state) => (chosenGate(state) === null ? reasons.noGate : null),
    act: () => ({ type: 'ui.open', screen: 'gate' }),
  }),
  bind({
    id: 'step.open-gate',
    keys: ['enter'],
    places: ['step'],
    label: say('buka gate', 'open gate'),
    describe: say('Pada tab gate: buka gate yang dipilih.', 'On the gates tab: open the chosen gate.'),
    footer: 10,
    when: (state) => stepTab(state) === 'gates',
    where: say('di tab gate', 'on the gates tab'),
    act: () => ({ type: 'ui.open', screen: 'gate' }),
  }),
  bind({
    id: 'step.tab',
    keys: ['tab', 'right'],
    places: ['step'],
    label: say('lain', 'next'),
    describe: say(
      'Tab berikutnya: penjelasan, perintah, keluaran, gate.',
      'The next tab: explanation, commands, output, gates.',
    ),
    footer: 12,
    act: (state) => turnTab(state, 1),
  }),
  bind({
    id: 'step.tab-back',
    keys: ['shift-tab', 'left'],
    places: ['step'],
    label: say('tab sebelumnya', 'tab before'),
    describe: say('Tab sebelumnya.', 'The tab before.'),
    act: (state) => turnTab(state, -1),
  }),
  bind({
    id: 'step.action',
    keys: [']', 'n'],
    places: ['step'],
    label: say('tindakan', 'action'),
    describe: say('Tindakan berikutnya dari langkah ini.', 'The next action of this step.'),
    footer: 13,
    when: (state) => stepTab(state) === 'commands',
    where: ON_COMMANDS,
    act: (state) => turnAction(state, 1),
  }),
  bind({
    id: 'step.action-back',
    keys: ['[', 'p'],
    places: ['step'],
    label: say('tindakan sebelumnya', 'action before'),
    describe: say('Tindakan sebelumnya dari langkah ini.', 'The action before of this step.'),
    when: (state) => stepTab(state) === 'commands',
    where: ON_COMMANDS,
    act: (state) => turnAction(state, -1),
  }),
  bind({
    id: 'gate.next',
    keys: ['right', 'n'],
    places: ['gate'],
    label: say('gate lain', 'next gate'),
    describe: say('Gate berikutnya dari daftar.', 'The next gate of the list.'),
    footer: 50,
    act: (state) => turnGate(state, 1),
  }),
  bind({
    id: 'gate.previous',
    keys: ['left', 'p'],
    places: ['gate'],
    label: say('gate sebelumnya', 'gate before'),
    describe: say('Gate sebelumnya dari daftar.', 'The gate before of the list.'),
    act: (state) => turnGate(state, -1),
  }),
];

/** The log of what steps print, on the screen of a host or of a step. */
function onOutput(state: AppState): boolean {
  const top = state.ui.stack.at(-1);
  return top === 'host' ? hostTab(state) === 'log' : top === 'step' && stepTab(state) === 'output';
}
const ON_OUTPUT = say('di tab keluaran', 'on the output tab');

function finder(
  id: string,
  place: 'gates' | 'glossary',
  name: string,
  what: readonly [string, string],
): KeyBinding {
  return bind({
    id,
    keys: ['/'],
    places: [place],
    label: say('cari', 'search'),
    describe: say(...what),
    footer: 25,
    act: () => ({ type: 'ui.type', name }),
  });
}

export const TEXT_KEYS: readonly KeyBinding[] = [
  finder('gates.filter', 'gates', 'gates.filter', ['Saring daftar gate.', 'Filter the list of gates.']),
  finder('glossary.search', 'glossary', 'glossary.search', ['Cari istilah.', 'Search the terms.']),
  bind({
    id: 'host.search',
    keys: ['/'],
    places: ['host', 'step'],
    label: say('saring', 'filter'),
    describe: say('Hanya baris log yang memuat teks ini.', 'Only the log lines that hold this text.'),
    footer: 25,
    when: onOutput,
    where: ON_OUTPUT,
    act: () => ({ type: 'ui.type', name: 'log.search' }),
  }),
  bind({
    id: 'host.follow',
    keys: ['f', 'space'],
    places: ['host', 'step'],
    label: say('ikuti/jeda', 'follow/pause'),
    describe: say('Ikuti baris terbaru, atau tahan di sini.', 'Follow the newest line, or hold here.'),
    footer: 20,
    when: onOutput,
    where: ON_OUTPUT,
    act: (state, { logs }) => {
      const host = state.ui.focusedHost;
      const name = `log.${host}`;
      const total = logs.dropped(host) + logs.count(host);
      return { type: 'ui.position', name, value: position(state, name) === 0 ? total : 0 };
    },
  }),
  bind({
    id: 'host.reconnect',
    keys: ['o'],
    places: ['home', 'host'],
    label: say('sambung ulang', 'reconnect'),
    describe: say('Coba sambung lagi ke host ini sekarang.', 'Try to connect to this host again now.'),
    footer: 22,
    disabled: (state) => {
      if (state.lab === null) return reasons.noLab;
      return state.hosts[state.ui.focusedHost].link.kind === 'up' ? reasons.linkUp : null;
    },
    act: (state) => ({ type: 'link.again', host: state.ui.focusedHost }),
  }),
  bind({
    id: 'copy',
    keys: ['y'],
    places: [
      'home',
      'step',
      'gate',
      'gates',
      'host',
      'vagrant',
      'glossary',
      'journal',
      'entry',
      'describe',
      'stream',
      'events',
      'path',
      'troubles',
      'smoke',
    ],
    label: say('salin', 'copy'),
    describe: say(
      'Salin yang tampak (perintah, bukti, log) ke papan klip komputer ini.',
      'Copy what is shown (commands, evidence, log) to the clipboard of this computer.',
    ),
    footer: 60,
    when: (state) => state.ui.stack.at(-1) !== 'home' || isZoomed(state),
    where: say('setelah diperbesar (z)', 'when zoomed (z)'),
    act: (state, context) => {
      const text = context.copyable(state);
      return text === null ? { type: 'ui.refuse', why: reasons.nothingToCopy } : { type: 'copy', text };
    },
  }),
];
