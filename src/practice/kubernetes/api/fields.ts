/** What a client selects by: labels as everywhere, fields only as far as each kind lets itself be selected by them. */
import { textAt, type JsonMap } from '../json.js';
import type { Resource } from '../resources.js';
import { matchesSelector, SelectorError } from '../selectors.js';
import { EVENTS_V1, type Place } from './call.js';
import { shown } from './encode.js';
import { badRequest } from './status.js';

const EVERY: readonly string[] = ['metadata.name', 'metadata.namespace'];
const about = (field: string) =>
  ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
    (part) => `${field}.${part}`,
  );
/** From the field label conversions of Kubernetes' API groups. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Node: ['spec.unschedulable'],
  Namespace: ['status.phase'],
  Secret: ['type'],
  ReplicationController: ['status.replicas'],
  ReplicaSet: ['status.replicas'],
  Job: ['status.successful'],
  CertificateSigningRequest: ['spec.signerName'],
  Service: ['spec.clusterIP', 'spec.type'],
};
const EVENT = [...about('involvedObject'), 'reason', 'reportingComponent', 'source', 'type'];
const EVENT_V1 = [...about('regarding'), 'reason', 'reportingController', 'type'];

/** Fields that are looked for under another path, or are there without being written. */
function fieldOf(object: JsonMap, resource: Resource, field: string): string {
  if (resource.kind === 'Event' && field === 'source') return textAt(object, 'source', 'component');
  const found = textAt(object, ...field.split('.'));
  if (found !== '') return found;
  if (field === 'spec.unschedulable' || field === 'spec.hostNetwork') return 'false';
  if (field === 'status.replicas' || field === 'status.successful') return '0';
  return '';
}
export interface Selection {
  /** Whether nothing is left out. */
  readonly all: boolean;
  matches(object: JsonMap): boolean;
}
/** @throws ApiError 400 for what cannot be read, and for fields that this kind is not selected by */
export function selectionOf(place: Place, query: URLSearchParams): Selection {
  const labels = query.get('labelSelector') ?? '';
  const { resource } = place;
  const own =
    resource.kind === 'Event'
      ? place.apiVersion === EVENTS_V1
        ? EVENT_V1
        : EVENT
      : (OWN[resource.kind] ?? []);
  const rules = (query.get('fieldSelector') ?? '')
    .split(',')
    .filter((rule) => rule.trim() !== '')
    .map((rule) => {
      const match = /^\s*([\w.]+)\s*(!=|==|=)\s*(.*?)\s*$/.exec(rule);
      if (match === null) throw badRequest(`invalid field selector: "${rule}"; can't understand "${rule}"`);
      const [, field = '', operator = '', value = ''] = match;
      if (!EVERY.includes(field) && !own.includes(field))
        throw badRequest(
          resource.kind === 'Pod' || resource.kind === 'Event' || resource.kind === 'Node'
            ? `field label not supported: ${field}`
            : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
        );
      return { field, value, equal: operator !== '!=' };
    });
  try {
    matchesSelector({}, labels);
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
  return {
    all: labels.trim() === '' && rules.length === 0,
    matches: (object) => {
      if (!matchesSelector(object, labels)) return false;
      if (rules.length === 0) return true;
      const seen = shown(place, object);
      return rules.every(({ field, value, equal }) => (fieldOf(seen, resource, field) === value) === equal);
    },
  };
}
