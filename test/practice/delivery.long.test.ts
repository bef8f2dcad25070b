/** From the project's sources to https://hit.local: the pipeline's own scripts, unchanged, as vm-docker's user. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_FAULTS } from '../../src/practice/apps/faults.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { Rehearsal } from './runbook.js';
import type { Answer } from './ssh.js';

const CLUSTER = ['C1', 'C2', 'C3', 'C4', 'C5', 'D1', 'D2', 'D3', 'D4'] as const;
const SECRETS = {
  HARBOR_USERNAME: 'admin',
  HARBOR_PASSWORD: 'PracticeAdmin2026',
  MYSQL_ROOT_PASSWORD: 'practice-root-1',
  MYSQL_DATABASE: 'threebody',
  MYSQL_USER: 'threebody',
  MYSQL_PASSWORD: 'practice-user-1',
  APP_KEY: `base64:${Buffer.alloc(32, 7).toString('base64')}`,
};
const PATHS = ['/', '/go/api/products', '/laravel/api/products'] as const;

let lab: PracticeLab;
let rehearsal: Rehearsal;
/** Runs in the repository with the pipeline's variables. */
function ci(script: string, extra: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const lines = Object.entries({ ...SECRETS, CI_COMMIT_SHORT_SHA: 'abcdef12', PAUSE: '0.2', ...extra }).map(
    ([name, value]) => `export ${name}='${value}'`,
  );
  return rehearsal.shell(
    'vm-docker',
    `{ :\ncd ~/three-body-problem\n${lines.join('\n')}\nexport KUBECONFIG_PROD="$HOME/kubeconfig"\n${script}\n} </dev/null\n`,
  );
}
const kubectl = async (script: string) =>
  (
    await rehearsal.root(
      'vm-k8s',
      `export KUBECONFIG=/etc/kubernetes/admin.conf\nk() { kubectl -n threebody-prod "$@"; }\n${script}`,
    )
  ).stdout;
/** Status of each path at the edge, asked from vm-docker. */
async function statuses(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of PATHS) {
    const answer = await rehearsal.shell(
      'vm-docker',
      `curl -s -k -o /dev/null -w '%{http_code}' --resolve hit.local:443:127.0.0.1 https://hit.local${path}`,
    );
    found.push(answer.stdout);
  }
  return found;
}
/** The edge lets five requests a second through, so it is not asked more often. */
const PATIENT = { timeout: 20_000, interval: 700 } as const;
const green = async (): Promise<void> => {
  await expect.poll(statuses, PATIENT).toEqual(['200', '200', '200']);
};
/** Everything of the application that a second run must leave as it is. */
const state = () =>
  kubectl(
    `k get deploy,sts,svc,pvc -o jsonpath='{range .items[*]}{.kind} {.metadata.name} {.spec.replicas} {.spec.template.spec.containers[*].image} {.spec.clusterIP}{"\\n"}{end}'; k get secret app-secrets harbor-regcred -o jsonpath='{.items[*].data}'; k get cm laravel-nginx-conf -o jsonpath='{.data}'; k exec mysql-0 -- sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysql -uroot -N -e "SELECT * FROM products" threebody'`,
  );

