/** Which container of a pod is meant, where there are several. */
import type { LiveUiMessage } from './state.js';
import type { PodContainer, PodRow } from './rows.js';
import type { LiveTarget } from './targets.js';

/** What is wanted of a container. */
export type ContainerPurpose = 'log' | 'shell';

/** Asked when a pod has several containers that would do. */
export interface ContainerDialog {
  readonly kind: 'choose-container';
  readonly purpose: ContainerPurpose;
  readonly namespace: string;
  readonly pod: string;
  readonly containers: readonly Pick<PodContainer, 'name' | 'init' | 'state' | 'reason'>[];
  readonly cursor: number;
}

function begin(purpose: ContainerPurpose, namespace: string, name: string, container: string): LiveUiMessage {
  const target: LiveTarget = { kind: 'object', object: 'Pod', namespace, name, container };
  return purpose === 'log'
    ? { type: 'live.follow', target, previous: false }
    : { type: 'shell.open', target };
}

/**
 * A pod's log or a shell in it: begun at once where there is nothing to choose, else asked for.
 * @returns null when a shell is wanted and nothing of the pod runs
 */
export function intoPod(row: PodRow, purpose: ContainerPurpose): LiveUiMessage | null {
  const { namespace, name } = row;
  const fit = row.containers.filter(({ init, state, reason }) =>
    // What has prepared the pod well is nothing that one asks about.
    purpose === 'log' ? !init || reason !== 'Completed' : state === 'running',
  );
  if (purpose === 'shell' && fit.length === 0) return null;
  const mains = row.containers.filter((one) => !one.init);
  const [only] = fit;
  if (only === undefined || (fit.length === 1 && mains.length === 1 && !only.init))
    return begin(purpose, namespace, name, '');
  if (fit.length === 1) return begin(purpose, namespace, name, only.name);
  return {
    type: 'ask.container',
    dialog: {
      kind: 'choose-container',
      purpose,
      namespace,
      pod: name,
      containers: fit.map(({ name: container, init, state, reason }) => ({
        name: container,
        init,
        state,
        reason,
      })),
      // What prepares the pod comes first in it, and is what one looks for last.
      cursor: Math.max(
        0,
        fit.findIndex((one) => !one.init),
      ),
    },
  };
}

/** What follows when the row under the cursor is chosen; null when there is none. */
export function chosenContainer({
  purpose,
  namespace,
  pod,
  containers,
  cursor,
}: ContainerDialog): LiveUiMessage | null {
  const chosen = containers[cursor];
  return chosen === undefined ? null : begin(purpose, namespace, pod, chosen.name);
}
