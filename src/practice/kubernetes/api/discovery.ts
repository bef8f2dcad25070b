/** What there is to ask for: versions, groups, kinds; and how the server itself is. */
import type { ApiServer } from '../control-plane.js';
import type { JsonMap } from '../json.js';
import type { Resource } from '../resources.js';
import { EVENTS_V1, json, plain, type Answer } from './call.js';
import { noSuchPath } from './status.js';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const SCALED = ['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'];
/** Kinds whose status is written at a place of its own. */
export const WITH_STATUS: readonly string[] = [
  ...SCALED,
  'DaemonSet',
  'Job',
  'CronJob',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'ResourceQuota',
  'Service',
  'HorizontalPodAutoscaler',
  'CertificateSigningRequest',
  'Ingress',
  'PodDisruptionBudget',
  'CustomResourceDefinition',
];
export const canScale = (resource: Resource) => SCALED.includes(resource.kind);

function described(resource: Resource): readonly JsonMap[] {
  const one = (below: string, kind: string, verbs: readonly string[], extra: JsonMap = {}): JsonMap => ({
    name: `${resource.plural}${below === '' ? '' : `/${below}`}`,
    singularName: below === '' ? resource.kind.toLowerCase() : '',
    namespaced: resource.namespaced,
    ...extra,
    kind,
    verbs: [...verbs],
    ...(below === '' && resource.short.length > 0 ? { shortNames: [...resource.short] } : {}),
  });
  const change = ['get', 'patch', 'update'];
  const scale = { group: 'autoscaling', version: 'v1' };
  return [
    one('', resource.kind, VERBS),
    ...(resource.kind === 'Pod'
      ? [
          one('eviction', 'Eviction', ['create'], { group: 'policy', version: 'v1' }),
          one('exec', 'PodExecOptions', ['create', 'get']),
          one('log', 'Pod', ['get']),
        ]
      : []),
    ...(resource.kind === 'ServiceAccount'
      ? [one('token', 'TokenRequest', ['create'], { group: 'authentication.k8s.io', version: 'v1' })]
      : []),
    ...(canScale(resource) ? [one('scale', 'Scale', change, scale)] : []),
    ...(WITH_STATUS.includes(resource.kind) ? [one('status', resource.kind, change)] : []),
  ];
}
function group(name: string, version: string): JsonMap {
  const one = { groupVersion: `${name}/${version}`, version };
  return { name, versions: [one], preferredVersion: one };
}
const CHECKS = [
  'ping',
  'log',
  'etcd',
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/start-kube-apiserver-identity-lease-controller',
  'autoregister-completion',
];
const HEALTH = ['/healthz', '/livez', '/readyz'];

/** Answers for a path that names no object; null when it names one. @throws ApiError 404 */
export function discover(api: ApiServer, url: URL): Answer | null {
  const path = url.pathname.replace(/(.)\/+$/, '$1');
  const { resources } = api.cluster.store;
  const groups = [...new Set(resources.map((one) => one.apiVersion))].filter((one) => one.includes('/'));
  const versions = [...groups, EVENTS_V1].toSorted();
  const health = HEALTH.find((one) => path === one || path.startsWith(`${one}/`));
  if (health !== undefined) {
    const check = path.slice(health.length + 1);
    if (check !== '' && !CHECKS.includes(check)) throw noSuchPath();
    const left = url.searchParams.getAll('exclude');
    const checks = health === '/readyz' ? [...CHECKS, 'informer-sync', 'shutdown'] : CHECKS;
    return plain(
      200,
      url.searchParams.has('verbose') && check === ''
        ? `${checks.map((one) => (left.includes(one) ? `[+]${one} excluded: ok` : `[+]${one} ok`)).join('\n')}\n${health.slice(1)} check passed\n`
        : 'ok',
    );
  }
  if (path === '/version') return json(200, versionOf(api));
  if (path === '/api')
    return json(200, {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [
        { clientCIDR: '0.0.0.0/0', serverAddress: `${api.host.address}:${api.port}` },
      ],
    });
  if (path === '/apis')
    return json(200, {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: versions.map((one) => group(one.split('/')[0] ?? '', one.split('/')[1] ?? '')),
    });
  if (path === '/')
    return json(200, {
      paths: ['/api', '/api/v1', '/apis', ...versions.map((one) => `/apis/${one}`), ...HEALTH, '/version'],
    });
  const asked = path === '/api/v1' ? 'v1' : /^\/apis\/([^/]+\/[^/]+)$/.exec(path)?.[1];
  if (asked !== undefined) {
    const served =
      asked === EVENTS_V1
        ? resources.filter((one) => one.kind === 'Event')
        : resources.filter((one) => one.apiVersion === asked);
    if (served.length === 0) throw noSuchPath();
    return json(200, {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: asked,
      resources: served.flatMap(described),
    });
  }
  const name = /^\/apis\/([^/]+)$/.exec(path)?.[1];
  if (name === undefined) return null;
  const found = versions.find((one) => one.startsWith(`${name}/`));
  if (found === undefined) throw noSuchPath();
  return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...group(name, found.split('/')[1] ?? '') });
}
export const versionOf = (api: ApiServer): JsonMap => ({
  major: '1',
  minor: api.version.split('.')[1] ?? '',
  gitVersion: api.version,
  gitTreeState: 'clean',
  goVersion: 'go1.22.12',
  compiler: 'gc',
  platform: 'linux/amd64',
});
/** Whether a path is one of those that name no object. */
export const isOpenPath = (path: string) => !/^\/api\/v1\/.|^\/apis\/[^/]+\/[^/]+\/./.test(path);
