/** Harbor's core over HTTP: token service, API v2.0, and the registry behind it. */
import type { ImageSpec } from '../images/spec.js';
import { answer, answerJson, basicLogin, type HttpRequest, type HttpResponse } from '../model/http.js';
import type { HarborStore } from './store.js';

export const IMAGE_TYPE = 'application/vnd.practice-lab.image+json';

export interface HarborParts {
  readonly store: HarborStore;
  readonly version: string;
  /** Where clients find it: `http://harbor.local:8080`. */
  readonly externalUrl: string;
  /** Component → why it is not healthy, null when it is. */
  readonly health: () => ReadonlyMap<string, string | null>;
}
type Identity = 'admin' | 'anonymous' | 'refused';

const problem = (status: number, code: string, message: string, headers: HttpResponse['headers'] = []) =>
  answerJson(status, { errors: [{ code, message }] }, headers);
const REGISTRY_HEADER = ['Docker-Distribution-Api-Version', 'registry/2.0'] as const;
const TOKEN = 'practice-token.';

function who(parts: HarborParts, request: HttpRequest): Identity {
  const header = request.headers.get('authorization');
  if (header === undefined) return 'anonymous';
  const login = basicLogin(request);
  if (login !== null)
    return login.user === 'admin' && login.password === parts.store.database.admin ? 'admin' : 'refused';
  const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1] ?? '';
  if (!token.startsWith(TOKEN)) return 'refused';
  return token === `${TOKEN}admin` ? 'admin' : 'anonymous';
}
function bodyOf(request: HttpRequest): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : null;
  } catch {
    return null;
  }
}

function tokenService(parts: HarborParts, request: HttpRequest): HttpResponse {
  const identity = who(parts, request);
  if (identity === 'refused') return problem(401, 'UNAUTHORIZED', 'unauthorized');
  const token = `${TOKEN}${identity}`;
  return answerJson(200, { token, access_token: '', expires_in: 1800, issued_at: new Date().toISOString() });
}

