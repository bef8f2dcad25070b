/** Which objects the words of a command line mean. */
import { textAt, type JsonMap } from '../json.js';
import type { Resource } from '../resources.js';
import { matchesFields as fieldsFit, matchesSelector as labelsFit, SelectorError } from '../selectors.js';
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

/** What the server refuses, in kubectl's words. */
function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new KubectlError(`Error from server (BadRequest): ${error.message}`);
  }
}
/** @throws KubectlError for a condition that cannot be read */
export const matchesSelector = (object: JsonMap, selector: string): boolean =>
  asked(() => labelsFit(object, selector));
/** @throws KubectlError for a condition that cannot be read */
const matchesFields = (object: JsonMap, selector: string): boolean =>
  asked(() => fieldsFit(object, selector));

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
