import { expect, it } from 'vitest';
import { JournalCursor } from '../../../src/services/host/journal-events.js';
import type { HostJournalEntry } from '../../../src/services/host/script.js';

const entry = (stamp: number, message: string): HostJournalEntry => ({
  message,
  unit: 'docker.service',
  identifier: 'systemd',
  at: Math.floor(stamp / 1000),
  stamp,
});
const STOPPED = entry(1_000, 'Stopped docker.service.');
const STARTED = entry(1_000, 'Started docker.service.');
const BROKEN = entry(2_000, 'docker.service: Failed with result.');

it('tells what happened while the connection was broken, and nothing of it twice', () => {
  const cursor = new JournalCursor();
  expect([STOPPED].filter(cursor.begin())).toEqual([STOPPED]);
  expect([STOPPED, STARTED, BROKEN].filter(cursor.begin())).toEqual([STARTED, BROKEN]);
  expect([STOPPED, STARTED, BROKEN].filter(cursor.begin())).toEqual([]);
});

it('knows what it told also when the connection breaks again while that is read', () => {
  const cursor = new JournalCursor();
  expect([STOPPED, BROKEN].filter(cursor.begin())).toEqual([STOPPED, BROKEN]);
  expect([STOPPED].filter(cursor.begin())).toEqual([]);
  expect([STOPPED, BROKEN].filter(cursor.begin())).toEqual([]);
});

it('goes on telling when the clock of the host is put back', () => {
  const cursor = new JournalCursor();
  const isNew = cursor.begin();
  expect([BROKEN, STOPPED, STARTED].filter(isNew)).toEqual([BROKEN, STOPPED, STARTED]);
});
