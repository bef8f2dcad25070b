/** What the programs of a container have around them beyond their files and processes. */
import type { Host } from '../host.js';
import type { NetSpace } from './net.js';

export interface Around {
  /** The machine that the container runs on. */
  readonly host: Host;
  readonly net: NetSpace;
}
