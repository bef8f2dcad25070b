/** What programs read: every JSON document is as its published schema says. */
import { join } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandContext, ExitCode } from '../../../src/commands/context.js';
import { diagnosisJson } from '../../../src/commands/diagnose-json.js';
import { expiryJson } from '../../../src/commands/expiry-output.js';
import { faultJson } from '../../../src/commands/fault-output.js';
import { list } from '../../../src/commands/list.js';
import { jsonDocument } from '../../../src/commands/output/document.js';
import { parseCommandLine } from '../../../src/commands/parse.js';
import { plan } from '../../../src/commands/plan.js';
import { report } from '../../../src/commands/report.js';
import { comparisonContent, smokeJson } from '../../../src/commands/smoke-json.js';
import { gatesInOrder, reportOf } from '../../../src/commands/smoke-report.js';
import type * as Loader from '../../../src/runbook/load.js';
import { runSmoke } from '../../../src/services/engine/smoke.js';
import { compareDiary } from '../../../src/smoke/diary.js';
import { expiryRows } from '../../../src/smoke/expiry.js';
import { loadCalendar } from '../../../src/smoke/load.js';
import { firstNotGreen, verdictOf } from '../../../src/smoke/progress.js';
import { checklistSchema } from '../../../src/smoke/schema.js';
import type * as SymptomLoader from '../../../src/symptoms/load.js';
import { misfits } from '../../support/documents.js';
import { fakeLab } from '../engine/fakes.js';
import { ASSETS } from '../project/support.js';
import { scratch } from '../services-local/support.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Reading and checking the whole content takes longer than all else here: once. */
vi.mock('../../../src/runbook/load.js', async (original) => {
  const { loadRunbook } = await original<typeof Loader>();
  let loading: ReturnType<typeof loadRunbook> | null = null;
  return { loadRunbook: (assets: string) => (loading ??= loadRunbook(assets)) };
});

vi.mock('../../../src/symptoms/load.js', async (original) => {
  const loader = await original<typeof SymptomLoader>();
  const { loadSymptoms } = loader;
  let loading: ReturnType<typeof loadSymptoms> | null = null;
  return {
    ...loader,
    loadSymptoms: (...of: Parameters<typeof loadSymptoms>) => (loading ??= loadSymptoms(...of)),
  };
});

const LAB = `user: siti
agent: true
hosts:
  - { name: vm-docker, address: 192.0.2.42 }
  - { name: vm-k8s, address: 192.0.2.43 }
  - { name: vm-worker, address: 192.0.2.44 }
`;

let home = '';
let lab = '';
beforeEach(async () => {
  home = await scratch();
  lab = join(home, 'lab.yaml');
  await writeFile(lab, LAB, { mode: 0o600 });
});

async function said(
  command: (context: CommandContext) => Promise<ExitCode>,
  args: readonly string[],
): Promise<string> {
  let stdout = '';
  const code = await command({
    line: parseCommandLine([...args]),
    language: 'en',
    color: false,
    talkColor: false,
    ascii: false,
    env: { HOME: home, XDG_STATE_HOME: home },
    cwd: home,
    assets: ASSETS,
    version: '1.2.3',
    streams: {
      result: (text) => (stdout += text),
      talk: () => undefined,
      flushed: () => Promise.resolve(),
    },
    asking: null,
    stdin: process.stdin,
    signal: new AbortController().signal,
    now: Date.now,
    drawHome: () => Promise.resolve({ svg: '<svg></svg>', caption: { id: 'a', en: 'a' } }),
    problem(error) {
      throw error;
    },
    maskWith: () => undefined,
  });
  expect(code).toBe(0);
  return stdout;
}

it.each(['steps', 'gates', 'glossary', 'symptoms', 'faults'])(
  'list %s --json is as published',
  async (what) => {
    expect(misfits(await said(list, ['list', what, '--json']))).toBeNull();
  },
);

it.each(['steps', 'gates'])('list %s --json for a lab is as published', async (what) => {
  expect(misfits(await said(list, ['list', what, '--json', '--lab', lab]))).toBeNull();
});

it('plan --json and report --json are as published, and ask no host', async () => {
  expect(misfits(await said(plan, ['plan', '--json', '--lab', lab]))).toBeNull();
  expect(misfits(await said(report, ['report', '--json', '--lab', lab]))).toBeNull();
});

it('report --html asks for a picture of home, and keeps the page to its owner', async () => {
  const page = join(home, 'page.html');
  expect(await said(report, ['report', '--html', page, '--lab', lab])).toBe(`${page}\n`);
  expect(await readFile(page, 'utf8')).toContain('<figure><svg></svg>');
});

const text = { id: 'a', en: 'a' };
const diary = { hosts: [], kinds: [] };

