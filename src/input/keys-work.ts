/** Keys that do the work: run, cancel, undo, check, waive. They act on the chosen step or gate. */
import { say } from '../i18n/text.js';
import { reasons } from '../i18n/texts/reasons.js';
import type { GateKey } from '../gates/types.js';
import type { Text } from '../lab/types.js';
import { stepOf } from '../state/content.js';
import { chosenGate } from '../state/lists.js';
import { hostGate, hostTab, isZoomed } from '../state/live/listing.js';
import { HOST_NAMES } from '../lab/types.js';
import { waiverHolds } from '../gates/schedule.js';
import { isRunning, keyStanding, stepRuns } from '../state/standing.js';
import type { AppState } from '../state/types.js';
import type { Message } from '../state/messages.js';
import { bind, type KeyBinding, type KeyPlace } from './binding.js';
import { chosenAction } from './chosen.js';
import { stepTab } from '../state/tabs.js';

const STEP_PLACES: readonly KeyPlace[] = ['home', 'step'];
const GATE_PLACES: readonly KeyPlace[] = ['gates', 'gate'];

/** Places where a single gate is what keys are about. */
function onGate(state: AppState): boolean {
  const top = state.ui.stack.at(-1);
  if (top === 'gates' || top === 'gate') return true;
  if (top === 'home') return state.ui.focus === 'gates' && !isZoomed(state);
  if (top === 'host') return hostTab(state) === 'gates' && hostGate(state) !== null;
  return top === 'step' && stepTab(state) === 'gates';
}

/** What is acted upon is in sight: not while a list fills home. */
const stepShown = (state: AppState): boolean => !isZoomed(state);

function connected(state: AppState): Text | null {
  if (state.lab === null) return reasons.noLab;
  return HOST_NAMES.some((host) => state.hosts[host].link.kind === 'up') ? null : reasons.nobodyUp;
}

function needsStep(state: AppState): Text | null {
  return stepOf(state, state.ui.step) === null ? reasons.noStep : connected(state);
}

function canRun(state: AppState): Text | null {
  const step = stepOf(state, state.ui.step);
  const problem = needsStep(state);
  if (problem !== null || step === null) return problem;
  if (step.actions.length === 0) return reasons.noActions;
  const busy = stepRuns(state, step.id).filter((run) => isRunning(run)).length;
  return busy === step.hosts.length ? reasons.allRunning({ step: step.id }) : null;
}

function withStep(state: AppState, make: (step: string) => Message): Message | null {
  return state.ui.step === null ? null : make(state.ui.step);
}
function withGate(
  state: AppState,
  make: (key: NonNullable<ReturnType<typeof chosenGate>>) => Message,
): Message | null {
  const key = chosenGate(state);
  return key === null ? null : make(key);
}
function isWaived(state: AppState, key: GateKey): boolean {
  const waiver = state.gates[key]?.waiver ?? null;
  return waiver !== null && waiverHolds(waiver, state.now);
}
function noGate(state: AppState): Text | null {
  return chosenGate(state) === null ? reasons.noGate : null;
}

export const STEP_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'step.run',
    when: stepShown,
    keys: ['r'],
    places: STEP_PLACES,
    label: say('jalankan', 'run'),
    describe: say(
      'Jalankan langkah ini: pilih host, baca rencananya, lalu setuju.',
      'Run this step: choose hosts, read the plan, then agree.',
    ),
    footer: 20,
    dangerous: true,
    disabled: canRun,
    act: (state) => withStep(state, (step) => ({ type: 'ask.run', step, force: false })),
  }),
  bind({
    id: 'step.force',
    when: stepShown,
    keys: ['R'],
    places: STEP_PLACES,
    label: say('ulang paksa', 'run anyway'),
    describe: say('Jalankan juga yang sudah terpenuhi.', 'Run also what is satisfied already.'),
    dangerous: true,
    disabled: canRun,
    act: (state) => withStep(state, (step) => ({ type: 'ask.run', step, force: true })),
  }),
  bind({
    id: 'step.cancel',
    when: stepShown,
    keys: ['c'],
    places: STEP_PLACES,
    label: say('batalkan', 'cancel'),
    describe: say(
      'Hentikan langkah yang sedang berjalan, dan katakan apa yang ditinggalkannya.',
      'Stop the step under way, and say what it left.',
    ),
    footer: 21,
    dangerous: true,
    disabled: (state) =>
      state.ui.step !== null && stepRuns(state, state.ui.step).some((run) => isRunning(run))
        ? null
        : reasons.nothingRuns,
    act: (state) => withStep(state, (step) => ({ type: 'ask.cancel', step })),
  }),
  bind({
    id: 'step.undo',
    when: stepShown,
    keys: ['u'],
    places: STEP_PLACES,
    label: say('kembalikan', 'undo'),
    describe: say(
      'Kembalikan berkas dan pengaturan seperti sebelum langkah ini.',
      'Put files and settings back as they were before this step.',
    ),
    dangerous: true,
    footer: 45,
    disabled: (state) => {
      const step = stepOf(state, state.ui.step);
      if (step !== null && step.actions.every((action) => action.undo === undefined)) return reasons.noUndo;
      return canRun(state);
    },
    act: (state) => withStep(state, (step) => ({ type: 'ask.undo', step })),
  }),
  bind({
    id: 'step.check',
    keys: ['v'],
    places: STEP_PLACES,
    label: say('periksa', 'check'),
    describe: say('Periksa lagi semua gate langkah ini.', "Check this step's gates again."),
    footer: 30,
    when: (state) => stepShown(state) && !onGate(state),
    disabled: needsStep,
    act: (state) => withStep(state, (step) => ({ type: 'check', scope: { kind: 'step', step } })),
  }),
  bind({
    id: 'step.variant',
    keys: ['x'],
    places: ['step'],
    label: say('tukar perintah', 'swap commands'),
    describe: say(
      'Pilih perintah kami atau baris runbook sendiri untuk tindakan ini.',
      "Choose our commands or the runbook's own lines for this action.",
    ),
    footer: 25,
    when: (state) => stepTab(state) === 'commands',
    where: say('di tab perintah', 'on the commands tab'),
    disabled: (state) => (chosenAction(state)?.runbook === undefined ? reasons.oneVariant : null),
    act: (state) => {
      const action = chosenAction(state)?.id;
      return action === undefined
        ? null
        : withStep(state, (step) => ({ type: 'variant.toggle', step, action }));
    },
  }),
];

