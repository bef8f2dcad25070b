/** Lists as screens show them: what is in them, in which order, and where the cursor stands. */
import type { GateKey, Standing } from '../gates/types.js';
import type { GlossaryTerm, Phase, RenderedGate } from '../runbook/types.js';
import { contentOf, type Content } from './content.js';
import { standing } from './standing.js';
import { stepTab } from './tabs.js';
import type { AppState } from './types.js';

/** The groups of the gate list, red first. */
export const GATE_GROUPS = ['attention', 'unseen', 'waived', 'pass'] as const;
export type GateGroup = (typeof GATE_GROUPS)[number];

const ORDER: Readonly<Record<Exclude<Standing, 'running'>, number>> = {
  fail: 0,
  unknown: 1,
  warn: 2,
  blocked: 3,
  stale: 4,
  never: 5,
  waived: 6,
  pass: 7,
};

/** A gate being asked again keeps its place until the answer is there: a list must not jump while one looks at it. */
function settled(state: AppState, gate: RenderedGate): Exclude<Standing, 'running'> {
  const view = state.gates[gate.key];
  const still = standing(view === undefined ? view : { ...view, running: false }, gate.freshMs, state.now);
  return still === 'running' ? 'never' : still;
}

export function groupOf(state: AppState, gate: RenderedGate): GateGroup {
  const now = settled(state, gate);
  if (now === 'pass' || now === 'waived') return now;
  return now === 'stale' || now === 'never' ? 'unseen' : 'attention';
}

/** A filter holds where it can be seen: on the list, and for going from gate to gate out of it. */
function gateFilter(state: AppState): string {
  const top = state.ui.stack.at(-1);
  const shown = top === 'gates' || (top === 'gate' && state.ui.stack.at(-2) === 'gates');
  return shown ? (state.ui.inputs['gates.filter'] ?? '').trim().toLowerCase() : '';
}
/** What the log is searched for, on the screen that shows the search. */
export function logSearch(state: AppState): string {
  const top = state.ui.stack.at(-1);
  const shown = top === 'host' || (top === 'step' && stepTab(state) === 'output');
  return shown ? (state.ui.inputs['log.search'] ?? '').trim() : '';
}

interface Sorted {
  readonly now: number;
  readonly filter: string;
  readonly content: Content;
  readonly list: readonly RenderedGate[];
}
/** The last answer for a set of verdicts: most messages (log lines, samples) leave those as they are. */
const sorted = new WeakMap<AppState['gates'], Sorted>();

/** Gates that match the filter (id, subject, title, in either language), red first, else in the order of the runbook. */
export function visibleGates(state: AppState): readonly RenderedGate[] {
  const { gates, now } = state;
  const filter = gateFilter(state);
  const content = contentOf(state);
  const known = sorted.get(gates);
  if (known !== undefined && known.now === now && known.filter === filter && known.content === content) {
    return known.list;
  }
  const list = sortGates(state);
  sorted.set(gates, { now, filter, content, list });
  return list;
}

function sortGates(state: AppState): readonly RenderedGate[] {
  const needle = gateFilter(state);
  const hit = (gate: RenderedGate): boolean =>
    needle === '' || `${gate.key} ${gate.title.id} ${gate.title.en}`.toLowerCase().includes(needle);
  return contentOf(state)
    .gates.filter(hit)
    .map((gate) => ({ gate, weight: ORDER[settled(state, gate)] }))
    .sort((a, b) => a.weight - b.weight)
    .map(({ gate }) => gate);
}

/** Where the chosen gate stands in the visible list; 0 when it is not in it. */
export function gateCursor(state: AppState, gates: readonly RenderedGate[] = visibleGates(state)): number {
  return Math.max(
    0,
    gates.findIndex((gate) => gate.key === state.ui.gate),
  );
}
/** The gate that keys act upon: the chosen one, or the first of the list. On the list never one that is filtered out. */
export function chosenGate(state: AppState): GateKey | null {
  const chosen = state.ui.gate;
  const list = visibleGates(state);
  const there =
    state.ui.stack.at(-1) === 'gates'
      ? list.some((gate) => gate.key === chosen)
      : chosen !== null && contentOf(state).byKey.has(chosen);
  return there ? chosen : (list[0]?.key ?? null);
}

export function currentPhase(state: AppState): Phase | null {
  return state.runbook.phases.find((phase) => phase.id === state.ui.phase) ?? state.runbook.phases[0] ?? null;
}

/** Terms whose name, other names or text hold the search. */
export function visibleTerms(state: AppState): readonly GlossaryTerm[] {
  const needle = (state.ui.inputs['glossary.search'] ?? '').trim().toLowerCase();
  const terms = [...state.runbook.glossary].sort((a, b) => a.term.localeCompare(b.term));
  if (needle === '') return terms;
  const named = (term: GlossaryTerm): boolean =>
    [term.term, ...term.also].some((name) => name.toLowerCase().includes(needle));
  const told = (term: GlossaryTerm): boolean => term.text[state.lang].toLowerCase().includes(needle);
  return [...terms.filter(named), ...terms.filter((term) => !named(term) && told(term))];
}

/** A remembered position, 0 when there is none. */
export function position(state: AppState, name: string): number {
  return state.ui.positions[name] ?? 0;
}

/**
 * First row to show so that `cursor` is in sight. Lists turn over by pages: within a page only two rows change when the
 * cursor moves, which keeps the screen calm and the bytes few.
 */
export function windowStart(cursor: number, rows: number, total: number): number {
  if (total <= rows || rows <= 0) return 0;
  return Math.min(Math.floor(cursor / rows) * rows, total - rows);
}
