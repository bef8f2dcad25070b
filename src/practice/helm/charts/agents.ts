/** What ships logs to Loki: Grafana Alloy, and Promtail before it. */
import { stringify } from 'yaml';
import { listAt, mapAt, textAt, type Json, type JsonMap } from '../../kubernetes/json.js';
import { IMAGES } from '../../monitoring/images.js';
import {
  ChartError,
  configMap,
  container,
  daemonSet,
  httpGet,
  imageAt,
  permissions,
  resourcesAt,
  service,
  serviceAccount,
  type ChartContext,
  type Part,
} from '../objects.js';
import { readValues } from './kps-values.js';

export const ALLOY_VALUES: JsonMap = readValues(`
alloy:
  configMap: {create: true, content: ''}
  enableReporting: true
  mounts: {varlog: false, dockercontainers: false}
controller: {type: daemonset, tolerations: []}
`);
const fullName = ({ release }: ChartContext, chart: string): string =>
  release.includes(chart) ? release : `${release}-${chart}`;
const EXAMPLE =
  'logging {\n  level  = "info"\n  format = "logfmt"\n}\n\ndiscovery.kubernetes "pods" {\n  role = "pod"\n}\n';

export function renderAlloy(context: ChartContext): readonly JsonMap[] {
  const { values } = context;
  const own = mapAt(values, 'alloy');
  const kind = textAt(values, 'controller', 'type');
  if (kind !== 'daemonset')
    throw new ChartError(`the practice lab knows Alloy as a daemonset only, not as ${kind}`);
  const part: Part = { name: fullName(context, 'alloy'), app: 'alloy' };
  const content = textAt(own, 'configMap', 'content');
  return [
    serviceAccount(context, part),
    ...permissions(context, part, [
      'pods',
      'pods/log',
      'namespaces',
      'nodes',
      'services',
      'endpoints',
      'events',
    ]),
    configMap(context, part, part.name, { 'config.alloy': content === '' ? EXAMPLE : content }),
    service(context, part, [{ name: 'http-metrics', port: 12_345, target: 12_345 }]),
    daemonSet(context, part, {
      containers: [
        container({
          name: 'alloy',
          image: imageAt(values, ['image'], IMAGES.alloy),
          args: [
            'run',
            '/etc/alloy/config.alloy',
            '--storage.path=/tmp/alloy',
            '--server.http.listen-addr=0.0.0.0:12345',
          ],
          env: [{ name: 'HOSTNAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
          ports: [{ name: 'http-metrics', containerPort: 12_345 }],
          readinessProbe: httpGet('/-/ready', 12_345, 10),
          ...resourcesAt(own),
          volumeMounts: [
            { name: 'config', mountPath: '/etc/alloy' },
            ...(textAt(own, 'mounts', 'varlog') === 'true'
              ? [{ name: 'varlog', mountPath: '/var/log', readOnly: true }]
              : []),
          ],
        }),
        container({
          name: 'config-reloader',
          image: IMAGES.alloyReloader,
          args: ['--watched-dir=/etc/alloy', '--reload-url=http://localhost:12345/-/reload'],
          resources: { requests: { cpu: '10m', memory: '50Mi' } },
        }),
      ],
      volumes: [
        { name: 'config', configMap: { name: part.name } },
        ...(textAt(own, 'mounts', 'varlog') === 'true'
          ? [{ name: 'varlog', hostPath: { path: '/var/log' } }]
          : []),
      ],
      extra: { tolerations: [...listAt(values, 'controller', 'tolerations')] },
    }),
  ];
}

export const PROMTAIL_VALUES: JsonMap = readValues(`
config:
  logLevel: info
  serverPort: 3101
  clients: [{url: 'http://loki-gateway/loki/api/v1/push'}]
tolerations:
  - {key: node-role.kubernetes.io/master, operator: Exists, effect: NoSchedule}
  - {key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}
`);
export function renderPromtail(context: ChartContext): readonly JsonMap[] {
  const { values } = context;
  const part: Part = { name: fullName(context, 'promtail'), app: 'promtail' };
  const clients: Json[] = [...listAt(values, 'config', 'clients')];
  const config = stringify({
    server: { log_level: textAt(values, 'config', 'logLevel'), http_listen_port: 3101 },
    clients,
    positions: { filename: '/run/promtail/positions.yaml' },
  });
  return [
    serviceAccount(context, part),
    ...permissions(context, part, ['nodes', 'services', 'endpoints', 'pods']),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: mapAt(configMap(context, part, part.name, {}), 'metadata'),
      stringData: { 'promtail.yaml': config },
    },
    daemonSet(context, part, {
      containers: [
        container({
          name: 'promtail',
          image: imageAt(values, ['image'], IMAGES.promtail),
          args: ['-config.file=/etc/promtail/promtail.yaml'],
          env: [{ name: 'HOSTNAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
          ports: [{ name: 'http-metrics', containerPort: 3101, protocol: 'TCP' }],
          readinessProbe: httpGet('/ready', 'http-metrics', 10),
          ...resourcesAt(values),
          volumeMounts: [
            { name: 'config', mountPath: '/etc/promtail' },
            { name: 'run', mountPath: '/run/promtail' },
            { name: 'pods', mountPath: '/var/log/pods', readOnly: true },
          ],
        }),
      ],
      volumes: [
        { name: 'config', secret: { secretName: part.name } },
        { name: 'run', hostPath: { path: '/run/promtail', type: 'DirectoryOrCreate' } },
        { name: 'pods', hostPath: { path: '/var/log/pods', type: 'DirectoryOrCreate' } },
      ],
      extra: { tolerations: [...listAt(values, 'tolerations')] },
    }),
  ];
}
