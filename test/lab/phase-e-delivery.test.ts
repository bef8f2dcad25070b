/**
 * The delivery scripts of the demo project on three real hosts, after phase-b-to-r.test.ts: manifests before a real API server,
 * images built and pushed to Harbor, deployed, deployed again, and a deploy that fails. The three applications are stand-ins
 * from test/fixtures/project/standin, made of images that any lab can pull; MySQL, the migrate Job's database work, NodePorts and
 * the edge are real. It deploys into an empty lab only, and takes away what it made.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveryFiles, writtenOut } from '../unit/project/rendered.js';
import { createBench, LAB_FILE, type Bench } from './lab.js';

const WANTED = process.env['THREEBODY_LAB_CLUSTER'] === '1';
const STAND_INS = fileURLToPath(new URL('../fixtures/project/standin', import.meta.url));
const NAMESPACE = 'threebody-prod';
const DATA = '/data/threebody/mysql';
const REPOSITORY = '/root/threebody-delivery-test';
const ADMIN = 'export KUBECONFIG=/etc/kubernetes/admin.conf';

describe.skipIf(LAB_FILE === undefined || !WANTED)('delivery to a real cluster', () => {
  const password = (): string => randomBytes(12).toString('hex');
  const secrets = {
    MYSQL_ROOT_PASSWORD: `${password()} "$x;`,
    MYSQL_PASSWORD: `${password()}&$(id)`,
    APP_KEY: `base64:${randomBytes(32).toString('base64')}`,
  };
  let bench: Bench;
  let harborPassword = '';
  let mine = false;

  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const kubectl = (args: string): Promise<string> =>
    bench.ask('vm-k8s', `${ADMIN}\nkubectl ${args} </dev/null`);

  /** Runs a script of deploy/ci in the repository on a host; gives its exit code and all that it printed. */
  const script = async (
    host: 'vm-docker' | 'vm-k8s',
    command: string,
    tag: string,
  ): Promise<{ readonly code: number; readonly output: string }> => {
    const environment = {
      ...secrets,
      HARBOR_PASSWORD: harborPassword,
      HARBOR_USERNAME: 'admin',
      MYSQL_DATABASE: 'threebody',
      MYSQL_USER: 'three_body',
      KUBECONFIG_PROD: `${REPOSITORY}/kubeconfig-prod`,
      TAG: tag,
      PULL_PATIENCE: '20',
    };
    const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`);
    const printed = await bench.ask(
      host,
      [
        `cd ${REPOSITORY}`,
        ...exports,
        'KUBECTL=$(command -v kubectl || true); [ -z "$KUBECTL" ] || export KUBECTL',
        `code=0; bash deploy/ci/${command} </dev/null || code=$?; echo "exit $code"`,
      ].join('\n'),
    );
    return { code: Number(/exit (\d+)\s*$/.exec(printed)?.[1] ?? '-1'), output: printed };
  };

  const images = async (): Promise<string> =>
    (
      await kubectl(
        `-n ${NAMESPACE} get deployments -o jsonpath='{range .items[*]}{.metadata.name} {.spec.replicas} {.spec.template.spec.containers[0].image}{"\\n"}{end}'`,
      )
    ).trim();
  const running = (tag: string): string =>
    ['frontend', 'go', 'laravel']
      .map((app) => `${app} 1 harbor.local:8080/threebody/${app}:${tag}`)
      .join('\n');

  beforeAll(async () => {
    bench = await createBench(LAB_FILE ?? '');
    const there = await kubectl(`get namespace ${NAMESPACE} monitoring -o name --ignore-not-found`);
    const volume = await kubectl('get persistentvolume mysql-pv-hostpath -o name --ignore-not-found');
    const data = await bench.ask('vm-worker', `ls -A ${DATA}`);
    if ((there + volume + data).trim() !== '') {
      throw new Error(
        `this lab holds an application already (${there}${volume}${DATA}: ${data}); these tests want an empty one`,
      );
    }
    mine = true;

    // Where Docker Hub is only stood in for, the newest images are not to be had.
    const pick = async (wanted: string, otherwise: string): Promise<string> =>
      (
        await bench.ask(
          'vm-docker',
          `docker manifest inspect ${wanted} >/dev/null 2>&1 && echo ${wanted} || echo ${otherwise}`,
        )
      ).trim();
    const root = writtenOut(
      deliveryFiles({
        mysql_image: await pick('mysql:8.4', 'mysql:8.0'),
        busybox_image: await pick('busybox:1.37', 'busybox:1.36'),
        app_nginx_image: await pick('nginx:1.28-alpine', 'nginx:alpine'),
      }),
    );
    cpSync(STAND_INS, root, { recursive: true });
    const archive = spawnSync('tar', ['-czf', '-', '-C', root, '.'], { maxBuffer: 8 << 20 }).stdout.toString(
      'base64',
    );
    const lines = archive.replaceAll(/.{1,76}/g, '$&\n');
    await Promise.all(
      (['vm-docker', 'vm-k8s'] as const).map((host) =>
        bench.ask(
          host,
          `rm -rf ${REPOSITORY}; mkdir -p ${REPOSITORY}\nbase64 -d <<'END' | tar -xzf - -C ${REPOSITORY}\n${lines}END\n`,
        ),
      ),
    );
    await bench.ask('vm-k8s', `install -m 0600 /etc/kubernetes/admin.conf ${REPOSITORY}/kubeconfig-prod`);
    harborPassword = (
      await bench.ask(
        'vm-docker',
        `sed -n 's/^harbor_admin_password: *//p' /opt/harbor/harbor.yml | tr -d "\\"'"`,
      )
    ).trim();
  });

  afterAll(async () => {
    if (mine) {
      await kubectl(`delete namespace ${NAMESPACE} monitoring --ignore-not-found --wait=true --timeout=180s`);
      await kubectl('delete persistentvolume mysql-pv-hostpath --ignore-not-found --wait=true --timeout=60s');
      await bench.ask('vm-worker', `find ${DATA} -mindepth 1 -delete`);
      for (const host of ['vm-docker', 'vm-k8s'] as const) await bench.ask(host, `rm -rf ${REPOSITORY}`);
    }
    await bench.remove();
  });

  it('accepts every manifest', async () => {
    await kubectl(`create namespace ${NAMESPACE}`);
    await kubectl('create namespace monitoring');
    const seen = await bench.ask(
      'vm-k8s',
      `${ADMIN}\ncd ${REPOSITORY}
      sed 's|__LARAVEL_IMAGE__|harbor.local:8080/threebody/laravel:x|' deploy/k8s/jobs/laravel-migrate-job.yaml >job.yaml
      kubectl apply --dry-run=server -f deploy/k8s/base/ -f job.yaml -f deploy/monitoring/nodeports.yaml -f deploy/monitoring/grafana-datasource-loki.yaml </dev/null
      sed 's/matchLabels: { app: go }/matchLabels: { app: other }/' deploy/k8s/base/20-go.yaml | kubectl apply --dry-run=server -f - 2>&1 || true`,
    );
    expect(seen.match(/ created \(server dry run\)/g)?.length).toBeGreaterThanOrEqual(16);
    expect(seen).toContain('`selector` does not match template `labels`');
  });

  it('builds the images and pushes them to Harbor, leaving no login behind', async () => {
    for (const command of ['build.sh', 'push.sh']) {
      const { code, output } = await script('vm-docker', command, 'aaaa1111');
      expect(code, output).toBe(0);
      expect(output).not.toContain(harborPassword);
    }
    expect(
      (await bench.ask('vm-docker', 'ls /root/.docker/config.json 2>/dev/null || echo none')).trim(),
    ).toBe('none');
  });

  it('deploys: every stage is ok, and the site answers through the edge', async () => {
    const { code, output } = await script('vm-k8s', 'deploy.sh', 'aaaa1111');
    expect(code, output).toBe(0);
    expect(output.match(/^ok .+$/gm)).toHaveLength(15);
    expect(output).toContain('products is empty: seeding');
    expect(output).toContain('edge: https://hit.local/laravel/api/products 200');
    for (const secret of [...Object.values(secrets), harborPassword])
      expect(output.includes(secret)).toBe(false);
    expect(await images()).toBe(running('aaaa1111'));
  });

  it('deploys the next commit over it: data and volume stay, nothing is seeded twice', async () => {
    const pushed = await script('vm-docker', 'push.sh', 'bbbb2222');
    expect(pushed.code, pushed.output).toBe(0);
    const before = await kubectl(`-n ${NAMESPACE} get pod mysql-0 -o jsonpath='{.metadata.uid}'`);
    const { code, output } = await script('vm-k8s', 'deploy.sh', 'bbbb2222');
    expect(code, output).toBe(0);
    expect(output).toContain('products has 5 rows: not seeded again');
    expect(await images()).toBe(running('bbbb2222'));
    expect(await kubectl(`-n ${NAMESPACE} get pod mysql-0 -o jsonpath='{.metadata.uid}'`)).toBe(before);
  });

  it('brings the running version back when a deploy fails, and it serves again', async () => {
    const { code, output } = await script('vm-k8s', 'deploy.sh', 'nopushed');
    expect(code).toBe(1);
    expect(output).toMatch(
      /^FAILED migrate: the migrate Job does not start: (?:ErrImagePull|ImagePullBackOff); is Harbor up/m,
    );
    expect(await images()).toBe(running('bbbb2222'));
    for (const app of ['laravel', 'go', 'frontend']) {
      await kubectl(`-n ${NAMESPACE} rollout status deployment/${app} --timeout=120s`);
    }
    const health = await script('vm-k8s', 'deploy.sh health', 'bbbb2222');
    expect(health.code, health.output).toBe(0);
  });

  it('notices a root password that was changed in GitLab alone, before it hurts', async () => {
    const kept = secrets.MYSQL_ROOT_PASSWORD;
    secrets.MYSQL_ROOT_PASSWORD = 'another';
    const { code, output } = await script('vm-k8s', 'deploy.sh secrets', 'bbbb2222');
    secrets.MYSQL_ROOT_PASSWORD = kept;
    expect(code).toBe(1);
    expect(output).toContain(
      "FAILED secrets: MYSQL_ROOT_PASSWORD is not the password with which MySQL's data was made",
    );
  });
});
