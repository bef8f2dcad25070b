/** Loki in the ways that fit a lab: SingleBinary with its gateway, caches and canary. */
import { stringify } from 'yaml';
import { listAt, mapAt, numberAt, textAt, type Json, type JsonMap } from '../../kubernetes/json.js';
import { IMAGES } from '../../monitoring/images.js';
import {
  ChartError,
  configMap,
  container,
  daemonSet,
  deployment,
  headless,
  httpGet,
  imageAt,
  resourcesAt,
  service,
  serviceAccount,
  statefulSet,
  type ChartContext,
  type Part,
} from '../objects.js';
import { readValues } from './kps-values.js';

export const LOKI_VALUES: JsonMap = readValues(`
deploymentMode: SimpleScalable
loki:
  auth_enabled: true
  storage: {type: s3}
  schemaConfig: {}
  useTestSchema: false
  commonConfig: {path_prefix: /var/loki, replication_factor: 3}
singleBinary: {replicas: 0, persistence: {enabled: true, size: 10Gi}, extraVolumes: [], extraVolumeMounts: []}
read: {replicas: 3}
write: {replicas: 3}
backend: {replicas: 3}
chunksCache: {enabled: true, replicas: 1, allocatedMemory: 8192}
resultsCache: {enabled: true, replicas: 1, allocatedMemory: 1024}
gateway: {enabled: true, replicas: 1, service: {type: ClusterIP, port: 80}}
lokiCanary: {enabled: true}
test: {enabled: true}
minio: {enabled: false}
`);
const refuse = (line: number, words: string) =>
  new ChartError(`execution error at (loki/templates/validate.yaml:${line}:4): ${words}`);

function validate(values: JsonMap): void {
  const mode = textAt(values, 'deploymentMode');
  const single = numberAt(values, 'singleBinary', 'replicas') ?? 0;
  const scalable = ['read', 'write', 'backend'].some((one) => (numberAt(values, one, 'replicas') ?? 0) > 0);
  const type = textAt(values, 'loki', 'storage', 'type');
  const objects = type !== 'filesystem' || textAt(values, 'minio', 'enabled') === 'true';
  if (
    listAt(values, 'loki', 'schemaConfig', 'configs').length === 0 &&
    textAt(values, 'loki', 'useTestSchema') !== 'true'
  )
    throw refuse(
      31,
      'You must provide a schema_config for Loki, one is not provided as this will be individual for every Loki cluster. See https://grafana.com/docs/loki/latest/operations/storage/schema/ for schema information. For quick testing (with no persistence) add `--set loki.useTestSchema=true`',
    );
  if (scalable && !objects)
    throw refuse(
      19,
      'Cannot run scalable targets (backend, read, write) or distributed targets without an object storage backend.',
    );
  if (single > 0 && scalable && mode !== 'SingleBinary<->SimpleScalable')
    throw refuse(
      24,
      "You have more than zero replicas configured for both the single binary and simple scalable targets. If this was intentional change the deploymentMode to the transitional 'SingleBinary<->SimpleScalable' mode",
    );
  if (mode !== 'SingleBinary')
    throw new ChartError(`the practice lab knows Loki's deploymentMode SingleBinary only, not ${mode}`);
}
/** A cache asks for a fifth more than the memory it is told to use. */
function cache(context: ChartContext, key: 'chunksCache' | 'resultsCache', name: string): readonly JsonMap[] {
  const own = mapAt(context.values, key);
  if (textAt(own, 'enabled') === 'false') return [];
  const part: Part = {
    name: `${context.release}-${name}`,
    app: 'loki',
    component: `memcached-${name}`,
    extra: { name: `memcached-${name}` },
  };
  const memory = `${Math.floor((numberAt(own, 'allocatedMemory') ?? 1024) * 1.2)}Mi`;
  const given = mapAt(own, 'resources');
  const resources =
    Object.keys(given).length > 0 ? given : { requests: { cpu: '500m', memory }, limits: { memory } };
  return [
    headless(
      service(context, part, [
        { name: 'memcached-client', port: 11_211, target: 11_211 },
        { name: 'http-metrics', port: 9150, target: 9150 },
      ]),
    ),
    statefulSet(context, part, numberAt(own, 'replicas') ?? 1, part.name, {
      containers: [
        {
          name: 'memcached',
          image: IMAGES.memcached,
          resources,
          ports: [{ name: 'client', containerPort: 11_211 }],
        },
        {
          name: 'exporter',
          image: IMAGES.memcachedExporter,
          ports: [{ name: 'http-metrics', containerPort: 9150 }],
        },
      ],
      extra: { serviceAccountName: lokiName(context) },
    }),
  ];
}
const lokiName = ({ release }: ChartContext): string =>
  release.includes('loki') ? release : `${release}-loki`;

/** nginx in front: what a Loki of one process answers at each path. */
const gatewayConfig = (target: string): string => `worker_processes  5;
error_log  /dev/stderr;
pid        /tmp/nginx.pid;
worker_rlimit_nofile 8192;

events {
  worker_connections  4096;
}

http {
  server {
    listen             8080;

    location = / {
      return 200 'OK';
    }
    location / {
      proxy_pass       http://${target}:3100;
    }
  }
}
`;

