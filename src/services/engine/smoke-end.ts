/** What a smoke test that has ended comes to: its verdict, where it is broken first, and what is different since the last green. */
import type { HopId, HopResult } from '../../runbook/path.js';
import { firstBroken } from '../../runbook/path.js';
import { hostsOf } from '../../smoke/checklist.js';
import type { DiaryContent } from '../../smoke/diary-schema.js';
import { compareDiary, type Comparison, type DiaryEntry } from '../../smoke/diary.js';
import {
  firstNotGreen,
  verdictOf,
  type JudgedCheck,
  type SmokeProgress,
  type SmokeVerdict,
} from '../../smoke/progress.js';
import { observeLogin } from '../../symptoms/observe.js';
import { createRecogniser } from '../../symptoms/recognise.js';
import { fillFor } from '../../symptoms/render.js';
import type { Catalogue, Symptom } from '../../symptoms/types.js';
import { readDiary } from './diary.js';
import { probePath } from './path.js';
import type { Session } from './session.js';
import { bootsOf } from './smoke.js';

/** The first broken hop of one of the two flows. */
export interface BrokenHop {
  readonly flow: Session['runbook']['path'][number];
  readonly hop: Session['runbook']['path'][number]['hops'][number];
  readonly result: HopResult;
}

export interface SmokeEnd {
  readonly end: SmokeProgress;
  readonly verdict: SmokeVerdict;
  /** The first check in boot order that is not green. */
  readonly first: JudgedCheck | null;
  /** The symptom that it shows. */
  readonly symptom: Symptom | null;
  readonly hops: readonly BrokenHop[];
  /** What is different since the last green smoke test; null when there was none. */
  readonly comparison: Comparison | null;
  /** This state is the last green one now. */
  readonly recorded: boolean;
  /** Epoch ms. */
  readonly finishedAt: number;
}

export interface EndParts {
  readonly diary: DiaryContent;
  /** The last green state, if there was one. */
  readonly before: DiaryEntry | null;
  /** Called only when something is not green. */
  readonly loadCatalogue: () => Promise<Catalogue>;
  /** Where a green state is written down. */
  readonly write: (entry: DiaryEntry) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Concludes a smoke test: reads the diary, writes a green state down, names the first break and its symptom.
 * @returns null when the signal fired meanwhile; then nothing was written
 */
export async function concludeSmoke(
  session: Session,
  end: SmokeProgress,
  { diary, before, loadCatalogue, write, signal }: EndParts,
): Promise<SmokeEnd | null> {
  const verdict = verdictOf(end.stages);
  const green = verdict === 'green';
  const known = { boots: bootsOf(end.arrivals), parts: end.parts };
  const now = green || before !== null ? await readDiary(session, diary, known, signal) : null;
  const first = green ? null : firstNotGreen(end.stages);
  const symptom = first === null ? null : symptomOf(session, await loadCatalogue(), first);
  const hops = green || !end.parts.has('app') ? [] : await brokenHops(session, signal);
  if (signal.aborted) return null;
  if (green && now !== null) await write(now);
  return {
    end,
    verdict,
    first,
    symptom,
    hops,
    comparison: before === null || now === null ? null : compareDiary(diary, before, now),
    recorded: green && now !== null,
    finishedAt: session.now(),
  };
}

/** The symptom that a check names itself, or that the failed login to its host shows. */
function symptomOf(session: Session, catalogue: Catalogue, { check, result }: JudgedCheck): Symptom | null {
  const named = result?.symptom ?? null;
  if (named !== null) return catalogue.byId.get(named) ?? null;
  const logins = hostsOf(check).flatMap((host) => {
    const status = session.links.link(host).status();
    return status.kind === 'down' ? [observeLogin(host, status.code, status.reason.en, session.now())] : [];
  });
  const { findings } = createRecogniser(catalogue, fillFor(session.context)).recognise(logins);
  return findings[0]?.symptom ?? null;
}

/** Probes both flows and names the first broken hop of each that has one. */
async function brokenHops(session: Session, signal: AbortSignal): Promise<readonly BrokenHop[]> {
  const results: Partial<Record<HopId, HopResult>> = {};
  for (const result of await probePath(session, null, { signal })) results[result.hop] = result;
  return session.runbook.path.flatMap((flow) => {
    const id = firstBroken(session.runbook, flow.id, results);
    const hop = flow.hops.find((one) => `${flow.id}.${one.id}` === id);
    const result = id === null ? undefined : results[id];
    return hop === undefined || result === undefined ? [] : [{ flow, hop, result }];
  });
}
