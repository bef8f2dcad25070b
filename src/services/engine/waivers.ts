/** Waiving a gate and taking that back: remembered, told, journalled. */
import type { GateKey, Waiver } from '../../gates/types.js';
import type { Text } from '../../lab/types.js';
import type { ServiceMessage } from '../../state/types.js';
import type { Session } from './session.js';

interface Waivers {
  waive(session: Session, waiver: Waiver): Promise<void>;
  unwaive(session: Session, key: GateKey): Promise<void>;
}

/** @param options.now epoch ms */
export function createWaivers(options: {
  readonly now: () => number;
  readonly dispatch: (message: ServiceMessage) => void;
  readonly notice: (tone: 'plain', text: Text) => void;
}): Waivers {
  const { now, dispatch, notice } = options;
  return {
    async waive(session, waiver) {
      session.memory.waive(waiver);
      dispatch({ type: 'waiver', key: waiver.key, waiver });
      notice('plain', {
        id: `${waiver.key} dilewati sampai ${waiver.until}`,
        en: `${waiver.key} is waived until ${waiver.until}`,
      });
      await session.journal.append({ kind: 'waiver', at: now(), waiver, withdrawn: false });
    },
    async unwaive(session, key) {
      const waiver = session.memory.waivers.get(key);
      if (waiver === undefined) return;
      session.memory.unwaive(key);
      dispatch({ type: 'waiver', key, waiver: null });
      notice('plain', {
        id: `${key} tidak dilewati lagi (alasannya dulu: ${waiver.reason}); w untuk melewati lagi`,
        en: `${key} is not waived any more (the reason was: ${waiver.reason}); w to waive it again`,
      });
      await session.journal.append({ kind: 'waiver', at: now(), waiver, withdrawn: true });
    },
  };
}
