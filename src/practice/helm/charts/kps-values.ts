/** What kube-prometheus-stack's values are by default, as far as they decide on anything here. */
import { parse } from 'yaml';
import { isMap, textAt, type Json, type JsonMap } from '../../kubernetes/json.js';

/** A chart's own values. */
export function readValues(text: string): JsonMap {
  const value: unknown = parse(text);
  return isMap(value) ? value : {};
}
/** Parts of the stack are on unless they are switched off. */
export const enabled = (values: Json, ...path: readonly string[]): boolean =>
  textAt(values, ...path, 'enabled') !== 'false';

export const KPS_VALUES: JsonMap = readValues(`
fullnameOverride: ''
crds: {enabled: true}
alertmanager: {enabled: true, alertmanagerSpec: {replicas: 1}}
grafana:
  enabled: true
  adminUser: admin
  adminPassword: ''
  admin: {existingSecret: '', userKey: admin-user, passwordKey: admin-password}
  service: {type: ClusterIP, port: 80}
  sidecar: {datasources: {enabled: true, label: grafana_datasource, labelValue: '1'}, dashboards: {enabled: true}}
prometheus:
  enabled: true
  service: {type: ClusterIP, port: 9090}
  prometheusSpec: {replicas: 1, retention: 10d, scrapeInterval: ''}
prometheusOperator: {enabled: true, admissionWebhooks: {enabled: true, patch: {enabled: true}}}
kube-state-metrics: {}
kubeStateMetrics: {enabled: true}
nodeExporter: {enabled: true}
prometheus-node-exporter: {}
kubeApiServer: {enabled: true}
kubelet: {enabled: true}
coreDns: {enabled: true}
kubeEtcd: {enabled: true}
kubeScheduler: {enabled: true}
kubeControllerManager: {enabled: true}
kubeProxy: {enabled: true}
`);
