/** `kubeadm config print`: configuration files to begin with. */
import { stringify } from 'yaml';
import type { JsonMap } from '../json.js';
import { minorOf } from '../versions.js';

const yaml = (value: JsonMap) => stringify(value, { lineWidth: 0, indentSeq: false });
/** The newest API of kubeadm's configuration that a version knows. */
export function apiVersion(version: string): string {
  return Number(minorOf(version).split('.')[1]) >= 31 ? 'kubeadm.k8s.io/v1beta4' : 'kubeadm.k8s.io/v1beta3';
}
const SOCKET = 'unix:///var/run/containerd/containerd.sock';

export function joinDefaults(version: string, node: string): string {
  const api = apiVersion(version);
  return yaml({
    apiVersion: api,
    caCertPath: '/etc/kubernetes/pki/ca.crt',
    discovery: {
      bootstrapToken: {
        apiServerEndpoint: 'kube-apiserver:6443',
        token: 'abcdef.0123456789abcdef',
        unsafeSkipCAVerification: true,
      },
      ...(api.endsWith('3') ? { timeout: '5m0s' } : {}),
      tlsBootstrapToken: 'abcdef.0123456789abcdef',
    },
    kind: 'JoinConfiguration',
    nodeRegistration: { criSocket: SOCKET, imagePullPolicy: 'IfNotPresent', name: node, taints: null },
  });
}
export function initDefaults(version: string): string {
  const api = apiVersion(version);
  const cluster: JsonMap = {
    apiServer: api.endsWith('3') ? { timeoutForControlPlane: '4m0s' } : {},
    apiVersion: api,
    certificatesDir: '/etc/kubernetes/pki',
    clusterName: 'kubernetes',
    controllerManager: {},
    dns: {},
    etcd: { local: { dataDir: '/var/lib/etcd' } },
    imageRepository: 'registry.k8s.io',
    kind: 'ClusterConfiguration',
    kubernetesVersion: `${minorOf(version)}.0`,
    networking: { dnsDomain: 'cluster.local', serviceSubnet: '10.96.0.0/12' },
    scheduler: {},
  };
  const init: JsonMap = {
    apiVersion: api,
    bootstrapTokens: [
      {
        groups: ['system:bootstrappers:kubeadm:default-node-token'],
        token: 'abcdef.0123456789abcdef',
        ttl: '24h0m0s',
        usages: ['signing', 'authentication'],
      },
    ],
    kind: 'InitConfiguration',
    localAPIEndpoint: { advertiseAddress: '1.2.3.4', bindPort: 6443 },
    nodeRegistration: { criSocket: SOCKET, imagePullPolicy: 'IfNotPresent', name: 'node', taints: null },
  };
  return `${yaml(init)}---\n${yaml(cluster)}`;
}
