/** kubeadm's checks before it changes anything, in its words. */
import { hostsFile } from '../../model/resolver.js';
import { lookUp } from '../registry.js';
import { controlPlaneImages } from '../versions.js';
import { KubeadmError, type Call, say } from './call.js';
import type { ClusterSettings } from './configuration.js';

interface Finding {
  readonly check: string;
  readonly words: string;
  readonly warning?: true;
}
const LEAST_MEMORY_MIB = 1700;
const MANIFESTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'];

export const cri = (reason: string) =>
  `container runtime is not running: output: time="{time}" level=fatal msg="validate service connection: validate CRI v1 runtime API for endpoint \\"unix:///var/run/containerd/containerd.sock\\": ${reason.replaceAll('"', '\\"')}"\n, error: exit status 1`;

function ports(call: Call, numbers: readonly number[]): readonly Finding[] {
  return numbers
    .filter((port) =>
      [...call.host.machine.addresses, '0.0.0.0'].some((address) => call.host.listens(address, port)),
    )
    .map((port) => ({ check: `Port-${port}`, words: `Port ${port} is in use` }));
}
const dashed = (path: string) => path.replaceAll('/', '-');
function files(call: Call, paths: readonly string[]): readonly Finding[] {
  return paths
    .filter((path) => call.host.volume.find(path) !== undefined)
    .map((path) => ({ check: `FileAvailable-${dashed(path)}`, words: `${path} already exists` }));
}
function emptyDirectory(call: Call, path: string): readonly Finding[] {
  const found = call.host.volume.find(path);
  return found?.kind === 'directory' && found.entries.size > 0
    ? [{ check: `DirAvailable-${dashed(path)}`, words: `${path} is not empty` }]
    : [];
}

/** Checks that every node goes through. */
function common(call: Call): readonly Finding[] {
  const { host } = call;
  const found: Finding[] = [];
  for (const [key, path] of [['net.ipv4.ip_forward', '/proc/sys/net/ipv4/ip_forward']] as const) {
    if (host.machine.sysctl.get(key) !== '1')
      found.push({ check: `FileContent-${dashed(path)}`, words: `${path} contents are not set to 1` });
  }
  if (host.machine.swaps.length > 0)
    found.push({
      check: 'Swap',
      words:
        'swap is supported for cgroup v2 only. The kubelet must be properly configured to use swap. Please refer to https://kubernetes.io/docs/concepts/architecture/nodes/#swap-memory, or disable swap on the node',
      warning: true,
    });
  for (const name of ['crictl', 'conntrack', 'ip', 'iptables', 'mount', 'nsenter']) {
    const there = ['/usr/bin', '/usr/sbin', '/usr/local/bin'].some(
      (dir) => host.volume.find(`${dir}/${name}`) !== undefined,
    );
    if (!there && (name === 'crictl' || name === 'conntrack'))
      found.push({ check: `FileExisting-${name}`, words: `${name} not found in system path` });
  }
  const name = host.machine.hostname;
  if (!hostsFile(host).some((entry) => entry.names.includes(name)) && lookUp(host, name) === null) {
    found.push({ check: 'Hostname', words: `hostname "${name}" could not be reached`, warning: true });
    found.push({
      check: 'Hostname',
      words: `hostname "${name}": lookup ${name} on 127.0.0.53:53: no such host`,
      warning: true,
    });
  }
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name))
    found.push({
      check: 'Hostname',
      words: `invalid hostname: "${name}" must consist of lower case alphanumeric characters, '-' or '.'`,
    });
  const unit = host.systemd.find('kubelet.service');
  if (unit === undefined)
    found.push({ check: 'Service-Kubelet', words: 'kubelet service does not exist', warning: true });
  else if (unit.enablement !== 'enabled')
    found.push({
      check: 'Service-Kubelet',
      words: "kubelet service is not enabled, please run 'systemctl enable kubelet.service'",
      warning: true,
    });
  const runtime = host.kube.runtime.unavailable('unix:///var/run/containerd/containerd.sock');
  if (runtime !== null)
    found.unshift({
      check: 'CRI',
      words: cri(runtime).replace(
        '{time}',
        new Date(host.machine.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
      ),
    });
  return found;
}

