/** The shape of what `diagnose --json` prints. */
import { z } from 'zod';
import { evidence, exit, host, instant, lab, place, text, tool, verdict, version } from './schema-parts.js';
import { runs } from './schemas-work.js';

const observed = z.enum([...place.options, 'cluster']).describe('where it was seen');
const gate = z.object({ key: z.string(), verdict, say: text, symptom: z.string().nullable() });
const finding = z.object({
  symptom: z.string(),
  layer: z.string(),
  evidence: z.array(
    z.object({
      source: z.string(),
      place: observed,
      object: z.string().nullable().describe('the name of what was seen; null for pasted text'),
      line: z.string(),
      fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      hints: z.string().nullable().describe('the cause that it speaks for'),
      at: instant,
    }),
  ),
});
const walk = z.object({
  symptom: z.string(),
  end: z.string().nullable().describe('null: there was still something to ask'),
  causes: z.array(
    z.object({
      id: z.string(),
      say: text,
      standing: z.enum(['proved', 'open', 'ruled-out']),
      hinted: z.boolean(),
      by: z.string().nullable().describe('the check that decided'),
      symptom: z.string().nullable().describe('where the walk goes on'),
    }),
  ),
  checks: z.array(
    z.object({
      id: z.string(),
      question: text.nullable(),
      expected: text.nullable(),
      asked: z.boolean(),
      say: text,
      proves: z.string().nullable(),
      rulesOut: z.array(z.string()),
      evidence: z.array(evidence),
      at: instant,
    }),
  ),
});

/** `diagnose --json` */
export const diagnoseDocument = z.object({
  schemaVersion: version,
  kind: z.literal('diagnose'),
  tool,
  lab: lab.nullable().describe('null: pasted text'),
  asked: z.enum(['lab', 'paste']),
  startedAt: instant,
  finishedAt: instant,
  exit,
  firstBroken: z
    .object({ layer: z.string(), places: z.array(observed) })
    .nullable()
    .describe('where the lab is broken first, seen from below'),
  findings: z.array(
    finding.extend({
      recognised: z.boolean().describe('false: only named by a person'),
      title: text,
      sees: text,
      why: text,
      folded: z.array(finding).describe('what this one explains'),
      cause: z.object({ symptom: z.string(), id: z.string(), say: text }).nullable(),
      walks: z.array(walk),
      fixes: z.array(
        z.object({
          id: z.string(),
          say: text,
          steps: z.array(z.string()),
          risk: z.enum(['safe', 'config', 'destroys']).nullable(),
          byHand: text.nullable(),
          gates: z.array(z.string()),
          command: z.string().nullable().describe('null: only a person can do it'),
        }),
      ),
      steps: z.array(z.string()),
      gates: z.array(z.string()),
      traps: z.array(z.string()),
      terms: z.array(z.string()),
    }),
  ),
  expected: z
    .array(z.object({ symptom: z.string(), place: observed, object: z.string().nullable(), say: text }))
    .describe('what was seen and is meant to be so'),
  unexplained: z.array(gate),
  unanswered: z.array(gate).describe('gates of hosts that did answer, which could not be judged'),
  silent: z.array(host),
  fixed: z.array(
    z.object({
      symptom: z.string(),
      fix: z.string(),
      declined: z.boolean(),
      carriedOut: z.boolean(),
      helped: z.boolean(),
      gates: z.array(gate),
    }),
  ),
  after: z.array(gate).nullable().describe('what had been red, asked again; null when nothing was mended'),
});

/** `diagnose --undo --json` */
export const fixUndoDocument = z.object({
  schemaVersion: version,
  kind: z.literal('fix-undo'),
  tool,
  lab,
  startedAt: instant,
  finishedAt: instant,
  exit,
  fix: z
    .object({
      record: z.string().describe('names what the hosts keep of that fix'),
      symptom: z.string(),
      id: z.string(),
      say: text,
      carriedOutAt: instant,
      restores: text.nullable(),
      files: z
        .array(z.object({ host, path: z.string() }))
        .describe('put back as they were just before that fix'),
      stays: z.array(z.string()).describe('<step>.<action>@<host> that kept nothing'),
    })
    .nullable()
    .describe('null: no fix has kept anything that could be put back'),
  declined: z.boolean(),
  carriedOut: z.boolean(),
  runs,
  gates: z.array(gate).describe('those of the fix and its symptom, asked afterwards'),
});
