/** Faults behind the screen: what the lab can be given, breaking it, taking that back; one thing at a time. */
import type { FaultResult, FaultsEffect } from '../../state/faults-types.js';
import type { ServiceMessage } from '../../state/types.js';
import { createFaultsFile } from '../files/faults-file.js';
import { ownHand, scriptHand, type OwnFaults } from './fault-hands.js';
import { createFaultWork, type FaultContent, type FaultWork } from './faults.js';
import type { Session } from './session.js';

export interface FaultsDesk {
  carryOut(effect: FaultsEffect): Promise<void>;
}

interface FaultsDeskOptions {
  readonly dispatch: (message: ServiceMessage) => void;
  /** Fires when the lab is closed. */
  readonly signal: AbortSignal;
  readonly loadContent: () => Promise<FaultContent>;
  /** Of whoever made the lab; null: scripts over SSH it is. */
  readonly own: OwnFaults | null;
  /** Told +1 and -1 around the work: what is under way by us is nobody else's to pick up. */
  readonly working: (by: 1 | -1) => void;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

export function openFaultsDesk(session: Session, options: FaultsDeskOptions): FaultsDesk {
  const { signal, own } = options;
  /** What belongs to a lab that was left is told to nobody. */
  const dispatch: FaultsDeskOptions['dispatch'] = (message) => {
    if (!signal.aborted) options.dispatch(message);
  };
  let opened: Promise<FaultWork> | null = null;
  const open = (): Promise<FaultWork> => {
    opened ??= options.loadContent().then(
      (content) => {
        const hand = own === null ? scriptHand(session) : ownHand(session, own);
        return createFaultWork(session, content, hand, createFaultsFile(session.lab.stateDir));
      },
      (error: unknown) => {
        // A file that was mended meanwhile is read again by the next key.
        opened = null;
        throw error;
      },
    );
    return opened;
  };

  async function breakOne({ among, hidden }: Extract<FaultsEffect, { type: 'faults.break' }>): Promise<void> {
    const id = among[Math.floor(options.random() * among.length)];
    let result: FaultResult = { done: false, trouble: null };
    options.working(1);
    try {
      const work = await open();
      if (id !== undefined) result = await work.give(id, { hidden, signal });
    } finally {
      options.working(-1);
      const broken = await opened?.then((work) => work.broken()).catch(() => []);
      dispatch({ type: 'faults.broke', fault: hidden ? null : (id ?? null), result, broken: broken ?? [] });
    }
  }

  async function heal({ name }: Extract<FaultsEffect, { type: 'faults.heal' }>): Promise<void> {
    let ended: Awaited<ReturnType<FaultWork['takeBack']>> = { done: false, trouble: null, truth: null };
    options.working(1);
    try {
      const work = await open();
      const broken = (await work.broken()).find((one) => one.name === name);
      if (broken !== undefined) ended = await work.takeBack(broken, { signal });
    } finally {
      options.working(-1);
      const { truth, ...result } = ended;
      const broken = await opened?.then((work) => work.broken()).catch(() => []);
      dispatch({ type: 'faults.healed', name, result, truth, broken: broken ?? [] });
    }
  }

  return {
    async carryOut(effect) {
      switch (effect.type) {
        case 'faults.look': {
          const work = await open();
          const { rows: known, asksName } = work;
          return dispatch({ type: 'faults.known', known, asksName, broken: await work.broken() });
        }
        case 'faults.break':
          return breakOne(effect);
        case 'faults.heal':
          return heal(effect);
      }
    },
  };
}
