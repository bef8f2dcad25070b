/** What the chooser of faults shows, and which of them a drill may choose among. Pure. */
import type { BrokenFault, FaultRow } from './faults-types.js';
import type { AppState } from './types.js';

/** A row of the chooser; the first one is a drill. */
export type FaultChoice =
  | { readonly kind: 'drill'; readonly among: readonly string[] }
  | { readonly kind: 'fault'; readonly row: FaultRow };

/** The rows that hold what is typed. */
export function faultChoices(state: AppState, input: string): readonly FaultChoice[] {
  const needle = input.trim().toLowerCase();
  const rows = giveable(state).filter(({ id, layer, title, breaks }) =>
    [id, layer, title.id, title.en, breaks.id, breaks.en].some((text) => text.toLowerCase().includes(needle)),
  );
  const faults = rows.map((row): FaultChoice => ({ kind: 'fault', row }));
  return needle === '' ? [{ kind: 'drill', among: drillAmong(state) }, ...faults] : faults;
}

/** What this lab can be given and is not broken by yet. */
function giveable({ faults }: AppState): readonly FaultRow[] {
  const broken = new Set(faults.broken.map((one) => one.fault));
  return (faults.known ?? []).filter((row) => !broken.has(row.id));
}

/** A drill takes what the lab has grounds for: what would break is there and well, and shows by itself. */
function drillAmong(state: AppState): readonly string[] {
  return giveable(state)
    .filter((row) => row.metBy.length === 0 && isWell(state, row))
    .map((row) => row.id);
}

function isWell({ gates }: AppState, row: FaultRow): boolean {
  const verdicts = Object.values(gates).flatMap((view) => {
    const result = view?.result ?? null;
    return result !== null && row.gates.includes(result.gate) ? [result.verdict] : [];
  });
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'pass' || verdict === 'warn');
}

/** The one that is taken back next: the newest, so that each finds what it left. */
export function newestBroken({ faults }: AppState): BrokenFault | null {
  return faults.broken.at(-1) ?? null;
}
