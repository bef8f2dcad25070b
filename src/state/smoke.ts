/** Slice: the smoke test with its diary and calendar. What is asked of the lab goes out as effects. */
import { form, say } from '../i18n/text.js';
import { SMOKE_WAIT_MS } from '../smoke/progress.js';
import { withUi } from './dialogs.js';
import type { Transition } from './messages.js';
import { position } from './lists.js';
import type {
  SmokeOutcome,
  SmokeReading,
  SmokeServiceMessage,
  SmokeState,
  SmokeTest,
  SmokeUiMessage,
} from './smoke-types.js';
import { FOLD_PREFIX, foldName, isTesting, SMOKE_TABS, smokeTab, type SmokeTab } from './smoke-view.js';
import { openSymptom, troubles } from './troubles.js';
import type { AppState, Effect, Notice } from './types.js';

export type SmokeMessage = SmokeServiceMessage | SmokeUiMessage;

/** A test that ended so recently is not repeated by opening the screen, ms. */
const JUST_ENDED_MS = 30_000;
/** What was read longer ago is read again when its tab is opened, ms. */
const OLD_READ_MS = 60_000;

const told = {
  green: say('uji asap: hijau, lab siap dipakai', 'smoke test: green, the lab is ready'),
  broken: form<{ what: string }>(
    (p) => `uji asap: rusak mulai dari ${p.what}; m membukanya`,
    (p) => `smoke test: broken, first ${p.what}; m opens it`,
  ),
  'out-of-time': form<{ what: string }>(
    (p) => `uji asap: waktunya habis, ${p.what} belum menyala; m membukanya`,
    (p) => `smoke test: time is over, ${p.what} is not up yet; m opens it`,
  ),
};

function change(state: AppState, part: Partial<SmokeState>): AppState {
  return { ...state, smoke: { ...state.smoke, ...part } };
}
function changeTest(state: AppState, part: Partial<SmokeTest>): AppState {
  const { test } = state.smoke;
  return test === null ? state : change(state, { test: { ...test, ...part } });
}
function withNotice(state: AppState, tone: Notice['tone'], text: Notice['text']): AppState {
  return withUi(state, { notice: { tone, text, at: state.now } });
}

export function smoke(state: AppState, message: SmokeMessage): Transition {
  switch (message.type) {
    case 'smoke.begun': {
      const { startedAt, deadline, parts } = message;
      return [changeTest(state, { startedAt, deadline, parts }), []];
    }
    case 'smoke.progress':
      return [changeTest(state, { progress: message.progress }), []];
    case 'smoke.concluding':
      return [changeTest(state, { phase: 'concluding' }), []];
    case 'smoke.ended':
      return [ended(state, message.at, message.outcome), []];
    case 'smoke.diary':
      return [settled(change(state, { diary: message.read }), 'diary'), []];
    case 'smoke.calendar':
      return [settled(change(state, { calendar: message.read }), 'calendar'), []];
    case 'smoke.unread':
      return [settled(state, message.what), []];
    case 'smoke.open':
      return open(state);
    case 'smoke.run':
      return run(state);
    case 'smoke.stop':
      return [state, isTesting(state.smoke.test) ? [{ type: 'smoke.stop' }] : []];
    case 'smoke.tab': {
      const at = (position(state, 'smoke.tab') + message.by + SMOKE_TABS.length) % SMOKE_TABS.length;
      const turned = withUi(state, {
        positions: { ...state.ui.positions, 'smoke.tab': at },
      });
      return readIfOld(turned);
    }
    case 'smoke.read':
      return read(state, smokeTab(state));
    case 'smoke.symptom':
      // Also of a check that names none itself: then it is what the end of the test found for it.
      return openSymptom(state, message.symptom, message.gate);
    case 'smoke.step':
      return troubles(state, { type: 'troubles.step', step: message.step });
    case 'smoke.fold': {
      const positions = { ...state.ui.positions, [foldName(message.stage)]: message.open ? 1 : 2 };
      // The cursor stays on the stage, whether its checks are in sight or not.
      const picks = { ...state.ui.picks, 'smoke.test': `stage:${message.stage}` };
      return [withUi(state, { positions, picks }), []];
    }
  }
}

