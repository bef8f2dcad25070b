import { describe, expect, it } from 'vitest';
import type { Recording } from '../../../src/gates/types.js';
import type { Place } from '../../../src/lab/types.js';
import { foundAt, foundOf, renderCheck } from '../../../src/symptoms/render.js';
import type { Answer, Symptom } from '../../../src/symptoms/types.js';
import { judgeCheck, walk } from '../../../src/symptoms/walk.js';
import { labContext, ourRunbook } from '../content/content.js';
import { seen, source, symptom } from './catalogue.js';

const context = labContext(await ourRunbook());
const say = { id: 'satu', en: 'one' };
const check = (id: string, ...outcomes: readonly Readonly<Record<string, unknown>>[]) => ({
  id,
  say,
  on: 'vm-k8s',
  probe: { command: 'echo' },
  expected: say,
  outcomes: outcomes.map((one, n) => ({
    ...(n === outcomes.length - 1 ? {} : { when: { stdout: { is: String(n) } } }),
    say,
    ...one,
  })),
});
const causes = ['a', 'b', 'c'].map((id) => ({ id, say }));
const fixes = [{ id: 'mend', for: ['a', 'b', 'c'], say, 'by-hand': say }];
const graph = (...checks: readonly unknown[]): Symptom =>
  symptom({ causes, fixes, checks, signatures: source({})['signatures'] });
const answer = (id: string, outcome: number | null): Answer => ({
  check: id,
  outcome,
  say,
  evidence: [],
  at: 0,
});
const standing = (of: Symptom, ...answers: readonly Answer[]) =>
  Object.fromEntries(walk(of, answers).causes.map((one) => [one.cause.id, one.standing]));

describe('a walk', () => {
  const three = graph(
    check('one', { proves: 'a' }, { 'rules-out': ['a'] }),
    check('two', { proves: 'b' }, { 'rules-out': ['b'], next: 'four' }),
    check('three', { proves: 'c' }, { 'rules-out': ['c'] }),
    check('four', { proves: 'c' }, { 'rules-out': ['c'] }),
  );

  it('asks about the likeliest cause first, and ends with the first that is proved', () => {
    expect(walk(three, []).next?.id).toBe('one');
    const done = walk(three, [answer('one', 0)]);
    expect(done.next).toBeNull();
    expect(done.end).toMatchObject({ kind: 'proved', cause: { id: 'a' }, fixes: [{ id: 'mend' }] });
  });
  it('goes where an answer leads', () => {
    expect(walk(three, [answer('one', 1), answer('two', 1)]).next?.id).toBe('four');
  });
  it('leaves out what could only speak of causes that are ruled out', () => {
    expect(standing(three, answer('one', 1), answer('four', 1))).toEqual({
      a: 'ruled-out',
      b: 'open',
      c: 'ruled-out',
    });
    expect(walk(three, [answer('one', 1), answer('four', 1)]).next?.id).toBe('two');
  });
  it('begins with the cause that the evidence speaks for', () => {
    expect(walk(three, [], ['b']).next?.id).toBe('two');
    expect(walk(three, [], ['b']).causes.map((one) => one.cause.id)).toEqual(['b', 'a', 'c']);
  });
  it('says what it ruled out when nothing is left to ask', () => {
    const end = walk(three, [answer('one', 1), answer('two', 1), answer('four', 1)]).end;
    expect(end).toMatchObject({
      kind: 'unknown',
      open: [],
      ruledOut: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
    });
  });
  it('rules nothing out by silence', () => {
    const quiet = walk(
      three,
      ['one', 'two', 'three', 'four'].map((id) => answer(id, null)),
    );
    expect(quiet.end).toMatchObject({
      kind: 'unknown',
      open: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
      unasked: ['one', 'two', 'three', 'four'],
    });
  });
  it('lets a later answer to the same check count', () => {
    expect(standing(three, answer('one', 1), answer('one', 0))['a']).toBe('proved');
  });
});

describe('an answer', () => {
  const of = graph(
    check('ask', { proves: 'a' }, { 'rules-out': ['a', 'b'] }),
    check('x', { proves: 'b' }, { proves: 'c' }),
  );
  const [first] = of.checks;
  const recording = (stdout: string, error: Recording['error'] = null): ReadonlyMap<Place, Recording> =>
    new Map([
      [
        'vm-k8s',
        {
          place: 'vm-k8s',
          asked: 'echo',
          exit: error === null ? 0 : null,
          stdout,
          stderr: '',
          error,
          startedAt: 1,
          durationMs: 2,
        },
      ],
    ]);
  const judged = (recordings: ReadonlyMap<Place, Recording>): Answer => {
    if (first === undefined) throw new Error('no check');
    return judgeCheck(renderCheck(of, first, context, []), recordings, 9);
  };
  it('is the first outcome that holds, with what was seen', () => {
    expect(judged(recording('0\n'))).toMatchObject({ outcome: 0, at: 9, evidence: [{ excerpt: '0' }] });
    expect(judged(recording('else')).outcome).toBe(1);
  });
  it('is none when the host did not answer', () => {
    expect(judged(recording('', { id: 'mati', en: 'off' }))).toMatchObject({
      outcome: null,
      say: { en: 'vm-k8s: off' },
    });
    expect(judged(new Map()).outcome).toBeNull();
  });
});

