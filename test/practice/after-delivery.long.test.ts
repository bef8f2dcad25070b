/** What comes after a delivery by the program itself: phases F and M, a forced push, a restart, and the way back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOST_NAMES } from '../../src/lab/types.js';
import { shows } from '../support/verified.js';
import { Product } from './product.js';

let product: Product;
beforeAll(async () => {
  product = await Product.open({ seed: 42 });
}, 600_000);
afterAll(() => product.close());

const kubectl = async (args: string): Promise<string> => {
  const { code, stdout, stderr } = await product.rehearsal.root(
    'vm-k8s',
    `KUBECONFIG=/etc/kubernetes/admin.conf kubectl -n threebody-prod ${args}`,
  );
  expect(code, stderr).toBe(0);
  return stdout.trim();
};
const sql = (statement: string): Promise<string> =>
  kubectl(
    `exec mysql-0 -c mysql -- sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysql -uroot -N -e "${statement.replaceAll("'", String.raw`'\''`)}" threebody'`,
  );
/** What the user of vm-docker's shell prints. */
const shell = async (script: string): Promise<string> => {
  const { code, stdout, stderr } = await product.rehearsal.shell(
    'vm-docker',
    `{ :\n${script}\n} </dev/null\n`,
  );
  expect(code, stderr).toBe(0);
  return stdout.trim();
};

it('is delivered by the program itself', async () => {
  expect(await product.done('E1', 'E2', 'E3')).toContain('is delivered');
});

it('F1 makes what is missing and seeds once', async ({ task }) => {
  await sql('DROP TABLE products; DELETE FROM migrations');
  expect((await product.notGreen('F1')).join('\n')).toMatch(/(F1|E3)\.\S+ (fail|blocked)/);
  expect(await product.done('F1')).toContain('products holds 5 rows now');
  expect(await product.notGreen('F1')).toEqual([]);
  expect(await product.done('F1')).toContain('products holds 5 rows already: not seeded');
  expect(await sql('SELECT COUNT(*), COUNT(DISTINCT name) FROM products')).toBe('5\t5');
  // Seeded twice by hand: told apart by its own gate.
  await sql("INSERT INTO products (name, price, stock) VALUES ('twin', 1, 1), ('twin', 1, 1)");
  expect(await product.notGreen('F1')).toEqual([
    expect.stringMatching(/^F1\.duplicates fail: Products are there twice/),
  ]);
  shows(task, 'practice', ['F1'], 'red', 'green', 'again');
});

it('F2 asks for the typed name, keeps a dump, begins anew, and undo brings the data back', async ({
  task,
}) => {
  const refused = await product.run('run', 'F2', '--yes');
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('F2/fresh');
  expect(await sql('SELECT COUNT(*) FROM products')).toBe('7');

  const said = await product.done('F2', '--yes-destroy', 'F2/fresh');
  const [, dump = ''] = /the old contents are in (\S+\.sql)/.exec(said) ?? [];
  expect(await shell(`stat -c %a ${dump}; tail -n 1 ${dump} | cut -c 1-17`)).toBe('600\n-- Dump completed');
  expect(await sql('SELECT COUNT(*) FROM products')).toBe('5');
  expect(await product.notGreen('F2')).toEqual([]);

  const { code, stderr } = await product.run('undo', 'F2', '--yes', '--yes-destroy', 'F2/fresh');
  expect(code, stderr).toBe(0);
  expect(await sql('SELECT COUNT(*) FROM products')).toBe('7');
  await shell(`mv ${dump} ${dump}.away`);
  expect(await product.notGreen('F2')).toEqual([expect.stringMatching(/^F2\.dumps warn: A backup is gone/)]);
  await shell(`mv ${dump}.away ${dump}`);
  shows(task, 'practice', ['F2'], 'red', 'green', 'undo');
});

