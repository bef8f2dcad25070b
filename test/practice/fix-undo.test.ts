/** A fix is taken back: files are as they were just before it, not as they were before the program ever came. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { carryOutFix, planFix } from '../../src/services/engine/diagnose-fix.js';
import { carryOutUndo, fixesDone, newestUndo, planUndo } from '../../src/services/engine/diagnose-undo.js';
import { DiagnosedLab } from './diagnose-lab.js';

let lab: DiagnosedLab;
beforeAll(async () => {
  lab = await DiagnosedLab.open();
  await lab.perform('A3');
}, 240_000);
afterAll(() => lab.close());

async function hosts(): Promise<string> {
  const probe = {
    kind: 'command',
    on: 'vm-worker',
    script: 'cat /etc/hosts',
    as: 'user',
    timeoutMs: 60_000,
  } as const;
  return (await lab.session.probes.run([{ id: 'hosts', probe }])).get('hosts')?.stdout ?? '';
}

async function fix(symptom: string, id: string): Promise<void> {
  const known = lab.catalogue.byId.get(symptom);
  const chosen = known?.fixes.find((one) => one.id === id);
  if (known === undefined || chosen === undefined) throw new Error(`no fix ${symptom}/${id}`);
  const planned = planFix(lab.session, { symptom: known, evidence: [] }, chosen);
  const done = await carryOutFix(lab.session, planned, [], { pauseMs: 10 });
  expect(done.carriedOut).toBe(true);
}

it('puts back what the fix found, and leaves what the step keeps alone', { timeout: 240_000 }, async () => {
  await lab.lab.inject('hosts-wrong');
  const broken = await hosts();
  await fix('S11', 'write-block');
  expect(await hosts()).not.toBe(broken);

  const [done] = await fixesDone(lab.session);
  expect(done).toMatchObject({ symptom: 'S11', fix: 'write-block' });
  const planned = done === undefined ? null : planUndo(lab.session, lab.catalogue, done);
  expect(planned?.files).toContainEqual({ host: 'vm-worker', path: '/etc/hosts' });
  if (planned === null) return;
  const undone = await carryOutUndo(lab.session, planned, { pauseMs: 10 });
  expect(undone.carriedOut).toBe(true);
  expect(await hosts()).toBe(broken);
  expect(undone.results.some(({ gate, verdict }) => gate === 'A3.names' && verdict === 'fail')).toBe(true);

  // It is forgotten, and the step's own original is still there for the step's own undo.
  expect(await newestUndo(lab.session, lab.catalogue, [])).toBeNull();
  const kept = await lab.session.journal.read();
  expect(kept.entries).toContainEqual(
    expect.objectContaining({ kind: 'job', step: 'S11', action: 'write-block', purpose: 'undo' }),
  );
  await fix('S11', 'write-block');
  expect(await hosts()).not.toBe(broken);
  expect(await hosts()).toContain('harbor.local');
});
