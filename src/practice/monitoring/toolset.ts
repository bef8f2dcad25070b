/** Where the programs of the monitoring images lie in their file systems. */

interface Placed {
  readonly path: string;
  readonly program: string;
}
const one = (path: string, program: string) => ({
  files: [{ path, program }] satisfies readonly Placed[],
  texts: {},
});

export const MONITORING_TOOLSETS = {
  'prometheus-operator': one('/bin/operator', 'prometheus-operator'),
  'config-reloader': one('/bin/prometheus-config-reloader', 'config-reloader'),
  prometheus: one('/bin/prometheus', 'prometheus'),
  alertmanager: one('/bin/alertmanager', 'alertmanager'),
  'node-exporter': one('/bin/node_exporter', 'node-exporter'),
  'kube-state-metrics': one('/kube-state-metrics', 'kube-state-metrics'),
  certgen: one('/kube-webhook-certgen', 'certgen'),
  grafana: one('/run.sh', 'grafana'),
  'k8s-sidecar': one('/app/sidecar', 'k8s-sidecar'),
  loki: one('/usr/bin/loki', 'loki'),
  'loki-canary': one('/usr/bin/loki-canary', 'loki-canary'),
  memcached: one('/usr/local/bin/memcached', 'memcached'),
  'memcached-exporter': one('/bin/memcached_exporter', 'memcached-exporter'),
  alloy: one('/bin/alloy', 'alloy'),
  promtail: one('/usr/bin/promtail', 'promtail'),
} as const;