/** The rows of the test before, all of them not asked yet. */
function unasked(progress: NonNullable<SmokeTest['progress']>, startedAt: number): SmokeTest['progress'] {
  return {
    ...progress,
    startedAt,
    attempts: 0,
    stages: progress.stages.map(({ stage, checks }) => ({
      stage,
      checks: checks.map(({ check }) => ({ check, result: null, state: 'open' as const, until: null })),
    })),
  };
}

function ended(state: AppState, at: number, outcome: SmokeOutcome | null): AppState {
  const next = changeTest(state, { phase: outcome === null ? 'stopped' : 'ended', endedAt: at, outcome });
  // Who looks at it sees the verdict; elsewhere it is told.
  if (outcome === null || state.ui.stack.at(-1) === 'smoke') return next;
  if (outcome.verdict === 'green') return withNotice(next, 'good', told.green);
  const what = outcome.first?.check.key ?? '';
  return withNotice(next, 'bad', told[outcome.verdict]({ what }));
}

function reading(state: AppState, what: SmokeReading): AppState {
  return change(state, { reading: [...state.smoke.reading.filter((one) => one !== what), what] });
}
function settled(state: AppState, what: SmokeReading): AppState {
  return change(state, { reading: state.smoke.reading.filter((one) => one !== what) });
}

function open(state: AppState): Transition {
  if (state.lab === null) return [state, []];
  const { stack, positions, picks } = state.ui;
  const known = stack.indexOf('smoke');
  const shown = withUi(state, {
    stack: known >= 0 ? stack.slice(0, known + 1) : [...stack, 'smoke'],
    typing: null,
    notice: null,
    positions: { ...unfolded(positions), 'smoke.tab': 0 },
    picks: { ...picks, 'smoke.test': '' },
  });
  const { test } = state.smoke;
  const fresh = test?.phase === 'ended' && state.now - (test.endedAt ?? 0) < JUST_ENDED_MS;
  return fresh ? [shown, []] : run(shown);
}

function run(state: AppState): Transition {
  const { test } = state.smoke;
  if (state.lab === null || isTesting(test)) return [state, []];
  const begun: SmokeTest = {
    phase: 'asking',
    startedAt: state.now,
    deadline: state.now + SMOKE_WAIT_MS,
    endedAt: null,
    parts: test?.parts ?? [],
    // What the last test asked stays in sight until it is known what this one asks.
    progress: test?.progress == null ? null : unasked(test.progress, state.now),
    outcome: null,
  };
  // A new test shows its first one that is not green, on the checklist.
  const picks = { ...state.ui.picks, 'smoke.test': '' };
  const positions = { ...unfolded(state.ui.positions), 'smoke.tab': 0 };
  return [withUi(change(state, { test: begun }), { picks, positions }), [{ type: 'smoke.start' }]];
}

/** Without what was folded or unfolded by hand. */
function unfolded(positions: AppState['ui']['positions']): AppState['ui']['positions'] {
  return Object.fromEntries(Object.entries(positions).filter(([name]) => !name.startsWith(FOLD_PREFIX)));
}

function readIfOld(state: AppState): Transition {
  const { diary, calendar } = state.smoke;
  const tab = smokeTab(state);
  const last = tab === 'diary' ? diary : tab === 'calendar' ? calendar : null;
  return last !== null && state.now - last.at < OLD_READ_MS ? [state, []] : read(state, tab);
}

function read(state: AppState, tab: SmokeTab): Transition {
  if (tab === 'test' || state.lab === null || state.smoke.reading.includes(tab)) return [state, []];
  const effect: Effect = { type: tab === 'diary' ? 'smoke.diary' : 'smoke.calendar' };
  return [reading(state, tab), [effect]];
}
