/** Packages of containerd and Kubernetes, and what installing and removing them does. */
import { installProgram } from '../commands/all.js';
import { runc } from '../commands/containerd.js';
import { crictl } from '../commands/crictl.js';
import { kubeadm } from './kubeadm/kubeadm.js';
import { kubectl } from './kubectl/kubectl.js';
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { sourcesOf } from '../model/archives.js';
import { addContainerdUnit, removeContainerdUnit } from './containerd-unit.js';
import { packageVersions, RELEASES, releaseOf } from './versions.js';

export const KUBERNETES_SITE = 'pkgs.k8s.io';
const UNIT_DIR = '/usr/lib/systemd/system';
const KUBELET_UNIT = `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;
const KUBEADM_DROP_IN = `# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
# This is a file that "kubeadm init" and "kubeadm join" generates at runtime, populating the KUBELET_KUBEADM_ARGS variable dynamically
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
# This is a file that the user can use for overrides of the kubelet args as a last resort.
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

/** The minor whose repository a host's sources name; empty when none does. */
export function sourceMinor(host: Host): string {
  return (
    sourcesOf(host).flatMap((source) =>
      source.site === KUBERNETES_SITE ? (/\/v(\d+\.\d+)\/deb/.exec(source.url)?.[1] ?? []) : [],
    )[0] ?? ''
  );
}
function place(host: Host, programs: Readonly<Record<string, Program>>): void {
  for (const [name, program] of Object.entries(programs)) installProgram(host, name, program);
}
function take(host: Host, ...names: readonly string[]): void {
  for (const name of names) {
    host.volume.drop(`/usr/bin/${name}`);
    host.volume.drop(`/usr/sbin/${name}`);
  }
}

function addKubelet(host: Host): void {
  place(host, { kubelet: kubeletProgram(host) });
  host.volume.put(`${UNIT_DIR}/kubelet.service`, KUBELET_UNIT);
  host.volume.ensureDirectory('/etc/kubernetes/manifests', { mode: 0o755 });
  host.volume.ensureDirectory('/var/lib/kubelet', { mode: 0o755 });
  const { kubelet } = host.kube;
  const unit = host.systemd.add(
    {
      name: 'kubelet.service',
      description: 'kubelet: The Kubernetes Node Agent',
      enablement: 'enabled',
      active: false,
      type: 'simple',
      process: 'kubelet',
      memoryKiB: 68_000,
      fragment: `${UNIT_DIR}/kubelet.service`,
      text: KUBELET_UNIT,
      wantedBy: ['multi-user.target'],
    },
    { start: () => kubelet.start(), stop: () => kubelet.stop() },
  );
  host.volume.place(
    '/etc/systemd/system/multi-user.target.wants/kubelet.service',
    host.volume.make.symlink(`${UNIT_DIR}/kubelet.service`),
  );
  void host.systemd.start(unit);
}
function removeKubelet(host: Host): void {
  const unit = host.systemd.find('kubelet.service');
  if (unit !== undefined) void host.systemd.stop(unit);
  host.systemd.remove('kubelet.service');
  host.volume.drop(`${UNIT_DIR}/kubelet.service`);
  host.volume.drop('/etc/systemd/system/multi-user.target.wants/kubelet.service');
  take(host, 'kubelet');
}
/** The program itself, started by hand: only its version is asked for. */
const kubeletProgram =
  (host: Host): Program =>
  async (process, args) => {
    if (args.includes('--version')) {
      await process.out(`Kubernetes ${host.kube.version}\n`);
      return 0;
    }
    return process.refuse('running in the foreground');
  };

