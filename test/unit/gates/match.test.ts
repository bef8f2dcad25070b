import { describe, expect, it } from 'vitest';
import { holds } from '../../../src/gates/match.js';
import type { Recording } from '../../../src/gates/types.js';
import type { Place } from '../../../src/lab/types.js';
import type { Condition } from '../../../src/runbook/schema.js';

function seen(stdout: string, more: Partial<Recording> = {}): Recording {
  return {
    place: 'vm-docker',
    asked: 'x',
    exit: 0,
    stdout,
    stderr: '',
    error: null,
    startedAt: 0,
    durationMs: 5,
    ...more,
  };
}
const one = (condition: Condition, recording: Recording): boolean =>
  holds(condition, new Map([['vm-docker', recording]]));
const many = (condition: Condition, answers: Partial<Record<Place, string>>): boolean =>
  holds(condition, new Map(Object.entries(answers).map(([place, text]) => [place as Place, seen(text)])));

describe('value matchers', () => {
  it.each<[Condition, string, boolean]>([
    [{ stdout: { is: 'active' } }, ' active\n', true],
    [{ stdout: { is: 'active' } }, 'inactive', false],
    [{ stdout: { is: 2 } }, '2', true],
    [{ stdout: { contains: '127.0.0.53' } }, 'nameserver 127.0.0.53', true],
    [{ stdout: { matches: '^b$' } }, 'a\nb\nc', true],
    [{ stdout: { matches: '^b' } }, 'ab', false],
    [{ stdout: { 'one-of': ['disabled', 'masked'] } }, 'masked', true],
    [{ stdout: { 'one-of': ['disabled', 'masked'] } }, 'enabled', false],
    [{ stdout: { line: '192.168.56.42' } }, '10.0.2.15\n192.168.56.42 \n', true],
    [{ stdout: { line: '192.168.56.4' } }, '192.168.56.42', false],
    [{ stdout: { empty: true } }, ' \n', true],
    [{ stdout: { empty: true } }, 'x', false],
    [{ stdout: { number: { min: 2 } } }, '4 cpus', true],
    [{ stdout: { number: { min: 2 } } }, 'many cpus', false],
    [{ stdout: { number: { min: 1, max: 1.5 } } }, '1.6', false],
    [{ stdout: { json: { path: 'a.0.b', is: true } } }, '{"a":[{"b":true}]}', true],
    [{ stdout: { json: { path: 'a.0.b', is: true } } }, 'not json', false],
    [{ stdout: { json: { path: 'a.x', exists: false } } }, '{"a":{}}', true],
    [{ stdout: { contains: 'a', matches: 'z' } }, 'a', false],
    [{ not: { stdout: { is: 'x' } } }, 'y', true],
    [{ any: [{ stdout: { is: 'x' } }, { exit: 0 }] }, 'y', true],
    [{ all: [{ stdout: { is: 'x' } }, { exit: 0 }] }, 'y', false],
  ])('%j on %j is %s', (condition, text, expected) => {
    expect(one(condition, seen(text))).toBe(expected);
  });

  it('an empty condition or matcher never holds: nothing asked is not a pass', () => {
    expect(one({}, seen('x'))).toBe(false);
    expect(one({ stdout: {} }, seen('x'))).toBe(false);
    expect(holds({ exit: 0 }, new Map())).toBe(false);
    expect(holds({ each: { exit: 0 } }, new Map())).toBe(false);
  });

  it('reads exit codes, and takes none as no match', () => {
    expect(one({ exit: [0, 3] }, seen('', { exit: 3 }))).toBe(true);
    expect(one({ exit: 0 }, seen('', { exit: null }))).toBe(false);
    expect(one({ 'slower-than-ms': 4 }, seen(''))).toBe(true);
  });
});

describe('comparing places', () => {
  it('distinct: no line twice, and an empty answer is not distinct', () => {
    expect(many({ distinct: true }, { 'vm-docker': 'a\nb', 'vm-k8s': 'c', 'vm-worker': 'd' })).toBe(true);
    expect(many({ distinct: true }, { 'vm-docker': 'a\nb', 'vm-k8s': 'b', 'vm-worker': 'd' })).toBe(false);
    expect(many({ distinct: true }, { 'vm-docker': 'a', 'vm-k8s': '', 'vm-worker': 'd' })).toBe(false);
    expect(many({ distinct: true }, { 'vm-docker': 'a' })).toBe(false);
  });

  it('same: all equal, and one place alone proves nothing', () => {
    expect(many({ same: true }, { 'vm-docker': 'a\n', 'vm-k8s': 'a' })).toBe(true);
    expect(many({ same: true }, { 'vm-docker': 'a', 'vm-k8s': 'b' })).toBe(false);
    expect(many({ same: true }, { 'vm-docker': 'a' })).toBe(false);
  });

  it('spread: distance from the median, none when a place gave no number', () => {
    const clocks = { 'vm-docker': '1000.0', 'vm-k8s': '1001.5', 'vm-worker': '1000.2', operator: '1000.1' };
    expect(many({ spread: { max: 2 } }, clocks)).toBe(true);
    expect(many({ spread: { max: 2 } }, { ...clocks, 'vm-k8s': '1040' })).toBe(false);
    expect(many({ spread: { max: 2 } }, { ...clocks, 'vm-k8s': '' })).toBe(false);
  });

  it('each and some look at one place at a time', () => {
    const answers = { 'vm-docker': 'yes', 'vm-k8s': 'no' } as const;
    expect(many({ each: { stdout: { is: 'yes' } } }, answers)).toBe(false);
    expect(many({ some: { stdout: { is: 'no' } } }, answers)).toBe(true);
  });

  it('overlaps: a pod network inside a routed one, or around it', () => {
    const routes = { 'vm-docker': '10.0.2.0/24\n192.168.56.0/24', 'vm-k8s': '172.17.0.0/16' } as const;
    expect(many({ overlaps: ['192.168.0.0/16'] }, routes)).toBe(true);
    expect(many({ overlaps: ['192.168.56.128/25'] }, routes)).toBe(true);
    expect(many({ overlaps: ['10.244.0.0/16', '10.96.0.0/12'] }, routes)).toBe(false);
    expect(many({ overlaps: ['0.0.0.0/0'] }, routes)).toBe(true);
  });
});
