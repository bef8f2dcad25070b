/** F run for real with a kubectl that stands in for the cluster; the runbook's own lines of B4, E and F; the shared functions. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderActions, renderGates } from '../../../src/runbook/render.js';
import { labContext, ourRunbook } from './content.js';
import { has } from './sandbox.js';
import { KUBECONFIG, PROJECT, VmDocker } from './vm-docker-home.js';

const runbook = await ourRunbook();
const steps = runbook.phases.flatMap((phase) => phase.steps);
const STATE = 'home/.local/state/threebody';

describe('F', () => {
  let box: VmDocker;
  beforeEach(async () => {
    box = new VmDocker(runbook);
    box.write(`${PROJECT}/deploy/ci/deploy.sh`, 'exit 0\n');
    box.write(`${PROJECT}/kubeconfig-prod`, KUBECONFIG, 0o600);
    await box.pushed();
    box.write('rows', '0\n');
    // MySQL and Laravel as one shell script: it knows how many rows there are, and writes down what was run.
    box.write(
      `${STATE}/bin/kubectl`,
      `#!/bin/bash
echo "$*" >>'${box.root}/log'
case "$*" in
  *availableReplicas*) printf 1 ;;
  *mysqldump*) printf 'CREATE TABLE products;\\n'; if [ ! -e '${box.root}/cut' ]; then printf -- '-- Dump completed on 2026-11-22\\n'; fi ;;
  *'SELECT COUNT'*) cat '${box.root}/rows' ;;
  *'exec -i'*) cat >'${box.root}/restored' ;;
  *db:seed*|*migrate:fresh*) echo 5 >'${box.root}/rows' ;;
esac
`,
      0o755,
    );
  });
  afterEach(() => box.remove());
  const log = (): string => readFileSync(join(box.root, 'log'), 'utf8');
  const dumps = (): readonly string[] =>
    existsSync(join(box.root, STATE, 'dumps')) ? readdirSync(join(box.root, STATE, 'dumps')) : [];

  test('F1 names the container, and seeds an empty table only', async () => {
    await box.well('F1', 'migrate');
    expect(log()).toContain('exec deploy/laravel -c laravel -- php artisan migrate --force');
    expect(await box.well('F1', 'seed')).toContain('products holds 5 rows now');
    rmSync(join(box.root, 'log'));
    expect(await box.well('F1', 'seed')).toContain('not seeded');
    expect(log()).not.toContain('db:seed');
  });

  test('F2 keeps a dump that only its owner reads before it drops anything; undo restores it', async () => {
    const output = await box.well('F2', 'fresh');
    const [dump = ''] = dumps();
    expect(output).toContain(dump);
    expect(statSync(join(box.root, STATE, 'dumps', dump)).mode & 0o777).toBe(0o600);
    expect(log().indexOf('mysqldump')).toBeLessThan(log().indexOf('migrate:fresh'));
    expect(await box.seen('F2.dumps')).toMatch(/^kept /);
    await box.well('F2', 'fresh', {}, {}, 'undo');
    expect(readFileSync(join(box.root, 'restored'), 'utf8')).toContain('CREATE TABLE products');
    rmSync(join(box.root, STATE, 'dumps', dump));
    expect(await box.seen('F2.dumps')).toMatch(/^gone /);
  });

  test('F2 drops nothing when the dump was cut off', async () => {
    box.write('cut', '');
    const { code, output } = await box.action('F2', 'fresh');
    expect(code).not.toBe(0);
    expect(output).toContain('nothing was changed');
    expect(log()).not.toContain('migrate:fresh');
    expect(dumps()).toEqual([]);
    expect(await box.seen('F2.dumps')).toBe('never reset\n');
  });
});

describe("the runbook's own lines are all there", () => {
  const lines: readonly (readonly [string, string])[] = [
    ['B4', 'unzip -q three-body-problem-final.zip'],
    ['B4', 'mv three-body-problem-final three-body-problem'],
    ['B4', 'cd ~/three-body-problem'],
    ['B4', 'ls -lah deploy/edge/nginx/conf.d/edge.conf'],
    ['B4', 'grep -n "proxy_pass" deploy/edge/nginx/conf.d/edge.conf'],
    ['B4', 'mkdir -p ~/three-body-problem/deploy/k8s'],
    ['B4', 'mkdir -p deploy/k8s/base deploy/k8s/jobs'],
    ['E1', 'scp cikal@192.168.56.43:~/.kube/config ./kubeconfig-prod'],
    ['E2', 'git init'],
    ['E2', 'git config --global init.defaultBranch main'],
    ['E2', 'git branch -M main'],
    ['E2', 'git remote add origin git@gitlab-443:cikalfarid/three-body-problem-lab.git'],
    ['E2f', 'git push -u origin main --force'],
    ['E3', "kubectl get sa default -o jsonpath='{.imagePullSecrets[*].name}'"],
    ['F1', `LARAVEL_POD=$(kubectl -n "$NS" get pod -l app=laravel -o jsonpath='{.items[0].metadata.name}')`],
    ['F1', 'kubectl -n "$NS" exec -it "$LARAVEL_POD" -- php artisan migrate --force'],
    ['F1', 'kubectl -n "$NS" exec -it "$LARAVEL_POD" -- php artisan db:seed --force || true'],
    ['F2', 'kubectl -n "$NS" exec -it "$LARAVEL_POD" -- php artisan migrate:fresh --seed --force'],
    ['M1', "ss -lntp | egrep ':3000|:9090|:3100'"],
    ['M1', 'curl -fsS http://192.168.56.43:3000/login | head -n 1'],
  ];
  test.each(lines)('%s: %s', (id, line) => {
    const step = steps.find((one) => one.id === id);
    const actions =
      step === undefined ? [] : renderActions(runbook, labContext(runbook), step, 'vm-docker', {});
    const said = [
      ...actions.map((action) => action.runbookScript ?? ''),
      ...(step?.gates ?? []).map((gate) => gate.runbook ?? ''),
    ].flatMap((text) => text.split('\n').map((one) => one.trim()));
    expect(said).toContain(line);
  });
});

test('hints about the application name its namespace, so that their commands work when they are copied', () => {
  const gates = renderGates(runbook, labContext(runbook, { app_namespace: 'my-shop' }));
  const hints = gates
    .filter(({ step }) => ['E3', 'F1', 'F2', 'R5'].includes(step))
    .flatMap(({ outcomes }) => outcomes.flatMap((one) => one.hints ?? []))
    .flatMap(({ id, en }) => [id, en]);
  const commands = hints.filter((hint) =>
    /kubectl [^.]*\b(logs|describe pod|scale|exec|rollout)\b/.test(hint),
  );
  expect(commands.length).toBeGreaterThan(20);
  for (const hint of commands) expect(hint).toMatch(/kubectl -n (my-shop|kube-system|monitoring) /);
  for (const hint of hints) expect(hint).not.toMatch(/\{\{|NAMESPACE/);
});

test('what brings programs or packages to a host is not called safe', () => {
  const brings = /pl_run \S+ tools|\btb_(?:add_packages|install|apt)\b|--output "?\$HOME/;
  const wrong = steps.flatMap((step) =>
    step.actions
      .filter((action) => action.risk === 'safe' && brings.test(action.script))
      .map((action) => `${step.id}/${action.id}`),
  );
  expect(wrong).toEqual([]);
});

test.runIf(has('shellcheck', '--version')).each(['pipeline.sh', 'gitlab-api.sh'])(
  'shellcheck finds nothing to say about %s',
  (name) => {
    const { stdout } = spawnSync('shellcheck', ['-'], {
      input: runbook.templates[name] ?? '',
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  },
);
