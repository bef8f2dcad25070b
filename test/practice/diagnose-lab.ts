/** A whole practice lab with a session on it, broken and mended: what the rehearsals of the diagnosis share. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { GateKey, GateResult } from '../../src/gates/types.js';
import { parseLabFile } from '../../src/lab/parse-lab.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { openLabSession, type LabSession } from '../../src/services/engine/assemble.js';
import { walkDown, type Inquiry } from '../../src/services/engine/diagnose.js';
import { askAgain, carryOutFix, planFix } from '../../src/services/engine/diagnose-fix.js';
import { gather, type Gathered } from '../../src/services/engine/diagnose-gather.js';
import { createActiveSteps, runStep } from '../../src/services/engine/steps.js';
import { createLogBook } from '../../src/state/logs.js';
import { deepestProof, gatesOfFinding } from '../../src/symptoms/diagnosis.js';
import { loadSymptoms } from '../../src/symptoms/load.js';
import { createRecogniser } from '../../src/symptoms/recognise.js';
import { fillFor } from '../../src/symptoms/render.js';
import type { Catalogue, Finding, FixSource } from '../../src/symptoms/types.js';
import { showsFault, type FaultShown } from '../support/fault-shown.js';
import { HOSTS } from './runbook.js';

const ASSETS = join(import.meta.dirname, '../../assets');

export interface Found {
  readonly findings: readonly Finding[];
  readonly all: Gathered;
}

/** What came of a rehearsal: `red` are gates that are still red at its end. */
export interface Rehearsed extends Pick<FaultShown, 'cause' | 'healed'> {
  readonly red: readonly string[];
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

  /** Carries out these steps, and of these phases every step that is not optional; in the runbook's order. */
  async perform(...names: readonly string[]): Promise<void> {
    const { session } = this;
    for (const phase of session.runbook.phases)
      for (const step of phase.steps) {
        if (!names.includes(step.id) && (step.optional || !names.includes(phase.id))) continue;
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

  /**
   * Looks until this symptom is told first.
   * @throws Error with what is told instead, when the time is up
   */
  async findFirst(symptom: string): Promise<{ readonly finding: Finding; readonly all: Gathered }> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const { findings, all } = await this.find();
      const [finding] = findings;
      if (finding?.symptom.id === symptom) return { finding, all };
      if (Date.now() > deadline) throw new Error(`${symptom} is not first: ${told(findings).join('\n')}`);
    }
  }

  /** Breaks the lab, looks until the symptom is told first, walks it, and lets the program mend what it can. */
  async rehearse(task: TestContext['task'], fault: string, symptom: string): Promise<Rehearsed> {
    await this.lab.inject(fault);
    try {
      const { finding, all } = await this.findFirst(symptom);
      const walks = await walkDown(this.session, this.catalogue, finding);
      const proof = deepestProof(walks);
      if (proof === null)
        throw new Error(`nothing was proved: ${JSON.stringify(walks.map((one) => one.answers))}`);
      const inquiry = { symptom: proof.walk.symptom, evidence: finding.evidence };
      const cause = proof.end.cause.id;
      const helped = await this.#mend(inquiry, proof.end.fixes, gatesOfFinding(finding, all.counted));
      if (!helped) await this.lab.heal(fault);
      const healed = helped ? 'program' : 'person';
      const after = await askAgain(this.session, all.counted, PATIENCE_MS, { pauseMs: 500 });
      showsFault(task, { fault, place: 'practice', found: symptom, cause, healed });
      return { cause, healed, red: redOf(after) };
    } finally {
      await this.lab.heal(fault);
    }
  }

  /** Tries the fixes in their order. @returns whether one of them helped */
  async #mend(inquiry: Inquiry, fixes: readonly FixSource[], red: readonly GateKey[]): Promise<boolean> {
    for (const fix of fixes) {
      const planned = planFix(this.session, inquiry, fix);
      if (planned.actions.length === 0) continue;
      const done = await carryOutFix(this.session, planned, red, { pauseMs: 300 });
      if (!done.carriedOut) throw new Error(`${fix.id}: ${JSON.stringify(done.runs)}`);
      if (done.helped) return true;
    }
    return false;
  }

  /** Waits until no gate speaks of a break any more. @returns those that still do when the time is up */
  async green(): Promise<readonly string[]> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const red = redOf((await gather(this.session)).counted);
      if (red.length === 0 || Date.now() > deadline) return red;
    }
  }
}

function redOf(results: readonly GateResult[]): readonly string[] {
  return results.filter(({ verdict }) => verdict === 'fail').map(({ gate, say }) => `${gate} ${say.en}`);
}
