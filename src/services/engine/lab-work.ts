/** What a person has done in the open lab: gates asked, steps run and undone, with what came of it told. */
import type { GateKey } from '../../gates/types.js';
import { HOST_NAMES, type HostName, type Text } from '../../lab/types.js';
import type { Effect, ServiceMessage } from '../../state/types.js';
import type { LabSession } from './assemble.js';
import { beforeStep } from './before-step.js';
import { checkGates, keysOfStep } from './gates.js';
import type { SecretDesk } from './secret-desk.js';
import { runStep, undoStep, type ActiveSteps, type StepOptions } from './steps.js';
import type { LabWatch } from './watch.js';

/** The open lab, as far as work in it goes. */
export interface Workplace {
  readonly session: LabSession;
  /** Fires when the lab is closed. */
  readonly signal: AbortSignal;
}

export interface LabWork {
  /** Asks gates, however it ends: none is left as being asked. */
  check(lab: Workplace, keys: readonly GateKey[]): Promise<void>;
  /** Runs or undoes a step where no other one is under way. */
  step(
    lab: Workplace & { readonly watch: LabWatch },
    effect: Extract<Effect, { type: 'step.run' | 'step.undo' }>,
  ): Promise<void>;
  /** Hosts at which a step is under way. */
  busyHosts(): readonly HostName[];
}

/** @param parts.tell what goes wrong beside the work itself */
export function createLabWork(parts: {
  readonly active: ActiveSteps;
  readonly secrets: SecretDesk;
  readonly dispatch: (message: ServiceMessage) => void;
  /** A sentence for the person. */
  readonly notice: (text: Text) => void;
  readonly tell: (error: unknown) => void;
}): LabWork {
  const { active, secrets, dispatch, notice, tell } = parts;
  const busyHosts = (): readonly HostName[] => {
    const busy = active.keys().map((key) => key.split('@')[1]);
    return HOST_NAMES.filter((host) => busy.includes(host));
  };
  const reports: Pick<StepOptions, 'onRunning' | 'onResult' | 'onRun' | 'onUnwritten'> = {
    onRunning: (keys) => dispatch({ type: 'gates.running', keys }),
    onResult: (result) => dispatch({ type: 'gate.judged', result }),
    onRun: (run) => dispatch({ type: 'run', run }),
    onUnwritten: tell,
  };

  return {
    busyHosts,
    async check({ session, signal }, keys) {
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
    },
    async step({ session, signal, watch }, effect) {
      // One step at a time on a host: a second one would only meet the first one's lock half-way.
      const free = (): readonly HostName[] => {
        const busy = busyHosts();
        return effect.hosts.filter((host) => !busy.includes(host));
      };
      const purpose = effect.type === 'step.run' ? 'run' : 'undo';
      const variants = effect.type === 'step.run' ? effect.variants : session.memory.variants;
      const asked = { purpose, variants, tell: notice } as const;
      const ready = await beforeStep(session, secrets, effect.step, free(), asked);
      if (!ready || signal.aborted) return;
      // Looked at anew: a person may have taken minutes to answer.
      const hosts = free();
      const left = effect.hosts.filter((host) => !hosts.includes(host)).join(', ');
      if (left !== '') {
        notice({
          id: `${left} sedang menjalankan langkah lain; ${effect.step} tidak dimulai di sana.`,
          en: `${left} is running another step; ${effect.step} was not started there.`,
        });
      }
      if (hosts.length === 0) return;
      const work = effect.type === 'step.run' ? runStep : undoStep;
      const options = {
        signal,
        ...reports,
        ...(effect.type === 'step.run' ? { force: effect.force, variants: effect.variants } : {}),
      };
      watch.busy(1);
      try {
        await work(session, active, effect.step, hosts, options);
      } finally {
        watch.busy(-1);
      }
    },
  };
}

/** Which gates a scope means. */
export function keysOf(
  session: LabSession,
  scope: Extract<Effect, { type: 'gates.check' }>['scope'],
): readonly GateKey[] {
  switch (scope.kind) {
    case 'all':
      return session.gates.map((gate) => gate.key);
    case 'step':
      return keysOfStep(session, scope.step);
    case 'keys':
      return scope.keys;
  }
}
