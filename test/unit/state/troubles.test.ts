/** What troubleshooting asks of the world, and what it forgets. */
import { describe, expect, it } from 'vitest';
import { createLiveBook } from '../../../src/state/live/book.js';
import { mergeLive } from '../../../src/state/troubles-live.js';
import { chosenFinding, chosenTrouble, stagesOf, TROUBLES_LIST } from '../../../src/state/troubles-view.js';
import type { AppState } from '../../../src/state/types.js';
import { after, busyLab, effectsOf, result, start, NOW } from '../../screens/fixture.js';
import { container, pod } from '../../screens/live-data.js';
import { answer, CATALOGUE, look, recognised } from '../../screens/troubles-data.js';
import type { Observation } from '../../../src/symptoms/types.js';

const lab = busyLab(start());
const opened = after(
  lab,
  { type: 'troubles.open', gate: null },
  { type: 'troubles.catalogue', catalogue: CATALOGUE },
  { type: 'troubles.looked', look: look() },
);
const chosen = after(opened, { type: 'ui.pick', name: TROUBLES_LIST, key: 'S16', at: 1 });
const kinds = (state: AppState, message: Parameters<typeof effectsOf>[1]): readonly string[] =>
  effectsOf(state, message).map((one) => one.type);

describe('opening', () => {
  it('looks at the lab by itself, but not again while what is known is fresh', () => {
    expect(kinds(lab, { type: 'troubles.open', gate: null })).toEqual([
      'troubles.watch',
      'troubles.gather',
      'faults.look',
    ]);
    const left = after(opened, { type: 'troubles.looked', look: look({ at: NOW }) }, { type: 'ui.back' });
    expect(kinds(left, { type: 'troubles.open', gate: null })).toEqual(['troubles.watch', 'faults.look']);
  });

  it('looks again, however fresh it is, once what it found red is green', () => {
    const home = after(opened, { type: 'troubles.looked', look: look({ at: NOW }) }, { type: 'ui.back' });
    const green = { symptom: 'S01', judgedAt: NOW + 5_000 };
    const still = after(home, {
      type: 'gate.judged',
      result: result('A0.reachable@vm-worker', 'fail', green),
    });
    expect(kinds(still, { type: 'troubles.open', gate: null })).not.toContain('troubles.gather');
    const mended = after(home, {
      type: 'gate.judged',
      result: result('A0.reachable@vm-worker', 'pass', green),
    });
    expect(kinds(mended, { type: 'troubles.open', gate: null })).toContain('troubles.gather');
  });

  it('from a red gate goes straight to its symptom, also before the catalogue is read', () => {
    const red = after(lab, {
      type: 'gate.judged',
      result: result('A0.reachable@vm-worker', 'fail', { symptom: 'S49' }),
    });
    const at = after(
      red,
      { type: 'troubles.open', gate: 'A0.reachable@vm-worker' },
      { type: 'troubles.catalogue', catalogue: CATALOGUE },
    );
    expect(chosenFinding(at)?.symptom.id).toBe('S49');
  });

  it('does nothing without a lab', () => {
    expect(effectsOf(start(), { type: 'troubles.open', gate: null })).toEqual([]);
  });
});

describe('leaving', () => {
  it('gives up what is asked, wherever one goes back to', () => {
    const asking = after(chosen, { type: 'troubles.ask', how: 'walk' });
    expect(asking.troubles.doing?.kind).toBe('asking');
    const left = after(asking, { type: 'ui.open', screen: 'home' });
    expect(left.troubles.doing).toBeNull();
    expect(kinds(asking, { type: 'ui.open', screen: 'home' })).toContain('troubles.leave');
    // A word looked up meanwhile is no leaving.
    expect(kinds(asking, { type: 'ui.open', screen: 'glossary' })).not.toContain('troubles.leave');
  });

  it('with the lab forgets all of it', () => {
    expect(after(chosen, { type: 'lab.closed' }).troubles.look).toBeNull();
  });
});

