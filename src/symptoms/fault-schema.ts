/** The shape of assets/faults/*.yaml, as zod schemas. The JSON Schema for editors is made from these. */
import { z } from 'zod';
import type { SourcePlace } from '../lab/types.js';
import { host, LAYERS, say, slug, stepId, symptomId } from './schema.js';

/** Who ends it: the program by a fix of its own, or a person whom it tells what to do. */
const MENDERS = ['program', 'person'] as const;

/** What a drill ends with. */
const told = {
  symptom: symptomId.describe('the symptom that is told first'),
  cause: slug.describe(
    'the cause that the walk proves: one of that symptom, or of one that it leads down to',
  ),
  mends: z.enum(MENDERS).describe('who mends it'),
};
const toldSchema = z.strictObject(told);
export type FaultTold = z.infer<typeof toldSchema>;

const faultActionSchema = z.strictObject({
  on: host,
  say: say.describe('one sentence: what is broken here'),
  script: z
    .string()
    .min(1)
    .describe('what breaks it: bash as root, with the prelude, errexit, nounset, pipefail'),
  undo: z
    .string()
    .min(1)
    .optional()
    .describe(
      'what mends it, also when somebody has mended it meanwhile; the last action is taken back first',
    ),
});

export const faultSchema = z
  .strictObject({
    id: slug.describe('also the name of its file'),
    layer: z.enum(LAYERS).describe('where the lab is broken'),
    title: say.describe('two to five words'),
    breaks: say.describe('one sentence: what is broken, as a person will meet it'),
    'met-by': z
      .array(stepId)
      .min(1)
      .optional()
      .describe('it shows only when one of these steps is run; a drill leaves such faults out'),
    practice: z
      .union([toldSchema, z.literal('untold')])
      .optional()
      .describe(
        'the practice lab can be given it: what a drill ends with, or `untold` while no test has shown that',
      ),
    hosts: z
      .strictObject({
        ...told,
        actions: z.array(faultActionSchema).min(1).describe('one after the other'),
      })
      .optional()
      .describe('how any lab is given it, over SSH'),
  })
  .refine((one) => one.practice !== undefined || one.hosts !== undefined, {
    message: 'needs `practice`, `hosts` or both',
  });
type FaultSource = z.infer<typeof faultSchema>;

/** A fault as written, with where it stands. */
export interface Fault extends FaultSource {
  readonly place: SourcePlace;
}
