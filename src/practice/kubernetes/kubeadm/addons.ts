/** What `kubeadm init` lays into a new cluster: its configuration, roles, CoreDNS, kube-proxy. */
import { stringify } from 'yaml';
import type { Cluster } from '../cluster.js';
import { mapAt, type JsonMap } from '../json.js';
import { kubeconfigText } from '../kubeconfig.js';
import { builtIn } from '../resources.js';
import { controlPlaneImages } from '../versions.js';
import { taintsOf } from '../node-object.js';
import { clusterConfiguration, type ClusterSettings } from './configuration.js';

const RBAC = 'rbac.authorization.k8s.io';
/** The group of machines that show a bootstrap token. */
const JOINING = 'system:bootstrappers:kubeadm:default-node-token';
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const system = (name: string, labels: JsonMap = {}): JsonMap => ({
  name,
  namespace: 'kube-system',
  ...(Object.keys(labels).length === 0 ? {} : { labels }),
});

function put(cluster: Cluster, kind: string, object: JsonMap): void {
  cluster.store.update(builtIn(kind), object);
}
/** The service by which pods find the API, made by the API server itself. */
export function kubernetesService(cluster: Cluster, settings: ClusterSettings): void {
  const [a = '10', b = '96', c = '0'] = (settings.serviceCidr.split('/')[0] ?? '').split('.');
  put(cluster, 'Service', {
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: `${a}.${b}.${c}.1`,
      clusterIPs: [`${a}.${b}.${c}.1`],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: settings.port }],
    },
    status: { loadBalancer: {} },
  });
  put(cluster, 'Endpoints', {
    metadata: { name: 'kubernetes', namespace: 'default' },
    subsets: [
      {
        addresses: [{ ip: settings.advertise }],
        ports: [{ name: 'https', port: settings.port, protocol: 'TCP' }],
      },
    ],
  });
}
export function uploadConfiguration(cluster: Cluster, settings: ClusterSettings, kubelet: string): void {
  put(cluster, 'ConfigMap', {
    metadata: system('kubeadm-config'),
    data: { ClusterConfiguration: clusterConfiguration(settings) },
  });
  put(cluster, 'ConfigMap', { metadata: system('kubelet-config'), data: { kubelet } });
}
export function markControlPlane(cluster: Cluster, node: string): void {
  cluster.store.change(builtIn('Node'), '', node, (object) => ({
    ...object,
    metadata: {
      ...mapAt(object, 'metadata'),
      labels: {
        ...mapAt(object, 'metadata', 'labels'),
        [CONTROL_PLANE]: '',
        'node.kubernetes.io/exclude-from-external-load-balancers': '',
      },
    },
    spec: {
      ...mapAt(object, 'spec'),
      taints: [
        ...taintsOf(object).filter((taint) => taint['key'] !== CONTROL_PLANE),
        { key: CONTROL_PLANE, effect: 'NoSchedule' },
      ],
    },
  }));
}
/** Roles by which joining machines get in, and the public part of the cluster's identity. */
export function bootstrapRules(cluster: Cluster, settings: ClusterSettings, ca: string): void {
  const server = `https://${settings.endpoint === '' ? `${settings.advertise}:${settings.port}` : settings.endpoint}`;
  put(cluster, 'ConfigMap', {
    metadata: { name: 'cluster-info', namespace: 'kube-public' },
    data: { kubeconfig: kubeconfigText({ server, ca, user: '', credentials: {} }) },
  });
  const csr = 'system:certificates.k8s.io:certificatesigningrequests';
  for (const [name, role, group] of [
    ['kubeadm:get-nodes', 'kubeadm:get-nodes', JOINING],
    ['kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', JOINING],
    ['kubeadm:node-autoapprove-bootstrap', `${csr}:nodeclient`, JOINING],
    ['kubeadm:node-autoapprove-certificate-rotation', `${csr}:selfnodeclient`, 'system:nodes'],
    ['kubeadm:cluster-admins', 'cluster-admin', 'kubeadm:cluster-admins'],
  ] as const)
    put(cluster, 'ClusterRoleBinding', {
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: RBAC, kind: 'Group', name: group }],
    });
  for (const name of ['cluster-admin', 'admin', 'edit', 'view'])
    put(cluster, 'ClusterRole', { metadata: { name }, rules: [] });
  put(cluster, 'ClusterRole', {
    metadata: { name: 'kubeadm:get-nodes' },
    rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }],
  });
  for (const [name, value] of [
    ['system-node-critical', 2_000_001_000],
    ['system-cluster-critical', 2_000_000_000],
  ] as const)
    put(cluster, 'PriorityClass', {
      metadata: { name },
      value,
      globalDefault: false,
      preemptionPolicy: 'PreemptLowerPriority',
    });
}

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;
export function coreDns(cluster: Cluster, settings: ClusterSettings): void {
  const [a = '10', b = '96', c = '0'] = (settings.serviceCidr.split('/')[0] ?? '').split('.');
  const labels = { 'k8s-app': 'kube-dns' };
  const image =
    controlPlaneImages(settings.version, settings.repository).find((one) => one.includes('coredns')) ?? '';
  put(cluster, 'ServiceAccount', { metadata: system('coredns') });
  put(cluster, 'ConfigMap', { metadata: system('coredns'), data: { Corefile: COREFILE } });
  put(cluster, 'Deployment', {
    metadata: system('coredns', labels),
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: '25%' } },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'coredns',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { key: CONTROL_PLANE, effect: 'NoSchedule' },
          ],
          containers: [
            {
              name: 'coredns',
              image,
              imagePullPolicy: 'IfNotPresent',
              args: ['-conf', '/etc/coredns/Corefile'],
              ports: [
                { containerPort: 53, name: 'dns', protocol: 'UDP' },
                { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
                { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
              ],
              readinessProbe: { httpGet: { path: '/ready', port: 8181, scheme: 'HTTP' } },
              resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
            },
          ],
          dnsPolicy: 'Default',
          volumes: [
            {
              name: 'config-volume',
              configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] },
            },
          ],
        },
      },
    },
  });
  const address = `${a}.${b}.${c}.10`;
  put(cluster, 'Service', {
    metadata: {
      ...system('kube-dns', {
        ...labels,
        'kubernetes.io/cluster-service': 'true',
        'kubernetes.io/name': 'CoreDNS',
      }),
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: address,
      clusterIPs: [address],
      selector: labels,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
    },
    status: { loadBalancer: {} },
  });
}
export function kubeProxy(cluster: Cluster, settings: ClusterSettings): void {
  const labels = { 'k8s-app': 'kube-proxy' };
  const image =
    controlPlaneImages(settings.version, settings.repository).find((one) => one.includes('kube-proxy')) ?? '';
  put(cluster, 'ServiceAccount', { metadata: system('kube-proxy') });
  put(cluster, 'ConfigMap', {
    metadata: system('kube-proxy', { app: 'kube-proxy' }),
    data: {
      'config.conf': stringify({
        apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
        bindAddress: '0.0.0.0',
        clusterCIDR: settings.podCidr,
        kind: 'KubeProxyConfiguration',
        mode: '',
      }),
    },
  });
  put(cluster, 'DaemonSet', {
    metadata: system('kube-proxy', labels),
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-node-critical',
          serviceAccountName: 'kube-proxy',
          hostNetwork: true,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ operator: 'Exists' }],
          containers: [
            {
              name: 'kube-proxy',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: [
                '/usr/local/bin/kube-proxy',
                '--config=/var/lib/kube-proxy/config.conf',
                '--hostname-override=$(NODE_NAME)',
              ],
              securityContext: { privileged: true },
            },
          ],
        },
      },
    },
  });
}