/** Says the warnings, and fails with all errors that are not ignored. @throws KubeadmError */
export async function judge(call: Call, found: readonly Finding[]): Promise<void> {
  const ignored = (call.options.value('ignore-preflight-errors') ?? '').toLowerCase().split(',');
  const fatal: Finding[] = [];
  for (const finding of found) {
    const skipped = ignored.includes('all') || ignored.includes(finding.check.toLowerCase());
    if (finding.warning === true || skipped)
      await call.process.err(`\t[WARNING ${finding.check}]: ${finding.words}\n`);
    else fatal.push(finding);
  }
  if (fatal.length === 0) return;
  throw new KubeadmError(
    `error execution phase preflight: [preflight] Some fatal errors occurred:\n${fatal.map((one) => `\t[ERROR ${one.check}]: ${one.words}\n`).join('')}[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
  );
}
export const notRoot: Finding = { check: 'IsPrivilegedUser', words: 'user is not running as root' };

export async function preflightInit(call: Call, settings: ClusterSettings): Promise<void> {
  const { host, process } = call;
  await say(
    call,
    `[init] Using Kubernetes version: ${settings.version}\n[preflight] Running pre-flight checks`,
  );
  await process.sleep(900);
  if (process.credentials.uid !== 0) await judge(call, [notRoot]);
  const memory = Math.floor(host.machine.memoryTotalKiB / 1024);
  await judge(call, [
    ...(host.machine.sizes.cpus < 2
      ? [
          {
            check: 'NumCPU',
            words: `the number of available CPUs ${host.machine.sizes.cpus} is less than the required 2`,
          },
        ]
      : []),
    ...(memory < LEAST_MEMORY_MIB
      ? [
          {
            check: 'Mem',
            words: `the system RAM (${memory} MB) is less than the minimum ${LEAST_MEMORY_MIB} MB`,
          },
        ]
      : []),
    ...ports(call, [settings.port, 10_259, 10_257]),
    ...files(
      call,
      MANIFESTS.map((name) => `/etc/kubernetes/manifests/${name}.yaml`),
    ),
    ...common(call),
    ...ports(call, [10_250, 2379, 2380]),
    ...emptyDirectory(call, '/var/lib/etcd'),
  ]);
  await say(
    call,
    "[preflight] Pulling images required for setting up a Kubernetes cluster\n[preflight] This might take a minute or two, depending on the speed of your internet connection\n[preflight] You can also perform this action in beforehand using 'kubeadm config images pull'",
  );
  const failed: Finding[] = [];
  for (const image of controlPlaneImages(settings.version, settings.repository)) {
    if (host.kube.runtime.image(image) !== undefined) continue;
    await process.sleep(2500);
    const wrong = await host.kube.runtime.pull(image);
    if (wrong !== null)
      failed.push({
        check: 'ImagePull',
        words: `failed to pull image ${image}: failed to pull image "${image}": ${wrong}`,
      });
  }
  await judge(call, failed);
}
export async function preflightJoin(call: Call): Promise<void> {
  await say(call, '[preflight] Running pre-flight checks');
  await call.process.sleep(600);
  if (call.process.credentials.uid !== 0) await judge(call, [notRoot]);
  await judge(call, [
    ...emptyDirectory(call, '/etc/kubernetes/manifests'),
    ...files(call, ['/etc/kubernetes/kubelet.conf', '/etc/kubernetes/bootstrap-kubelet.conf']),
    ...common(call),
    ...ports(call, [10_250]),
    ...files(call, ['/etc/kubernetes/pki/ca.crt']),
  ]);
}
