/** What Calico does on a node: its CNI files, its address, its routes, and when it is not ready. */
import type { Host } from '../host.js';
import { addressNumber, inNetwork, networkOf } from '../model/machine.js';
import { contactOf } from './access.js';
import type { Cluster } from './cluster.js';
import type { PodContext } from './pod-context.js';
import { listAt, mapAt, textAt, type JsonMap } from './json.js';
import { builtIn } from './resources.js';
import { nameOf } from './store.js';
import { ends, STAYS, type Behaviour } from './behaviour.js';

const CONFLIST = '/etc/cni/net.d/10-calico.conflist';
const NODENAME = '/var/lib/calico/nodename';
const IP = 'projectcalico.org/IPv4Address';
const TUNNEL = 'projectcalico.org/IPv4IPIPTunnelAddr';

function envOf(container: JsonMap, name: string): string {
  return textAt(
    listAt(container, 'env').find((entry) => textAt(entry, 'name') === name),
    'value',
  );
}
/** The pool that pod addresses come from: what the manifest says, or what kubeadm was told. */
export function poolOf(cluster: Cluster): string {
  const set = cluster.store.get('DaemonSet', 'kube-system', 'calico-node');
  const named =
    listAt(set, 'spec', 'template', 'spec', 'containers').map((one) =>
      envOf(mapAt(one), 'CALICO_IPV4POOL_CIDR'),
    )[0] ?? '';
  if (named !== '') return named;
  return (
    /podSubnet:\s*(\S+)/.exec(textAt(cluster.configuration, 'data', 'ClusterConfiguration'))?.[1] ??
    '192.168.0.0/16'
  );
}
/** The 64 addresses that a node got of the pool. */
export function blockOf(cluster: Cluster, node: string): string {
  const pool = poolOf(cluster);
  const [network = '10.244.0.0', prefix = '16'] = pool.split('/');
  const blocks = 2 ** Math.max(0, 26 - Number(prefix));
  const sum = [...node].reduce((total, char) => (total * 33 + (char.codePointAt(0) ?? 0)) % 65_521, 5);
  const number = addressNumber(network) + (sum % blocks) * 64;
  return `${networkOf([24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.'), 26)}/26`;
}
function plus(network: string, offset: number): string {
  const number = addressNumber(network.split('/')[0] ?? '') + offset;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

/** Which of a host's addresses calico-node takes for its own. */
function detect(host: Host, container: JsonMap, internal: string): string {
  const method = envOf(container, 'IP_AUTODETECTION_METHOD') || 'first-found';
  const cards = host.machine.cards.filter(
    (card) => card.up && !/^(lo|docker|cali|tunl|br-|veth)/.test(card.name),
  );
  const first = (choose: (name: string, address: string) => boolean) =>
    cards.flatMap((card) => card.addresses.filter(({ address }) => choose(card.name, address)))[0]?.address ??
    '';
  const [kind = '', value = ''] = method.split('=');
  switch (kind) {
    case 'kubernetes-internal-ip':
      return internal;
    case 'cidr':
      return first((_name, address) => value.split(',').some((cidr) => inNetwork(address, cidr)));
    case 'interface':
      return first((name) => value.split(',').some((pattern) => new RegExp(pattern).test(name)));
    case 'can-reach': {
      const route = host.machine.routes.find(
        (one) => one.destination !== 'default' && inNetwork(value, one.destination),
      );
      return route?.source ?? first((name) => name === 'enp0s3');
    }
    default:
      return first(() => true);
  }
}

function installCni(host: Host): void {
  if (host.volume.find(CONFLIST) !== undefined) return;
  host.volume.put(
    CONFLIST,
    `${JSON.stringify(
      {
        name: 'k8s-pod-network',
        cniVersion: '0.3.1',
        plugins: [
          {
            type: 'calico',
            log_level: 'info',
            datastore_type: 'kubernetes',
            nodename: host.machine.hostname,
            mtu: 0,
            ipam: { type: 'calico-ipam' },
            policy: { type: 'k8s' },
            kubernetes: { kubeconfig: '/etc/cni/net.d/calico-kubeconfig' },
          },
          { type: 'portmap', snat: true, capabilities: { portMappings: true } },
          { type: 'bandwidth', capabilities: { bandwidth: true } },
        ],
      },
      null,
      2,
    )}\n`,
    { mode: 0o600 },
  );
  host.volume.put(
    '/etc/cni/net.d/calico-kubeconfig',
    '# Kubeconfig file for Calico CNI plugin.\napiVersion: v1\nkind: Config\n',
    { mode: 0o600 },
  );
  for (const name of ['calico', 'calico-ipam', 'install'])
    host.volume.put(`/opt/cni/bin/${name}`, '', { mode: 0o755 });
}

/** Nodes whose calico-node says that it runs there. */
function peers(
  cluster: Cluster,
  own: string,
): readonly { readonly name: string; readonly address: string }[] {
  return cluster.store.list('Node').flatMap((node) => {
    const address = textAt(node, 'metadata', 'annotations', IP).split('/')[0] ?? '';
    return nameOf(node) === own || address === '' ? [] : [{ name: nameOf(node), address }];
  });
}
function connect(host: Host, cluster: Cluster, node: string, address: string): void {
  const block = blockOf(cluster, node);
  const tunnel = plus(block, 0);
  if (host.volume.text(NODENAME) !== node) host.volume.put(NODENAME, node);
  const { machine } = host;
  if (!machine.cards.some((card) => card.name === 'tunl0'))
    machine.cards = [
      ...machine.cards,
      {
        name: 'tunl0',
        mac: '00:00:00:00',
        addresses: [{ address: tunnel, prefix: 32, dynamic: false }],
        up: true,
        virtual: true,
      },
    ];
  const others = peers(cluster, node);
  machine.extraRoutes = [
    ...machine.extraRoutes.filter((route) => route.protocol !== 'bird'),
    { destination: block, device: '*', protocol: 'bird' },
    ...others.map((other) => ({
      destination: blockOf(cluster, other.name),
      via: other.address,
      device: 'tunl0',
      protocol: 'bird' as const,
    })),
  ];
  cluster.store.change(builtIn('Node'), '', node, (object) => ({
    ...object,
    metadata: {
      ...mapAt(object, 'metadata'),
      annotations: { ...mapAt(object, 'metadata', 'annotations'), [IP]: `${address}/24`, [TUNNEL]: tunnel },
    },
  }));
}

/** An address for a pod from the node's block, or why the CNI plugin gives none. */
export function calicoAddress(
  host: Host,
  cluster: Cluster | null,
  node: string,
  taken: readonly string[],
): { readonly address: string } | { readonly why: string } {
  if (host.volume.text(NODENAME) === null)
    return {
      why: 'plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/',
    };
  if (cluster === null)
    return {
      why: 'plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized or refused',
    };
  const block = blockOf(cluster, node);
  for (let offset = 1; offset < 63; offset += 1) {
    const address = plus(block, offset);
    if (!taken.includes(address)) return { address };
  }
  return {
    why: `plugin type="calico" failed (add): failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses`,
  };
}

/** What Calico's containers do; null for others. */
export function calicoBehaviour(context: PodContext, container: JsonMap): Behaviour | null {
  if (!/calico\/(cni|node|kube-controllers)[:@]/.test(textAt(container, 'image'))) return null;
  const { host } = context;
  const name = textAt(container, 'name');
  if (name === 'install-cni')
    return { ...ends(3, 0, 'Installation complete'), effect: () => installCni(host) };
  if (name !== 'calico-node')
    return textAt(container, 'image').includes('kube-controllers') ? STAYS : ends(1, 0);
  const contact = contactOf(host, '/etc/kubernetes/kubelet.conf');
  const cluster = contact.api?.cluster ?? null;
  const node = host.kube.kubelet.nodeName;
  if (cluster === null)
    return {
      ...STAYS,
      unready: 'calico/node is not ready: felix is not ready: readiness probe reporting 503',
    };
  const address = detect(host, container, context.address);
  if (address === '') return ends(3, 1, 'Unable to auto-detect an IPv4 address using interface regexes');
  const rival = peers(cluster, node).find((other) => other.address === address);
  if (rival !== undefined)
    return ends(
      3,
      1,
      `Calico node '${rival.name}' is already using the IPv4 address ${address}.`,
      'Terminating',
    );
  const lost = peers(cluster, node).filter((other) => host.world.reach(host, other.address, 179) !== 'open');
  return {
    ...STAYS,
    effect: () => connect(host, cluster, node, address),
    unready:
      lost.length === 0
        ? null
        : `calico/node is not ready: BIRD is not ready: BGP not established with ${lost.map((other) => other.address).join(',')}`,
  };
}
