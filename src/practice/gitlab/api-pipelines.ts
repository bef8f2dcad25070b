/** The API's pipelines and jobs. */
import { z } from 'zod';
import { serveBytes } from '../internet/files.js';
import { answerJson, type HttpResponse } from '../model/http.js';
import { jobJson, pipelineJson } from './answers.js';
import { missing, page, type Question } from './api-question.js';
import { pipelineFor } from './ci/create.js';
import type { Job } from './ci/pipeline.js';
import type { Project, Variable } from './project.js';

export function pipelines(question: Question, project: Project): HttpResponse {
  const { method, fields, parts, gitlab } = question;
  const [, id, what] = parts;
  const now = gitlab.now();
  if (id === undefined) {
    const fits = project.pipelines.filter(
      (one) =>
        (fields.get('sha') ?? one.head.sha) === one.head.sha &&
        (fields.get('ref') ?? one.head.ref) === one.head.ref &&
        (fields.get('status') ?? one.status) === one.status,
    );
    return page(
      fields,
      fits.map((one) => pipelineJson(one, now, false)),
    );
  }
  const pipeline =
    id === 'latest'
      ? project.pipelines.find((one) => one.head.ref === (fields.get('ref') ?? project.defaultBranch))
      : project.pipelines.find((one) => String(one.id) === id);
  if (pipeline === undefined) return answerJson(404, { message: '404 Not found' });
  const scopes = [...question.request.url.searchParams].flatMap(([name, value]) =>
    name.startsWith('scope') ? [value] : [],
  );
  if (what === 'jobs')
    return page(
      fields,
      pipeline.jobs
        .filter((job) => scopes.length === 0 || scopes.includes(job.status))
        .toSorted((a, b) => b.id - a.id)
        .map((job) => jobJson(job, now)),
    );
  if (what === 'cancel' && method === 'POST') pipeline.cancel(now);
  else if (what === 'retry' && method === 'POST') {
    for (const job of [...pipeline.jobs])
      if (job.status === 'failed' || job.status === 'canceled') pipeline.retry(job, gitlab.nextId(), now);
    gitlab.wake();
  } else if (what !== undefined) return missing('Not');
  return answerJson(what === 'retry' ? 201 : 200, pipelineJson(pipeline, now, true));
}
const asked = z.array(
  z.strictObject({
    key: z.string(),
    value: z.union([z.string(), z.number(), z.boolean()]).transform(String),
    variable_type: z.enum(['env_var', 'file']).default('env_var'),
  }),
);
/** `variables` as JSON has it, or `variables[][key]` and `variables[][value]` of a form; null for what is neither. */
function variablesOf({ fields, request }: Question): readonly Variable[] | null {
  const rows: Record<string, string>[] = [];
  const form = (request.headers.get('content-type') ?? '').includes('json')
    ? []
    : [...new URLSearchParams(request.body.toString('utf8'))];
  for (const [name, value] of [...request.url.searchParams, ...form]) {
    const key = /^variables\[\]\[(\w+)\]$/.exec(name)?.[1];
    if (key === undefined) continue;
    const last = rows.at(-1);
    if (last === undefined || key in last) rows.push({ [key]: value });
    else last[key] = value;
  }
  const text = fields.get('variables');
  let given: unknown = rows;
  try {
    if (text !== undefined) given = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = asked.safeParse(given);
  if (!parsed.success || parsed.data.some((one) => !/^\w{1,255}$/.test(one.key))) return null;
  return parsed.data.map(({ key, value, variable_type: type }) => ({
    key,
    value,
    type,
    protected: false,
    masked: false,
    hidden: false,
    raw: false,
    scope: '*',
    description: null,
  }));
}
export function startPipeline(question: Question, project: Project): HttpResponse {
  const { gitlab, fields } = question;
  if (question.method !== 'POST') return answerJson(405, { message: '405 Method Not Allowed' });
  const given = variablesOf(question);
  if (given === null) return answerJson(400, { error: 'variables is invalid' });
  const ref = fields.get('ref') ?? '';
  const id = project.repository.ref(`refs/heads/${ref}`);
  if (id === null) return answerJson(400, { message: { base: ['Reference not found'] } });
  const made = pipelineFor(gitlab, project, { ref: `refs/heads/${ref}`, before: id, after: id }, [], given);
  if (made === null)
    return answerJson(400, {
      message: {
        base: [
          'The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs.',
        ],
      },
    });
  project.pipelines.unshift(made);
  made.advance();
  gitlab.wake();
  return answerJson(201, pipelineJson(made, gitlab.now(), true));
}
export function jobs(question: Question, project: Project): HttpResponse {
  const { method, fields, parts, gitlab, request } = question;
  const [, id, what] = parts;
  const now = gitlab.now();
  const all = project.pipelines.flatMap((pipeline) => pipeline.jobs);
  if (id === undefined)
    return page(
      fields,
      all.toSorted((a, b) => b.id - a.id).map((job) => jobJson(job, now)),
    );
  const job: Job | undefined = all.find((one) => String(one.id) === id);
  if (job === undefined) return answerJson(404, { message: '404 Not found' });
  if (what === undefined) return answerJson(200, jobJson(job, now));
  if (what === 'trace') return serveBytes(request, Buffer.from(job.trace), 'text/plain');
  if (method !== 'POST') return missing('Not');
  if (what === 'play') {
    if (!job.pipeline.play(job)) return answerJson(400, { message: 'Unplayable Job' });
    gitlab.wake();
    return answerJson(200, jobJson(job, now));
  }
  if (what === 'retry') {
    if (!job.finished) return answerJson(403, { message: '403 Forbidden - Job is not retryable' });
    const made = job.pipeline.retry(job, gitlab.nextId(), now);
    gitlab.wake();
    return answerJson(201, jobJson(made, now));
  }
  if (what === 'cancel') {
    job.end('canceled', now);
    return answerJson(201, jobJson(job, now));
  }
  return missing('Not');
}
