/** Looking at the whole lab for symptoms, and hearing of new ones from what is live, until somebody looks elsewhere. */
import type { GateKey } from '../../gates/types.js';
import type { LiveFacts } from '../../state/live/book.js';
import { mergeLive } from '../../state/troubles-live.js';
import type { ServiceMessage } from '../../state/types.js';
import { unexplainedBy } from '../../symptoms/diagnosis.js';
import type { Recogniser } from '../../symptoms/recognise.js';
import type { Catalogue, Finding, Recognition } from '../../symptoms/types.js';
import { gather, type Gathered } from './diagnose-gather.js';
import type { Session } from './session.js';

/** Live facts are looked through at most this often, ms: a cluster that starts changes many times a second. */
const LIVE_EVERY_MS = 1000;

export interface Known {
  readonly catalogue: Catalogue;
  readonly recogniser: Recogniser;
}

export interface Lookout {
  /** Asks all gates and recognises what they show; another look under way is given up. */
  look(): Promise<void>;
  /** From now on tells what the watches add to the last look. */
  watch(): Promise<void>;
  /** Gives up the look that is under way. */
  stop(): void;
  /** Hears nothing more. */
  leave(): void;
}

/** @param options.know the catalogue, read once */
export function openLookout(
  session: Session,
  options: {
    readonly dispatch: (message: ServiceMessage) => void;
    /** Fires when the lab is closed. */
    readonly signal: AbortSignal;
    readonly know: () => Promise<Known>;
    /** Absent where nobody looks at live things. */
    readonly book?: {
      readonly facts: LiveFacts;
      readonly subscribe: (listener: () => void) => () => void;
    };
    readonly onUnwritten: (error: unknown) => void;
  },
): Lookout {
  const { dispatch, signal, know } = options;
  let gathered: Gathered | null = null;
  let looking: AbortController | null = null;
  let unhear: (() => void) | null = null;
  let told = '';

  /** What the watches tell since the last look, put in the place of what they contradict. */
  function hearLive(facts: LiveFacts, { recogniser }: Known): void {
    if (gathered === null || looking !== null) return;
    const recognition = recogniser.recognise(mergeLive(gathered.observations, facts, session.now()));
    const now = signatureOf(recognition);
    if (now === told) return;
    told = now;
    dispatch({ type: 'troubles.live', findings: recognition.findings, expected: recognition.expected });
  }

  return {
    async look() {
      looking?.abort();
      const own = new AbortController();
      looking = own;
      const stop = AbortSignal.any([signal, own.signal]);
      const all = session.gates.length;
      const running = new Set<GateKey>();
      let done = 0;
      try {
        const { recogniser } = await know();
        const seen = await gather(session, {
          signal: stop,
          onUnwritten: options.onUnwritten,
          onRunning(keys) {
            for (const key of keys) running.add(key);
            dispatch({ type: 'gates.running', keys });
          },
          onResult(result) {
            done += 1;
            running.delete(`${result.gate}@${result.subject}`);
            dispatch({ type: 'gate.judged', result });
            dispatch({ type: 'troubles.progress', done, all });
          },
        });
        if (stop.aborted) return;
        gathered = seen;
        const recognition = recogniser.recognise(seen.observations);
        told = signatureOf(recognition);
        dispatch({ type: 'troubles.looked', look: lookOf(recognition, seen, session.now()) });
      } finally {
        // Gates that were being asked when it ended are not asked any more.
        if (running.size > 0) dispatch({ type: 'gates.stopped', keys: [...running] });
        if (looking === own) {
          looking = null;
          dispatch({ type: 'troubles.unlooked' });
        }
      }
    },
    async watch() {
      const things = await know();
      const { book } = options;
      if (book === undefined || unhear !== null || signal.aborted) return;
      let timer: NodeJS.Timeout | null = null;
      // What changed while nobody looked here is heard at once.
      hearLive(book.facts, things);
      const off = book.subscribe(() => {
        timer ??= setTimeout(() => {
          timer = null;
          hearLive(book.facts, things);
        }, LIVE_EVERY_MS);
        timer.unref();
      });
      unhear = () => {
        off();
        if (timer !== null) clearTimeout(timer);
        unhear = null;
      };
      signal.addEventListener('abort', () => unhear?.(), { once: true });
    },
    stop: () => looking?.abort(),
    leave: () => unhear?.(),
  };
}

function lookOf(
  { findings, expected }: Recognition,
  { counted, silent }: Gathered,
  at: number,
): Extract<ServiceMessage, { type: 'troubles.looked' }>['look'] {
  return { findings, expected, counted, silent, unexplained: unexplainedBy(findings, counted), at };
}

/** Two recognitions with the same signature look the same on the screen. */
function signatureOf({ findings, expected }: Recognition): string {
  const one = ({ symptom, evidence, folded }: Finding): unknown => [
    symptom.id,
    evidence.map(({ observation, line }) => [observation.place, observation.object, line]),
    folded.map(one),
  ];
  return JSON.stringify([
    findings.map(one),
    expected.map(({ symptom, observation }) => [symptom, observation.object]),
  ]);
}