function projects(parts: HarborParts, request: HttpRequest, identity: Identity, rest: string): HttpResponse {
  const { store } = parts;
  const { url, method } = request;
  const all = store.database.projects;
  if (rest === '') {
    if (method === 'HEAD') {
      if (identity !== 'admin') return answer(401);
      return answer(all.some((one) => one.name === url.searchParams.get('project_name')) ? 200 : 404);
    }
    if (method === 'POST') {
      if (identity !== 'admin') return problem(401, 'UNAUTHORIZED', 'unauthorized');
      const body = bodyOf(request);
      const name = body?.['project_name'];
      if (typeof name !== 'string' || !/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name))
        return problem(
          400,
          'BAD_REQUEST',
          'project name is not in lower case or contains illegal characters',
        );
      if (all.some((one) => one.name === name))
        return problem(409, 'CONFLICT', `The project named ${name} already exists`);
      const metadata = body?.['metadata'];
      const isPublic =
        typeof metadata === 'object' &&
        metadata !== null &&
        'public' in metadata &&
        String(metadata.public) === 'true';
      const made = store.addProject(name, isPublic);
      return answer(201, '', [['Location', `/api/v2.0/projects/${made.project_id}`]]);
    }
    const wanted =
      url.searchParams.get('name') ?? /name=~?([\w.-]+)/.exec(url.searchParams.get('q') ?? '')?.[1];
    const visible = all
      .filter((one) => identity === 'admin' || one.public)
      .filter((one) => wanted === undefined || one.name.includes(wanted));
    return answerJson(200, visible.map(shown(store)), [['X-Total-Count', String(visible.length)]]);
  }
  const [name = '', what, ...more] = rest.split('/');
  const project = all.find((one) => one.name === name || String(one.project_id) === name);
  if (identity !== 'admin' && project?.public !== true) return problem(401, 'UNAUTHORIZED', 'unauthorized');
  if (project === undefined) return problem(404, 'NOT_FOUND', `project ${name} not found`);
  const repositories = Object.keys(store.repositories.tags).filter((one) =>
    one.startsWith(`${project.name}/`),
  );
  if (what === 'repositories') {
    const [encoded, kind, wantedTag] = more;
    if (encoded === undefined)
      return answerJson(
        200,
        repositories.map((one, index) => ({
          id: index + 1,
          name: one,
          artifact_count: Object.keys(store.repositories.tags[one] ?? {}).length,
        })),
      );
    const tags =
      store.repositories.tags[`${project.name}/${decodeURIComponent(decodeURIComponent(encoded))}`];
    if (tags === undefined)
      return problem(404, 'NOT_FOUND', `repository ${project.name}/${encoded} not found`);
    if (kind === 'artifacts') {
      const full = `${project.name}/${decodeURIComponent(decodeURIComponent(encoded))}`;
      const artifacts = artifactsOf(store, full, tags);
      if (wantedTag === undefined)
        return answerJson(200, artifacts, [['X-Total-Count', String(artifacts.length)]]);
      const one = artifacts.find(
        ({ digest, tags: names }) => digest === wantedTag || names.some(({ name: tag }) => tag === wantedTag),
      );
      return one === undefined
        ? problem(404, 'NOT_FOUND', `artifact ${full}:${wantedTag} not found`)
        : answerJson(200, one);
    }
    return answerJson(200, { name: `${project.name}/${encoded}` });
  }
  if (what !== undefined) return problem(404, 'NOT_FOUND', 'not simulated');
  if (method === 'DELETE') {
    if (identity !== 'admin') return problem(401, 'UNAUTHORIZED', 'unauthorized');
    if (repositories.length > 0)
      return problem(
        412,
        'PRECONDITION',
        `the project ${project.name} contains repositories, can not be deleted`,
      );
    store.dropProject(project.name);
    return answer(200);
  }
  return answerJson(200, shown(store)(project));
}
/** One entry for each digest, with all of its tags. */
function artifactsOf(store: HarborStore, repository: string, tags: Readonly<Record<string, string>>) {
  return [...new Set(Object.values(tags))].map((digest) => {
    const image = store.find(repository, `sha256:${digest}`);
    return {
      digest: `sha256:${digest}`,
      type: 'IMAGE',
      size: image?.sizeBytes ?? 0,
      push_time: image?.createdAt ?? '',
      tags: Object.entries(tags)
        .filter(([, known]) => known === digest)
        .map(([name]) => ({ name })),
    };
  });
}
const shown = (store: HarborStore) => (project: HarborStore['database']['projects'][number]) => ({
  project_id: project.project_id,
  name: project.name,
  owner_name: 'admin',
  metadata: { public: String(project.public) },
  repo_count: Object.keys(store.repositories.tags).filter((one) => one.startsWith(`${project.name}/`)).length,
  creation_time: project.creation_time,
});

