/** E3 run for real: the pushed commit's own scripts, and a GitLab that answers by turns. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ourRunbook } from './content.js';
import { APP_KEY, KUBECONFIG, PROJECT, SECRETS, VmDocker } from './vm-docker-home.js';

const runbook = await ourRunbook();

let box: VmDocker;
beforeEach(() => {
  box = new VmDocker(runbook);
});
afterEach(() => box.remove());

describe('E3 by this program', () => {
  const SCRIPT = [
    'echo "$0 $* in $(pwd)"',
    'echo "$REGISTRY $TAG $K8S_NAMESPACE $WORKER_ADDRESS $SITE_HOST $HARBOR_USERNAME $MYSQL_DATABASE $CI_COMMIT_SHORT_SHA"',
    'echo "secrets ${#HARBOR_PASSWORD} ${#MYSQL_ROOT_PASSWORD} ${#MYSQL_PASSWORD} ${#APP_KEY}"',
    'test -e "$KUBECONFIG_PROD"',
    'if [ -e "$HOME/fail" ]; then echo "FAILED mysql: not ready; wait"; exit 1; fi',
    '',
  ].join('\n');
  beforeEach(() => {
    for (const name of ['build', 'push', 'deploy']) box.write(`${PROJECT}/deploy/ci/${name}.sh`, SCRIPT);
    box.write(`${PROJECT}/kubeconfig-prod`, KUBECONFIG, 0o600);
  });

  test('runs the scripts of the pushed commit, not of the working directory, with its environment', async () => {
    const tag = (await box.pushed()).slice(0, 8);
    box.write(`${PROJECT}/deploy/ci/deploy.sh`, 'echo not committed\n');
    const output = await box.well('E3', 'deploy', SECRETS);
    expect(output).toContain(
      `deploy/ci/deploy.sh apply stop mysql database images migrate start health in ${box.root}/home/.local/state/threebody/build/${tag}`,
    );
    expect(output).toContain(
      `harbor.local:8080/threebody ${tag} threebody-prod 192.168.56.44 hit.local admin threebody ${tag}`,
    );
    expect(output).toContain(`secrets 15 13 13 ${APP_KEY.length}`);
    for (const value of Object.values(SECRETS)) expect(output).not.toContain(value);
  });

  test('fails with the words of the script', async () => {
    await box.pushed();
    box.write('home/fail', '');
    const { code, output } = await box.action('E3', 'deploy', SECRETS);
    expect(code).not.toBe(0);
    expect(output).toContain('FAILED mysql: not ready; wait');
  });

  test('a build or push that fails looks whether a killed deploy left something stopped', async () => {
    box.write(`${PROJECT}/deploy/ci/bring-back.sh`, 'echo brought back; exit 1\n');
    await box.pushed();
    for (const action of ['build', 'push'])
      expect((await box.action('E3', action, SECRETS)).output).not.toContain('brought back');
    box.write('home/fail', '');
    for (const action of ['build', 'push']) {
      const { code, output } = await box.action('E3', action, SECRETS);
      expect(code).toBe(1);
      expect(output).toMatch(/FAILED mysql[^]*brought back/);
    }
  });

  test('ended by a signal, it waits until the script has brought back what it stopped', async () => {
    box.write(
      `${PROJECT}/deploy/ci/deploy.sh`,
      'trap "sleep 0.2; echo brought back; exit 143" TERM\nkill -TERM "$PPID"\nsleep 0.2\nkill -TERM "$$"\n',
    );
    await box.pushed();
    const { code, output } = await box.action('E3', 'deploy', SECRETS);
    expect(output).toContain('brought back');
    expect(code).toBe(143);
    expect(output).not.toContain('is delivered');
  });

  test('a cluster that does not answer is not taken for one without the namespace', async () => {
    await box.pushed();
    box.write('home/.local/state/threebody/bin/kubectl', '#!/bin/sh\nexit 1\n', 0o755);
    const { code, output } = await box.action('E3', 'access', SECRETS);
    expect(code).not.toBe(0);
    expect(output).not.toContain('deploy.sh namespace');
    expect((await box.action('E3', 'access', {}, {}, 'undo')).output).toContain('was not made here');
  });

  test('before a push, and with a project without the scripts, it says what to do', async () => {
    expect((await box.action('E3', 'build')).output).toContain('run E2');
    rmSync(join(box.root, PROJECT, 'deploy/ci'), { recursive: true });
    await box.pushed();
    expect((await box.action('E3', 'build')).output).toContain('is not in the pushed commit');
  });

  test('has nothing to do once this commit runs, and again when another was pushed or the cluster lost it', async () => {
    const tag = (await box.pushed()).slice(0, 8);
    const cluster = (available: number): void =>
      void box.write(
        'home/.local/state/threebody/bin/kubectl',
        `#!/bin/sh\nfor a in frontend go laravel; do echo "$a|${available}|1|1|r/threebody/$a:${tag}"; done\n`,
        0o755,
      );
    const satisfied = async (): Promise<number> =>
      (await box.action('E3', 'deploy', {}, {}, 'satisfied')).code;
    cluster(1);
    expect(await satisfied()).not.toBe(0);
    await box.well('E3', 'deploy', SECRETS);
    expect(await satisfied()).toBe(0);
    cluster(0);
    expect(await satisfied()).not.toBe(0);
    cluster(1);
    box.write(`${PROJECT}/go/main.go`, 'package main // 2\n');
    await box.pushed();
    expect(await satisfied()).not.toBe(0);
    expect((await box.action('E3', 'deploy', {}, { delivery: 'gitlab' }, 'satisfied')).code).toBe(0);
  });
});

describe('E3 with GitLab', () => {
  const GITLAB = { delivery: 'gitlab', gitlab_project: 'group/lab' };
  /** Answers by what was asked so far: a pipeline that is seen twice, then ended. */
  const pipeline = (end: string, found = 'running', runs = '', started = ''): void =>
    box.stub(`sleep() { :; }
curl() {
  local out= b= a url=
  for a in "$@"; do if [ "$b" = --output ]; then out="$a"; fi; b="$a"; url="$a"; done
  case "$url" in
    *'pipelines?sha='*) if [ ! -e '${box.root}/asked' ]; then : >'${box.root}/asked'; printf 502; return; fi; printf '[{"id":${started === '' ? 9 : 8},"status":"${found}","web_url":"https://gitlab.com/group/lab/-/pipelines/9"}]' >"$out" ;;
    */pipeline'?ref=main') case "$*" in *'--request POST'*) printf '{"id":9,"sha":"${started}","web_url":"https://x/9"}' >"$out"; printf 201; return ;; esac ;;
    */cancel) ;;
    */namespaces/threebody-prod/deployments) printf '{"items":[' >"$out"; for a in frontend go laravel; do printf '{"metadata":{"name":"%s"},"status":{"availableReplicas":1,"updatedReplicas":1,"replicas":1},"spec":{"template":{"spec":{"containers":[{"image":"r/threebody/%s:%.8s"}]}}}}' "$a" "$a" '${runs}' >>"$out"; if [ "$a" != laravel ]; then printf , >>"$out"; fi; done; printf ']}' >>"$out"; if [ -z '${runs}' ]; then printf 000; return; fi ;;
    *scope*) printf '[{"name":"deploy","failure_reason":"script_failure","web_url":"https://x/2"}]' >"$out" ;;
    */pipelines/9) n="$(cat '${box.root}/n' 2>/dev/null || echo 0)"; n=$((n + 1)); echo "$n" >'${box.root}/n'; if [ "$n" -ge 3 ]; then printf '{"status":"${end}"}' >"$out"; else printf '{"status":"running"}' >"$out"; fi ;;
    */pipelines/9/jobs*) n="$(cat '${box.root}/n')"; case "$n" in 1) s=pending ;; 2) s=running ;; *) s=${end} ;; esac; printf '[{"id":2,"status":"created","name":"deploy"},{"id":1,"status":"%s","name":"build_check"}]' "$s" >"$out" ;;
    */jobs/1/trace) n="$(cat '${box.root}/n')"; printf 'section_start:1700:prepare\\r\\033[0Kline one\\n' >"$out"; if [ "$n" -ge 3 ]; then printf 'line two\\n' >>"$out"; fi ;;
  esac
  printf 200
}`);

  test('follows its jobs, prints each line of a log once, and ends as the pipeline did', async () => {
    await box.pushed();
    pipeline('success');
    const output = await box.well('E3', 'follow', { 'gitlab-token': 'glpat-good' }, GITLAB);
    expect(output.match(/line one/g)).toHaveLength(1);
    expect(output.match(/line two/g)).toHaveLength(1);
    expect(output).toMatch(
      /== build_check: pending[\s\S]*== build_check: running[\s\S]*== build_check: success/,
    );
    expect(output).toContain('pipeline 9: success');
    expect(output).not.toContain('section_start');
  });

  test('a failed one fails with the job that did', async () => {
    await box.pushed();
    pipeline('failed');
    const { code, output } = await box.action('E3', 'follow', { 'gitlab-token': 'glpat-good' }, GITLAB);
    expect(code).not.toBe(0);
    expect(output).toContain('deploy: script_failure https://x/2');
  });

  test('one that waits for a person is no success', async () => {
    await box.pushed();
    pipeline('manual');
    const { code, output } = await box.action('E3', 'follow', { 'gitlab-token': 'glpat-good' }, GITLAB);
    expect(code).not.toBe(0);
    expect(output).toContain('waits for a manual job: start it at GitLab');
  });

  test('one that ended before is followed by a new one, unless the cluster runs this commit', async () => {
    const commit = await box.pushed();
    const token = { 'gitlab-token': 'glpat-good' };
    pipeline('success', 'failed', 'ffffffff', commit);
    const anew = await box.well('E3', 'follow', token, GITLAB);
    expect(anew).toContain('pipeline 8 ended before (failed), and the cluster does not run this commit');
    expect(anew).toContain('pipeline 9: success');
    box.write('n', '0');
    pipeline('success', 'failed', commit, commit);
    expect(await box.well('E3', 'follow', token, GITLAB)).not.toContain('starting a new one');
    pipeline('success', 'success', 'ffffffff', 'f'.repeat(40));
    const { code, output } = await box.action('E3', 'follow', token, GITLAB);
    expect(code).not.toBe(0);
    expect(output).toContain('main at GitLab is at commit ffffffff, not at');
  });

  test('without a token it says where to look', async () => {
    await box.pushed();
    expect(await box.well('E3', 'follow', {}, GITLAB)).toContain('https://gitlab.com/group/lab/-/pipelines');
  });
});
