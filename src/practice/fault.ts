/** What a breakage of the practice lab is, and the hand that most of them use. */
import type { Text } from '../lab/types.js';
import type { Host, HostKeyPair } from './host.js';
import type { World } from './model/network.js';

export interface LabParts {
  readonly world: World;
  /** In the lab's order: vm-docker, vm-k8s, vm-worker. */
  readonly hosts: readonly [Host, Host, Host];
  readonly makeHostKey: () => HostKeyPair;
}
export interface Fault {
  readonly id: string;
  readonly title: Text;
  /** What it breaks, as a person will meet it. */
  readonly breaks: Text;
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
