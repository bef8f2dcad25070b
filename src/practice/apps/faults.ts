/** Breakages of the application in the cluster. They bite once phase E has delivered it. */
import { listAt, mapAt, textAt } from '../kubernetes/json.js';
import { imageName } from '../kubernetes/registry.js';
import type { Fault } from '../fault.js';
import { change, clusterOf, inContainers, restart, spaceOf } from './cluster-edit.js';

const coded = (text: string) => Buffer.from(text).toString('base64');

export const APP_FAULTS: readonly Fault[] = [
  {
    id: 'app-image-missing',
    title: { id: 'Tag image tidak ada', en: 'The image tag does not exist' },
    breaks: {
      id: 'Deployment go menunjuk tag yang tidak pernah dikirim ke Harbor; Pod barunya berhenti di ImagePullBackOff',
      en: 'the Deployment go names a tag that was never pushed to Harbor; its new Pod stays in ImagePullBackOff',
    },
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
    title: { id: 'Kata sandi Harbor di Secret salah', en: "Harbor's password in the Secret is wrong" },
    breaks: {
      id: 'Secret untuk menarik image memuat kata sandi lama, dan vm-worker tidak punya image go lagi',
      en: 'the Secret for pulling images holds an old password, and vm-worker has no image of go any more',
    },
    apply: (lab) => {
      const [, , worker] = lab.hosts;
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
      for (const image of [...worker.kube.runtime.images.keys()])
        if (/\/go:/.test(image)) worker.kube.runtime.images.delete(image);
      restart(lab, 'go');
      return async () => {
        await heal();
        restart(lab, 'go');
      };
    },
  },
  {
    id: 'mysql-password-drift',
    title: { id: 'Kata sandi database berbeda', en: 'The database passwords differ' },
    breaks: {
      id: 'app-secrets memuat kata sandi yang tidak dikenal MySQL; go dan laravel menjawab 503',
      en: 'app-secrets holds a password that MySQL does not know; go and laravel answer 503',
    },
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
    title: { id: 'Variabel lingkungan hilang', en: 'An environment variable is missing' },
    breaks: {
      id: 'DB_HOST tidak ada lagi di Deployment go; programnya berhenti begitu menyala (CrashLoopBackOff)',
      en: 'the Deployment go has no DB_HOST any more; its program ends as soon as it starts (CrashLoopBackOff)',
    },
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
    title: { id: 'nginx di Pod laravel rusak', en: 'nginx in the laravel Pod is broken' },
    breaks: {
      id: 'satu titik koma hilang di ConfigMap laravel-nginx-conf; container nginx tidak mau menyala',
      en: 'a semicolon is missing in the ConfigMap laravel-nginx-conf; the container nginx does not start',
    },
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
    title: { id: 'Aplikasi berhenti di 0 replica', en: 'An application was left at 0 replicas' },
    breaks: {
      id: 'Deployment go tertinggal pada 0 replica; edge menjawab 502 di /go/',
      en: 'the Deployment go was left at 0 replicas; the edge answers 502 at /go/',
    },
    apply: (lab) =>
      change(lab, 'Deployment', 'go', (object) => ({
        ...object,
        spec: { ...mapAt(object, 'spec'), replicas: 0 },
      })),
  },
];
