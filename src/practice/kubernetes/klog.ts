/** Lines in the journal of Kubernetes programs. */
import type { JsonMap } from './json.js';
import { nameOf, namespaceOf, uidOf } from './store.js';

/** Time as klog writes it: `1122 05:04:18.123456`. */
export function stamp(ms: number): string {
  const text = new Date(ms).toISOString();
  return `${text.slice(5, 7)}${text.slice(8, 10)} ${text.slice(11, 23)}000    1024`;
}
/** A pod that the kubelet cannot bring to what it should be. @param now epoch ms */
export const syncFailed = (now: number, pod: JsonMap, why: string): string =>
  `E${stamp(now)} pod_workers.go:1301] "Error syncing pod, skipping" err="${why}" pod="${namespaceOf(pod)}/${nameOf(pod)}" podUID="${uidOf(pod)}"`;