describe('a comparison for which some places suffice', () => {
  const of = graph({
    id: 'ask',
    say,
    expected: say,
    probe: { compare: { command: 'echo', on: ['vm-docker', 'vm-k8s'] } },
    'some-suffice': true,
    outcomes: [
      { when: { each: { stdout: { is: 'alive' } } }, proves: 'a', say },
      { when: { some: { stdout: { is: 'gone' } } }, proves: 'c', say },
      { proves: 'b', say: { id: '{{seen.vm-docker}}', en: '{{seen.vm-docker}}' } },
    ],
  });
  const from = (place: Place, stdout: string | null): readonly [Place, Recording] => [
    place,
    {
      place,
      asked: 'echo',
      exit: stdout === null ? null : 0,
      stdout: stdout ?? '',
      stderr: '',
      error: stdout === null ? { id: 'mati', en: 'off' } : null,
      startedAt: 1,
      durationMs: 2,
    },
  ];
  const judged = (...recordings: readonly (readonly [Place, Recording])[]): Answer => {
    const [first] = of.checks;
    if (first === undefined) throw new Error('no check');
    return judgeCheck(renderCheck(of, first, context, []), new Map(recordings), 9);
  };
  it('leaves out those that do not answer', () => {
    expect(judged(from('vm-docker', null), from('vm-k8s', 'alive')).outcome).toBe(0);
    expect(judged(from('vm-docker', 'silent'), from('vm-k8s', null))).toMatchObject({
      outcome: 2,
      say: { en: 'silent' },
    });
  });
  it('could not be asked when none does', () => {
    expect(judged(from('vm-docker', null), from('vm-k8s', null))).toMatchObject({
      outcome: null,
      say: { en: 'vm-docker: off' },
    });
  });
});

describe('a check about what was seen', () => {
  const evidence = [
    {
      observation: seen('x', {
        source: 'container',
        place: 'vm-worker',
        object: 'prod/go-1/go',
        fields: { namespace: 'prod', pod: 'go-1', image: "evil'; reboot #", node: 'vm-worker' },
      }),
      line: 'x',
      hints: null,
    },
  ];
  const command = (script: string, over: Readonly<Record<string, unknown>> = {}): string => {
    const of = graph(
      { ...check('ask', { proves: 'a' }, { proves: 'b' }), probe: { command: script }, ...over },
      check('x', { proves: 'c' }, { 'rules-out': ['c'] }),
    );
    const [first] = of.checks;
    const rendered = first === undefined ? null : renderCheck(of, first, context, evidence);
    return Object.values(rendered?.probes ?? {})
      .map((probe) => `${probe.on}: ${probe.kind === 'command' ? probe.script : ''}`)
      .join();
  };
  it('takes a hostile name as one word', () => {
    expect(command('image={{found.image}}')).toBe(String.raw`vm-k8s: image='evil'\''; reboot #'`);
  });
  it('runs where it was seen when it follows the evidence', () => {
    expect(command('echo {{found.pod}}', { follows: true })).toBe('vm-worker: echo go-1');
  });
  it('was seen where something itself was seen, and at a gate only when there is nothing else', () => {
    const gate = { observation: seen('x', { source: 'gate', place: 'vm-k8s' }), line: 'x', hints: null };
    expect(foundAt([gate, gate, ...evidence])).toBe('vm-worker');
    expect(foundAt([gate])).toBe('vm-k8s');
    expect(foundAt([])).toBeNull();
  });
  it('goes by the gate that speaks for a cause, when several hosts are red for one of them', () => {
    const at = (place: 'vm-docker' | 'vm-worker', hints: string | null) => ({
      observation: seen('x', { source: 'gate', place }),
      line: 'x',
      hints,
    });
    expect(
      foundAt([
        at('vm-docker', null),
        at('vm-docker', null),
        at('vm-worker', 'moved'),
        at('vm-worker', null),
      ]),
    ).toBe('vm-worker');
  });
  it('has empty words when a person named the symptom', () => {
    expect(foundOf([])).toEqual({
      object: '',
      namespace: '',
      pod: '',
      container: '',
      node: '',
      image: '',
      unit: '',
      app: '',
    });
  });
});
