/** What a failed deploy leaves behind: the Secrets that the old version reads, and applications that a killed run had stopped. */
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it, vi } from 'vitest';
import { Delivery, SECRETS } from './delivery.js';
import { deliveryFiles } from './rendered.js';

vi.setConfig({ testTimeout: 60_000 });

const files = deliveryFiles();
const KUBECTL = fileURLToPath(new URL('../../fixtures/project/bin/kubectl', import.meta.url));
const image = (app: string, tag: string): string => `harbor.local:8080/threebody/${app}:${tag}`;
const OLD = { go: image('go', '0ld'), laravel: image('laravel', '0ld'), frontend: image('frontend', '0ld') };
const CHANGED = { MYSQL_PASSWORD: 'an0ther-one', HARBOR_PASSWORD: 'H4rbor-two' };

/** A delivered application. */
async function delivered(): Promise<Delivery> {
  const lab = new Delivery(files);
  lab.runs(OLD);
  const { code, output } = await lab.run('deploy.sh');
  if (code !== 0) throw new Error(output);
  return lab;
}
function value(lab: Delivery, secret: string, key: string): string {
  const found = new RegExp(`"?${key.replace('.', '\\.')}"?: ?"?([A-Za-z0-9+/=]+)`).exec(
    lab.seen(`secret-${secret}.yaml`),
  );
  return Buffer.from(found?.[1] ?? '', 'base64').toString();
}
const login = (password: string): string => Buffer.from(`admin:${password}`).toString('base64');

describe.concurrent('Secrets of a deploy that fails', () => {
  it('are as before when the new password never reached MySQL', async ({ expect }) => {
    const lab = await delivered();
    lab.has('refused', 'exec mysql-0 -c mysql -- mysqladmin');
    const { code, output } = await lab.run('deploy.sh', [], { ...CHANGED, MYSQL_PATIENCE: '0' });
    expect(code, output).toBe(1);
    expect(value(lab, 'app-secrets', 'DB_PASSWORD')).toBe(SECRETS.MYSQL_PASSWORD);
    expect(value(lab, 'app-secrets', 'APP_KEY')).toBe(SECRETS.APP_KEY);
    expect(value(lab, 'harbor-regcred', '.dockerconfigjson')).toContain(login(SECRETS.HARBOR_PASSWORD));
    expect(output).toContain('put back: the Secret app-secrets');
    for (const name of ['app-secrets', 'harbor-regcred'])
      expect(lab.seen(`secret-${name}-before.yaml`)).toBe('');
    for (const secret of [...Object.values(SECRETS), ...Object.values(CHANGED)])
      expect(output + lab.seen('argv')).not.toContain(secret);
  });

  it('are the new ones when MySQL has the new password already, but for the login to Harbor', async ({
    expect,
  }) => {
    const lab = await delivered();
    lab.has('job-outcome', 'Failed');
    const { code, output } = await lab.run('deploy.sh', [], CHANGED);
    expect(code).toBe(1);
    expect(value(lab, 'app-secrets', 'DB_PASSWORD')).toBe(CHANGED.MYSQL_PASSWORD);
    expect(value(lab, 'harbor-regcred', '.dockerconfigjson')).toContain(login(SECRETS.HARBOR_PASSWORD));
    expect(output).not.toContain('put back: the Secret app-secrets');
  });

  it('are those from before a run that was killed, not those that it left', async ({ expect }) => {
    const lab = await delivered();
    await lab.run('deploy.sh', ['secrets', 'pull-secret'], CHANGED);
    expect(value(lab, 'app-secrets', 'DB_PASSWORD')).toBe(CHANGED.MYSQL_PASSWORD);
    lab.has('refused', 'exec mysql-0 -c mysql -- mysqladmin');
    await lab.run('deploy.sh', [], { ...CHANGED, MYSQL_PASSWORD: 'a-th1rd-one', MYSQL_PATIENCE: '0' });
    expect(value(lab, 'app-secrets', 'DB_PASSWORD')).toBe(SECRETS.MYSQL_PASSWORD);
  });

  it('leave nothing beside them when the deploy goes well, changed or not', async ({ expect }) => {
    const lab = await delivered();
    for (const env of [{}, CHANGED]) {
      lab.has('harbor-password', env === CHANGED ? CHANGED.HARBOR_PASSWORD : SECRETS.HARBOR_PASSWORD);
      const { code, output } = await lab.run('deploy.sh', [], env);
      expect(code, output).toBe(0);
      expect(output).not.toContain('put back');
      for (const name of ['app-secrets', 'harbor-regcred'])
        expect(lab.seen(`secret-${name}-before.yaml`)).toBe('');
    }
    expect(value(lab, 'app-secrets', 'DB_PASSWORD')).toBe(CHANGED.MYSQL_PASSWORD);
  });
});

describe.concurrent('applications that a killed run had stopped', () => {
  it('are started again with their old image', async ({ expect }) => {
    const lab = await delivered();
    lab.runs(OLD);
    await lab.run('deploy.sh', ['stop']);
    const { code, output } = await lab.run('bring-back.sh');
    expect(code, output).toBe(0);
    for (const [app, old] of Object.entries(OLD))
      expect([lab.seen(`deployment/${app}/replicas`), lab.seen(`deployment/${app}/image`)]).toEqual([
        '1',
        old,
      ]);
    const before = lab.argv.length;
    expect((await lab.run('bring-back.sh')).code).toBe(0);
    expect(lab.argv.slice(before).filter((line) => /scale|set image|apply|delete/.test(line))).toEqual([]);
  });

  it.for([
    ['there is no kubeconfig', { KUBECONFIG_PROD: undefined }],
    ['the kubeconfig is not there yet', { KUBECONFIG_PROD: '/nowhere/kubeconfig' }],
  ] as const)('are none where %s: that is no failure', async ([, env], { expect }) => {
    const lab = new Delivery(files);
    const { code, output } = await lab.run('bring-back.sh', [], env);
    expect(code, output).toBe(0);
    expect(lab.argv).toEqual([]);
  });

  it('are left to the next run where there is no kubectl: none is downloaded for this', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    lab.without('kubectl');
    const { code, output } = await lab.run('bring-back.sh');
    expect(code, output).toBe(0);
    expect(lab.argv).toEqual([]);
  });
});

it('a kubectl of another version in TOOLS_DIR is better than none, as the message says', async ({
  expect,
}) => {
  const lab = new Delivery(files);
  lab.has('version', 'v1.20.2');
  lab.without('kubectl');
  mkdirSync(join(lab.root, '.bin'));
  copyFileSync(KUBECTL, join(lab.root, '.bin/kubectl'));
  chmodSync(join(lab.root, '.bin/kubectl'), 0o755);
  const { code, output } = await lab.run('deploy.sh', ['tools']);
  expect(code, output).toBe(0);
  expect(output).toContain('could not be downloaded; using');
});
