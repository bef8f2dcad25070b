/** What the API server adds to a new object, and what it refuses. */
import { listAt, mapAt, numberAt, sameJson, textAt, type Json, type JsonMap } from '../json.js';
import type { Resource } from '../resources.js';
import { nameOf } from '../store.js';
import { KubectlError, type Session } from './call.js';

/** Whoever has reached an API server: admission asks nothing else of a caller. */
export type Admitted = Pick<Session, 'api'>;

const taken = (session: Admitted, port: number, own: string) =>
  session.api.cluster.store
    .list('Service')
    .some(
      (service) =>
        textAt(service, 'metadata', 'uid') !== own &&
        listAt(service, 'spec', 'ports').some((one) => numberAt(one, 'nodePort') === port),
    );
function serviceCidr(session: Admitted): string {
  return (
    /serviceSubnet:\s*(\S+)/.exec(
      textAt(session.api.cluster.configuration, 'data', 'ClusterConfiguration'),
    )?.[1] ?? '10.96.0.0/12'
  );
}
const invalid = (object: JsonMap, field: string, words: string) =>
  new KubectlError(`The ${textAt(object, 'kind')} "${nameOf(object)}" is invalid: ${field}: ${words}`);

/** What admission adds to a new object, and what validation refuses. @throws KubectlError */
export function admitted(session: Admitted, resource: Resource, object: JsonMap): JsonMap {
  const { cluster } = session.api;
  if (
    !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(nameOf(object)) &&
    !['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'].includes(resource.kind)
  ) {
    if (nameOf(object) === '')
      throw new KubectlError(
        `error: error when creating: ${resource.kind.toLowerCase()} "" is invalid: metadata.name: Required value: name or generateName is required`,
      );
    throw invalid(
      object,
      'metadata.name',
      `Invalid value: "${nameOf(object)}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
    );
  }
  switch (resource.kind) {
    case 'Service': {
      const spec = mapAt(object, 'spec');
      const type = textAt(spec, 'type') || 'ClusterIP';
      const uid = textAt(object, 'metadata', 'uid');
      const ports: Json[] = listAt(spec, 'ports').map((entry, index) => {
        const port = mapAt(entry);
        const wanted = numberAt(port, 'nodePort');
        if (wanted !== undefined && (wanted < 30_000 || wanted > 32_767))
          throw invalid(
            object,
            `spec.ports[${index}].nodePort`,
            `Invalid value: ${wanted}: provided port is not in the valid range. The range of valid ports is 30000-32767`,
          );
        if (wanted !== undefined && taken(session, wanted, uid))
          throw invalid(
            object,
            `spec.ports[${index}].nodePort`,
            `Invalid value: ${wanted}: provided port is already allocated`,
          );
        const node = ['NodePort', 'LoadBalancer'].includes(type)
          ? { nodePort: wanted ?? cluster.nextNodePort() }
          : {};
        return { protocol: 'TCP', targetPort: port['port'] ?? 0, ...port, ...node };
      });
      if (ports.length === 0 && textAt(spec, 'clusterIP') !== 'None' && type !== 'ExternalName')
        throw invalid(object, 'spec.ports', 'Required value');
      const address = textAt(spec, 'clusterIP') || cluster.nextClusterAddress(serviceCidr(session));
      return {
        ...object,
        spec: {
          type,
          sessionAffinity: 'None',
          internalTrafficPolicy: 'Cluster',
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
          ...spec,
          clusterIP: address,
          clusterIPs: [address],
          ports,
        },
        status: { loadBalancer: {} },
      };
    }
    case 'Namespace':
      return {
        ...object,
        metadata: {
          ...mapAt(object, 'metadata'),
          labels: { 'kubernetes.io/metadata.name': nameOf(object), ...mapAt(object, 'metadata', 'labels') },
        },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      };
    case 'Pod':
      if (listAt(object, 'spec', 'containers').length === 0)
        throw invalid(object, 'spec.containers', 'Required value');
      return {
        ...object,
        spec: {
          restartPolicy: 'Always',
          schedulerName: 'default-scheduler',
          serviceAccountName: 'default',
          ...mapAt(object, 'spec'),
        },
        status: { phase: 'Pending', qosClass: 'BestEffort' },
      };
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet': {
      const wanted = mapAt(object, 'spec', 'selector', 'matchLabels');
      const labels = mapAt(object, 'spec', 'template', 'metadata', 'labels');
      if (Object.keys(wanted).length === 0) throw invalid(object, 'spec.selector', 'Required value');
      if (Object.entries(wanted).some(([key, value]) => !sameJson(labels[key], value)))
        throw invalid(
          object,
          'spec.template.metadata.labels',
          `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``,
        );
      if (listAt(object, 'spec', 'template', 'spec', 'containers').length === 0)
        throw invalid(object, 'spec.template.spec.containers', 'Required value');
      return resource.kind === 'DaemonSet'
        ? object
        : { ...object, spec: { replicas: 1, ...mapAt(object, 'spec') } };
    }
    case 'Secret': {
      const plain = Object.entries(mapAt(object, 'stringData')).map(
        ([key, value]) => [key, Buffer.from(textAt(value)).toString('base64')] as const,
      );
      const { stringData: _gone, ...rest } = object;
      return { type: 'Opaque', ...rest, data: { ...mapAt(object, 'data'), ...Object.fromEntries(plain) } };
    }
    default:
      return object;
  }
}
