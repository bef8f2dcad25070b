/** What the scripts refuse before anything is touched, and that no secret is ever in an argument list, a log or a message. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, vi } from 'vitest';
import { Delivery, SECRETS } from './delivery.js';
import { deliveryFiles } from './rendered.js';

vi.setConfig({ testTimeout: 60_000 });

const files = deliveryFiles();
const last = (output: string): string => output.trimEnd().split('\n').at(-1) ?? '';
const NEEDED = [
  'KUBECONFIG_PROD',
  'HARBOR_USERNAME',
  'HARBOR_PASSWORD',
  'MYSQL_ROOT_PASSWORD',
  'MYSQL_DATABASE',
  'MYSQL_USER',
  'MYSQL_PASSWORD',
  'APP_KEY',
  'TAG',
];

describe.concurrent('variables', () => {
  it.for(NEEDED)('without %s nothing begins, and it is named', async (name, { expect }) => {
    const lab = new Delivery(files);
    const { code, output } = await lab.run('deploy.sh', [], {
      [name]: undefined,
      CI_COMMIT_SHORT_SHA: undefined,
    });
    expect(code).toBe(1);
    expect(last(output)).toBe(
      `FAILED variables: not set: ${name}; set it under Settings > CI/CD > Variables in GitLab (a protected variable is empty on an unprotected branch), or in the environment`,
    );
    expect(lab.argv).toEqual([]);
  });

  it('names all that are missing at once', async ({ expect }) => {
    const lab = new Delivery(files);
    const none = Object.fromEntries(NEEDED.map((name) => [name, '']));
    expect(last((await lab.run('deploy.sh', ['variables'], none)).output)).toContain(
      `not set: ${NEEDED.join(' ')};`,
    );
  });

  it.for([
    ['APP_KEY', 'k3y', 'base64: and 32 random bytes'],
    ['MYSQL_DATABASE', 'three-body`', 'a database name'],
    ['MYSQL_USER', 'root', 'MYSQL_USER is root'],
    ['MYSQL_PASSWORD', "o'clock", "without ' and \\"],
    ['MYSQL_ROOT_PASSWORD', 'back\\slash', "without ' and \\"],
    ['MYSQL_ROOT_PASSWORD', 'two\nlines', 'one line'],
    ['HARBOR_PASSWORD', 'two\nlines', 'one line'],
    ['TAG', 'feature/x', 'a tag that an image may have'],
    ['KUBECONFIG_PROD', 'apiVersion: v1\nclusters: []', 'make it a variable of type File'],
    ['KUBECONFIG_PROD', '/nowhere/kubeconfig', 'a file that cannot be read'],
  ] as const)('refuses %s as %j', async ([name, value, told], { expect }) => {
    const lab = new Delivery(files);
    const { code, output } = await lab.run('deploy.sh', ['variables'], { [name]: value });
    expect(code).toBe(1);
    expect(last(output)).toMatch(/^FAILED variables: /);
    expect(output).toContain(told);
    expect(lab.argv).toEqual([]);
  });

  it('refuses a stage that it does not know, and lists the others', async ({ expect }) => {
    const { code, output } = await new Delivery(files).run('deploy.sh', ['migrat']);
    expect(code).toBe(2);
    expect(output).toContain('unknown stage migrat; the stages are: variables tools');
  });
});

describe.concurrent("MySQL's root password", () => {
  it('is recognised as changed before the Secret is overwritten', async ({ expect }) => {
    const lab = new Delivery(files);
    expect((await lab.run('deploy.sh', ['secrets', 'database'])).code).toBe(0);
    const secret = lab.seen('secret-app-secrets.yaml');
    const { code, output } = await lab.run('deploy.sh', ['secrets'], { MYSQL_ROOT_PASSWORD: 'another' });
    expect(code).toBe(1);
    expect(output).toContain(
      "FAILED secrets: MYSQL_ROOT_PASSWORD is not the password with which MySQL's data was made;",
    );
    expect(lab.seen('secret-app-secrets.yaml')).toBe(secret);
  });

  it('is changed in MySQL too when the former one is given', async ({ expect }) => {
    const lab = new Delivery(files);
    expect((await lab.run('deploy.sh', ['secrets', 'database'])).code).toBe(0);
    const fresh = { MYSQL_ROOT_PASSWORD: 'another', MYSQL_ROOT_PASSWORD_OLD: SECRETS.MYSQL_ROOT_PASSWORD };
    const { code, output } = await lab.run('deploy.sh', ['secrets', 'database'], fresh);
    expect(code, output).toBe(0);
    expect(lab.seen('root-password')).toBe('another');
    expect(
      (await lab.run('deploy.sh', ['secrets', 'database'], { MYSQL_ROOT_PASSWORD: 'another' })).code,
    ).toBe(0);
  });

  it('is told from other troubles when MySQL refuses it', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('root-password', 'from long ago');
    const { output } = await lab.run('deploy.sh', ['database']);
    expect(last(output)).toContain('FAILED database: MySQL refuses the password of root');
  });
});

describe.concurrent('secrets', () => {
  /** Also what an argument list would look like after quoting, and in base64. */
  const shapes = (secret: string): readonly string[] => [
    secret,
    Buffer.from(secret).toString('base64'),
    secret.replaceAll(/[^\w+/=.:-]/g, (one) => `\\${one}`),
  ];

  it('are in no argument list, no message and no log, whether it goes well or not', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('job-says', `PDO: ${SECRETS.MYSQL_PASSWORD}`);
    lab.has('pod-says', `environment: ${SECRETS.APP_KEY} ${SECRETS.MYSQL_ROOT_PASSWORD}`);
    const good = await lab.run('push.sh');
    const deployed = await lab.run('deploy.sh');
    lab.has('job-outcome', 'Failed');
    const failed = await lab.run('deploy.sh', [], { TAG: 'ffff0000' });
    expect([good.code, deployed.code, failed.code]).toEqual([0, 0, 1]);
    const logs = readdirSync(join(lab.root, 'deploy/ci/logs'));
    const written = logs.map((name) => readFileSync(join(lab.root, 'deploy/ci/logs', name), 'utf8'));
    const all = [...lab.argv, good.output, deployed.output, failed.output, ...written].join('\n');
    expect(all).toContain('PDO: •••');
    for (const [name, secret] of Object.entries(SECRETS)) {
      for (const shape of shapes(secret)) expect(all.includes(shape), name).toBe(false);
    }
    for (const name of logs)
      expect(statSync(join(lab.root, 'deploy/ci/logs', name)).mode & 0o077, name).toBe(0);
  });

  it('leave no login of docker behind', async ({ expect }) => {
    const lab = new Delivery(files);
    expect((await lab.run('push.sh')).code).toBe(0);
    expect(lab.seen('docker-config')).not.toBe('');
    expect(lab.leftovers).toEqual([]);
  });
});

