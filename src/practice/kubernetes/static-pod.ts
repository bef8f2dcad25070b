/** Static pods: pods from files, without an API. */
import { isMap, mapAt, textAt, type JsonMap } from './json.js';
import { parseYaml } from './kubeconfig.js';
import { nameOf, namespaceOf } from './store.js';

/** The pod of a manifest file as the kubelet runs it; null when the file holds none. */
export function staticPod(text: string, uid: string, nodeName: string): JsonMap | null {
  let parsed: unknown;
  try {
    parsed = parseYaml(text);
  } catch {
    return null;
  }
  if (!isMap(parsed) || textAt(parsed, 'kind') !== 'Pod') return null;
  return {
    ...parsed,
    metadata: {
      ...mapAt(parsed, 'metadata'),
      name: `${nameOf(parsed)}-${nodeName}`,
      namespace: namespaceOf(parsed) || 'default',
      uid,
      annotations: {
        ...mapAt(parsed, 'metadata', 'annotations'),
        'kubernetes.io/config.hash': uid,
        'kubernetes.io/config.mirror': uid,
        'kubernetes.io/config.source': 'file',
      },
    },
    spec: {
      ...mapAt(parsed, 'spec'),
      nodeName: nodeName,
      tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
    },
  };
}
