/**
 * From a breakage to its mending, as a person has it: a whole practice lab is broken, the program finds the symptom by
 * itself, proves the cause on the right machine, mends it, and sees that everything is green again.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateKey } from '../../src/gates/types.js';
import { parseLabFile } from '../../src/lab/parse-lab.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { loadRunbook } from '../../src/runbook/load.js';
import type { Runbook } from '../../src/runbook/types.js';
import { openLabSession, type LabSession } from '../../src/services/engine/assemble.js';
import { walkDown } from '../../src/services/engine/diagnose.js';
import { askAgain, carryOutFix, planFix } from '../../src/services/engine/diagnose-fix.js';
import { gather } from '../../src/services/engine/diagnose-gather.js';
import { createActiveSteps, runStep } from '../../src/services/engine/steps.js';
import { createLogBook } from '../../src/state/logs.js';
import { deepestProof, gatesOfFinding } from '../../src/symptoms/diagnosis.js';
import { loadSymptoms } from '../../src/symptoms/load.js';
import { createRecogniser } from '../../src/symptoms/recognise.js';
import { fillFor } from '../../src/symptoms/render.js';
import type { Catalogue, Finding } from '../../src/symptoms/types.js';
import { HOSTS } from './runbook.js';

const ASSETS = join(import.meta.dirname, '../../assets');

let directory: string;
let lab: PracticeLab;
let runbook: Runbook;
let session: LabSession;
let catalogue: Catalogue;
beforeAll(async () => {
  const content = await loadRunbook(ASSETS);
  if (content.runbook === null) throw new Error('the runbook has mistakes');
  runbook = content.runbook;
  const parsed = await loadSymptoms([ASSETS], runbook);
  if (parsed.catalogue === null) throw new Error(parsed.diagnostics.map((one) => one.what.en).join('\n'));
  catalogue = parsed.catalogue;
  directory = await mkdtemp(join(tmpdir(), 'threebody-diagnose-'));
  lab = await startPracticeLab({
    timeScale: 0.05,
    secrets: ['gitlab_runner_token', 'gitlab_api_token'],
    stateDir: directory,
  });
  const read = parseLabFile(lab.labFileText, join(directory, 'lab.yaml'), {
    parameters: runbook.parameters,
    home: directory,
    stateRoot: directory,
    fileMode: 0o600,
  });
  if (read.lab === null) throw new Error(JSON.stringify(read.diagnostics));
  await writeFile(read.lab.knownHosts, lab.knownHosts, { mode: 0o600 }).catch(() => undefined);
  session = await openLabSession(read.lab, runbook, {
    askHostKey: () => Promise.resolve(true),
    logs: createLogBook(200),
    by: 'test@here',
    env: {},
    content: [ASSETS],
  });
  for (const host of HOSTS) await session.links.link(host).open({ keep: true });
}, 60_000);
afterAll(async () => {
  await session.close();
  await lab.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

async function perform(phases: readonly string[]): Promise<void> {
  for (const phase of runbook.phases.filter(({ id }) => phases.includes(id)))
    for (const step of phase.steps.filter(({ optional }) => !optional)) {
      const runs = await runStep(session, createActiveSteps(), step.id, step.hosts, { variants: {} });
      for (const run of runs)
        if (run.phase !== 'done')
          throw new Error(`${step.id} on ${run.host}: ${JSON.stringify(run.actions.at(-1))}`);
    }
}
async function find(): Promise<{
  readonly findings: readonly Finding[];
  readonly red: readonly GateKey[];
  readonly all: Awaited<ReturnType<typeof gather>>;
}> {
  const all = await gather(session);
  const { findings } = createRecogniser(catalogue, fillFor(session.context)).recognise(all.observations);
  const red = all.counted
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ gate, subject }): GateKey => `${gate}@${subject}`);
  return { findings, red, all };
}
const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(
    ({ symptom, evidence }) =>
      `${symptom.id}: ${evidence.map((one) => `${one.observation.object ?? ''} ${one.line}`).join(' | ')}`,
  );

describe('a lab that is well', () => {
  it('has no symptom before the cluster is made', async () => {
    await perform(['A', 'B']);
    expect(told((await find()).findings)).toEqual([]);
  }, 600_000);
  it('has none before the application is there', async () => {
    await perform(['C', 'D']);
    expect(told((await find()).findings)).toEqual([]);
  }, 600_000);
  it('has none when everything is', async () => {
    await perform(['E', 'R']);
    expect(told((await find()).findings)).toEqual([]);
  }, 600_000);
});

/** Fault → the symptom that is told first, and the cause that is proved. */
const CASES: readonly (readonly [fault: string, symptom: string, cause: string])[] = [
  ['app-image-missing', 'S49', 'tag-missing'],
  ['pull-secret-wrong', 'S49', 'wrong-credentials'],
];

describe('a fault', () => {
  it.each(CASES)(
    '%s is found as %s, proved to be %s, and mended',
    async (fault, symptom, cause) => {
      await lab.inject(fault);
      let seen: Awaited<ReturnType<typeof find>> | null = null;
      await expect
        .poll(async () => (seen = await find()).findings.map((one) => one.symptom.id), {
          timeout: 120_000,
          interval: 1000,
        })
        .toContain(symptom);
      const { findings, all } = seen ?? (await find());
      const finding = findings.find((one) => one.symptom.id === symptom);
      if (finding === undefined) throw new Error(told(findings).join('\n'));
      expect(findings[0]?.symptom.id, told(findings).join('\n')).toBe(symptom);
      const walks = await walkDown(session, catalogue, finding);
      const proof = deepestProof(walks);
      expect(proof?.end.cause.id, JSON.stringify(walks.map((one) => one.answers))).toBe(cause);
      if (proof === null) return;
      const inquiry = { symptom: proof.walk.symptom, evidence: finding.evidence };
      let helped = false;
      for (const fix of proof.end.fixes) {
        const planned = planFix(session, inquiry, fix);
        if (planned.actions.length === 0) continue;
        const done = await carryOutFix(session, planned, gatesOfFinding(finding, all.counted), {
          pauseMs: 500,
        });
        expect(
          done.runs.every((run) => run.phase === 'done'),
          JSON.stringify(done.runs),
        ).toBe(true);
        helped = done.helped;
        if (helped) break;
      }
      expect(helped).toBe(true);
      const after = await askAgain(session, all.counted, 120_000, { pauseMs: 1000 });
      expect(
        after.filter(({ verdict }) => verdict === 'fail').map(({ gate, say }) => `${gate} ${say.en}`),
      ).toEqual([]);
      await lab.heal(fault);
    },
    400_000,
  );

  it('of a machine that cannot be logged in to is named, and nothing else is', async () => {
    await lab.inject('sshd-stopped');
    await session.links
      .link('vm-worker')
      .renew()
      .catch(() => undefined);
    await expect
      .poll(async () => (await find()).findings[0]?.symptom.id, { timeout: 60_000, interval: 1000 })
      .toBe('S01');
    const [finding] = (await find()).findings;
    const walks = finding === undefined ? [] : await walkDown(session, catalogue, finding);
    expect(deepestProof(walks)?.end.cause.id).toBe('sshd-down');
    await lab.heal('sshd-stopped');
  }, 200_000);
});