export function addKubernetesPackages(host: Host): void {
  host.kernel.binaries.set('kubectl', (version) => kubectl(host, version));
  const { packages } = host;
  const known = (pick: (minor: string) => readonly string[]) => () => {
    const minor = sourceMinor(host);
    return RELEASES[minor] === undefined ? [] : pick(minor);
  };
  const all = known(packageVersions);
  const site = { archive: KUBERNETES_SITE, installed: false } as const;
  packages.add(
    {
      name: 'containerd',
      version: '1.7.28-0ubuntu1~24.04.1',
      description: 'daemon to control runC',
      sizeKiB: 38_600,
      depends: ['runc'],
      conflicts: ['containerd.io'],
      installed: false,
    },
    {
      installed: () => {
        addContainerdUnit(host);
      },
      removed: (purge) => {
        void removeContainerdUnit(host);
        if (purge) host.volume.drop('/var/lib/containerd');
      },
    },
  );
  packages.add(
    {
      name: 'runc',
      version: '1.3.3-0ubuntu1~24.04.3',
      description: 'Open Container Project - runtime',
      sizeKiB: 8_600,
      conflicts: ['containerd.io'],
      installed: false,
    },
    { installed: () => place(host, { runc: runc }), removed: () => take(host, 'runc') },
  );
  for (const [name, version, description] of [
    ['conntrack', '1:1.4.8-1ubuntu1', 'Program to modify the conntrack tables'],
    ['socat', '1.8.0.0-4build3', 'multipurpose relay for bidirectional data transfer'],
    ['ebtables', '2.0.11-6build1', 'Ethernet bridge frame table administration'],
  ] as const) {
    packages.add(
      { name, version, description, installed: false },
      {
        installed: () => place(host, { [name]: (process) => process.refuse('this program') }),
        removed: () => take(host, name),
      },
    );
  }
  packages.add({
    name: 'ethtool',
    version: '1:6.7-1build1',
    description: 'display or change Ethernet device settings',
  });
  packages.add(
    {
      ...site,
      name: 'cri-tools',
      version: '1.30.0-1.1',
      description: 'Command-line utility for interacting with a container runtime',
      sizeKiB: 21_300,
      candidates: known((minor) => [`${releaseOf(minor)?.crictl ?? ''}-1.1`]),
    },
    { installed: () => place(host, { crictl: crictl(host) }), removed: () => take(host, 'crictl') },
  );
  packages.add(
    {
      ...site,
      name: 'kubernetes-cni',
      version: '1.4.0-1.1',
      description: 'Binaries required to provision kubernetes container networking',
      sizeKiB: 32_900,
      candidates: known((minor) => [`${releaseOf(minor)?.cni ?? ''}-1.1`]),
    },
    {
      installed: () => {
        for (const name of [
          'bandwidth',
          'bridge',
          'dhcp',
          'firewall',
          'host-device',
          'host-local',
          'ipvlan',
          'loopback',
          'macvlan',
          'portmap',
          'ptp',
          'sbr',
          'static',
          'tuning',
          'vlan',
          'vrf',
        ])
          host.volume.put(`/opt/cni/bin/${name}`, '', { mode: 0o755 });
      },
      removed: () => host.volume.drop('/opt/cni'),
    },
  );
  packages.add(
    {
      ...site,
      name: 'kubelet',
      version: '1.30.14-1.1',
      description: 'Node agent for Kubernetes clusters',
      sizeKiB: 18_100,
      depends: ['conntrack', 'ebtables', 'socat', 'kubernetes-cni'],
      candidates: all,
    },
    { installed: () => addKubelet(host), removed: () => removeKubelet(host) },
  );
  packages.add(
    {
      ...site,
      name: 'kubectl',
      version: '1.30.14-1.1',
      description: 'Command-line utility for interacting with a Kubernetes cluster',
      sizeKiB: 10_800,
      candidates: all,
    },
    { installed: () => place(host, { kubectl: kubectl(host) }), removed: () => take(host, 'kubectl') },
  );
  packages.add(
    {
      ...site,
      name: 'kubeadm',
      version: '1.30.14-1.1',
      description: 'Command-line utility for administering a Kubernetes cluster',
      sizeKiB: 10_400,
      depends: ['cri-tools'],
      candidates: all,
    },
    {
      installed: () => {
        place(host, { kubeadm: kubeadm(host) });
        host.volume.put(`${UNIT_DIR}/kubelet.service.d/10-kubeadm.conf`, KUBEADM_DROP_IN);
      },
      removed: () => {
        take(host, 'kubeadm');
        host.volume.drop(`${UNIT_DIR}/kubelet.service.d`);
      },
    },
  );
}
