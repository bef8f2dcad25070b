/** Kubernetes objects as charts make them: names, labels and the usual parts around a container. */
import { mapAt, type Json, type JsonMap } from '../kubernetes/json.js';

export interface ChartContext {
  readonly release: string;
  readonly namespace: string;
  /** The chart's defaults with the person's values over them. */
  readonly values: JsonMap;
  /** `kube-prometheus-stack-82.8.0`. */
  readonly chartLabel: string;
  readonly appVersion: string;
  /** Whether a release of this name is there already. */
  readonly upgrade: boolean;
}
/** What a chart's templates refuse, in their own words. */
export class ChartError extends Error {
  override readonly name = 'ChartError';
}

/** How one program of a chart is called and found. */
export interface Part {
  readonly name: string;
  /** `app.kubernetes.io/name`. */
  readonly app: string;
  readonly component?: string;
  readonly extra?: JsonMap;
}
export const selectorOf = (context: ChartContext, part: Part): JsonMap => ({
  'app.kubernetes.io/name': part.app,
  'app.kubernetes.io/instance': context.release,
  ...(part.component === undefined ? {} : { 'app.kubernetes.io/component': part.component }),
  ...part.extra,
});
export function metadata(context: ChartContext, part: Part, name = part.name): JsonMap {
  return {
    name,
    namespace: context.namespace,
    labels: {
      ...selectorOf(context, part),
      'app.kubernetes.io/managed-by': 'Helm',
      'app.kubernetes.io/version': context.appVersion,
      'helm.sh/chart': context.chartLabel,
    },
  };
}
export const serviceAccount = (context: ChartContext, part: Part): JsonMap => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(context, part),
});
/** What a program may do in the cluster: read what it watches. */
export function permissions(
  context: ChartContext,
  part: Part,
  resources: readonly string[],
): readonly JsonMap[] {
  const { namespace: _none, ...wide } = metadata(context, part);
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: wide,
      rules: [
        { apiGroups: ['', 'apps', 'batch'], resources: [...resources], verbs: ['get', 'list', 'watch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: wide,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: part.name },
      subjects: [{ kind: 'ServiceAccount', name: part.name, namespace: context.namespace }],
    },
  ];
}
export interface Port {
  readonly name: string;
  readonly port: number;
  readonly target: Json;
  readonly nodePort?: number;
}
/** @param given the chart's `service:` values: type and nodePort are taken from it */
export function service(
  context: ChartContext,
  part: Part,
  ports: readonly Port[],
  given: JsonMap = {},
  name = part.name,
): JsonMap {
  const type = given['type'] ?? 'ClusterIP';
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(context, part, name),
    spec: {
      type,
      selector: selectorOf(context, part),
      ports: ports.map((one, index) => ({
        name: one.name,
        port: one.port,
        targetPort: one.target,
        protocol: 'TCP',
        ...(type === 'NodePort' && index === 0 && typeof given['nodePort'] === 'number'
          ? { nodePort: given['nodePort'] }
          : {}),
      })),
    },
  };
}
export const headless = (object: JsonMap): JsonMap => ({
  ...object,
  spec: { ...mapAt(object, 'spec'), clusterIP: 'None' },
});

/** A container without the parts that are empty. */
export function container(fields: JsonMap): JsonMap {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== null &&
        !(Array.isArray(value) && value.length === 0) &&
        !(
          typeof value === 'object' &&
          !Array.isArray(value) &&
          value !== null &&
          Object.keys(value).length === 0
        ),
    ),
  );
}
export const httpGet = (path: string, port: Json, initialDelaySeconds = 0): JsonMap => ({
  httpGet: { path, port },
  ...(initialDelaySeconds > 0 ? { initialDelaySeconds } : {}),
});
export interface PodSpec {
  readonly containers: readonly JsonMap[];
  readonly initContainers?: readonly JsonMap[];
  readonly volumes?: readonly Json[];
  readonly extra?: JsonMap;
  readonly annotations?: JsonMap;
}
function template(context: ChartContext, part: Part, pod: PodSpec): JsonMap {
  return {
    metadata: {
      labels: { ...selectorOf(context, part) },
      ...(pod.annotations === undefined ? {} : { annotations: pod.annotations }),
    },
    spec: container({
      serviceAccountName: part.name,
      initContainers: [...(pod.initContainers ?? [])],
      containers: [...pod.containers],
      volumes: [...(pod.volumes ?? [])],
      ...pod.extra,
    }),
  };
}
export const deployment = (context: ChartContext, part: Part, replicas: number, pod: PodSpec): JsonMap => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(context, part),
  spec: {
    replicas,
    selector: { matchLabels: selectorOf(context, part) },
    template: template(context, part, pod),
  },
});
export const daemonSet = (context: ChartContext, part: Part, pod: PodSpec): JsonMap => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: metadata(context, part),
  spec: { selector: { matchLabels: selectorOf(context, part) }, template: template(context, part, pod) },
});
export const statefulSet = (
  context: ChartContext,
  part: Part,
  replicas: number,
  serviceName: string,
  pod: PodSpec,
  claims: readonly JsonMap[] = [],
): JsonMap => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: metadata(context, part),
  spec: {
    replicas,
    serviceName,
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: selectorOf(context, part) },
    template: template(context, part, pod),
    ...(claims.length === 0 ? {} : { volumeClaimTemplates: [...claims] }),
  },
});
export const configMap = (
  context: ChartContext,
  part: Part,
  name: string,
  data: Readonly<Record<string, string>>,
): JsonMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(context, part, name),
  data: { ...data },
});
/** `resources:` of a values map, without the part when it is empty. */
export const resourcesAt = (values: Json | undefined, ...path: readonly string[]): JsonMap => {
  const found = mapAt(values, ...path, 'resources');
  return Object.keys(found).length === 0 ? {} : { resources: found };
};
/** `registry/repository:tag` of a chart's `image:` values. */
export function imageAt(values: Json | undefined, path: readonly string[], fallback: string): string {
  const image = mapAt(values, ...path);
  const [, base = fallback, tag = ''] = /^(.*?)(?::([^:/]+))?$/.exec(fallback) ?? [];
  const slash = base.indexOf('/');
  const registry =
    typeof image['registry'] === 'string' && image['registry'] !== ''
      ? image['registry']
      : base.slice(0, slash);
  const repository = typeof image['repository'] === 'string' ? image['repository'] : base.slice(slash + 1);
  const wanted = image['tag'];
  return `${registry}/${repository}:${typeof wanted === 'string' && wanted !== '' ? wanted : tag}`;
}
