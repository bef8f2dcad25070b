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
    apply: (lab) =>
      change(lab, 'Service', 'go', (object) => ({
        ...object,
        spec: { ...mapAt(object, 'spec'), selector: { app: 'golang' } },
      })),
  },
  {
    id: 'readiness-wrong-path',
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
    apply: (lab) =>
      change(lab, 'Deployment', 'frontend', (object) =>
        inPods(object, (spec) => ({ ...spec, nodeSelector: { 'kubernetes.io/hostname': 'vm-workr' } })),
      ),
  },
  {
    id: 'memory-request-huge',
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
    apply: (lab) =>
      change(lab, 'Deployment', 'frontend', (object) =>
        inContainers(object, (one) => ({ ...one, image: 'harbor.local:8080/threebody/Frontend:v1' })),
      ),
  },
  {
    id: 'mysql-data-owner',
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
    apply: (lab) =>
      change(lab, 'StatefulSet', 'mysql', (object) => ({
        ...object,
        spec: { ...mapAt(object, 'spec'), replicas: 0 },
      })),
  },
  {
    id: 'database-name-wrong',
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
