import { parse as parseYaml } from 'yaml';
import { describe, expect, it } from 'vitest';
import { checkJson } from '../../../src/commands/output/json.js';
import { checkJunit } from '../../../src/commands/output/junit.js';
import { checkMarkdown, code } from '../../../src/commands/output/markdown.js';
import { checkTap } from '../../../src/commands/output/tap.js';
import { plainSigns, summaryLine } from '../../../src/commands/output/text.js';
import { exitOf, summaryOf } from '../../../src/commands/verdicts.js';
import type { Verdict } from '../../../src/gates/types.js';
import { checkedOf } from './checked.js';
import { NASTY, REPORT } from './report-fixture.js';
import { parseXml } from './xml.js';

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

describe('the exit status', () => {
  const of = (...verdicts: Verdict[]): number => exitOf(verdicts.map((one) => checkedOf('A1.x', 'lab', one)));
  it('is 0 for what is green', () => {
    expect(of('pass', 'warn', 'waived')).toBe(0);
  });
  it('is 1 as soon as one fails', () => {
    expect(of('pass', 'unknown', 'blocked', 'fail')).toBe(1);
  });
  it('is 3 for what could not be checked, and for nothing at all', () => {
    expect(of('pass', 'unknown')).toBe(3);
    expect(of('pass', 'blocked')).toBe(3);
    expect(of()).toBe(3);
  });
});

describe('JSON', () => {
  it('is one document with version, summary and every gate', () => {
    const document: unknown = JSON.parse(checkJson(REPORT));
    expect(document).toMatchObject({
      schemaVersion: 1,
      kind: 'check',
      tool: { name: 'threebody-tui', version: '1.2.3' },
      exit: 1,
      startedAt: '2026-11-22T01:02:03.000Z',
      summary: { pass: 1, warn: 1, fail: 1, blocked: 1, unknown: 1, waived: 1 },
      gates: [
        {
          key: 'A1.one@vm-docker',
          gate: 'A1.one',
          step: 'A1',
          subject: 'vm-docker',
          verdict: 'pass',
          waiver: null,
        },
        { verdict: 'warn' },
        { verdict: 'fail', say: { id: `id ${NASTY}`, en: `en ${NASTY}` }, hints: [{}] },
        { verdict: 'blocked', blockedBy: ['A1.three@vm-k8s'] },
        { verdict: 'unknown', evidence: [{ place: 'vm-k8s', exit: 1, durationMs: 1234 }] },
        { verdict: 'waived', judged: 'fail', waiver: { until: '2026-12-31', by: 'me@here' } },
      ],
    });
  });
});

describe('TAP', () => {
  const lines = checkTap(REPORT, 'en').split('\n');
  it('has the version, a plan that counts, and a point for each gate', () => {
    expect(lines[0]).toBe('TAP version 14');
    expect(lines[1]).toBe(`1..${REPORT.gates.length}`);
    const points = lines.filter((line) => /^(?:not )?ok \d+ - /.test(line));
    expect(points.map((line) => line.split(' - ')[0])).toEqual([
      'ok 1',
      'ok 2',
      'not ok 3',
      'not ok 4',
      'not ok 5',
      'ok 6',
    ]);
  });
  it('keeps texts out of the syntax: no directive of theirs, no line of theirs', () => {
    for (const line of lines)
      expect(line).toMatch(/^(?:TAP version 14|1\.\.6|(?:not )?ok \d+ - .*| {2}.*|)$/);
    const third = lines.find((line) => line.startsWith('not ok 3'));
    expect(third?.replaceAll(/\\[\\#]/g, '')).not.toContain('#');
    expect(lines.find((line) => line.startsWith('ok 6'))).toMatch(/[^\\]# SKIP waived until 2026-12-31/);
    expect(lines.join('\n')).not.toMatch(CONTROL);
  });
  it('has diagnostics that are YAML', () => {
    const blocks = [...lines.join('\n').matchAll(/^ {2}---\n(?<body>[\s\S]*?)^ {2}\.\.\.$/gm)];
    const parsed = blocks.map((block): unknown => parseYaml(block.groups?.['body'] ?? ''));
    expect(parsed).toHaveLength(5);
    expect(parsed[1]).toMatchObject({ verdict: 'fail', duration_ms: 1234 });
  });
});

describe('JUnit', () => {
  const root = parseXml(checkJunit(REPORT, 'id'));
  it('is well-formed XML without control characters', () => {
    expect(root.name).toBe('testsuites');
    expect(checkJunit(REPORT, 'id')).not.toMatch(CONTROL);
    expect(checkJunit(REPORT, 'id').isWellFormed()).toBe(true);
  });
  it('counts what it holds', () => {
    expect(root.attributes).toMatchObject({ tests: '6', failures: '1', errors: '1', skipped: '2' });
    expect(root.children.map((suite) => [suite.attributes['name'], suite.attributes['tests']])).toEqual([
      ['A1', '3'],
      ['A2', '3'],
    ]);
    const cases = root.children.flatMap((suite) => suite.children);
    expect(cases.map((one) => one.children.map((child) => child.name))).toEqual([
      [],
      ['system-out'],
      ['failure'],
      ['skipped'],
      ['error'],
      ['skipped'],
    ]);
    expect(cases[2]?.attributes['name']).toContain('a|b <b>&"\'[31m ]]>');
    expect(cases[0]?.attributes['time']).toBe('1.234');
  });
});

describe('Markdown', () => {
  const text = checkMarkdown(REPORT, 'en');
  it('is a table with one row a gate, whatever the texts hold', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    expect(rows).toHaveLength(2 + REPORT.gates.length);
    for (const row of rows) {
      const bars = row.replaceAll(/\\./g, '').match(/\|/g) ?? [];
      expect(bars, row).toHaveLength(5);
    }
    expect(text).toContain('**fail**');
    expect(text).not.toContain('<b>');
    expect(text).not.toMatch(CONTROL);
  });
  it('fences code with more backticks than it holds', () => {
    expect(code('a``b')).toBe('``` a``b ```');
    expect(code('x|y')).toBe('`x\\|y`');
  });
});

describe('text', () => {
  it('sums up in the language of the person', () => {
    const style = { color: false, ascii: false };
    expect(summaryLine(REPORT.gates, { ...style, language: 'en' })).toMatch(/^6 gates: 1 pass · /);
    expect(summaryLine(REPORT.gates, { ...style, language: 'id' })).toMatch(/^6 gate: 1 lulus · /);
    expect(summaryOf(REPORT.gates).fail).toBe(1);
  });
  it('has a plain form of every sign of ours', () => {
    expect(plainSigns('a … b · c → d — e', true)).toBe('a ... b - c -> d - e');
  });
});
