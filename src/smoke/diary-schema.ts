/** The shape of assets/diary.yaml: what is written down of a host, most telling first. */
import { z } from 'zod';
import { HOST_NAMES } from '../lab/types.js';
import { say, slug } from '../runbook/schema.js';

export const diarySchema = z.strictObject({
  kinds: z
    .array(
      z.strictObject({
        id: slug,
        title: say,
        on: z.array(z.enum(HOST_NAMES)).min(1),
        read: z
          .string()
          .min(1)
          .describe('prints lines `name|value`; ends with 0 only when it read everything'),
      }),
    )
    .min(1),
});
export type DiaryContent = z.infer<typeof diarySchema>;
