import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, Observation } from '../../../src/symptoms/types.js';
import { SOURCES } from '../../../src/symptoms/schema.js';
import { observePasted } from '../../../src/symptoms/observe.js';
import { createRecogniser } from '../../../src/symptoms/recognise.js';
import { fillUnknown } from '../../../src/symptoms/render.js';
import { catalogue, seen, source } from './catalogue.js';

const recognise = (
  sources: readonly Readonly<Record<string, unknown>>[],
  observations: readonly Observation[],
) => createRecogniser(catalogue(...sources), fillUnknown).recognise(observations);
const ids = (findings: readonly Finding[]): readonly string[] => findings.map((one) => one.symptom.id);
const signature = (text: string, over: Readonly<Record<string, unknown>> = {}) => ({
  signatures: [{ text, examples: [text, text], 'near-misses': ['a', 'b'], ...over }],
});

describe('what is recognised', () => {
  it('is what fits a signature, with the line that did', () => {
    const { findings } = recognise([source({})], [seen('all well\nthe door is BROKEN now')]);
    expect(ids(findings)).toEqual(['S01']);
    expect(findings[0]?.evidence[0]?.line).toBe('the door is BROKEN now');
  });

  it('is nothing in a lab that is well', () => {
    expect(recognise([source({})], [seen('all well'), seen('')])).toEqual({ findings: [], expected: [] });
  });

  it('asks for source, place, object and fields together', () => {
    const sources = [
      source({
        signatures: [
          {
            sources: ['unit'],
            places: ['vm-worker'],
            object: '^kubelet',
            fields: { active: { not: 'active' }, restarts: { min: 1 } },
            examples: ['x', 'y'],
            'near-misses': ['x', 'y'],
          },
        ],
      }),
    ];
    const unit = (over: Partial<Observation>, fields: Observation['fields'] = {}): Observation =>
      seen('', {
        source: 'unit',
        place: 'vm-worker',
        object: 'kubelet.service',
        ...over,
        fields: { active: 'failed', restarts: 3, ...fields },
      });
    const found = (one: Observation): number => recognise(sources, [one]).findings.length;
    expect(found(unit({}))).toBe(1);
    expect(found(unit({ source: 'docker' }))).toBe(0);
    expect(found(unit({ place: 'vm-k8s' }))).toBe(0);
    expect(found(unit({ object: 'docker.service' }))).toBe(0);
    expect(found(unit({}, { active: 'active' }))).toBe(0);
    expect(found(unit({}, { restarts: 0 }))).toBe(0);
  });

  it('is what a failed gate says of itself, and not what an amber one does', () => {
    const gate = (verdict: string): Observation =>
      seen('red', {
        source: 'gate',
        object: 'R3.api@vm-k8s',
        fields: { gate: 'R3.api', verdict, symptom: 'S01' },
      });
    expect(ids(recognise([source({})], [gate('fail')]).findings)).toEqual(['S01']);
    expect(recognise([source({})], [gate('warn')]).findings).toEqual([]);
  });

  it('is named in pasted text, colours and carriage returns and all', () => {
    const text = 'deploying\r\n\u001B[31mthe door is broken\u001B[0m\r\nbye';
    const { findings } = recognise([source({})], observePasted(text, 0));
    expect(findings[0]?.evidence.map((one) => one.line)).toEqual(['the door is broken']);
  });

  it('carries the cause that the message speaks for', () => {
    const { findings } = recognise([source(signature('broken', { hints: 'second' }))], [seen('broken')]);
    expect(findings[0]?.evidence[0]?.hints).toBe('second');
  });
});

describe('what is meant to be so', () => {
  const normal = {
    normal: [
      {
        when: { object: '^kubelet' },
        absent: [{ sources: ['node'], object: '.' }],
        say: { id: 'memang', en: 'meant' },
      },
    ],
  };
  it('is left out, and told as such', () => {
    const { findings, expected } = recognise(
      [source(normal)],
      [seen('broken', { object: 'kubelet.service' })],
    );
    expect(findings).toEqual([]);
    expect(expected.map((one) => one.say.en)).toEqual(['meant']);
  });
  it('is a problem again once what it waits for is there', () => {
    const node = seen('Ready', { source: 'node', object: 'vm-k8s' });
    const { findings } = recognise([source(normal)], [seen('broken', { object: 'kubelet.service' }), node]);
    expect(ids(findings)).toEqual(['S01']);
  });
});

describe('a deeper break', () => {
  const low = source({ id: 'S02', layer: 'docker', ...signature('docker down'), explains: ['S03'] });
  const middle = source({ id: 'S03', layer: 'harbor', ...signature('harbor down'), explains: ['S04'] });
  const high = source({ id: 'S04', layer: 'edge', ...signature('site down') });
  const all = [seen('site down'), seen('harbor down'), seen('docker down')];

  it('comes first and holds what it explains, directly or not', () => {
    const { findings } = recognise([high, middle, low], all);
    expect(ids(findings)).toEqual(['S02']);
    expect(ids(findings[0]?.folded ?? [])).toEqual(['S03', 'S04']);
  });
  it('does not hide what it does not explain', () => {
    const other = source({ id: 'S05', layer: 'delivery', ...signature('runner off') });
    const { findings } = recognise([high, other, low], [...all, seen('runner off')]);
    expect(ids(findings)).toEqual(['S02', 'S04', 'S05']);
  });
  it('explains only what is at its own place when it says so', () => {
    const here = source({
      id: 'S02',
      layer: 'docker',
      ...signature('docker down'),
      explains: [{ symptom: 'S04', 'same-place': true }],
    });
    const at = (place: Observation['place'], text: string): Observation => seen(text, { place });
    const near = [at('vm-worker', 'docker down'), at('vm-worker', 'site down')];
    expect(ids(recognise([here, high], near).findings)).toEqual(['S02']);
    const far = [at('vm-worker', 'docker down'), at('vm-k8s', 'site down')];
    expect(ids(recognise([here, high], far).findings)).toEqual(['S02', 'S04']);
  });
  it('never makes all of them disappear, though they explain one another in a ring', () => {
    const a = source({ id: 'S02', layer: 'edge', ...signature('docker down'), explains: ['S03'] });
    const b = source({ id: 'S03', layer: 'edge', ...signature('harbor down'), explains: ['S04'] });
    const c = source({ id: 'S04', layer: 'edge', ...signature('site down'), explains: ['S02'] });
    const { findings } = recognise([a, b, c], all);
    expect(findings).toHaveLength(1);
    expect([...ids(findings), ...ids(findings[0]?.folded ?? [])].toSorted()).toEqual(['S02', 'S03', 'S04']);
  });
});

it('never throws, whatever a host sends', () => {
  const one = createRecogniser(
    catalogue(source({ normal: [{ when: { text: 'broken' }, say: { id: 'a', en: 'b' } }] })),
    fillUnknown,
  );
  const observation = fc.record({
    source: fc.constantFrom(...SOURCES),
    place: fc.constantFrom('vm-docker', 'operator', 'cluster'),
    object: fc.option(fc.string({ unit: 'binary' })),
    text: fc.string({ unit: 'binary', maxLength: 3000 }),
    fields: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
    at: fc.integer(),
  });
  const property = () =>
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 8 }), (all) => void one.recognise(all as Observation[])),
      {
        numRuns: 200,
      },
    );
  expect(property).not.toThrow();
});
