/** Carries out the effects that update() asks for, and dispatches what came of them. Holds the one open lab. */
import type { GateKey } from '../../gates/types.js';
import { report as reportText } from '../../i18n/texts/report.js';
import type { Text } from '../../lab/types.js';
import type { ReportEffect } from '../../state/report-types.js';
import type { Effect } from '../../state/types.js';
import type { Catalogue } from '../../symptoms/types.js';
import { createDiaryFile } from '../files/diary-file.js';
import type { LabSession } from './assemble.js';
import { createBeat, type Beat } from './beat.js';
import { openFaultsDesk, type FaultsDesk } from './faults-desk.js';
import { createHostKeyDesk } from './host-keys.js';
import { createLabWork, keysOf } from './lab-work.js';
import { hearOthers } from './hear-others.js';
import { createTimeline } from './live-events.js';
import { openLiveDesk, type LiveDesk } from './live.js';
import { holdLab, letGo, type LabHold, type OpenLab } from './open-lab.js';
import { answerPath } from './path.js';
import type { Dispatch, RunnerParts } from './runner-parts.js';
import { createSecretDesk } from './secret-desk.js';
import { createSetUp } from './set-up.js';
import { openSmokeDesk, type SmokeDesk } from './smoke-desk.js';
import { cancelStep, createActiveSteps } from './steps.js';
import { troubleView } from './trouble.js';
import { openTroublesDesk, type TroublesDesk } from './troubles.js';
import { createWaivers } from './waivers.js';
import { watchLab, type LabWatch } from './watch.js';

export interface EffectRunner {
  run(effect: Effect): void;
  /** Saves, ends connections and the practice lab. Jobs on hosts go on. */
  close(): Promise<void>;
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
  const inBackground = (under: Promise<unknown>): void => {
    under.catch(tell);
  };
  let catalogue: Promise<Catalogue> | null = null;
  /** Read once, for whoever asks first; a mistake in it that was mended meanwhile is found by the next one. */
  const loadCatalogue = (): Promise<Catalogue> => {
    catalogue ??= parts.loadSymptoms().catch((error: unknown) => {
      catalogue = null;
      throw error;
    });
    return catalogue;
  };
  const work = createLabWork({
    active,
    secrets: secretDesk,
    dispatch,
    notice: (text) => notice('plain', text),
    tell,
  });
  /** With the open lab, or a word that there is none: a key may have been pressed while a lab was closing. */
  const withLab = (use: (lab: OpenLab) => Promise<unknown>): void => {
    if (open !== null) inBackground(use(open));
  };

  async function openLab(source: Extract<Effect, { type: 'lab.open' }>['source']): Promise<void> {
    await closeLab();
    let held: LabHold | null = null;
    try {
      held = await holdLab(parts, source, desk.ask);
      const { session } = held;
      const { lab } = session.links;
      const stop = new AbortController();
      const { signal } = stop;
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
      const beat = createBeat(dispatch, signal);
      const watch = watchLab(session, active, { dispatch, beat }, signal, tell);
      const unhear = hearOthers(session, {
        dispatch,
        book: parts.live?.book ?? null,
        tell,
        onFault: () => withLab(async ({ faults: known }) => known?.carryOut({ type: 'faults.look' })),
      });
      const live = liveDesk(session, beat, signal);
      const troubles = troublesDesk(session, watch, signal);
      const smoke = smokeDesk(session, watch, signal);
      const faults = faultsDesk(held, watch, signal);
      open = { ...held, stop, signal, watch, unhear, live, troubles, smoke, faults };
    } catch (error) {
      await held?.release().catch(parts.logError);
      parts.logError(error);
      dispatch({ type: 'lab.failed', trouble: troubleView(error) });
    }
  }

  async function closeLab(): Promise<void> {
    const closing = open;
    open = null;
    if (closing === null) return;
    desk.dismiss();
    secretDesk.dismiss();
    try {
      await letGo(closing);
    } catch (error) {
      tell(error);
    } finally {
      dispatch({ type: 'lab.closed' });
    }
  }

  function liveDesk(session: LabSession, beat: Beat, signal: AbortSignal): LiveDesk | null {
    const { live } = session;
    if (live === null || parts.live === undefined) return null;
    const check = (keys: readonly GateKey[]): Promise<void> => work.check({ session, signal }, keys);
    return openLiveDesk({ session, live }, parts.live, { dispatch, beat, signal, check, tell });
  }

  function troublesDesk(session: LabSession, watch: LabWatch, signal: AbortSignal): TroublesDesk {
    const book = parts.live?.book;
    return openTroublesDesk(session, {
      dispatch,
      signal,
      loadCatalogue,
      ...(book === undefined ? {} : { book: { facts: book, subscribe: book.subscribe } }),
      secrets: secretDesk,
      notice: (text) => notice('plain', text),
      onUnwritten: tell,
      busyHosts: work.busyHosts,
      working: (by) => watch.busy(by),
    });
  }

  function smokeDesk(session: LabSession, watch: LabWatch, signal: AbortSignal): SmokeDesk | null {
    const { loadSmoke } = parts;
    if (loadSmoke === undefined) return null;
    return openSmokeDesk(session, {
      dispatch,
      signal,
      loadContent: loadSmoke,
      file: createDiaryFile(session.lab.stateDir),
      loadCatalogue,
      onUnwritten: tell,
      working: (by) => watch.busy(by),
    });
  }

  function faultsDesk({ session, own }: LabHold, watch: LabWatch, signal: AbortSignal): FaultsDesk | null {
    const { loadFaults } = parts;
    if (loadFaults === undefined) return null;
    return openFaultsDesk(session, {
      dispatch,
      signal,
      loadContent: async () => loadFaults(await loadCatalogue()),
      own,
      working: (by) => watch.busy(by),
      random: Math.random,
    });
  }

  const readJournal = async ({ session }: OpenLab, limit: number): Promise<void> => {
    dispatch({ type: 'journal', ...(await session.journal.read({ limit })) });
  };
  const writeReport = async ({ session }: OpenLab, effect: ReportEffect): Promise<void> => {
    const path = await parts.writeReport?.(session, effect);
    if (path !== undefined) notice('good', reportText.wrote({ path }));
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
          return withLab((lab) => work.check(lab, keysOf(lab.session, effect.scope)));
        case 'step.run':
        case 'step.undo':
          return withLab((lab) => work.step(lab, effect));
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
          return withLab((lab) => lab.session.links.link(effect.host).renew(lab.signal));
        case 'path.probe':
          // The titles of the symptoms that a hop can have.
          void loadCatalogue().then(
            (known) => dispatch({ type: 'troubles.catalogue', catalogue: known }),
            parts.logError,
          );
          return withLab((lab) => answerPath(lab.session, lab.signal, dispatch));
        case 'troubles.watch':
        case 'troubles.leave':
        case 'troubles.gather':
        case 'troubles.ask':
        case 'troubles.stop':
        case 'troubles.paste':
        case 'troubles.plan':
        case 'troubles.fix':
        case 'troubles.plan-undo':
        case 'troubles.undo':
          return withLab((lab) => lab.troubles.carryOut(effect));
        case 'smoke.start':
        case 'smoke.stop':
        case 'smoke.diary':
        case 'smoke.calendar':
          return withLab(async (lab) => lab.smoke?.carryOut(effect));
        case 'faults.look':
        case 'faults.break':
        case 'faults.heal':
          return withLab(async (lab) => lab.faults?.carryOut(effect));
        case 'report.write':
          return withLab((lab) => writeReport(lab, effect));
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
