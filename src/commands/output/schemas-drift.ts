/** The shape of what `drift --json` prints. */
import { z } from 'zod';
import { FILE_ACTS } from '../../drift/acts.js';
import { FILE_STATES } from '../../drift/files.js';
import { exit, gates, host, instant, lab, summary, tool, trouble, version } from './schema-parts.js';

const act = z.enum(FILE_ACTS);
const mode = z.string().describe('octal, as stat prints it; empty where there is none or it is not known');
const owner = z.string().describe('user:group; empty where there is none or it is not known');

export const driftDocument = z.object({
  schemaVersion: version,
  kind: z.literal('drift'),
  tool,
  lab,
  at: instant,
  exit,
  hosts: z.array(
    z.object({
      host,
      files: z
        .array(
          z.object({
            path: z.string(),
            step: z.string().describe('that wrote it last, or the symptom whose fix did'),
            action: z.string(),
            state: z
              .enum(FILE_STATES)
              .describe(
                'as-left: as the step left it; adopted: the own version of the lab; kept: changed, and a person said that it may be; mode: same content, other mode or owner; replaced: something of another kind is there; unknown: it was not noted what was left',
              ),
            drifted: z.boolean().describe('changed, and nobody has decided about it'),
            writtenAt: instant.nullable().describe('clock of the host'),
            changedAt: instant.nullable().describe('clock of the host'),
            mode,
            owner,
            leftMode: mode,
            leftOwner: owner,
            adopted: z.boolean().describe('the lab has a version of its own'),
            hidden: z.boolean().describe('it may hold a secret: its content is never shown'),
            diff: z
              .array(z.string())
              .nullable()
              .describe('unified, from what was left to what is there; secrets are masked'),
            parameters: z
              .array(z.object({ names: z.array(z.string()), from: z.string(), to: z.string() }))
              .describe('when the whole difference is that of parameters of the lab file'),
            acts: z.array(act).describe('what can be decided'),
          }),
        )
        .describe('the drifted ones first'),
    }),
  ),
  silent: z.array(host).describe('hosts that could not be looked at'),
  done: z
    .array(
      z.object({
        host,
        path: z.string(),
        act,
        aside: z.string().nullable().describe('where what was there before is kept on the host'),
        trouble: trouble.nullable().describe('why it was not done; null: it was'),
      }),
    )
    .describe('what was decided in this call'),
  summary,
  gates: gates.describe('asked after files were restored'),
});
