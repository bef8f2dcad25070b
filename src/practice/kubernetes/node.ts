/** Everything of Kubernetes on one host: runtime, kubelet, and the control plane if there is one. */
import type { Host } from '../host.js';
import { answer } from '../model/http.js';
import type { Listener } from '../model/listeners.js';
import { ControlPlane } from './control-plane.js';
import { Kubelet } from './kubelet.js';
import { Services } from './services.js';
import { ContainerRuntime } from './runtime.js';

export class KubeNode {
  readonly #host: Host;
  readonly runtime: ContainerRuntime;
  readonly kubelet: Kubelet;
  readonly controlPlane: ControlPlane;
  readonly services: Services;
  #sockets: Listener[] = [];

  constructor(host: Host) {
    this.#host = host;
    this.runtime = new ContainerRuntime(host);
    this.kubelet = new Kubelet(host);
    this.controlPlane = new ControlPlane(host);
    this.services = new Services(host);
  }
  /** `v1.30.14`: of the kubelet that is installed. */
  get version(): string {
    return `v${(this.#host.packages.find('kubelet')?.version ?? '1.30.0').split('-')[0] ?? ''}`;
  }
  /** Whether time matters here at all. */
  get busy(): boolean {
    return (
      this.#host.power === 'on' &&
      (this.kubelet.pods.size > 0 ||
        ['active', 'activating'].includes(this.#host.systemd.find('kubelet.service')?.active ?? ''))
    );
  }
  wake(): void {
    this.#host.world.simulation.wake(this.#host.clock);
  }
  /** One second passes. */
  tick(): void {
    if (this.#host.power !== 'on') return;
    this.kubelet.tick();
    const running = [...this.kubelet.pods.values()].flatMap((pod) =>
      pod.containers.filter((run) => run.alive).map((run) => ({ run, spec: run.spec })),
    );
    this.controlPlane.settle(running);
    this.#listen();
    this.services.settle();
  }
  #listen(): void {
    const wanted = this.kubelet.running && this.#host.systemd.isActive('kubelet');
    if (wanted === this.#sockets.length > 0) return;
    for (const socket of this.#sockets) socket.close();
    this.#sockets = [];
    if (!wanted) return;
    const pid = this.#host.systemd.find('kubelet')?.pid ?? 1;
    const healthz = () => answer(200, 'ok', [['Content-Type', 'text/plain; charset=utf-8']]);
    for (const [address, port] of [
      ['0.0.0.0', 10_250],
      ['127.0.0.1', 10_248],
    ] as const) {
      if (this.#host.listens(address, port)) continue;
      this.#sockets.push(
        this.#host.listeners.open({
          address,
          port,
          process: 'kubelet',
          pid,
          http: port === 10_248 ? healthz : () => answer(401, 'Unauthorized'),
          ...(port === 10_250 ? { tls: () => null } : {}),
        }),
      );
    }
  }
  /** Power is gone. */
  halt(): void {
    this.runtime.halt();
    this.kubelet.halt();
    this.controlPlane.halt();
    this.services.halt();
    this.#sockets = [];
  }
}
