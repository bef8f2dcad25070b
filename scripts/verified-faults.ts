/** The table of faults in docs/verified.md: what test runs have shown of each, kept in docs/verified-faults.json. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Runbook } from '../src/runbook/types.js';
import type { Fault } from '../src/symptoms/fault-schema.js';
import { loadFaults, loadSymptoms } from '../src/symptoms/load.js';
import { FAULT_PLACES, HEALERS, type FaultPlace, type FaultShown } from '../test/support/fault-shown.js';

const cellSchema = z.strictObject({ found: z.string(), cause: z.string(), healed: z.enum(HEALERS) });
type Cell = z.infer<typeof cellSchema>;
/** Fault → place → what was seen there. */
const recordSchema = z.record(z.string(), z.partialRecord(z.enum(FAULT_PLACES), cellSchema));
export type FaultRecord = z.infer<typeof recordSchema>;

/** What a test kept about one fault; see test/support/fault-shown.ts. */
export const shownFaultSchema = z.object({
  fault: z.string(),
  place: z.enum(FAULT_PLACES),
  ...cellSchema.shape,
}) satisfies z.ZodType<FaultShown>;
/** One test about a fault, and how it ended. */
export interface FaultTest {
  readonly shown: FaultShown;
  readonly passed: boolean;
}

export async function readFaults(path: string): Promise<FaultRecord> {
  return recordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}

/**
 * What is known after more tests. A fault whose test failed loses what was known of it in that place; faults that no test
 * was about keep theirs, since the suite is long and is run in pieces.
 */
export function withFaults(before: FaultRecord, tests: readonly FaultTest[]): FaultRecord {
  const merged: FaultRecord = structuredClone(before);
  for (const { shown, passed } of tests) {
    const { fault, place, found, cause, healed } = shown;
    const places = (merged[fault] ??= {});
    if (passed) places[place] = { found, cause, healed };
    else delete places[place];
  }
  return Object.fromEntries(
    Object.entries(merged)
      .filter(([, places]) => Object.keys(places).length > 0)
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );
}

/** Claims about faults that these tests contradict. */
export function overclaimedFaults(claimed: FaultRecord, tests: readonly FaultTest[]): readonly string[] {
  return tests.flatMap(({ shown, passed }) => {
    const claim = claimed[shown.fault]?.[shown.place];
    if (claim === undefined) return [];
    const { found, cause, healed } = shown;
    const same = claim.found === found && claim.cause === cause && claim.healed === healed;
    return passed && same ? [] : [`${shown.fault}, ${shown.place}: "${cellText(claim)}" was not shown`];
  });
}

function cellText(cell: Cell | undefined): string {
  if (cell === undefined) return '–';
  return `${cell.found}, ${cell.cause}, ${cell.healed}`;
}

/** @throws Error when the content has mistakes */
export async function ourFaults(assets: string, runbook: Runbook): Promise<readonly Fault[]> {
  const { catalogue } = await loadSymptoms([assets], runbook);
  const { faults } = catalogue === null ? { faults: null } : await loadFaults([assets], runbook, catalogue);
  if (faults === null) throw new Error('assets/symptoms or assets/faults has mistakes');
  return faults;
}

/** The section of the document, in lines of Markdown. */
export function faultLines(record: FaultRecord, faults: readonly Fault[]): readonly string[] {
  const known = faults.map(({ id, breaks }) => ({ id, breaks: breaks.en }));
  const given = (place: FaultPlace): number => faults.filter((one) => one[place] !== undefined).length;
  const others = Object.keys(record)
    .filter((id) => !known.some((one) => one.id === id))
    .map((id) => ({ id, breaks: '' }));
  const rows = [...known, ...others];
  const at = (place: FaultPlace): number => rows.filter(({ id }) => record[id]?.[place] !== undefined).length;
  return [
    '# Faults that were found and mended',
    '',
    'Each is given to a whole lab by a test: the symptom that the program names first by itself, the cause that its walk',
    'proves, and who mends it: the _program_ by a fix of its own, or a _person_ whom it tells what to do. Afterwards every',
    `gate is green again. In the practice lab ${at('practice')} of its ${given('practice')} faults, on real hosts ${at('hosts')}.`,
    '',
    '| Fault | What is broken | Practice | Real hosts |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      ({ id, breaks }) =>
        `| ${id} | ${breaks.replaceAll('|', '\\|')} | ${cellText(record[id]?.practice)} | ${cellText(record[id]?.hosts)} |`,
    ),
  ];
}