describe.concurrent('kubectl', () => {
  it('in PATH is used when it fits, and the skew is told when the cluster is further away', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    expect((await lab.run('deploy.sh', ['tools'])).output).toMatch(/kubectl: \S*\/bin\/kubectl \(v1\.30\)/);
    lab.has('version', 'v1.36.2');
    const { output, code } = await lab.run('deploy.sh', ['cluster'], { KUBECTL_VERSION: 'v1.36.2' });
    expect(code).toBe(0);
    expect(output).toContain(
      'kubectl is v1.36 and the cluster v1.30: more than one minor apart is not supported',
    );
  });

  it('named by KUBECTL must run', async ({ expect }) => {
    const { output } = await new Delivery(files).run('deploy.sh', ['tools'], { KUBECTL: '/nowhere/kubectl' });
    expect(last(output)).toContain('FAILED tools: KUBECTL names /nowhere/kubectl, which cannot be run');
  });

  it('is downloaded with its checksum when none fits, for the architecture of this host', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    lab.without('kubectl');
    const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const url = `www/dl.k8s.io/release/v1.30.14/bin/linux/${arch}/kubectl`;
    lab.has(url, '#!/bin/sh\necho "  gitVersion: v1.30.14"\n');
    lab.has(`${url}.sha256`, '0'.repeat(64));
    const bad = await lab.run('deploy.sh', ['tools']);
    expect(last(bad.output)).toContain(
      'FAILED tools: the downloaded kubectl does not match its published checksum',
    );
    lab.has(`${url}.sha256`, createHash('sha256').update(lab.seen(url)).digest('hex'));
    const good = await lab.run('deploy.sh', ['tools']);
    expect(good.code, good.output).toBe(0);
    expect(good.output).toContain('/.bin/kubectl (v1.30)');
    lab.forget('www');
    expect((await lab.run('deploy.sh', ['tools'])).code).toBe(0);
  });

  it('that is not to be had is said in one line', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.without('kubectl');
    expect(last((await lab.run('deploy.sh', ['tools'])).output)).toMatch(
      /^FAILED tools: there is no kubectl here and v1\.30\.14 could not be downloaded/,
    );
  });
});

describe.concurrent('images', () => {
  it('are built once, pushed with the tag of the commit and as latest', async ({ expect }) => {
    const lab = new Delivery(files);
    expect((await lab.run('build.sh')).code).toBe(0);
    const { code, output } = await lab.run('push.sh');
    expect(code, output).toBe(0);
    expect(lab.argv.filter((line) => line.startsWith('docker build'))).toHaveLength(3);
    expect(lab.seen('pushed').trim().split('\n')).toEqual(
      ['frontend', 'go', 'laravel'].flatMap((app) =>
        ['abcd1234', 'latest'].map((tag) => `harbor.local:8080/threebody/${app}:${tag}`),
      ),
    );
  });

  it('take 401 of the registry for health, and silence for none', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('answers', 'http://harbor.local:8080/v2/ 401\n');
    expect((await lab.run('push.sh', ['registry'])).output).toContain(
      'Harbor answers at harbor.local:8080 (401)',
    );
    lab.has('answers', 'http://harbor.local:8080/v2/ 7\n');
    expect(last((await lab.run('push.sh')).output)).toMatch(
      /^FAILED registry: Harbor does not answer .*\(curl 7\); on vm-docker/,
    );
    expect(lab.seen('pushed')).toBe('');
  });

  it('that cannot be built, or a login that is refused, end it with the reason', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('broken', 'go');
    expect(last((await lab.run('build.sh')).output)).toContain(
      'FAILED build: the image go could not be built',
    );
    lab.forget('broken');
    lab.has('harbor-password', 'changed');
    expect(last((await lab.run('push.sh')).output)).toContain(
      'FAILED push: Harbor refuses the login of admin',
    );
  });
});
