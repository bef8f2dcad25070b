/** Keys of troubleshooting: opening it, walking a symptom, mending. Those of its question are in keys-troubles-fix.ts. */
import { say } from '../i18n/text.js';
import { reasons } from '../i18n/texts/reasons.js';
import { troubleReasons as why } from '../i18n/texts/troubles.js';
import type { Text } from '../lab/types.js';
import type { GateKey } from '../gates/types.js';
import { symptomSeen } from '../state/hop-choices.js';
import { chosenGate, position } from '../state/lists.js';
import { keyStanding } from '../state/standing.js';
import type { WalkHow } from '../state/troubles-types.js';
import {
  chosenFinding,
  inWalk,
  isBrowsing,
  isUnfolded,
  linkedGate,
  linkedStep,
  nextAsked,
  nextFix,
  provedStage,
  stagesOf,
  TROUBLES_FILTER,
  TROUBLES_PASTE,
} from '../state/troubles-view.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

const HERE = ['troubles'] as const;

/** The gate that is looked at, when it is one that something is wrong with. */
function gateHere(state: AppState): GateKey | null {
  const top = state.ui.stack.at(-1);
  if (top !== 'gate' && top !== 'gates') return null;
  const key = chosenGate(state);
  if (key === null) return null;
  const standing = keyStanding(state, key);
  return standing === 'pass' || standing === 'never' ? null : key;
}

function noSymptom(state: AppState): Text | null {
  if (state.lab === null) return reasons.noLab;
  return chosenFinding(state) === null ? why.noSymptom : null;
}
function canAsk(state: AppState): Text | null {
  const { doing } = state.troubles;
  if (doing !== null) return doing.kind === 'asking' ? why.busy : why.fixing;
  return noSymptom(state);
}
function canFix(state: AppState): Text | null {
  const problem = canAsk(state);
  const finding = chosenFinding(state);
  if (problem !== null || finding === null) return problem;
  if (provedStage(stagesOf(state, finding)) === null) return why.notProved;
  return nextFix(state, finding) === null ? why.noFix : null;
}

function asker(
  how: WalkHow,
  keys: readonly string[],
  footer: number,
  label: readonly [string, string],
  told: readonly [string, string],
): KeyBinding {
  return bind({
    id: `troubles.${how}`,
    keys,
    places: HERE,
    label: say(...label),
    describe: say(...told),
    footer,
    disabled: canAsk,
    act: () => ({ type: 'troubles.ask', how }),
  });
}

