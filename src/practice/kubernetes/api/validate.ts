/** What the API server refuses of a new object or of a change, beside what admission does for kubectl too. */
import type { ApiServer } from '../control-plane.js';
import { listAt, mapAt, numberAt, sameJson, textAt, type JsonMap } from '../json.js';
import { admitted } from '../kubectl/admission.js';
import { KubectlError } from '../kubectl/call.js';
import { builtIn, type Resource } from '../resources.js';
import { nameOf } from '../store.js';
import { ApiError, badRequest, invalid, notFound } from './status.js';

/** Words of kubectl's admission as the server itself says them. */
function asStatus(error: KubectlError, resource: Resource, name: string): ApiError {
  const match = /is invalid: (\S+): (.*)$/s.exec(error.message);
  return match === null ? badRequest(error.message) : invalid(resource, name, match[1] ?? '', match[2] ?? '');
}
function common(resource: Resource, object: JsonMap): void {
  const name = nameOf(object);
  const replicas = numberAt(object, 'spec', 'replicas');
  if (replicas !== undefined && replicas < 0)
    throw invalid(
      resource,
      name,
      'spec.replicas',
      `Invalid value: ${replicas}: must be greater than or equal to 0`,
    );
  for (const [key, value] of Object.entries(mapAt(object, 'metadata', 'labels')))
    if (typeof value !== 'string' || !/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value))
      throw invalid(
        resource,
        name,
        'metadata.labels',
        `Invalid value: "${textAt(value)}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?') (label ${key})`,
      );
}
/** A new object with its defaults. @throws ApiError 400, 403, 404, 422 */
export function checkedNew(api: ApiServer, resource: Resource, object: JsonMap): JsonMap {
  const name = nameOf(object);
  const namespace = textAt(object, 'metadata', 'namespace');
  if (textAt(object, 'metadata', 'resourceVersion') !== '')
    throw badRequest('resourceVersion should not be set on objects to be created');
  if (resource.namespaced) {
    const home = api.cluster.store.get('Namespace', '', namespace);
    if (home === undefined) throw notFound(builtIn('Namespace'), namespace);
    if (textAt(home, 'metadata', 'deletionTimestamp') !== '')
      throw new ApiError(
        403,
        'Forbidden',
        `${resource.plural} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
        {
          name,
          kind: resource.plural,
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${namespace} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        },
      );
  }
  if (name === '')
    throw invalid(resource, '', 'metadata.name', 'Required value: name or generateName is required');
  common(resource, object);
  try {
    return admitted({ api }, resource, object);
  } catch (error) {
    if (error instanceof KubectlError) throw asStatus(error, resource, name);
    throw error;
  }
}
/** What of a pod may change once it is there. */
function frozen(pod: JsonMap): JsonMap {
  const { activeDeadlineSeconds: _end, tolerations: _extra, ...spec } = mapAt(pod, 'spec');
  const plain = (key: string) =>
    listAt(spec, key).map((one) => {
      const { image: _image, ...rest } = mapAt(one);
      return rest;
    });
  return { ...spec, containers: plain('containers'), initContainers: plain('initContainers') };
}
const TEMPLATED = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'];

/** A changed object. @throws ApiError 422 for what may not change, or not so */
export function checkedChange(api: ApiServer, resource: Resource, old: JsonMap, next: JsonMap): JsonMap {
  const name = nameOf(old);
  common(resource, next);
  const immutable = (field: string) =>
    invalid(
      resource,
      name,
      field,
      `Invalid value: ${JSON.stringify(mapAt(next, ...field.split('.')))}: field is immutable`,
    );
  if (TEMPLATED.includes(resource.kind)) {
    if (!sameJson(mapAt(old, 'spec', 'selector'), mapAt(next, 'spec', 'selector')))
      throw immutable('spec.selector');
  } else if (resource.kind === 'Job') {
    if (!sameJson(mapAt(old, 'spec', 'template'), mapAt(next, 'spec', 'template')))
      throw immutable('spec.template');
    return next;
  } else if (resource.kind === 'Pod') {
    if (!sameJson(frozen(old), frozen(next)))
      throw invalid(
        resource,
        name,
        'spec',
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      );
    return next;
  } else if (resource.kind === 'ConfigMap' || resource.kind === 'Secret') {
    if (textAt(old, 'immutable') === 'true' && !sameJson(mapAt(old, 'data'), mapAt(next, 'data')))
      throw invalid(resource, name, 'data', 'Forbidden: field is immutable when `immutable` is set');
    if (resource.kind === 'ConfigMap') return next;
  } else if (resource.kind !== 'Service') return next;
  try {
    const checked = admitted({ api }, resource, next);
    return resource.kind === 'Service' ? { ...checked, status: mapAt(old, 'status') } : checked;
  } catch (error) {
    if (error instanceof KubectlError) throw asStatus(error, resource, name);
    throw error;
  }
}