export function renderLoki(context: ChartContext): readonly JsonMap[] {
  const { values, namespace } = context;
  validate(values);
  const full = lokiName(context);
  const single = mapAt(values, 'singleBinary');
  const loki = mapAt(values, 'loki');
  const main: Part = { name: full, app: 'loki', component: 'single-binary' };
  const gateway: Part = { name: `${full}-gateway`, app: 'loki', component: 'gateway' };
  const canary: Part = { name: `${full}-canary`, app: 'loki', component: 'canary' };
  const persistent = textAt(single, 'persistence', 'enabled') !== 'false';
  const config = stringify({
    auth_enabled: textAt(loki, 'auth_enabled') !== 'false',
    server: { http_listen_port: 3100, grpc_listen_port: 9095 },
    common: {
      path_prefix: '/var/loki',
      replication_factor: numberAt(loki, 'commonConfig', 'replication_factor') ?? 3,
      storage: { filesystem: { chunks_directory: '/var/loki/chunks' } },
    },
    schema_config: mapAt(loki, 'schemaConfig'),
    limits_config: mapAt(loki, 'limits_config'),
    compactor: mapAt(loki, 'compactor'),
  });
  const mounts: Json[] = [
    { name: 'config', mountPath: '/etc/loki/config' },
    { name: 'tmp', mountPath: '/tmp' },
    ...(persistent ? [{ name: 'storage', mountPath: '/var/loki' }] : []),
    ...listAt(single, 'extraVolumeMounts'),
  ];
  return [
    serviceAccount(context, main),
    configMap(context, main, full, { 'config.yaml': config }),
    service(context, main, [
      { name: 'http-metrics', port: 3100, target: 'http-metrics' },
      { name: 'grpc', port: 9095, target: 'grpc' },
    ]),
    headless(
      service(
        context,
        main,
        [{ name: 'http-metrics', port: 3100, target: 'http-metrics' }],
        {},
        `${full}-headless`,
      ),
    ),
    statefulSet(
      context,
      main,
      numberAt(single, 'replicas') ?? 0,
      `${full}-headless`,
      {
        containers: [
          container({
            name: 'loki',
            image: imageAt(loki, ['image'], IMAGES.loki),
            args: ['-config.file=/etc/loki/config/config.yaml', '-target=all'],
            ports: [
              { name: 'http-metrics', containerPort: 3100, protocol: 'TCP' },
              { name: 'grpc', containerPort: 9095, protocol: 'TCP' },
            ],
            readinessProbe: httpGet('/ready', 'http-metrics', 15),
            ...resourcesAt(single),
            volumeMounts: mounts,
          }),
        ],
        volumes: [
          { name: 'config', configMap: { name: full } },
          { name: 'tmp', emptyDir: {} },
          ...listAt(single, 'extraVolumes'),
        ],
        extra: {
          securityContext: { fsGroup: 10_001, runAsGroup: 10_001, runAsNonRoot: true, runAsUser: 10_001 },
        },
      },
      persistent
        ? [
            {
              metadata: { name: 'storage' },
              spec: {
                accessModes: ['ReadWriteOnce'],
                resources: { requests: { storage: textAt(single, 'persistence', 'size') } },
              },
            },
          ]
        : [],
    ),
    ...(textAt(values, 'gateway', 'enabled') === 'false'
      ? []
      : [
          configMap(context, gateway, gateway.name, {
            'nginx.conf': gatewayConfig(`${full}.${namespace}.svc.cluster.local`),
          }),
          service(
            context,
            gateway,
            [
              {
                name: 'http-metrics',
                port: numberAt(values, 'gateway', 'service', 'port') ?? 80,
                target: 'http-metrics',
              },
            ],
            mapAt(values, 'gateway', 'service'),
          ),
          deployment(context, gateway, numberAt(values, 'gateway', 'replicas') ?? 1, {
            containers: [
              container({
                name: 'nginx',
                image: imageAt(values, ['gateway', 'image'], IMAGES.gateway),
                ports: [{ name: 'http-metrics', containerPort: 8080, protocol: 'TCP' }],
                readinessProbe: httpGet('/', 'http-metrics', 15),
                ...resourcesAt(values, 'gateway'),
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/nginx' },
                  { name: 'tmp', mountPath: '/tmp' },
                ],
              }),
            ],
            volumes: [
              { name: 'config', configMap: { name: gateway.name } },
              { name: 'tmp', emptyDir: {} },
            ],
            extra: { serviceAccountName: full },
          }),
        ]),
    ...cache(context, 'chunksCache', 'chunks-cache'),
    ...cache(context, 'resultsCache', 'results-cache'),
    ...(textAt(values, 'lokiCanary', 'enabled') === 'false'
      ? []
      : [
          serviceAccount(context, canary),
          service(context, canary, [{ name: 'http-metrics', port: 3500, target: 'http-metrics' }]),
          daemonSet(context, canary, {
            containers: [
              container({
                name: 'loki-canary',
                image: IMAGES.canary,
                ports: [{ name: 'http-metrics', containerPort: 3500 }],
                ...resourcesAt(values, 'lokiCanary'),
              }),
            ],
          }),
        ]),
  ];
}
export const lokiNotes = ({ namespace, release, values, appVersion }: ChartContext): string =>
  `Loki ${appVersion} is installed as ${release}: ${textAt(values, 'deploymentMode') === 'SingleBinary' ? 'one process' : 'read, write and backend'}.\nLogs go to http://${release}-gateway.${namespace}.svc.cluster.local/loki/api/v1/push\n`;
