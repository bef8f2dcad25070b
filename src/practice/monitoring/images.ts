/** Images of the monitoring charts, as public registries have them. */
import { CATALOG } from '../images/catalog.js';
import { makeImage, type ImageInit } from '../images/spec.js';

/** What each part of the charts runs by default. */
export const IMAGES = {
  operator: 'quay.io/prometheus-operator/prometheus-operator:v0.89.0',
  reloader: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.89.0',
  alloyReloader: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.81.0',
  prometheus: 'quay.io/prometheus/prometheus:v3.10.0',
  alertmanager: 'quay.io/prometheus/alertmanager:v0.31.1',
  nodeExporter: 'quay.io/prometheus/node-exporter:v1.10.2',
  stateMetrics: 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.18.0',
  certgen: 'ghcr.io/jkroepke/kube-webhook-certgen:1.7.8',
  grafana: 'docker.io/grafana/grafana:12.4.0',
  sidecar: 'quay.io/kiwigrid/k8s-sidecar:2.5.0',
  loki: 'docker.io/grafana/loki:3.6.7',
  canary: 'docker.io/grafana/loki-canary:3.6.7',
  gateway: 'docker.io/nginxinc/nginx-unprivileged:1.29-alpine',
  memcached: 'docker.io/library/memcached:1.6.39-alpine',
  memcachedExporter: 'docker.io/prom/memcached-exporter:v0.15.4',
  alloy: 'docker.io/grafana/alloy:v1.17.0',
  promtail: 'docker.io/grafana/promtail:3.5.1',
} as const;

const program = (
  entry: string,
  tool: string,
  sizeBytes: number,
  more: Partial<ImageInit> = {},
): ImageInit => ({
  program: 'image',
  sizeBytes,
  entrypoint: [entry],
  tools: ['users', tool],
  ...more,
});
const MB = 1_000_000;
const SPECS: readonly (readonly [string, ImageInit])[] = [
  [IMAGES.operator, program('/bin/operator', 'prometheus-operator', 78 * MB, { user: '65534' })],
  [
    IMAGES.reloader,
    program('/bin/prometheus-config-reloader', 'config-reloader', 45 * MB, { user: '65534' }),
  ],
  [
    IMAGES.alloyReloader,
    program('/bin/prometheus-config-reloader', 'config-reloader', 43 * MB, { user: '65534' }),
  ],
  [
    IMAGES.prometheus,
    program('/bin/prometheus', 'prometheus', 310 * MB, {
      user: '65534',
      workdir: '/prometheus',
      exposed: [9090],
    }),
  ],
  [
    IMAGES.alertmanager,
    program('/bin/alertmanager', 'alertmanager', 76 * MB, { user: '65534', exposed: [9093] }),
  ],
  [
    IMAGES.nodeExporter,
    program('/bin/node_exporter', 'node-exporter', 26 * MB, { user: '65534', exposed: [9100] }),
  ],
  [IMAGES.stateMetrics, program('/kube-state-metrics', 'kube-state-metrics', 52 * MB, { user: '65534' })],
  [IMAGES.certgen, program('/kube-webhook-certgen', 'certgen', 54 * MB, { user: '65532' })],
  [
    IMAGES.grafana,
    program('/run.sh', 'grafana', 730 * MB, { user: '472', workdir: '/usr/share/grafana', exposed: [3000] }),
  ],
  [IMAGES.sidecar, program('/app/sidecar', 'k8s-sidecar', 96 * MB, { user: '65534' })],
  [IMAGES.loki, program('/usr/bin/loki', 'loki', 125 * MB, { user: '10001', exposed: [3100] })],
  [IMAGES.canary, program('/usr/bin/loki-canary', 'loki-canary', 42 * MB, { user: '10001' })],
  [
    IMAGES.memcached,
    program('/usr/local/bin/memcached', 'memcached', 10 * MB, { user: '11211', exposed: [11_211] }),
  ],
  [
    IMAGES.memcachedExporter,
    program('/bin/memcached_exporter', 'memcached-exporter', 24 * MB, { user: '65534' }),
  ],
  [IMAGES.alloy, program('/bin/alloy', 'alloy', 480 * MB, { user: '0' })],
  [IMAGES.promtail, program('/usr/bin/promtail', 'promtail', 210 * MB, { user: '0' })],
];
/** Puts them where public registries are asked. */
export function publishMonitoringImages(): void {
  for (const [name, init] of SPECS) if (!CATALOG.has(name)) CATALOG.set(name, makeImage(name, init));
}
