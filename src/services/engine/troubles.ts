/** Troubleshooting behind the screen: looking at the lab, walking a symptom, mending it; one of each at a time. */
import type { GateKey } from '../../gates/types.js';
import type { HostName, Text } from '../../lab/types.js';
import type { LiveFacts } from '../../state/live/book.js';
import { mergeLive } from '../../state/troubles-live.js';
import type { FixOutcome, TroublesEffect } from '../../state/troubles-types.js';
import type { ServiceMessage } from '../../state/types.js';
import { unexplainedBy } from '../../symptoms/diagnosis.js';
import { observePasted } from '../../symptoms/observe.js';
import { createRecogniser, type Recogniser } from '../../symptoms/recognise.js';
import { fillFor } from '../../symptoms/render.js';
import type { Answer, Catalogue, CheckSource, Finding, Recognition, Symptom } from '../../symptoms/types.js';
import { provideNeeds } from './before-step.js';
import { askAll } from './diagnose.js';
import { carryOutFix, planFix } from './diagnose-fix.js';
import { gather, type Gathered } from './diagnose-gather.js';
import type { SecretDesk } from './secret-desk.js';
import type { Session } from './session.js';
import { neededBy } from './stage.js';
import { walkOn } from './troubles-walk.js';

export interface TroublesDesk {
  carryOut(effect: TroublesEffect): Promise<void>;
}

export interface TroublesOptions {
  readonly dispatch: (message: ServiceMessage) => void;
  /** Fires when the lab is closed. */
  readonly signal: AbortSignal;
  readonly loadCatalogue: () => Promise<Catalogue>;
  /** Absent where nobody looks at live things. */
  readonly book?: {
    readonly facts: LiveFacts;
    readonly subscribe: (listener: () => void) => () => void;
  };
  readonly secrets: SecretDesk;
  /** A sentence for the person. */
  readonly notice: (text: Text) => void;
  readonly onUnwritten: (error: unknown) => void;
  /** Hosts at which a step is being run. */
  readonly busyHosts: () => readonly HostName[];
  /** Told +1 and -1 around a fix: what is under way by us is nobody else's to pick up. */
  readonly working: (by: 1 | -1) => void;
  /** Wait between two looks at gates that are not green yet, ms. */
  readonly pauseMs?: number;
}

/** Live facts are looked through at most this often, ms: a cluster that starts changes many times a second. */
const LIVE_EVERY_MS = 1000;

interface Known {
  readonly catalogue: Catalogue;
  readonly recogniser: Recogniser;
}

