/** Troubleshooting behind the screen: looking at the lab, walking a symptom, mending it; one of each at a time. */
import type { GateResult } from '../../gates/types.js';
import type { HostName, Text } from '../../lab/types.js';
import type { LiveFacts } from '../../state/live/book.js';
import type { FixOutcome, TroublesEffect, UndoPlan } from '../../state/troubles-types.js';
import type { ServiceMessage } from '../../state/types.js';
import { observePasted } from '../../symptoms/observe.js';
import { createRecogniser } from '../../symptoms/recognise.js';
import { fillFor } from '../../symptoms/render.js';
import type { Answer, Catalogue, CheckSource, Symptom } from '../../symptoms/types.js';
import { provideNeeds } from './before-step.js';
import { askAll } from './diagnose.js';
import { carryOutFix, planFix } from './diagnose-fix.js';
import { carryOutUndo, newestUndo, undoOf, type PlannedUndo } from './diagnose-undo.js';
import type { SecretDesk } from './secret-desk.js';
import type { Session } from './session.js';
import { neededBy } from './stage.js';
import { openLookout, type Known } from './troubles-look.js';
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

export function openTroublesDesk(session: Session, options: TroublesOptions): TroublesDesk {
  const { signal } = options;
  /** What belongs to a lab that was left is told to nobody. */
  const dispatch: TroublesOptions['dispatch'] = (message) => {
    if (!signal.aborted) options.dispatch(message);
  };
  let known: Promise<Known> | null = null;
  let asking: AbortController | null = null;

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
  const lookout = openLookout(session, { ...options, dispatch, know });
  const stopBoth = (): void => {
    lookout.stop();
    asking?.abort();
  };

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

  async function planBack({
    root,
    symptoms,
  }: Extract<TroublesEffect, { type: 'troubles.plan-undo' }>): Promise<void> {
    const { catalogue } = await know();
    const found = await newestUndo(session, catalogue, symptoms, signal);
    dispatch({ type: 'troubles.undo-planned', plan: found === null ? null : undoPlanOf(found, root) });
  }

  async function takeBack(effect: Extract<TroublesEffect, { type: 'troubles.undo' }>): Promise<void> {
    const what = `${effect.symptom}/${effect.fix}`;
    let result: 'undone' | 'failed' | 'not-run' = 'failed';
    options.working(1);
    try {
      const { catalogue } = await know();
      const planned = await undoOf(session, catalogue, effect.record, signal);
      const hosts = options.busyHosts();
      const busy = hosts.filter((host) => planned?.actions.some((one) => one.host === host) === true);
      if (busy.length > 0) options.notice(busyText(what, busy));
      if (planned === null || busy.length > 0) result = 'not-run';
      else {
        const onResult = (one: GateResult): void => dispatch({ type: 'gate.judged', result: one });
        const done = await carryOutUndo(session, planned, { signal, onResult });
        if (done.carriedOut) result = 'undone';
      }
    } finally {
      options.working(-1);
      dispatch({ type: 'troubles.undone', what, result });
    }
  }

  return {
    async carryOut(effect) {
      switch (effect.type) {
        case 'troubles.watch':
          return lookout.watch();
        case 'troubles.leave':
          lookout.leave();
          return stopBoth();
        case 'troubles.gather':
          return lookout.look();
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
        case 'troubles.plan-undo':
          return planBack(effect);
        case 'troubles.undo':
          return takeBack(effect);
      }
    },
  };
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

function undoPlanOf(planned: PlannedUndo, root: string | null): UndoPlan {
  const { done, symptom, fix, files, stays } = planned;
  return { root, symptom: symptom.id, fix, record: done.id, at: done.at, files, stays };
}

function busyText(what: string, hosts: readonly HostName[]): Text {
  const list = hosts.join(', ');
  return {
    id: `${list} sedang menjalankan sebuah langkah; ${what} tidak dimulai. Coba lagi sesudahnya.`,
    en: `${list} is running a step; ${what} was not started. Try again afterwards.`,
  };
}
