/** Breaking a lab on purpose: what runs where, what is remembered, and that nothing is lost when it goes wrong half-way. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { ownHand, scriptHand } from '../../../src/services/engine/fault-hands.js';
import { openFaultsDesk } from '../../../src/services/engine/faults-desk.js';
import { createFaultWork, type FaultWork } from '../../../src/services/engine/faults.js';
import { createFaultsFile } from '../../../src/services/files/faults-file.js';
import type { ServiceMessage } from '../../../src/state/types.js';
import { faultSchema, type Fault } from '../../../src/symptoms/fault-schema.js';
import { catalogueOf } from '../../../src/symptoms/parse.js';
import { scratch } from '../services-local/support.js';
import { fakeLab, type FakeLab } from './fakes.js';

const say = { id: 'satu', en: 'one' };
const told = { symptom: 'S33', cause: 'stopped', mends: 'program' } as const;
function fault(over: Readonly<Record<string, unknown>>): Fault {
  const parsed = faultSchema.parse({ id: 'two-hosts', layer: 'host', title: say, breaks: say, ...over });
  return { ...parsed, place: { file: 'x.yaml', line: 1, column: 1 } };
}
const TWO_HOSTS = fault({
  hosts: {
    ...told,
    actions: [
      { on: 'vm-k8s', say, script: 'echo break-one', undo: 'echo mend-one' },
      { on: 'vm-worker', say, script: 'echo break-two', undo: 'echo mend-two' },
    ],
  },
});
const INSIDE = fault({ id: 'inside', practice: told });
const CONTENT = { faults: [TWO_HOSTS, INSIDE], catalogue: catalogueOf([]) };

let lab: FakeLab;
let stateDir: string;
let work: FaultWork;
beforeEach(async () => {
  lab = await fakeLab();
  stateDir = await scratch();
  work = createFaultWork(lab.session, CONTENT, scriptHand(lab.session), createFaultsFile(stateDir));
});
const ran = (): readonly string[] =>
  lab.started.map(({ host, purpose, script }) => {
    const said = /echo ((?:break|mend)-\w+)/.exec(script)?.[1] ?? '?';
    return `${host} ${purpose} ${said}`;
  });

it('by scripts: host after host, remembered, and taken back from the last to the first', async () => {
  expect(work.asksName).toBe(true);
  expect(work.rows.map((one) => one.id)).toEqual(['two-hosts']);
  expect(await work.give('two-hosts', { hidden: false })).toEqual({ done: true, trouble: null });
  expect(lab.started.every((one) => one.as === 'root')).toBe(true);
  const [broken] = await createFaultsFile(stateDir).read();
  expect(broken).toMatchObject({ fault: 'two-hosts', name: 'two-hosts', hidden: false });
  if (broken === undefined) return;
  expect(await work.takeBack(broken)).toMatchObject({ done: true, truth: { id: 'two-hosts' } });
  expect(ran()).toEqual([
    'vm-k8s run break-one',
    'vm-worker run break-two',
    'vm-worker undo mend-two',
    'vm-k8s undo mend-one',
  ]);
  expect(await work.broken()).toEqual([]);
});

it('a drill is named in no job, no log line and no journal entry before it is taken back', async () => {
  await work.give('two-hosts', { hidden: true });
  const jobs = lab.started.map(({ id, step, action }) => ({ id, step, action }));
  const seen = JSON.stringify([jobs, lab.entries, lab.session.logs.tail('vm-k8s', 50)]);
  expect(seen).not.toContain('two-hosts');
  expect(seen).toContain('drill-');
  expect(lab.started[0]?.script).toContain('>/dev/null');
});

it('what broke half-way can be taken back; what never began is forgotten', async () => {
  lab.ends.set('fault/two-hosts-2', { kind: 'exited', exit: 1 });
  expect(await work.give('two-hosts', { hidden: false })).toMatchObject({ done: false });
  expect(await work.broken()).toHaveLength(1);
  const [broken] = await work.broken();
  if (broken !== undefined) await work.takeBack(broken);
  lab.ends.set('fault/two-hosts-1', new Error('no such host'));
  expect(await work.give('two-hosts', { hidden: false })).toMatchObject({ done: false, trouble: {} });
  expect(await work.broken()).toEqual([]);
});

it('from inside: nothing runs on a host, and the journal says what was done', async () => {
  const done: string[] = [];
  const own = {
    ids: ['inside'],
    inject: (id: string) => Promise.resolve(void done.push(`break ${id}`)),
    heal: (id: string) => Promise.resolve(void done.push(`heal ${id}`)),
  };
  const inside = createFaultWork(lab.session, CONTENT, ownHand(lab.session, own), createFaultsFile(stateDir));
  expect(inside.asksName).toBe(false);
  await inside.give('inside', { hidden: true });
  const [broken] = await inside.broken();
  if (broken === undefined) throw new Error('nothing is remembered');
  await inside.takeBack(broken);
  expect(done).toEqual(['break inside', 'heal inside']);
  expect(lab.started).toEqual([]);
  expect(lab.entries.map((one) => one.kind === 'act' && one.act)).toEqual(['fault', 'heal-fault']);
});

it('a damaged list of what is broken is set aside', async () => {
  await writeFile(join(stateDir, 'faults.json'), '{"version":1,"broken":[{"fault":"../x"}]}');
  expect(await work.broken()).toEqual([]);
  expect(await readFile(join(stateDir, 'faults.json.damaged'), 'utf8')).toContain('../x');
});

it('the desk tells what can be done, chooses a drill by chance, and does not say which', async () => {
  const messages: ServiceMessage[] = [];
  const session = { ...lab.session, lab: { ...lab.session.lab, stateDir } };
  const desk = openFaultsDesk(session, {
    dispatch: (message) => messages.push(message),
    signal: new AbortController().signal,
    loadContent: () => Promise.resolve(CONTENT),
    own: null,
    working: () => undefined,
    random: () => 0.99,
  });
  await desk.carryOut({ type: 'faults.look' });
  await desk.carryOut({ type: 'faults.break', among: ['inside', 'two-hosts'], hidden: true });
  const [known, broke] = messages;
  expect(known).toMatchObject({
    type: 'faults.known',
    asksName: true,
    broken: [],
    known: [{ id: 'two-hosts' }],
  });
  expect(broke).toMatchObject({ type: 'faults.broke', fault: null, result: { done: true } });
  const name = broke?.type === 'faults.broke' ? (broke.broken[0]?.name ?? '') : '';
  await desk.carryOut({ type: 'faults.heal', name });
  expect(messages.at(-1)).toMatchObject({
    type: 'faults.healed',
    truth: { id: 'two-hosts', hidden: true },
    broken: [],
  });
});
