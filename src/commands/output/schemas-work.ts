/** The shapes of what commands that prepare and change a lab print as JSON. */
import { z } from 'zod';
import {
  exit,
  gates,
  host,
  instant,
  jobEnd,
  lab,
  summary,
  text,
  tool,
  trouble,
  version,
} from './schema-parts.js';

const variant = z.enum(['ours', 'runbook']);
const risk = z.enum(['safe', 'config', 'destroys']);
export const file = z.object({
  name: z.string(),
  source: z.string().describe('template, secret, command, upload or project'),
  content: z.string().describe('as it may be shown: never a secret'),
});

/** Steps on their hosts, and how each of their actions went. */
export const runs = z.array(
  z.object({
    step: z.string(),
    host,
    purpose: z.enum(['run', 'undo']),
    phase: z.enum(['running', 'gating', 'done', 'failed', 'cancelled']),
    startedAt: instant,
    endedAt: instant.nullable(),
    actions: z.array(
      z.object({
        action: z.string(),
        phase: z.string().describe('waiting, satisfied, running, ok, or how it failed'),
        variant,
        job: z.string().nullable(),
        startedAt: instant.nullable(),
        endedAt: instant.nullable(),
        end: jobEnd.nullable(),
        trouble: trouble.nullable(),
      }),
    ),
  }),
);

/** `run --json` and `undo --json` */
export const runDocument = z.object({
  schemaVersion: version,
  kind: z.enum(['run', 'undo']),
  tool,
  lab,
  startedAt: instant,
  finishedAt: instant,
  stopped: z.boolean().describe('a person ended it; jobs that had begun go on'),
  exit,
  reattached: z
    .array(z.object({ job: z.string(), host, step: z.string(), action: z.string(), end: jobEnd.nullable() }))
    .describe('jobs that an earlier call had left'),
  runs,
  notRun: z.array(z.string()),
  summary,
  gates,
});

/** `cancel --json` */
export const cancelDocument = z.object({
  schemaVersion: version,
  kind: z.literal('cancel'),
  step: z.string(),
  cancelled: z.array(
    z.object({
      job: z.string(),
      host,
      action: z.string(),
      end: jobEnd.nullable().describe('null: it would not end'),
    }),
  ),
});

/** `plan --json` */
export const planDocument = z.object({
  schemaVersion: version,
  kind: z.literal('plan'),
  lab,
  steps: z.array(
    z.object({
      id: z.string(),
      title: text,
      hosts: z.array(host),
      needs: z.array(z.string()),
      actions: z.array(
        z.object({
          id: z.string(),
          say: text,
          risk,
          hosts: z.partialRecord(
            host,
            z.object({
              variant,
              as: z.enum(['root', 'user']),
              script: z.string(),
              satisfied: z.string().nullable().describe('exits 0 when there is nothing to do'),
              undo: z.string().nullable(),
              files: z.array(file),
              timeoutSeconds: z.number(),
            }),
          ),
        }),
      ),
      gates: z.array(z.object({ id: z.string(), title: text })),
    }),
  ),
});

/** `connect --json` */
export const connectDocument = z.object({
  schemaVersion: version,
  kind: z.literal('connect'),
  lab,
  hosts: z.array(
    z.object({
      host,
      login: z.string(),
      ok: z.boolean(),
      sudo: z.enum(['nopasswd', 'password', 'none']).nullable(),
      hostname: z.string().nullable(),
      os: z.string().nullable(),
      trouble: trouble.nullable(),
    }),
  ),
});

const paths = z.array(z.string());
/** `scaffold --json` */
export const scaffoldDocument = z.object({
  schemaVersion: version,
  kind: z.literal('scaffold'),
  directory: z.string(),
  lab: lab.nullable(),
  written: paths,
  replaced: paths,
  unchanged: paths,
  vagrantfile: z.boolean(),
});