export const GATE_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'gates.all',
    keys: ['V'],
    places: ['home', 'gates'],
    label: say('periksa semua', 'check all'),
    describe: say('Periksa semua gate di semua host.', 'Check every gate on every host.'),
    footer: 31,
    disabled: connected,
    act: () => ({ type: 'check', scope: { kind: 'all' } }),
  }),
  bind({
    id: 'gate.check',
    keys: ['r', 'v'],
    places: GATE_PLACES,
    label: say('periksa lagi', 're-check'),
    describe: say('Periksa lagi gate ini.', 'Check this gate again.'),
    footer: 20,
    disabled: (state) => noGate(state) ?? connected(state),
    act: (state) => withGate(state, (key) => ({ type: 'check', scope: { kind: 'keys', keys: [key] } })),
  }),
  bind({
    id: 'gate.check-here',
    keys: ['v'],
    places: ['home', 'step', 'host'],
    label: say('periksa lagi', 're-check'),
    describe: say('Periksa lagi gate yang dipilih.', 'Check the chosen gate again.'),
    footer: 22,
    when: onGate,
    disabled: (state) => noGate(state) ?? connected(state),
    act: (state) => withGate(state, (key) => ({ type: 'check', scope: { kind: 'keys', keys: [key] } })),
  }),
  bind({
    id: 'gate.waive',
    keys: ['w'],
    places: ['home', 'step', 'gates', 'gate', 'host'],
    label: say('lewati', 'waive'),
    describe: say(
      'Lewati gate ini dengan alasan dan tanggal akhir; sekali lagi untuk mencabutnya.',
      'Waive this gate with a reason and an end date; again to withdraw.',
    ),
    footer: 40,
    when: onGate,
    where: say('pada gate: Tab ke panelnya', 'on a gate: Tab to their pane'),
    disabled: (state) => {
      const key = chosenGate(state);
      if (key === null) return reasons.noGate;
      return keyStanding(state, key) === 'pass' && state.gates[key]?.waiver === null
        ? reasons.notWaivable
        : null;
    },
    act: (state) =>
      withGate(state, (key) =>
        isWaived(state, key) ? { type: 'gate.unwaive', key } : { type: 'ask.waive', key },
      ),
  }),
  bind({
    id: 'gate.hint',
    keys: ['space'],
    places: ['gate'],
    label: say('petunjuk', 'hint'),
    describe: say('Buka satu petunjuk lagi, dari yang paling halus.', 'Show one more hint, mildest first.'),
    footer: 15,
    disabled: (state) => {
      const key = chosenGate(state);
      const hints = key === null ? 0 : (state.gates[key]?.result?.hints.length ?? 0);
      if (hints === 0) return reasons.noHints;
      return (state.ui.positions[`hints.${key ?? ''}`] ?? 0) >= hints ? reasons.allHints : null;
    },
    act: (state) =>
      withGate(state, (key) => ({
        type: 'ui.position',
        name: `hints.${key}`,
        value: (state.ui.positions[`hints.${key}`] ?? 0) + 1,
      })),
  }),
];
