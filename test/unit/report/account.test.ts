/** What a report says, in each of its forms, whatever the texts in it hold. */
import { describe, expect, it } from 'vitest';
import {
  accountAsCheck,
  maskAccount,
  reportJson,
  type Account,
} from '../../../src/commands/output/account.js';
import { reportHtml } from '../../../src/commands/output/account-html.js';
import { reportMarkdown } from '../../../src/commands/output/account-markdown.js';
import { checkJson } from '../../../src/commands/output/json.js';
import { checkJunit } from '../../../src/commands/output/junit.js';
import { checkDocument, reportDocument } from '../../../src/commands/output/schemas.js';
import { checkTap } from '../../../src/commands/output/tap.js';
import type { HostLogin, HostName } from '../../../src/lab/types.js';
import { LANGUAGES } from '../../../src/lab/types.js';
import type { JournalEntry } from '../../../src/services/ports.js';
import { symptomsOf } from '../../../src/state/account.js';
import { checkedOf } from '../commands/checked.js';
import { NASTY, REPORT } from '../commands/report-fixture.js';
import { parseXml, type Element } from '../commands/xml.js';

const AT = Date.UTC(2026, 10, 22, 3, 4, 5);
const SECRET = 'pa<ss>&"word|`';

function login(name: HostName, address: string): HostLogin {
  return { name, address, port: 22, user: 'learner', forwards: {} };
}
const never = checkedOf('B1.never', 'vm-docker', 'pass');
const seen = checkedOf('A1.three', 'vm-k8s', 'fail', NASTY);
const sick = { ...seen, result: { ...seen.result, symptom: 'S21' } };
const job = (step: string, purpose: 'run' | 'undo', exit: number, outputTail = ''): JournalEntry => ({
  kind: 'job',
  at: AT,
  by: `me <i>@here`,
  host: 'vm-docker',
  step,
  action: 'mend|it',
  variant: purpose === 'run' ? 'runbook' : 'ours',
  purpose,
  job: 'j',
  scriptHash: 'x',
  startedAt: AT - 65_000,
  endedAt: AT,
  end: { kind: 'exited', exit },
  outputTail,
});
const entries: readonly JournalEntry[] = [
  job('A1', 'run', 0),
  job('A1', 'undo', 7),
  job('S21', 'run', 0),
  { kind: 'gate', at: AT - 9000, result: { ...sick.result, judgedAt: AT - 9000 } },
  {
    kind: 'waiver',
    at: AT,
    waiver: { key: 'A2.six@operator', reason: NASTY, by: 'me', until: '2026-12-31', madeAt: AT },
    withdrawn: false,
  },
];
const gates = [
  ...REPORT.gates
    .filter(({ gate }) => gate.key !== seen.gate.key)
    .map(({ gate, result, waiver, standing }) => ({ gate, result, waiver, standing })),
  { gate: sick.gate, result: sick.result, waiver: null, standing: 'fail' as const },
  { gate: never.gate, result: null, waiver: null, standing: 'never' as const },
];
const ACCOUNT: Account = {
  version: '1.2.3',
  lab: {
    file: '/tmp/lab.yaml',
    name: `lab ${NASTY}`,
    hosts: {
      'vm-docker': login('vm-docker', '192.0.2.1'),
      'vm-k8s': login('vm-k8s', '192.0.2.2'),
      'vm-worker': login('vm-worker', '192.0.2.3'),
    },
    parameters: {},
    secrets: {},
    practice: true,
    resolve: {},
    operatorRoutes: null,
    knownHosts: '',
    stateDir: '',
  },
  by: 'me <i>@here',
  at: AT,
  gates,
  entries,
  damaged: 2,
  symptoms: symptomsOf(gates, entries, (id) => (id === 'S21' ? { id: 'Judul <x>', en: 'Title <x>' } : null)),
};

/** Elements of an HTML file that is also well-formed XML but for what HTML leaves open. */
function parseHtml(text: string): Element {
  const body = text.replace(/^<!doctype html>\n/, '').replaceAll(/<(meta|br)\b([^>]*[^/])?>/g, '<$1$2/>');
  return parseXml(body);
}
function texts(element: Element): string {
  return element.text + element.children.map(texts).join(' ');
}
function names(element: Element): string[] {
  return [element.name, ...element.children.flatMap(names)];
}

describe('symptoms of a report', () => {
  it('are those that verdicts and fixes name, with when and whether they are still there', () => {
    expect(ACCOUNT.symptoms).toEqual([
      expect.objectContaining({
        id: 'S21',
        gates: ['A1.three@vm-k8s'],
        firstSeen: sick.result.judgedAt,
        lastSeen: AT - 9000,
        open: true,
        fixes: [
          expect.objectContaining({ fix: 'mend|it', host: 'vm-docker', end: { kind: 'exited', exit: 0 } }),
        ],
      }),
    ]);
  });
});

