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
    apply: ({ hosts: [, k8s] }) => without(k8s, `${MANIFESTS}/kube-apiserver.yaml`),
  },
  {
    id: 'cni-missing',
    apply: ({ hosts: [, , worker] }) => without(worker, CNI),
  },
  {
    id: 'node-runtime-down',
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
