/** Which objects the words of a command line mean. */
import { mapAt, textAt, type JsonMap } from '../json.js';
import type { Resource } from '../resources.js';
import { authorise, KubectlError, notFound, resourceFor, type Session } from './call.js';

const ALL = [
  'pods',
  'services',
  'daemonsets',
  'deployments',
  'replicasets',
  'statefulsets',
  'jobs',
  'cronjobs',
];

export function matchesSelector(object: JsonMap, selector: string): boolean {
  const labels = mapAt(object, 'metadata', 'labels');
  return selector.split(/,(?![^(]*\))/).every((rule) => {
    const set = /^\s*([\w./-]+)\s+(notin|in)\s+\(([^)]*)\)\s*$/.exec(rule);
    if (set !== null)
      return (
        (set[3] ?? '')
          .split(',')
          .map((word) => word.trim())
          .includes(textAt(labels, set[1] ?? '')) ===
        (set[2] === 'in')
      );
    const equal = /^\s*([\w./-]+)\s*(!=|==|=)\s*([\w.-]*)\s*$/.exec(rule);
    if (equal !== null)
      return (
        (textAt(labels, equal[1] ?? '') === (equal[3] ?? '') && (equal[1] ?? '') in labels) ===
        (equal[2] !== '!=')
      );
    const negated = rule.trim().startsWith('!');
    return rule.trim().replace('!', '') in labels !== negated;
  });
}
/** @throws KubectlError for a field that the server cannot select by */
function matchesFields(object: JsonMap, selector: string): boolean {
  return selector.split(',').every((rule) => {
    const match = /^([\w.]+)\s*(!=|==|=)\s*(.*)$/.exec(rule.trim());
    if (match === null) throw new KubectlError(`Error from server (BadRequest): Unable to find field label`);
    return (textAt(object, ...(match[1] ?? '').split('.')) === (match[3] ?? '')) === (match[2] !== '!=');
  });
}

export interface Selected {
  readonly resource: Resource;
  readonly objects: readonly JsonMap[];
}
/** Objects that words like `pods`, `pod/x`, `nodes a b`, `cm/x ds/y` mean. */
export function select(
  session: Session,
  operands: readonly string[],
): { readonly groups: readonly Selected[]; readonly named: boolean; readonly missing: readonly string[] } {
  const { options, api, namespace } = session;
  const { store } = api.cluster;
  const everywhere = options.has('A', 'all-namespaces');
  const selector = options.value('l', 'selector');
  const fields = options.value('field-selector');
  const wanted = (object: JsonMap) =>
    (selector === undefined || matchesSelector(object, selector)) &&
    (fields === undefined || matchesFields(object, fields));
  const missing: string[] = [];
  const one = (resource: Resource, name: string): JsonMap[] => {
    authorise(session, 'get', resource, namespace);
    const found = store.get(resource.kind, resource.namespaced ? namespace : '', name);
    if (found === undefined) missing.push(notFound(resource, name));
    return found === undefined ? [] : [found];
  };
  const all = (resource: Resource): JsonMap[] => {
    authorise(session, 'list', resource, everywhere ? null : namespace);
    return store
      .list(resource.kind, resource.namespaced && !everywhere ? namespace : undefined)
      .filter((object) => wanted(object) && textAt(object, 'apiVersion') === resource.apiVersion);
  };
  const [first = '', ...names] = operands;
  if (first === '')
    throw new KubectlError(
      'error: Required resource not specified.\nUse "kubectl api-resources" for a complete list of supported resources.\nSee \'kubectl get -h\' for help and examples',
    );
  if (operands.some((word) => word.includes('/'))) {
    if (!operands.every((word) => word.includes('/')))
      throw new KubectlError(
        "error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
      );
    const groups = operands.map((word): Selected => {
      const [kind = '', name = ''] = word.split('/');
      const resource = resourceFor(session, kind);
      return { resource, objects: one(resource, name) };
    });
    return { groups, named: true, missing };
  }
  const kinds = first.split(',').flatMap((word) => (word === 'all' ? ALL : [word]));
  if (names.length > 0) {
    if (everywhere && resourceFor(session, kinds[0] ?? '').namespaced)
      throw new KubectlError('error: a resource cannot be retrieved by name across all namespaces');
    return {
      groups: kinds
        .map((kind) => resourceFor(session, kind))
        .map((resource) => ({ resource, objects: names.flatMap((name) => one(resource, name)) })),
      named: true,
      missing,
    };
  }
  return {
    groups: kinds
      .map((kind) => resourceFor(session, kind))
      .map((resource) => ({ resource, objects: all(resource) })),
    named: false,
    missing,
  };
}
