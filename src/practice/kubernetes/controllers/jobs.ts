/** Jobs: one pod after another until it is done, has failed too often, or its time is over; and their end. */
import { instant } from '../access.js';
import type { Cluster } from '../cluster.js';
import { listAt, numberAt, textAt, type JsonMap } from '../json.js';
import { builtIn } from '../resources.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import { endPod, isReady, leaving, makePod, over, ownedPods, suffix } from './pods.js';

interface Times {
  startedAt: number;
  endedAt: number | null;
}
/** Simulated seconds of each job, by its uid: deadlines count in the cluster's own time. */
const times = new WeakMap<Cluster, Map<string, Times>>();
function timesOf(cluster: Cluster, uid: string, second: number): Times {
  const all = times.get(cluster) ?? new Map<string, Times>();
  times.set(cluster, all);
  const known = all.get(uid) ?? { startedAt: second, endedAt: null };
  all.set(uid, known);
  return known;
}
function restartsOf(pod: JsonMap): number {
  return ['initContainerStatuses', 'containerStatuses']
    .flatMap((key) => listAt(pod, 'status', key))
    .reduce<number>((sum, one) => sum + (numberAt(one, 'restartCount') ?? 0), 0);
}

export function job(cluster: Cluster, object: JsonMap): void {
  const { store } = cluster;
  const second = cluster.host.world.simulation.seconds;
  const clock = timesOf(cluster, uidOf(object), second);
  const now = instant(cluster.host.machine.now());
  const conditions = listAt(object, 'status', 'conditions');
  if (conditions.length > 0) {
    clock.endedAt ??= second;
    const keep = numberAt(object, 'spec', 'ttlSecondsAfterFinished');
    if (keep !== undefined && second - clock.endedAt >= keep)
      store.delete(builtIn('Job'), namespaceOf(object), nameOf(object));
    return;
  }
  if (textAt(object, 'spec', 'suspend') === 'true') return;
  const pods = ownedPods(cluster, object);
  const succeeded = pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Succeeded').length;
  const failed = pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Failed').length;
  const running = pods.filter((pod) => !over(pod) && !leaving(pod));
  const wanted = numberAt(object, 'spec', 'completions') ?? 1;
  const limit = numberAt(object, 'spec', 'backoffLimit') ?? 6;
  const deadline = numberAt(object, 'spec', 'activeDeadlineSeconds');
  const tries = failed + running.reduce((sum, pod) => sum + restartsOf(pod), 0);
  const failure =
    deadline !== undefined && second - clock.startedAt >= deadline
      ? { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
      : tries > limit
        ? { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
        : null;
  const done = succeeded >= wanted;
  const started = textAt(object, 'status', 'startTime') || now;
  if (failure === null && !done && running.length === 0) {
    makePod(
      cluster,
      object,
      `${nameOf(object)}-${suffix(uidOf(object) + String(pods.length))}`,
      { restartPolicy: textAt(object, 'spec', 'template', 'spec', 'restartPolicy') || 'Never' },
      { 'batch.kubernetes.io/job-name': nameOf(object), 'job-name': nameOf(object) },
    );
  }
  if (failure !== null) for (const pod of running) endPod(cluster, pod);
  const stamp = { status: 'True', lastTransitionTime: now, lastProbeTime: now };
  if (done) cluster.event(object, 'Normal', 'Completed', 'Job completed', 'job-controller');
  else if (failure !== null)
    cluster.event(object, 'Warning', failure.reason, failure.message, 'job-controller');
  // Counts of nothing are left out of the real object.
  const counted = Object.fromEntries(
    Object.entries({
      active: done || failure !== null ? 0 : Math.max(running.length, 1),
      succeeded,
      failed,
      ready: running.filter(isReady).length,
    }).filter(([, count]) => count > 0),
  );
  const status: JsonMap = {
    ...counted,
    startTime: started,
    uncountedTerminatedPods: {},
    ...(done
      ? { completionTime: now, conditions: [{ type: 'Complete', ...stamp }] }
      : failure === null
        ? {}
        : { conditions: [{ type: 'Failed', ...failure, ...stamp }] }),
  };
  store.change(builtIn('Job'), namespaceOf(object), nameOf(object), (one) => ({ ...one, status }));
}
