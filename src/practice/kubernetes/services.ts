/** Node ports of a host: open as long as kube-proxy runs there and a ready pod stands behind the service. */
import type { Host } from '../host.js';
import { answer } from '../model/http.js';
import type { Listener } from '../model/listeners.js';
import { contactOf } from './access.js';
import type { Cluster } from './cluster.js';
import { isReady } from './controllers/pods.js';
import { listAt, mapAt, textAt, type JsonMap } from './json.js';
import { KUBELET_CONF } from './kubelet-config.js';
import { dialService, selected } from './pod-dial.js';
import { nameOf, namespaceOf } from './store.js';

export class Services {
  readonly #host: Host;
  readonly #open = new Map<number, Listener>();
  /** The cluster whose rules kube-proxy holds here: the last that it heard of. */
  cluster: Cluster | null = null;
  constructor(host: Host) {
    this.#host = host;
  }
  halt(): void {
    this.#open.clear();
    this.cluster = null;
  }
  settle(): void {
    const { controlPlane } = this.#host.kube;
    // kube-proxy goes on with the last it knew when the API is away; only its own end takes the rules' upkeep.
    const contact = controlPlane.proxy || this.#open.size > 0 ? contactOf(this.#host, KUBELET_CONF) : null;
    const { api } = contact ?? { api: null };
    if (api === null) return;
    this.cluster = api.cluster;
    const { cluster } = api;
    const wanted = new Map<number, { readonly service: JsonMap; readonly entry: JsonMap }>();
    for (const service of cluster.store.list('Service'))
      for (const port of listAt(service, 'spec', 'ports')) {
        const number = Number(textAt(port, 'nodePort') || 0);
        // Without a ready pod the rules refuse: nobody listens.
        if (number > 0 && selected(cluster, service).some(isReady))
          wanted.set(number, { service, entry: mapAt(port) });
      }
    for (const [port, listener] of this.#open) {
      if (wanted.has(port)) continue;
      listener.close();
      this.#open.delete(port);
    }
    for (const [port, { service, entry }] of wanted) {
      if (this.#open.has(port) || this.#host.listens('0.0.0.0', port)) continue;
      const dial = () => {
        const live = cluster.store.get('Service', namespaceOf(service), nameOf(service)) ?? service;
        return dialService(this.#host, cluster, live, entry, this.#host.address);
      };
      this.#open.set(
        port,
        this.#host.listeners.open({
          address: '0.0.0.0',
          port,
          process: 'kube-proxy',
          pid: 1,
          published: true,
          hidden: true,
          meets: () => dial().reach,
          http: async (request) => {
            const { reach, server, from } = dial();
            if (reach !== 'open') return null;
            if (server !== null) return (await server.http?.({ ...request, from })) ?? null;
            // A program that is not simulated: that it answers is all there is to say.
            return answer(200, 'practice lab: this program is not simulated\n', [
              ['Content-Type', 'text/plain'],
            ]);
          },
        }),
      );
    }
  }
}
