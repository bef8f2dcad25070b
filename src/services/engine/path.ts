/** Asking the hops of the two flows: all at once, each at its own place. */
import { hopRequest, judgeHop, renderHops, type HopId, type HopResult } from '../../runbook/path.js';
import type { ServiceMessage } from '../../state/types.js';
import type { Session } from './session.js';

export interface PathOptions {
  readonly signal?: AbortSignal;
  readonly onRunning?: (hops: readonly HopId[]) => void;
  readonly onResult?: (result: HopResult) => void;
}

/**
 * Asks every hop of a flow, or of all flows.
 * @returns the results in the order of the flow; fewer when the signal fired
 */
export async function probePath(
  session: Session,
  flow: string | null,
  options: PathOptions = {},
): Promise<readonly HopResult[]> {
  const hops = renderHops(session.runbook, session.context).filter(
    (hop) => flow === null || hop.id.startsWith(`${flow}.`),
  );
  options.onRunning?.(hops.map((hop) => hop.id));
  const found = new Map<HopId, HopResult>();
  await session.probes.run(hops.map(hopRequest), {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onRecording(id, recording) {
      const hop = hops.find((one) => one.id === id);
      if (hop === undefined || options.signal?.aborted === true) return;
      const result = judgeHop(hop, recording, session.now());
      found.set(hop.id, result);
      options.onResult?.(result);
    },
  });
  return hops.flatMap((hop) => found.get(hop.id) ?? []);
}

/** Carries out `path.probe`: every hop of both flows, each told as it is answered. */
export async function answerPath(
  session: Session,
  signal: AbortSignal,
  dispatch: (message: ServiceMessage) => void,
): Promise<void> {
  try {
    await probePath(session, null, {
      signal,
      onRunning: (hops) => dispatch({ type: 'path.running', hops }),
      onResult: (result) => dispatch({ type: 'path.result', result }),
    });
  } finally {
    dispatch({ type: 'path.done' });
  }
}
