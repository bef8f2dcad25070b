/** Days left, and what counts. */
import { describe, expect, it } from 'vitest';
import { calendarSchema } from '../../../src/smoke/expiry-schema.js';
import { expiryRows, isOverdue, lastDayOf, type ExpiryAnswer } from '../../../src/smoke/expiry.js';

const title = { id: 'a', en: 'a' };
const renew = { say: title };
const calendar = calendarSchema.parse({
  asOf: '2026-11-22',
  dates: [
    { id: 'cert', title, on: ['vm-k8s', 'vm-worker'], read: 'x', warn: 30, renew },
    { id: 'token', title, on: ['vm-k8s'], read: 'x', warn: 0, renew, harmless: title },
  ],
  ends: [
    {
      id: 'kubernetes',
      title,
      on: ['vm-k8s'],
      read: 'x',
      warn: 90,
      renew,
      source: 'https://kubernetes.io/releases/',
      last: { '1.3': '2019-01-01', '1.30': '2025-07-15', '1.36': '2027-06-28', '1.40': null },
    },
  ],
});
const NOW = Date.parse('2026-11-22T12:00:00Z');
const inDays = (days: number): string => String(Math.floor(NOW / 1000 + days * 86_400));
const answer = (
  entry: string,
  name: string,
  value: string,
  host: ExpiryAnswer['host'] = 'vm-k8s',
): ExpiryAnswer => ({
  entry,
  host,
  pairs: [{ name, value }],
});
const rows = (...answers: readonly ExpiryAnswer[]) => expiryRows(calendar, answers, NOW);

describe('a date', () => {
  it.each([
    [100.5, 'ok', 100],
    [29.5, 'soon', 29],
    [0.2, 'soon', 0],
    [-0.2, 'over', -1],
    [-10.5, 'over', -11],
  ])('%d days away is %s', (days, level, daysLeft) => {
    expect(rows(answer('cert', 'apiserver', inDays(days)))).toMatchObject([{ level, daysLeft }]);
  });

  it('that is over is overdue, unless its end hurts nothing', () => {
    expect(rows(answer('cert', 'apiserver', inDays(-1))).some(isOverdue)).toBe(true);
    expect(rows(answer('token', 'abcdef', inDays(-1))).some(isOverdue)).toBe(false);
  });

  it('may be none, and nonsense is not taken for none', () => {
    expect(rows(answer('cert', 'a', 'never'))).toMatchObject([{ level: 'never', endsAt: null }]);
    expect(rows(answer('cert', 'a', 'soon perhaps'))).toMatchObject([{ level: 'unknown', endsAt: null }]);
  });

  it('that is the same on two hosts is one row, and the soonest comes first', () => {
    const same = inDays(200);
    const found = rows(
      answer('cert', 'kubelet', same),
      answer('cert', 'kubelet', same, 'vm-worker'),
      answer('cert', 'etcd', inDays(5)),
    );
    expect(found.map(({ name, hosts }) => [name, hosts])).toEqual([
      ['etcd', ['vm-k8s']],
      ['kubelet', ['vm-k8s', 'vm-worker']],
    ]);
  });
});

describe('the end of a version', () => {
  it('is found by its parts: 1.30 is not 1.3', () => {
    const table = { '1.3': '2019-01-01', '1.30': '2025-07-15', '29': null };
    expect(lastDayOf(table, '1.30.14-1.1')).toBe('2025-07-15');
    expect(lastDayOf(table, '1.3.2')).toBe('2019-01-01');
    expect(lastDayOf(table, '1.31.0')).toBeUndefined();
    expect(lastDayOf(table, '5:29.1.0-1~ubuntu.24.04~noble')).toBeNull();
  });

  it('that has passed is told, and breaks nothing', () => {
    const found = rows(answer('kubernetes', 'Kubernetes', '1.30.14'));
    expect(found).toMatchObject([
      { level: 'over', version: '1.30.14', source: 'https://kubernetes.io/releases/' },
    ]);
    expect(found.some(isOverdue)).toBe(false);
  });

  it('counts its last day to the end', () => {
    const last = expiryRows(
      calendar,
      [answer('kubernetes', 'Kubernetes', '1.36.0')],
      Date.parse('2027-06-28T23:00:00Z'),
    );
    expect(last).toMatchObject([{ level: 'soon', daysLeft: 0 }]);
  });

  it('may not be announced, or not be in the table', () => {
    expect(rows(answer('kubernetes', 'Kubernetes', '1.40.1'))).toMatchObject([{ level: 'never' }]);
    expect(rows(answer('kubernetes', 'Kubernetes', '1.77.0'))).toMatchObject([{ level: 'unknown' }]);
  });
});
