/** The smoke test, the diary and the calendar behind the screen: one of each at a time, told as it goes. */
import type { GateKey } from '../../gates/types.js';
import type { DiaryContent } from '../../smoke/diary-schema.js';
import { compareDiary } from '../../smoke/diary.js';
import type { Calendar } from '../../smoke/expiry-schema.js';
import { SMOKE_WAIT_MS } from '../../smoke/progress.js';
import type { Checklist } from '../../smoke/schema.js';
import type { SmokeEffect, SmokeOutcome, SmokeReading } from '../../state/smoke-types.js';
import type { ServiceMessage } from '../../state/types.js';
import type { Catalogue } from '../../symptoms/types.js';
import type { DiaryFile } from '../files/diary-file.js';
import { readDiary } from './diary.js';
import { readExpiry } from './expiry.js';
import type { Session } from './session.js';
import { concludeSmoke, type SmokeEnd } from './smoke-end.js';
import { askHosts } from './smoke-hosts.js';
import { bootsOf, runSmoke } from './smoke.js';

/** What the three go by. */
export interface SmokeContent {
  readonly checklist: Checklist;
  readonly diary: DiaryContent;
  readonly calendar: Calendar;
}

export interface SmokeDesk {
  carryOut(effect: SmokeEffect): Promise<void>;
}

export interface SmokeDeskOptions {
  readonly dispatch: (message: ServiceMessage) => void;
  /** Fires when the lab is closed. */
  readonly signal: AbortSignal;
  readonly loadContent: () => Promise<SmokeContent>;
  /** Where the last green state is kept. */
  readonly file: DiaryFile;
  readonly loadCatalogue: () => Promise<Catalogue>;
  readonly onUnwritten: (error: unknown) => void;
  /** Told +1 and -1 around a test: the clock runs faster meanwhile. */
  readonly working: (by: 1 | -1) => void;
}

export function openSmokeDesk(session: Session, options: SmokeDeskOptions): SmokeDesk {
  const { signal, file } = options;
  /** What belongs to a lab that was left is told to nobody. */
  const dispatch: SmokeDeskOptions['dispatch'] = (message) => {
    if (!signal.aborted) options.dispatch(message);
  };
  let testing: AbortController | null = null;
  let content: Promise<SmokeContent> | null = null;
  const know = (): Promise<SmokeContent> => {
    content ??= options.loadContent().catch((error: unknown) => {
      // A file that was mended meanwhile is read again by the next key.
      content = null;
      throw error;
    });
    return content;
  };

  async function test(): Promise<void> {
    if (testing !== null) return;
    const own = new AbortController();
    testing = own;
    const stop = AbortSignal.any([signal, own.signal]);
    const running = new Set<GateKey>();
    let outcome: SmokeOutcome | null = null;
    options.working(1);
    try {
      const { checklist, diary } = await know();
      const before = await file.read();
      const startedAt = session.now();
      const { parts } = checklist;
      dispatch({ type: 'smoke.begun', startedAt, deadline: startedAt + SMOKE_WAIT_MS, parts });
      const end = await runSmoke(session, checklist, {
        signal: stop,
        waitMs: SMOKE_WAIT_MS,
        before,
        onPlanned: (progress) => dispatch({ type: 'smoke.progress', progress }),
        onProgress: (progress) => dispatch({ type: 'smoke.progress', progress }),
        onUnwritten: options.onUnwritten,
        onRunning(keys) {
          for (const key of keys) running.add(key);
          dispatch({ type: 'gates.running', keys });
        },
        onResult(result) {
          running.delete(`${result.gate}@${result.subject}`);
          dispatch({ type: 'gate.judged', result });
        },
      });
      if (stop.aborted) return;
      dispatch({ type: 'smoke.concluding' });
      const concluded = await concludeSmoke(session, end, {
        diary,
        before,
        loadCatalogue: options.loadCatalogue,
        write: (entry) => file.write(entry),
        signal: stop,
      });
      if (concluded === null) return;
      outcome = outcomeOf(concluded);
      const { comparison, finishedAt: at } = concluded;
      if (comparison !== null) dispatch({ type: 'smoke.diary', read: { at, comparison } });
    } finally {
      testing = null;
      options.working(-1);
      if (running.size > 0) dispatch({ type: 'gates.stopped', keys: [...running] });
      dispatch({ type: 'smoke.ended', at: session.now(), outcome });
    }
  }

  async function compare(): Promise<void> {
    const { checklist, diary } = await know();
    const before = await file.read();
    if (before === null)
      return dispatch({ type: 'smoke.diary', read: { at: session.now(), comparison: null } });
    const { boots } = await askHosts(session, checklist, signal);
    const known = { boots: bootsOf(boots), parts: new Set(before.parts) };
    const now = await readDiary(session, diary, known, signal);
    dispatch({
      type: 'smoke.diary',
      read: { at: session.now(), comparison: compareDiary(diary, before, now) },
    });
  }

  async function lookAhead(): Promise<void> {
    const { calendar } = await know();
    const read = await readExpiry(session, calendar, signal);
    dispatch({ type: 'smoke.calendar', read: { ...read, at: session.now(), asOf: calendar.asOf } });
  }

  /** However it ends, nothing is left as being read. */
  async function reading(what: SmokeReading, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } finally {
      dispatch({ type: 'smoke.unread', what });
    }
  }

  return {
    async carryOut(effect) {
      switch (effect.type) {
        case 'smoke.start':
          return test();
        case 'smoke.stop':
          testing?.abort();
          return undefined;
        case 'smoke.diary':
          return reading('diary', compare);
        case 'smoke.calendar':
          return reading('calendar', lookAhead);
      }
    },
  };
}

function outcomeOf({ verdict, first, symptom, hops, recorded }: SmokeEnd): SmokeOutcome {
  return {
    verdict,
    first,
    symptom: symptom === null ? null : { id: symptom.id, title: symptom.title },
    hops: hops.map(({ flow, hop, result }) => ({ flow: flow.title, hop: hop.title, say: result.say })),
    recorded,
  };
}
