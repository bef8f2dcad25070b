/**
 * Phases E and F on three real hosts, by the built program alone, after phase-b-to-r.test.ts: from a project to a site that
 * answers, a second time without a change, the next commit over it, one whose migration fails, and undone. The three
 * applications are stand-ins from test/fixtures/project/standin, made of images that any lab can pull; MySQL, the database work
 * of migrations, NodePorts and the edge are real. It delivers into an empty lab only, and takes away what it made.
 */
import { randomBytes } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { cli, type Finished } from '../support/cli.js';
import { shows } from '../support/verified.js';
import { createBench, LAB_FILE, type Bench } from './lab.js';

const WANTED = process.env['THREEBODY_LAB_CLUSTER'] === '1';
const STAND_INS = fileURLToPath(new URL('../fixtures/project/standin', import.meta.url));
const APPS = ['frontend', 'go', 'laravel'] as const;
const NAMESPACE = 'threebody-prod';
const DATA = '/data/threebody/mysql';
const ADMIN = 'export KUBECONFIG=/etc/kubernetes/admin.conf';

const labSchema = z.looseObject({
  user: z.string(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});
const resultsSchema = z.object({
  gates: z.array(
    z.object({ gate: z.string(), verdict: z.string(), say: z.object({ en: z.string() }).optional() }),
  ),
});

describe.skipIf(LAB_FILE === undefined || !WANTED)('delivery to a real cluster', () => {
  const own = join(tmpdir(), `threebody-delivery-${process.pid}`);
  const labFile = `${own}.yaml`;
  /** Signs that a shell or SQL would read as their own, as far as E1 lets them through. */
  const secrets: Record<string, string> = {
    THREEBODY_SECRET_MYSQL_ROOT_PASSWORD: `${randomBytes(12).toString('hex')};x&(id)`,
    THREEBODY_SECRET_MYSQL_PASSWORD: `${randomBytes(12).toString('hex')}#|*&%s`,
  };
  let bench: Bench;
  let user = '';
  let mine = false;
  let kubectlIsMine = false;

  const program = (...args: readonly string[]): Promise<Finished> =>
    cli([...args, '--lab', labFile], { env: { ...bench.env, ...secrets } });
  /** Runs the program to a good end and gives all that it said. */
  const done = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await program(...args);
    expect(code, stdout + stderr).toBe(0);
    for (const secret of Object.values(secrets)) expect((stdout + stderr).includes(secret)).toBe(false);
    return stdout + stderr;
  };
  /** What is said by the gates of steps that are not green. */
  const notGreen = async (...steps: readonly string[]): Promise<readonly string[]> => {
    const { stdout, stderr } = await program('check', ...steps, '--json');
    const parsed = resultsSchema.safeParse(JSON.parse(stdout === '' ? '{}' : stdout));
    if (!parsed.success) throw new Error(stderr);
    return parsed.data.gates.flatMap(({ gate, verdict, say }) =>
      verdict === 'pass' ? [] : [`${gate} ${verdict}: ${say?.en ?? ''}`],
    );
  };
  const kubectl = (args: string): Promise<string> =>
    bench.ask('vm-k8s', `${ADMIN}\nkubectl ${args} </dev/null`);
  const inProject = (script: string): Promise<string> =>
    bench.ask('vm-docker', `runuser -u ${user} -- bash -ec 'cd ~${user}/three-body-problem; ${script}'`);
  const tag = async (): Promise<string> => (await inProject('git rev-parse HEAD')).slice(0, 8);
  const sql = (statement: string): Promise<string> =>
    kubectl(
      `-n ${NAMESPACE} exec mysql-0 -c mysql -- sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql --user=root --batch --skip-column-names --execute="${statement.replaceAll("'", String.raw`'\''`)}" threebody'`,
    );
  const running = async (): Promise<string> =>
    (
      await kubectl(
        `-n ${NAMESPACE} get deployments -o jsonpath='{range .items[*]}{.metadata.name} {.spec.replicas} {.spec.template.spec.containers[0].image}{"\\n"}{end}'`,
      )
    ).trim();
  const each = (of: string): string =>
    APPS.map((app) => `${app} 1 harbor.local:8080/threebody/${app}:${of}`).join('\n');
  /** Everything that a second run must leave as it is. */
  const held = (): Promise<string> =>
    kubectl(
      `-n ${NAMESPACE} get all,pvc,secrets -o jsonpath='{range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation}{"\\n"}{end}'`,
    );

  /** The pipeline downloads its kubectl; where that site is only stood in for, vm-docker gets the one of the cluster. */
  async function provideKubectl(): Promise<void> {
    const site = 'https://dl.k8s.io/release/v1.30.14/bin/linux/amd64/kubectl.sha256';
    const there = await bench.ask(
      'vm-docker',
      `command -v kubectl || curl --fail --silent --location --max-time 20 ${site} || true`,
    );
    if (there.trim() !== '') return;
    const [list, key] = await Promise.all([
      bench.ask('vm-k8s', 'cat /etc/apt/sources.list.d/kubernetes.list'),
      bench.ask('vm-k8s', 'base64 -w0 /etc/apt/keyrings/kubernetes-apt-keyring.gpg'),
    ]);
    kubectlIsMine = true;
    await bench.ask(
      'vm-docker',
      `cd "$(mktemp -d)"; mkdir -p lists/partial
      base64 -d <<<'${key.trim()}' >key.gpg
      sed "s|signed-by=[^]]*|signed-by=$PWD/key.gpg|" >list <<<'${list.trim()}'
      own() { apt-get -qq -o Dir::Etc::sourcelist="$PWD/list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$PWD/lists" -o APT::Sandbox::User= "$@"; }
      own update && own download kubectl && dpkg-deb -x kubectl_*.deb root && install -m 0755 root/usr/bin/kubectl /usr/local/bin/kubectl
      rm -rf "$PWD"`,
    );
  }

  beforeAll(async () => {
    bench = await createBench(LAB_FILE ?? '');
    const there = await kubectl(`get namespace ${NAMESPACE} monitoring -o name --ignore-not-found`);
    const volume = await kubectl('get persistentvolume mysql-pv-hostpath -o name --ignore-not-found');
    const data = await bench.ask('vm-worker', `ls -A ${DATA}`);
    const lab = labSchema.parse(parse(await readFile(LAB_FILE ?? '', 'utf8')));
    user = lab.user;
    const history = await inProject('ls -d .git 2>/dev/null || true');
    if ((there + volume + data + history).trim() !== '') {
      throw new Error(
        `this lab holds an application already (${there}${volume}${history}${DATA}: ${data}); these tests want an empty one`,
      );
    }
    await inProject(
      'cp -a . ../three-body-problem.kept; cp ../.local/state/threebody/project.sha256 ../three-body-problem.sha256',
    );
    mine = true;
    secrets['THREEBODY_SECRET_HARBOR_ADMIN_PASSWORD'] = (
      await bench.ask(
        'vm-docker',
        `sed -n 's/^harbor_admin_password: *//p' /opt/harbor/harbor.yml | tr -d "\\"'"`,
      )
    ).trim();
    await provideKubectl();

    // Where Docker Hub is only stood in for, the newest images are not to be had.
    const pick = async (wanted: string, otherwise: string): Promise<string> =>
      (
        await bench.ask(
          'vm-docker',
          `docker manifest inspect ${wanted} >/dev/null 2>&1 && echo ${wanted} || echo ${otherwise}`,
        )
      ).trim();
    const parameters = {
      ...lab.parameters,
      mysql_image: await pick('mysql:8.4', 'mysql:8.0'),
      busybox_image: await pick('busybox:1.37', 'busybox:1.36'),
      app_nginx_image: await pick('nginx:1.28-alpine', 'nginx:alpine'),
    };
    await writeFile(labFile, stringify({ ...lab, parameters }), { mode: 0o600 });
    await done('scaffold', own, '--yes');
    for (const app of APPS) {
      await rm(join(own, app), { recursive: true });
      await cp(join(STAND_INS, app), join(own, app), { recursive: true });
    }
    await writeFile(labFile, stringify({ ...lab, parameters: { ...parameters, project_source: own } }));
    await done('connect', '--accept-host-keys');
    await done('run', 'B4', '--yes');
  });

  afterAll(async () => {
    if (mine) {
      await kubectl(`delete namespace ${NAMESPACE} monitoring --ignore-not-found --wait=true --timeout=180s`);
      await kubectl('delete persistentvolume mysql-pv-hostpath --ignore-not-found --wait=true --timeout=60s');
      await bench.ask('vm-worker', `find ${DATA} -mindepth 1 -delete`);
      // File by file: the edge has some of them mounted.
      await inProject(
        'cp -a ../three-body-problem.kept/. .; find . -type f | while read -r file; do [ -e "../three-body-problem.kept/$file" ] || rm -f "$file"; done; mv ../three-body-problem.sha256 ../.local/state/threebody/project.sha256; rm -rf ../three-body-problem.kept ../three-body-problem.git* .git',
      );
    }
    if (kubectlIsMine) await bench.ask('vm-docker', 'rm -f /usr/local/bin/kubectl');
    await bench.remove();
    await rm(own, { recursive: true, force: true });
    await rm(labFile, { force: true });
  });

  /** Runs a step that is red, to green; gives what was said. */
  async function toGreen(step: string): Promise<string> {
    expect((await notGreen(step)).join('\n')).toMatch(/ fail: /);
    const said = await done('run', step, '--yes');
    expect(await notGreen(step)).toEqual([]);
    return said;
  }

  it.for(['E1', 'E2'])('%s is red, runs, and is green', async (step, { task }) => {
    expect(await toGreen(step)).toContain(`${step}/`);
    shows(task, 'real', [step], 'red', 'green');
  });

  it('E3 is red, delivers the pushed commit, and is green', async ({ task }) => {
    const said = await toGreen('E3');
    expect(said).toContain('products is empty: seeding');
    expect(said).toContain('edge: https://hit.local/laravel/api/products 200');
    expect(await running()).toBe(each(await tag()));
    shows(task, 'real', ['E3'], 'red', 'green');
  });

  it('changes nothing when all of it is run again', async ({ task }) => {
    const before = await held();
    await done('run', 'E1', 'E2', 'E3', '--yes');
    expect(await held()).toBe(before);
    expect(
      (await bench.ask('vm-docker', 'ls /root/.docker/config.json 2>/dev/null || echo none')).trim(),
    ).toBe('none');
    shows(task, 'real', ['E1', 'E2', 'E3'], 'again');
  });

  it('the API server accepts every manifest, and tells one that is wrong', async () => {
    await kubectl('create namespace monitoring');
    const seen = await inProject(
      `export KUBECONFIG=kubeconfig-prod
      sed "s|__LARAVEL_IMAGE__|harbor.local:8080/threebody/laravel:x|;s/name: laravel-migrate/name: another/" deploy/k8s/jobs/laravel-migrate-job.yaml >/tmp/job.yaml
      kubectl apply --dry-run=server -f deploy/k8s/base/ -f /tmp/job.yaml -f deploy/monitoring/nodeports.yaml -f deploy/monitoring/grafana-datasource-loki.yaml </dev/null
      sed "s/matchLabels: { app: go }/matchLabels: { app: other }/" deploy/k8s/base/20-go.yaml | kubectl apply --dry-run=server -f - 2>&1 || true
      rm /tmp/job.yaml`,
    );
    await kubectl('delete namespace monitoring --wait=false');
    expect(seen.match(/ \(server dry run\)/g)?.length).toBeGreaterThanOrEqual(16);
    expect(seen).toContain('`selector` does not match template `labels`');
  });

  it('F1 seeds an empty table, and only that', async ({ task }) => {
    await sql('DELETE FROM products');
    expect((await notGreen('F1')).join('\n')).toMatch(/^E3\.data fail: The table products is empty/m);
    await done('run', 'F1', '--yes');
    expect(await notGreen('F1')).toEqual([]);
    expect(await done('run', 'F1', '--yes')).toContain('products holds 5 rows already');
    shows(task, 'real', ['F1'], 'red', 'green', 'again');
  });

  it('F2 begins anew behind a dump, and undo brings the data back', async ({ task }) => {
    await sql("INSERT INTO products (name, price, stock) VALUES ('mine', 9, 9)");
    const refused = await program('run', 'F2', '--yes');
    expect(refused.code).not.toBe(0);
    expect((await sql('SELECT COUNT(*) FROM products')).trim()).toBe('6');
    await done('run', 'F2', '--yes', '--yes-destroy', 'F2/fresh');
    expect((await sql('SELECT COUNT(*) FROM products')).trim()).toBe('5');
    await done('undo', 'F2', '--yes', '--yes-destroy', 'F2/fresh');
    expect((await sql("SELECT COUNT(*), SUM(name = 'mine') FROM products")).trim()).toMatch(/^6\s+1$/);
    shows(task, 'real', ['F2'], 'green', 'undo');
  });

  it('delivers the next commit over it: data and volume stay, nothing is seeded twice', async () => {
    await inProject(
      'echo "<p>second</p>" >>frontend/page; sed -i "s/^CMD/COPY page \\/www\\/second\\nCMD/" frontend/Dockerfile',
    );
    const before = await kubectl(`-n ${NAMESPACE} get pod mysql-0 -o jsonpath='{.metadata.uid}'`);
    await done('run', 'E2', '--yes');
    expect((await notGreen('E3')).join('\n')).toMatch(/E3\.version fail/);
    expect(await done('run', 'E3', '--yes')).toContain('products has 6 rows: not seeded again');
    expect(await notGreen('E3')).toEqual([]);
    expect(await running()).toBe(each(await tag()));
    expect(await kubectl(`-n ${NAMESPACE} get pod mysql-0 -o jsonpath='{.metadata.uid}'`)).toBe(before);
  });

  it('brings the running version back when a migration fails, and it serves again', async () => {
    const served = await tag();
    await inProject('sed -i "s/^migrate() {/&\\n  echo this one breaks >\\&2; exit 3/" laravel/php');
    await done('run', 'E2', '--yes');
    const { code, stdout, stderr } = await program('run', 'E3', '--yes');
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('this one breaks');
    expect(stdout + stderr).toContain('FAILED migrate: the migration failed');
    expect(stdout + stderr).toContain('brought back: go');
    expect(await running()).toBe(each(served));
    for (const app of APPS) await kubectl(`-n ${NAMESPACE} rollout status deployment/${app} --timeout=120s`);
    const site = await program('check', 'E3.site-laravel', '--retry-timeout', '60s');
    expect(site.code, site.stdout + site.stderr).toBe(0);
  });

  it('notices a root password that was changed here alone, before it hurts', async () => {
    const name = 'THREEBODY_SECRET_MYSQL_ROOT_PASSWORD';
    const kept = secrets[name] ?? '';
    secrets[name] = 'another-password';
    const { code, stdout, stderr } = await program('run', 'E3', '--yes');
    secrets[name] = kept;
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(
      "FAILED secrets: MYSQL_ROOT_PASSWORD is not the password with which MySQL's data was made",
    );
  });

  it('is undone: the namespace, the history and the kubeconfig are gone', async ({ task }) => {
    await done('undo', 'E3', 'E2', 'E1', '--yes', '--yes-destroy', 'E3/access');
    expect(await kubectl(`get namespace ${NAMESPACE} -o name --ignore-not-found`)).toBe('');
    expect((await inProject('ls -d .git kubeconfig-prod 2>/dev/null || true')).trim()).toBe('');
    shows(task, 'real', ['E1', 'E2', 'E3'], 'undo');
  });
});
