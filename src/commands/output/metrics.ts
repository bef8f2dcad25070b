/** What a watch has seen, as Prometheus text: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import type { Standing } from '../../gates/types.js';
import type { HostName } from '../../lab/types.js';
import { printable } from './plain.js';

/** One gate as a watch knows it at the moment of asking. */
export interface MeasuredGate {
  readonly gate: string;
  readonly subject: string;
  readonly standing: Standing;
  /** Epoch ms of the last judgement; null when there is none. */
  readonly judgedAt: number | null;
  /** Of its slowest probe, milliseconds. */
  readonly durationMs: number | null;
}
export interface Measured {
  readonly version: string;
  readonly lab: string;
  /** Epoch ms. */
  readonly now: number;
  readonly gates: readonly MeasuredGate[];
  readonly hosts: readonly { readonly host: HostName; readonly up: boolean }[];
  /** Rounds that were done to their end. */
  readonly rounds: number;
  /** The last one; null before the first. */
  readonly lastRound: { readonly endedAt: number; readonly ms: number } | null;
}

/** Every value that the label `verdict` can have: exactly one of them is 1 for a gate. */
export const METRIC_VERDICTS = [
  'pass',
  'warn',
  'fail',
  'blocked',
  'unknown',
  'waived',
  'stale',
  'never',
] as const satisfies readonly Standing[];

type Labels = Readonly<Record<string, string>>;

function labelled(name: string, labels: Labels, value: number): string {
  const inside = Object.entries(labels).map(([key, text]) => {
    const escaped = printable(text)
      .replaceAll('\\', '\\\\')
      .replaceAll('"', '\\"')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', ' ');
    return `${key}="${escaped}"`;
  });
  return `${name}${inside.length === 0 ? '' : `{${inside.join(',')}}`} ${value}`;
}

function family(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly (readonly [Labels, number])[],
): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => labelled(name, labels, value)),
  ];
}

/** Seconds with milliseconds, as Prometheus wants its times. */
function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

export function metricsText({ version, lab, now, gates, hosts, rounds, lastRound }: Measured): string {
  const each = (value: (gate: MeasuredGate) => number | null): (readonly [Labels, number])[] =>
    gates.flatMap((one): (readonly [Labels, number])[] => {
      const found = value(one);
      return found === null ? [] : [[{ gate: one.gate, subject: one.subject }, found]];
    });
  const lines = [
    ...family('threebody_info', 'gauge', 'The program and the lab that it watches.', [[{ version, lab }, 1]]),
    ...family(
      'threebody_gate',
      'gauge',
      'Whether a gate stands like this now (1) or not (0); stale: last judged too long ago to count.',
      gates.flatMap(({ gate, subject, standing }) =>
        METRIC_VERDICTS.map((verdict): readonly [Labels, number] => [
          { gate, subject, verdict },
          verdict === standing ? 1 : 0,
        ]),
      ),
    ),
    ...family(
      'threebody_gate_age_seconds',
      'gauge',
      'Time since a gate was last judged.',
      each(({ judgedAt }) => (judgedAt === null ? null : seconds(Math.max(0, now - judgedAt)))),
    ),
    ...family(
      'threebody_gate_duration_seconds',
      'gauge',
      'How long the slowest probe of a gate took when it was last asked.',
      each(({ durationMs }) => (durationMs === null ? null : seconds(durationMs))),
    ),
    ...family(
      'threebody_host_up',
      'gauge',
      'Whether the SSH connection to a host is up.',
      hosts.map(({ host, up }) => [{ host }, up ? 1 : 0]),
    ),
    ...family('threebody_rounds_total', 'counter', 'Rounds of checking that were done to their end.', [
      [{}, rounds],
    ]),
    ...(lastRound === null
      ? []
      : [
          ...family('threebody_round_duration_seconds', 'gauge', 'How long the last round took.', [
            [{}, seconds(lastRound.ms)],
          ]),
          ...family('threebody_round_timestamp_seconds', 'gauge', 'When the last round ended, Unix time.', [
            [{}, seconds(lastRound.endedAt)],
          ]),
        ]),
  ];
  return `${lines.join('\n')}\n`;
}
