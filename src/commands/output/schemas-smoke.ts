/** The shapes of what the smoke test, the reboot diary and the expiry calendar print as JSON. */
import { z } from 'zod';
import { exit, gates, host, instant, lab, summary, text, tool, version } from './schema-parts.js';

/** What is different since the last green smoke test. */
const comparison = z.object({
  since: instant.describe('when the last green smoke test ended'),
  by: z.string(),
  rebooted: z.array(z.object({ host, bootId: z.string(), bootedAt: instant })),
  differences: z
    .array(
      z.object({
        host,
        kind: z.string().describe('an id of diary.yaml'),
        title: text,
        name: z.string(),
        before: z.string().nullable().describe('null: new'),
        after: z.string().nullable().describe('null: gone'),
      }),
    )
    .describe('most telling first'),
  unread: z.array(host).describe('hosts of which nothing could be read now'),
});

/** `smoke --json` */
export const smokeDocument = z.object({
  schemaVersion: version,
  kind: z.literal('smoke'),
  tool,
  lab,
  startedAt: instant,
  finishedAt: instant,
  attempts: z.number().int().describe('rounds'),
  exit,
  verdict: z
    .enum(['green', 'broken', 'out-of-time'])
    .describe('out-of-time: something was still on its way when the waiting was over'),
  first: z
    .object({
      key: z.string(),
      state: z.enum(['green', 'rising', 'broken', 'behind', 'open']),
      say: text.nullable(),
      symptom: z.string().nullable(),
      title: text.nullable().describe('of the symptom'),
    })
    .nullable()
    .describe('the first check in boot order that is not green'),
  hops: z
    .array(
      z.object({
        flow: z.string(),
        hop: z.string(),
        title: text,
        say: text,
        symptom: z.string().nullable(),
      }),
    )
    .describe('the first broken hop of each flow that has one'),
  hosts: z.array(
    z.object({ host, up: z.boolean(), bootId: z.string().nullable(), bootedAt: instant.nullable() }),
  ),
  stages: z.array(
    z.object({
      id: z.string(),
      title: text,
      checks: z.array(
        z.object({
          key: z.string(),
          state: z.enum(['green', 'rising', 'broken', 'behind', 'open']),
          until: instant.nullable().describe('when a rising one counts as broken'),
        }),
      ),
    }),
  ),
  notPartOfLab: z.array(z.object({ id: z.string(), title: text })),
  diary: comparison.nullable().describe('null: there was no green smoke test before'),
  recorded: z.boolean().describe('this state is what the next one is compared with'),
  summary,
  gates,
});

const toolAndName = { tool, lab: z.object({ name: z.string() }) };

/** `diary --json` */
export const diaryDocument = z.object({
  schemaVersion: version,
  kind: z.literal('diary'),
  ...toolAndName,
  exit,
  diary: comparison.nullable().describe('null: there was no green smoke test yet'),
});

/** `expiry --json` */
export const expiryDocument = z.object({
  schemaVersion: version,
  kind: z.literal('expiry'),
  ...toolAndName,
  at: instant,
  exit,
  tablesAsOf: z.iso.date().describe('when the ends of support were looked up'),
  entries: z
    .array(
      z.object({
        id: z.string(),
        title: text,
        kind: z.enum(['date', 'support']),
        name: z.string(),
        version: z.string().nullable(),
        hosts: z.array(host),
        endsAt: instant.nullable(),
        daysLeft: z.number().int().nullable().describe('rounded down; negative once it is over'),
        level: z.enum(['over', 'soon', 'ok', 'never', 'unknown']),
        harmless: text.nullable().describe('why its end hurts nothing'),
        about: text.nullable(),
        renew: z.object({ step: z.string().optional(), command: z.string().optional(), say: text }),
        source: z.string().nullable(),
      }),
    )
    .describe('the soonest end first'),
  silent: z.array(host).describe('hosts that answered nothing'),
  unread: z.array(z.string()).describe('entry@host'),
});