describe.each(LANGUAGES)('a report in %s', (language) => {
  const page = reportHtml(ACCOUNT, language);
  it('is one HTML file without scripts or anything from elsewhere, whatever the texts hold', () => {
    const root = parseHtml(page);
    expect(root.attributes).toEqual({ lang: language });
    const all = new Set(names(root));
    for (const bad of ['script', 'b', 'i', 'x', 'img', 'link', 'iframe']) expect(all).not.toContain(bad);
    expect(page).not.toMatch(/(?:src|href)=|@import|url\(/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('@media print');
    expect(texts(root)).toContain('a|b <b>&"\'');
  });

  it('holds its pictures itself, each with what it is, in letters for screen and paper', () => {
    const svg = '<svg class="tb-screen"><text x="1" class="tb-ok">A1 &lt;ok&gt;</text></svg>';
    const caption = { id: 'Layar <utama>', en: 'The <home> screen' };
    const drawn = reportHtml(ACCOUNT, language, [{ svg, caption }]);
    const shown = texts(parseHtml(drawn));
    expect(shown).toContain('A1 <ok>');
    expect(shown).toContain(caption[language]);
    expect(drawn).toContain('svg.tb-screen .tb-ok');
    expect(drawn).not.toMatch(/(?:src|href)=|@import|url\(/);
    expect(page).not.toContain('tb-screen');
  });

  it('tells what was run with which commands, what was waived until when, and symptoms with fixes', () => {
    for (const text of [texts(parseHtml(page)), reportMarkdown(ACCOUNT, language)]) {
      expect(text).toContain('2026-12-31');
      expect(text).toContain('exit 7');
      expect(text).toContain(language === 'id' ? 'perintah runbook' : "the runbook's commands");
      expect(text).toContain(language === 'id' ? 'dikembalikan' : 'undone');
      expect(text).toContain('S21');
      expect(text).toContain(language === 'id' ? 'masih ada' : 'still there');
      expect(text).toContain('192.0.2.2');
    }
  });

  it('keeps every Markdown row a row', () => {
    const rows = reportMarkdown(ACCOUNT, language)
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const columns = rows.map((row) => row.replaceAll('\\\\', '').match(/(?<!\\)\|/g)?.length);
    expect(new Set(columns)).toEqual(new Set([3, 6, 7, 8]));
    // In code an angle bracket is one; elsewhere none is left.
    expect(reportMarkdown(ACCOUNT, language).replaceAll(/(`+) .*? \1/g, '')).not.toContain('<b>');
  });
});

describe('a report for programs', () => {
  it('counts what was never asked as left out, not as passed', () => {
    const report = accountAsCheck(ACCOUNT);
    expect(checkTap(report, 'en')).toMatch(/^ok 7 - B1\.never@vm-docker .* # SKIP never asked$/m);
    const suites = parseXml(checkJunit(report, 'en'));
    expect(suites.attributes).toMatchObject({ tests: '7', failures: '1', skipped: '3' });
  });

  it('is JSON of the published shape, and so is a check', () => {
    const json: unknown = JSON.parse(reportJson(ACCOUNT, (text) => text));
    expect(reportDocument.parse(json).gates).toHaveLength(7);
    expect(checkDocument.parse(JSON.parse(checkJson(REPORT))).summary).toMatchObject({ pass: 1, fail: 1 });
  });
});

it('shows no secret in any form, however the form would have escaped it', () => {
  const leak = checkedOf('A1.one', 'vm-docker', 'fail', `it is ${SECRET}!`);
  const open: Account = {
    ...ACCOUNT,
    gates: [
      {
        gate: { ...leak.gate, title: { id: 'x', en: 'x' } },
        result: leak.result,
        waiver: { key: leak.gate.key, reason: SECRET, by: SECRET, until: '2026-12-31', madeAt: AT },
        standing: 'waived',
      },
    ],
    entries: [job('A1', 'run', 0, SECRET)],
  };
  const account = maskAccount(open, (text) => text.replaceAll(SECRET, '***'));
  const check = accountAsCheck(account);
  const forms = [
    reportHtml(account, 'en'),
    reportMarkdown(account, 'en'),
    reportJson(account, (text) => text),
    checkTap(check, 'en'),
    checkJunit(check, 'en'),
  ];
  for (const text of forms) {
    expect(text).toContain('***');
    expect(text).not.toMatch(/pa(?:<|&lt;)ss/);
  }
});