/** At the end of a walk nothing is next: w walks it anew. */
function canAskNext(state: AppState): Text | null {
  const problem = canAsk(state);
  const finding = chosenFinding(state);
  if (problem !== null || finding === null) return problem;
  return nextAsked(stagesOf(state, finding)) === null ? why.walked : null;
}
export const TROUBLE_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'troubles.open',
    keys: ['t'],
    places: ['home', 'host', 'gate', 'gates', 'path', 'events'],
    label: say('cari sebab', 'find the cause'),
    describe: say(
      'Cari sebab: gejala di lab, yang terdalam dulu; dari gate merah atau hop yang putus ke gejalanya.',
      'Find the cause: symptoms in the lab, deepest first; from a red gate or a broken hop its own.',
    ),
    footer: 36,
    disabled: (state) => (state.lab === null ? reasons.noLab : null),
    act: (state) => {
      const symptom = state.ui.stack.at(-1) === 'path' ? symptomSeen(state) : null;
      return symptom === null
        ? { type: 'troubles.open', gate: gateHere(state) }
        : { type: 'path.symptom', symptom };
    },
  }),
  bind({
    id: 'troubles.leave-walk',
    keys: ['esc'],
    places: HERE,
    label: say('ke daftar', 'to the list'),
    describe: say('Kembali ke daftar; kosongkan pencarian.', 'Back to the list; clear the search.'),
    footer: 85,
    when: (state) => inWalk(state) || isBrowsing(state),
    act: () => ({ type: 'troubles.back' }),
  }),
  {
    ...asker(
      'next',
      ['enter'],
      10,
      ['periksa berikutnya', 'next check'],
      ['Lakukan pemeriksaan berikutnya di tempatnya.', 'Carry out the next check where it belongs.'],
    ),
    when: inWalk,
    where: say('pada penelusuran', 'on the walk'),
    disabled: canAskNext,
  },
  bind({
    id: 'troubles.enter',
    keys: ['enter'],
    places: HERE,
    label: say('telusuri', 'open'),
    describe: say('Buka yang dipilih: penelusurannya di sebelah.', 'Open what is chosen: its walk.'),
    footer: 10,
    when: (state) => !inWalk(state),
    act: () => ({ type: 'troubles.focus', walk: true }),
  }),
  bind({
    id: 'troubles.focus',
    keys: ['tab', 'shift-tab'],
    places: HERE,
    label: say('daftar/telusur', 'list/walk'),
    describe: say('Pindah antara daftar dan penelusuran.', 'Move between the list and the walk.'),
    footer: 30,
    act: (state) => ({ type: 'troubles.focus', walk: !inWalk(state) }),
  }),
  asker(
    'walk',
    ['w'],
    12,
    ['telusuri sampai terbukti', 'walk to the cause'],
    [
      'Periksa satu demi satu sampai sebuah penyebab terbukti.',
      'Check one after another until a cause is proved.',
    ],
  ),
  asker(
    'all',
    ['a'],
    14,
    ['periksa semua', 'all checks'],
    ['Lakukan semua pemeriksaan gejala ini.', 'Carry out all checks of this symptom.'],
  ),
  bind({
    id: 'troubles.fix',
    keys: ['f'],
    places: HERE,
    label: say('perbaiki', 'fix'),
    describe: say(
      'Perbaikan untuk penyebab yang terbukti: dibaca dan ditanyakan dulu, lalu gate yang merah ditanya lagi.',
      'The fix for the proved cause: read and asked first; then the red gates are asked again.',
    ),
    footer: 11,
    dangerous: true,
    disabled: canFix,
    act: () => ({ type: 'troubles.fix' }),
  }),
  bind({
    id: 'troubles.stop',
    keys: ['c'],
    places: HERE,
    label: say('hentikan', 'stop'),
    describe: say(
      'Berhenti melihat dan bertanya. Perbaikan yang sedang berjalan dibawa sampai selesai.',
      'Stop looking and asking. A fix under way is carried to its end.',
    ),
    footer: 15,
    disabled: ({ troubles: { doing, gathering } }) => {
      if (doing !== null && doing.kind !== 'asking' && gathering === null) return why.fixing;
      return doing === null && gathering === null ? why.nothingAsked : null;
    },
    act: () => ({ type: 'troubles.stop' }),
  }),
  bind({
    id: 'troubles.gather',
    keys: ['g'],
    places: HERE,
    label: say('lihat lagi', 'look again'),
    describe: say(
      'Lihat seluruh lab lagi: semua gate, lalu keadaan setiap host.',
      'Look at the whole lab again: all gates, then the state of every host.',
    ),
    footer: 20,
    disabled: (state) => (state.troubles.gathering === null ? null : why.looking),
    act: () => ({ type: 'troubles.gather' }),
  }),
  bind({
    id: 'troubles.paste',
    keys: ['P'],
    places: HERE,
    label: say('tempel galat', 'paste an error'),
    describe: say(
      'Tempelkan atau ketik pesan galat; gejalanya disebut. Menempel langsung di layar ini juga bisa.',
      'Paste or type an error; its symptom is named. Pasting right onto this screen works too.',
    ),
    footer: 22,
    disabled: (state) => (state.lab === null ? reasons.noLab : null),
    act: () => ({ type: 'ui.type', name: TROUBLES_PASTE }),
  }),
  bind({
    id: 'troubles.search',
    keys: ['/'],
    places: HERE,
    label: say('katalog', 'catalogue'),
    describe: say(
      'Cari di semua gejala yang dikenal program ini.',
      'Search all symptoms that this program knows.',
    ),
    footer: 25,
    disabled: (state) => (state.troubles.catalogue === null ? why.noCatalogue : null),
    act: () => ({ type: 'ui.type', name: TROUBLES_FILTER }),
  }),
  bind({
    id: 'troubles.unfold',
    keys: ['space', 'right', 'left'],
    places: HERE,
    label: say('lipat/buka', 'fold/unfold'),
    describe: say(
      'Buka atau lipat gejala yang dijelaskan oleh gejala ini.',
      'Unfold or fold the symptoms that this one explains.',
    ),
    footer: 32,
    disabled: (state) => {
      const finding = chosenFinding(state);
      return finding === null || finding.folded.length === 0 ? why.noneBelow : null;
    },
    act: (state) => {
      const id = chosenFinding(state)?.symptom.id;
      return id === undefined
        ? null
        : { type: 'ui.position', name: `troubles.open.${id}`, value: isUnfolded(state, id) ? 0 : 1 };
    },
  }),
  bind({
    id: 'troubles.why',
    keys: ['e'],
    places: HERE,
    label: say('mengapa', 'why'),
    describe: say('Mengapa ini terjadi, dan kata runbook.', "Why this happens, and the runbook's words."),
    footer: 24,
    disabled: noSymptom,
    act: (state) => ({
      type: 'ui.position',
      name: 'troubles.why',
      value: position(state, 'troubles.why') === 1 ? 0 : 1,
    }),
  }),
  bind({
    id: 'troubles.step',
    keys: ['o'],
    places: HERE,
    label: say('buka langkah', 'open step'),
    describe: say(
      'Buka langkah runbook yang berkaitan dengan gejala ini.',
      'Open the step of the runbook that this symptom is about.',
    ),
    footer: 26,
    disabled: (state) => (linkedStep(state) === null ? why.noStep : null),
    act: (state) => {
      const step = linkedStep(state);
      return step === null ? null : { type: 'troubles.step', step };
    },
  }),
  bind({
    id: 'troubles.gate',
    keys: ['O'],
    places: HERE,
    label: say('buka gate', 'open gate'),
    describe: say(
      'Buka gate gejala ini: yang merah lebih dulu.',
      "Open this symptom's gate: a red one first.",
    ),
    footer: 27,
    disabled: (state) => (linkedGate(state) === null ? why.noGate : null),
    act: (state) => {
      const key = linkedGate(state);
      return key === null ? null : { type: 'path.gate', key };
    },
  }),
];
