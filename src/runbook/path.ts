/** The flows of the lab for one lab: what each hop asks, and what was found there as a verdict. Pure. */
import { judgeGate, toEvidence } from '../gates/judge.js';
import type { Evidence, ProbeRequest, Recording, RenderedProbe, Verdict } from '../gates/types.js';
import { HOST_NAMES, type Place, type Text } from '../lab/types.js';
import type { HopSource } from './path-schema.js';
import { renderCondition, renderProbes } from './render.js';
import type { OutcomeSource } from './schema.js';
import type { RenderContext, Runbook } from './types.js';

/** `request.edge`. */
export type HopId = `${string}.${string}`;

/** One hop of a flow, ready to be asked. */
export interface RenderedHop {
  readonly id: HopId;
  readonly probe: RenderedProbe;
  readonly outcomes: readonly OutcomeSource[];
  readonly title: Text;
}

/** What was found at a hop. */
export interface HopResult {
  readonly hop: HopId;
  readonly verdict: Exclude<Verdict, 'waived' | 'blocked'>;
  readonly say: Text;
  readonly symptom: string | null;
  readonly evidence: Evidence | null;
  /** How long the way to here takes, milliseconds; null when nothing was measured. */
  readonly latencyMs: number | null;
  readonly judgedAt: number;
}

/** All hops of all flows, in order. */
export function renderHops(runbook: Runbook, context: Omit<RenderContext, 'host'>): readonly RenderedHop[] {
  return runbook.path.flatMap((flow) =>
    flow.hops.map((hop): RenderedHop => {
      const here: RenderContext = { ...context, host: askedOn(hop) };
      const [probe] = Object.values(renderProbes(hop.probe, here));
      if (probe === undefined) throw new RangeError(`hop ${flow.id}.${hop.id} asks nothing`);
      return {
        id: `${flow.id}.${hop.id}`,
        probe,
        title: hop.title,
        outcomes: hop.outcomes.map((outcome) =>
          outcome.when === undefined ? outcome : { ...outcome, when: renderCondition(outcome.when, here) },
        ),
      };
    }),
  );
}

function askedOn(hop: HopSource): (typeof HOST_NAMES)[number] | null {
  const asked = hop.from ?? hop.at;
  return HOST_NAMES.find((name) => name === asked) ?? null;
}

export function hopRequest(hop: RenderedHop): ProbeRequest {
  return { id: hop.id, probe: hop.probe };
}

/** @param now epoch milliseconds */
export function judgeHop(hop: RenderedHop, recording: Recording, now: number): HopResult {
  const place: Place = hop.probe.on;
  if (hop.probe.kind === 'command' && recording.exit !== null && recording.stdout.trim() === '') {
    // Every question of a hop prints what it found: silence is no break, but a question that went wrong.
    const say = emptyAnswer({ exit: recording.exit });
    const evidence = toEvidence(recording);
    return { hop: hop.id, verdict: 'unknown', say, symptom: null, evidence, latencyMs: null, judgedAt: now };
  }
  const result = judgeGate(
    {
      key: `${hop.id}@operator`,
      gate: hop.id,
      step: '',
      subject: 'operator',
      title: hop.title,
      probes: { [place]: hop.probe },
      outcomes: hop.outcomes,
      needs: [],
      freshMs: 0,
    },
    new Map([[place, recording]]),
    now,
  );
  return {
    hop: hop.id,
    verdict: result.verdict === 'blocked' ? 'unknown' : result.verdict,
    say: result.say,
    symptom: result.symptom,
    evidence: result.evidence[0] ?? null,
    latencyMs: latencyOf(hop, recording),
    judgedAt: now,
  };
}

const emptyAnswer = ({ exit }: { readonly exit: number }): Text => ({
  id: `tidak dapat dibaca: jawabannya kosong (exit ${exit})`,
  en: `could not be read: the answer was empty (exit ${exit})`,
});

/** A command says its own latency in a line `ms N`; of other probes it is the time they took. */
function latencyOf(hop: RenderedHop, recording: Recording): number | null {
  if (recording.exit === null) return null;
  if (hop.probe.kind !== 'command') return Math.round(recording.durationMs);
  const line = /^ms (\d{1,7})$/m.exec(recording.stdout)?.[1];
  return line === undefined ? null : Number(line);
}

/**
 * The first hop that is broken; what comes after it fails because of it, or is a fault of its own that can only be
 * told when this one is mended. Null when none is.
 */
export function firstBroken(
  runbook: Runbook,
  flow: string,
  results: Readonly<Partial<Record<HopId, HopResult>>>,
): HopId | null {
  for (const hop of runbook.path.find((one) => one.id === flow)?.hops ?? []) {
    const id: HopId = `${flow}.${hop.id}`;
    if (results[id]?.verdict === 'fail') return id;
  }
  return null;
}
