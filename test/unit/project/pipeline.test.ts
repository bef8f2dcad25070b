/**
 * The pipeline file and the scripts as text. The rules for .gitlab-ci.yml are those of GitLab's reference
 * (docs.gitlab.com/ci/yaml): keywords that exist, in the places where they may stand, as far as this file uses them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { has } from '../content/sandbox.js';
import { deliveryFiles, writtenOut } from './rendered.js';

const files = deliveryFiles();
const root = writtenOut(files);
const scripts = [...files.keys()].filter((path) => path.endsWith('.sh'));

/** "1h 30m", "30 days", "never": GitLab reads durations with chronic_duration. */
const duration = z.string().regex(/^(?:\d+ ?(?:s|m|h|d|sec|min|hour|day|week)s? ?)+$|^never$/);
const when = z.enum(['on_success', 'on_failure', 'never', 'always', 'manual', 'delayed']);
const rule = z.strictObject({
  if: z.string().optional(),
  when: when.optional(),
  allow_failure: z.boolean().optional(),
});
const job = z.strictObject({
  stage: z.string(),
  script: z.array(z.string()).min(1),
  resource_group: z
    .string()
    .regex(/^[\w$.{}/-]+$/)
    .optional(),
  timeout: duration.optional(),
  environment: z.strictObject({ name: z.string(), url: z.url().optional() }).optional(),
  rules: z.array(rule).min(1).optional(),
  artifacts: z
    .strictObject({
      when: z.enum(['on_success', 'on_failure', 'always']),
      expire_in: duration,
      paths: z.array(z.string()).min(1),
    })
    .optional(),
});
const pipelineSchema = z
  .object({
    stages: z.array(z.string()).min(1),
    workflow: z.strictObject({
      rules: z.array(
        z.strictObject({ if: z.string().optional(), when: z.enum(['always', 'never']).optional() }),
      ),
    }),
    variables: z.record(z.string().regex(/^[A-Z_][A-Z0-9_]*$/), z.string()),
    default: z.strictObject({ tags: z.array(z.string()).min(1) }),
  })
  .catchall(job);
const pipeline = pipelineSchema.parse(parse(files.get('.gitlab-ci.yml') ?? '', { uniqueKeys: true }));
const { stages, workflow, variables, default: defaults, ...jobs } = pipeline;

describe('.gitlab-ci.yml', () => {
  it('has the jobs of the runbook and one that mends, each of which calls a script that is there', () => {
    expect(stages).toEqual(['build', 'push', 'deploy', 'monitoring']);
    expect(
      Object.fromEntries(Object.entries(jobs).map(([name, { stage, script }]) => [name, [stage, ...script]])),
    ).toEqual({
      build_check: ['build', 'bash deploy/ci/build.sh'],
      push_images: ['push', 'bash deploy/ci/push.sh'],
      deploy: ['deploy', 'bash deploy/ci/deploy.sh'],
      monitoring_install: ['monitoring', 'bash deploy/ci/monitoring.sh'],
      bring_back: ['.post', 'bash deploy/ci/bring-back.sh'],
    });
    for (const { script } of Object.values(jobs)) {
      for (const line of script) expect(existsSync(join(root, line.split(' ')[1] ?? '')), line).toBe(true);
    }
  });

  it('runs for commits on main only, on the runner with the tag deploy', () => {
    expect(workflow.rules).toEqual([{ if: '$CI_COMMIT_BRANCH == "main"' }, { when: 'never' }]);
    expect(defaults.tags).toEqual(['deploy']);
  });

  it('lets no two deploys meet, and keeps the logs of a failed one', () => {
    expect(jobs['deploy']).toMatchObject({
      resource_group: 'production',
      artifacts: { when: 'always', paths: ['deploy/ci/logs/'] },
    });
    expect(jobs['monitoring_install']?.resource_group).toBe('production');
  });

  it('lets a deploy wait as long as its own waits, one after the other', () => {
    const lib = files.get('deploy/ci/lib.sh') ?? '';
    const patience = (name: string): number =>
      Number(new RegExp(`:=(\\d+)`).exec(lib.slice(lib.indexOf(`{${name}_PATIENCE`)))?.[1]);
    const waits =
      patience('STOP') + // the ServiceAccount
      3 * (patience('STOP') + 60) + // Pods that end, or are deleted
      patience('MYSQL') +
      30 +
      2 * 1860 + // an earlier migration, and this one
      3 * patience('ROLLOUT') +
      6 * patience('HEALTH') +
      3 * 60; // and bringing back
    expect(waits).toBeGreaterThan(3600);
    const [, hours = '0', minutes = '0'] =
      /^(?:(\d+)h)? ?(?:(\d+)m)?$/.exec(jobs['deploy']?.timeout ?? '') ?? [];
    expect(Number(hours) * 3600 + Number(minutes) * 60).toBeGreaterThan(waits);
    // Where this program runs the same scripts, it gives them as long.
    const e3 = readFileSync(new URL('../../../assets/runbook/e/e3.yaml', import.meta.url), 'utf8');
    const own = /- id: deploy\n[^]*?\n    timeout: (\d+)/.exec(e3)?.[1];
    expect(Number(own)).toBeGreaterThan(waits);
  });

  it('mends what a deploy left that was cut off, never beside another deploy', () => {
    expect(jobs['bring_back']).toMatchObject({
      resource_group: 'production',
      rules: [{ when: 'on_failure' }],
    });
  });

  it('leaves monitoring to a person, and the pipeline green without it', () => {
    expect(jobs['monitoring_install']?.rules).toEqual([{ when: 'manual', allow_failure: true }]);
    expect(jobs['deploy']?.rules).toBeUndefined();
  });

  it("holds the lab's addresses and versions, and no secret", () => {
    expect(variables).toMatchObject({
      HARBOR_HOST: 'harbor.local:8080',
      REGISTRY: 'harbor.local:8080/threebody',
      TAG: '$CI_COMMIT_SHORT_SHA',
      K8S_NAMESPACE: 'threebody-prod',
      WORKER_ADDRESS: '192.168.56.44',
      SITE_HOST: 'hit.local',
    });
    expect(variables['KUBECTL_VERSION']).toMatch(/^v1\.\d+\.\d+$/);
    expect(variables['HELM_VERSION']).toMatch(/^v[34]\.\d+\.\d+$/);
    expect(Object.keys(variables).filter((name) => /PASSWORD|KEY|TOKEN|KUBECONFIG/.test(name))).toEqual([]);
  });
});

