/**
 * The screen's own way from a breakage to its mending, without a terminal: state and engine together, over a practice lab.
 * What a person presses is dispatched; what they would read is taken from the state.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseLabFile } from '../../src/lab/parse-lab.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { loadRunbook } from '../../src/runbook/load.js';
import type { Runbook } from '../../src/runbook/types.js';
import { openLabSession, type LabSession } from '../../src/services/engine/assemble.js';
import { createEffectRunner, type EffectRunner } from '../../src/services/engine/runner.js';
import { createActiveSteps, runStep } from '../../src/services/engine/steps.js';
import { initialState } from '../../src/state/initial.js';
import { createLogBook } from '../../src/state/logs.js';
import { createAppStore, type AppStore } from '../../src/state/store.js';
import {
  chosenFinding,
  chosenTrouble,
  provedStage,
  stagesOf,
  TROUBLES_LIST,
} from '../../src/state/troubles-view.js';
import type { AppState } from '../../src/state/types.js';
import { loadSymptoms } from '../../src/symptoms/load.js';

const ASSETS = join(import.meta.dirname, '../../assets');
/** Long enough for a machine on which other suites run too. */
const SOON = { timeout: 120_000, interval: 50 };

let directory: string;
let lab: PracticeLab;
let runbook: Runbook;
let session: LabSession;
let runner: EffectRunner;
let store: AppStore;
const logs = createLogBook(200);
const now = (): AppState => store.state.getState();

function firstState(): AppState {
  const addresses = { 'vm-docker': '', 'vm-k8s': '', 'vm-worker': '' };
  return initialState({
    lang: 'en',
    terminal: { columns: 120, rows: 40, color: false, ascii: false, linear: false },
    runbook,
    now: Date.now(),
    draft: {
      path: '',
      name: '',
      user: '',
      port: '22',
      auth: 'key',
      key: '',
      passphrase: '',
      password: '',
      sudoPassword: '',
      addresses,
    },
    vagrant: { addresses, user: '', publicKey: '' },
    directory: '',
    lastLab: null,
    operator: 'test@here',
  });
}

