/** GitLab's API v4, as far as the runbook and a runner speak it. */
import { resolve } from '../git/revisions.js';
import { answer, answerJson, type HttpRequest, type HttpResponse } from '../model/http.js';
import { keyJson, projectJson, protectedJson, variableJson } from './answers.js';
import { jobs, pipelines, startPipeline } from './api-pipelines.js';
import { missing, page, type Fields, type Question } from './api-question.js';
import { objection } from './ci/variables.js';
import { CiError, readCiFile } from './ci/yaml.js';
import type { AccessLevel, Project, Variable } from './project.js';
import { PRACTICE_ACCOUNT, type Gitlab } from './server.js';

function fieldsOf(request: HttpRequest): Fields {
  const fields = new Map(request.url.searchParams);
  const text = request.body.toString('utf8');
  if (text === '') return fields;
  if ((request.headers.get('content-type') ?? '').includes('json')) {
    try {
      const body: unknown = JSON.parse(text);
      if (typeof body === 'object' && body !== null)
        for (const [key, value] of Object.entries(body))
          fields.set(key, typeof value === 'string' ? value : JSON.stringify(value));
    } catch {
      return fields;
    }
  } else for (const [key, value] of new URLSearchParams(text)) fields.set(key, value);
  return fields;
}
const bad = (error: string) => answerJson(400, { error });
const truth = (value: string | undefined, otherwise: boolean): boolean =>
  value === undefined ? otherwise : /^(true|1|on|t)$/i.test(value);
function variables(question: Question, project: Project): HttpResponse {
  const { method, fields, parts } = question;
  const [, key] = parts;
  if (key === undefined && method === 'GET')
    return page(fields, [...project.variables.values()].map(variableJson));
  const name = key ?? fields.get('key');
  if (name === undefined) return bad('key is missing, value is missing');
  const old = project.variables.get(name);
  if (key !== undefined && old === undefined) return missing('Variable');
  if (key === undefined && old !== undefined)
    return answerJson(400, { message: { key: [`(${name}) has already been taken`] } });
  if (method === 'GET' && old !== undefined) return answerJson(200, variableJson(old));
  if (method === 'DELETE') {
    project.variables.delete(name);
    return answer(204);
  }
  if (method !== 'POST' && method !== 'PUT') return answerJson(405, { message: '405 Method Not Allowed' });
  const value = fields.get('value');
  if (value === undefined && old === undefined) return bad('value is missing');
  const type = fields.get('variable_type') ?? old?.type ?? 'env_var';
  if (type !== 'env_var' && type !== 'file') return bad('variable_type does not have a valid value');
  const made: Variable = {
    key: name,
    value: value ?? old?.value ?? '',
    type,
    protected: truth(fields.get('protected'), old?.protected ?? false),
    masked: truth(fields.get('masked') ?? fields.get('masked_and_hidden'), old?.masked ?? false),
    hidden: truth(fields.get('masked_and_hidden'), old?.hidden ?? false),
    raw: truth(fields.get('raw'), old?.raw ?? false),
    scope: fields.get('environment_scope') ?? old?.scope ?? '*',
    description: fields.get('description') ?? old?.description ?? null,
  };
  const why = objection(made);
  if (why !== null) return answerJson(400, { message: why });
  project.variables.set(name, made);
  return answerJson(old === undefined ? 201 : 200, variableJson(made));
}
const LEVELS: readonly AccessLevel[] = [0, 30, 40];
function protection(question: Question, project: Project): HttpResponse {
  const { method, fields, parts } = question;
  const [, name] = parts;
  if (name === undefined && method === 'GET')
    return page(fields, [...project.protectedBranches.values()].map(protectedJson));
  const wish = (field: string, old: AccessLevel) =>
    LEVELS.find((one) => String(one) === fields.get(field)) ?? old;
  if (name === undefined) {
    const fresh = fields.get('name');
    if (fresh === undefined) return bad('name is missing');
    if (project.protectedBranches.has(fresh))
      return answerJson(409, { message: `Protected branch '${fresh}' already exists` });
    const made = project.protect(
      fresh,
      wish('push_access_level', 40),
      wish('merge_access_level', 40),
      truth(fields.get('allow_force_push'), false),
    );
    return answerJson(201, protectedJson(made));
  }
  const old = project.protectedBranches.get(name);
  if (old === undefined) return answerJson(404, { message: '404 Not found' });
  if (method === 'DELETE') {
    project.protectedBranches.delete(name);
    return answer(204);
  }
  if (method === 'PATCH') {
    const changed = { ...old, allowForcePush: truth(fields.get('allow_force_push'), old.allowForcePush) };
    project.protectedBranches.set(name, changed);
    return answerJson(200, protectedJson(changed));
  }
  return answerJson(200, protectedJson(old));
}
function branches(question: Question, project: Project): HttpResponse {
  const { repository } = project;
  const shown = (ref: string, id: string) => {
    const name = ref.replace('refs/heads/', '');
    const commit = repository.commit(id);
    return {
      name,
      default: name === project.defaultBranch,
      protected: project.rule(name) !== undefined,
      can_push: true,
      web_url: `${project.webUrl}/-/tree/${name}`,
      commit: { id, short_id: id.slice(0, 8), title: commit.message.split('\n')[0], message: commit.message },
    };
  };
  const name = question.parts[2];
  if (name === undefined)
    return page(
      question.fields,
      [...repository.refs('refs/heads')].map(([ref, id]) => shown(ref, id)),
    );
  const id = repository.ref(`refs/heads/${name}`);
  if (id === null) return missing('Branch');
  if (question.method !== 'DELETE') return answerJson(200, shown(`refs/heads/${name}`, id));
  if (project.rule(name) !== undefined)
    return answerJson(403, { message: '403 Forbidden - Protected branch cannot be removed' });
  repository.deleteRef(`refs/heads/${name}`);
  return answer(204);
}
function lint(question: Question, project: Project): HttpResponse {
  // Without a text of its own the question is about the file that lies in the repository.
  const { repository } = project;
  const blob = resolve(repository, `refs/heads/${project.defaultBranch ?? 'main'}:.gitlab-ci.yml`);
  const text =
    question.fields.get('content') ?? (blob === null ? null : repository.read(blob, 'blob').toString('utf8'));
  if (text === null)
    return answerJson(200, {
      valid: false,
      errors: ['Please provide content of .gitlab-ci.yml'],
      warnings: [],
    });
  try {
    readCiFile(text);
    return answerJson(200, { valid: true, errors: [], warnings: [], merged_yaml: text });
  } catch (error) {
    if (!(error instanceof CiError)) throw error;
    return answerJson(200, { valid: false, errors: error.message.split('\n'), warnings: [] });
  }
}
function keys(question: Question): HttpResponse {
  const { gitlab, method, fields, parts } = question;
  const id = parts[0];
  if (id !== undefined) {
    const at = gitlab.keys.findIndex((one) => String(one.id) === id);
    if (at < 0) return missing('Key');
    if (method === 'DELETE') {
      gitlab.keys.splice(at, 1);
      return answer(204);
    }
    return answerJson(200, gitlab.keys.slice(at, at + 1).map(keyJson)[0]);
  }
  if (method === 'GET') return page(fields, gitlab.keys.map(keyJson));
  const key = fields.get('key') ?? '';
  if (!/^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/]+=*/.test(key.trim()))
    return answerJson(400, { message: { key: ['must be a supported SSH public key.'] } });
  const made = gitlab.addKey(key, fields.get('title') ?? '');
  return made === null
    ? answerJson(400, { message: { fingerprint: ['has already been taken'] } })
    : answerJson(201, keyJson(made));
}
function inProject(question: Question, project: Project): HttpResponse {
  const { parts, method } = question;
  switch (parts[0]) {
    case undefined:
      return method === 'GET'
        ? answerJson(200, projectJson(project))
        : answerJson(405, { message: '405 Method Not Allowed' });
    case 'variables':
      return variables(question, project);
    case 'protected_branches':
      return protection(question, project);
    case 'pipelines':
      return pipelines(question, project);
    case 'pipeline':
      return startPipeline(question, project);
    case 'jobs':
      return jobs(question, project);
    case 'ci':
      return lint(question, project);
    case 'repository':
      return parts[1] === 'branches' ? branches(question, project) : missing('Not');
    case 'runners':
      return page(
        question.fields,
        [...question.gitlab.runners.values()].map((one) => ({
          id: one.id,
          description: one.description,
          active: true,
          paused: false,
          is_shared: false,
          runner_type: 'project_type',
          online: one.contactedAt !== null,
          status: one.contactedAt === null ? 'never_contacted' : 'online',
          tag_list: one.tags,
        })),
      );
    default:
      return answerJson(404, { error: '404 Not Found' });
  }
}
/** What a runner asks: whether its token counts, and for work. */
function asRunner(gitlab: Gitlab, request: HttpRequest, pathname: string): HttpResponse {
  const token = fieldsOf(request).get('token') ?? '';
  const runner = gitlab.runner(token);
  if (runner === undefined) return answerJson(403, { message: '403 Forbidden' });
  if (pathname.endsWith('/jobs/request')) {
    const job = gitlab.take(runner);
    return job === null ? answer(204) : answerJson(201, { id: job.id, token: job.token });
  }
  if (request.method === 'DELETE') {
    gitlab.runners.delete(token);
    return answer(204);
  }
  return answerJson(200, { id: runner.id, token, token_expires_at: null });
}

