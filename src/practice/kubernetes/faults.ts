/** Breakages of the cluster and its nodes. They bite once phases C and D have run. */
import { edit, type Fault, type Heal } from '../fault.js';
import type { Host } from '../host.js';
import { placeSwapFile, swapOff, swapOn } from '../model/swap.js';
import { CONFIG_FILE } from './containerd-config.js';
import { textAt } from './json.js';
import { KUBELET_CONF, MANIFESTS } from './kubelet-config.js';
import { builtIn } from './resources.js';
import { nameOf } from './store.js';

const CNI = '/etc/cni/net.d/10-calico.conflist';
const CERTS = '/etc/containerd/certs.d';

async function restart(host: Host, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const unit = host.systemd.find(name);
    if (unit !== undefined) await host.systemd.restart(unit);
  }
}
/** A file goes, and comes back. */
function without(host: Host, path: string): Heal {
  const text = host.volume.text(path);
  const mode = host.volume.find(path)?.mode ?? 0o644;
  if (text === null) return () => undefined;
  host.volume.drop(path);
  return () => {
    host.volume.put(path, text, { mode });
  };
}

export const KUBERNETES_FAULTS: readonly Fault[] = [
  {
    id: 'swap-back',
    title: { id: 'Swap hidup lagi', en: 'Swap is back' },
    breaks: {
      id: 'swap di vm-worker menyala lagi dan kubelet menolak jalan',
      en: 'swap on vm-worker is on again and the kubelet refuses to run',
    },
    apply: async ({ hosts: [, , worker] }) => {
      const undo = edit(
        worker,
        '/etc/fstab',
        (text) => `${text.replace(/\n?$/, '\n')}/swap.img\tnone\tswap\tsw\t0\t0\n`,
      );
      const had = worker.volume.find('/swap.img') !== undefined;
      if (!had) placeSwapFile(worker, '/swap.img', 2048);
      swapOn(worker, '/swap.img');
      await restart(worker, 'kubelet');
      return async () => {
        swapOff(worker, '/swap.img');
        if (!had) worker.volume.drop('/swap.img');
        await undo();
        await restart(worker, 'kubelet');
      };
    },
  },
  {
    id: 'containerd-cgroup',
    title: { id: 'Driver cgroup containerd salah', en: "containerd's cgroup driver is wrong" },
    breaks: {
      id: 'containerd di vm-worker memakai cgroupfs, kubelet memakai systemd',
      en: 'containerd on vm-worker uses cgroupfs, the kubelet systemd',
    },
    apply: async ({ hosts: [, , worker] }) => {
      if (worker.volume.text(CONFIG_FILE) === null) return () => undefined;
      const undo = edit(worker, CONFIG_FILE, (text) =>
        text.replace(/SystemdCgroup = true/g, 'SystemdCgroup = false'),
      );
      await restart(worker, 'containerd');
      return async () => {
        await undo();
        await restart(worker, 'containerd');
      };
    },
  },
  {
    id: 'containerd-broken',
    title: { id: 'Konfigurasi containerd rusak', en: "containerd's configuration is broken" },
    breaks: {
      id: 'config.toml di vm-worker bukan TOML lagi dan containerd tidak bisa menyala',
      en: 'config.toml on vm-worker is TOML no more and containerd cannot start',
    },
    apply: async ({ hosts: [, , worker] }) => {
      if (worker.volume.text(CONFIG_FILE) === null) return () => undefined;
      const undo = edit(worker, CONFIG_FILE, (text) => `${text}\n[plugins\n`);
      await restart(worker, 'containerd');
      return async () => {
        await undo();
        await restart(worker, 'containerd');
      };
    },
  },
  {
    id: 'kubelet-stopped',
    title: { id: 'kubelet berhenti', en: 'The kubelet is stopped' },
    breaks: {
      id: 'kubelet di vm-worker mati; node-nya tidak memberi kabar lagi',
      en: 'the kubelet on vm-worker is down; its node gives no sign of life',
    },
    apply: async ({ hosts: [, , worker] }) => {
      const unit = worker.systemd.find('kubelet');
      if (unit !== undefined) await worker.systemd.stop(unit);
      return async () => {
        if (unit !== undefined) await worker.systemd.start(unit);
      };
    },
  },
  {
    id: 'kubelet-lost-api',
    title: { id: 'kubelet tidak mencapai API', en: 'The kubelet does not reach the API' },
    breaks: {
      id: 'kubelet di vm-worker menghubungi alamat API yang salah',
      en: "vm-worker's kubelet calls a wrong API address",
    },
    apply: async ({ hosts: [, k8s, worker] }) => {
      if (worker.volume.text(KUBELET_CONF) === null) return () => undefined;
      const undo = edit(worker, KUBELET_CONF, (text) =>
        text.replace(k8s.address, k8s.address.replace(/\d+$/, '143')),
      );
      await restart(worker, 'kubelet');
      return async () => {
        await undo();
        await restart(worker, 'kubelet');
      };
    },
  },
  {
    id: 'api-server-down',
    title: { id: 'API server mati', en: 'The API server is down' },
    breaks: {
      id: 'manifest kube-apiserver di vm-k8s hilang, jadi tidak ada yang menjawab di port 6443',
      en: "kube-apiserver's manifest on vm-k8s is gone, so nothing answers on port 6443",
    },
    apply: ({ hosts: [, k8s] }) => without(k8s, `${MANIFESTS}/kube-apiserver.yaml`),
  },
  {
    id: 'cni-missing',
    title: { id: 'Jaringan Pod hilang', en: 'The Pod network is missing' },
    breaks: {
      id: 'berkas CNI di vm-worker hilang dan node menjadi NotReady',
      en: "vm-worker's CNI file is gone and the node becomes NotReady",
    },
    apply: ({ hosts: [, , worker] }) => without(worker, CNI),
  },
  {
    id: 'node-runtime-down',
    title: { id: 'Node NotReady', en: 'Node is NotReady' },
    breaks: { id: 'containerd di vm-worker mati', en: 'containerd on vm-worker is stopped' },
    apply: async ({ hosts: [, , worker] }) => {
      const unit = worker.systemd.find('containerd');
      if (unit !== undefined) await worker.systemd.stop(unit);
      return async () => {
        if (unit !== undefined) await worker.systemd.start(unit);
      };
    },
  },
  {
    id: 'join-tokens-expired',
    title: { id: 'Token join kedaluwarsa', en: 'Join tokens have expired' },
    breaks: {
      id: 'semua token join di vm-k8s sudah habis masanya',
      en: 'all join tokens on vm-k8s are past their time',
    },
    apply: ({ hosts: [, k8s] }) => {
      const store = k8s.kube.controlPlane.cluster?.store;
      const past = Buffer.from(
        new Date(k8s.machine.now() - 60_000).toISOString().replace(/\.\d+Z$/, 'Z'),
      ).toString('base64');
      const tokens = (store?.list('Secret', 'kube-system') ?? []).filter(
        (secret) => textAt(secret, 'type') === 'bootstrap.kubernetes.io/token',
      );
      for (const secret of tokens)
        store?.change(builtIn('Secret'), 'kube-system', nameOf(secret), (object) => ({
          ...object,
          data: {
            ...(typeof object['data'] === 'object' &&
            object['data'] !== null &&
            !Array.isArray(object['data'])
              ? object['data']
              : {}),
            expiration: past,
          },
        }));
      return () => {
        for (const secret of tokens) store?.update(builtIn('Secret'), secret);
      };
    },
  },
  {
    id: 'registry-config-missing',
    title: {
      id: 'Konfigurasi registry hilang di satu node',
      en: 'Registry configuration missing on one node',
    },
    breaks: {
      id: 'vm-worker tidak punya hosts.toml untuk Harbor',
      en: 'vm-worker has no hosts.toml for Harbor',
    },
    apply: ({ hosts: [, , worker] }) => {
      const dir = worker.volume.find(CERTS);
      const names = dir?.kind === 'directory' ? [...dir.entries.keys()] : [];
      const heals = names.map((name) => without(worker, `${CERTS}/${name}/hosts.toml`));
      return async () => {
        for (const heal of heals) await heal();
      };
    },
  },
];
