/** Breakages of a node that is in the cluster: its firewall, its runtime's settings, its place in the schedule. */
import { edit, type Fault, type Heal } from '../fault.js';
import type { Host } from '../host.js';
import type { PacketRule } from '../model/firewall.js';
import { CONFIG_FILE } from './containerd-config.js';
import { endPod } from './controllers/pods.js';
import { mapAt, textAt } from './json.js';
import { builtIn } from './resources.js';

const CERTS = '/etc/containerd/certs.d';

async function restart(host: Host, name: string): Promise<void> {
  const unit = host.systemd.find(name);
  if (unit !== undefined) await host.systemd.restart(unit);
}
/** A rule of iptables for the NodePorts of the site and all above them. */
function filterNodePorts({ firewall }: Host, action: PacketRule['action']): Heal {
  const rule: PacketRule = { from: 30_080, to: 32_767, action };
  firewall.insert(rule);
  return () => firewall.remove(rule);
}

export const NODE_FAULTS: readonly Fault[] = [
  {
    id: 'node-ports-rejected',
    apply: ({ hosts: [, , worker] }) => filterNodePorts(worker, 'reject'),
  },
  {
    id: 'node-ports-dropped',
    apply: ({ hosts: [, , worker] }) => filterNodePorts(worker, 'drop'),
  },
  {
    id: 'cri-disabled',
    apply: async ({ hosts: [, , worker] }) => {
      if (worker.volume.text(CONFIG_FILE) === null) return () => undefined;
      const undo = edit(worker, CONFIG_FILE, (text) =>
        text.replace(/^disabled_plugins = .*$/m, 'disabled_plugins = ["cri"]'),
      );
      await restart(worker, 'containerd');
      await restart(worker, 'kubelet');
      return async () => {
        await undo();
        await restart(worker, 'containerd');
        await restart(worker, 'kubelet');
      };
    },
  },
  {
    id: 'node-cordoned',
    apply: ({ hosts: [, k8s, worker] }) => {
      const { cluster } = k8s.kube.controlPlane;
      if (cluster === null) return () => undefined;
      const set = (unschedulable: boolean): void => {
        cluster.store.change(builtIn('Node'), '', worker.name, (object) => ({
          ...object,
          spec: { ...mapAt(object, 'spec'), unschedulable },
        }));
        k8s.kube.wake();
      };
      set(true);
      for (const pod of cluster.store.list('Pod'))
        if (textAt(pod, 'metadata', 'labels', 'app') === 'frontend') endPod(cluster, pod);
      k8s.kube.wake();
      return () => set(false);
    },
  },
  {
    id: 'registry-config-https',
    apply: ({ hosts: [, , worker] }) => {
      const dir = worker.volume.find(CERTS);
      const names = dir?.kind === 'directory' ? [...dir.entries.keys()] : [];
      const heals = names.map((name) =>
        edit(worker, `${CERTS}/${name}/hosts.toml`, (text) => text.replaceAll('http://', 'https://')),
      );
      return async () => {
        for (const heal of heals) await heal();
      };
    },
  },
  {
    id: 'control-plane-kubelet-stopped',
    apply: async ({ hosts: [, k8s] }) => {
      const unit = k8s.systemd.find('kubelet');
      if (unit !== undefined) await k8s.systemd.stop(unit);
      return async () => {
        if (unit !== undefined) await k8s.systemd.start(unit);
      };
    },
  },
];
