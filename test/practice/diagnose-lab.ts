/** A whole practice lab with a session on it, broken and mended: what the rehearsals of the diagnosis share. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext } from 'vitest';
import type { GateKey } from '../../src/gates/types.js';
import { parseLabFile } from '../../src/lab/parse-lab.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { openLabSession, type LabSession } from '../../src/services/engine/assemble.js';
import { walkDown } from '../../src/services/engine/diagnose.js';
import { askAgain, carryOutFix, planFix } from '../../src/services/engine/diagnose-fix.js';
import { gather, type Gathered } from '../../src/services/engine/diagnose-gather.js';
import { createActiveSteps, runStep } from '../../src/services/engine/steps.js';
import { createLogBook } from '../../src/state/logs.js';
import { deepestProof, gatesOfFinding } from '../../src/symptoms/diagnosis.js';
import { loadSymptoms } from '../../src/symptoms/load.js';
import { createRecogniser } from '../../src/symptoms/recognise.js';
import { fillFor } from '../../src/symptoms/render.js';
import type { Catalogue, Finding } from '../../src/symptoms/types.js';
import { HOSTS } from './runbook.js';

const ASSETS = join(import.meta.dirname, '../../assets');

/** What a test has shown about one fault, for the table of faults. */
export interface FaultShown {
  readonly fault: string;
  /** Symptom that is told first. */
  readonly found: string;
  readonly cause: string;
  /** `program` mended it, or it is named and left to a `person`. */
  readonly healed: 'program' | 'person';
}
declare module 'vitest' {
  interface TaskMeta {
    fault?: FaultShown;
  }
}

export interface Found {
  readonly findings: readonly Finding[];
  readonly all: Gathered;
}

export const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(
    ({ symptom, evidence }) =>
      `${symptom.id}: ${evidence.map((one) => `${one.observation.object ?? ''} ${one.line}`).join(' | ')}`,
  );

/** Time that a lab under load may take to show a break, or to be green again, ms. */
const PATIENCE_MS = 120_000;

export class DiagnosedLab {
  readonly lab: PracticeLab;
  readonly session: LabSession;
  readonly catalogue: Catalogue;
  readonly #directory: string;

  private constructor(lab: PracticeLab, session: LabSession, catalogue: Catalogue, directory: string) {
    this.lab = lab;
    this.session = session;
    this.catalogue = catalogue;
    this.#directory = directory;
  }

  static async open(): Promise<DiagnosedLab> {
    const { runbook } = await loadRunbook(ASSETS);
    if (runbook === null) throw new Error('the runbook has mistakes');
    const { catalogue, diagnostics } = await loadSymptoms([ASSETS], runbook);
    if (catalogue === null) throw new Error(diagnostics.map((one) => one.what.en).join('\n'));
    const directory = await mkdtemp(join(tmpdir(), 'threebody-diagnose-'));
    const lab = await startPracticeLab({
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
    const session = await openLabSession(read.lab, runbook, {
      askHostKey: () => Promise.resolve(true),
      logs: createLogBook(200),
      by: 'test@here',
      env: {},
      content: [ASSETS],
    });
    for (const host of HOSTS) await session.links.link(host).open({ keep: true });
    return new DiagnosedLab(lab, session, catalogue, directory);
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.lab.close();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Carries out every step of these phases that is not optional. */
  async perform(...phases: readonly string[]): Promise<void> {
    const { session } = this;
    for (const phase of session.runbook.phases.filter(({ id }) => phases.includes(id)))
      for (const step of phase.steps.filter(({ optional }) => !optional)) {
        const runs = await runStep(session, createActiveSteps(), step.id, step.hosts, { variants: {} });
        for (const run of runs)
          if (run.phase !== 'done')
            throw new Error(`${step.id} on ${run.host}: ${JSON.stringify(run.actions)}`);
      }
  }

  async find(): Promise<Found> {
    const all = await gather(this.session);
    const { findings } = createRecogniser(this.catalogue, fillFor(this.session.context)).recognise(
      all.observations,
    );
    return { findings, all };
  }

  /** Looks until this symptom is told first. */
  async findFirst(symptom: string): Promise<{ readonly finding: Finding; readonly all: Gathered }> {
    let seen = await this.find();
    await expect
      .poll(
        async () => {
          if (seen.findings[0]?.symptom.id !== symptom) seen = await this.find();
          return told(seen.findings);
        },
        { timeout: PATIENCE_MS, interval: 500 },
      )
      .toSatisfy((lines: readonly string[]) => lines[0]?.startsWith(`${symptom}:`) === true);
    const [finding] = seen.findings;
    if (finding === undefined) throw new Error('nothing was found');
    return { finding, all: seen.all };
  }

  /** Breaks the lab, expects the symptom and its cause to be named, mends it, and expects everything to be green. */
  async rehearse(
    task: TestContext['task'],
    fault: string,
    symptom: string,
    cause: string,
    healed: FaultShown['healed'] = 'program',
  ): Promise<void> {
    const { lab } = this;
    await lab.inject(fault);
    try {
      await this.#nameAndMend(fault, symptom, cause, healed);
    } finally {
      await lab.heal(fault);
    }
    task.meta.fault = { fault, found: symptom, cause, healed };
  }

  async #nameAndMend(
    fault: string,
    symptom: string,
    cause: string,
    healed: FaultShown['healed'],
  ): Promise<void> {
    const { session, lab } = this;
    const { finding, all } = await this.findFirst(symptom);
    const walks = await walkDown(session, this.catalogue, finding);
    const proof = deepestProof(walks);
    const answers = JSON.stringify(walks.map((one) => [one.symptom.id, one.answers]));
    expect(proof?.end.cause.id, answers).toBe(cause);
    if (proof === null) return;
    const inquiry = { symptom: proof.walk.symptom, evidence: finding.evidence };
    let helped = false;
    for (const fix of proof.end.fixes) {
      const planned = planFix(session, inquiry, fix);
      if (planned.actions.length === 0 || helped) continue;
      const done = await carryOutFix(session, planned, this.#red(finding, all), { pauseMs: 300 });
      expect(done.carriedOut, JSON.stringify(done.runs)).toBe(true);
      helped = done.helped;
    }
    expect(helped ? 'program' : 'person').toBe(healed);
    if (!helped) await lab.heal(fault);
    const after = await askAgain(session, all.counted, PATIENCE_MS, { pauseMs: 500 });
    expect(
      after.filter(({ verdict }) => verdict === 'fail').map(({ gate, say }) => `${gate} ${say.en}`),
    ).toEqual([]);
  }

  /** Waits until no gate speaks of a break any more. */
  async green(): Promise<void> {
    await expect
      .poll(
        async () =>
          (await gather(this.session)).counted
            .filter(({ verdict }) => verdict === 'fail')
            .map(({ gate, say }) => `${gate} ${say.en}`),
        { timeout: PATIENCE_MS, interval: 500 },
      )
      .toEqual([]);
  }

  #red(finding: Finding, { counted }: Gathered): readonly GateKey[] {
    return gatesOfFinding(finding, counted);
  }
}
