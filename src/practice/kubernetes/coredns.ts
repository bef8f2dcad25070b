/** CoreDNS, as far as it can go wrong: it hands questions on to the resolver that its node's kubelet names. */
import { ends, type Behaviour } from './behaviour.js';
import { textAt, type JsonMap } from './json.js';
import type { PodContext } from './pod-context.js';

/**
 * Null for containers that are not CoreDNS's, and for one that is well. Inside a Pod an address of the loopback leads back
 * to CoreDNS itself; its plugin `loop` sees that and ends the program.
 * Source: https://coredns.io/plugins/loop/#troubleshooting
 */
export function corednsBehaviour({ host }: PodContext, container: JsonMap): Behaviour | null {
  if (!/(^|\/)coredns(:|$)/.test(textAt(container, 'image'))) return null;
  const file = host.kube.kubelet.settings?.resolvConf ?? '';
  const own = /^nameserver\s+(127\.\S+)/m.exec(host.volume.text(file) ?? '');
  if (own === null) return null;
  return ends(
    1,
    1,
    '[FATAL] plugin/loop: Loop (127.0.0.1:46190 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 4547991504243258144.3688648895315093531."',
  );
}
