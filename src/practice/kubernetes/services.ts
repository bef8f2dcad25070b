/** Node ports of a host: open as long as kube-proxy runs there and a ready pod stands behind the service. */
import type { Host } from '../host.js';
import { answer } from '../model/http.js';
import type { Listener } from '../model/listeners.js';
import { contactOf } from './access.js';
import type { Cluster } from './cluster.js';
import { isReady } from './controllers/pods.js';
import { listAt, mapAt, textAt, type JsonMap } from './json.js';
import { KUBELET_CONF } from './kubelet-config.js';
import { namespaceOf } from './store.js';

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
    const wanted = new Map<number, JsonMap>();
    for (const service of api.cluster.store.list('Service')) {
      for (const port of listAt(service, 'spec', 'ports')) {
        const number = Number(textAt(port, 'nodePort') || 0);
        const selector = Object.entries(mapAt(service, 'spec', 'selector'));
        const pod = api.cluster.store
          .list('Pod', namespaceOf(service))
          .find(
            (one) =>
              isReady(one) &&
              selector.length > 0 &&
              selector.every(([key, value]) => textAt(one, 'metadata', 'labels', key) === textAt(value)),
          );
        if (number > 0 && pod !== undefined) wanted.set(number, pod);
      }
    }
    for (const [port, listener] of this.#open) {
      if (wanted.has(port)) continue;
      listener.close();
      this.#open.delete(port);
    }
    for (const [port, pod] of wanted) {
      if (this.#open.has(port) || this.#host.listens('0.0.0.0', port)) continue;
      this.#open.set(
        port,
        this.#host.listeners.open({
          address: '0.0.0.0',
          port,
          process: 'kube-proxy',
          pid: 1,
          published: true,
          hidden: true,
          http: (request) => {
            const image = textAt(pod, 'spec', 'containers', 0, 'image');
            return /nginx/.test(image) && request.url.pathname !== '/'
              ? answer(404, '<html><head><title>404 Not Found</title></head></html>\n', [
                  ['Content-Type', 'text/html'],
                ])
              : answer(
                  200,
                  /nginx/.test(image) ? '<!DOCTYPE html><title>Welcome to nginx!</title>\n' : `${image}\n`,
                  [['Content-Type', 'text/html']],
                );
          },
        }),
      );
    }
  }
}
