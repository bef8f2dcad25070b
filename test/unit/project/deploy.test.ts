/** deploy.sh: its order, what it keeps when it fails, and what it never shows. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, vi } from 'vitest';
import { Delivery, ended, SECRETS } from './delivery.js';
import { deliveryFiles } from './rendered.js';

vi.setConfig({ testTimeout: 60_000 });

const files = deliveryFiles();
const STAGES =
  'variables tools cluster namespace secrets pull-secret service-account apply stop mysql database images migrate start health'.split(
    ' ',
  );
const image = (app: string, tag: string): string => `harbor.local:8080/threebody/${app}:${tag}`;
const OLD = { go: image('go', '0ld'), laravel: image('laravel', '0ld'), frontend: image('frontend', '0ld') };
const last = (output: string): string => output.trimEnd().split('\n').at(-1) ?? '';

describe.concurrent('the first deploy', () => {
  it('goes through all stages in order, and the applications start only after the migration', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    const { code, output } = await lab.run('deploy.sh');
    expect(code, output).toBe(0);
    expect(output.match(/^== .+$/gm)).toEqual(STAGES.map((stage) => `== ${stage}`));
    expect(output.match(/^ok .+$/gm)).toEqual(STAGES.map((stage) => `ok ${stage}`));
    const timeline = lab.seen('timeline').trimEnd().split('\n');
    const job = timeline.indexOf(`job ${image('laravel', 'abcd1234')}`);
    const starts = ['laravel', 'go', 'frontend'].map((app) =>
      timeline.lastIndexOf(`${app} 1 ${image(app, 'abcd1234')}`),
    );
    expect(job).toBeGreaterThan(0);
    expect(starts.every((at) => at > job)).toBe(true);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(timeline.slice(0, job).some((line) => /^(go|laravel) 1 /.test(line))).toBe(false);
    expect(lab.seen('pull-secrets')).toBe('harbor-regcred');
    expect(lab.leftovers).toEqual([]);
  });

  it('makes database, user and rights and leaves none of it to the shell', async ({ expect }) => {
    const lab = new Delivery(files);
    const { code, output } = await lab.run('deploy.sh', ['database']);
    expect(code, output).toBe(0);
    const password = SECRETS.MYSQL_PASSWORD;
    expect(lab.seen('sql').trim().split('\n').slice(1)).toEqual([
      'CREATE DATABASE IF NOT EXISTS `threebody` CHARACTER SET utf8mb4;',
      `CREATE USER IF NOT EXISTS 'three_body'@'%' IDENTIFIED BY '${password}';`,
      `ALTER USER 'three_body'@'%' IDENTIFIED BY '${password}';`,
      "GRANT ALL PRIVILEGES ON `threebody`.* TO 'three_body'@'%';",
      'FLUSH PRIVILEGES;',
    ]);
  });

  it('puts the right values into the two Secrets', async ({ expect }) => {
    const lab = new Delivery(files);
    await lab.run('deploy.sh', ['secrets', 'pull-secret']);
    const value = (name: string, key: string): string => {
      const coded = new RegExp(`^  ${key}: (.*)$`, 'm').exec(lab.seen(`secret-${name}.yaml`))?.[1] ?? '';
      return Buffer.from(coded, 'base64').toString();
    };
    expect(value('app-secrets', 'MYSQL_ROOT_PASSWORD')).toBe(SECRETS.MYSQL_ROOT_PASSWORD);
    expect(value('app-secrets', 'DB_PASSWORD')).toBe(SECRETS.MYSQL_PASSWORD);
    expect(value('app-secrets', 'DB_USERNAME')).toBe('three_body');
    expect(value('app-secrets', 'APP_KEY')).toBe(SECRETS.APP_KEY);
    expect(JSON.parse(value('harbor-regcred', '.dockerconfigjson'))).toEqual({
      auths: {
        'harbor.local:8080': { auth: Buffer.from(`admin:${SECRETS.HARBOR_PASSWORD}`).toString('base64') },
      },
    });
  });

  it('gives MySQL the ten minutes that its startupProbe allows, and more', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.runs({});
    expect((await lab.run('deploy.sh', ['mysql'])).code).toBe(0);
    expect(lab.argv.filter((line) => line.includes(' wait '))).toEqual([
      expect.stringMatching(/pod\/mysql-0 --timeout=(?:900|8\d\d)s/),
    ]);
  });

  it('takes the tag of the commit that is there when a stage runs by hand', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('commit', 'c0ffee12\n');
    const byHand = { TAG: undefined, CI_COMMIT_SHORT_SHA: undefined };
    const { code, output } = await lab.run('deploy.sh', ['images', 'migrate', 'start'], byHand);
    expect(code, output).toBe(0);
    expect(lab.seen('deployment/go/image')).toBe(image('go', 'c0ffee12'));
  });

  it('closes the kubeconfig to others', async ({ expect }) => {
    const lab = new Delivery(files);
    await lab.run('deploy.sh', ['variables']);
    expect(statSync(join(lab.root, 'kubeconfig-prod')).mode & 0o777).toBe(0o600);
  });
});

describe.concurrent('a deploy over a running application', () => {
  it('applies the manifests without touching what runs, and takes it down only from stop to start', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    const { code, output } = await lab.run('deploy.sh', ['apply']);
    expect(code, output).toBe(0);
    expect(lab.seen('timeline').trim().split('\n').toSorted()).toEqual(
      Object.entries(OLD)
        .map(([app, old]) => `${app} 1 ${old}`)
        .toSorted(),
    );
  });

  it('is the same again when it is repeated: nothing is created twice', async ({ expect }) => {
    const lab = new Delivery(files);
    expect((await lab.run('deploy.sh')).code).toBe(0);
    const first = lab.argv.filter((line) => / create namespace /.test(line));
    expect((await lab.run('deploy.sh')).code).toBe(0);
    expect(first).toHaveLength(1);
    expect(lab.argv.filter((line) => / create namespace /.test(line))).toHaveLength(1);
    expect(
      lab.argv.filter((line) => / create /.test(line) && !/ create namespace |--dry-run=client/.test(line)),
    ).toEqual([]);
    for (const app of Object.keys(OLD)) {
      expect(lab.seen(`deployment/${app}/replicas`)).toBe('1');
      expect(lab.seen(`deployment/${app}/image`)).toBe(image(app, 'abcd1234'));
      expect(lab.seen(`deployment/${app}/before`)).toBe('');
    }
  });

  it('keeps the number of replicas that somebody chose', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    lab.has('deployment/go/replicas', '3');
    expect((await lab.run('deploy.sh')).code).toBe(0);
    expect(lab.seen('deployment/go/replicas')).toBe('3');
  });

  it('frees a volume whose claim was deleted', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('pv/phase', 'Released');
    await lab.run('deploy.sh', ['apply']);
    expect(lab.seen('pv/phase')).toBe('Available');
  });
});

describe.concurrent('a deploy that fails', () => {
  it('brings the old version back when the migration fails, keeps its log, and says so last', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    lab.has('job-outcome', 'Failed');
    lab.has('job-says', `SQLSTATE[42000]: near '${SECRETS.MYSQL_PASSWORD}'`);
    const { code, output } = await lab.run('deploy.sh');
    expect(code).toBe(1);
    expect(last(output)).toMatch(/^FAILED migrate: the migration failed; /);
    expect(output.match(/^FAILED /gm)).toHaveLength(1);
    for (const [app, old] of Object.entries(OLD)) {
      expect(lab.seen(`deployment/${app}/replicas`), app).toBe('1');
      expect(lab.seen(`deployment/${app}/image`), app).toBe(old);
      expect(lab.seen(`deployment/${app}/before`), app).toBe('');
    }
    const logs = readdirSync(join(lab.root, 'deploy/ci/logs'));
    const kept = logs.find((name) => name.startsWith('migrate-abcd1234-')) ?? '';
    expect(readFileSync(join(lab.root, 'deploy/ci/logs', kept), 'utf8')).toContain('SQLSTATE[42000]');
    expect(logs.some((name) => name.startsWith('debug-'))).toBe(true);
    expect(output).toContain('what describe shows');
  });

  it('brings it back too when the stage runs alone, as the tool runs it', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    for (const stage of ['apply', 'stop', 'images'])
      expect((await lab.run('deploy.sh', [stage])).code).toBe(0);
    expect(lab.seen('deployment/go/replicas')).toBe('0');
    lab.has('job-outcome', 'Failed');
    expect((await lab.run('deploy.sh', ['migrate'])).code).toBe(1);
    expect([lab.seen('deployment/go/replicas'), lab.seen('deployment/go/image')]).toEqual(['1', OLD.go]);
  });

  it('brings it back when the new version does not start, without waiting for the whole patience', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    lab.has('stuck', 'laravel');
    const { code, output } = await lab.run('deploy.sh');
    expect(code).toBe(1);
    expect(last(output)).toMatch(
      /^FAILED start: deployment\/laravel does not start: ImagePullBackOff; is Harbor up/,
    );
    expect(lab.seen('deployment/laravel/image')).toBe(OLD.laravel);
    expect(lab.seen('deployment/frontend/replicas')).toBe('1');
    expect(output).toContain('laravel is not ready after a minute: ');
    // How it is waited for is nobody's business, and no error.
    expect(output.slice(0, output.indexOf('what get shows'))).not.toContain('timed out waiting');
  });

  it('brings it back when it is cancelled in the middle', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    lab.has('job-outcome', 'Running');
    const child = lab.start('deploy.sh', [], { PAUSE: '0.1' });
    let stopped = false;
    child.stdout?.on('data', (chunk: Buffer) => {
      if (stopped || !chunk.toString().includes('migrating')) return;
      stopped = true;
      child.kill('SIGTERM');
    });
    const { code, output } = await ended(child);
    expect(code).toBe(143);
    expect(last(output)).toMatch(/^FAILED migrate: it was ended by a signal/);
    for (const app of Object.keys(OLD)) expect(lab.seen(`deployment/${app}/replicas`)).toBe('1');
    expect(lab.leftovers).toEqual([]);
  });

  it('remembers what ran before a run that was killed outright', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    await lab.run('deploy.sh', ['stop']);
    lab.has('job-outcome', 'Failed');
    await lab.run('deploy.sh');
    expect([lab.seen('deployment/go/replicas'), lab.seen('deployment/go/image')]).toEqual(['1', OLD.go]);
  });

  it('brings back what a killed run left at 0, also when the next one fails before it stops anything', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    await lab.run('deploy.sh', ['stop']);
    lab.has('patch-lost');
    const { output } = await lab.run('deploy.sh', ['service-account']);
    expect(last(output)).toMatch(/^FAILED service-account: /);
    expect([lab.seen('deployment/go/replicas'), lab.seen('deployment/go/image')]).toEqual(['1', OLD.go]);
    const back = lab.argv.filter((line) => line.includes('scale deployment/go --replicas=1'));
    expect(back).toEqual([expect.stringContaining('--request-timeout=10s')]);
  });

  it('throws its secrets away before it does anything else', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('refused', 'exec mysql --user=root --batch');
    expect((await lab.run('deploy.sh', ['database'])).code).toBe(1);
    lab.has('refused', 'apply -f -');
    expect((await lab.run('deploy.sh', ['secrets'])).code).toBe(1);
    expect(lab.seen('private')).not.toBe('');
    expect(lab.seen('private')).not.toMatch(/sql|env|json/);
  });

  it('does not take a question without an answer for a namespace or Pods that are not there', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    lab.has('refused', 'get namespace');
    const { output } = await lab.run('deploy.sh', ['namespace']);
    expect(last(output)).toMatch(/^FAILED namespace: /);
    lab.has('refused', 'get pods -l app=frontend -o name');
    expect((await lab.run('deploy.sh', ['stop'])).code).toBe(1);
    expect(lab.argv.filter((line) => /create namespace/.test(line))).toEqual([]);
    expect(lab.seen('deployment/go/replicas')).toBe('1');
  });

  it('keeps the new version when only the edge does not answer', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    lab.has('answers', 'https://hit.local/go/api/products 502\n');
    const { code, output } = await lab.run('deploy.sh');
    expect(code).toBe(1);
    expect(last(output)).toMatch(
      /^FAILED health: the applications answer at their NodePorts, but https:\/\/hit\.local\/go\/api\/products does not;/,
    );
    expect(lab.seen('deployment/go/image')).toBe(image('go', 'abcd1234'));
  });

  it('takes a NodePort that refuses for a failure of the new version', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.runs(OLD);
    lab.has('answers', 'http://192.168.56.44:30081/readyz 7\n');
    const { output } = await lab.run('deploy.sh');
    expect(output).toContain('go: http://192.168.56.44:30081/readyz curl 7');
    expect(last(output)).toContain('FAILED health: go does not answer');
    expect(lab.seen('deployment/go/image')).toBe(OLD.go);
  });

  it('touches nothing when the cluster does not answer', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('unreachable');
    const { output, code } = await lab.run('deploy.sh');
    expect(code).toBe(1);
    expect(last(output)).toContain('FAILED cluster: the cluster does not answer; is vm-k8s up');
    expect(lab.argv.some((line) => /apply|scale|create/.test(line))).toBe(false);
  });

  it('tells a ServiceAccount that lost its patch, and a worker with another name', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('patch-lost');
    expect(last((await lab.run('deploy.sh', ['service-account'])).output)).toContain(
      'does not name harbor-regcred',
    );
    lab.has('no-worker');
    expect(last((await lab.run('deploy.sh', ['cluster'])).output)).toContain('no node is called vm-worker');
  });
});

describe.concurrent('the migrate Job', () => {
  it('that is still at work is waited for, and then a new one is made', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('job/polls', '0');
    const { code, output } = await lab.run('deploy.sh', ['migrate']);
    expect(code, output).toBe(0);
    expect(output).toContain('an earlier migration is still running: waiting for its end');
    expect(lab.seen('timeline').trim().split('\n')).toEqual([
      'job deleted',
      `job ${image('laravel', 'abcd1234')}`,
    ]);
  });

  it('that cannot begin is said at once, and does not stand in the way of the next', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('stuck', 'laravel-migrate');
    const { output } = await lab.run('deploy.sh', ['migrate']);
    expect(last(output)).toBe(
      'FAILED migrate: the migrate Job does not start: ImagePullBackOff; is Harbor up, was this tag pushed, are HARBOR_USERNAME and HARBOR_PASSWORD right?',
    );
    const again = await lab.run('deploy.sh', ['migrate']);
    expect(again.output).not.toContain('waiting for its end');
  });
});
