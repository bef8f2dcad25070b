/**
 * A drill as a person has it on the screen, without a terminal: state and engine together, over the practice lab of this
 * process, which is broken from inside. What is pressed is dispatched; what would be read is taken from the state.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readFaults } from '../../src/commands/faults-content.js';
import { startPractice } from '../../src/commands/practice-lab.js';
import { openLabSession } from '../../src/services/engine/assemble.js';
import { createEffectRunner, type EffectRunner } from '../../src/services/engine/runner.js';
import { initialState } from '../../src/state/initial.js';
import { createLogBook } from '../../src/state/logs.js';
import type { Message } from '../../src/state/messages.js';
import { createAppStore, type AppStore } from '../../src/state/store.js';
import type { AppState } from '../../src/state/types.js';
import { loadSymptoms } from '../../src/symptoms/load.js';
import { DRAFT, TERMINAL } from '../screens/fixture.js';
import { ourRunbook } from '../unit/content/content.js';

const ASSETS = join(import.meta.dirname, '../../assets');
/** Long enough for a machine on which other suites run too. */
const SOON = { timeout: 180_000, interval: 100 };

let runner: EffectRunner;
let store: AppStore;
const now = (): AppState => store.state.getState();
const send = (...messages: readonly Message[]): void => {
  for (const message of messages) store.dispatch(message);
};
/** @throws Error when the time is up */
const until = (what: string, holds: (state: AppState) => boolean): Promise<void> =>
  vi.waitFor(() => {
    if (!holds(now())) throw new Error(`not ${what}`);
  }, SOON);
const looked = (after: number): Promise<void> =>
  until('looked', ({ troubles }) => troubles.gathering === null && (troubles.look?.at ?? 0) > after);
const found = (): readonly string[] => (now().troubles.look?.findings ?? []).map((one) => one.symptom.id);

beforeAll(async () => {
  const runbook = await ourRunbook();
  const logs = createLogBook(200);
  const refuse = (): never => {
    throw new Error('not of this test');
  };
  const { addresses } = DRAFT;
  store = createAppStore(
    initialState({
      lang: 'en',
      terminal: TERMINAL,
      runbook,
      now: Date.now(),
      draft: DRAFT,
      vagrant: { addresses, user: '', publicKey: '' },
      directory: '',
      lastLab: null,
      operator: 'test@here',
    }),
    (effect) => runner.run(effect),
  );
  runner = createEffectRunner(
    {
      runbook,
      logs,
      now: Date.now,
      async loadSymptoms() {
        const { catalogue } = await loadSymptoms([ASSETS], runbook);
        return catalogue ?? refuse();
      },
      loadFaults: async (catalogue) => ({
        catalogue,
        faults: await readFaults([ASSETS], runbook, catalogue),
      }),
      readLab: refuse,
      startPractice: () => startPractice(runbook.parameters),
      openSession: (lab) =>
        openLabSession(lab, runbook, {
          askHostKey: () => Promise.resolve(true),
          logs,
          by: 'test@here',
          env: {},
          content: [ASSETS],
        }),
      lockLab: () => Promise.resolve({ release: () => Promise.resolve() }),
      labOfDraft: refuse,
      writeDraft: refuse,
      checkKey: refuse,
      findPublicKey: refuse,
      writeVagrantfile: refuse,
      rememberLanguage: () => Promise.resolve(),
      rememberLab: () => Promise.resolve(),
      copy: () => undefined,
      logError: () => undefined,
      quit: () => undefined,
    },
    (message) => store.dispatch(message),
  );
  send({ type: 'lab.choose', source: { kind: 'practice' } });
  await until('opened', (state) => state.lab !== null);
  send({ type: 'troubles.open', gate: null });
  await looked(0);
  await until('read', (state) => state.faults.known !== null);
}, 400_000);
afterAll(() => runner.close());

it('a fault of one own choice is found by itself, and what it was is told afterwards', async () => {
  expect(now().faults.asksName).toBe(false);
  send({ type: 'faults.choose' }, { type: 'ui.edit', edit: { kind: 'insert', text: 'dpkg-half' } });
  send({ type: 'dialog.accept' }, { type: 'dialog.accept' });
  await vi.waitFor(
    () => expect(now().faults.broken).toMatchObject([{ fault: 'dpkg-half-configured' }]),
    SOON,
  );
  let before = now().troubles.look?.at ?? 0;
  send({ type: 'troubles.gather' });
  await looked(before);
  expect(found()).toContain('S08');
  before = now().troubles.look?.at ?? 0;
  send({ type: 'faults.heal' }, { type: 'dialog.accept' });
  await vi.waitFor(() => expect(now().faults.truth?.found?.symptom).toBe('S08'), SOON);
  expect(now().faults.broken).toEqual([]);
  await looked(before);
  expect(found()).not.toContain('S08');
}, 400_000);

it('a drill chooses by itself, and says which only when it is taken back', async () => {
  send({ type: 'faults.choose' }, { type: 'dialog.accept' }, { type: 'dialog.accept' });
  await vi.waitFor(() => expect(now().faults.broken).toMatchObject([{ hidden: true }]), SOON);
  expect(now().faults.doing).toBeNull();
  const [chosen] = now().faults.broken;
  send({ type: 'faults.heal' }, { type: 'dialog.accept' });
  await vi.waitFor(() => expect(now().faults.truth?.id).toBe(chosen?.fault), SOON);
  expect(now().faults.truth?.hidden).toBe(true);
}, 400_000);
