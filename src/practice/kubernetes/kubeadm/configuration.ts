/** What a control plane is to be like: flags, a --config file, and what kubeadm assumes. */
import { parseAllDocuments, stringify } from 'yaml';
import { isAddress } from '../../model/machine.js';
import { SystemError } from '../../vfs/inode.js';
import { isJson, isMap, listAt, textAt, type JsonMap } from '../json.js';
import { minorOf, RELEASES } from '../versions.js';
import { KubeadmError, type Call } from './call.js';

export interface ClusterSettings {
  readonly version: string;
  readonly advertise: string;
  readonly port: number;
  readonly node: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly sans: readonly string[];
  readonly repository: string;
  readonly endpoint: string;
  readonly tokenTtlMs: number | null;
  readonly token: string;
  /** More arguments for the kubelet, as `nodeRegistration.kubeletExtraArgs` has them. */
  readonly kubeletArgs: readonly string[];
}
const KINDS = [
  'InitConfiguration',
  'ClusterConfiguration',
  'KubeletConfiguration',
  'KubeProxyConfiguration',
  'JoinConfiguration',
];

/** Documents of a kubeadm configuration file by kind. @throws KubeadmError */
export function readConfigFile(call: Call, path: string): ReadonlyMap<string, JsonMap> {
  let text: string;
  try {
    text = call.process.view.readText(call.process.path(path));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new KubeadmError(
      `unable to read config from "${path}" : open ${path}: ${error.message.toLowerCase()}`,
    );
  }
  const found = new Map<string, JsonMap>();
  for (const document of parseAllDocuments(text)) {
    const [mistake] = document.errors;
    if (mistake !== undefined)
      throw new KubeadmError(
        `error unmarshaling configuration: error converting YAML to JSON: yaml: ${mistake.message.split('\n')[0] ?? ''}`,
      );
    const value: unknown = document.toJS();
    if (!isJson(value) || !isMap(value)) continue;
    const [kind, apiVersion] = [textAt(value, 'kind'), textAt(value, 'apiVersion')];
    if (kind === '' || apiVersion === '')
      throw new KubeadmError(
        'invalid configuration: kind and apiVersion is mandatory information that must be specified',
      );
    if (apiVersion.startsWith('kubeadm.k8s.io/') && !/\/v1beta[34]$/.test(apiVersion))
      throw new KubeadmError(
        `your configuration file uses an old API spec: "${apiVersion}" (kind: "${kind}"). Please use kubeadm v1.21 instead and run 'kubeadm config migrate --old-config old.yaml --new-config new.yaml', which will write the new, similar spec using a newer API version.`,
      );
    if (!KINDS.includes(kind))
      throw new KubeadmError(
        `invalid configuration for GroupVersionKind ${apiVersion}, Kind=${kind}: unknown kind`,
      );
    found.set(kind, value);
  }
  return found;
}
/** `24h0m0s`, `1h30m`, `0`: milliseconds; null for ever. @throws KubeadmError */
export function duration(text: string, flag: string): number | null {
  if (text === '0' || text === '0s' || text === '0h0m0s') return null;
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (match === null || text === '')
    throw new KubeadmError(`invalid argument "${text}" for "${flag}" flag: time: invalid duration "${text}"`);
  return (Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)) * 1000;
}
export function argumentsOf(value: JsonMap | undefined): readonly string[] {
  const extra = value?.['kubeletExtraArgs'];
  if (isMap(extra)) return Object.entries(extra).map(([key, word]) => `--${key}=${textAt(word)}`);
  return listAt(extra).map((entry) => `--${textAt(entry, 'name')}=${textAt(entry, 'value')}`);
}

