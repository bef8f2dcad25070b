/** kubectl wait and kubectl rollout: waiting for what the cluster does by itself. */
import { instant } from '../access.js';
import { listAt, mapAt, numberAt, textAt, type JsonMap } from '../json.js';
import { REVISION } from '../controllers/deployments.js';
import { columns } from '../kubeadm/token.js';
import { builtIn, qualified } from '../resources.js';
import { nameOf, namespaceOf } from '../store.js';
import { connect, KubectlError, NotSimulated, seconds, type Call, type Session } from './call.js';
import { JsonPathError, textOf, valuesAt } from './jsonpath.js';
import { select } from './select.js';

/** Waits in simulated seconds; false when the time is over. @param limit 0: for ever */
async function until(session: Session, limit: number, met: () => boolean): Promise<boolean> {
  const { simulation } = session.host.world;
  session.host.kube.wake();
  const start = simulation.seconds;
  while (!met()) {
    if (limit > 0 && simulation.seconds - start >= limit) return false;
    // Whoever waits on another host's cluster keeps its time going too.
    session.api.host.kube.wake();
    await session.process.sleep(250);
    if (session.api.host.kube.controlPlane.api === null)
      throw new KubectlError(
        `The connection to the server ${session.config.server.replace(/^https?:\/\//, '')} was refused - did you specify the right host or port?`,
      );
  }
  return true;
}
function condition(text: string): (object: JsonMap | undefined) => boolean {
  if (text === 'delete') return (object) => object === undefined;
  if (text === 'create') return (object) => object !== undefined;
  const wanted = /^condition=([\w.-]+)(?:=(\w+))?$/i.exec(text);
  if (wanted !== null)
    return (object) =>
      listAt(object, 'status', 'conditions').some(
        (one) =>
          textAt(one, 'type').toLowerCase() === (wanted[1] ?? '').toLowerCase() &&
          textAt(one, 'status').toLowerCase() === (wanted[2] ?? 'true').toLowerCase(),
      );
  const path = /^jsonpath=(\{[\s\S]*\}|[^=]+)(?:=([\s\S]*))?$/.exec(text);
  if (path !== null) {
    const value = (path[2] ?? '').replace(/^(["'])(.*)\1$/, '$2');
    return (object) => {
      const [found] = object === undefined ? [] : valuesAt(object, path[1] ?? '');
      return path[2] === undefined ? found !== undefined : found !== undefined && textOf(found) === value;
    };
  }
  throw new KubectlError(`error: unrecognized condition: "${text}"`);
}

export async function wait(call: Call): Promise<number> {
  const session = await connect(call);
  const { options, process, api } = session;
  const text = options.value('for');
  if (text === undefined) throw new KubectlError('error: --for must be specified');
  let met: (object: JsonMap | undefined) => boolean;
  try {
    met = condition(text);
  } catch (error) {
    if (error instanceof JsonPathError) throw new KubectlError(`error: ${error.message}`);
    throw error;
  }
  const limit = seconds(options.value('timeout') ?? '30s');
  const found = select(session, options.operands);
  if (!found.named && !options.has('all', 'l', 'selector', 'A', 'all-namespaces', 'field-selector'))
    throw new KubectlError('error: resource name may not be empty');
  const targets = found.groups.flatMap(({ resource, objects }) =>
    objects.map((object) => ({ resource, object })),
  );
  if (found.missing.length > 0 && text !== 'delete') {
    for (const words of found.missing) await process.err(`${words}\n`);
    return 1;
  }
  if (targets.length === 0) {
    if (text === 'delete') return 0;
    throw new KubectlError('error: no matching resources found');
  }
  let status = 0;
  for (const { resource, object } of targets) {
    const now = () => {
      const live = api.cluster.store.get(resource.kind, namespaceOf(object), nameOf(object));
      return live !== undefined && textAt(live, 'metadata', 'uid') === textAt(object, 'metadata', 'uid')
        ? live
        : undefined;
    };
    if (await until(session, Math.max(limit, 1), () => met(now())))
      await process.out(
        `${qualified(resource)}/${nameOf(object)} ${text === 'delete' ? 'deleted' : 'condition met'}\n`,
      );
    else {
      await process.err(
        `error: timed out waiting for the condition on ${resource.plural}/${nameOf(object)}\n`,
      );
      status = 1;
    }
  }
  return status;
}

/** What `rollout status` says of an object now, and whether that is the end. */
function progress(object: JsonMap): { readonly words: string; readonly done: boolean } {
  const name = nameOf(object);
  const generation = numberAt(object, 'metadata', 'generation') ?? 1;
  const observed = numberAt(object, 'status', 'observedGeneration') ?? 0;
  const count = (key: string) => numberAt(object, 'status', key) ?? 0;
  const kind = textAt(object, 'kind');
  if (kind === 'DaemonSet') {
    const wanted = count('desiredNumberScheduled');
    if (observed < generation)
      return { words: 'Waiting for daemon set spec update to be observed...', done: false };
    if (count('updatedNumberScheduled') < wanted)
      return {
        words: `Waiting for daemon set "${name}" rollout to finish: ${count('updatedNumberScheduled')} out of ${wanted} new pods have been updated...`,
        done: false,
      };
    if (count('numberAvailable') < wanted)
      return {
        words: `Waiting for daemon set "${name}" rollout to finish: ${count('numberAvailable')} of ${wanted} updated pods are available...`,
        done: false,
      };
    return { words: `daemon set "${name}" successfully rolled out`, done: true };
  }
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  if (observed < generation)
    return {
      words: `Waiting for ${kind === 'StatefulSet' ? 'statefulset' : 'deployment'} spec update to be observed...`,
      done: false,
    };
  if (kind === 'StatefulSet')
    return count('readyReplicas') < wanted
      ? { words: `Waiting for ${wanted - count('readyReplicas')} pods to be ready...`, done: false }
      : {
          words: `statefulset rolling update complete ${wanted} pods at revision ${textAt(object, 'status', 'currentRevision')}...`,
          done: true,
        };
  const stuck = listAt(object, 'status', 'conditions').some(
    (one) => textAt(one, 'reason') === 'ProgressDeadlineExceeded',
  );
  if (stuck) throw new KubectlError(`error: deployment "${name}" exceeded its progress deadline`);
  if (count('updatedReplicas') < wanted)
    return {
      words: `Waiting for deployment "${name}" rollout to finish: ${count('updatedReplicas')} out of ${wanted} new replicas have been updated...`,
      done: false,
    };
  if (count('replicas') > count('updatedReplicas'))
    return {
      words: `Waiting for deployment "${name}" rollout to finish: ${count('replicas') - count('updatedReplicas')} old replicas are pending termination...`,
      done: false,
    };
  if (count('availableReplicas') < wanted)
    return {
      words: `Waiting for deployment "${name}" rollout to finish: ${count('availableReplicas')} of ${wanted} updated replicas are available...`,
      done: false,
    };
  return { words: `deployment "${name}" successfully rolled out`, done: true };
}

/** The revisions of a deployment, the oldest first. */
function revisionsOf(
  session: Session,
  object: JsonMap,
): readonly { readonly number: number; readonly set: JsonMap }[] {
  return session.api.cluster.store
    .list('ReplicaSet', namespaceOf(object))
    .filter((set) =>
      listAt(set, 'metadata', 'ownerReferences').some(
        (one) => textAt(one, 'uid') === textAt(object, 'metadata', 'uid'),
      ),
    )
    .map((set) => ({ number: Number(textAt(set, 'metadata', 'annotations', REVISION) || 0), set }))
    .toSorted((a, b) => a.number - b.number);
}
/** Puts the template of an earlier revision back. @throws KubectlError */
function undo(session: Session, object: JsonMap): void {
  const all = revisionsOf(session, object);
  const wanted = Number(session.options.value('to-revision') ?? 0);
  const found = wanted > 0 ? all.find(({ number }) => number === wanted) : all.at(-2);
  if (found === undefined)
    throw new KubectlError(
      wanted > 0
        ? `error: unable to find specified revision ${wanted} in history`
        : `error: no rollout history found for deployment "${nameOf(object)}"`,
    );
  const template = mapAt(found.set, 'spec', 'template');
  const { 'pod-template-hash': _hash, ...labels } = mapAt(template, 'metadata', 'labels');
  session.api.cluster.store.update(builtIn('Deployment'), {
    ...object,
    spec: {
      ...mapAt(object, 'spec'),
      template: { ...template, metadata: { ...mapAt(template, 'metadata'), labels } },
    },
  });
}
export async function rollout(call: Call): Promise<number> {
  const [verb = '', ...operands] = call.options.operands;
  const session = await connect(call);
  const { options, process, api } = session;
  const found = select({ ...session, options: { ...options, operands } }, operands);
  for (const words of found.missing) await process.err(`${words}\n`);
  if (found.missing.length > 0) return 1;
  for (const { resource, objects } of found.groups) {
    if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(resource.kind))
      throw new KubectlError(
        `error: no status viewer has been implemented for {${resource.apiVersion.split('/')[0] ?? ''} ${resource.kind}}`,
      );
    for (const object of objects) {
      const live = () => api.cluster.store.get(resource.kind, namespaceOf(object), nameOf(object)) ?? object;
      if (verb === 'restart') {
        const now = instant(session.host.machine.now());
        const template = mapAt(object, 'spec', 'template');
        const metadata = {
          ...mapAt(template, 'metadata'),
          annotations: {
            ...mapAt(template, 'metadata', 'annotations'),
            'kubectl.kubernetes.io/restartedAt': `${now} ${api.cluster.store.resourceVersion}`,
          },
        };
        api.cluster.store.update(resource, {
          ...object,
          spec: { ...mapAt(object, 'spec'), template: { ...template, metadata } },
        });
        await process.out(`${qualified(resource)}/${nameOf(object)} restarted\n`);
      } else if (verb === 'status') {
        const limit = seconds(options.value('timeout'));
        let said = '';
        const ok = await (async () => {
          for (const start = session.host.world.simulation.seconds; ;) {
            const { words, done } = progress(live());
            if (words !== said) await process.out(`${words}\n`);
            said = words;
            if (done) return true;
            if (options.value('watch') === 'false') return true;
            const left = limit === 0 ? 0 : limit - (session.host.world.simulation.seconds - start);
            if (limit > 0 && left <= 0) return false;
            if (!(await until(session, limit === 0 ? 0 : left, () => progress(live()).words !== said)))
              return false;
          }
        })();
        if (!ok) throw new KubectlError('error: timed out waiting for the condition');
      } else if (verb === 'undo' && resource.kind === 'Deployment') {
        undo(session, object);
        await process.out(`${qualified(resource)}/${nameOf(object)} rolled back\n`);
      } else if (verb === 'history' && resource.kind === 'Deployment') {
        const rows = revisionsOf(session, object).map(({ number, set }) => [
          String(number),
          textAt(set, 'metadata', 'annotations', 'kubernetes.io/change-cause') || '<none>',
        ]);
        await process.out(
          `${qualified(resource)}/${nameOf(object)} \n${columns([['REVISION', 'CHANGE-CAUSE'], ...rows])}\n`,
        );
      } else throw new NotSimulated(`rollout ${verb} of a ${resource.kind}`);
    }
  }
  return 0;
}
