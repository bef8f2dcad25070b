/** Breakages of what the application's manifests say, of its database and of its volume. They bite after phase E. */
import type { Fault } from '../fault.js';
import { databaseDirectory } from '../kubernetes/cluster-faults.js';
import { isMap, listAt, mapAt, type Json, type JsonMap } from '../kubernetes/json.js';
import { builtIn } from '../kubernetes/resources.js';
import { change, clusterOf, inContainers, restart, spaceOf } from './cluster-edit.js';

/** Changes the part of a Deployment that its pods are made from. */
function inPods(object: JsonMap, edit: (spec: JsonMap) => JsonMap): JsonMap {
  const template = mapAt(object, 'spec', 'template');
  return {
    ...object,
    spec: { ...mapAt(object, 'spec'), template: { ...template, spec: edit({ ...mapAt(template, 'spec') }) } },
  };
}
function without(map: JsonMap, key: string): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}

export const MANIFEST_FAULTS: readonly Fault[] = [
  {
    id: 'service-node-port',
    title: { id: 'NodePort bergeser', en: 'A NodePort has moved' },
    breaks: {
      id: 'Service go kini di NodePort 30091, sedangkan edge masih menuju 30081; /go/ menjawab 502',
      en: 'the Service go is at NodePort 30091 now while the edge still goes to 30081; /go/ answers 502',
    },
    apply: (lab) =>
      change(lab, 'Service', 'go', (object) => ({
        ...object,
        spec: {
          ...mapAt(object, 'spec'),
          ports: listAt(object, 'spec', 'ports').map((one): Json =>
            isMap(one) ? { ...one, nodePort: 30_091 } : one,
          ),
        },
      })),
  },
  {
    id: 'service-selector',
    title: { id: 'Selector Service salah', en: "A Service's selector is wrong" },
    breaks: {
      id: 'Service go memilih label yang tidak dipakai Pod mana pun; Pod-nya sehat tetapi tidak ada endpoint',
      en: 'the Service go selects a label that no Pod bears; its Pod is well but there is no endpoint',
    },
    apply: (lab) =>
      change(lab, 'Service', 'go', (object) => ({
        ...object,
        spec: { ...mapAt(object, 'spec'), selector: { app: 'golang' } },
      })),
  },
  {
    id: 'readiness-wrong-path',
    title: { id: 'Probe kesiapan salah alamat', en: 'Readiness probe asks the wrong path' },
    breaks: {
      id: 'probe kesiapan go menanyakan /ready yang tidak ada; Pod barunya Running tetapi tidak pernah Ready',
      en: 'the readiness probe of go asks for /ready, which is not there; its new Pod runs but is never Ready',
    },
    apply: (lab) => {
      const heal = change(lab, 'Deployment', 'go', (object) =>
        inContainers(
          { ...object, spec: { ...mapAt(object, 'spec'), strategy: { type: 'Recreate' } } },
          (one) => ({
            ...one,
            readinessProbe: {
              ...mapAt(one, 'readinessProbe'),
              httpGet: { ...mapAt(one, 'readinessProbe', 'httpGet'), path: '/ready' },
            },
          }),
        ),
      );
      return heal;
    },
  },
  {
    id: 'app-secret-missing',
    title: { id: 'Secret aplikasi hilang', en: "The application's Secret is gone" },
    breaks: {
      id: 'app-secrets dihapus; Pod baru go dan laravel berhenti di CreateContainerConfigError',
      en: 'app-secrets was deleted; new Pods of go and laravel stay in CreateContainerConfigError',
    },
    apply: (lab) => {
      const cluster = clusterOf(lab);
      const space = cluster === null ? null : spaceOf(cluster);
      const before = space === null ? undefined : cluster?.store.get('Secret', space, 'app-secrets');
      if (cluster === null || space === null || before === undefined) return () => undefined;
      cluster.store.delete(builtIn('Secret'), space, 'app-secrets');
      restart(lab, 'go', 'laravel');
      return () => {
        if (cluster.store.get('Secret', space, 'app-secrets') === undefined)
          cluster.store.create(builtIn('Secret'), before);
        restart(lab, 'go', 'laravel');
      };
    },
  },
  {
    id: 'app-key-missing',
    title: { id: 'APP_KEY hilang', en: 'APP_KEY is missing' },
    breaks: {
      id: 'app-secrets tidak memuat APP_KEY lagi; laravel tidak bisa dimulai atau menjawab 500',
      en: 'app-secrets has no APP_KEY any more; laravel cannot start or answers 500',
    },
    apply: (lab) => {
      const heal = change(lab, 'Secret', 'app-secrets', (object) => ({
        ...object,
        data: without({ ...mapAt(object, 'data') }, 'APP_KEY'),
      }));
      restart(lab, 'laravel');
      return async () => {
        await heal();
        restart(lab, 'laravel');
      };
    },
  },
  {
    id: 'config-map-missing',
    title: { id: 'ConfigMap nginx hilang', en: 'The ConfigMap of nginx is gone' },
    breaks: {
      id: 'laravel-nginx-conf dihapus; Pod baru laravel tinggal ContainerCreating (FailedMount)',
      en: 'laravel-nginx-conf was deleted; the new Pod of laravel stays in ContainerCreating (FailedMount)',
    },
    apply: (lab) => {
      const cluster = clusterOf(lab);
      const space = cluster === null ? null : spaceOf(cluster);
      const name = 'laravel-nginx-conf';
      const before = space === null ? undefined : cluster?.store.get('ConfigMap', space, name);
      if (cluster === null || space === null || before === undefined) return () => undefined;
      cluster.store.delete(builtIn('ConfigMap'), space, name);
      restart(lab, 'laravel');
      return () => {
        if (cluster.store.get('ConfigMap', space, name) === undefined)
          cluster.store.create(builtIn('ConfigMap'), before);
        restart(lab, 'laravel');
      };
    },
  },
  {
    id: 'node-selector-wrong',
    title: { id: 'Nama node salah di manifest', en: 'Wrong node name in a manifest' },
    breaks: {
      id: 'Deployment frontend meminta node bernama vm-workr; Pod barunya tinggal Pending',
      en: 'the Deployment frontend asks for a node named vm-workr; its new Pod stays Pending',
    },
    apply: (lab) =>
      change(lab, 'Deployment', 'frontend', (object) =>
        inPods(object, (spec) => ({ ...spec, nodeSelector: { 'kubernetes.io/hostname': 'vm-workr' } })),
      ),
  },
  {
    id: 'memory-request-huge',
    title: { id: 'Permintaan memori terlalu besar', en: 'A memory request is too large' },
    breaks: {
      id: 'Deployment frontend meminta 64 GiB memori; tidak ada node yang muat',
      en: 'the Deployment frontend asks for 64 GiB of memory; no node has room',
    },
    apply: (lab) =>
      change(lab, 'Deployment', 'frontend', (object) =>
        inContainers(object, (one) => ({
          ...one,
          resources: { requests: { memory: '64Gi' }, limits: { memory: '64Gi' } },
        })),
      ),
  },
  {
    id: 'image-name-bad',
    title: { id: 'Nama image salah tulis', en: 'An image name has a slip' },
    breaks: {
      id: 'nama image frontend memuat huruf besar; kubelet menyebutnya InvalidImageName',
      en: 'the image name of frontend has a capital letter; the kubelet calls it InvalidImageName',
    },
    apply: (lab) =>
      change(lab, 'Deployment', 'frontend', (object) =>
        inContainers(object, (one) => ({ ...one, image: 'harbor.local:8080/threebody/Frontend:v1' })),
      ),
  },
  {
    id: 'mysql-data-owner',
    title: { id: 'Pemilik folder MySQL salah', en: "Wrong owner of MySQL's directory" },
    breaks: {
      id: 'folder data MySQL di vm-worker milik user 1000; Pod mysql menolak memakainya',
      en: "MySQL's data directory on vm-worker belongs to user 1000; the Pod of mysql refuses to use it",
    },
    apply: (lab) => {
      const [, , worker] = lab.hosts;
      const path = databaseDirectory(lab);
      const directory = path === null ? undefined : worker.volume.find(path);
      if (directory === undefined) return () => undefined;
      const { uid, gid, mode } = directory;
      directory.uid = 1000;
      directory.gid = 1000;
      directory.mode = 0o755;
      restart(lab, 'mysql');
      return () => {
        directory.uid = uid;
        directory.gid = gid;
        directory.mode = mode;
        restart(lab, 'mysql');
      };
    },
  },
  {
    id: 'mysql-scaled-down',
    title: { id: 'MySQL pada 0 replica', en: 'MySQL is at 0 replicas' },
    breaks: {
      id: 'StatefulSet mysql pada 0 replica; go dan laravel tidak bisa membaca data',
      en: 'the StatefulSet mysql is at 0 replicas; go and laravel cannot read their data',
    },
    apply: (lab) =>
      change(lab, 'StatefulSet', 'mysql', (object) => ({
        ...object,
        spec: { ...mapAt(object, 'spec'), replicas: 0 },
      })),
  },
  {
    id: 'database-name-wrong',
    title: { id: 'Nama database salah', en: 'Wrong database name' },
    breaks: {
      id: 'Deployment go menyebut database yang tidak ada (1049 Unknown database)',
      en: 'the Deployment go names a database that does not exist (1049 Unknown database)',
    },
    apply: (lab) =>
      change(lab, 'Deployment', 'go', (object) =>
        inContainers(object, (one) => ({
          ...one,
          env: [
            ...listAt(one, 'env').filter((entry) => !isMap(entry) || entry['name'] !== 'DB_DATABASE'),
            { name: 'DB_DATABASE', value: 'threebdy' },
          ],
        })),
      ),
  },
];
