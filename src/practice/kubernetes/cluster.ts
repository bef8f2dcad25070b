/** One cluster: what etcd holds, and who may talk to it. It lives as long as the etcd data directory of its host. */
import type { Host } from '../host.js';
import { recordEvent, type EventWords } from './events.js';
import { listAt, textAt, type JsonMap } from './json.js';
import { builtIn } from './resources.js';
import { ObjectStore, nameOf } from './store.js';

export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
  /** Epoch ms; null when it never expires. */
  readonly expires: number | null;
  readonly usages: readonly string[];
  readonly description: string;
}
export const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const;

export class Cluster {
  readonly id: string;
  readonly host: Host;
  readonly store: ObjectStore;
  /** Next node port and cluster address to hand out. */
  #address = 100;
  #nodePort = 31_200;

  constructor(id: string, host: Host) {
    this.id = id;
    this.host = host;
    this.store = new ObjectStore(() => host.machine.now());
    for (const name of NAMESPACES)
      this.store.create(builtIn('Namespace'), {
        metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      });
  }
  /** Settings that kubeadm uploaded. */
  get configuration(): JsonMap | undefined {
    return this.store.get('ConfigMap', 'kube-system', 'kubeadm-config');
  }
  nextClusterAddress(serviceCidr: string): string {
    this.#address += 7;
    const [a = '10', b = '96'] = serviceCidr.split('.');
    return `${a}.${b}.${(this.#address * 13) % 255}.${this.#address % 254}`;
  }
  nextNodePort(): number {
    this.#nodePort += 37;
    return this.#nodePort;
  }
  /** Tokens that joining machines show; expired ones are removed as the token cleaner does. */
  get tokens(): readonly BootstrapToken[] {
    const now = this.host.machine.now();
    const secrets = this.store
      .list('Secret', 'kube-system')
      .filter((one) => textAt(one, 'type') === 'bootstrap.kubernetes.io/token');
    const plain = (secret: JsonMap, key: string) =>
      Buffer.from(textAt(secret, 'data', key), 'base64').toString('utf8');
    const found = secrets.map((secret) => {
      const expiration = plain(secret, 'expiration');
      return {
        name: nameOf(secret),
        id: plain(secret, 'token-id'),
        secret: plain(secret, 'token-secret'),
        expires: expiration === '' ? null : Date.parse(expiration),
        usages: ['authentication', 'signing'].filter(
          (usage) => plain(secret, `usage-bootstrap-${usage}`) === 'true',
        ),
        description: plain(secret, 'description'),
      };
    });
    for (const token of found)
      if (token.expires !== null && token.expires <= now)
        this.store.delete(builtIn('Secret'), 'kube-system', token.name);
    return found.filter((token) => token.expires === null || token.expires > now);
  }
  addToken(token: BootstrapToken): void {
    const coded = (text: string) => Buffer.from(text).toString('base64');
    this.store.update(builtIn('Secret'), {
      metadata: { name: `bootstrap-token-${token.id}`, namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      data: {
        'auth-extra-groups': coded('system:bootstrappers:kubeadm:default-node-token'),
        ...(token.expires === null
          ? {}
          : { expiration: coded(new Date(token.expires).toISOString().replace(/\.\d+Z$/, 'Z')) }),
        ...(token.description === '' ? {} : { description: coded(token.description) }),
        'token-id': coded(token.id),
        'token-secret': coded(token.secret),
        ...Object.fromEntries(token.usages.map((usage) => [`usage-bootstrap-${usage}`, coded('true')])),
      },
    });
  }
  removeToken(id: string): boolean {
    return this.store.delete(builtIn('Secret'), 'kube-system', `bootstrap-token-${id}`) !== undefined;
  }
  /** One more line for `kubectl describe` and `kubectl get events`; the same one again counts up. */
  event(
    about: JsonMap,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    component: string,
    from: Pick<EventWords, 'host' | 'fieldPath'> = {},
  ): void {
    recordEvent(this, about, { type, reason, message, component, ...from });
  }
  /** The node of a name, or with an address. */
  node(name: string): JsonMap | undefined {
    return this.store.get('Node', '', name);
  }
}
export const addressOf = (node: JsonMap | undefined, type = 'InternalIP'): string =>
  textAt(
    listAt(node, 'status', 'addresses').find((entry) => textAt(entry, 'type') === type),
    'address',
  );
