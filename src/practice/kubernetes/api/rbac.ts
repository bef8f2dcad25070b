/** Who may do what: RBAC over the roles and bindings of the cluster, and the few roles that every API server is born with. */
import type { Cluster } from '../cluster.js';
import { listAt, textAt, type Json, type JsonMap } from '../json.js';
import { groupOf } from '../resources.js';
import { namespaceOf } from '../store.js';
import type { Identity, Place } from './call.js';
import { ApiError } from './status.js';

interface Rule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly names: readonly string[];
  readonly paths: readonly string[];
}
const rule = (verbs: readonly string[], groups: readonly string[], resources: readonly string[]): Rule => ({
  verbs,
  groups,
  resources,
  names: [],
  paths: [],
});
const paths = (...all: readonly string[]): Rule => ({ ...rule(['get'], [], []), paths: all });
const READ = ['get', 'list', 'watch'];
const CHANGE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const CORE = [
  'bindings',
  'configmaps',
  'endpoints',
  'events',
  'limitranges',
  'namespaces',
  'namespaces/status',
  'persistentvolumeclaims',
  'persistentvolumeclaims/status',
  'pods',
  'pods/log',
  'pods/status',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'replicationcontrollers/status',
  'resourcequotas',
  'resourcequotas/status',
  'serviceaccounts',
  'services',
  'services/status',
];
const GROUPS = [
  'apps',
  'autoscaling',
  'batch',
  'discovery.k8s.io',
  'events.k8s.io',
  'networking.k8s.io',
  'policy',
];
const VIEW: readonly Rule[] = [rule(READ, [''], CORE), rule(READ, GROUPS, ['*'])];
const EDIT: readonly Rule[] = [
  ...VIEW,
  rule([...READ, ...CHANGE], [''], ['secrets', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy']),
  rule(
    CHANGE,
    [''],
    CORE.filter((one) => !/namespaces|status|limitranges|resourcequotas|log/.test(one)),
  ),
  rule(['create'], [''], ['pods/eviction', 'serviceaccounts/token']),
  rule(CHANGE, ['apps', 'autoscaling', 'batch', 'networking.k8s.io', 'policy'], ['*']),
];
const EVERYTHING: readonly Rule[] = [rule(['*'], ['*'], ['*']), { ...paths('*'), verbs: ['*'] }];
/** ClusterRoles that kube-apiserver itself puts there, as far as somebody is bound to them here. */
const BORN: Readonly<Record<string, readonly Rule[]>> = {
  'cluster-admin': EVERYTHING,
  admin: [...EDIT, rule(['*'], ['rbac.authorization.k8s.io'], ['roles', 'rolebindings'])],
  edit: EDIT,
  view: VIEW,
  'system:public-info-viewer': [paths('/healthz', '/livez', '/readyz', '/version', '/version/')],
  'system:discovery': [
    paths('/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/readyz', '/openapi', '/openapi/*'),
    paths('/version', '/version/'),
  ],
  'system:node': [
    rule(READ, [''], ['nodes', 'pods', 'services', 'configmaps', 'secrets', 'persistentvolumeclaims']),
    rule(['get'], [''], ['persistentvolumes', 'endpoints']),
    rule(['create', 'patch', 'update'], [''], ['events', 'nodes', 'nodes/status', 'pods/status']),
    rule([...READ, 'create', 'update', 'patch'], ['coordination.k8s.io'], ['leases']),
  ],
};
/** Groups that are bound from the beginning. */
const BOUND: Readonly<Record<string, readonly string[]>> = {
  'system:masters': ['cluster-admin'],
  'system:authenticated': ['system:discovery', 'system:public-info-viewer'],
  'system:unauthenticated': ['system:public-info-viewer'],
  // What the node authorizer lets a kubelet see; here of all nodes alike.
  'system:nodes': ['system:node'],
};
const words = (value: Json | undefined, key: string) => listAt(value, key).map((one) => textAt(one));

function rulesOf(cluster: Cluster, binding: JsonMap): readonly Rule[] {
  const name = textAt(binding, 'roleRef', 'name');
  const kind = textAt(binding, 'roleRef', 'kind');
  const role = cluster.store.get(kind, kind === 'Role' ? namespaceOf(binding) : '', name);
  const written = listAt(role, 'rules').map((one) => ({
    verbs: words(one, 'verbs'),
    groups: words(one, 'apiGroups'),
    resources: words(one, 'resources'),
    names: words(one, 'resourceNames'),
    paths: words(one, 'nonResourceURLs'),
  }));
  return written.length === 0 && kind === 'ClusterRole' ? (BORN[name] ?? []) : written;
}
function binds(binding: JsonMap, who: Identity): boolean {
  return listAt(binding, 'subjects').some((subject) => {
    const name = textAt(subject, 'name');
    switch (textAt(subject, 'kind')) {
      case 'User':
        return name === who.user;
      case 'Group':
        return who.groups.includes(name);
      case 'ServiceAccount':
        return (
          who.user === `system:serviceaccount:${textAt(subject, 'namespace') || namespaceOf(binding)}:${name}`
        );
      default:
        return false;
    }
  });
}
/** All rules that hold for somebody in a namespace; null: outside of any. */
function rulesFor(cluster: Cluster, who: Identity, namespace: string | null): readonly Rule[] {
  const bindings = [
    ...cluster.store.list('ClusterRoleBinding'),
    ...(namespace === null ? [] : cluster.store.list('RoleBinding', namespace)),
  ].filter((binding) => binds(binding, who));
  return [
    ...who.groups.flatMap((group) => BOUND[group] ?? []).flatMap((role) => BORN[role] ?? []),
    ...bindings.flatMap((binding) => rulesOf(cluster, binding)),
  ];
}
const has = (list: readonly string[], word: string) => list.includes('*') || list.includes(word);

/** @throws ApiError 403 */
export function authorise(cluster: Cluster, who: Identity, verb: string, place: Place): void {
  if (who.groups.includes('system:masters')) return;
  const { resource, namespace, name, subresource, apiVersion } = place;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : groupOf(resource);
  const word = subresource === null ? resource.plural : `${resource.plural}/${subresource}`;
  // A namespace counts as standing in itself.
  const where = resource.kind === 'Namespace' ? name : namespace;
  const allowed = rulesFor(cluster, who, where).some(
    (one) =>
      has(one.verbs, verb) &&
      has(one.groups, group) &&
      (has(one.resources, word) || (subresource !== null && one.resources.includes(`*/${subresource}`))) &&
      (one.names.length === 0 || (name !== null && one.names.includes(name))),
  );
  if (allowed) return;
  const plural = group === '' ? resource.plural : `${resource.plural}.${group}`;
  const scope = where === null ? 'at the cluster scope' : `in the namespace "${where}"`;
  throw new ApiError(
    403,
    'Forbidden',
    `${plural}${name === null ? '' : ` "${name}"`} is forbidden: User "${who.user}" cannot ${verb} resource "${word}" in API group "${group}" ${scope}`,
    { ...(name === null ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource.plural },
  );
}
/** @throws ApiError 403 for a path that names no resource */
export function authorisePath(cluster: Cluster, who: Identity, verb: string, path: string): void {
  const allowed = rulesFor(cluster, who, null).some(
    (one) =>
      has(one.verbs, verb) &&
      one.paths.some(
        (known) =>
          known === '*' || known === path || (known.endsWith('*') && path.startsWith(known.slice(0, -1))),
      ),
  );
  if (!allowed)
    throw new ApiError(403, 'Forbidden', `forbidden: User "${who.user}" cannot ${verb} path "${path}"`, {});
}