describe('the scripts', () => {
  it.runIf(has('shellcheck', '--version'))(
    'are clean by shellcheck, as rendered',
    { timeout: 60_000 },
    () => {
      const { stdout, status } = spawnSync(
        'shellcheck',
        ['--external-sources', '--severity=style', ...scripts],
        {
          cwd: root,
          encoding: 'utf8',
        },
      );
      expect(stdout).toBe('');
      expect(status).toBe(0);
    },
  );
  it.skipIf(has('shellcheck', '--version'))(
    'ARE NOT CHECKED: shellcheck is missing on this machine (apt-get install shellcheck)',
    () => {
      expect(has('shellcheck', '--version')).toBe(false);
    },
  );

  it.for(scripts)('%s is bash, keeps below 300 lines and has a comment in both languages', (path) => {
    const text = files.get(path) ?? '';
    expect(spawnSync('bash', ['-n'], { input: text }).status).toBe(0);
    expect(text.split('\n').length).toBeLessThanOrEqual(300);
    expect(text).toMatch(/^# ID: /m);
    expect(text).toMatch(/^# EN: /m);
  });

  it.for(scripts)('%s asks for no terminal and hands no secret to a program as an argument', (path) => {
    const text = (files.get(path) ?? '').replaceAll(/^\s*#.*$/gm, '');
    expect(text).not.toMatch(/ -it\b| --tty\b|--from-literal|--docker-password|--password[= ]"?\$| -p"?\$/);
    for (const line of text.split('\n')) {
      if (!/\$\{?\w*(?:PASSWORD|APP_KEY)\b/.test(line)) continue;
      // Only builtins and functions of ours, which are no processes, may have one in their arguments.
      expect(line.trim()).toMatch(
        /^(?:printf|if \[|\[|local|fits|fail|text=|mark=|"DB_PASSWORD=|password=|: "|elif)/,
      );
    }
  });

  it('agree with the pipeline on every default', () => {
    const library = files.get('deploy/ci/lib.sh') ?? '';
    for (const name of [
      'HARBOR_HOST',
      'KUBECTL_VERSION',
      'HELM_VERSION',
      'K8S_NAMESPACE',
      'WORKER_ADDRESS',
      'EDGE_ADDRESS',
      'SITE_HOST',
    ]) {
      expect(library).toContain(`: "\${${name}:=${variables[name] ?? ''}}"`);
    }
  });
});
