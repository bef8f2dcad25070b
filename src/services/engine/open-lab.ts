/** Opening a lab and all that lives with it, and letting go of every part again, whatever fails on the way. */
import type { Lab } from '../../lab/types.js';
import type { Effect } from '../../state/types.js';
import type { AskHostKey } from '../ports.js';
import type { LabSession } from './assemble.js';
import type { OwnFaults } from './fault-hands.js';
import type { FaultsDesk } from './faults-desk.js';
import type { LiveDesk } from './live.js';
import type { RunnerParts } from './runner-parts.js';
import type { SmokeDesk } from './smoke-desk.js';
import type { TroublesDesk } from './troubles.js';
import type { LabWatch } from './watch.js';

type Source = Extract<Effect, { type: 'lab.open' }>['source'];

/** What is there before anything is followed. */
export interface LabHold {
  readonly session: LabSession;
  /** Faults that whoever made the lab gives it directly; null: nobody here made it. */
  readonly own: OwnFaults | null;
  /** Ends the session, gives back the lock, ends the practice lab: all of them, also after one has failed. */
  readonly release: () => Promise<void>;
}

/** A lab with everything that follows it. */
export interface OpenLab extends LabHold {
  readonly watch: LabWatch;
  readonly live: LiveDesk | null;
  readonly troubles: TroublesDesk;
  readonly smoke: SmokeDesk | null;
  readonly faults: FaultsDesk | null;
  readonly unhear: () => void;
  readonly stop: AbortController;
  readonly signal: AbortSignal;
}

/** @throws whatever keeps the lab from being opened; nothing of it is held then */
export async function holdLab(
  parts: Pick<
    RunnerParts,
    'startPractice' | 'readLab' | 'lockLab' | 'openSession' | 'rememberLab' | 'logError'
  >,
  source: Source,
  askHostKey: AskHostKey,
): Promise<LabHold> {
  const releases: (() => Promise<void>)[] = [];
  // Every one of them, also after one has failed: a lock or a practice lab must not be left behind.
  const release = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const one of releases.splice(0).toReversed()) {
      await one().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  let own: OwnFaults | null = null;
  try {
    let lab: Lab;
    if (source.kind === 'practice') {
      const practice = await parts.startPractice();
      releases.push(practice.close);
      lab = practice.lab;
      own = practice.faults;
    } else lab = await parts.readLab(source.path);
    const lock = await parts.lockLab(lab.stateDir);
    releases.push(lock.release);
    const session = await parts.openSession(lab, askHostKey);
    releases.push(session.close);
    // A practice lab ends with the program that serves it: offering it again would be an empty promise.
    if (source.kind === 'file' && !lab.practice) await parts.rememberLab(source.path);
    return { session, own, release };
  } catch (error) {
    await release().catch(parts.logError);
    throw error;
  }
}

/**
 * First the links: whatever still waits for a host that is silent ends with them.
 * @throws what could not be let go of
 */
export async function letGo(lab: OpenLab): Promise<void> {
  lab.stop.abort();
  lab.unhear();
  await lab.session.links.close();
  await lab.watch.stopped;
  await lab.live?.stopped;
  await lab.release();
}
