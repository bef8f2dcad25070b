/** Breakages that the practice lab can be given. Data with a hand each to apply and to take back. */
import { APP_FAULTS } from './apps/faults.js';
import { MANIFEST_FAULTS } from './apps/manifest-faults.js';
import { DOCKER_FAULTS } from './docker/faults.js';
import { EDGE_FAULTS } from './edge/faults.js';
import { GITLAB_FAULTS } from './gitlab/faults.js';
import { CLUSTER_FAULTS } from './kubernetes/cluster-faults.js';
import { KUBERNETES_FAULTS } from './kubernetes/faults.js';
import { NODE_FAULTS } from './kubernetes/node-faults.js';
import { edit, type Fault } from './fault.js';
import type { WireEvent } from './host.js';
import { LOCK_FILES } from './model/packages.js';
import { NETWORK_FAULTS } from './network-faults.js';

export type { Fault, Heal, LabParts } from './fault.js';

export const FAULTS: readonly Fault[] = [
  {
    id: 'clone-machine-id',
    apply: ({ hosts: [, k8s, worker] }) =>
      edit(worker, '/etc/machine-id', () => k8s.volume.text('/etc/machine-id') ?? ''),
  },
  {
    id: 'same-hostname',
    apply: ({ hosts: [, , worker] }) => {
      const before = worker.machine.hostname;
      const undo = edit(worker, '/etc/hostname', () => 'vm-k8s\n');
      worker.machine.hostname = 'vm-k8s';
      return async () => {
        worker.machine.hostname = before;
        await undo();
      };
    },
  },
  {
    id: 'clock-skew',
    apply: ({ hosts: [, , worker] }) => {
      const unit = worker.systemd.find('systemd-timesyncd');
      if (unit !== undefined) void worker.systemd.stop(unit);
      worker.machine.clockOffsetMs = -420_000;
      return async () => {
        worker.machine.clockOffsetMs = 0;
        if (unit !== undefined) await worker.systemd.start(unit);
      };
    },
  },
  {
    id: 'apt-lock',
    apply: ({ hosts: [docker] }) => {
      const holder = { pid: docker.kernel.takePid(), command: 'unattended-upgr' };
      docker.packages.acquire([LOCK_FILES.frontend, LOCK_FILES.dpkg, LOCK_FILES.lists], holder);
      return () => docker.packages.release(holder.pid);
    },
  },
  {
    id: 'dpkg-half-configured',
    apply: ({ hosts: [, k8s] }) => {
      const broken = k8s.packages.find('needrestart');
      if (broken !== undefined) broken.status = 'half-configured';
      return () => {
        if (broken !== undefined) broken.status = 'installed';
      };
    },
  },
  {
    id: 'sudo-password',
    apply: ({ hosts: [docker] }) => {
      const path = `/etc/sudoers.d/90-${docker.user}`;
      const before = docker.volume.text(path) ?? '';
      docker.volume.drop(path);
      return () => {
        docker.volume.put(path, before, { mode: 0o440 });
      };
    },
  },
  {
    id: 'host-off',
    apply: async ({ hosts: [, , worker] }) => {
      await worker.powerOff();
      return () => worker.powerOn();
    },
  },
  {
    id: 'disk-nearly-full',
    apply: ({ hosts: [docker] }) => {
      const before = docker.machine.diskUsedBytes;
      docker.machine.diskUsedBytes += Math.max(0, docker.freeBytes - 40 * 2 ** 20);
      return () => {
        docker.machine.diskUsedBytes = before;
      };
    },
  },
  {
    id: 'small-memory',
    apply: ({ hosts: [, k8s] }) => {
      const before = k8s.machine.sizes.memoryMiB;
      k8s.machine.sizes.memoryMiB = 1024;
      return () => {
        k8s.machine.sizes.memoryMiB = before;
      };
    },
  },
  {
    id: 'power-cut-in-init',
    apply: ({ hosts: [, k8s] }) => {
      const begun = () => k8s.volume.find('/etc/kubernetes/manifests/kube-scheduler.yaml') !== undefined;
      // kubeadm restarts the kubelet once all manifests are written, and a unit that changes is told here.
      const cut = (event: WireEvent): void => {
        if (event !== 'power' || k8s.power !== 'on' || !begun()) return;
        k8s.onWire.delete(cut);
        setImmediate(() => void k8s.reboot());
      };
      if (!begun()) k8s.onWire.add(cut);
      return () => {
        k8s.onWire.delete(cut);
      };
    },
  },
  ...NETWORK_FAULTS,
  ...DOCKER_FAULTS,
  ...GITLAB_FAULTS,
  ...KUBERNETES_FAULTS,
  ...APP_FAULTS,
  ...EDGE_FAULTS,
  ...NODE_FAULTS,
  ...MANIFEST_FAULTS,
  ...CLUSTER_FAULTS,
];

export function findFault(id: string): Fault | undefined {
  return FAULTS.find((fault) => fault.id === id);
}
