/**
 * `npm run verified -- REPORT…`: takes what test runs have shown about steps and faults (their reports, as written with
 * THREEBODY_TEST_REPORT) into docs/verified.json and docs/verified-faults.json and writes docs/verified.md from them.
 * `npm run verified -- --check REPORT…` changes nothing and ends with 1 when the table claims more than the runs have shown.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadRunbook } from '../src/runbook/load.js';
import { FACTS, type Fact, type Where } from '../test/support/verified.js';
import {
  faultLines,
  ourFaults,
  overclaimedFaults,
  readFaults,
  shownFaultSchema,
  withFaults,
  type FaultTest,
} from './verified-faults.js';

const ROOT = join(import.meta.dirname, '..');
const TABLE = join(ROOT, 'docs', 'verified.md');
const DATA = join(ROOT, 'docs', 'verified.json');
const FAULT_DATA = join(ROOT, 'docs', 'verified-faults.json');
/** What people add by hand: what they tried, and what stood in for the real thing. */
const NOTES = join(ROOT, 'docs', 'verified-notes.yaml');

const PLACES = ['practice', 'real'] as const satisfies readonly Where[];
const factsSchema = z.array(z.enum(FACTS));
/** Step → place → facts. */
const recordSchema = z.record(z.string(), z.partialRecord(z.enum(PLACES), factsSchema));
type VerifiedRecord = z.infer<typeof recordSchema>;
const notesSchema = z.record(
  z.string(),
  z.strictObject({ real: z.string().optional(), hand: z.string().optional() }),
);
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({
          status: z.string(),
          meta: z
            .object({
              shown: z
                .object({ where: z.enum(PLACES), steps: z.array(z.string()), facts: factsSchema })
                .optional(),
              fault: shownFaultSchema.optional(),
            })
            .optional(),
        }),
      ),
    }),
  ),
});

const TITLES: Readonly<Record<Fact, string>> = {
  red: 'red before',
  green: 'green after',
  again: 'twice',
  undo: 'undone',
  reboot: 'reboot',
};

interface ShownByReports {
  readonly record: VerifiedRecord;
  /** A place of which no report says anything is absent. */
  readonly covered: ReadonlySet<Where>;
  readonly faults: readonly FaultTest[];
}

async function shownBy(reports: readonly string[]): Promise<ShownByReports> {
  const record: VerifiedRecord = {};
  const covered = new Set<Where>();
  const faults: FaultTest[] = [];
  for (const path of reports) {
    const report = reportSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    for (const { status, meta } of report.testResults.flatMap((one) => one.assertionResults)) {
      const ran = status === 'passed' || status === 'failed';
      if (meta?.fault !== undefined && ran) faults.push({ shown: meta.fault, passed: status === 'passed' });
      if (meta?.shown === undefined) continue;
      const { where, steps, facts } = meta.shown;
      covered.add(where);
      if (status !== 'passed') continue;
      for (const step of steps) {
        const places = (record[step] ??= {});
        places[where] = FACTS.filter((fact) => facts.includes(fact) || places[where]?.includes(fact));
      }
    }
  }
  return { record, covered, faults };
}

async function readRecord(): Promise<VerifiedRecord> {
  return recordSchema.parse(JSON.parse(await readFile(DATA, 'utf8')));
}

/** The document made from docs/verified*.json, docs/verified-notes.yaml and the runbook, as prettier leaves it. */
export async function verifiedDocument(): Promise<string> {
  const { runbook } = await loadRunbook(join(ROOT, 'assets'));
  if (runbook === null) throw new Error('the runbook has mistakes');
  const record = await readRecord();
  const notes = notesSchema.parse(parse(await readFile(NOTES, 'utf8')) ?? {});
  const rows = runbook.phases.flatMap((phase) =>
    phase.steps.map(({ id, title }) => {
      const cells = PLACES.map((where) => record[id]?.[where]?.map((fact) => TITLES[fact]).join(', ') ?? '');
      const { real = '', hand = '' } = notes[id] ?? {};
      const [practice = '', tried = ''] = cells;
      const onHosts = [tried, real].filter((one) => one !== '').join('; ');
      return `| ${id} | ${title.en} | ${practice || '–'} | ${onHosts || '–'} | ${hand || '–'} |`;
    }),
  );
  return format(
    [
      '# What was seen to work',
      '',
      'Written by `npm run verified` from the results of test runs; the last column and the remarks are from',
      '`docs/verified-notes.yaml`. “Practice” is the simulated lab, “real hosts” are three systemd hosts with sshd, apt and',
      'Docker, given to the lab tests by a lab file. A cell holds only what a passing test has shown: gates _red before_ the',
      'step ran, _green after_ it, nothing changed when it was run _twice_, put back when _undone_, still green after a',
      '_reboot_.',
      '',
      '| Step | | Practice | Real hosts | By hand |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
      '',
      ...faultLines(await readFaults(FAULT_DATA), await ourFaults(join(ROOT, 'assets'), runbook)),
    ].join('\n'),
    { parser: 'markdown', printWidth: 110 },
  );
}

/** Claims in the tables about what the reports cover, which the reports do not show. */
async function overclaimed(reports: readonly string[]): Promise<readonly string[]> {
  const { record, covered, faults } = await shownBy(reports);
  const claimed = Object.entries(await readRecord());
  const steps = claimed.flatMap(([step, places]) =>
    PLACES.filter((where) => covered.has(where)).flatMap((where) =>
      (places[where] ?? [])
        .filter((fact) => record[step]?.[where]?.includes(fact) !== true)
        .map((fact) => `${step}, ${where}: "${TITLES[fact]}" is claimed but was not shown`),
    ),
  );
  return [...steps, ...overclaimedFaults(await readFaults(FAULT_DATA), faults)];
}

async function renew(reports: readonly string[]): Promise<void> {
  const { record, covered, faults } = await shownBy(reports);
  const before = await readRecord();
  const steps = [...new Set([...Object.keys(before), ...Object.keys(record)])].sort();
  const merged: VerifiedRecord = {};
  for (const step of steps) {
    const places: VerifiedRecord[string] = {};
    for (const where of PLACES) {
      const facts = covered.has(where) ? record[step]?.[where] : before[step]?.[where];
      if (facts !== undefined && facts.length > 0) places[where] = facts;
    }
    if (Object.keys(places).length > 0) merged[step] = places;
  }
  await writeFile(DATA, await format(JSON.stringify(merged), { parser: 'json', printWidth: 110 }));
  const known = withFaults(await readFaults(FAULT_DATA), faults);
  await writeFile(FAULT_DATA, await format(JSON.stringify(known), { parser: 'json', printWidth: 110 }));
  await writeFile(TABLE, await verifiedDocument());
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { check: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (values.check) {
    const problems = await overclaimed(positionals);
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    if (problems.length > 0) process.exitCode = 1;
  } else await renew(positionals);
}