beforeAll(async () => {
  const content = await loadRunbook(ASSETS);
  if (content.runbook === null) throw new Error('the runbook has mistakes');
  runbook = content.runbook;
  directory = await mkdtemp(join(tmpdir(), 'threebody-troubles-'));
  lab = await startPracticeLab({ timeScale: 0.05, stateDir: directory });
  const read = parseLabFile(lab.labFileText, join(directory, 'lab.yaml'), {
    parameters: runbook.parameters,
    home: directory,
    stateRoot: directory,
    fileMode: 0o600,
  });
  const opened = read.lab;
  if (opened === null) throw new Error(JSON.stringify(read.diagnostics));
  const refuse = (): never => {
    throw new Error('not of this test');
  };
  store = createAppStore(firstState(), (effect) => runner.run(effect));
  runner = createEffectRunner(
    {
      runbook,
      logs,
      now: Date.now,
      async loadSymptoms() {
        const { catalogue } = await loadSymptoms([ASSETS], runbook);
        return catalogue ?? refuse();
      },
      readLab: () => Promise.resolve(opened),
      startPractice: refuse,
      async openSession(given) {
        session = await openLabSession(given, runbook, {
          askHostKey: () => Promise.resolve(true),
          logs,
          by: 'test@here',
          env: {},
          content: [ASSETS],
        });
        return session;
      },
      lockLab: () => Promise.resolve({ release: () => Promise.resolve() }),
      labOfDraft: refuse,
      writeDraft: refuse,
      checkKey: refuse,
      findPublicKey: refuse,
      writeVagrantfile: refuse,
      rememberLanguage: refuse,
      rememberLab: () => Promise.resolve(),
      copy: refuse,
      logError: (error) => process.stderr.write(`${String(error)}\n`),
      quit: refuse,
    },
    (message) => store.dispatch(message),
  );
  store.dispatch({ type: 'lab.choose', source: { kind: 'file', path: 'lab.yaml' } });
  await vi.waitFor(() => {
    for (const host of Object.values(now().hosts))
      if (host.link.kind !== 'up') throw new Error(host.link.kind);
  }, SOON);
  for (const step of runbook.phases.flatMap((phase) => phase.steps))
    if (['A0', 'A1', 'A2', 'A3', 'A4'].includes(step.id)) {
      const runs = await runStep(session, createActiveSteps(), step.id, step.hosts, { variants: {} });
      for (const run of runs)
        if (run.phase !== 'done')
          throw new Error(`${step.id} ${run.host}: ${JSON.stringify(run.actions.at(-1))}`);
    }
}, 600_000);
afterAll(async () => {
  await runner.close();
  await lab.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

async function looked(): Promise<void> {
  await expect.poll(() => now().troubles.gathering, SOON).toBeNull();
  expect(now().troubles.look).not.toBeNull();
}
const foundIds = (): readonly string[] =>
  (now().troubles.look?.findings ?? []).map(({ symptom }) => symptom.id);

describe('from the screen', () => {
  it('a lab that is well has no symptom', async () => {
    store.dispatch({ type: 'troubles.open', gate: null });
    await looked();
    expect(foundIds()).toEqual([]);
    expect(now().troubles.catalogue?.symptoms.length).toBeGreaterThanOrEqual(70);
  }, 200_000);

  it('what is broken is found, walked to its cause, mended, and seen to be mended', async () => {
    await lab.inject('hosts-wrong');
    store.dispatch({ type: 'troubles.gather' });
    await looked();
    expect(foundIds()[0]).toBe('S11');
    store.dispatch({ type: 'ui.pick', name: TROUBLES_LIST, key: 'S11', at: 0 });

    store.dispatch({ type: 'troubles.ask', how: 'next' });
    await expect.poll(() => now().troubles.doing, SOON).toBeNull();
    const finding = chosenFinding(now());
    if (finding === null) throw new Error('nothing is chosen');
    expect(stagesOf(now(), finding)[0]?.answers).toHaveLength(1);
    store.dispatch({ type: 'troubles.ask', how: 'walk' });
    await expect.poll(() => now().troubles.doing, SOON).toBeNull();
    expect(provedStage(stagesOf(now(), finding))?.cause).toBe('wrong-address');

    store.dispatch({ type: 'troubles.fix' });
    await expect.poll(() => now().ui.dialog?.kind, SOON).toBe('confirm-fix');
    store.dispatch({ type: 'dialog.accept' });
    expect(now().troubles.doing?.kind).toBe('fixing');
    await expect.poll(() => now().troubles.outcomes['S11']?.at(-1)?.result, SOON).toBe('helped');
    // The list is made anew by itself; what was looked into stays to be read.
    await looked();
    expect(foundIds()).toEqual([]);
    expect(chosenTrouble(now())).toMatchObject({ key: 'S11', section: 'kept' });
    const { entries } = await session.journal.read();
    expect(entries.some((entry) => entry.kind === 'job' && entry.step === 'A3')).toBe(true);
  }, 400_000);

  it('names a pasted error, and says of an unknown one that it is unknown', async () => {
    store.dispatch({
      type: 'troubles.paste',
      text: 'ssh: connect to host 192.168.56.44 port 22: Connection refused',
    });
    await expect.poll(() => chosenFinding(now())?.symptom.id, SOON).toBe('S01');
    store.dispatch({ type: 'troubles.paste', text: 'the cat has eaten my homework' });
    await expect.poll(() => chosenTrouble(now())?.kind, SOON).toBe('pasted');
  }, 200_000);

  it('leaving the screen gives up what is being asked', async () => {
    const before = now().troubles.look;
    store.dispatch({ type: 'troubles.gather' });
    store.dispatch({ type: 'ui.back' });
    expect(now().troubles.gathering).toBeNull();
    await expect
      .poll(() => Object.values(now().gates).some((gate) => gate?.running === true), SOON)
      .toBe(false);
    expect(now().troubles.look).toBe(before);
  }, 200_000);
});
