/** What a pod's containers know of where they run, and to whom they tell what happens. */
import type { Host } from '../host.js';
import type { JsonMap } from './json.js';
import type { PodVolumes } from './pod-files.js';
import type { PodNet } from './pod-net.js';

export interface PodContext {
  readonly host: Host;
  readonly pod: JsonMap;
  /** Why containers of this node do not live long; null when they do. */
  readonly unsettled: string | null;
  readonly address: string;
  /** An event about the pod, or one container of it. */
  readonly log: (
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    container?: { readonly name: string; readonly init: boolean },
  ) => void;
  /** Text of a secret's or config map's key, or null; undefined when the API cannot be asked. */
  readonly find: (kind: 'Secret' | 'ConfigMap', name: string) => JsonMap | null | undefined;
  /** The pod's own network and volumes. */
  readonly net: PodNet;
  readonly volumes: PodVolumes;
}
