/** From what was seen to a verdict. Pure: the same recordings always give the same result. */
import type { Place, Text } from '../lab/types.js';
import type { RenderedGate } from '../runbook/types.js';
import { holds } from './match.js';
import type { Evidence, GateKey, GateResult, Recording } from './types.js';

const EXCERPT_LINES = 6;
const EXCERPT_WIDTH = 300;

/**
 * Judges one gate. A place that gave no answer makes it `unknown`, whatever the others say: zero results never mean pass.
 * @param recordings place → what its probe brought back
 * @param now epoch milliseconds, becomes `judgedAt`
 */
export function judgeGate(
  gate: RenderedGate,
  recordings: ReadonlyMap<Place, Recording>,
  now: number,
): GateResult {
  const evidence = [...recordings.values()].map(toEvidence);
  const base = { gate: gate.gate, subject: gate.subject, evidence, blockedBy: [], judgedAt: now };
  const silent = silentPlace(gate, recordings);
  if (silent !== null) return { ...base, verdict: 'unknown', say: silent, hints: [], symptom: null };
  const outcome = gate.outcomes.find((one) => one.when === undefined || holds(one.when, recordings));
  if (outcome === undefined) {
    const say = { id: 'tidak ada outcome yang cocok', en: 'no outcome fits' };
    return { ...base, verdict: 'unknown', say, hints: [], symptom: null };
  }
  return {
    ...base,
    verdict: outcome.verdict,
    say: quoteSeen(outcome.say ?? gate.title, recordings),
    hints: (outcome.hints ?? []).map((hint) => quoteSeen(hint, recordings)),
    symptom: outcome.symptom ?? null,
  };
}

/** A gate that was not asked because others are not green. */
export function blockedResult(gate: RenderedGate, blockedBy: readonly GateKey[], now: number): GateResult {
  const names = blockedBy.join(', ');
  return {
    gate: gate.gate,
    subject: gate.subject,
    verdict: 'blocked',
    say: { id: `menunggu ${names}`, en: `waits for ${names}` },
    hints: [],
    symptom: null,
    evidence: [],
    blockedBy,
    judgedAt: now,
  };
}

/** Why there is no answer from one of the places; null when all answered. */
export function silentPlace(
  gate: Pick<RenderedGate, 'probes'>,
  recordings: ReadonlyMap<Place, Recording>,
): Text | null {
  for (const place of placesOf(gate)) {
    const recording = recordings.get(place);
    if (recording === undefined)
      return { id: `tidak ada jawaban dari ${place}`, en: `no answer from ${place}` };
    if (recording.error !== null && recording.exit === null) {
      return { id: `${place}: ${recording.error.id}`, en: `${place}: ${recording.error.en}` };
    }
  }
  return placesOf(gate).length === 0 ? { id: 'tidak ada yang ditanyakan', en: 'nothing was asked' } : null;
}

export function placesOf(gate: Pick<RenderedGate, 'probes'>): readonly Place[] {
  return Object.values(gate.probes).map((probe) => probe.on);
}

/** `{{seen}}` = what was printed (the first place's), `{{seen.vm-k8s}}` = what that place printed. One line, bounded. */
export function quoteSeen(text: Text, recordings: ReadonlyMap<Place, Recording>): Text {
  const fill = (sentence: string): string =>
    sentence.replaceAll(/\{\{seen(?:\.([a-z0-9-]+))?\}\}/g, (_all, place: string | undefined) => {
      const found =
        place === undefined
          ? [...recordings.values()][0]
          : [...recordings].find(([name]) => name === place)?.[1];
      return oneLine(found?.stdout ?? '');
    });
  return { id: fill(text.id), en: fill(text.en) };
}

function oneLine(text: string): string {
  const line = text
    .trim()
    .split(/\s*\n\s*/)
    .join(' · ');
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** A recording as it is shown and kept: its text cut to an excerpt. */
export function toEvidence(recording: Recording): Evidence {
  const { place, asked, exit, startedAt, durationMs } = recording;
  const seen = [recording.stdout.trim(), recording.stderr.trim()].filter((part) => part !== '').join('\n');
  const lines = seen.split('\n');
  const kept = lines
    .slice(0, EXCERPT_LINES)
    .map((line) => (line.length > EXCERPT_WIDTH ? `${line.slice(0, EXCERPT_WIDTH)}…` : line));
  if (lines.length > EXCERPT_LINES) kept.push(`… (+${lines.length - EXCERPT_LINES})`);
  return { place, asked, exit, excerpt: kept.join('\n'), startedAt, durationMs };
}