describe('asking', () => {
  const root = chosenFinding(chosen);
  if (root === null) throw new Error('nothing is chosen');

  it('goes on from what was answered, one thing at a time', () => {
    const one = after(
      chosen,
      { type: 'troubles.ask', how: 'next' },
      { type: 'troubles.answer', root: 'S16', symptom: 'S16', answer: answer(root, 'state', 1) },
      { type: 'troubles.idle' },
    );
    expect(stagesOf(one, root)[0]?.answers).toHaveLength(1);
    expect(effectsOf(one, { type: 'troubles.ask', how: 'walk' })).toMatchObject([
      { type: 'troubles.ask', how: 'walk', answers: { S16: [{ check: 'state' }] } },
    ]);
    const busy = after(one, { type: 'troubles.ask', how: 'next' });
    expect(effectsOf(busy, { type: 'troubles.ask', how: 'walk' })).toEqual([]);
  });

  it('walks anew when the walk had come to its end', () => {
    const end = after(chosen, {
      type: 'troubles.answer',
      root: 'S16',
      symptom: 'S16',
      answer: answer(root, 'last-words', 1),
    });
    expect(stagesOf(end, root)[0]?.walk.end?.kind).toBe('proved');
    expect(effectsOf(end, { type: 'troubles.ask', how: 'walk' })).toMatchObject([{ answers: {} }]);
  });

  it('keeps in the list what was looked into, though it is not found any more', () => {
    const gone = after(
      chosen,
      { type: 'troubles.ask', how: 'next' },
      { type: 'troubles.looked', look: look({ findings: [] }) },
    );
    expect(chosenTrouble(gone)).toMatchObject({ key: 'S16', section: 'kept' });
  });
});

describe('pasting', () => {
  it('a typed error is named when it is sent', () => {
    const typed = after(
      opened,
      { type: 'ui.type', name: 'troubles.paste' },
      { type: 'ui.edit', edit: { kind: 'insert', text: 'Connection refused' } },
    );
    expect(effectsOf(typed, { type: 'ui.submit' })).toEqual([
      { type: 'troubles.paste', text: 'Connection refused' },
    ]);
    expect(after(typed, { type: 'ui.submit' }).ui.inputs['troubles.paste']).toBe('');
    expect(
      effectsOf(after(opened, { type: 'ui.type', name: 'troubles.paste' }), { type: 'ui.submit' }),
    ).toEqual([]);
  });
});

describe('live facts over a look', () => {
  const at = NOW;
  const seen = (over: Partial<Observation>): Observation => ({
    source: 'docker',
    place: 'vm-docker',
    object: 'harbor-core',
    text: '',
    fields: {},
    at,
    ...over,
  });
  const base = [
    seen({ fields: { state: 'running', health: 'healthy' } }),
    seen({ source: 'node', place: 'vm-worker', object: 'vm-worker', fields: { ready: 'True' } }),
  ];

  it('change nothing where they confirm what was seen, or are not live', () => {
    const book = createLiveBook();
    book.setContainers('vm-docker', [container('harbor-core', { state: 'exited', health: null })]);
    expect(mergeLive(base, book, at)).toEqual(base);
    book.setContainers('vm-docker', [container('harbor-core', { state: 'running', health: 'healthy' })]);
    book.setStatus('docker@vm-docker', { kind: 'live', since: at });
    expect(mergeLive(base, book, at)).toEqual(base);
  });

  it('tell of a container that has stopped since, and of a pod that cannot pull', () => {
    const book = createLiveBook();
    book.setStatus('docker@vm-docker', { kind: 'live', since: at });
    book.setStatus('kubernetes', { kind: 'live', since: at });
    book.setContainers('vm-docker', [
      container('harbor-core', { state: 'exited', health: null, exitCode: 137 }),
    ]);
    book.putObject(
      pod('threebody-prod', 'go-1', {
        status: 'ImagePullBackOff',
        health: 'bad',
        ready: 0,
        containers: [
          {
            name: 'go',
            init: false,
            image: 'harbor.local:8080/threebody/go:x',
            ready: false,
            restarts: 0,
            state: 'waiting',
            reason: 'ImagePullBackOff',
            message: 'Back-off pulling image',
            exitCode: null,
          },
        ],
      }),
    );
    const { findings } = recognised(mergeLive(base, book, at));
    const ids = findings.flatMap((one) => [one, ...one.folded]).map((one) => one.symptom.id);
    expect(ids).toContain('S21');
    expect(ids).toContain('S49');
  });
});
