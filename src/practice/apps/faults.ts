/** Breakages of the application in the cluster. They bite once phase E has delivered it. */
import { listAt, mapAt, textAt } from '../kubernetes/json.js';
import { imageName } from '../kubernetes/registry.js';
import { edit, type Fault, type LabParts } from '../fault.js';
import { CONFIG_FILE } from '../kubernetes/containerd-config.js';
import { change, clusterOf, inContainers, restart, spaceOf } from './cluster-edit.js';

const coded = (text: string) => Buffer.from(text).toString('base64');
/** The node of the application loses its image of go, and go has to be started anew. */
function pullAnew(lab: LabParts): void {
  const [, , worker] = lab.hosts;
  for (const image of [...worker.kube.runtime.images.keys()])
    if (/\/go:/.test(image)) worker.kube.runtime.images.delete(image);
  restart(lab, 'go');
}

export const APP_FAULTS: readonly Fault[] = [
  {
    id: 'app-image-missing',
    apply: (lab) =>
      change(lab, 'Deployment', 'go', (object) =>
        inContainers(object, (one) => {
          const { registry, repository } = imageName(textAt(one, 'image'));
          return { ...one, image: `${registry}/${repository}:gone` };
        }),
      ),
  },
  {
    id: 'pull-secret-wrong',
    apply: (lab) => {
      const cluster = clusterOf(lab);
      const account = cluster?.store.get('ServiceAccount', spaceOf(cluster) ?? '', 'default');
      const name = textAt(account, 'imagePullSecrets', 0, 'name');
      const heal = change(lab, 'Secret', name, (object) => {
        const text = Buffer.from(textAt(object, 'data', '.dockerconfigjson'), 'base64').toString('utf8');
        const registry = /"auths":\s*\{\s*"([^"]+)"/.exec(text)?.[1] ?? '';
        const config = { auths: { [registry]: { auth: coded('admin:an-old-password') } } };
        return {
          ...object,
          data: { ...mapAt(object, 'data'), '.dockerconfigjson': coded(JSON.stringify(config)) },
        };
      });
      pullAnew(lab);
      return async () => {
        await heal();
        restart(lab, 'go');
      };
    },
  },
  {
    id: 'registry-config-unread',
    apply: async (lab) => {
      const [, , worker] = lab.hosts;
      const unit = worker.systemd.find('containerd');
      if (unit === undefined || worker.volume.text(CONFIG_FILE) === null) return () => undefined;
      const putBack = edit(worker, CONFIG_FILE, (text) =>
        text.replaceAll(/^(\s*config_path = ).*certs\.d.*$/gm, '$1""'),
      );
      await worker.systemd.restart(unit);
      // Put back later than containerd was started, which is how one sees that it has not been read.
      await worker.clock.sleep(1000, new AbortController().signal);
      await putBack();
      pullAnew(lab);
      return async () => {
        await worker.systemd.restart(unit);
        restart(lab, 'go');
      };
    },
  },
  {
    id: 'mysql-password-drift',
    apply: (lab) => {
      const heal = change(lab, 'Secret', 'app-secrets', (object) => ({
        ...object,
        data: { ...mapAt(object, 'data'), DB_PASSWORD: coded('not-what-mysql-knows') },
      }));
      restart(lab, 'go', 'laravel');
      return async () => {
        await heal();
        restart(lab, 'go', 'laravel');
      };
    },
  },
  {
    id: 'app-env-missing',
    apply: (lab) =>
      change(lab, 'Deployment', 'go', (object) =>
        inContainers(object, (one) => ({
          ...one,
          env: listAt(one, 'env').filter((entry) => textAt(entry, 'name') !== 'DB_HOST'),
        })),
      ),
  },
  {
    id: 'laravel-nginx-broken',
    apply: (lab) => {
      const heal = change(lab, 'ConfigMap', 'laravel-nginx-conf', (object) => ({
        ...object,
        data: Object.fromEntries(
          Object.entries(mapAt(object, 'data')).map(([key, value]) => [
            key,
            textAt(value).replace(/(fastcgi_pass [^;]+);/, '$1'),
          ]),
        ),
      }));
      restart(lab, 'laravel');
      return async () => {
        await heal();
        restart(lab, 'laravel');
      };
    },
  },
  {
    id: 'replicas-zero',
    apply: (lab) =>
      change(lab, 'Deployment', 'go', (object) => ({
        ...object,
        spec: { ...mapAt(object, 'spec'), replicas: 0 },
      })),
  },
];
