/** A person who runs a step and is stopped: where, with what words, and what the gates say then. */
import { expect } from 'vitest';
import type { GateKey, GateResult, Verdict } from '../../src/gates/types.js';
import type { HostName } from '../../src/lab/types.js';
import type { Rehearsal } from './runbook.js';

export interface Stopped {
  /** Id of the action that failed; null when the whole step was carried out. */
  readonly action: string | null;
  /** All that the step printed, in both streams. */
  readonly said: string;
}

/** Runs a step's actions on a host until one of them fails, as the product does. */
export async function attempt(rehearsal: Rehearsal, step: string, host: HostName): Promise<Stopped> {
  let said = '';
  for (const action of rehearsal.actions(step, host)) {
    const answer = await rehearsal.act(host, action, action.script);
    said += `${answer.stdout}${answer.stderr}`;
    if (answer.code !== 0) return { action: action.action, said };
    if (action.reconnect) rehearsal.close();
  }
  return { action: null, said };
}

/** Runs the undo of every action of a step that has one, the last one first. */
export async function undo(rehearsal: Rehearsal, step: string, host: HostName): Promise<void> {
  for (const action of rehearsal.actions(step, host).toReversed()) {
    if (action.undo === null) continue;
    const answer = await rehearsal.act(host, action, action.undo);
    expect(answer.code, `undo ${step}/${action.action}: ${answer.stdout}${answer.stderr}`).toBe(0);
  }
}

/** One gate, asked now. */
export async function ask(rehearsal: Rehearsal, key: GateKey): Promise<GateResult> {
  const found = (await rehearsal.results((gate) => gate.key === key)).get(key);
  if (found === undefined) throw new Error(`${key} cannot be asked here`);
  return found;
}

/** A red or amber gate that helps: a sentence in both languages, a named symptom, and what to do next. */
export function expectHelp(result: GateResult, symptom: string, said: RegExp): void {
  expect(['fail', 'warn'], `${result.gate}: ${result.say.en}`).toContain(result.verdict);
  expect(result.symptom, result.gate).toBe(symptom);
  expect(result.say.en).toMatch(said);
  expect(result.say.id).not.toBe(result.say.en);
  expect(result.hints.length).toBeGreaterThan(1);
  for (const hint of result.hints) expect([hint.id, hint.en].includes('')).toBe(false);
}

/**
 * What a person sees of the gates of these steps: the product asks a gate only when all that it needs is green, and calls it
 * blocked otherwise.
 */
export async function shown(
  rehearsal: Rehearsal,
  ...steps: readonly string[]
): Promise<ReadonlyMap<GateKey, Verdict>> {
  const gates = new Map(rehearsal.gates(() => true).map((gate) => [gate.key, gate]));
  const wanted = [...gates.values()].filter((gate) => steps.includes(gate.step));
  const asked = new Set<GateKey>();
  const collect = (key: GateKey): void => {
    if (asked.has(key)) return;
    asked.add(key);
    for (const need of gates.get(key)?.needs ?? []) collect(need);
  };
  for (const { key } of wanted) collect(key);
  const verdicts = await rehearsal.verdicts((gate) => asked.has(gate.key));
  // What cannot be asked from a test, like the operator's own name service, blocks nothing.
  const verdictOf = (key: GateKey): Verdict =>
    (gates.get(key)?.needs ?? []).every((need) => verdictOf(need) === 'pass')
      ? (verdicts.get(key) ?? 'pass')
      : 'blocked';
  return new Map(wanted.flatMap(({ key }) => (verdicts.has(key) ? [[key, verdictOf(key)] as const] : [])));
}
/** Keys of the gates of these steps that a person sees in green, in order. */
export async function green(rehearsal: Rehearsal, ...steps: readonly string[]): Promise<readonly GateKey[]> {
  return [...(await shown(rehearsal, ...steps))].flatMap(([key, verdict]) =>
    verdict === 'pass' ? [key] : [],
  );
}

/** `key verdict` of the gates of these steps that are not green. */
export async function notGreen(
  rehearsal: Rehearsal,
  ...steps: readonly string[]
): Promise<readonly string[]> {
  const verdicts = await rehearsal.verdicts((gate) => steps.includes(gate.step));
  return [...verdicts]
    .filter(([, verdict]) => verdict !== 'pass')
    .map(([key, verdict]) => `${key} ${verdict}`);
}
