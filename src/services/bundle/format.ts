/**
 * What a bundle holds, and what a reader makes sure of. A bundle is a gzipped tar of one directory, `threebody-bundle/`:
 * `manifest.json` (read this first), `lab.json`, `recordings.json` (every probe that a diagnosis asked, and what came back),
 * `gates.json`, `journal.jsonl`, `README.txt`, and readable texts below `hosts/` and `program/`.
 */
import { z } from 'zod';
import type { GateResult, Recording, Waiver } from '../../gates/types.js';
import { HOST_NAMES } from '../../lab/types.js';
import { gateResultSchema, hostSchema, textSchema, waiverSchema } from '../files/saved-state-schema.js';

export const BUNDLE_VERSION = 1;
/** The one directory in the archive. */
export const ROOT = 'threebody-bundle';

export const FILES = {
  manifest: 'manifest.json',
  lab: 'lab.json',
  recordings: 'recordings.json',
  gates: 'gates.json',
  journal: 'journal.jsonl',
  readme: 'README.txt',
} as const;

const troubleSchema = z.object({ code: z.string(), what: textSchema, remedy: textSchema });

export const manifestSchema = z.object({
  schemaVersion: z.literal(BUNDLE_VERSION),
  kind: z.literal('bundle'),
  tool: z.object({ name: z.string(), version: z.string() }),
  lab: z.object({ name: z.string(), practice: z.boolean() }),
  writtenAt: z.iso.datetime(),
  /** `user@computer` */
  writtenBy: z.string(),
  hosts: z.array(
    z.object({
      name: hostSchema,
      address: z.string(),
      up: z.boolean(),
      /** Why it is not up. */
      trouble: troubleSchema.nullable(),
    }),
  ),
  files: z.array(z.object({ path: z.string(), bytes: z.number().int().nonnegative(), about: textSchema })),
  /** How often `***` stands in the files, by what stands before it. Never what was there. */
  masked: z.object({ total: z.number().int().nonnegative(), kinds: z.record(z.string(), z.number().int()) }),
  leftOut: z.array(z.object({ what: z.string(), why: textSchema })),
});
export type Manifest = z.output<typeof manifestSchema>;

/** What is needed of a lab file to ask the same questions again; no login, no secret. */
export const bundledLabSchema = z.object({
  name: z.string(),
  practice: z.boolean(),
  user: z.string(),
  addresses: z.record(hostSchema, z.string()),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
});
export type BundledLab = z.output<typeof bundledLabSchema>;

const recordingSchema: z.ZodType<Recording> = z.object({
  place: z.enum([...HOST_NAMES, 'operator']),
  asked: z.string(),
  exit: z.number().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  error: textSchema.nullable(),
  startedAt: z.number().nonnegative(),
  durationMs: z.number(),
});
/** One probe: its id, a hash of what exactly was asked, and what came back. */
export const recordedSchema = z.object({ id: z.string(), probe: z.string(), recording: recordingSchema });
export type Recorded = z.output<typeof recordedSchema>;

export const gatesSchema: z.ZodType<{
  readonly results: readonly GateResult[];
  readonly waivers: readonly Waiver[];
}> = z.object({ results: z.array(gateResultSchema), waivers: z.array(waiverSchema) });
