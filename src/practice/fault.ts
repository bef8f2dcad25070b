/** What a breakage of the practice lab is, and the hand that most of them use. */
import type { Host, HostKeyPair } from './host.js';
import type { World } from './model/network.js';

export interface LabParts {
  readonly world: World;
  /** In the lab's order: vm-docker, vm-k8s, vm-worker. */
  readonly hosts: readonly [Host, Host, Host];
  readonly makeHostKey: () => HostKeyPair;
}
/** Its words, and what it is found as, stand in assets/faults/ID.yaml. */
export interface Fault {
  readonly id: string;
  /** Breaks the lab; gives the function that mends it again. */
  readonly apply: (lab: LabParts) => Promise<Heal> | Heal;
}
export type Heal = () => Promise<void> | void;

/** Changes a text file as root and gives the way back. */
export function edit(host: Host, path: string, change: (text: string) => string): Heal {
  const before = host.volume.text(path) ?? '';
  const inode = host.volume.find(path);
  const mode = inode?.mode ?? 0o644;
  host.volume.put(path, change(before), { mode });
  return () => {
    host.volume.put(path, before, { mode });
  };
}
