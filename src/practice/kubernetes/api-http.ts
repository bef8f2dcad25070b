/** The API over HTTP for clients that show a certificate: reading single objects and lists. */
import { answerJson, type HttpRequest, type HttpResponse } from '../model/http.js';
import { identify } from './access.js';
import type { ApiServer } from './control-plane.js';
import type { JsonMap } from './json.js';
import { matchesFields, matchesSelector, SelectorError } from './selectors.js';

function status(code: number, reason: string, message: string): HttpResponse {
  return answerJson(code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  });
}
/** Who may read everything: the same groups as kubectl's. */
const reads = (api: ApiServer, groups: readonly string[]): boolean =>
  groups.includes('system:masters') ||
  (groups.includes('kubeadm:cluster-admins') &&
    api.cluster.store.get('ClusterRoleBinding', '', 'kubeadm:cluster-admins') !== undefined);

/** A parameter that would have to be ignored; null when there is none. */
function unknownQuestion(parameters: URLSearchParams, list: boolean): string | null {
  const known = list ? ['labelSelector', 'fieldSelector'] : [];
  for (const [name, value] of parameters)
    if (!known.includes(name) && !(name === 'watch' && /^(false|0)$/.test(value))) return name;
  return null;
}
/** @param certificate PEM of the client */
export function answerClient(api: ApiServer, certificate: string, request: HttpRequest): HttpResponse {
  const who = identify(api, certificate, api.host.machine.now());
  if (who === null) return status(401, 'Unauthorized', 'Unauthorized');
  const { pathname } = request.url;
  const match =
    /^\/(?:api\/(v1)|apis\/([\w.-]+\/v\w+))(?:\/namespaces\/([\w-]+))?(?:\/([\w]+))?(?:\/([\w.:-]+))?$/.exec(
      pathname,
    );
  if (match === null) return status(404, 'NotFound', 'the server could not find the requested resource');
  const [, core, group, space, plural, name] = match;
  const { store } = api.cluster;
  const version = core ?? group ?? '';
  const isNamespace = space !== undefined && plural === undefined;
  const word = isNamespace ? 'namespaces' : (plural ?? '');
  const resource = store.resources.find((one) => one.plural === word && one.apiVersion === version);
  if (resource === undefined)
    return status(404, 'NotFound', 'the server could not find the requested resource');
  if (!reads(api, who.groups))
    return status(
      403,
      'Forbidden',
      `${word} is forbidden: User "${who.user}" cannot get resource "${word}" in API group "${core === undefined ? (group ?? '').split('/')[0] : ''}"`,
    );
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return status(
      405,
      'MethodNotAllowed',
      'practice lab: changing objects over plain HTTP is not simulated; use kubectl',
    );
  const wanted = isNamespace ? space : name;
  const { searchParams } = request.url;
  const ignored = unknownQuestion(searchParams, wanted === undefined);
  if (ignored !== null)
    return status(400, 'BadRequest', `practice lab: the parameter ${ignored} is not simulated here`);
  if (wanted === undefined) {
    const labels = searchParams.get('labelSelector') ?? '';
    const fields = searchParams.get('fieldSelector') ?? '';
    try {
      return answerJson(200, {
        kind: `${resource.kind}List`,
        apiVersion: version,
        metadata: { resourceVersion: store.resourceVersion },
        items: store
          .list(resource.kind, space)
          .filter((object) => matchesSelector(object, labels) && matchesFields(object, fields)),
      });
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      return status(400, 'BadRequest', error.message);
    }
  }
  const found: JsonMap | undefined = store.get(
    resource.kind,
    resource.namespaced ? (space ?? 'default') : '',
    wanted,
  );
  return found === undefined
    ? status(404, 'NotFound', `${word} "${wanted}" not found`)
    : answerJson(200, found);
}
