/** Keys of the smoke test, its diary and its calendar. */
import { say } from '../i18n/text.js';
import { reasons } from '../i18n/texts/reasons.js';
import { smokeReasons as why } from '../i18n/texts/smoke.js';
import type { Text } from '../lab/types.js';
import {
  checkStanding,
  chosenSmoke,
  isTesting,
  isUnfolded,
  nextRed,
  smokeList,
  smokeStep,
  smokeTab,
  symptomHere,
} from '../state/smoke-view.js';
import type { Message } from '../state/messages.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

const HERE = ['smoke'] as const;
const onTest = (state: AppState): boolean => state.ui.stack.at(-1) === 'smoke' && smokeTab(state) === 'test';
const onReading = (state: AppState): boolean =>
  state.ui.stack.at(-1) === 'smoke' && smokeTab(state) !== 'test';
const ON_TEST = say('di tab uji asap', 'on the smoke test tab');
const ON_READING = say('di tab buku harian dan masa berlaku', 'on the tabs of diary and of what runs out');

/** What Enter opens: a check's symptom, else its gate; a step; a stage's checks. */
function opened(state: AppState): Message | null {
  const row = chosenSmoke(state);
  switch (row?.kind) {
    case 'stage':
      return { type: 'smoke.fold', stage: row.one.stage.id, open: !isUnfolded(state, row.one) };
    case 'check': {
      const { key } = row.one.check;
      const standing = checkStanding(state, row.one);
      const symptom = standing === 'broken' || standing === 'rising' ? symptomHere(state, row.one) : null;
      return symptom === null ? { type: 'path.gate', key } : { type: 'smoke.symptom', gate: key, symptom };
    }
    case 'absent':
    case 'expiry': {
      const step = smokeStep(state, row);
      return step === null ? null : { type: 'smoke.step', step };
    }
    case 'boot':
    case 'difference':
    case 'unread':
    case undefined:
      return null;
  }
}
function whyNot(state: AppState): Text | null {
  const row = chosenSmoke(state);
  if (row === null) return why.noRow;
  if (opened(state) !== null) return null;
  return row.kind === 'expiry' ? why.noStep : why.noPlace;
}

export const SMOKE_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'smoke.open',
    keys: ['m'],
    places: ['home', 'host', 'gate', 'gates', 'path', 'events', 'troubles'],
    label: say('uji asap', 'smoke test'),
    describe: say(
      'Uji asap: periksa seluruh lab urut boot, tunggu yang masih menyala, sampai ada putusan. Mulai sendiri.',
      'Smoke test: check the whole lab in boot order, wait for what still boots, to a verdict. Starts by itself.',
    ),
    footer: 34,
    disabled: (state) => (state.lab === null ? reasons.noLab : null),
    act: () => ({ type: 'smoke.open' }),
  }),
  bind({
    id: 'smoke.enter',
    keys: ['enter'],
    places: HERE,
    label: say('buka', 'open'),
    describe: say(
      'Buka yang dipilih: gejala dari yang merah, gate, langkah yang memperbarui; pada sebuah tahap, isinya.',
      'Open what is chosen: the symptom of a red one, a gate, the step that renews; of a stage, its checks.',
    ),
    footer: 10,
    disabled: whyNot,
    act: opened,
  }),
  bind({
    id: 'smoke.tab',
    keys: ['tab', 'right'],
    places: HERE,
    label: say('lain', 'next tab'),
    describe: say(
      'Tab berikutnya: uji asap, buku harian (apa yang berubah sejak hijau terakhir), masa berlaku.',
      'The next tab: smoke test, diary (what has changed since the last green state), what runs out.',
    ),
    footer: 12,
    act: () => ({ type: 'smoke.tab', by: 1 }),
  }),
  bind({
    id: 'smoke.tab-back',
    keys: ['shift-tab', 'left'],
    places: HERE,
    label: say('tab sebelumnya', 'tab before'),
    describe: say('Tab sebelumnya.', 'The tab before.'),
    act: () => ({ type: 'smoke.tab', by: -1 }),
  }),
  bind({
    id: 'smoke.stop',
    keys: ['c'],
    places: HERE,
    label: say('hentikan', 'stop'),
    describe: say(
      'Hentikan uji asap. Esc hanya meninggalkan layar: ujinya jalan terus, dan putusannya diberitakan.',
      'Stop the smoke test. Esc only leaves the screen: the test goes on, and its verdict is told.',
    ),
    footer: 14,
    disabled: (state) => (isTesting(state.smoke.test) ? null : why.notRunning),
    act: () => ({ type: 'smoke.stop' }),
  }),
  bind({
    id: 'smoke.run',
    keys: ['r', 'R'],
    places: HERE,
    label: say('uji lagi', 'test again'),
    describe: say('Jalankan uji asap lagi dari awal.', 'Run the smoke test again from the beginning.'),
    footer: 16,
    when: onTest,
    where: ON_TEST,
    disabled: (state) => {
      if (state.lab === null) return reasons.noLab;
      return isTesting(state.smoke.test) ? why.running : null;
    },
    act: () => ({ type: 'smoke.run' }),
  }),
  bind({
    id: 'smoke.read',
    keys: ['r', 'R'],
    places: HERE,
    label: say('baca lagi', 'read again'),
    describe: say('Baca lagi dari semua host.', 'Read it again from all hosts.'),
    footer: 16,
    when: onReading,
    where: ON_READING,
    disabled: (state) => {
      if (state.lab === null) return reasons.noLab;
      const tab = smokeTab(state);
      return tab !== 'test' && state.smoke.reading.includes(tab) ? why.reading : null;
    },
    act: () => ({ type: 'smoke.read' }),
  }),
  bind({
    id: 'smoke.red',
    keys: ['n'],
    places: HERE,
    label: say('merah berikutnya', 'next red'),
    describe: say(
      'Ke yang rusak berikutnya; kalau tidak ada, ke yang masih menyala.',
      'To the next broken one; where there is none, to the next that still boots.',
    ),
    footer: 18,
    when: onTest,
    where: ON_TEST,
    disabled: (state) => (nextRed(state) === null ? why.noRed : null),
    act: (state) => {
      const next = nextRed(state);
      return next === null ? null : { type: 'ui.pick', name: smokeList(state), ...next };
    },
  }),
  bind({
    id: 'smoke.fold',
    keys: ['space'],
    places: HERE,
    label: say('lipat/buka', 'fold/unfold'),
    describe: say(
      'Tampilkan semua pemeriksaan tahap yang dipilih, atau lipat.',
      'Show all checks of the chosen stage, or fold it.',
    ),
    footer: 30,
    when: onTest,
    where: ON_TEST,
    disabled: (state) => {
      const kind = chosenSmoke(state)?.kind;
      return kind === 'stage' || kind === 'check' ? null : why.noRow;
    },
    act: (state) => {
      const row = chosenSmoke(state);
      if (row?.kind === 'check') return { type: 'smoke.fold', stage: row.stage.id, open: false };
      if (row?.kind !== 'stage') return null;
      return { type: 'smoke.fold', stage: row.one.stage.id, open: !isUnfolded(state, row.one) };
    },
  }),
];
