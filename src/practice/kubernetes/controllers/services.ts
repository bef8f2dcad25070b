/** Services: their addresses and node ports, and which pods stand behind them. */
import type { Cluster } from '../cluster.js';
import { listAt, mapAt, textAt, type Json, type JsonMap } from '../json.js';
import { builtIn } from '../resources.js';
import { nameOf, namespaceOf } from '../store.js';
import { isReady } from './pods.js';

export function settleServices(cluster: Cluster): void {
  const { store } = cluster;
  for (const service of store.list('Service')) {
    const namespace = namespaceOf(service);
    const selector = Object.entries(mapAt(service, 'spec', 'selector'));
    if (selector.length === 0) continue;
    const pods = store
      .list('Pod', namespace)
      .filter(
        (pod) =>
          textAt(pod, 'status', 'podIP') !== '' &&
          textAt(pod, 'metadata', 'deletionTimestamp') === '' &&
          selector.every(([key, value]) => textAt(pod, 'metadata', 'labels', key) === textAt(value)),
      );
    const target = (pod: JsonMap): JsonMap => ({
      kind: 'Pod',
      name: nameOf(pod),
      namespace,
      uid: textAt(pod, 'metadata', 'uid'),
    });
    const ports: Json[] = listAt(service, 'spec', 'ports').map((port) => ({
      ...(textAt(port, 'name') === '' ? {} : { name: textAt(port, 'name') }),
      port: portNumber(port, pods[0]),
      protocol: textAt(port, 'protocol') || 'TCP',
    }));
    const addresses = (ready: boolean): Json[] =>
      pods
        .filter((pod) => isReady(pod) === ready)
        .map((pod) => ({
          ip: textAt(pod, 'status', 'podIP'),
          nodeName: textAt(pod, 'spec', 'nodeName'),
          targetRef: target(pod),
        }));
    const [ready, waiting] = [addresses(true), addresses(false)];
    store.update(builtIn('Endpoints'), {
      ...store.get('Endpoints', namespace, nameOf(service)),
      metadata: {
        ...mapAt(store.get('Endpoints', namespace, nameOf(service)), 'metadata'),
        name: nameOf(service),
        namespace,
      },
      subsets:
        ready.length + waiting.length === 0
          ? []
          : [
              {
                ...(ready.length > 0 ? { addresses: ready } : {}),
                ...(waiting.length > 0 ? { notReadyAddresses: waiting } : {}),
                ports,
              },
            ],
    });
    const slice = `${nameOf(service)}-slice`;
    const old = store.get('EndpointSlice', namespace, slice);
    store.update(builtIn('EndpointSlice'), {
      ...old,
      metadata: {
        ...mapAt(old, 'metadata'),
        name: slice,
        namespace,
        labels: {
          'kubernetes.io/service-name': nameOf(service),
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
      },
      addressType: 'IPv4',
      endpoints: pods.map((pod) => ({
        addresses: [textAt(pod, 'status', 'podIP')],
        conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
        nodeName: textAt(pod, 'spec', 'nodeName'),
        targetRef: target(pod),
      })),
      ports,
    });
  }
  // Endpoints of services that are gone go too.
  for (const endpoints of store.list('Endpoints')) {
    if (
      nameOf(endpoints) === 'kubernetes' ||
      store.get('Service', namespaceOf(endpoints), nameOf(endpoints)) !== undefined
    )
      continue;
    store.delete(builtIn('Endpoints'), namespaceOf(endpoints), nameOf(endpoints));
    store.delete(builtIn('EndpointSlice'), namespaceOf(endpoints), `${nameOf(endpoints)}-slice`);
  }
}
/** The container's port that a service's port leads to. */
export function portNumber(port: Json, pod: JsonMap | undefined): number {
  const target = textAt(port, 'targetPort') || textAt(port, 'port');
  if (/^\d+$/.test(target)) return Number(target);
  const named = listAt(pod, 'spec', 'containers')
    .flatMap((container) => listAt(container, 'ports'))
    .find((one) => textAt(one, 'name') === target);
  return Number(textAt(named, 'containerPort') || textAt(port, 'port'));
}
