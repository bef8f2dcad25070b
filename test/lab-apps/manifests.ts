import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const container = z.object({ name: z.string(), command: z.array(z.string()).optional() });
const job = z.object({
  kind: z.literal('Job'),
  spec: z.object({
    template: z.object({
      spec: z.object({ initContainers: z.array(container), containers: z.array(container) }),
    }),
  }),
});
const configMap = z.object({ kind: z.literal('ConfigMap'), data: z.record(z.string(), z.string()) });

function documents(file: string): unknown[] {
  // The placeholders are filled in on a lab; none of what is read here depends on them.
  const text = readFileSync(file, 'utf8').replaceAll(/\{\{[^}]*\}\}/g, 'x');
  return parseAllDocuments(text).map((one): unknown => one.toJS());
}

/** nginx' configuration as the Pod gets it: the files of the ConfigMap, by name. */
export function laravelNginx(project: string): Readonly<Record<string, string>> {
  for (const one of documents(join(project, 'deploy/k8s/base/30-laravel.yaml'))) {
    const read = configMap.safeParse(one);
    if (read.success) return read.data.data;
  }
  throw new Error('30-laravel.yaml has no ConfigMap');
}

/** The script that a container of the migrate Job runs. */
export function jobScript(project: string, name: 'wait-mysql' | 'migrate'): string {
  for (const one of documents(join(project, 'deploy/k8s/jobs/laravel-migrate-job.yaml'))) {
    const read = job.safeParse(one);
    if (!read.success) continue;
    const { initContainers, containers } = read.data.spec.template.spec;
    const script = [...initContainers, ...containers].find((each) => each.name === name)?.command?.at(-1);
    if (script !== undefined) return script;
  }
  throw new Error(`laravel-migrate-job.yaml has no script for ${name}`);
}
