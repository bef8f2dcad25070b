/** What checks of our symptoms make of answers that real hosts gave. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderCheck } from '../../../src/symptoms/render.js';
import { loadSymptoms } from '../../../src/symptoms/load.js';
import { judgeCheck } from '../../../src/symptoms/walk.js';
import { ROOT } from '../../support/cli.js';
import { labContext, ourRunbook } from '../content/content.js';

const runbook = await ourRunbook();
const context = labContext(runbook);
const { catalogue } = await loadSymptoms([join(ROOT, 'assets')], runbook);

it.each([
  // A Go program that is process 1 ends with 2 when it is stopped; so does one that panics, but that is started again.
  ['S21', 'last-words', 'registry exited exit 2 restart always\nasked', 'stopped'],
  ['S21', 'last-words', 'harbor-core exited exit 137 restart no\nasked', 'stopped'],
  ['S21', 'last-words', 'harbor-core exited exit 2 restart no\nasked', 'crash'],
  ['S21', 'last-words', 'harbor-core restarting exit 2 restart always\nasked', 'crash'],
  ['S21', 'log-container', 'running\ndeaf\nrefused by the log 0', 'log-first'],
  // A Harbor that logs to somewhere else.
  ['S21', 'log-container', 'absent\nnot used\nrefused by the log 0', null],
  // A rule on the way to a NodePort: it answers on its own host only.
  ['S64', 'way', '30080 7\n30081 7\n30082 7', 'blocked'],
  ['S64', 'way', '30080 0\n30081 0\n30082 0', 'ready'],
  ['S66', 'from-itself', '30080 0\n30081 0\n30082 0\nrules 0\nasked', null],
  ['S66', 'from-itself', '30080 28\n30081 28\n30082 28\nrules 0\nasked', 'proxy'],
  ['S66', 'filter', 'mangle -A PREROUTING -p tcp -m tcp --dport 30080:30082 -j DROP\nasked', 'rule'],
])('%s %s: %s', (id, checkId, stdout, proved) => {
  const symptom = catalogue?.byId.get(id);
  const check = symptom?.checks.find((one) => one.id === checkId);
  if (symptom === undefined || check === undefined) throw new Error(`no ${id} ${checkId}`);
  const rendered = renderCheck(symptom, check, context, []);
  const place = check.on ?? 'vm-docker';
  const recording = {
    place,
    asked: 'sh',
    exit: 0,
    stdout,
    stderr: '',
    error: null,
    startedAt: 1,
    durationMs: 2,
  };
  const { outcome } = judgeCheck(rendered, new Map([[place, recording]]), 9);
  expect(outcome === null ? null : (check.outcomes[outcome]?.proves ?? null)).toBe(proved);
});