it('E2f keeps the history that it replaces, and undo puts it back', async ({ task }) => {
  // Somebody else's commit at the remote, on another history.
  const other = await shell(
    'cd "$(mktemp -d)"; git init --quiet -b main .; git config user.name O; git config user.email o@example.com; echo x >README.md; git add --all; git commit --quiet -m Other; git push --quiet --force ~/three-body-problem.git main; git rev-parse HEAD',
  );
  const ours = await shell('git -C ~/three-body-problem rev-parse HEAD');
  const remote = (): Promise<string> => shell('git --git-dir ~/three-body-problem.git rev-parse main');
  const told = await product.run('run', 'E2', '--yes');
  expect(told.code).toBe(1);
  expect(told.stdout + told.stderr).toContain(': Other');
  expect((await product.run('run', 'E2f', '--yes')).code).not.toBe(0);
  expect(await remote()).toBe(other);

  const said = await product.done('E2f', '--yes-destroy', 'E2f/force-push');
  const [, kept = ''] = /kept at the remote as (\S+)/.exec(said) ?? [];
  expect(await shell(`git --git-dir ~/three-body-problem.git rev-parse ${kept}`)).toBe(other);
  expect(await remote()).toBe(ours);
  expect(await product.notGreen('E2f')).toEqual([]);
  expect(await product.done('E2f', '--yes-destroy', 'E2f/force-push')).toContain('satisfied already');

  const { code, stderr } = await product.run('undo', 'E2f', '--yes', '--yes-destroy', 'E2f/force-push');
  expect(code, stderr).toBe(0);
  expect(await remote()).toBe(other);
  await product.done('E2f', '--yes-destroy', 'E2f/force-push');
  await shell(
    "cd ~/three-body-problem.git; for branch in $(git branch | grep -o 'before-threebody-[0-9-]*'); do git branch -D $branch; done",
  );
  expect((await product.notGreen('E2f')).join('\n')).toContain(
    'E2f.old-main-kept warn: An old history is no longer',
  );
  shows(task, 'practice', ['E2f'], 'red', 'green', 'again', 'undo');
});

it('M1 installs the monitoring, again without a change, and is undone', async ({ task }) => {
  expect((await product.notGreen('M1')).join('\n')).toContain(
    'M1.pods warn: The monitoring is not installed',
  );
  const said = await product.done('M1');
  expect(await product.notGreen('M1')).toEqual([]);
  const { stdout: password } = await product.run('secret', 'grafana_admin_password');
  expect(password.trim().length).toBeGreaterThan(15);
  expect(said).not.toContain(password.trim());
  const status = await shell(
    `curl -s -o /dev/null -w '%{http_code}' --config - http://192.168.56.44:30030/api/datasources <<<'user = "admin:${password.trim()}"'`,
  );
  expect(status).toBe('200');
  await product.done('M1');
  expect(await product.notGreen('M1')).toEqual([]);
  const { code, stderr } = await product.run('undo', 'M1', '--yes', '--yes-destroy', 'M1/prometheus');
  expect(code, stderr).toBe(0);
  expect(await kubectl('get namespace monitoring -o name --ignore-not-found')).toBe('');
  expect((await product.notGreen('M1')).join('\n')).toContain('M1.ports warn: All three ports are closed');
  shows(task, 'practice', ['M1'], 'red', 'green', 'again', 'undo');
});

it('the application comes back by itself after all three hosts were restarted', async ({ task }) => {
  await Promise.all(HOST_NAMES.map((host) => product.lab.hosts[host].reboot()));
  product.rehearsal.close();
  const { code, stdout } = await product.run('check', 'E1', 'E3', '--retry-timeout', '60s');
  expect(code, stdout).toBe(0);
  shows(task, 'practice', ['E1', 'E3'], 'reboot');
});

it('E3, E2 and E1 are undone, the last first', async ({ task }) => {
  const { code, stderr } = await product.run('undo', 'E3', 'E2', 'E1', '--yes', '--yes-destroy', 'E3/access');
  expect(code, stderr).toBe(0);
  expect(await kubectl('get namespace threebody-prod -o name --ignore-not-found')).toBe('');
  expect(await shell('cd ~/three-body-problem; ls -A | grep -xE "[.]git|kubeconfig-prod" || echo none')).toBe(
    'none',
  );
  shows(task, 'practice', ['E1', 'E2', 'E3'], 'undo');
});
