/** The shape of assets/runbook/path.yaml: the flows of the lab, hop by hop. */
import { z } from 'zod';
import type { Place } from '../lab/types.js';
import { outcomeSchema, place, probeSchema, say, slug } from './schema.js';

const hopSchema = z
  .strictObject({
    id: slug,
    title: say,
    at: place.describe('where this part of the way is'),
    from: place.optional().describe('where it is asked, when that is another place; default: `at`'),
    probe: probeSchema,
    outcomes: z.array(outcomeSchema).min(2),
    gates: z.array(z.string()).default([]).describe('gates that look at the same thing, `B4.nginx-test`'),
  })
  .superRefine((hop, context) => {
    const asked: Place = hop.from ?? hop.at;
    const command = 'command' in hop.probe;
    if ('compare' in hop.probe || (command ? asked === 'operator' : asked !== 'operator'))
      context.addIssue({
        code: 'custom',
        path: ['probe'],
        message: 'a command is asked on a host; http, tcp and dns are asked from the operator',
      });
  });
export const pathSchema = z.array(
  z.strictObject({ id: slug, title: say, about: say, hops: z.array(hopSchema).min(2) }),
);
export type HopSource = z.infer<typeof hopSchema>;
export type FlowSource = z.infer<typeof pathSchema>[number];
