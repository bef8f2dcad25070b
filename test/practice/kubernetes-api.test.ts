import { createServer } from 'node:net';
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
  Watch,
  type V1Pod,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startPracticeLab } from '../../src/practice/lab.js';
import { nextPage, PracticeCluster } from './cluster.js';
import { until } from './ssh.js';

let cluster: PracticeCluster;
let config: KubeConfig;
let core: CoreV1Api;
let apps: AppsV1Api;
beforeAll(async () => {
  cluster = await PracticeCluster.make(await startPracticeLab({ seed: 31, timeScale: 0 }));
  config = await cluster.config();
  core = config.makeApiClient(CoreV1Api);
  apps = config.makeApiClient(AppsV1Api);
});
afterAll(() => cluster.close());

const refusal = z.looseObject({ message: z.string().default(''), reason: z.string().default('') });
/** The `Status` that a request is refused with. */
async function refused(asked: Promise<unknown>): Promise<{ code: number; message: string; reason: string }> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    // The client keeps the words of a 401 to itself.
    const { message, reason } = refusal.parse(
      typeof error.body === 'string' ? JSON.parse(error.body) : (error.body ?? {}),
    );
    return { code: error.code, message, reason };
  }
  throw new Error('it was not refused');
}
const named = (pod: V1Pod): string => pod.metadata?.name ?? '';
const web = (replicas: number, image = 'nginx:alpine') => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }] },
    },
  },
});
const inDefault = { namespace: 'default' };

describe('who may ask', () => {
  it('knows the operator by kubeadm’s kubeconfig, and tells its version', async () => {
    expect((await config.makeApiClient(VersionApi).getCode()).gitVersion).toMatch(/^v1\.30\.\d+$/);
    expect((await core.listNode()).items.map((node) => node.metadata?.name)).toEqual(['vm-k8s', 'vm-worker']);
  });

  it('is reached through an SSH tunnel too', async () => {
    const client = await cluster.client('vm-k8s');
    const tunnel = createServer((socket) => {
      client.forwardOut('127.0.0.1', 40_000, '192.168.56.43', 6443, (error, channel) => {
        if (error !== undefined) socket.destroy();
        else socket.pipe(channel).pipe(socket);
      });
    });
    await new Promise<void>((resolve) => tunnel.listen(0, '127.0.0.1', resolve));
    const address = tunnel.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const through = (await cluster.config(`127.0.0.1:${port}`)).makeApiClient(CoreV1Api);
    expect((await through.listNamespace()).items.map((one) => one.metadata?.name)).toContain('kube-system');
    tunnel.close();
    await expect(
      new Promise((resolve, reject) =>
        client.forwardOut('127.0.0.1', 40_000, '192.168.56.43', 6444, (error) =>
          error === undefined ? resolve(null) : reject(error),
        ),
      ),
    ).rejects.toThrow(/channel open failure/i);
  });

  it('refuses strangers with 401, nobody with 403, and a ServiceAccount by its roles', async () => {
    const server = config.getCurrentCluster()?.server ?? '';
    const as = (user: { token?: string }) => {
      const other = new KubeConfig();
      other.loadFromOptions({
        clusters: [{ ...config.getCurrentCluster(), name: 'c', server }],
        users: [{ name: 'u', ...user }],
        contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
        currentContext: 'x',
      });
      return other.makeApiClient(CoreV1Api);
    };
    expect(await refused(as({ token: 'nonsense' }).listNode())).toMatchObject({ code: 401 });
    expect(await refused(as({}).listNode())).toMatchObject({
      code: 403,
      message:
        'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
    });
    const { status } = await core.createNamespacedServiceAccountToken({
      ...inDefault,
      name: 'default',
      body: { spec: { audiences: [], expirationSeconds: 3600 } },
    });
    const account = as({ token: status?.token ?? '' });
    expect(await refused(account.listNamespacedPod(inDefault))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" in the namespace "default"',
    });
    await cluster.kubectl(
      'kubectl apply -f - <<E\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: reads, namespace: default }\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }\nsubjects: [{ kind: ServiceAccount, name: default, namespace: default }]\nE',
    );
    expect((await account.listNamespacedPod(inDefault)).items).toEqual([]);
    expect((await refused(account.listNamespacedSecret(inDefault))).code).toBe(403);
  });
});

