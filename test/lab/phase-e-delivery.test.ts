/**
 * Phases E and F on three real hosts, by the built program alone, after phase-b-to-r.test.ts: from a project to a site that
 * answers, a second time without a change, the next commit over it, one whose migration fails, and undone. The three
 * applications are stand-ins from test/fixtures/project/standin, made of images that any lab can pull; MySQL, the database work
 * of migrations, NodePorts and the edge are real. It delivers into an empty lab only, and takes away what it made.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shows } from '../support/verified.js';
import { APPS, Delivery, NAMESPACE } from './delivery.js';
import { createBench, LAB_FILE, type Bench } from './lab.js';

const WANTED = process.env['THREEBODY_LAB_CLUSTER'] === '1';

describe.skipIf(LAB_FILE === undefined || !WANTED)('delivery to a real cluster', () => {
  let bench: Bench;
  let delivery: Delivery;
  const done = (...args: readonly string[]): Promise<string> => delivery.done(...args);
  const notGreen = (...steps: readonly string[]): Promise<readonly string[]> => delivery.notGreen(...steps);
  const program = (...args: readonly string[]): ReturnType<Delivery['program']> => delivery.program(...args);
  const kubectl = (args: string): Promise<string> => delivery.kubectl(args);
  const inProject = (script: string): Promise<string> => delivery.inProject(script);
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

  beforeAll(async () => {
    bench = await createBench(LAB_FILE ?? '');
    delivery = new Delivery(bench);
    await delivery.prepare(LAB_FILE ?? '');
  });

  afterAll(async () => {
    await delivery.remove();
    await bench.remove();
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
    const { secrets } = delivery;
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
