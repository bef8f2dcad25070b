/** kubectl taint, cordon and drain. */
import { listAt, mapAt, mergePatch, textAt } from '../json.js';
import { taintsOf } from '../node-object.js';
import { builtIn } from '../resources.js';
import { nameOf, namespaceOf } from '../store.js';
import { endPod } from '../controllers/pods.js';
import { connect, KubectlError, type Call } from './call.js';
import { select } from './select.js';
import { split, each } from './edit.js';

export async function taint(call: Call): Promise<number> {
  const session = await connect(call);
  const { what, changes } = split(
    call.options.operands,
    (word) => /^[\w./-]+(=[^:]*)?(:\w+)?-?$/.test(word) && /[:=]|-$/.test(word),
  );
  const found = select(session, what);
  if (changes.length === 0) throw new KubectlError('error: at least one taint update is required');
  const removes = changes.filter((change) => change.endsWith('-'));
  for (const { objects } of found.groups)
    for (const object of objects)
      for (const change of removes) {
        const key = change.replace(/-$/, '').split(/[=:]/)[0] ?? '';
        if (!taintsOf(object).some((one) => textAt(one, 'key') === key))
          throw new KubectlError(`error: taint "${change.replace(/-$/, '')}" not found`);
      }
  return each(
    session,
    found.groups,
    found.missing,
    removes.length === changes.length ? 'untainted' : 'tainted',
    (object) => {
      let taints = [...taintsOf(object)];
      for (const change of changes) {
        const [, key = '', value, effect] = /^([\w./-]+?)(?:=([^:]*))?(?::(\w+))?-?$/.exec(change) ?? [];
        taints = taints.filter(
          (one) => textAt(one, 'key') !== key || (effect !== undefined && textAt(one, 'effect') !== effect),
        );
        if (!change.endsWith('-')) {
          if (!['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect ?? ''))
            throw new KubectlError(`error: invalid taint effect: ${effect ?? ''}, unsupported taint effect`);
          taints.push({
            key,
            ...(value === undefined || value === '' ? {} : { value }),
            effect: effect ?? '',
          });
        }
      }
      return { ...object, spec: { ...mapAt(object, 'spec'), taints } };
    },
  );
}
export async function cordon(call: Call, off: boolean): Promise<number> {
  const session = await connect(call);
  const found = select(session, ['node', ...call.options.operands]);
  for (const words of found.missing) await session.process.err(`${words}\n`);
  for (const { objects } of found.groups)
    for (const node of objects) {
      const was = textAt(node, 'spec', 'unschedulable') === 'true';
      if (was !== off)
        session.api.cluster.store.update(
          builtIn('Node'),
          mergePatch(node, { spec: { unschedulable: off ? true : null } }),
        );
      await session.process.out(
        `node/${nameOf(node)} ${was === off ? `already ${off ? 'cordoned' : 'uncordoned'}` : off ? 'cordoned' : 'uncordoned'}\n`,
      );
    }
  return found.missing.length > 0 ? 1 : 0;
}
export async function drain(call: Call): Promise<number> {
  const status = await cordon(call, true);
  const session = await connect(call);
  const [name = ''] = call.options.operands;
  const pods = session.api.cluster.store
    .list('Pod')
    .filter(
      (pod) =>
        textAt(pod, 'spec', 'nodeName') === name &&
        textAt(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') === '',
    );
  const daemons = pods.filter(
    (pod) => textAt(listAt(pod, 'metadata', 'ownerReferences')[0], 'kind') === 'DaemonSet',
  );
  if (daemons.length > 0 && !call.options.has('ignore-daemonsets'))
    throw new KubectlError(
      `error: unable to drain node "${name}" due to error: cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ${daemons.map((pod) => `${namespaceOf(pod)}/${nameOf(pod)}`).join(', ')}, continuing command...\nThere are pending nodes to be drained:\n ${name}`,
    );
  if (daemons.length > 0)
    await session.process.err(
      `Warning: ignoring DaemonSet-managed Pods: ${daemons.map((pod) => `${namespaceOf(pod)}/${nameOf(pod)}`).join(', ')}\n`,
    );
  for (const pod of pods) {
    if (daemons.includes(pod)) continue;
    await session.process.out(`evicting pod ${namespaceOf(pod)}/${nameOf(pod)}\n`);
    endPod(session.api.cluster, pod);
    await session.process.sleep(500);
    await session.process.out(`pod/${nameOf(pod)} evicted\n`);
  }
  await session.process.out(`node/${name} drained\n`);
  return status;
}