beforeAll(async () => {
  lab = await startPracticeLab({ seed: 14, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  await rehearsal.performAB();
  const { phases } = rehearsal.runbook;
  for (const id of CLUSTER)
    for (const host of phases.flatMap((phase) => phase.steps).find((step) => step.id === id)?.hosts ?? [])
      await rehearsal.perform(id, host);
  const config = (await rehearsal.root('vm-k8s', 'cat /etc/kubernetes/admin.conf')).stdout;
  await rehearsal.shell(
    'vm-docker',
    `umask 077; base64 -d >~/kubeconfig <<<'${Buffer.from(config).toString('base64')}'`,
  );
}, 240_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

describe('the delivery', () => {
  it('the edge answers 502 as long as nothing was delivered', async () => {
    expect(await statuses()).toEqual(['502', '502', '502']);
  });

  it('builds, pushes and deploys until all three answer 200', async () => {
    for (const script of ['build', 'push', 'deploy']) {
      const answer = await ci(`bash deploy/ci/${script}.sh`);
      expect(answer.code, `${script}.sh\n${answer.stdout.slice(-4000)}${answer.stderr}`).toBe(0);
    }
    expect(await statuses()).toEqual(['200', '200', '200']);
    const answer = await rehearsal.shell(
      'vm-docker',
      'for path in go laravel; do curl -s -k --resolve hit.local:443:127.0.0.1 https://hit.local/$path/api/products | jq -c "[.source, (.data | length), .data[0].id]"; done',
    );
    expect(answer.stdout).toBe('["go",5,1]\n[null,5,1]\n');
  }, 120_000);

  it('again: nothing is different afterwards', async () => {
    const before = await state();
    expect(before).toContain('Deployment go 1 harbor.local:8080/threebody/go:abcdef12');
    for (const script of ['build', 'push', 'deploy'])
      expect((await ci(`bash deploy/ci/${script}.sh`)).code, script).toBe(0);
    expect(await state()).toBe(before);
    await green();
  }, 120_000);

  it('the registry says what is there, and only to those who log in', async () => {
    const answer = await ci(
      `for who in "$HARBOR_USERNAME:$HARBOR_PASSWORD" admin:wrong; do for path in api/v2.0/projects/threebody/repositories/go/artifacts/abcdef12 api/v2.0/projects/threebody/repositories/go/artifacts/none v2/threebody/go/manifests/abcdef12; do curl -s -o /dev/null -w '%{http_code} ' -u "$who" http://harbor.local:8080/$path; done; done`,
    );
    expect(answer.stdout).toBe('200 404 200 401 401 401 ');
    expect(
      await kubectl('k get pods -l app=go -o jsonpath="{.items[0].status.containerStatuses[0].imageID}"'),
    ).toMatch(/^harbor\.local:8080\/threebody\/go@sha256:[0-9a-f]{64}$/);
  });

  it('the API answers over HTTP to the certificate of the kubeconfig, and to no other', async () => {
    const answer = await rehearsal.shell(
      'vm-docker',
      `cd "$(mktemp -d)"; for key in certificate-authority-data client-certificate-data client-key-data; do sed -n "s/^ *$key: //p" ~/kubeconfig | base64 -d >$key; done
ask() { curl -s -o /dev/null -w '%{http_code} ' --cacert certificate-authority-data "$@" https://192.168.56.43:6443/api/v1/namespaces/threebody-prod; }
ask --cert client-certificate-data --key client-key-data; ask`,
    );
    expect(answer.stdout).toBe('200 403 ');
  });

  it('artisan changes the database, a dump goes back into it', async () => {
    const answer =
      await kubectl(`artisan() { k exec deploy/laravel -c laravel -- php artisan "$@" --no-ansi; }
sql() { k exec -i mysql-0 -c mysql -- sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql --user=root --batch --skip-column-names "$@"' sh "$@"; }
artisan migrate:status | grep -c 'create_products_table .* Ran'
k exec mysql-0 -c mysql -- sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysqldump --user=root --add-drop-table threebody' >dump.sql; tail -n 1 dump.sql | cut -c1-20
sql -e "UPDATE products SET stock = 0; INSERT INTO products (name, price) VALUES ('x', 1)" threebody; sql -e 'SELECT COUNT(*), SUM(stock) FROM products' threebody
artisan migrate:fresh --seed --force >/dev/null; sql -e 'SELECT COUNT(*), COUNT(DISTINCT name) FROM products' threebody
artisan db:seed --force >/dev/null; sql -e "SELECT COUNT(*) FROM products" threebody
sql -e "DELETE FROM products" threebody; sql threebody <dump.sql; sql -e 'SELECT COUNT(*) FROM products' threebody; rm dump.sql
artisan migrate:fresh >/dev/null; echo "$?"`);
    expect(answer).toBe('1\n-- Dump completed on\n6\t0\n5\t5\n5\n5\n1\n');
  }, 30_000);

  it('a wrong password fails the migration fast and says so; the old version goes on', async () => {
    const answer = await ci('bash deploy/ci/deploy.sh secrets migrate', { MYSQL_PASSWORD: 'another-one' });
    expect(answer.code).toBe(1);
    expect(answer.stdout).toContain("Access denied for user 'threebody'@'10.244.");
    expect(answer.stdout).toMatch(/FAILED migrate: the migration failed/);
    expect(
      await kubectl(
        'k get job laravel-migrate -o jsonpath="{.status.conditions[0].type} {.status.conditions[0].reason}"',
      ),
    ).toBe('Failed BackoffLimitExceeded');
    expect((await ci('bash deploy/ci/deploy.sh secrets database migrate')).code).toBe(0);
    await green();
  }, 60_000);

  it('a tag that is not there, and the way back', async () => {
    const answer = await kubectl(
      `k set image deploy/go go=harbor.local:8080/threebody/go:none; k rollout status deploy/go --timeout=15s; echo "$?"; k get events | grep -o 'threebody/go:none: not found' | sort -u; k rollout undo deploy/go; k rollout status deploy/go --timeout=60s | tail -n 1`,
    );
    expect(answer).toMatch(
      /\n1\nthreebody\/go:none: not found\ndeployment.apps\/go rolled back\ndeployment "go" successfully rolled out\n$/,
    );
  }, 30_000);

  it.each(APP_FAULTS.map(({ id }) => id))(
    '%s is felt, and healing it makes all well again',
    async (id) => {
      await lab.inject(id);
      const seen: Readonly<Record<string, () => Promise<boolean>>> = {
        'app-image-missing': async () =>
          /ErrImagePull|ImagePullBackOff/.test(await kubectl('k get pods -l app=go')),
        'pull-secret-wrong': async () => /401 Unauthorized/.test(await kubectl('k describe pods -l app=go')),
        'registry-config-unread': async () =>
          /server gave HTTP response to HTTPS client/.test(await kubectl('k describe pods -l app=go')),
        'mysql-password-drift': async () => (await statuses()).join(' ') === '200 502 502',
        'app-env-missing': async () =>
          /not set: DB_HOST/.test(
            await kubectl('for pod in $(k get pods -l app=go -o name); do k logs $pod; done'),
          ),
        'laravel-nginx-broken': async () => (await statuses()).join(' ') === '200 200 502',
        'replicas-zero': async () => (await statuses()).join(' ') === '200 502 200',
      };
      await expect.poll(async () => (await seen[id]?.()) ?? false, PATIENT).toBe(true);
      await lab.heal(id);
      await kubectl('for app in go laravel; do k rollout status deploy/$app --timeout=120s; done');
      await green();
    },
    60_000,
  );

  it('the data outlive the Pod, and a power cut of the worker', async () => {
    await kubectl('k delete pod mysql-0; k rollout status sts/mysql --timeout=120s');
    await green();
    await lab.hosts['vm-worker'].reboot();
    await green();
    const count = () =>
      kubectl(
        `k exec mysql-0 -- sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysql -uroot -N -e "SELECT COUNT(*) FROM products" threebody'`,
      );
    await expect.poll(count, PATIENT).toBe('5\n');
  }, 60_000);

  it('deleting the namespace takes all of it away; the volume waits to be freed', async () => {
    await kubectl('kubectl delete namespace threebody-prod --wait=true --timeout=240s');
    await expect.poll(statuses, PATIENT).toEqual(['502', '502', '502']);
    expect(await kubectl("kubectl get pv mysql-pv-hostpath -o jsonpath='{.status.phase}'")).toBe('Released');
    const answer = await ci('bash deploy/ci/deploy.sh');
    expect(answer.code, answer.stdout.slice(-3000)).toBe(0);
    expect(answer.stdout).toContain('products has 5 rows: not seeded again');
    await green();
  }, 120_000);
});
