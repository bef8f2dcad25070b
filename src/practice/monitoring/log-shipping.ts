/** Which agents ship logs to a Loki: those whose configured push URL leads to it, over its service or its gateway. */
import type { Cluster } from '../kubernetes/cluster.js';
import { isReady } from '../kubernetes/controllers/pods.js';
import { listAt, mapAt, textAt, type JsonMap } from '../kubernetes/json.js';
import { namespaceOf } from '../kubernetes/store.js';

const AGENTS = ['alloy', 'promtail'];
const PUSH = /https?:\/\/[^\s"'\\]+\/loki\/api\/v1\/push/g;
const PROXY = /^\s*proxy_pass\s+(https?:\/\/[^\s;]+);/gm;
/** A gateway before a gateway is one too many. */
const DEEPEST = 2;

/** What the volume `config` of a pod holds: the text of its ConfigMap or Secret, without comments. */
function configOf(cluster: Cluster, pod: JsonMap): string {
  const volume = listAt(pod, 'spec', 'volumes').find((one) => textAt(one, 'name') === 'config');
  const secret = textAt(volume, 'secret', 'secretName');
  const [kind, name] =
    secret === ''
      ? (['ConfigMap', textAt(volume, 'configMap', 'name')] as const)
      : (['Secret', secret] as const);
  const data = Object.values(mapAt(cluster.store.get(kind, namespaceOf(pod), name), 'data')).map((one) =>
    kind === 'Secret' ? Buffer.from(textAt(one), 'base64').toString('utf8') : textAt(one),
  );
  return data
    .join('\n')
    .split('\n')
    .filter((line) => !/^\s*(\/\/|#)/.test(line))
    .join('\n');
}
/** The pods behind the service that a URL names, as DNS of the cluster resolves it for a pod of that namespace. */
function podsBehind(cluster: Cluster, url: string, namespace: string): readonly JsonMap[] {
  const parsed = URL.parse(url);
  if (parsed === null) return [];
  const match = /^([\w-]+)(?:\.([\w-]+)(?:\.svc(?:\.cluster\.local\.?)?)?)?$/.exec(parsed.hostname);
  if (match === null) return [];
  const space = match[2] ?? namespace;
  const service = cluster.store.get('Service', space, match[1] ?? '');
  const port = parsed.port === '' ? (parsed.protocol === 'https:' ? '443' : '80') : parsed.port;
  const selector = Object.entries(mapAt(service, 'spec', 'selector'));
  const open = listAt(service, 'spec', 'ports').some((one) => textAt(one, 'port') === port);
  if (!open || selector.length === 0) return [];
  return cluster.store
    .list('Pod', space)
    .filter((pod) =>
      selector.every(([key, value]) => textAt(pod, 'metadata', 'labels', key) === textAt(value)),
    );
}
function leadsTo(cluster: Cluster, url: string, namespace: string, address: string, depth = 1): boolean {
  return podsBehind(cluster, url, namespace).some((pod) => {
    if (!isReady(pod)) return false;
    if (textAt(pod, 'status', 'podIP') === address) return true;
    if (depth >= DEEPEST) return false;
    return [...configOf(cluster, pod).matchAll(PROXY)].some(([, next = '']) =>
      leadsTo(cluster, next, namespaceOf(pod), address, depth + 1),
    );
  });
}
/** Whether a ready agent pushes to the Loki whose pod has this address. */
export function isFed(cluster: Cluster, address: string): boolean {
  return cluster.store
    .list('Pod')
    .filter(
      (pod) => AGENTS.includes(textAt(pod, 'metadata', 'labels', 'app.kubernetes.io/name')) && isReady(pod),
    )
    .some((pod) =>
      [...configOf(cluster, pod).matchAll(PUSH)].some(([url]) =>
        leadsTo(cluster, url, namespaceOf(pod), address),
      ),
    );
}