describe('a smoke test', () => {
  it.each(['good', 'bad'])('whose first gate is %s is as published', async (answer) => {
    const { session, answers } = await fakeLab();
    const host = 'vm-docker';
    answers.set(`boot/${host}`, { exit: 0, stdout: 'boot-id aaaaaaaa\nup 9000\n' });
    answers.set('A1.first@vm-docker/vm-docker', { exit: 0, stdout: answer });
    const checklist = checklistSchema.parse({
      boot: 'echo boot',
      arrives: 60,
      lingers: 30,
      starting: ['activating'],
      over: ['^failed$'],
      parts: [{ id: 'part', title: text, steps: ['A4'], on: host, there: 'test -e /part' }],
      stages: [{ id: 'docker', title: text, hosts: [host], settles: 60, checks: [{ rising: ['A1.first'] }] }],
    });
    const end = await runSmoke(session, checklist, { waitMs: 0, before: null });
    const open = Object.assign(session, { close: () => Promise.resolve() });
    const gates = gatesInOrder(open, end);
    const { name, file, practice } = session.lab;
    const check = {
      version: '1.2.3',
      lab: { name, file, practice },
      startedAt: 0,
      finishedAt: 9,
      attempts: end.attempts,
      gates,
      exit: answer === 'good' ? 0 : 1,
    } as const;
    const found = reportOf(check, checklist, {
      end,
      verdict: verdictOf(end.stages),
      first: firstNotGreen(end.stages),
      symptom: null,
      hops: [],
      comparison: null,
      recorded: false,
      finishedAt: 9,
    });
    expect(found.first === null).toBe(answer === 'good');
    expect(misfits(smokeJson(found, session.mask))).toBeNull();
  });
});

it('what is different since the last green one is as published', () => {
  const kinds = [{ id: 'units', title: text, on: ['vm-docker' as const], read: 'x' }];
  const at = (facts: Readonly<Record<string, string>>, bootId: string) => ({
    at: 5,
    by: 'me@here',
    boots: [{ host: 'vm-docker' as const, bootId, bootedAt: 4 }],
    parts: [],
    sections: [{ host: 'vm-docker' as const, kind: 'units', facts }],
  });
  const found = compareDiary(
    { ...diary, kinds },
    at({ docker: 'active', cron: 'active' }, 'aaaaaaaa'),
    at({ docker: 'failed', nginx: 'active' }, 'bbbbbbbb'),
  );
  expect(found.differences).toHaveLength(3);
  const head = { tool: { name: 'threebody-tui', version: '1' }, lab: { name: 'toy' } };
  expect(misfits(jsonDocument('diary', { ...head, exit: 0, diary: comparisonContent(found) }))).toBeNull();
});

it('what runs out is as published', async () => {
  const { value: calendar } = await loadCalendar([ASSETS]);
  if (calendar === null) throw new Error('no calendar');
  const pairs = [{ name: 'x', value: '1' }];
  const entries = [...calendar.dates, ...calendar.ends];
  const answers = entries.map(({ id, on: [host] }) => ({ entry: id, host: host ?? 'vm-docker', pairs }));
  const rows = expiryRows(calendar, answers, Date.UTC(2026, 10, 22));
  expect(rows.length).toBeGreaterThan(5);
  const read = { rows, silent: ['vm-k8s' as const], unread: ['x@vm-docker'] };
  const found = { version: '1', lab: 'toy', at: 5, calendar, read, exit: 3 } as const;
  expect(misfits(expiryJson(found, (one) => one))).toBeNull();
});

it('fault --json is as published, and does not say which fault a drill is', () => {
  const say = { id: 'satu', en: 'one' };
  const row = { id: 'some-fault', layer: 'host', title: say, breaks: say, gates: [], metBy: ['C5'] } as const;
  const told = { symptom: 'S01', title: say, cause: say };
  const json = faultJson(
    {
      version: '1',
      lab: { name: 'x', file: null, practice: true },
      at: 1000,
      rows: [{ ...row, actions: [{ on: 'vm-k8s', say }] }],
      broken: [{ fault: 'other-fault', name: 'drill-ab12', hidden: true, at: 10 }],
      done: {
        act: 'heal',
        fault: 'some-fault',
        done: true,
        trouble: null,
        truth: { ...row, hidden: false, found: told, lasted: 10, at: 1000 },
      },
      exit: 0,
    },
    (one) => one,
  );
  expect(misfits(json)).toBeNull();
  expect(json).not.toContain('other-fault');
});

it('a diagnosis that found nothing is as published', () => {
  const nothing = {
    diagnosed: [],
    expected: [],
    unexplained: [],
    unanswered: [],
    silent: ['vm-k8s' as const],
  };
  expect(
    misfits(
      diagnosisJson({
        version: '1',
        lab: null,
        startedAt: 0,
        finishedAt: 9,
        asked: 'paste',
        diagnosis: nothing,
        fixed: [],
        after: null,
        exit: 0,
        mask: (one) => one,
      }),
    ),
  ).toBeNull();
});