export function gitlabApi(gitlab: Gitlab, request: HttpRequest): HttpResponse {
  const { pathname } = request.url;
  if (['/api/v4/runners', '/api/v4/runners/verify', '/api/v4/jobs/request'].includes(pathname))
    return asRunner(gitlab, request, pathname);
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  const token =
    request.headers.get('private-token') ?? bearer ?? request.url.searchParams.get('private_token') ?? '';
  if (gitlab.accountOfToken(token) === null) return answerJson(401, { message: '401 Unauthorized' });
  const [area, ...rest] = pathname
    .replace(/^\/api\/v4\/?/, '')
    .split('/')
    .map((part) => decodeURIComponent(part));
  const question = { gitlab, request, method: request.method, fields: fieldsOf(request) };
  switch (area) {
    case 'version':
      return answerJson(200, { version: '18.6.1-ee', revision: 'practice', enterprise: true });
    case 'user':
      if (rest[0] === 'keys') return keys({ ...question, parts: rest.slice(1) });
      return answerJson(200, {
        id: 7,
        username: PRACTICE_ACCOUNT,
        name: 'Praktik',
        state: 'active',
        email: 'praktik@example.com',
      });
    case 'projects': {
      const [word, ...parts] = rest;
      if (word === undefined) return page(question.fields, gitlab.projects.map(projectJson));
      const project = gitlab.project(word);
      return project === undefined ? missing('Project') : inProject({ ...question, parts }, project);
    }
    default:
      return answerJson(404, { error: '404 Not Found' });
  }
}
