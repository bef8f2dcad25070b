/** kube-prometheus-stack: the operator, Prometheus, Grafana and the exporters, with the names that the real chart gives. */
import { listAt, mapAt, numberAt, textAt, type Json, type JsonMap } from '../../kubernetes/json.js';
import {
  container,
  daemonSet,
  deployment,
  httpGet,
  imageAt,
  metadata,
  permissions,
  resourcesAt,
  service,
  serviceAccount,
  type ChartContext,
  type Part,
} from '../objects.js';
import { IMAGES } from '../../monitoring/images.js';
import { grafana } from './grafana.js';
import { enabled } from './kps-values.js';
import { operator } from './operator.js';

const GROUP = 'monitoring.coreos.com';
const CRDS: readonly (readonly [kind: string, plural: string, version: string])[] = [
  ['AlertmanagerConfig', 'alertmanagerconfigs', 'v1alpha1'],
  ['Alertmanager', 'alertmanagers', 'v1'],
  ['PodMonitor', 'podmonitors', 'v1'],
  ['Probe', 'probes', 'v1'],
  ['PrometheusAgent', 'prometheusagents', 'v1alpha1'],
  ['Prometheus', 'prometheuses', 'v1'],
  ['PrometheusRule', 'prometheusrules', 'v1'],
  ['ScrapeConfig', 'scrapeconfigs', 'v1alpha1'],
  ['ServiceMonitor', 'servicemonitors', 'v1'],
  ['ThanosRuler', 'thanosrulers', 'v1'],
];
/** Definitions that helm installs before anything else, and leaves behind when the release goes. */
export const KPS_DEFINITIONS: readonly JsonMap[] = CRDS.map(([kind, plural, version]) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${GROUP}` },
  spec: {
    group: GROUP,
    names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
    scope: 'Namespaced',
    versions: [{ name: version, served: true, storage: true }],
  },
}));

export function kpsName({ release, values }: ChartContext): string {
  const given = textAt(values, 'fullnameOverride');
  if (given !== '') return given;
  return (release.includes('kube-prometheus-stack') ? release : `${release}-kube-prometheus-stack`)
    .slice(0, 26)
    .replace(/-$/, '');
}

/** What the operator makes a server of. */
function resource(
  context: ChartContext,
  full: string,
  kind: 'Prometheus' | 'Alertmanager',
  spec: JsonMap,
): JsonMap {
  const word = kind.toLowerCase();
  return {
    apiVersion: `${GROUP}/v1`,
    kind,
    metadata: metadata(context, { name: `${full}-${word}`, app: `kube-prometheus-stack-${word}` }),
    spec: {
      ...spec,
      serviceAccountName: `${full}-${word}`,
      image: kind === 'Prometheus' ? IMAGES.prometheus : IMAGES.alertmanager,
    },
  };
}
const monitor = (context: ChartContext, name: string): JsonMap => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'ServiceMonitor',
  metadata: metadata(context, { name, app: 'kube-prometheus-stack' }),
  spec: { endpoints: [{ port: 'http-metrics' }] },
});

export function renderKps(context: ChartContext): readonly JsonMap[] {
  const { values, release } = context;
  const full = kpsName(context);
  const prometheus: Part = {
    name: `${full}-prometheus`,
    app: 'prometheus',
    extra: { 'operator.prometheus.io/name': `${full}-prometheus` },
  };
  const state: Part = {
    name: `${release}-kube-state-metrics`,
    app: 'kube-state-metrics',
    component: 'metrics',
  };
  const exporter: Part = {
    name: `${release}-prometheus-node-exporter`,
    app: 'prometheus-node-exporter',
    component: 'metrics',
  };
  const watched: readonly (readonly [string, string])[] = [
    ['kubeApiServer', 'apiserver'],
    ['kubelet', 'kubelet'],
    ['coreDns', 'coredns'],
    ['kubeEtcd', 'kube-etcd'],
    ['kubeScheduler', 'kube-scheduler'],
    ['kubeControllerManager', 'kube-controller-manager'],
    ['kubeProxy', 'kube-proxy'],
  ];
  // The operator's pods carry labels of its own, not those of the release.
  const plain = (object: JsonMap): JsonMap => ({
    ...object,
    spec: {
      ...mapAt(object, 'spec'),
      selector: { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': prometheus.name },
    },
  });
  const account: Part = { name: `${full}-prometheus`, app: 'kube-prometheus-stack-prometheus' };
  return [
    ...(enabled(values, 'prometheusOperator') ? operator(context, full) : []),
    ...(enabled(values, 'grafana') ? grafana(context, full) : []),
    ...(enabled(values, 'prometheus')
      ? [
          serviceAccount(context, account),
          ...permissions(context, account, ['nodes', 'nodes/metrics', 'services', 'endpoints', 'pods']),
          plain(
            service(
              context,
              account,
              [
                {
                  name: 'http-web',
                  port: numberAt(values, 'prometheus', 'service', 'port') ?? 9090,
                  target: 9090,
                },
                { name: 'reloader-web', port: 8080, target: 'reloader-web' },
              ],
              mapAt(values, 'prometheus', 'service'),
            ),
          ),
          resource(context, full, 'Prometheus', mapAt(values, 'prometheus', 'prometheusSpec')),
        ]
      : []),
    ...(enabled(values, 'alertmanager')
      ? [
          serviceAccount(context, {
            name: `${full}-alertmanager`,
            app: 'kube-prometheus-stack-alertmanager',
          }),
          resource(context, full, 'Alertmanager', mapAt(values, 'alertmanager', 'alertmanagerSpec')),
        ]
      : []),
    ...(enabled(values, 'kubeStateMetrics')
      ? [
          serviceAccount(context, state),
          ...permissions(context, state, [
            'nodes',
            'pods',
            'deployments',
            'daemonsets',
            'statefulsets',
            'jobs',
            'services',
          ]),
          service(context, state, [{ name: 'http', port: 8080, target: 'http' }]),
          deployment(context, state, 1, {
            containers: [
              container({
                name: 'kube-state-metrics',
                image: imageAt(values, ['kube-state-metrics', 'image'], IMAGES.stateMetrics),
                args: [
                  '--port=8080',
                  '--resources=certificatesigningrequests,configmaps,cronjobs,daemonsets,deployments,nodes,pods,services,statefulsets',
                ],
                ports: [{ name: 'http', containerPort: 8080 }],
                livenessProbe: httpGet('/livez', 8080, 5),
                readinessProbe: httpGet('/readyz', 8081, 5),
                ...resourcesAt(values, 'kube-state-metrics'),
              }),
            ],
          }),
        ]
      : []),
    ...(enabled(values, 'nodeExporter')
      ? [
          serviceAccount(context, exporter),
          service(context, exporter, [{ name: 'http-metrics', port: 9100, target: 9100 }]),
          daemonSet(context, exporter, {
            containers: [
              container({
                name: 'node-exporter',
                image: imageAt(values, ['prometheus-node-exporter', 'image'], IMAGES.nodeExporter),
                args: [
                  '--path.procfs=/host/proc',
                  '--path.sysfs=/host/sys',
                  '--path.rootfs=/host/root',
                  '--web.listen-address=[$(HOST_IP)]:9100',
                ],
                env: [{ name: 'HOST_IP', value: '0.0.0.0' }],
                ports: [{ name: 'http-metrics', containerPort: 9100, protocol: 'TCP' }],
                livenessProbe: httpGet('/', 9100),
                readinessProbe: httpGet('/', 9100),
                ...resourcesAt(values, 'prometheus-node-exporter'),
              }),
            ],
            extra: { hostNetwork: true, hostPID: true, tolerations: [...tolerations(values)] },
          }),
        ]
      : []),
    ...watched.filter(([key]) => enabled(values, key)).map(([, name]) => monitor(context, `${full}-${name}`)),
  ];
}
function tolerations(values: JsonMap): readonly Json[] {
  const given = listAt(values, 'prometheus-node-exporter', 'tolerations');
  return given.length > 0 ? given : [{ effect: 'NoSchedule', operator: 'Exists' }];
}
export const kpsNotes = ({ namespace, release }: ChartContext): string =>
  `Installed. Its Pods: kubectl --namespace ${namespace} get pods -l "release=${release}"\n`;
