/** A pod as `kubectl get pods` tells it: STATUS, READY and RESTARTS by the rules of kubectl's own printer. Pure. */
import type { Health, PodContainer, PodRow } from '../../../state/live/rows.js';
import {
  at,
  conditionIs,
  conditionOf,
  isBeingDeleted,
  listAt,
  numberAt,
  textAt,
  timeAt,
  trueAt,
} from './fields.js';
import { baseOf } from './base.js';
import type { Words } from './words.js';

interface Told {
  readonly status: string;
  readonly ready: number;
  readonly of: number;
  readonly restarts: number;
  readonly lastRestartAt: number | null;
}

/** A side container: an init container that goes on running (v1.28 and newer). */
const isSidecar = (spec: unknown): boolean => textAt(spec, 'restartPolicy') === 'Always';

const later = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

/** `OOMKilled`, else `Signal:9` or `ExitCode:1`. */
function endOf(terminated: unknown): string {
  const reason = textAt(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = numberAt(terminated, 0, 'signal');
  return signal === 0 ? `ExitCode:${numberAt(terminated, 0, 'exitCode')}` : `Signal:${signal}`;
}

/** Follows printPod of kubectl (k8s.io/kubernetes/pkg/printers/internalversion), v1.20 to v1.34. */
function tell(pod: unknown): Told {
  const initSpecs = listAt(pod, 'spec', 'initContainers');
  const sidecars = new Set(initSpecs.filter(isSidecar).map((one) => textAt(one, 'name')));
  const of = listAt(pod, 'spec', 'containers').length + sidecars.size;
  let ready = 0;
  let restarts = 0;
  let lastRestartAt: number | null = null;
  let sidecarRestarts = 0;
  let sidecarRestartAt: number | null = null;
  const phase = textAt(pod, 'status', 'phase');
  let status = textAt(pod, 'status', 'reason') || phase;
  if (textAt(conditionOf(pod, 'PodScheduled'), 'reason') === 'SchedulingGated') status = 'SchedulingGated';

  let initializing = false;
  for (const [index, one] of listAt(pod, 'status', 'initContainerStatuses').entries()) {
    const endedAt = timeAt(one, 'lastState', 'terminated', 'finishedAt');
    restarts += numberAt(one, 0, 'restartCount');
    lastRestartAt = later(lastRestartAt, endedAt);
    const sidecar = sidecars.has(textAt(one, 'name'));
    if (sidecar) {
      sidecarRestarts += numberAt(one, 0, 'restartCount');
      sidecarRestartAt = later(sidecarRestartAt, endedAt);
    }
    const terminated = at(one, 'state', 'terminated');
    const waiting = textAt(one, 'state', 'waiting', 'reason');
    if (terminated !== undefined && numberAt(terminated, 0, 'exitCode') === 0) continue;
    if (sidecar && trueAt(one, 'started')) {
      if (trueAt(one, 'ready')) ready += 1;
      continue;
    }
    if (terminated !== undefined) status = `Init:${endOf(terminated)}`;
    else if (waiting !== '' && waiting !== 'PodInitializing') status = `Init:${waiting}`;
    else status = `Init:${index}/${initSpecs.length}`;
    initializing = true;
    break;
  }
  if (!initializing || conditionIs(pod, 'Initialized', 'True')) {
    restarts = sidecarRestarts;
    lastRestartAt = sidecarRestartAt;
    let running = false;
    for (const one of listAt(pod, 'status', 'containerStatuses').toReversed()) {
      restarts += numberAt(one, 0, 'restartCount');
      lastRestartAt = later(lastRestartAt, timeAt(one, 'lastState', 'terminated', 'finishedAt'));
      const waiting = textAt(one, 'state', 'waiting', 'reason');
      const terminated = at(one, 'state', 'terminated');
      if (waiting !== '') status = waiting;
      else if (terminated !== undefined) status = endOf(terminated);
      else if (trueAt(one, 'ready') && at(one, 'state', 'running') !== undefined) {
        running = true;
        ready += 1;
      }
    }
    // One container is done while another goes on: the pod as a whole still runs.
    if (status === 'Completed' && running)
      status = conditionIs(pod, 'Ready', 'True') ? 'Running' : 'NotReady';
  }
  if (isBeingDeleted(pod)) {
    if (textAt(pod, 'status', 'reason') === 'NodeLost') status = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') status = 'Terminating';
  }
  return { status, ready, of, restarts, lastRestartAt };
}

const BEGINNING = /^(?:Pending|ContainerCreating|PodInitializing|Terminating|Init:\d+\/\d+)$/;

function healthOf(pod: unknown, { status, ready, of }: Told): Health {
  switch (status) {
    case 'Running':
      // Of a node that has fallen silent the containers stay as they were told last; the pod's own condition does not.
      return ready >= of && !conditionIs(pod, 'Ready', 'False') ? 'good' : 'warn';
    case 'Completed':
    case 'Succeeded':
      return 'good';
    case 'NotReady':
      return 'warn';
    case 'SchedulingGated':
      return 'off';
    default:
      // No node takes it: waiting does not help.
      if (status === 'Pending' && textAt(conditionOf(pod, 'PodScheduled'), 'reason') === 'Unschedulable')
        return 'bad';
      return BEGINNING.test(status) ? 'busy' : 'bad';
  }
}

function containerOf(spec: unknown, statuses: readonly unknown[], init: boolean, words: Words): PodContainer {
  const name = textAt(spec, 'name');
  const status = statuses.find((one) => textAt(one, 'name') === name);
  const terminated = at(status, 'state', 'terminated');
  const now = terminated ?? at(status, 'state', 'waiting');
  const running = terminated === undefined && at(status, 'state', 'running') !== undefined;
  // Why it is waiting says little while it backs off: how it ended last says more.
  const last = at(status, 'lastState', 'terminated');
  return {
    name: words(name),
    init,
    image: words(textAt(spec, 'image')),
    ready: trueAt(status, 'ready'),
    restarts: numberAt(status, 0, 'restartCount'),
    state: running ? 'running' : terminated === undefined ? 'waiting' : 'terminated',
    reason: running ? '' : words(terminated === undefined ? textAt(now, 'reason') : endOf(terminated)),
    message: running ? '' : words(textAt(now, 'message')),
    exitCode: numberAt(running ? undefined : (terminated ?? last), null, 'exitCode'),
  };
}

/** A static pod belongs to its kubelet, though its mirror may have no owner. */
function nodeOfMirror(pod: unknown, words: Words): string {
  const isMirror = textAt(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') !== '';
  return isMirror ? words(`Node/${textAt(pod, 'spec', 'nodeName')}`) : '';
}

/** @param pod an object of the API, of any version */
export function podRow(pod: unknown, words: Words): PodRow {
  const told = tell(pod);
  const inits = listAt(pod, 'status', 'initContainerStatuses');
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const owners = listAt(pod, 'metadata', 'ownerReferences');
  const owner = owners.find((one) => trueAt(one, 'controller')) ?? owners[0];
  return {
    ...baseOf(pod, words),
    kind: 'Pod',
    health: healthOf(pod, told),
    status: words(told.status) || 'Unknown',
    node: words(textAt(pod, 'spec', 'nodeName')),
    ip: words(textAt(pod, 'status', 'podIP')),
    ready: told.ready,
    of: told.of,
    restarts: told.restarts,
    lastRestartAt: told.restarts === 0 ? null : told.lastRestartAt,
    owner:
      owner === undefined
        ? nodeOfMirror(pod, words)
        : words(`${textAt(owner, 'kind')}/${textAt(owner, 'name')}`),
    containers: [
      ...listAt(pod, 'spec', 'initContainers').map((one) => containerOf(one, inits, true, words)),
      ...listAt(pod, 'spec', 'containers').map((one) => containerOf(one, statuses, false, words)),
    ],
  };
}
