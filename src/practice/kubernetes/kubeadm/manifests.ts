/** Static pod manifests of a control plane, and the kubelet's own configuration. */
import { stringify } from 'yaml';
import type { Host } from '../../host.js';
import type { JsonMap } from '../json.js';
import { controlPlaneImages } from '../versions.js';
import type { ClusterSettings } from './configuration.js';
import { PKI } from './pki.js';

const yaml = (value: JsonMap) => stringify(value, { lineWidth: 0, indentSeq: false });

function pod(
  name: string,
  image: string,
  command: readonly string[],
  port: number,
  request: string,
  annotations: JsonMap = {},
): JsonMap {
  const [program = '', ...flags] = command;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      labels: { component: name, tier: 'control-plane' },
      name,
      namespace: 'kube-system',
    },
    spec: {
      containers: [
        {
          command: [program, ...flags.toSorted()],
          image,
          imagePullPolicy: 'IfNotPresent',
          livenessProbe: {
            failureThreshold: 8,
            httpGet: { host: '127.0.0.1', path: '/healthz', port, scheme: 'HTTPS' },
            initialDelaySeconds: 10,
            periodSeconds: 10,
            timeoutSeconds: 15,
          },
          name,
          resources: { requests: { cpu: request } },
        },
      ],
      hostNetwork: true,
      priority: 2_000_001_000,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    },
    status: {},
  };
}

/** Component → text of its manifest. */
export function staticPods(settings: ClusterSettings): ReadonlyMap<string, string> {
  const { advertise, node, version, serviceCidr, podCidr, port } = settings;
  const images = controlPlaneImages(version, settings.repository);
  const image = (name: string) => images.find((one) => one.includes(`/${name}:`)) ?? '';
  const endpoint = `${advertise}:${port}`;
  const api = [
    'kube-apiserver',
    `--advertise-address=${advertise}`,
    '--allow-privileged=true',
    '--authorization-mode=Node,RBAC',
    `--client-ca-file=${PKI}/ca.crt`,
    '--enable-admission-plugins=NodeRestriction',
    '--enable-bootstrap-token-auth=true',
    `--etcd-cafile=${PKI}/etcd/ca.crt`,
    `--etcd-certfile=${PKI}/apiserver-etcd-client.crt`,
    `--etcd-keyfile=${PKI}/apiserver-etcd-client.key`,
    '--etcd-servers=https://127.0.0.1:2379',
    `--kubelet-client-certificate=${PKI}/apiserver-kubelet-client.crt`,
    `--kubelet-client-key=${PKI}/apiserver-kubelet-client.key`,
    '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
    `--proxy-client-cert-file=${PKI}/front-proxy-client.crt`,
    `--proxy-client-key-file=${PKI}/front-proxy-client.key`,
    `--requestheader-client-ca-file=${PKI}/front-proxy-ca.crt`,
    `--secure-port=${port}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${PKI}/sa.pub`,
    `--service-account-signing-key-file=${PKI}/sa.key`,
    `--service-cluster-ip-range=${serviceCidr}`,
    `--tls-cert-file=${PKI}/apiserver.crt`,
    `--tls-private-key-file=${PKI}/apiserver.key`,
  ];
  const controllers = [
    'kube-controller-manager',
    ...(podCidr === '' ? [] : ['--allocate-node-cidrs=true', `--cluster-cidr=${podCidr}`]),
    '--authentication-kubeconfig=/etc/kubernetes/controller-manager.conf',
    '--bind-address=127.0.0.1',
    `--client-ca-file=${PKI}/ca.crt`,
    '--cluster-name=kubernetes',
    `--cluster-signing-cert-file=${PKI}/ca.crt`,
    `--cluster-signing-key-file=${PKI}/ca.key`,
    '--controllers=*,bootstrapsigner,tokencleaner',
    '--kubeconfig=/etc/kubernetes/controller-manager.conf',
    '--leader-elect=true',
    `--root-ca-file=${PKI}/ca.crt`,
    `--service-account-private-key-file=${PKI}/sa.key`,
    `--service-cluster-ip-range=${serviceCidr}`,
    '--use-service-account-credentials=true',
  ];
  const scheduler = [
    'kube-scheduler',
    '--authentication-kubeconfig=/etc/kubernetes/scheduler.conf',
    '--bind-address=127.0.0.1',
    '--kubeconfig=/etc/kubernetes/scheduler.conf',
    '--leader-elect=true',
  ];
  const etcd = [
    'etcd',
    `--advertise-client-urls=https://${advertise}:2379`,
    `--cert-file=${PKI}/etcd/server.crt`,
    '--client-cert-auth=true',
    '--data-dir=/var/lib/etcd',
    `--initial-advertise-peer-urls=https://${advertise}:2380`,
    `--initial-cluster=${node}=https://${advertise}:2380`,
    `--key-file=${PKI}/etcd/server.key`,
    `--listen-client-urls=https://127.0.0.1:2379,https://${advertise}:2379`,
    '--listen-metrics-urls=http://127.0.0.1:2381',
    `--listen-peer-urls=https://${advertise}:2380`,
    `--name=${node}`,
    `--peer-cert-file=${PKI}/etcd/peer.crt`,
    `--peer-key-file=${PKI}/etcd/peer.key`,
    '--snapshot-count=10000',
    `--trusted-ca-file=${PKI}/etcd/ca.crt`,
  ];
  return new Map([
    [
      'kube-apiserver',
      yaml(
        pod('kube-apiserver', image('kube-apiserver'), api, port, '250m', {
          'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': endpoint,
        }),
      ),
    ],
    [
      'kube-controller-manager',
      yaml(pod('kube-controller-manager', image('kube-controller-manager'), controllers, 10_257, '200m')),
    ],
    ['kube-scheduler', yaml(pod('kube-scheduler', image('kube-scheduler'), scheduler, 10_259, '100m'))],
    [
      'etcd',
      yaml(
        pod('etcd', image('etcd'), etcd, 2381, '100m', {
          'kubeadm.kubernetes.io/etcd.advertise-client-urls': `https://${advertise}:2379`,
        }),
      ),
    ],
  ]);
}

export function kubeletConfiguration(host: Host, serviceCidr: string): string {
  const [a = '10', b = '96', c = '0'] = serviceCidr.split('.');
  const resolved = host.systemd.isActive('systemd-resolved');
  return yaml({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    authentication: {
      anonymous: { enabled: false },
      webhook: { cacheTTL: '0s', enabled: true },
      x509: { clientCAFile: `${PKI}/ca.crt` },
    },
    authorization: { mode: 'Webhook', webhook: { cacheAuthorizedTTL: '0s', cacheUnauthorizedTTL: '0s' } },
    cgroupDriver: 'systemd',
    clusterDNS: [`${a}.${b}.${c}.10`],
    clusterDomain: 'cluster.local',
    containerRuntimeEndpoint: '',
    healthzBindAddress: '127.0.0.1',
    healthzPort: 10_248,
    kind: 'KubeletConfiguration',
    resolvConf: resolved ? '/run/systemd/resolve/resolv.conf' : '/etc/resolv.conf',
    rotateCertificates: true,
    staticPodPath: '/etc/kubernetes/manifests',
  });
}
export function kubeletFlags(pause: string): string {
  return `KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///var/run/containerd/containerd.sock --pod-infra-container-image=registry.k8s.io/pause:${pause}"\n`;
}
