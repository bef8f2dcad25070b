/** What the kubelet reads when it starts, and why it may refuse to run. */
import { UnitFile, dropIns } from '../model/unit-file.js';
import { commandWords } from '../model/unit-process.js';
import type { Host } from '../host.js';
import { isMap, textAt, type JsonMap } from './json.js';
import { parseYaml } from './kubeconfig.js';

export const KUBELET_CONFIG = '/var/lib/kubelet/config.yaml';
export const KUBELET_CONF = '/etc/kubernetes/kubelet.conf';
export const BOOTSTRAP_CONF = '/etc/kubernetes/bootstrap-kubelet.conf';
export const MANIFESTS = '/etc/kubernetes/manifests';

export interface KubeletSettings {
  readonly config: JsonMap;
  /** `--node-ip`, or empty. */
  readonly nodeIp: string;
  readonly nodeName: string;
  readonly cgroupDriver: string;
  readonly manifests: string;
  readonly resolvConf: string;
}
export type Refusal = { readonly refused: string };

const FLAGS = [
  'bootstrap-kubeconfig',
  'kubeconfig',
  'config',
  'container-runtime-endpoint',
  'pod-infra-container-image',
  'node-ip',
  'hostname-override',
  'fail-swap-on',
  'cgroup-driver',
  'v',
  'node-labels',
  'register-with-taints',
  'resolv-conf',
  'feature-gates',
  'max-pods',
  'read-only-port',
  'cluster-dns',
  'cluster-domain',
  'system-reserved',
  'kube-reserved',
  'eviction-hard',
  'root-dir',
];

/** The words after `kubelet` on its command line: the unit's drop-in with its environment files read. */
function commandLine(host: Host): readonly string[] {
  const texts = [
    host.volume.text('/usr/lib/systemd/system/kubelet.service') ?? '',
    ...dropIns(host, 'kubelet.service').map((one) => one.text),
  ];
  const service = new UnitFile(texts).section('Service');
  const values = new Map<string, string>();
  for (const entry of service.all('Environment')) {
    for (const word of commandWords(entry)) {
      const at = word.indexOf('=');
      values.set(word.slice(0, at), word.slice(at + 1));
    }
  }
  for (const entry of service.all('EnvironmentFile')) {
    const text = host.volume.text(entry.replace(/^-/, '')) ?? '';
    for (const line of text.split('\n')) {
      const match = /^\s*([A-Z_]+)=(.*)$/.exec(line);
      if (match !== null) values.set(match[1] ?? '', (match[2] ?? '').trim().replace(/^(["'])(.*)\1$/, '$2'));
    }
  }
  return commandWords(service.last('ExecStart') ?? '')
    .slice(1)
    .flatMap((word) => {
      const name = /^\$(\w+)$/.exec(word)?.[1];
      return name === undefined ? [word] : commandWords(values.get(name) ?? '');
    });
}

/** Reads everything the kubelet reads, and gives its settings or the words with which it exits. */
export function kubeletSettings(host: Host): KubeletSettings | Refusal {
  const flags = new Map<string, string>();
  const words = commandLine(host);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const [flag = '', inline] = word.replace(/^--?/, '').split(/=(.*)/s);
    if (!word.startsWith('-')) return { refused: `"command failed" err="unknown command ${word}"` };
    if (!FLAGS.includes(flag))
      return { refused: `"command failed" err="failed to parse kubelet flag: unknown flag: --${flag}"` };
    if (inline === undefined) at += 1;
    flags.set(flag, inline ?? words[at] ?? '');
  }
  const path = flags.get('config') ?? KUBELET_CONFIG;
  const text = host.volume.text(path);
  if (text === null)
    return {
      refused: `"command failed" err="failed to load kubelet config file, path: ${path}, error: failed to load Kubelet config file ${path}, error failed to read kubelet config file \\"${path}\\", error: open ${path}: no such file or directory"`,
    };
  let config: JsonMap;
  try {
    const parsed = parseYaml(text);
    if (!isMap(parsed) || textAt(parsed, 'kind') !== 'KubeletConfiguration')
      throw new Error('unable to recognize the file as KubeletConfiguration');
    config = parsed;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    return {
      refused: `"command failed" err="failed to load kubelet config file, path: ${path}, error: failed to decode, error: ${why}"`,
    };
  }
  const swapAllowed = textAt(config, 'failSwapOn') === 'false' || flags.get('fail-swap-on') === 'false';
  if (host.machine.swaps.length > 0 && !swapAllowed) {
    const table = (host.volume.text('/proc/swaps') ?? '')
      .trimEnd()
      .replaceAll('\t', '\\t')
      .replaceAll('\n', '\\n');
    return {
      refused: `"command failed" err="failed to run Kubelet: running with swap on is not supported, please disable swap or set --fail-swap-on flag to false. /proc/swaps contained: [${table}]"`,
    };
  }
  const socket =
    flags.get('container-runtime-endpoint') ??
    (textAt(config, 'containerRuntimeEndpoint') || 'unix:///run/containerd/containerd.sock');
  const unavailable = host.kube.runtime.unavailable(socket);
  if (unavailable !== null)
    return {
      refused: `"command failed" err="failed to run Kubelet: validate service connection: validate CRI v1 runtime API for endpoint \\"${socket}\\": ${unavailable.replaceAll('"', '\\"')}"`,
    };
  const kubeconfig = flags.get('kubeconfig') ?? KUBELET_CONF;
  const bootstrap = flags.get('bootstrap-kubeconfig') ?? BOOTSTRAP_CONF;
  if (host.volume.text(kubeconfig) === null && host.volume.text(bootstrap) === null)
    return {
      refused: `"command failed" err="failed to run Kubelet: unable to load bootstrap kubeconfig: stat ${bootstrap}: no such file or directory"`,
    };
  return {
    config,
    nodeIp: flags.get('node-ip') ?? '',
    nodeName: (flags.get('hostname-override') ?? host.machine.hostname).toLowerCase(),
    cgroupDriver: flags.get('cgroup-driver') ?? (textAt(config, 'cgroupDriver') || 'cgroupfs'),
    manifests: textAt(config, 'staticPodPath') || MANIFESTS,
    resolvConf: textAt(config, 'resolvConf') || '/etc/resolv.conf',
  };
}