describe('objects', () => {
  it('are made, scaled, patched and deleted, and pods follow', async () => {
    await apps.createNamespacedDeployment({ ...inDefault, body: web(2) });
    const ready = async (count: number) =>
      (await apps.readNamespacedDeployment({ ...inDefault, name: 'web' })).status?.readyReplicas === count;
    await until(() => ready(2));
    const scaled = await apps.patchNamespacedDeploymentScale(
      { ...inDefault, name: 'web', body: { spec: { replicas: 3 } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    expect(scaled.spec?.replicas).toBe(3);
    await until(() => ready(3));
    await apps.patchNamespacedDeployment(
      {
        ...inDefault,
        name: 'web',
        body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } } },
      },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    );
    const images = async () =>
      (await core.listNamespacedPod({ ...inDefault, labelSelector: 'app=web' })).items.flatMap((pod) =>
        pod.spec?.containers.map((one) => `${one.image} ${one.ports?.[0]?.containerPort}`),
      );
    await until(async () => (await images()).join() === 'nginx:1.27 80,nginx:1.27 80,nginx:1.27 80');
    const [pod] = (await core.listNamespacedPod({ ...inDefault, labelSelector: 'app=web' })).items;
    const gone = await core.deleteNamespacedPod({ ...inDefault, name: named(pod ?? {}) });
    expect(gone.metadata?.deletionTimestamp).toBeInstanceOf(Date);
    // Its containers have time to end; then it is gone, and another has come.
    const read = () => core.readNamespacedPod({ ...inDefault, name: named(pod ?? {}) });
    await until(async () => (await read().catch(() => null)) === null);
    expect((await refused(read())).message).toBe(`pods "${named(pod ?? {})}" not found`);
    await until(() => ready(3));
    await apps.deleteNamespacedDeployment({ ...inDefault, name: 'web' });
    await until(async () => (await images()).length === 0);
    const events = (await core.listNamespacedEvent(inDefault)).items.map((one) => one.reason);
    for (const reason of [
      'ScalingReplicaSet',
      'SuccessfulCreate',
      'Scheduled',
      'Pulling',
      'Pulled',
      'Created',
      'Started',
      'Killing',
      'SuccessfulDelete',
    ])
      expect(events).toContain(reason);
  });

  it('are refused in the words of the real server', async () => {
    const map = { metadata: { name: 'one' }, data: { a: '1' } };
    const made = await core.createNamespacedConfigMap({ ...inDefault, body: map });
    expect(await refused(core.createNamespacedConfigMap({ ...inDefault, body: map }))).toEqual({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "one" already exists',
    });
    await core.replaceNamespacedConfigMap({ ...inDefault, name: 'one', body: { ...made, data: { a: '2' } } });
    expect(
      await refused(
        core.replaceNamespacedConfigMap({ ...inDefault, name: 'one', body: { ...made, data: { a: '3' } } }),
      ),
    ).toEqual({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again',
    });
    expect(await refused(apps.createNamespacedDeployment({ ...inDefault, body: web(-1) }))).toEqual({
      code: 422,
      reason: 'Invalid',
      message:
        'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    });
    expect(
      await refused(core.listNamespacedPod({ namespace: 'default', fieldSelector: 'spec.image=x' })),
    ).toMatchObject({
      code: 400,
      message: 'field label not supported: spec.image',
    });
    expect((await refused(core.createNamespacedConfigMap({ namespace: 'nowhere', body: map }))).message).toBe(
      'namespaces "nowhere" not found',
    );
    await core.deleteNamespacedConfigMap({ ...inDefault, name: 'one' });
  });
});

describe('lists and watches', () => {
  const body = (name: string) => ({ metadata: { name, labels: { many: 'yes' } } });

  it('pages a list as it was when the first page was given', async () => {
    for (let index = 0; index < 7; index += 1)
      await core.createNamespacedConfigMap({ ...inDefault, body: body(`many-${index}`) });
    const ask = (token?: string) =>
      core.listNamespacedConfigMap({
        ...inDefault,
        limit: 3,
        ...(token === undefined ? {} : { _continue: token }),
      });
    const first = await ask();
    expect(first.items).toHaveLength(3);
    expect(first.metadata?.remainingItemCount).toBe(5);
    await core.deleteNamespacedConfigMap({ ...inDefault, name: 'many-6' });
    const second = await ask(nextPage(first.metadata));
    const third = await ask(nextPage(second.metadata));
    expect(third.items.map((one) => one.metadata?.name)).toContain('many-6');
    expect(third.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
    expect(nextPage(third.metadata)).toBeUndefined();
  });

  it('keeps an informer up to date, over a restart of the server too', async () => {
    const list = () => core.listNamespacedConfigMap({ ...inDefault, labelSelector: 'many=yes' });
    const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', list, 'many=yes');
    const errors: unknown[] = [];
    informer.on('error', (error) => {
      errors.push(error);
      setTimeout(() => void informer.start(), 20);
    });
    await informer.start();
    const names = () => informer.list().map((one) => one.metadata?.name);
    await until(() => names().length === 6);
    await core.createNamespacedConfigMap({ ...inDefault, body: body('many-7') });
    await until(() => names().includes('many-7'));
    // What does not fit any more is gone for this watch.
    await core.patchNamespacedConfigMap(
      { ...inDefault, name: 'many-7', body: [{ op: 'remove', path: '/metadata/labels/many' }] },
      setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
    );
    await until(() => !names().includes('many-7'));
    await cluster.root('vm-k8s', 'mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/');
    await until(async () => (await core.listNode().catch(() => null)) === null);
    await cluster.root('vm-k8s', 'mv /root/kube-apiserver.yaml /etc/kubernetes/manifests/');
    await until(async () => (await core.listNode().catch(() => null)) !== null);
    await core.createNamespacedConfigMap({ ...inDefault, body: body('many-8') });
    await until(() => names().includes('many-8'));
    expect(errors).not.toEqual([]);
    expect(names().toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '8'].map((index) => `many-${index}`));
    await informer.stop();
  });

  it('tells a watch that comes too late so, and gives bookmarks to one that wants them', async () => {
    const watch = new Watch(config);
    const watched = async (query: Record<string, string | number | boolean>) => {
      const seen: { type: string; code?: number; version?: string }[] = [];
      await new Promise<void>((resolve) => {
        void watch.watch(
          '/api/v1/namespaces/default/configmaps',
          query,
          (type: string, object: { code?: number; metadata?: { resourceVersion?: string } }) =>
            seen.push({ type, ...(object.code === undefined ? {} : { code: object.code }) }),
          () => resolve(),
        );
      });
      return seen;
    };
    expect(await watched({ resourceVersion: 1 })).toEqual([{ type: 'ERROR', code: 410 }]);
    const { metadata } = await core.listNamespacedConfigMap(inDefault);
    const quiet = await watched({
      resourceVersion: metadata?.resourceVersion ?? '',
      allowWatchBookmarks: true,
      timeoutSeconds: 70,
    });
    expect(quiet.map((one) => one.type)).toEqual(['BOOKMARK', 'BOOKMARK']);
  });
});
