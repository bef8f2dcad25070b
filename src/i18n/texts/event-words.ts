/** What an event of the timeline is called in a column, where the word is ours and not Docker's or Kubernetes'. */
import type { Text } from '../../lab/types.js';
import type { LabEvent } from '../../state/live/rows.js';
import type { LiveAct } from '../../state/live/targets.js';
import type { ActionPhase } from '../../state/types.js';
import { say } from '../text.js';
import { actionWord, standingWord } from './words.js';

/** By the names that the services give what happened to a step, and acts, in the timeline and in the journal. */
const STEP: Readonly<Record<ActionPhase | LiveAct['act'] | 'done' | 'fault' | 'heal-fault', Text>> = {
  ...actionWord,
  done: actionWord.ok,
  'restart-unit': say('mulai ulang', 'restart'),
  'restart-container': say('mulai ulang', 'restart'),
  'stop-container': say('henti', 'stop'),
  'start-container': say('jalankan', 'start'),
  'delete-pod': say('hapus', 'delete'),
  scale: say('jumlah pod', 'scale'),
  'restart-rollout': say('ganti pod', 'rollout'),
  'restore-file': say('pulihkan', 'restore'),
  'keep-file': say('biarkan', 'keep'),
  'adopt-file': say('adopsi', 'adopt'),
  fault: say('dirusak', 'broken'),
  'heal-fault': say('dipulihkan', 'healed'),
};
const UNIT = {
  failed: say('gagal', 'failed'),
  'gave-up': say('menyerah', 'gave up'),
  restarting: say('mulai ulang', 'restarting'),
  started: say('mulai', 'started'),
  stopped: say('berhenti', 'stopped'),
};
const LINK = {
  up: say('tersambung', 'up'),
  down: say('putus', 'down'),
};
/**
 * What Docker and Kubernetes say is theirs: people search the web for it. Maps, as a word from outside may be `constructor`,
 * which every object has.
 */
const WORDS: Readonly<Record<LabEvent['source'], ReadonlyMap<string, Text>>> = {
  step: new Map(Object.entries(STEP)),
  gate: new Map(Object.entries(standingWord)),
  systemd: new Map(Object.entries(UNIT)),
  link: new Map(Object.entries(LINK)),
  docker: new Map(),
  kubernetes: new Map(),
};

/** What happened, in a word or two; as the source calls it, where the word is not ours. */
export function eventWord({ source, what }: Pick<LabEvent, 'source' | 'what'>): Text {
  return WORDS[source].get(what) ?? { id: what, en: what };
}
