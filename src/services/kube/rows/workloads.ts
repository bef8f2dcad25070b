/** Deployments, StatefulSets, DaemonSets and Jobs as `kubectl get` tells them. Pure. */
import type { Health, JobRow, WorkloadRow } from '../../../state/live/rows.js';
import { baseOf } from './base.js';
import { at, conditionIs, conditionOf, isBeingDeleted, listAt, numberAt, textAt, timeAt } from './fields.js';
import type { Words } from './words.js';

interface Counts {
  readonly wanted: number;
  readonly ready: number;
  readonly updated: number;
  readonly available: number;
}

/** The controller has not looked at the newest wish yet. */
function isBehind(object: unknown): boolean {
  return numberAt(object, 0, 'status', 'observedGeneration') < numberAt(object, 0, 'metadata', 'generation');
}

function row(
  object: unknown,
  kind: WorkloadRow['kind'],
  counts: Counts,
  health: Health,
  words: Words,
): WorkloadRow {
  return {
    ...baseOf(object, words),
    kind,
    health,
    status: `${counts.ready}/${counts.wanted}`,
    ...counts,
    images: [
      ...new Set(
        listAt(object, 'spec', 'template', 'spec', 'containers').map((one) => words(textAt(one, 'image'))),
      ),
    ],
  };
}

/** Without replicas on purpose is `off`; without ready ones though some are wanted is `bad` unless a change is under way. */
function healthOf({ wanted, ready, updated }: Counts, rolling: boolean): Health {
  if (wanted === 0) return ready === 0 ? 'off' : 'busy';
  if (ready >= wanted && updated >= wanted && !rolling) return 'good';
  if (rolling || updated < wanted) return 'busy';
  return ready === 0 ? 'bad' : 'warn';
}

export function deploymentRow(object: unknown, words: Words): WorkloadRow {
  const counts = {
    wanted: numberAt(object, 1, 'spec', 'replicas'),
    ready: numberAt(object, 0, 'status', 'readyReplicas'),
    updated: numberAt(object, 0, 'status', 'updatedReplicas'),
    available: numberAt(object, 0, 'status', 'availableReplicas'),
  };
  const progressing = conditionOf(object, 'Progressing');
  // `ReplicaSetUpdated` and `NewReplicaSetCreated`: on the way. `NewReplicaSetAvailable`: it had arrived.
  const rolling =
    isBehind(object) ||
    (textAt(progressing, 'status') === 'True' && textAt(progressing, 'reason') !== 'NewReplicaSetAvailable');
  const stuck = textAt(progressing, 'status') === 'False' || conditionIs(object, 'ReplicaFailure', 'True');
  const health = stuck && counts.wanted > 0 ? 'bad' : healthOf(counts, rolling);
  return row(object, 'Deployment', counts, health, words);
}

export function statefulSetRow(object: unknown, words: Words): WorkloadRow {
  const wanted = numberAt(object, 1, 'spec', 'replicas');
  const ready = numberAt(object, 0, 'status', 'readyReplicas');
  const counts = {
    wanted,
    ready,
    // Revisions that are the same: nothing to update, and the number may be left out.
    updated:
      textAt(object, 'status', 'updateRevision') === textAt(object, 'status', 'currentRevision')
        ? numberAt(object, 0, 'status', 'replicas')
        : numberAt(object, 0, 'status', 'updatedReplicas'),
    // Before v1.22 it was not counted.
    available: numberAt(object, ready, 'status', 'availableReplicas'),
  };
  return row(object, 'StatefulSet', counts, healthOf(counts, isBehind(object)), words);
}

export function daemonSetRow(object: unknown, words: Words): WorkloadRow {
  const counts = {
    wanted: numberAt(object, 0, 'status', 'desiredNumberScheduled'),
    ready: numberAt(object, 0, 'status', 'numberReady'),
    updated: numberAt(object, 0, 'status', 'updatedNumberScheduled'),
    available: numberAt(object, 0, 'status', 'numberAvailable'),
  };
  return row(object, 'DaemonSet', counts, healthOf(counts, isBehind(object)), words);
}

/** The words of kubectl v1.31 and newer, for older servers too: those only print COMPLETIONS. */
function jobStatus(job: unknown): readonly [string, Health] {
  if (conditionIs(job, 'Complete', 'True')) return ['Complete', 'good'];
  if (conditionIs(job, 'Failed', 'True')) return ['Failed', 'bad'];
  if (isBeingDeleted(job)) return ['Terminating', 'busy'];
  if (conditionIs(job, 'Suspended', 'True')) return ['Suspended', 'off'];
  if (conditionIs(job, 'FailureTarget', 'True')) return ['FailureTarget', 'bad'];
  if (conditionIs(job, 'SuccessCriteriaMet', 'True')) return ['SuccessCriteriaMet', 'good'];
  return ['Running', numberAt(job, 0, 'status', 'failed') > 0 ? 'warn' : 'busy'];
}

export function jobRow(job: unknown, words: Words): JobRow {
  const [status, health] = jobStatus(job);
  const failedAt = timeAt(conditionOf(job, 'Failed'), 'lastTransitionTime');
  return {
    ...baseOf(job, words),
    kind: 'Job',
    health,
    status,
    succeeded: numberAt(job, 0, 'status', 'succeeded'),
    failed: numberAt(job, 0, 'status', 'failed'),
    active: numberAt(job, 0, 'status', 'active'),
    // Without a number of completions one success is enough.
    wanted: numberAt(job, 1, 'spec', 'completions'),
    finishedAt:
      timeAt(job, 'status', 'completionTime') ??
      (at(job, 'status') !== undefined && status === 'Failed' ? failedAt : null),
  };
}
