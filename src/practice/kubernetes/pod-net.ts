/** The network of one pod: its sockets, the cluster's DNS, and the ways to other pods, services and the world. */
import { Sockets, type Dialled, type NetSpace, type PortServer } from '../apps/net.js';
import type { Host } from '../host.js';
import { isAddress } from '../model/machine.js';
import { serverAt } from '../web/connect.js';
import type { Cluster } from './cluster.js';
import { isReady } from './controllers/pods.js';
import { textAt } from './json.js';
import { dialCluster, selected } from './pod-dial.js';
import { nameOf } from './store.js';

const DOMAIN = 'cluster.local';

export class PodNet implements NetSpace {
  readonly #host: Host;
  readonly #sockets = new Sockets();
  readonly namespace: string;
  address = '';
  constructor(host: Host, namespace: string) {
    this.#host = host;
    this.namespace = namespace;
  }
  listen(port: number, server: PortServer): () => void {
    return this.#sockets.listen(port, server);
  }
  at(port: number): PortServer | null {
    return this.#sockets.at(port);
  }
  clear(): void {
    this.#sockets.clear();
  }
  get #cluster(): Cluster | null {
    return this.#host.kube.services.cluster;
  }
  lookUp(name: string): string | null {
    if (isAddress(name)) return name;
    if (name === 'localhost') return '127.0.0.1';
    const cluster = this.#cluster;
    if (cluster === null || !dnsAnswers(cluster)) return null;
    const inside = clusterName(cluster, this.namespace, name);
    return inside ?? this.#host.world.names.get(name)?.[0] ?? null;
  }
  dial(address: string, port: number): Dialled {
    if (address.startsWith('127.') || address === this.address) {
      const server = this.at(port);
      return {
        reach: server === null ? 'refused' : 'open',
        server,
        from: address.startsWith('127.') ? '127.0.0.1' : this.address,
      };
    }
    const cluster = this.#cluster;
    const inside = cluster === null ? null : dialCluster(this.#host, cluster, address, port, this.address);
    if (inside !== null) return inside;
    const found = serverAt(this.#host, address, port, address);
    return {
      reach: this.#host.world.reach(this.#host, address, port),
      server: found.http === null ? null : { http: found.http },
      from: this.#host.address,
    };
  }
}
/** Whether the cluster's DNS has a server that is ready. */
const dnsAnswers = (cluster: Cluster): boolean =>
  cluster.store
    .list('Pod', 'kube-system')
    .some((pod) => textAt(pod, 'metadata', 'labels', 'k8s-app') === 'kube-dns' && isReady(pod));

/** A name as CoreDNS answers it, with the search list of a pod of this namespace. */
function clusterName(cluster: Cluster, namespace: string, name: string): string | null {
  const plain = name.replace(/\.$/, '');
  const candidates = [
    plain,
    `${plain}.${namespace}.svc.${DOMAIN}`,
    `${plain}.svc.${DOMAIN}`,
    `${plain}.${DOMAIN}`,
  ];
  for (const one of candidates) {
    const match = /^(?:([\w-]+)\.)?([\w-]+)\.([\w-]+)\.svc\.cluster\.local$/.exec(one);
    if (match === null) continue;
    const [, pod, service = '', space = ''] = match;
    const found = cluster.store.get('Service', space, service);
    if (found === undefined) continue;
    const address = textAt(found, 'spec', 'clusterIP');
    if (pod === undefined && address !== 'None' && address !== '') return address;
    const early = textAt(found, 'spec', 'publishNotReadyAddresses') === 'true';
    const target = selected(cluster, found).find(
      (entry) =>
        (early || isReady(entry)) &&
        (pod === undefined || (textAt(entry, 'spec', 'hostname') || nameOf(entry)) === pod),
    );
    if (target !== undefined) return textAt(target, 'status', 'podIP');
  }
  return null;
}
