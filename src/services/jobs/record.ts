/** What a host says about its jobs, checked before it is believed. */
import { z } from 'zod';
import type { HostName } from '../../lab/types.js';
import type { JobEnd, JobRecord, JobSpec } from '../ports.js';
import { cleanRemoteText } from '../text/clean.js';

const specSchema = z.object({
  step: z.string().max(50),
  action: z.string().max(200),
  variant: z.enum(['ours', 'runbook']),
  purpose: z.enum(['run', 'undo']),
  by: z.string().max(200),
});
const milliseconds = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const base64Text = z.base64().transform((text) => Buffer.from(text, 'base64').toString('utf8'));
/** `J ID STARTED ENDED STATE CODE BYTES LEFT SPEC`, see host-scripts.ts. */
const lineSchema = z.tuple([
  z.literal('J'),
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$/),
  milliseconds,
  z.union([z.literal('-').transform(() => null), milliseconds]),
  z.enum(['running', 'ended', 'timed-out', 'flooded', 'cancelled', 'killed', 'rebooted']),
  z.union([
    z.literal('-').transform(() => null),
    z
      .string()
      .regex(/^\d{1,3}$/)
      .transform(Number),
  ]),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  z.union([z.literal('-').transform(() => ''), base64Text]),
  base64Text,
]);
type Line = z.infer<typeof lineSchema>;

/** The part of a job's spec that is kept on the host, as one line of JSON. */
export function specLine(spec: JobSpec): string {
  const { step, action, variant, purpose, by } = spec;
  return JSON.stringify({ step, action, variant, purpose, by });
}

function endOf(state: Line[4], code: number | null, left: string): JobEnd | null {
  switch (state) {
    case 'running':
      return null;
    case 'ended':
      return { kind: 'exited', exit: code ?? 255 };
    case 'timed-out':
    case 'flooded':
      return { kind: state };
    case 'cancelled':
      return { kind: 'cancelled', left };
    case 'killed':
    case 'rebooted':
      return { kind: 'lost', reason: state };
  }
}

/** Reads one line about a job; null when it is no such line or does not make sense. */
export function parseRecord(host: HostName, line: string, mask: (text: string) => string): JobRecord | null {
  const parsed = lineSchema.safeParse(line.trim().split(' '));
  if (!parsed.success) return null;
  const [, id, startedAt, endedAt, state, code, outputBytes, left, json] = parsed.data;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const spec = specSchema.safeParse(value);
  if (!spec.success) return null;
  const clean = (text: string): string => cleanRemoteText(text, { mask }).trim();
  return {
    id,
    host,
    step: clean(spec.data.step),
    action: clean(spec.data.action),
    variant: spec.data.variant,
    purpose: spec.data.purpose,
    by: clean(spec.data.by),
    startedAt,
    endedAt,
    end: endOf(state, code, clean(left)),
    outputBytes,
  };
}
