/** The delivery part of assets/project as a person gets it: placeholders filled in with the track's defaults. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { Parameters } from '../../../src/lab/types.js';
import { renderText } from '../../../src/runbook/render.js';

const TRACK = fileURLToPath(new URL('../../../assets/runbook/track.yaml', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../../assets/project', import.meta.url));

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
const trackSchema = z.object({
  parameters: z.array(z.object({ name: z.string(), default: value.optional() })),
});

/** What the track gives a lab whose file names nothing. */
function defaults(): Parameters {
  const { parameters } = trackSchema.parse(parse(readFileSync(TRACK, 'utf8')));
  return Object.fromEntries(
    parameters.flatMap((one) => (one.default === undefined ? [] : [[one.name, one.default]])),
  );
}

/** Path from the repository's root → text, of everything below deploy/ and the pipeline. */
export function deliveryFiles(parameters: Parameters = {}): ReadonlyMap<string, string> {
  const context = {
    host: null,
    user: 'cikal',
    addresses: { 'vm-docker': '192.168.56.42', 'vm-k8s': '192.168.56.43', 'vm-worker': '192.168.56.44' },
    parameters: { ...defaults(), ...parameters },
  };
  const below = readdirSync(join(PROJECT, 'deploy'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(PROJECT.length + 1));
  return new Map(
    [...below.toSorted(), 'gitlab-ci.yml'].map((path) => [
      path === 'gitlab-ci.yml' ? '.gitlab-ci.yml' : path,
      renderText(readFileSync(join(PROJECT, path), 'utf8'), context),
    ]),
  );
}

/** Writes the files to a new directory and gives its path. */
export function writtenOut(files: ReadonlyMap<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'project-'));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), 0o644);
  }
  return root;
}

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
/** An object of Kubernetes as it stands in a manifest. */
export type Manifest = z.infer<typeof objectSchema>;

/** All objects of a file. @throws Error when it is not YAML or an object lacks kind or name. */
export function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text, { merge: false, strict: true, uniqueKeys: true }).map((document) => {
    const [first] = document.errors;
    if (first !== undefined) throw first;
    return objectSchema.parse(document.toJS());
  });
}
