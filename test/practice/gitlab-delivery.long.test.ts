/** Phase E by way of GitLab, as a person takes it with the built program: variables, a push, and a pipeline that is followed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PRACTICE_API_TOKEN, PRACTICE_PROJECT } from '../../src/practice/gitlab/server.js';
import { shows } from '../support/verified.js';
import { Product } from './product.js';

const PARAMETERS = {
  delivery: 'gitlab',
  gitlab_project: PRACTICE_PROJECT,
  git_remote: `git@gitlab-443:${PRACTICE_PROJECT}.git`,
} as const;
const NAMES = [
  'HARBOR_USERNAME',
  'HARBOR_PASSWORD',
  'MYSQL_ROOT_PASSWORD',
  'MYSQL_DATABASE',
  'MYSQL_USER',
  'MYSQL_PASSWORD',
  'APP_KEY',
  'KUBECONFIG_PROD',
  'K8S_IMAGEPULL_SECRET',
];

let product: Product;
beforeAll(async () => {
  product = await Product.open({ seed: 41, secrets: ['gitlab_runner_token'] }, PARAMETERS);
}, 600_000);
afterAll(() => product.close());

/** What GitLab answers to a path below the project, with the account's own token. */
async function asked(path: string, filter: string): Promise<string> {
  const { code, stdout, stderr } = await product.rehearsal.shell(
    'vm-docker',
    `curl --silent --fail --config - 'https://gitlab.com/api/v4/projects/${encodeURIComponent(PRACTICE_PROJECT)}${path}' <<<'header = "PRIVATE-TOKEN: ${PRACTICE_API_TOKEN}"' | jq -r '${filter}'`,
  );
  expect(code, stderr).toBe(0);
  return stdout.trim();
}
const pipelines = (): Promise<string> => asked('/pipelines', '.[].status');

it('E1 without a token: a list to tick, with what to paste where, and nothing is set', async () => {
  const said = await product.done('E1');
  const rows = said.split('\n').filter((line) => line.includes('│ [ ] '));
  expect(rows.map((row) => /\[ \] (\w+)/.exec(row)?.[1])).toEqual(NAMES);
  for (const row of rows) expect(row).toMatch(/(Variable|File), +(Visible|Masked) +-> \S/);
  expect(said).toMatch(/KUBECONFIG_PROD +File, .*kubeconfig-prod/);
  expect(said).toMatch(/MYSQL_PASSWORD .*threebody-tui secret mysql_password/);
  const { stdout: secret } = await product.run('secret', 'mysql_password');
  expect(secret.trim().length).toBeGreaterThan(15);
  expect(said).not.toContain(secret.trim());
  expect(await asked('/variables', 'length')).toBe('0');
  expect(await product.notGreen('E1')).toEqual([
    expect.stringMatching(/^E1\.variables warn: You paste the variables at GitLab yourself/),
  ]);
});

it('E1 with a token sets all nine, protected, and a second time finds them the same', async ({ task }) => {
  await product.configure(PARAMETERS, { gitlab_api_token: PRACTICE_API_TOKEN });
  const said = await product.done('E1');
  for (const name of NAMES) expect(said).toMatch(new RegExp(`created: ${name} .*protected`));
  expect(await product.notGreen('E1')).toEqual([]);
  expect(await asked('/variables', 'map(select(.protected and .raw)) | length')).toBe('9');
  const again = await product.done('E1');
  expect(again).not.toMatch(/(created|changed): /);
  expect(again.match(/same: /g)).toHaveLength(NAMES.length);
  shows(task, 'practice', ['E1'], 'green', 'again');
});

it('E2 pushes to GitLab, and a second time has nothing to push', async ({ task }) => {
  expect((await product.notGreen('E2')).length).toBeGreaterThan(0);
  // Variables are protected: on a branch that is not, its jobs get none (T66).
  await product.lab.inject('gitlab-branch-unprotected');
  expect(await product.done('E2')).toMatch(/main at the remote is [0-9a-f]{40} now/);
  expect(await product.notGreen('E2')).toEqual([]);
  expect(await product.done('E2')).toContain('already: nothing to push');
  shows(task, 'practice', ['E2'], 'red', 'green', 'again');
});

it('E3 is red when the pipeline is, and names the job and what its log says', async ({ task }) => {
  const { code, stdout, stderr } = await product.run('run', 'E3', '--yes');
  const said = stdout + stderr;
  expect(code, said).toBe(1);
  expect(said).toMatch(/== build_check: success/);
  expect(said).toMatch(/== push_images: failed/);
  expect(said).toMatch(
    / {3}FAILED push: not set: HARBOR_USERNAME HARBOR_PASSWORD; .*protected variable is empty/,
  );
  expect(said).toMatch(/push_images: script_failure https:\/\/gitlab\.com\/\S+\/-\/jobs\/\d+/);
  expect(said).toMatch(/E3\/follow · failed/);
  // What is left to do after a failure is done, and the pipeline is over only then.
  expect(said).toMatch(/== bring_back: success/);
  expect((await product.notGreen('E3')).join('\n')).toMatch(/E3\.deployments (fail|blocked)/);
  expect(await pipelines()).toBe('failed');
  shows(task, 'practice', ['E3'], 'red');
});

it('E3 once more, when the cause is mended: a new pipeline, followed to green', async ({ task }) => {
  await product.lab.heal('gitlab-branch-unprotected');
  const said = await product.done('E3');
  expect(said).toMatch(
    /ended before \(failed\), and the cluster does not run this commit: starting a new one/,
  );
  for (const job of ['build_check', 'push_images', 'deploy']) expect(said).toContain(`== ${job}: success`);
  expect(said).toContain('ok health');
  expect(await product.notGreen('E3')).toEqual([]);
  expect(await pipelines()).toBe('success\nfailed');
  shows(task, 'practice', ['E3'], 'green');
});

it('E3 again follows what is there and starts nothing', async ({ task }) => {
  const said = await product.done('E3');
  expect(said).not.toContain('starting a new one');
  expect(await pipelines()).toBe('success\nfailed');
  shows(task, 'practice', ['E3'], 'again');
});
