/** Bootstrap tokens: expired ones go, and the public cluster-info is signed with those that are left. */
import { createHmac } from 'node:crypto';
import type { Cluster } from '../cluster.js';
import { mapAt, textAt } from '../json.js';
import { builtIn } from '../resources.js';

const KEY = 'jws-kubeconfig-';
const part = (value: string) => Buffer.from(value).toString('base64url');

/** A detached signature (RFC 7515, HS256): the text between the dots is left out. */
function signature(text: string, id: string, secret: string): string {
  const head = part(JSON.stringify({ alg: 'HS256', kid: id }));
  const sum = createHmac('sha256', secret)
    .update(`${head}.${part(text)}`)
    .digest('base64url');
  return `${head}..${sum}`;
}
export function settleTokens(cluster: Cluster): void {
  const { store, tokens } = cluster;
  store.change(builtIn('ConfigMap'), 'kube-public', 'cluster-info', (info) => {
    const text = textAt(info, 'data', 'kubeconfig');
    const kept = Object.fromEntries(
      Object.entries(mapAt(info, 'data')).filter(([key]) => !key.startsWith(KEY)),
    );
    const signed = tokens
      .filter((token) => token.usages.includes('signing'))
      .map((token) => [`${KEY}${token.id}`, signature(text, token.id, token.secret)] as const);
    return { ...info, data: { ...kept, ...Object.fromEntries(signed) } };
  });
}
