/** Breakages of what the cluster gives its applications: memory, volumes, names, addresses, the monitoring. */
import { change, clusterOf, inContainers, restart, spaceOf } from '../apps/cluster-edit.js';
import { edit, type Fault, type Heal, type LabParts } from '../fault.js';
import type { Host } from '../host.js';
import { readState, writeState, type Table } from '../mysql/state.js';
import { endPod } from './controllers/pods.js';
import { listAt, mapAt, numberAt, textAt, type JsonMap } from './json.js';
import { KUBELET_CONFIG } from './kubelet-config.js';
import { builtIn } from './resources.js';
import { nameOf, namespaceOf } from './store.js';

/** Where the package's unit reads `--node-ip` from. */
const EXTRA_ARGS = '/etc/default/kubelet';
const RESOLV_CONF = '/etc/resolv.conf';

async function restartKubelet(host: Host): Promise<void> {
  const unit = host.systemd.find('kubelet');
  if (unit !== undefined) await host.systemd.restart(unit);
}

/** The directory of MySQL's data on vm-worker; null before there is a volume. */
export function databaseDirectory(lab: LabParts): string | null {
  const volumes = clusterOf(lab)?.store.list('PersistentVolume') ?? [];
  const paths = volumes.map((one) => textAt(one, 'spec', 'hostPath', 'path'));
  return paths.find((path) => path.endsWith('/mysql')) ?? null;
}

/** A plain file in the place of what is there, a link as a rule. */
function instead(host: Host, path: string, text: string): Heal {
  const { volume } = host;
  const [directory = '', name = ''] = [path.replace(/\/[^/]*$/, ''), path.replace(/^.*\//, '')];
  const parent = volume.find(directory);
  const entry = parent?.kind === 'directory' ? parent.entries.get(name) : undefined;
  const target = entry?.kind === 'symlink' ? entry.target : null;
  const before = volume.text(path) ?? '';
  volume.drop(path);
  volume.put(path, text);
  return () => {
    volume.drop(path);
    if (target === null) volume.put(path, before);
    else volume.place(path, volume.make.symlink(target));
  };
}

/** Ends the Pods with this label in kube-system; their controllers make new ones. */
function renew(lab: LabParts, label: string): void {
  const cluster = clusterOf(lab);
  for (const pod of cluster?.store.list('Pod', 'kube-system') ?? [])
    if (cluster !== null && textAt(pod, 'metadata', 'labels', 'k8s-app') === label) endPod(cluster, pod);
  cluster?.host.kube.wake();
}

/** Every row of a table once more, under numbers of its own. */
function twice(table: Table): void {
  const key = table.columns.find(({ auto }) => auto)?.name;
  const copies = table.rows.map((row) => {
    const copy = { ...row };
    if (key !== undefined) {
      copy[key] = table.next;
      table.next += 1;
    }
    return copy;
  });
  table.rows.push(...copies);
}

/** Changes the table products on MySQL's disk, and starts the server anew so that it reads it. */
function changeProducts(lab: LabParts, hand: (table: Table) => void): boolean {
  const [, , worker] = lab.hosts;
  const directory = databaseDirectory(lab);
  const state = directory === null ? null : readState(worker.volume, directory);
  if (directory === null || state === null || state === 'damaged') return false;
  const tables = Object.values(state.databases).flatMap((one) => one['products'] ?? []);
  for (const table of tables) hand(table);
  writeState(worker.volume, directory, state);
  restart(lab, 'mysql');
  return tables.length > 0;
}

/** The Service besides the charts' own that opens a NodePort; see the pipeline's monitoring script. */
function serviceAt(lab: LabParts, port: number): JsonMap | undefined {
  return clusterOf(lab)
    ?.store.list('Service')
    .find((one) => listAt(one, 'spec', 'ports').some((entry) => numberAt(entry, 'nodePort') === port));
}

export const CLUSTER_FAULTS: readonly Fault[] = [
  {
    id: 'memory-limit-low',
    apply: (lab) =>
      change(lab, 'Deployment', 'go', (object) =>
        inContainers(object, (one) => ({
          ...one,
          resources: { requests: { memory: '4Mi' }, limits: { memory: '4Mi' } },
        })),
      ),
  },
  {
    id: 'volume-released',
    apply: (lab) => {
      const cluster = clusterOf(lab);
      const space = cluster === null ? null : spaceOf(cluster);
      const claim =
        space === null ? undefined : cluster?.store.get('PersistentVolumeClaim', space, 'mysql-pvc');
      if (cluster === null || space === null || claim === undefined) return () => undefined;
      const { store } = cluster;
      const volume = textAt(claim, 'spec', 'volumeName');
      const { volumeName: _, ...spec } = mapAt(claim, 'spec');
      store.delete(builtIn('PersistentVolumeClaim'), space, 'mysql-pvc');
      restart(lab, 'mysql');
      store.create(builtIn('PersistentVolumeClaim'), {
        metadata: { name: 'mysql-pvc', namespace: space, labels: mapAt(claim, 'metadata', 'labels') },
        spec,
        status: { phase: 'Pending' },
      });
      cluster.host.kube.wake();
      return () => {
        store.change(builtIn('PersistentVolume'), '', volume, (object) => {
          if (textAt(object, 'status', 'phase') !== 'Released') return object;
          const { claimRef: __, ...rest } = mapAt(object, 'spec');
          return { ...object, spec: rest };
        });
        cluster.host.kube.wake();
      };
    },
  },
  {
    id: 'coredns-loop',
    apply: async (lab) => {
      const heals: Heal[] = [];
      for (const host of lab.hosts.slice(1)) {
        if (host.volume.text(KUBELET_CONFIG) === null) continue;
        heals.push(
          edit(host, KUBELET_CONFIG, (text) =>
            text.replace(/^resolvConf:.*$/m, `resolvConf: ${RESOLV_CONF}`),
          ),
          instead(host, RESOLV_CONF, 'nameserver 127.0.0.53\noptions edns0 trust-ad\n'),
        );
        await restartKubelet(host);
      }
      renew(lab, 'kube-dns');
      return async () => {
        for (const heal of heals) await heal();
        for (const host of lab.hosts.slice(1)) await restartKubelet(host);
        renew(lab, 'kube-dns');
      };
    },
  },
  {
    id: 'node-ip-nat',
    apply: async ({ hosts: [, , worker] }) => {
      if (worker.volume.text(EXTRA_ARGS) === null) return () => undefined;
      const undo = edit(worker, EXTRA_ARGS, (text) => text.replace(/ ?--node-ip[= ][^ "\n]*/g, ''));
      await restartKubelet(worker);
      return async () => {
        await undo();
        await restartKubelet(worker);
      };
    },
  },
  {
    id: 'seeded-twice',
    apply: (lab) => {
      let before = 0;
      const done = changeProducts(lab, (table) => {
        before = table.rows.length;
        twice(table);
      });
      if (!done) return () => undefined;
      return () => {
        changeProducts(lab, (table) => {
          // Somebody may have mended it meanwhile.
          if (table.rows.length === before * 2) table.rows.splice(before);
        });
      };
    },
  },
  {
    id: 'monitoring-port',
    apply: (lab) => {
      const cluster = clusterOf(lab);
      const service = serviceAt(lab, 30_030);
      if (cluster === null || service === undefined) return () => undefined;
      cluster.store.delete(builtIn('Service'), namespaceOf(service), nameOf(service));
      cluster.host.kube.wake();
      return () => {
        if (serviceAt(lab, 30_030) === undefined) cluster.store.create(builtIn('Service'), service);
        cluster.host.kube.wake();
      };
    },
  },
];
