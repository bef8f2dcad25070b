/** The Prometheus operator: makes a StatefulSet of each Prometheus and Alertmanager that somebody asks for. */
import type { Around } from '../apps/around.js';
import { longRunning } from '../apps/service.js';
import type { Program } from '../kernel/kernel.js';
import type { Cluster } from '../kubernetes/cluster.js';
import { ownerReference } from '../kubernetes/controllers/pods.js';
import { mapAt, mergeDeep, numberAt, sameJson, textAt, type JsonMap } from '../kubernetes/json.js';
import { builtIn } from '../kubernetes/resources.js';
import { nameOf, namespaceOf } from '../kubernetes/store.js';
import { IMAGES } from './images.js';
import { clusterOf, logfmt } from './servers.js';

type Kind = 'Prometheus' | 'Alertmanager';
const PORTS: Readonly<Record<Kind, number>> = { Prometheus: 9090, Alertmanager: 9093 };

function serverFor(kind: Kind, object: JsonMap): JsonMap {
  const word = kind.toLowerCase();
  const name = `${word}-${nameOf(object)}`;
  const port = PORTS[kind];
  const labels = {
    'app.kubernetes.io/name': word,
    'app.kubernetes.io/instance': nameOf(object),
    'app.kubernetes.io/managed-by': 'prometheus-operator',
    'operator.prometheus.io/name': nameOf(object),
    [word]: nameOf(object),
  };
  const resources = mapAt(object, 'spec', 'resources');
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: namespaceOf(object), labels, ownerReferences: [ownerReference(object)] },
    spec: {
      replicas: numberAt(object, 'spec', 'replicas') ?? 1,
      serviceName: `${word}-operated`,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: textAt(object, 'spec', 'serviceAccountName') || 'default',
          containers: [
            {
              name: word,
              image: textAt(object, 'spec', 'image'),
              args:
                kind === 'Prometheus'
                  ? [`--storage.tsdb.retention.time=${textAt(object, 'spec', 'retention') || '10d'}`]
                  : [],
              ports: [{ name: 'http-web', containerPort: port, protocol: 'TCP' }],
              readinessProbe: { httpGet: { path: '/-/ready', port: 'http-web' }, periodSeconds: 5 },
              ...(Object.keys(resources).length === 0 ? {} : { resources }),
            },
            {
              name: 'config-reloader',
              image: IMAGES.reloader,
              ports: [{ name: 'reloader-web', containerPort: 8080, protocol: 'TCP' }],
              resources: { requests: { cpu: '10m', memory: '50Mi' }, limits: { cpu: '10m', memory: '50Mi' } },
            },
          ],
        },
      },
    },
  };
}
function reconcile(cluster: Cluster): void {
  const { store } = cluster;
  for (const kind of ['Prometheus', 'Alertmanager'] as const)
    for (const object of store.list(kind)) {
      const wanted = serverFor(kind, object);
      const live = store.get('StatefulSet', namespaceOf(object), nameOf(wanted));
      const next = live === undefined ? wanted : mergeDeep(live, wanted);
      if (live === undefined) store.create(builtIn('StatefulSet'), wanted);
      else if (!sameJson(mapAt(live, 'spec'), mapAt(next, 'spec')))
        store.update(builtIn('StatefulSet'), next);
      const word = kind.toLowerCase();
      if (store.get('Service', namespaceOf(object), `${word}-operated`) !== undefined) continue;
      store.create(builtIn('Service'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: `${word}-operated`,
          namespace: namespaceOf(object),
          labels: { 'operated-prometheus': 'true' },
          ownerReferences: [ownerReference(object)],
        },
        spec: {
          type: 'ClusterIP',
          clusterIP: 'None',
          selector: { 'app.kubernetes.io/name': word },
          ports: [{ name: 'http-web', port: PORTS[kind], targetPort: 'http-web', protocol: 'TCP' }],
        },
      });
    }
}
export const prometheusOperator =
  (around: Around): Program =>
  async (process) => {
    await logfmt(process, 'info', 'Starting Prometheus Operator');
    const cluster = clusterOf(around);
    if (cluster === null) {
      await logfmt(process, 'error', 'failed to request Kubernetes server version: no answer');
      return 1;
    }
    reconcile(cluster);
    const stop = cluster.store.watch(({ resource, type }) => {
      if (type !== 'DELETED' && (resource.kind === 'Prometheus' || resource.kind === 'Alertmanager'))
        reconcile(cluster);
      if (type === 'DELETED' && resource.kind === 'StatefulSet') reconcile(cluster);
    });
    try {
      await longRunning(process);
    } finally {
      stop();
    }
    return 0;
  };
