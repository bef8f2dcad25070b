/** The words of gates: verdicts, evidence, results. Plain data; see judge.ts for how a verdict is found. */
import type { HostName, Place, Subject, Text } from '../lab/types.js';

/** What a person may see beside a gate. `stale` and `never` are not verdicts: they are what age does to one. */
export const VERDICTS = ['pass', 'warn', 'fail', 'blocked', 'unknown', 'waived'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A gate's standing as shown: a verdict, or why there is none that counts. */
export type Standing = Verdict | 'stale' | 'never' | 'running';

/** Full id of a gate: `<step>.<gate>`, e.g. `A2.hostname`. */
export type GateId = string;
/** One verdict's key: `<gate>@<subject>`, e.g. `A2.hostname@vm-docker` or `A0.clock@lab`. */
export type GateKey = `${string}@${Subject}`;

export function gateKey(gate: GateId, subject: Subject): GateKey {
  return `${gate}@${subject}`;
}

/** What one probe brought back from one place. All text is cleaned, masked and bounded before it gets here. */
export interface Recording {
  readonly place: Place;
  /** The command, URL, `host:port` or name that was asked, as shown to a person. */
  readonly asked: string;
  /** Exit code; for http the status code or 0 when nothing answered, for tcp and dns 0 or 1; null when nothing could be asked. */
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no answer (connection refused, timed out …); null when there is one. */
  readonly error: Text | null;
  /** Milliseconds since the epoch, operator's clock. */
  readonly startedAt: number;
  /** Milliseconds. */
  readonly durationMs: number;
}

/** What a verdict rests on, bounded for screens and journal. */
export interface Evidence {
  readonly place: Place;
  readonly asked: string;
  readonly exit: number | null;
  /** At most a few lines of what was seen. */
  readonly excerpt: string;
  readonly startedAt: number;
  readonly durationMs: number;
}

export interface GateResult {
  readonly gate: GateId;
  readonly subject: Subject;
  readonly verdict: Exclude<Verdict, 'waived'>;
  /** One sentence for a person. */
  readonly say: Text;
  /** Progressive hints towards the fix, mildest first. */
  readonly hints: readonly Text[];
  readonly symptom: string | null;
  readonly evidence: readonly Evidence[];
  /** Gates (keys) that kept this one from running; only with `blocked`. */
  readonly blockedBy: readonly GateKey[];
  /** Milliseconds since the epoch. */
  readonly judgedAt: number;
}

/** A gate skipped by a person. */
export interface Waiver {
  readonly key: GateKey;
  readonly reason: string;
  readonly by: string;
  /** ISO date (`2026-12-31`): the last day on which it holds. */
  readonly until: string;
  readonly madeAt: number;
}

/** A probe with every parameter filled in: data that `services` can carry out without knowing the runbook. */
export type RenderedProbe =
  | {
      readonly kind: 'command';
      readonly on: HostName;
      readonly script: string;
      readonly as: 'root' | 'user';
      readonly timeoutMs: number;
    }
  | { readonly kind: 'routes'; readonly on: 'operator'; readonly timeoutMs: number }
  /** stdout = seconds since the epoch with three decimals. */
  | { readonly kind: 'clock'; readonly on: 'operator'; readonly timeoutMs: number }
  /** stdout = the hosts file of the operator's computer, the lab's own `resolve` lines after it. */
  | { readonly kind: 'hosts-file'; readonly on: 'operator'; readonly timeoutMs: number }
  | {
      readonly kind: 'http';
      readonly on: 'operator';
      readonly url: string;
      readonly method: 'GET' | 'HEAD';
      readonly insecure: boolean;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'tcp';
      readonly on: 'operator';
      readonly host: string;
      readonly port: number;
      readonly timeoutMs: number;
    }
  | { readonly kind: 'dns'; readonly on: 'operator'; readonly name: string; readonly timeoutMs: number };

/** A probe to be carried out, with a name to find its recording by. */
export interface ProbeRequest {
  readonly id: string;
  readonly probe: RenderedProbe;
}
