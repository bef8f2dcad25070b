/** Which gates can be asked now, and which must wait. Pure. */
import type { RenderedGate } from '../runbook/types.js';
import type { GateKey, GateResult, Verdict, Waiver } from './types.js';

/** Gates in rounds: each round needs only gates of earlier rounds, so a whole round can be probed at once. */
export function rounds(gates: readonly RenderedGate[]): readonly (readonly RenderedGate[])[] {
  const wanted = new Map(gates.map((gate) => [gate.key, gate]));
  const depth = new Map<GateKey, number>();
  const depthOf = (gate: RenderedGate, path: ReadonlySet<GateKey>): number => {
    const known = depth.get(gate.key);
    if (known !== undefined) return known;
    const below = gate.needs.flatMap((key) => {
      const need = wanted.get(key);
      return need === undefined || path.has(key) ? [] : [depthOf(need, new Set([...path, gate.key])) + 1];
    });
    const found = Math.max(0, ...below);
    depth.set(gate.key, found);
    return found;
  };
  const out: RenderedGate[][] = [];
  for (const gate of gates) (out[depthOf(gate, new Set())] ??= []).push(gate);
  return out.filter((round) => round !== undefined);
}

/** With every gate asked for, those it stands on (transitively), in the order of `all`. */
export function withNeeds(keys: ReadonlySet<GateKey>, all: readonly RenderedGate[]): readonly RenderedGate[] {
  const byKey = new Map(all.map((gate) => [gate.key, gate]));
  const wanted = new Set<GateKey>();
  const add = (key: GateKey): void => {
    if (wanted.has(key)) return;
    wanted.add(key);
    for (const need of byKey.get(key)?.needs ?? []) add(need);
  };
  for (const key of keys) add(key);
  return all.filter((gate) => wanted.has(gate.key));
}

const OPENS: readonly Verdict[] = ['pass', 'warn', 'waived'];

/** The needs of a gate that are not green; a waiver opens the way, its date permitting. */
export function blockers(
  gate: RenderedGate,
  results: ReadonlyMap<GateKey, GateResult>,
  waivers: ReadonlyMap<GateKey, Waiver>,
  now: number,
): readonly GateKey[] {
  return gate.needs.filter((key) => {
    const waiver = waivers.get(key);
    if (waiver !== undefined && waiverHolds(waiver, now)) return false;
    const result = results.get(key);
    return result === undefined || !OPENS.includes(result.verdict);
  });
}

/** A waiver holds to the end of its last day, in the operator's time zone. */
export function waiverHolds(waiver: Waiver, now: number): boolean {
  const [year = 0, month = 1, day = 1] = waiver.until.split('-').map(Number);
  return now < new Date(year, month - 1, day + 1).getTime();
}
