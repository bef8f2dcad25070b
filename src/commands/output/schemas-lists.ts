/** The shapes of what `list … --json` prints. Parts that are as in the content's own files are described there. */
import { z } from 'zod';
import { faultAbout, host, lab, subject, text, verdict, version } from './schema-parts.js';
import { file } from './schemas-work.js';

const gate = z.object({
  id: z.string().describe('<step>.<gate>'),
  step: z.string(),
  title: text,
  probe: z.looseObject({}).describe('as in the step file, see step.json'),
  outcomes: z.array(z.looseObject({ verdict })).describe('as in the step file, see step.json'),
  needs: z.array(z.string()),
  freshSeconds: z.number(),
  rendered: z
    .array(
      z.object({
        key: z.string(),
        subject,
        probes: z
          .looseObject({})
          .describe('place → what is asked there, with the values of the lab filled in'),
        needs: z.array(z.string()),
      }),
    )
    .nullable()
    .describe('null: no lab'),
});

/** `list gates --json` */
export const gatesDocument = z.object({
  schemaVersion: version,
  kind: z.literal('gates'),
  lab: lab.nullable(),
  gates: z.array(gate),
});

/** `list steps --json` */
export const stepsDocument = z.object({
  schemaVersion: version,
  kind: z.literal('steps'),
  lab: lab.nullable(),
  steps: z.array(
    z.object({
      id: z.string(),
      phase: z.string(),
      title: text,
      hosts: z.array(host),
      needs: z.array(z.string()),
      why: text,
      effect: text,
      success: text,
      pitfalls: z.array(z.looseObject({})),
      terms: z.array(z.string()),
      actions: z.array(
        z.object({
          id: z.string(),
          say: text,
          risk: z.enum(['safe', 'config', 'destroys']),
          as: z.enum(['root', 'user']),
          hosts: z.array(host),
          script: z.string().describe('with its placeholders'),
          runbook: z.string().nullable().describe("the runbook's own commands"),
          differs: text.nullable().describe('why ours are others'),
          explain: z.array(z.looseObject({})),
          traps: z.array(z.string()),
          rendered: z
            .partialRecord(
              host,
              z.object({
                script: z.string(),
                runbookScript: z.string().nullable(),
                satisfied: z.string().nullable(),
                undo: z.string().nullable(),
                files: z.array(file),
                keep: z
                  .string()
                  .nullable()
                  .describe("run before the runbook's own commands, so that undo has what they overwrite"),
                timeoutSeconds: z.number(),
              }),
            )
            .nullable()
            .describe('null: no lab'),
        }),
      ),
      gates: z.array(gate),
    }),
  ),
});

/** `list glossary --json` */
export const glossaryDocument = z.object({
  schemaVersion: version,
  kind: z.literal('glossary'),
  terms: z.array(
    z.object({
      id: z.string(),
      term: z.string(),
      also: z.array(z.string()),
      text,
      see: z.array(z.string()),
    }),
  ),
});

/** `list symptoms --json` */
export const symptomsDocument = z.object({
  schemaVersion: version,
  kind: z.literal('symptoms'),
  symptoms: z
    .array(z.looseObject({ id: z.string(), layer: z.string(), title: text, sees: text, why: text }))
    .describe('as in the symptom files, see symptom.json'),
});

/** `list faults --json` */
export const faultsDocument = z.object({
  schemaVersion: version,
  kind: z.literal('faults'),
  faults: z.array(
    z.object({
      ...faultAbout,
      practice: z
        .object({
          symptom: z.string().nullable(),
          cause: z.string().nullable(),
          mends: z.string().nullable(),
        })
        .nullable()
        .describe('what a drill ends with in the practice lab; null: it cannot be given this fault'),
      hosts: z
        .looseObject({ symptom: z.string(), cause: z.string(), mends: z.string() })
        .nullable()
        .describe('the same for any lab, with the scripts; as in the fault files, see fault.json'),
    }),
  ),
});
