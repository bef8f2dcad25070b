/** Hands of the breakages of the application: its objects are changed and put back, its pods ended. */
import type { Heal, LabParts } from '../fault.js';
import type { Cluster } from '../kubernetes/cluster.js';
import { endPod } from '../kubernetes/controllers/pods.js';
import { isMap, listAt, mapAt, textAt, type Json, type JsonMap } from '../kubernetes/json.js';
import { builtIn } from '../kubernetes/resources.js';
import { nameOf, namespaceOf } from '../kubernetes/store.js';

const nothing: Heal = () => undefined;

export function clusterOf({ hosts: [, k8s] }: LabParts): Cluster | null {
  return k8s.kube.controlPlane.cluster;
}
/** Namespace in which the application is; null when it is not there. */
export function spaceOf(cluster: Cluster): string | null {
  const found = cluster.store.list('Deployment').find((one) => nameOf(one) === 'go');
  return found === undefined ? null : namespaceOf(found);
}
/** Changes one object of the application and gives the way back to what it was. */
export function change(lab: LabParts, kind: string, name: string, edit: (object: JsonMap) => JsonMap): Heal {
  const cluster = clusterOf(lab);
  const space = cluster === null ? null : spaceOf(cluster);
  const before = space === null ? undefined : cluster?.store.get(kind, space, name);
  if (cluster === null || space === null || before === undefined) return nothing;
  cluster.store.update(builtIn(kind), edit(structuredClone(before)));
  cluster.host.kube.wake();
  return () => {
    const now = cluster.store.get(kind, space, name);
    if (now === undefined) return;
    // What describes the object goes back; its status is the cluster's own.
    const kept = Object.fromEntries(
      ['spec', 'data'].flatMap((key) => (before[key] === undefined ? [] : [[key, before[key]]])),
    );
    cluster.store.update(builtIn(kind), { ...now, ...kept });
    cluster.host.kube.wake();
  };
}
/** Ends the pods of some applications; their controllers make new ones, which read everything anew. */
export function restart(lab: LabParts, ...apps: readonly string[]): void {
  const cluster = clusterOf(lab);
  const space = cluster === null ? null : spaceOf(cluster);
  if (cluster === null || space === null) return;
  for (const pod of cluster.store.list('Pod', space))
    if (apps.includes(textAt(pod, 'metadata', 'labels', 'app'))) endPod(cluster, pod);
  cluster.host.kube.wake();
}
export function inContainers(object: JsonMap, edit: (container: JsonMap) => JsonMap): JsonMap {
  const template = mapAt(object, 'spec', 'template');
  const containers: Json[] = listAt(template, 'spec', 'containers').map((one) =>
    isMap(one) ? edit(one) : one,
  );
  return {
    ...object,
    spec: {
      ...mapAt(object, 'spec'),
      template: { ...template, spec: { ...mapAt(template, 'spec'), containers } },
    },
  };
}
