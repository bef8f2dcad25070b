/** A whole practice lab with a session on it, broken and mended: what the rehearsals of the diagnosis share. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import type { GateKey, GateResult } from '../../src/gates/types.js';
import { parseLabFile } from '../../src/lab/parse-lab.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { openLabSession, type LabSession } from '../../src/services/engine/assemble.js';
import { walkDown, type Inquiry } from '../../src/services/engine/diagnose.js';
import { askAgain, carryOutFix, planFix } from '../../src/services/engine/diagnose-fix.js';
import { gather, type Gathered } from '../../src/services/engine/diagnose-gather.js';
import { createActiveSteps, runStep, undoStep } from '../../src/services/engine/steps.js';
import { stepOf } from '../../src/services/engine/session.js';
import { createLogBook } from '../../src/state/logs.js';
import type { StepRun } from '../../src/state/types.js';
import { deepestProof, gatesOfFinding } from '../../src/symptoms/diagnosis.js';
import { loadSymptoms } from '../../src/symptoms/load.js';
import { observePasted } from '../../src/symptoms/observe.js';
import { createRecogniser } from '../../src/symptoms/recognise.js';
import { fillFor } from '../../src/symptoms/render.js';
import type { Catalogue, Finding, FixSource } from '../../src/symptoms/types.js';
import { showsFault, type FaultShown } from '../support/fault-shown.js';
import { labFileWith, type LabSettings, type Rehearsal } from './diagnose-settings.js';
import { HOSTS } from './runbook.js';

const ASSETS = join(import.meta.dirname, '../../assets');

export interface Found {
  readonly findings: readonly Finding[];
  readonly all: Gathered;
}

/** A symptom that is told first, and what was seen. */
interface Told {
  readonly finding: Finding;
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
/** A look keeps the program busy, and a lab's own time stands still meanwhile: it has to get on between two looks, ms. */
const BETWEEN_LOOKS_MS = 3000;
/** Time that a break may take to show: a node is missed after forty of its own seconds only, ms. */
const SHOWING_MS = 300_000;
/** Time that it may take until everything is green again: a VM boots, a database comes up, ms. */
const RECOVERY_MS = 300_000;

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

  static async open(settings: LabSettings = {}): Promise<DiagnosedLab> {
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
    const text = labFileWith(lab.labFileText, settings);
    const read = parseLabFile(text, join(directory, 'lab.yaml'), {
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
  async findFirst(symptom: string): Promise<Told> {
    const deadline = Date.now() + SHOWING_MS;
    for (;;) {
      const { findings, all } = await this.find();
      const [finding] = findings;
      if (finding?.symptom.id === symptom) return { finding, all };
      if (Date.now() > deadline) throw new Error(`${symptom} is not first: ${told(findings).join('\n')}`);
      await setTimeout(BETWEEN_LOOKS_MS);
    }
  }

  /** @throws Error with what is told instead of this symptom */
  async #findPasted(symptom: string, words: string): Promise<Told> {
    const recogniser = createRecogniser(this.catalogue, fillFor(this.session.context));
    const { findings } = recogniser.recognise(observePasted(words, this.session.now()));
    const [finding] = findings;
    if (finding?.symptom.id !== symptom) throw new Error(`of "${words}": ${told(findings).join('\n')}`);
    return { finding, all: await gather(this.session) };
  }

  /** Runs a step on its hosts. @returns what of it did not end well, empty when all did */
  async #run(name: string): Promise<readonly string[]> {
    const { session } = this;
    const { hosts } = stepOf(session.runbook, name);
    return notDone(await runStep(session, createActiveSteps(), name, hosts, { variants: {} }));
  }

  async #takeBack(name: string): Promise<void> {
    const { session } = this;
    const { hosts } = stepOf(session.runbook, name);
    const left = notDone(await undoStep(session, createActiveSteps(), name, hosts, {}));
    if (left.length > 0) throw new Error(left.join('\n'));
  }