export function openTroublesDesk(session: Session, options: TroublesOptions): TroublesDesk {
  const { signal } = options;
  /** What belongs to a lab that was left is told to nobody. */
  const dispatch: TroublesOptions['dispatch'] = (message) => {
    if (!signal.aborted) options.dispatch(message);
  };
  let known: Promise<Known> | null = null;
  let gathered: Gathered | null = null;
  let looking: AbortController | null = null;
  let asking: AbortController | null = null;
  let unhear: (() => void) | null = null;
  let told = '';

  const know = (): Promise<Known> => {
    known ??= options.loadCatalogue().then(
      (catalogue) => {
        dispatch({ type: 'troubles.catalogue', catalogue });
        return { catalogue, recogniser: createRecogniser(catalogue, fillFor(session.context)) };
      },
      (error: unknown) => {
        // A file that was mended meanwhile is read again by the next key.
        known = null;
        throw error;
      },
    );
    return known;
  };
  const stopBoth = (): void => {
    looking?.abort();
    asking?.abort();
  };

  async function look(): Promise<void> {
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
  }

  /** What the watches tell since the last look, put in the place of what they contradict. */
  function hearLive(facts: LiveFacts, { recogniser }: Known): void {
    if (gathered === null || looking !== null) return;
    const recognition = recogniser.recognise(mergeLive(gathered.observations, facts, session.now()));
    const now = signatureOf(recognition);
    if (now === told) return;
    told = now;
    dispatch({ type: 'troubles.live', findings: recognition.findings, expected: recognition.expected });
  }

  async function watch(): Promise<void> {
    const things = await know();
    const { book } = options;
    if (book === undefined || unhear !== null || signal.aborted) return;
    let timer: NodeJS.Timeout | null = null;
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
  }

  async function ask({
    how,
    root,
    answers,
  }: Extract<TroublesEffect, { type: 'troubles.ask' }>): Promise<void> {
    asking?.abort();
    const own = new AbortController();
    asking = own;
    const stop = AbortSignal.any([signal, own.signal]);
    const onAsking = (symptom: Symptom, check: CheckSource): void =>
      dispatch({ type: 'troubles.asking', root: root.symptom.id, symptom: symptom.id, check: check.id });
    const onAnswer = (symptom: Symptom, answer: Answer): void => {
      // What was given up has no answer: silence of that kind says nothing.
      if (stop.aborted) return;
      dispatch({ type: 'troubles.answer', root: root.symptom.id, symptom: symptom.id, answer });
    };
    try {
      const { catalogue } = await know();
      if (how === 'all') await askAll(session, root, { signal: stop, onAsking, onAnswer });
      else
        await walkOn(session, catalogue, root, answers, { once: how === 'next', stop, onAsking, onAnswer });
    } finally {
      if (asking === own) {
        asking = null;
        dispatch({ type: 'troubles.idle' });
      }
    }
  }

  async function plan({
    root,
    symptom: id,
    fix: name,
  }: Extract<TroublesEffect, { type: 'troubles.plan' }>): Promise<void> {
    const { symptom, fix } = fixOf(await know(), id, name);
    const { actions, risk, byHand } = planFix(session, { symptom, evidence: root.evidence }, fix);
    dispatch({ type: 'troubles.planned', root, plan: { symptom: id, fix, actions, risk, byHand } });
  }

  async function mend(effect: Extract<TroublesEffect, { type: 'troubles.fix' }>): Promise<void> {
    const { root } = effect;
    const { symptom, fix } = fixOf(await know(), effect.symptom, effect.fix);
    const end = (result: FixOutcome['result'], results: FixOutcome['results'] = []): void => {
      const at = session.now();
      const outcome = { symptom: symptom.id, fix: fix.id, say: fix.say, result, results, at };
      dispatch({ type: 'troubles.fixed', root, outcome });
    };
    let ended = false;
    options.working(1);
    try {
      const planned = planFix(session, { symptom, evidence: effect.evidence }, fix);
      const busy = options.busyHosts().filter((host) => planned.actions.some((one) => one.host === host));
      const what = `${symptom.id}/${fix.id}`;
      if (busy.length > 0) options.notice(busyText(what, busy));
      const needed = neededBy(planned.actions, 'run');
      const ready =
        busy.length === 0 &&
        (await provideNeeds(session, options.secrets, needed, { what, tell: options.notice }));
      if (!ready || signal.aborted) {
        ended = true;
        return end('not-run');
      }
      let actions = 0;
      const done = await carryOutFix(session, planned, effect.red, {
        signal,
        ...(options.pauseMs === undefined ? {} : { pauseMs: options.pauseMs }),
        onRun(run) {
          if (run.phase === 'done') actions += 1;
          dispatch({ type: 'troubles.fixing', run, gating: actions === planned.actions.length });
        },
        onResult: (result) => dispatch({ type: 'gate.judged', result }),
      });
      ended = true;
      if (!done.carriedOut) return end('failed');
      if (done.results.length === 0) return end('carried-out');
      end(done.helped ? 'helped' : 'no-help', done.results);
    } finally {
      options.working(-1);
      // What was thrown is told by itself; here nothing is under way any more.
      if (!ended) end('failed');
    }
  }

  return {
    async carryOut(effect) {
      switch (effect.type) {
        case 'troubles.watch':
          return watch();
        case 'troubles.leave':
          unhear?.();
          return stopBoth();
        case 'troubles.gather':
          return look();
        case 'troubles.ask':
          return ask(effect);
        case 'troubles.stop':
          return stopBoth();
        case 'troubles.paste': {
          const { recogniser } = await know();
          const { findings } = recogniser.recognise(observePasted(effect.text, session.now()));
          return dispatch({ type: 'troubles.recognised', text: session.mask(effect.text), findings });
        }
        case 'troubles.plan':
          return plan(effect);
        case 'troubles.fix':
          return mend(effect);
      }
    },
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

function fixOf(
  { catalogue }: Known,
  id: string,
  name: string,
): { readonly symptom: Symptom; readonly fix: Symptom['fixes'][number] } {
  const symptom = catalogue.byId.get(id);
  const fix = symptom?.fixes.find((one) => one.id === name);
  if (symptom === undefined || fix === undefined) throw new RangeError(`no fix ${id}/${name}`);
  return { symptom, fix };
}

function busyText(what: string, hosts: readonly HostName[]): Text {
  const list = hosts.join(', ');
  return {
    id: `${list} sedang menjalankan sebuah langkah; ${what} tidak dimulai. Coba lagi sesudahnya.`,
    en: `${list} is running a step; ${what} was not started. Try again afterwards.`,
  };
}
