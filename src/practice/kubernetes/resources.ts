/** Kinds of the API: their names in URLs and on command lines. */
import { listAt, textAt, type JsonMap } from './json.js';

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly short: readonly string[];
  readonly namespaced: boolean;
}
const make = (
  apiVersion: string,
  kind: string,
  plural: string,
  namespaced: boolean,
  ...short: readonly string[]
): Resource => ({
  apiVersion,
  kind,
  plural,
  short,
  namespaced,
});
const APPS = 'apps/v1';
const RBAC = 'rbac.authorization.k8s.io/v1';

export const RESOURCES: readonly Resource[] = [
  make('v1', 'ConfigMap', 'configmaps', true, 'cm'),
  make('v1', 'Endpoints', 'endpoints', true, 'ep'),
  make('v1', 'Event', 'events', true, 'ev'),
  make('v1', 'LimitRange', 'limitranges', true, 'limits'),
  make('v1', 'Namespace', 'namespaces', false, 'ns'),
  make('v1', 'Node', 'nodes', false, 'no'),
  make('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', true, 'pvc'),
  make('v1', 'PersistentVolume', 'persistentvolumes', false, 'pv'),
  make('v1', 'Pod', 'pods', true, 'po'),
  make('v1', 'ReplicationController', 'replicationcontrollers', true, 'rc'),
  make('v1', 'ResourceQuota', 'resourcequotas', true, 'quota'),
  make('v1', 'Secret', 'secrets', true),
  make('v1', 'ServiceAccount', 'serviceaccounts', true, 'sa'),
  make('v1', 'Service', 'services', true, 'svc'),
  make(
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
    false,
  ),
  make(
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    false,
  ),
  make(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    false,
    'crd',
    'crds',
  ),
  make(APPS, 'DaemonSet', 'daemonsets', true, 'ds'),
  make(APPS, 'Deployment', 'deployments', true, 'deploy'),
  make(APPS, 'ReplicaSet', 'replicasets', true, 'rs'),
  make(APPS, 'StatefulSet', 'statefulsets', true, 'sts'),
  make('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', true, 'hpa'),
  make('batch/v1', 'CronJob', 'cronjobs', true, 'cj'),
  make('batch/v1', 'Job', 'jobs', true),
  make('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', false, 'csr'),
  make('coordination.k8s.io/v1', 'Lease', 'leases', true),
  make('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', true),
  make('networking.k8s.io/v1', 'Ingress', 'ingresses', true, 'ing'),
  make('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', true, 'netpol'),
  make('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', true, 'pdb'),
  make(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', false),
  make(RBAC, 'ClusterRole', 'clusterroles', false),
  make(RBAC, 'RoleBinding', 'rolebindings', true),
  make(RBAC, 'Role', 'roles', true),
  make('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', false, 'pc'),
  make('storage.k8s.io/v1', 'StorageClass', 'storageclasses', false, 'sc'),
];
export function groupOf(resource: Resource): string {
  const slash = resource.apiVersion.indexOf('/');
  return slash < 0 ? '' : resource.apiVersion.slice(0, slash);
}
/** `deployment.apps`, `node`: how kubectl names an object's kind in its answers. */
export function qualified(resource: Resource): string {
  const group = groupOf(resource);
  return `${resource.kind.toLowerCase()}${group === '' ? '' : `.${group}`}`;
}
export function builtIn(kind: string): Resource {
  const found = RESOURCES.find((resource) => resource.kind === kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

/** The resource that a CustomResourceDefinition makes known. */
export function definedBy(crd: JsonMap): Resource {
  const version = listAt(crd, 'spec', 'versions').map((entry) => textAt(entry, 'name'))[0] ?? 'v1';
  return {
    apiVersion: `${textAt(crd, 'spec', 'group')}/${version}`,
    kind: textAt(crd, 'spec', 'names', 'kind'),
    plural: textAt(crd, 'spec', 'names', 'plural'),
    short: listAt(crd, 'spec', 'names', 'shortNames').map((entry) => textAt(entry)),
    namespaced: textAt(crd, 'spec', 'scope') === 'Namespaced',
  };
}
