/** What every namespace gets: its default ServiceAccount and the CA of the cluster. And its end. */
import type { ApiServer } from '../control-plane.js';
import { mapAt, textAt } from '../json.js';
import { builtIn } from '../resources.js';
import { nameOf, namespaceOf } from '../store.js';

export function settleNamespaces({ cluster, ca }: ApiServer): void {
  const { store } = cluster;
  for (const namespace of store.list('Namespace')) {
    const name = nameOf(namespace);
    if (textAt(namespace, 'metadata', 'deletionTimestamp') !== '') {
      const left = store.resources
        .filter((resource) => resource.namespaced)
        .flatMap((resource) => store.list(resource.kind, name).map((object) => ({ resource, object })));
      for (const { resource, object } of left) {
        if (resource.kind === 'Pod' && textAt(object, 'spec', 'nodeName') !== '') {
          if (textAt(object, 'metadata', 'deletionTimestamp') === '')
            store.update(resource, {
              ...object,
              metadata: {
                ...mapAt(object, 'metadata'),
                deletionTimestamp: textAt(namespace, 'metadata', 'deletionTimestamp'),
              },
            });
        } else store.delete(resource, namespaceOf(object), nameOf(object));
      }
      if (left.length === 0) store.delete(builtIn('Namespace'), '', name);
      continue;
    }
    if (store.get('ServiceAccount', name, 'default') === undefined)
      store.create(builtIn('ServiceAccount'), { metadata: { name: 'default', namespace: name } });
    if (store.get('ConfigMap', name, 'kube-root-ca.crt') === undefined && ca !== '')
      store.create(builtIn('ConfigMap'), {
        metadata: { name: 'kube-root-ca.crt', namespace: name },
        data: { 'ca.crt': ca },
      });
  }
}