  /** Runs steps one after the other until one of them fails. @returns what did not end well */
  async #runAll(names: readonly string[]): Promise<readonly string[]> {
    for (const name of names) {
      const failed = await this.#run(name);
      if (failed.length > 0) return failed;
    }
    return [];
  }

  async #changeProject(): Promise<void> {
    const script = 'cd "$HOME/three-body-problem" && echo "one more line" >>README.md';
    const { exit, stderr } = await this.session.links.link('vm-docker').run(script);
    if (exit !== 0) throw new Error(`the project could not be changed: ${stderr}`);
  }

  /** Ends every connection and dials anew, as a program does that was just started. */
  async reopen(): Promise<void> {
    const { links } = this.session;
    await Promise.all(
      HOSTS.map((host) =>
        links
          .link(host)
          .renew()
          .catch(() => undefined),
      ),
    );
  }

  /** Breaks the lab, looks until the symptom is told first, walks it, and lets the program mend what it can. */
  async rehearse(
    task: TestContext['task'],
    fault: string,
    symptom: string,
    how: Rehearsal = {},
  ): Promise<Rehearsed> {
    await this.lab.inject(fault);
    try {
      if (how.reopened === true) await this.reopen();
      if (how.change === true) await this.#changeProject();
      if (how.steps !== undefined && (await this.#runAll(how.steps)).length === 0)
        throw new Error(`${how.steps.join(', ')} did not meet ${fault}`);
      const { finding, all } =
        how.attempt === undefined
          ? await this.findFirst(symptom)
          : await this.#findPasted(symptom, await how.attempt());
      const walks = await walkDown(this.session, this.catalogue, finding);
      const proof = deepestProof(walks);
      if (proof === null)
        throw new Error(`nothing was proved: ${JSON.stringify(walks.map((one) => one.answers))}`);
      const inquiry = { symptom: proof.walk.symptom, evidence: finding.evidence };
      const cause = proof.end.cause.id;
      const helped = await this.#mend(
        inquiry,
        proof.end.fixes,
        gatesOfFinding(finding, all.counted),
        (action) => {
          if (action === how.endsDuring) void this.lab.heal(fault);
        },
      );
      if (!helped) await this.lab.heal(fault);
      const healed = helped ? 'program' : 'person';
      if (how.reopened === true) await this.reopen();
      if (!helped && how.takenBack !== undefined) await this.#takeBack(how.takenBack);
      const undone = await this.#runAll(how.steps ?? []);
      if (undone.length > 0) throw new Error(`mended, and yet ${undone.join('\n')}`);
      const after = await askAgain(this.session, all.counted, RECOVERY_MS, { pauseMs: 500 });
      showsFault(task, { fault, place: 'practice', found: symptom, cause, healed });
      return { cause, healed, red: redOf(after) };
    } finally {
      await this.lab.heal(fault);
    }
  }

  /** Tries the fixes in their order. @returns whether one of them helped */
  async #mend(
    inquiry: Inquiry,
    fixes: readonly FixSource[],
    red: readonly GateKey[],
    onAction: (action: string) => void,
  ): Promise<boolean> {
    for (const fix of fixes) {
      const planned = planFix(this.session, inquiry, fix);
      if (planned.actions.length === 0) continue;
      const done = await carryOutFix(this.session, planned, red, {
        pauseMs: 300,
        onRun: ({ actions: [first] }) => {
          if (first?.phase === 'running') onAction(first.action);
        },
      });
      if (!done.carriedOut) throw new Error(`${fix.id}: ${JSON.stringify(done.runs)}`);
      if (done.helped) return true;
    }
    return false;
  }

  /** Waits until no gate speaks of a break any more. @throws Error with those that still do when the time is up */
  async settle(): Promise<void> {
    const red = await this.green();
    if (red.length > 0) throw new Error(`still red: ${red.join('\n')}`);
  }

  /** Waits until no gate speaks of a break any more. @returns those that still do when the time is up */
  async green(): Promise<readonly string[]> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const red = redOf((await gather(this.session)).counted);
      if (red.length === 0 || Date.now() > deadline) return red;
      await setTimeout(BETWEEN_LOOKS_MS);
    }
  }
}

function notDone(runs: readonly StepRun[]): readonly string[] {
  return runs.flatMap((run) =>
    run.phase === 'done' ? [] : [`${run.step} on ${run.host}: ${JSON.stringify(run.actions)}`],
  );
}

function redOf(results: readonly GateResult[]): readonly string[] {
  return results.filter(({ verdict }) => verdict === 'fail').map(({ gate, say }) => `${gate} ${say.en}`);
}