/** The address that kubeadm takes when none is given: the one of the default route. */
export function defaultAddress(call: Call): string {
  return (
    call.host.machine.routes.find((route) => route.destination === 'default')?.source ?? call.host.address
  );
}
/** @throws KubeadmError */
export function settingsOf(call: Call): ClusterSettings {
  const { options, host } = call;
  const file = options.value('config');
  if (file !== undefined) {
    const mixed = [
      'apiserver-advertise-address',
      'pod-network-cidr',
      'service-cidr',
      'kubernetes-version',
      'apiserver-cert-extra-sans',
      'token-ttl',
      'token',
      'image-repository',
      'control-plane-endpoint',
    ].filter((name) => options.has(name));
    if (mixed.length > 0)
      throw new KubeadmError(`can not mix '--config' with arguments [${mixed.join(' ')}]`);
  }
  const documents: ReadonlyMap<string, JsonMap> = file === undefined ? new Map() : readConfigFile(call, file);
  const [init, cluster] = [documents.get('InitConfiguration'), documents.get('ClusterConfiguration')];
  const flag = (name: string, fallback: string) => options.value(name) ?? fallback;
  const advertise = flag(
    'apiserver-advertise-address',
    textAt(init, 'localAPIEndpoint', 'advertiseAddress') || defaultAddress(call),
  );
  if (!isAddress(advertise))
    throw new KubeadmError(
      `couldn't use "${advertise}" as "apiserver-advertise-address", must be ipv4 or ipv6 address`,
    );
  const own = host.packages.find('kubeadm')?.version.split('-')[0] ?? '1.30.0';
  const wanted = flag('kubernetes-version', textAt(cluster, 'kubernetesVersion') || `v${own}`);
  const minor = minorOf(wanted.replace(/^stable-/, ''));
  const version = /^(stable|latest)/.test(wanted)
    ? `v${minor === '' ? own : `${minor}.${RELEASES[minor]?.patches ?? 0}`}`
    : `v${wanted.replace(/^v/, '')}`;
  if (!/^v\d+\.\d+\.\d+$/.test(version))
    throw new KubeadmError(
      `version "${wanted}" doesn't match patterns for neither semantic version nor labels (stable, latest, ...)`,
    );
  if (Math.abs(Number(minorOf(version).split('.')[1]) - Number(minorOf(own).split('.')[1])) > 1)
    throw new KubeadmError(
      `this version of kubeadm only supports deploying clusters with the control plane version >= ${minorOf(own).replace(/\d+$/, (part) => String(Number(part) - 1))}.0. Current version: ${version}`,
    );
  const podCidr = flag('pod-network-cidr', textAt(cluster, 'networking', 'podSubnet'));
  const serviceCidr = flag('service-cidr', textAt(cluster, 'networking', 'serviceSubnet') || '10.96.0.0/12');
  for (const [name, cidr] of [
    ['podSubnet', podCidr],
    ['serviceSubnet', serviceCidr],
  ] as const) {
    if (cidr === '' || /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(cidr)) continue;
    throw new KubeadmError(
      `networking.${name}: Invalid value: "${cidr}": couldn't parse subnet: invalid CIDR address: ${cidr}`,
    );
  }
  return {
    version,
    advertise,
    port: Number(flag('apiserver-bind-port', textAt(init, 'localAPIEndpoint', 'bindPort') || '6443')),
    node: flag('node-name', textAt(init, 'nodeRegistration', 'name') || host.machine.hostname).toLowerCase(),
    podCidr,
    serviceCidr,
    sans: [
      ...(options.value('apiserver-cert-extra-sans') ?? '').split(',').filter((word) => word !== ''),
      ...listAt(cluster, 'apiServer', 'certSANs').map((entry) => textAt(entry)),
    ],
    repository: flag('image-repository', textAt(cluster, 'imageRepository') || 'registry.k8s.io'),
    endpoint: flag('control-plane-endpoint', textAt(cluster, 'controlPlaneEndpoint')),
    tokenTtlMs: duration(
      flag('token-ttl', textAt(init, 'bootstrapTokens', 0, 'ttl') || '24h0m0s'),
      '--token-ttl',
    ),
    token: flag('token', textAt(init, 'bootstrapTokens', 0, 'token')),
    kubeletArgs: argumentsOf(isMap(init?.['nodeRegistration']) ? init['nodeRegistration'] : undefined),
  };
}
/** The ClusterConfiguration that is kept in the cluster. */
export function clusterConfiguration(settings: ClusterSettings): string {
  return stringify(
    {
      apiServer: {
        ...(settings.sans.length === 0 ? {} : { certSANs: [...settings.sans] }),
        extraArgs: { 'authorization-mode': 'Node,RBAC' },
        timeoutForControlPlane: '4m0s',
      },
      apiVersion: 'kubeadm.k8s.io/v1beta3',
      certificatesDir: '/etc/kubernetes/pki',
      clusterName: 'kubernetes',
      ...(settings.endpoint === '' ? {} : { controlPlaneEndpoint: settings.endpoint }),
      controllerManager: {},
      dns: {},
      etcd: { local: { dataDir: '/var/lib/etcd' } },
      imageRepository: settings.repository,
      kind: 'ClusterConfiguration',
      kubernetesVersion: settings.version,
      networking: {
        dnsDomain: 'cluster.local',
        ...(settings.podCidr === '' ? {} : { podSubnet: settings.podCidr }),
        serviceSubnet: settings.serviceCidr,
      },
      scheduler: {},
    },
    { lineWidth: 0, indentSeq: false },
  );
}
