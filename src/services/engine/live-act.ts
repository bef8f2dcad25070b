/** Something done to a live thing: carried out, told, journalled, and the gates that it may have turned asked again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GateKey } from '../../gates/types.js';
import { HOST_NAMES, type HostName } from '../../lab/types.js';
import { actAbout, actHost, actSentence } from '../../state/live/acts.js';
import type { LiveBook } from '../../state/live/book.js';
import type { LiveAct } from '../../state/live/targets.js';
import type { ServiceMessage } from '../../state/types.js';
import type { LiveServices } from '../live/types.js';
import { isGreen, keysOfStep } from './gates.js';
import { carryOut } from './live-targets.js';
import type { Session } from './session.js';
import { troubleView } from './trouble.js';

/** After an act things take their time: gates that are not green are asked again this often, with this pause. */
const ASKED_AGAIN = 6;
const PAUSE_MS = 15_000;

export interface ActParts {
  readonly session: Session;
  readonly live: LiveServices;
  readonly book: LiveBook;
  readonly dispatch: (message: ServiceMessage) => void;
  /** Asks gates and tells what came of it. */
  readonly check: (keys: readonly GateKey[]) => Promise<void>;
  readonly tell: (error: unknown) => void;
  readonly signal: AbortSignal;
  readonly pauseMs: number | undefined;
}

interface Touched {
  /** Judged gates of steps that concern where the act was done. */
  readonly here: readonly GateKey[];
  /** What is red elsewhere, or waits for what is: it may look through to this place, as the edge does at a Pod. */
  readonly elsewhere: readonly GateKey[];
}

function touchedBy(session: Session, act: LiveAct): Touched {
  const host = actHost(act);
  // A file that came back changes the verdicts of the step that wrote it.
  if (act.act === 'restore-file') {
    const own = keysOfStep(session, act.file.step, [act.host]);
    if (own.length > 0) return { here: own, elsewhere: [] };
  }
  const places: readonly HostName[] = host === null ? ['vm-k8s', 'vm-worker'] : [host];
  const steps = session.runbook.phases
    .flatMap((phase) => phase.steps)
    .filter((step) => step.hosts.some((one) => places.includes(one)));
  const ids = new Set(steps.map((step) => step.id));
  const judged = session.gates.filter(({ key }) => session.memory.results.has(key));
  const isHere = (gate: (typeof judged)[number]): boolean =>
    ids.has(gate.step) && !HOST_NAMES.some((one) => one === gate.subject && !places.includes(one));
  const isRed = ({ key }: { readonly key: GateKey }): boolean => {
    const verdict = session.memory.results.get(key)?.verdict;
    return verdict === 'fail' || verdict === 'blocked';
  };
  return {
    here: judged.filter(isHere).map(({ key }) => key),
    elsewhere: judged.filter((gate) => !isHere(gate) && isRed(gate)).map(({ key }) => key),
  };
}

/** Asks until they are green: what was red before is what most acts are to mend. Those elsewhere every other time. */
async function askAgain(parts: ActParts, { here, elsewhere }: Touched): Promise<void> {
  const { session, signal, check, pauseMs = PAUSE_MS } = parts;
  await check([...here, ...elsewhere]);
  const red = (keys: readonly GateKey[]): readonly GateKey[] => keys.filter((key) => !isGreen(session, key));
  for (let turn = 1; turn <= ASKED_AGAIN; turn += 1) {
    if (red([...here, ...elsewhere]).length === 0) return;
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    const keys = [...red(here), ...(turn % 2 === 0 ? red(elsewhere) : [])];
    if (keys.length > 0) await check(keys);
  }
}

/** @returns when its gates are green, or have been asked often enough */
export async function actOn(parts: ActParts, act: LiveAct): Promise<void> {
  const { session, live, book, dispatch, tell, signal } = parts;
  const at = session.now();
  const trouble = await carryOut(live, act).then(
    () => null,
    (error: unknown) => troubleView(error),
  );
  const words = actSentence(act);
  const host = actHost(act);
  book.addEvent({
    at: session.now(),
    source: 'step',
    host,
    health: trouble === null ? 'good' : 'bad',
    about: actAbout(act),
    what: act.act,
    text: '',
    say:
      trouble === null
        ? words
        : { id: `${words.id}: ${trouble.what.id}`, en: `${words.en}: ${trouble.what.en}` },
    count: 1,
  });
  dispatch({ type: 'live.acted', act, trouble });
  await session.journal
    .append({
      kind: 'act',
      at,
      by: session.by,
      host,
      act: act.act,
      about: actAbout(act),
      say: words,
      endedAt: session.now(),
      trouble: trouble?.what ?? null,
    })
    .catch(tell);
  // Keeping and adopting change no file, and so no verdict.
  if (!signal.aborted && act.act !== 'keep-file' && act.act !== 'adopt-file')
    await askAgain(parts, touchedBy(session, act));
}
