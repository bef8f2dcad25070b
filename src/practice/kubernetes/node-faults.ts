/** Breakages of a node that is in the cluster: its firewall, its runtime's settings, its place in the schedule. */
import { edit, type Fault, type Heal } from '../fault.js';
import type { Host } from '../host.js';
import { ANYWHERE, tupleLine, USER_RULES, type UfwAction, type UfwRule } from '../model/firewall.js';
import { CONFIG_FILE } from './containerd-config.js';
import { endPod } from './controllers/pods.js';
import { mapAt, textAt } from './json.js';
import { builtIn } from './resources.js';

const CERTS = '/etc/containerd/certs.d';

async function restart(host: Host, name: string): Promise<void> {
  const unit = host.systemd.find(name);
  if (unit !== undefined) await host.systemd.restart(unit);
}
/** Turns ufw on with one rule for the NodePorts; everything else stays open. */
function filterNodePorts(host: Host, action: UfwAction): Heal {
  const { firewall } = host;
  const wasActive = firewall.active;
  const rule = (ports: string, what: UfwAction): UfwRule => ({
    action: what,
    protocol: 'tcp',
    port: ports,
    to: ANYWHERE,
    fromPort: 'any',
    from: ANYWHERE,
    app: null,
    direction: 'in',
    device: null,
    forward: false,
    comment: '',
  });
  const lines = [rule('30000:32767', action), rule('any', 'allow')].map((one) => `${tupleLine(one)}\n`);
  const undo = edit(host, USER_RULES, () => lines.join(''));
  firewall.load();
  return async () => {
    await undo();
    if (wasActive) firewall.load();
    else firewall.flush();
  };
}

export const NODE_FAULTS: readonly Fault[] = [
  {
    id: 'node-ports-rejected',
    title: { id: 'NodePort ditolak firewall', en: 'The firewall rejects the NodePorts' },
    breaks: {
      id: 'ufw di vm-worker menolak (REJECT) port 30000–32767; edge segera menjawab 502',
      en: 'ufw on vm-worker rejects the ports 30000–32767; the edge answers 502 at once',
    },
    apply: ({ hosts: [, , worker] }) => filterNodePorts(worker, 'reject'),
  },
  {
    id: 'node-ports-dropped',
    title: { id: 'NodePort dibuang firewall', en: 'The firewall drops the NodePorts' },
    breaks: {
      id: 'ufw di vm-worker membuang (DROP) port 30000–32767; edge menjawab 504 setelah lama menunggu',
      en: 'ufw on vm-worker drops the ports 30000–32767; the edge answers 504 after a long wait',
    },
    apply: ({ hosts: [, , worker] }) => filterNodePorts(worker, 'deny'),
  },
  {
    id: 'cri-disabled',
    title: { id: 'CRI dimatikan di containerd', en: 'CRI is switched off in containerd' },
    breaks: {
      id: 'config.toml di vm-worker memuat disabled_plugins = ["cri"]; containerd jalan, kubelet tidak bisa memakainya',
      en: 'config.toml on vm-worker has disabled_plugins = ["cri"]; containerd runs, the kubelet cannot use it',
    },
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
    title: { id: 'Node tertutup bagi Pod baru', en: 'A node is closed to new Pods' },
    breaks: {
      id: 'vm-worker ditutup (cordon) dan Pod frontend dihapus; penggantinya tinggal Pending',
      en: 'vm-worker was cordoned and the Pod of frontend deleted; its successor stays Pending',
    },
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
    title: { id: 'hosts.toml menyebut https', en: 'hosts.toml says https' },
    breaks: {
      id: 'hosts.toml di vm-worker menyuruh containerd memakai https untuk Harbor',
      en: 'hosts.toml on vm-worker makes containerd use https for Harbor',
    },
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
    title: { id: 'kubelet control plane berhenti', en: "The control plane's kubelet is stopped" },
    breaks: {
      id: 'kubelet di vm-k8s dihentikan; API masih menjawab, node-nya tidak memberi kabar',
      en: 'the kubelet on vm-k8s was stopped; the API still answers, its node gives no sign of life',
    },
    apply: async ({ hosts: [, k8s] }) => {
      const unit = k8s.systemd.find('kubelet');
      if (unit !== undefined) await k8s.systemd.stop(unit);
      return async () => {
        if (unit !== undefined) await k8s.systemd.start(unit);
      };
    },
  },
];
