/** Carries out the effects that update() asks for, and dispatches what came of them. Holds the one open lab. */
import type { GateKey } from '../../gates/types.js';
import {
  HOST_NAMES,
  type Diagnostic,
  type HostName,
  type Lab,
  type Language,
  type Text,
} from '../../lab/types.js';
import type { Runbook } from '../../runbook/types.js';
import type { Catalogue } from '../../symptoms/types.js';
import type { LogBook } from '../../state/logs.js';
import type { Effect, LabDraft, ServiceMessage, VagrantPlan } from '../../state/types.js';
import type { AskHostKey } from '../ports.js';
import type { LabSession } from './assemble.js';
import { checkGates, keysOfStep } from './gates.js';
import { openLiveDesk, type LiveDesk, type LiveParts } from './live.js';
import { createTimeline } from './live-events.js';
import { beforeStep } from './before-step.js';
import { createHostKeyDesk } from './host-keys.js';
import { answerPath } from './path.js';
import { createSecretDesk } from './secret-desk.js';
import { createSetUp } from './set-up.js';
import { openTroublesDesk, type TroublesDesk } from './troubles.js';
import { watchLab, type LabWatch } from './watch.js';
import { cancelStep, createActiveSteps, runStep, undoStep, type StepOptions } from './steps.js';
import { troubleView } from './trouble.js';
import { createWaivers } from './waivers.js';

/** What the runner needs of the world; given by the composition root. */
export interface RunnerParts {
  readonly runbook: Runbook;
  readonly logs: LogBook;
  /** Absent where nobody looks at live things. */
  readonly live?: LiveParts;
  readonly now: () => number;
  /** Reads the catalogue of symptoms, when somebody asks for it. */
  readonly loadSymptoms: () => Promise<Catalogue>;
  /** Reads and checks a lab file. */
  readonly readLab: (path: string) => Promise<Lab>;
  /** Starts the practice lab; `close` ends it. */
  readonly startPractice: () => Promise<{ readonly lab: Lab; readonly close: () => Promise<void> }>;
  readonly openSession: (lab: Lab, askHostKey: AskHostKey) => Promise<LabSession>;
  /** Keeps other programs from working on the same lab's state; throws Trouble `lab-in-use`. */
  readonly lockLab: (stateDir: string) => Promise<{ readonly release: () => Promise<void> }>;
  /** A lab made of answers, not yet written. */
  readonly labOfDraft: (draft: LabDraft) => Lab;
  readonly writeDraft: (draft: LabDraft, replace: boolean) => Promise<string>;
  /** What is wrong with the private key file of a draft; null when nothing is. */
  readonly checkKey: (path: string) => Promise<Pick<Diagnostic, 'what' | 'remedy'> | null>;
  /** A public key of the operator that is there, `~/` for the home directory; null when there is none. */
  readonly findPublicKey: () => Promise<string | null>;
  readonly writeVagrantfile: (directory: string, plan: VagrantPlan, replace: boolean) => Promise<string>;
  /** Keeps the language for the next start. */
  readonly rememberLanguage: (language: Language) => Promise<void>;
  /** Remembers which lab file was open last. */
  readonly rememberLab: (path: string) => Promise<void>;
  readonly copy: (text: string) => void;
  /** Every error that is shown is also handed over here, with its stack, for the program's log. */
  readonly logError: (error: unknown) => void;
  readonly quit: () => void;
}

export type Dispatch = (message: ServiceMessage) => void;

export interface EffectRunner {
  run(effect: Effect): void;
  /** Saves, ends connections and the practice lab. Jobs on hosts go on. */
  close(): Promise<void>;
}

interface OpenLab {
  readonly session: LabSession;
  readonly watch: LabWatch;
  readonly live: LiveDesk | null;
  readonly troubles: TroublesDesk;
  readonly unhear: () => void;
  readonly stop: AbortController;
  readonly release: () => Promise<void>;
}

