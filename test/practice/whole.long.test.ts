/**
 * The whole runbook as a person runs it who has no VMs: by the built program, in one go and unattended, from bare hosts to a
 * site that answers.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { HOST_NAMES } from '../../src/lab/types.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { cli, type Finished } from '../support/cli.js';
import { shows } from '../support/verified.js';
import { Rehearsal } from './runbook.js';

const documentSchema = z.object({
  exit: z.number(),
  notRun: z.array(z.string()),
  runs: z.array(
    z.object({
      step: z.string(),
      host: z.string(),
      phase: z.string(),
      actions: z.array(z.object({ action: z.string(), phase: z.string() })),
    }),
  ),
  gates: z.array(z.object({ key: z.string(), verdict: z.string() })),
});
const USER = 'cikal';
/** Amber for what the runbook itself wants: its minor of Kubernetes, past its end. */
const AMBER = /^(C4|D1)\.(c4-)?supported@/;

let directory: string;
let lab: PracticeLab;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threebody-whole-'));
  // Simulated waits are cut to a twentieth: long enough for what polls, short enough for a test.
  lab = await startPracticeLab({
    timeScale: 0.05,
    secrets: ['gitlab_runner_token', 'gitlab_api_token'],
    stateDir: directory,
  });
  await writeFile(join(directory, 'lab.yaml'), lab.labFileText, { mode: 0o600 });
});
afterAll(async () => {
  await lab.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

const program = (...args: readonly string[]): Promise<Finished> =>
  cli([...args, '--lab', join(directory, 'lab.yaml'), '--lang', 'en'], {
    env: { PATH: process.env['PATH'], HOME: directory },
  });
async function runAll(): Promise<z.infer<typeof documentSchema>> {
  const { stdout, stderr } = await program('run', '--all', '--yes', '--json');
  const document = documentSchema.safeParse(JSON.parse(stdout === '' ? '{}' : stdout));
  if (!document.success || document.data.exit !== 0)
    throw new Error(stderr.slice(-4000) + stdout.slice(-2000));
  return document.data;
}
const notGreen = (gates: readonly { readonly key: string; readonly verdict: string }[]): readonly string[] =>
  gates
    .filter(({ key, verdict }) => verdict !== 'pass' && !AMBER.test(key))
    .map(({ key, verdict }) => `${key} ${verdict}`);

it('takes three bare hosts to the application, with every gate green', async ({ task }) => {
  const accepted = await program('connect', '--accept-host-keys');
  expect(accepted.code, accepted.stderr).toBe(0);
  const { runs, notRun } = await runAll();
  expect(notRun).toEqual([]);
  shows(task, 'practice', [...new Set(runs.map(({ step }) => step))], 'green');
  const { stdout } = await program('check', '--json');
  const optional = /^(C1s|E2f|F1|F2|M1)\./;
  const { gates } = documentSchema.pick({ gates: true }).parse(JSON.parse(stdout));
  expect(notGreen(gates.filter(({ key }) => !optional.test(key)))).toEqual([]);
});

/** What the hosts hold that the runbook puts there; what is noted about the work itself is left out. */
async function held(): Promise<readonly string[]> {
  const rehearsal = await Rehearsal.open(lab);
  try {
    const files = `find /etc /opt /home /usr/local/bin -type f -not -path '*/.local/state/*' -not -path '*/.cache/*' -not -path '*/.threebody/*' -not -path '*/.git/*' -not -name '*.log' -exec sha256sum {} + | sort -k 2`;
    const answers = await Promise.all([
      ...HOST_NAMES.map((host) => rehearsal.root(host, files)),
      rehearsal.root(
        'vm-docker',
        'docker ps --all --no-trunc --format "{{.ID}} {{.Image}}"; docker images --no-trunc --quiet',
      ),
      rehearsal.root('vm-docker', `git --git-dir ~${USER}/three-body-problem.git rev-parse main`),
      rehearsal.shell(
        'vm-k8s',
        `kubectl get pods,deployments,statefulsets,services,secrets,configmaps,jobs -A -o jsonpath='{range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation}{"\n"}{end}'`,
      ),
    ]);
    for (const { code, stderr } of answers) expect(code, stderr).toBe(0);
    return answers.map(({ stdout }) => stdout);
  } finally {
    rehearsal.close();
  }
}

it('run again, it finds everything done and changes nothing', async ({ task }) => {
  const before = await held();
  expect(before.every((text) => text.length > 30)).toBe(true);
  const { runs, gates } = await runAll();
  shows(task, 'practice', [...new Set(runs.map(({ step }) => step))], 'again');
  expect(notGreen(gates)).toEqual([]);
  expect(await held()).toEqual(before);
});