function api(parts: HarborParts, request: HttpRequest): HttpResponse {
  const { url, method } = request;
  const path = url.pathname.replace(/^\/api\/v2\.0/, '').replace(/\/$/, '');
  const health = parts.health();
  if (path === '/health') {
    const components = [...health].map(([name, error]) => ({
      name,
      status: error === null ? 'healthy' : 'unhealthy',
      ...(error === null ? {} : { error }),
    }));
    return answerJson(200, {
      status: components.every((one) => one.status === 'healthy') ? 'healthy' : 'unhealthy',
      components,
    });
  }
  if (path === '/ping') return answer(200, 'Pong', [['Content-Type', 'text/plain; charset=utf-8']]);
  if (health.get('database') !== null) return problem(500, 'UNKNOWN', 'internal server error');
  const identity = who(parts, request);
  if (identity === 'refused') return problem(401, 'UNAUTHORIZED', 'unauthorized');
  if (path === '/systeminfo')
    return answerJson(200, {
      auth_mode: 'db_auth',
      harbor_version: `${parts.version}-practice`,
      external_url: parts.externalUrl,
      registry_url: parts.externalUrl.replace(/^https?:\/\//, ''),
    });
  const project = /^\/projects(?:\/(.+))?$/.exec(path);
  if (project !== null) return projects(parts, request, identity, project[1] ?? '');
  if (identity !== 'admin') return problem(401, 'UNAUTHORIZED', 'unauthorized');
  if (path === '/users/current')
    return answerJson(200, { user_id: 1, username: 'admin', sysadmin_flag: true });
  if (path === '/users/1/password' && method === 'PUT') {
    const body = bodyOf(request);
    const [old, fresh] = [body?.['old_password'], body?.['new_password']];
    if (
      typeof fresh !== 'string' ||
      !/[a-z]/.test(fresh) ||
      !/[A-Z]/.test(fresh) ||
      !/\d/.test(fresh) ||
      fresh.length < 8
    )
      return problem(
        400,
        'BAD_REQUEST',
        'the password or secret must be longer than 8 chars with at least 1 uppercase letter, 1 lowercase letter and 1 number',
      );
    if (old !== parts.store.database.admin) return problem(403, 'FORBIDDEN', 'Current password is incorrect');
    if (old === fresh)
      return problem(400, 'BAD_REQUEST', 'the new password can not be same with the old one');
    parts.store.setAdminPassword(fresh);
    return answer(200);
  }
  return problem(404, 'NOT_FOUND', `the practice lab does not simulate ${path}`);
}

function registry(parts: HarborParts, request: HttpRequest): HttpResponse {
  const { pathname } = request.url;
  const identity = who(parts, request);
  const challenge = (scope: string) =>
    problem(401, 'UNAUTHORIZED', 'unauthorized: unauthorized', [
      REGISTRY_HEADER,
      [
        'Www-Authenticate',
        `Bearer realm="${parts.externalUrl}/service/token",service="harbor-registry"${scope === '' ? '' : `,scope="${scope}"`}`,
      ],
    ]);
  if (/^\/v2\/?$/.test(pathname))
    return identity === 'admin' ? answerJson(200, {}, [REGISTRY_HEADER]) : challenge('');
  const down = parts.health().get('registry');
  const match = /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(pathname);
  if (match === null) return problem(404, 'NOT_FOUND', 'page not found', [REGISTRY_HEADER]);
  const [, repository = '', kind, reference = ''] = match;
  const { store } = parts;
  const project = store.database.projects.find((one) => repository.startsWith(`${one.name}/`));
  const write = request.method === 'PUT' || request.method === 'POST';
  if (identity !== 'admin' && (write || project?.public !== true))
    return challenge(`repository:${repository}:pull${write ? ',push' : ''}`);
  if (project === undefined)
    return problem(
      404,
      'NOT_FOUND',
      `project ${repository.split('/')[0] ?? ''} not found: project ${repository.split('/')[0] ?? ''} not found`,
      [REGISTRY_HEADER],
    );
  if (down !== null) return problem(502, 'UNKNOWN', 'bad gateway', [REGISTRY_HEADER]);
  if (kind === 'tags')
    return answerJson(
      200,
      { name: repository, tags: Object.keys(store.repositories.tags[repository] ?? {}) },
      [REGISTRY_HEADER],
    );
  if (kind === 'manifests' && write) {
    const image: ImageSpec = JSON.parse(request.body.toString('utf8'));
    store.push(repository, reference, image);
    return answer(201, '', [REGISTRY_HEADER, ['Docker-Content-Digest', `sha256:${image.digest}`]]);
  }
  const image = kind === 'manifests' ? store.find(repository, reference) : undefined;
  if (image === undefined)
    return problem(404, 'NOT_FOUND', `artifact ${repository}:${reference} not found`, [REGISTRY_HEADER]);
  return answer(200, request.method === 'HEAD' ? '' : JSON.stringify(image), [
    REGISTRY_HEADER,
    ['Content-Type', IMAGE_TYPE],
    ['Docker-Content-Digest', `sha256:${image.digest}`],
  ]);
}

/** What Harbor's proxy passes to core. */
export function harborCore(parts: HarborParts, request: HttpRequest): HttpResponse {
  const { pathname } = request.url;
  if (pathname.startsWith('/service/token')) return tokenService(parts, request);
  if (pathname.startsWith('/api/')) return api(parts, request);
  if (pathname.startsWith('/v2')) return registry(parts, request);
  return answer(404, 'not found\n');
}
