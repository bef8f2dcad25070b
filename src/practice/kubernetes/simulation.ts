/** The heartbeat of everything Kubernetes in a lab: one tick is one simulated second. */
import { REAL_MS_PER_SECOND, type Clock } from '../kernel/clock.js';
import type { Host } from '../host.js';
import type { World } from '../model/network.js';
import { reconcile } from './controllers.js';

export class Simulation {
  readonly #world: World;
  /** Calls the next tick off; null while none is to come. */
  #cancel: (() => void) | null = null;
  #idle = 0;
  /** What went wrong last on each host: the same again is not told every second. */
  readonly #told = new Map<Host, string>();
  /** Simulated seconds since the lab began. */
  seconds = 0;

  constructor(world: World) {
    this.#world = world;
  }
  /** Something happened that takes time: ticks come until nothing is left to do. */
  wake(clock: Clock): void {
    this.#idle = 0;
    if (this.#cancel !== null) return;
    const next = () => {
      this.#cancel = clock.later(1000, REAL_MS_PER_SECOND, () => {
        this.#cancel = null;
        this.tick();
        const busy = [...this.#world.hosts.values()].some((host) => host.kube.busy);
        this.#idle = busy ? 0 : this.#idle + 1;
        if (this.#idle < 5) next();
      });
    };
    next();
  }
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
  /** One second passes for all hosts and clusters. */
  tick(): void {
    this.seconds += 1;
    for (const host of this.#world.hosts.values()) this.#guard(host, () => host.kube.tick());
    for (const host of this.#world.hosts.values()) {
      const { api } = host.kube.controlPlane;
      if (host.power === 'on' && api !== null) this.#guard(host, () => reconcile(api, this.seconds));
    }
  }
  /** One host that fails must not take the others with it, nor the program: it is told in that host's journal. */
  #guard(host: Host, work: () => void): void {
    try {
      work();
    } catch (error) {
      const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (this.#told.get(host) === words) return;
      this.#told.set(host, words);
      host.journal.write('kubelet.service', 'kubelet', `practice lab: this second went wrong: ${words}`, {
        priority: 3,
      });
    }
  }
}