export function createEffectRunner(parts: RunnerParts, report: Dispatch): EffectRunner {
  const timeline = parts.live === undefined ? null : createTimeline(parts.live.book, parts.now);
  const dispatch: Dispatch = (message) => {
    timeline?.(message);
    report(message);
  };
  const active = createActiveSteps();
  const desk = createHostKeyDesk(dispatch);
  const secretDesk = createSecretDesk(dispatch);
  let open: OpenLab | null = null;
  let opening: Promise<void> = Promise.resolve();
  /** One after the other, so that the language chosen last is the one that stays. */
  let remembering: Promise<void> = Promise.resolve();

  const tell = (error: unknown): void => {
    parts.logError(error);
    dispatch({ type: 'trouble', trouble: troubleView(error) });
  };
  const notice = (tone: 'good' | 'bad' | 'plain', text: Text): void =>
    dispatch({ type: 'notice', notice: { tone, text, at: parts.now() } });
  const inBackground = (work: Promise<unknown>): void => {
    work.catch(tell);
  };
  /** With the open lab, or a word that there is none: a key may have been pressed while a lab was closing. */
  const withLab = (work: (lab: OpenLab) => Promise<unknown>): void => {
    if (open !== null) inBackground(work(open));
  };

  async function openLab(source: Extract<Effect, { type: 'lab.open' }>['source']): Promise<void> {
    await closeLab();
    const releases: (() => Promise<void>)[] = [];
    // Every one of them, also after one has failed: a lock or a practice lab must not be left behind.
    const release = async (): Promise<void> => {
      const failures: unknown[] = [];
      for (const one of releases.splice(0).toReversed()) {
        await one().catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    };
    try {
      let lab: Lab;
      if (source.kind === 'practice') {
        const practice = await parts.startPractice();
        releases.push(practice.close);
        lab = practice.lab;
      } else lab = await parts.readLab(source.path);
      const lock = await parts.lockLab(lab.stateDir);
      releases.push(lock.release);
      const session = await parts.openSession(lab, desk.ask);
      releases.push(session.close);
      // A practice lab ends with the program that serves it: offering it again would be an empty promise.
      if (source.kind === 'file' && !lab.practice) await parts.rememberLab(source.path);
      const stop = new AbortController();
      parts.logs.clear();
      parts.live?.book.clear();
      parts.live?.stream.clear();
      dispatch({
        type: 'lab.opened',
        lab: {
          file: lab.file,
          name: lab.name,
          practice: lab.practice,
          user: session.context.user,
          addresses: session.context.addresses,
          parameters: lab.parameters,
        },
        results: [...session.memory.results.values()],
        waivers: [...session.memory.waivers.values()],
        variants: session.memory.variants,
        cursor: session.memory.cursor,
        now: parts.now(),
      });
      if (session.setAside !== null) notice('bad', setAsideText(session.setAside));
      const watch = watchLab(session, active, dispatch, stop.signal, tell);
      const unhear = session.stateFile.onOthers(() => inBackground(hearOthers(session)));
      const live = liveDesk(session, stop.signal);
      const troubles = troublesDesk(session, watch, stop.signal);
      open = { session, stop, release, watch, unhear, live, troubles };
    } catch (error) {
      await release().catch(parts.logError);
      parts.logError(error);
      dispatch({ type: 'lab.failed', trouble: troubleView(error) });
    }
  }

  /** A command beside the screen has saved verdicts or waivers. */
  async function hearOthers(session: LabSession): Promise<void> {
    const { results, waivers } = await session.memory.refresh();
    for (const result of results) dispatch({ type: 'gate.judged', result });
    for (const [key, waiver] of waivers) dispatch({ type: 'waiver', key, waiver });
  }

  async function closeLab(): Promise<void> {
    const closing = open;
    open = null;
    if (closing === null) return;
    desk.dismiss();
    secretDesk.dismiss();
    closing.stop.abort();
    closing.unhear();
    try {
      // First the links: whatever still waits for a host that is silent ends with them.
      await closing.session.links.close();
      await closing.watch.stopped;
      await closing.live?.stopped;
      await closing.release();
    } catch (error) {
      tell(error);
    } finally {
      dispatch({ type: 'lab.closed' });
    }
  }

  function liveDesk(session: LabSession, signal: AbortSignal): LiveDesk | null {
    const { live } = session;
    if (live === null || parts.live === undefined) return null;
    const recheck = (keys: readonly GateKey[]): Promise<void> => check({ session, signal }, keys);
    return openLiveDesk({ session, live }, parts.live, { dispatch, signal, check: recheck, tell });
  }

  function troublesDesk(session: LabSession, watch: LabWatch, signal: AbortSignal): TroublesDesk {
    const book = parts.live?.book;
    return openTroublesDesk(session, {
      dispatch,
      signal,
      loadCatalogue: parts.loadSymptoms,
      ...(book === undefined ? {} : { book: { facts: book, subscribe: book.subscribe } }),
      secrets: secretDesk,
      notice: (text) => notice('plain', text),
      onUnwritten: tell,
      busyHosts: () => {
        const busy = active.keys().map((key) => key.split('@')[1]);
        return HOST_NAMES.filter((host) => busy.includes(host));
      },
      working: (by) => watch.busy(by),
    });
  }

  const check = async (
    { session, signal }: { readonly session: LabSession; readonly signal: AbortSignal },
    keys: readonly GateKey[],
  ): Promise<void> => {
    const running = new Set<GateKey>();
    try {
      await checkGates(session, keys, {
        signal,
        onUnwritten: tell,
        onRunning: (now) => {
          for (const key of now) running.add(key);
          dispatch({ type: 'gates.running', keys: now });
        },
        onResult: (result) => {
          running.delete(`${result.gate}@${result.subject}`);
          dispatch({ type: 'gate.judged', result });
        },
      });
    } finally {
      if (running.size > 0) dispatch({ type: 'gates.stopped', keys: [...running] });
    }
  };

  const reports: Pick<StepOptions, 'onRunning' | 'onResult' | 'onRun' | 'onUnwritten'> = {
    onRunning: (keys) => dispatch({ type: 'gates.running', keys }),
    onResult: (result) => dispatch({ type: 'gate.judged', result }),
    onRun: (run) => dispatch({ type: 'run', run }),
    onUnwritten: tell,
  };
  const step = async (
    lab: OpenLab,
    effect: Extract<Effect, { type: 'step.run' | 'step.undo' }>,
  ): Promise<void> => {
    const { session, stop } = lab;
    // One step at a time on a host: a second one would only meet the first one's lock half-way.
    const free = (): readonly HostName[] => {
      const busy = active.keys().map((key) => key.split('@')[1]);
      return effect.hosts.filter((host) => !busy.includes(host));
    };
    const purpose = effect.type === 'step.run' ? 'run' : 'undo';
    const variants = effect.type === 'step.run' ? effect.variants : session.memory.variants;
    const tellPlainly = (text: Text): void => notice('plain', text);
    const ready = await beforeStep(session, secretDesk, effect.step, free(), {
      purpose,
      variants,
      tell: tellPlainly,
    });
    if (!ready || stop.signal.aborted) return;
    // Looked at anew: a person may have taken minutes to answer.
    const hosts = free();
    const left = effect.hosts.filter((host) => !hosts.includes(host)).join(', ');
    if (left !== '') {
      tellPlainly({
        id: `${left} sedang menjalankan langkah lain; ${effect.step} tidak dimulai di sana.`,
        en: `${left} is running another step; ${effect.step} was not started there.`,
      });
    }
    if (hosts.length === 0) return;
    const work = effect.type === 'step.run' ? runStep : undoStep;
    const options = {
      signal: stop.signal,
      ...reports,
      ...(effect.type === 'step.run' ? { force: effect.force, variants: effect.variants } : {}),
    };
    lab.watch.busy(1);
    try {
      await work(session, active, effect.step, hosts, options);
    } finally {
      lab.watch.busy(-1);
    }
  };

  const readJournal = async ({ session }: OpenLab, limit: number): Promise<void> => {
    dispatch({ type: 'journal', ...(await session.journal.read({ limit })) });
  };
  const keysOf = (
    session: LabSession,
    scope: Extract<Effect, { type: 'gates.check' }>['scope'],
  ): readonly GateKey[] => {
    switch (scope.kind) {
      case 'all':
        return session.gates.map((gate) => gate.key);
      case 'step':
        return keysOfStep(session, scope.step);
      case 'keys':
        return scope.keys;
    }
  };

  const setUp = createSetUp(parts, dispatch);
  const waivers = createWaivers({ now: parts.now, dispatch, notice });

  return {
    run(effect) {
      switch (effect.type) {
        case 'lab.open':
          opening = opening.then(() => openLab(effect.source));
          return inBackground(opening);
        case 'lab.close':
          opening = opening.then(closeLab);
          return inBackground(opening);
        case 'host-key.answer':
          return desk.answer(effect.ask, effect.accept);
        case 'secret.answer':
          return secretDesk.answer(effect.ask, effect.typed);
        case 'gates.check':
          return withLab(({ session, stop }) =>
            check({ session, signal: stop.signal }, keysOf(session, effect.scope)),
          );
        case 'step.run':
        case 'step.undo':
          return withLab((lab) => step(lab, effect));
        case 'step.cancel':
          return withLab((lab) => cancelStep(lab.session, active, effect.step, effect.hosts));
        case 'gate.waive':
          return withLab(({ session }) => waivers.waive(session, effect.waiver));
        case 'gate.unwaive':
          return withLab(({ session }) => waivers.unwaive(session, effect.key));
        case 'draft.test':
          return inBackground(setUp.tryLogins(effect.draft, (lab) => parts.openSession(lab, desk.ask)));
        case 'draft.write':
          return inBackground(setUp.writeLab(effect.draft, effect.replace));
        case 'draft.key':
          return inBackground(setUp.lookAtKey(effect.path, false));
        case 'vagrant.key':
          return inBackground(setUp.findPublicKey());
        case 'vagrant.write':
          return inBackground(setUp.writeVagrantfile(effect.directory, effect.plan, effect.replace));
        case 'language.remember':
          remembering = remembering
            .catch(() => undefined)
            .then(() => parts.rememberLanguage(effect.language));
          return inBackground(remembering);
        case 'save':
          open?.session.memory.place(effect.variants, effect.cursor);
          return undefined;
        case 'link.retry':
          return withLab((lab) => lab.session.links.link(effect.host).renew(lab.stop.signal));
        case 'path.probe':
          return withLab((lab) => answerPath(lab.session, lab.stop.signal, dispatch));
        case 'troubles.watch':
        case 'troubles.leave':
        case 'troubles.gather':
        case 'troubles.ask':
        case 'troubles.stop':
        case 'troubles.paste':
        case 'troubles.plan':
        case 'troubles.fix':
          return withLab((lab) => lab.troubles.carryOut(effect));
        case 'journal.read':
          return withLab((lab) => readJournal(lab, effect.limit));
        case 'live.describe':
        case 'live.follow':
        case 'live.unfollow':
        case 'live.act':
        case 'live.measure':
        case 'shell.open':
          // A lab that was left meanwhile has nothing to look at; the state has forgotten it too.
          return open?.live?.carryOut(effect);
        case 'copy':
          return parts.copy(effect.text);
        case 'quit':
          return parts.quit();
      }
    },
    async close() {
      await opening.catch(parts.logError);
      await closeLab();
      await remembering.catch(parts.logError);
    },
  };
}

function setAsideText(path: string): Text {
  return {
    id: `Catatan lama rusak; disimpan di ${path}, dan mulai dari kosong.`,
    en: `The old notes were damaged; kept at ${path}, starting afresh.`,
  };
}
