/** Grafana in kube-prometheus-stack: its login, its sidecars, its data source. */
import { mapAt, numberAt, textAt, type JsonMap } from '../../kubernetes/json.js';
import { IMAGES } from '../../monitoring/images.js';
import {
  configMap,
  container,
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
import { enabled } from './kps-values.js';

export function grafana(context: ChartContext, full: string): readonly JsonMap[] {
  const { values, release } = context;
  const own = mapAt(values, 'grafana');
  const part: Part = { name: `${release}-grafana`, app: 'grafana' };
  const existing = textAt(own, 'admin', 'existingSecret');
  const secret = existing === '' ? part.name : existing;
  const key = (field: string, fallback: string) => (existing === '' ? fallback : textAt(own, 'admin', field));
  const given = textAt(own, 'adminPassword');
  const sidecar = (name: string, label: string) =>
    container({
      name,
      image: imageAt(own, ['sidecar', 'image'], IMAGES.sidecar),
      env: [
        { name: 'METHOD', value: 'WATCH' },
        { name: 'LABEL', value: label },
        { name: 'RESOURCE', value: 'both' },
      ],
      ...resourcesAt(own, 'sidecar'),
      volumeMounts: [{ name: 'sc-volume', mountPath: `/etc/grafana/provisioning/${name.slice(11)}` }],
    });
  return [
    serviceAccount(context, part),
    ...permissions(context, part, ['configmaps', 'secrets']),
    ...(existing === ''
      ? [
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: metadata(context, part),
            type: 'Opaque',
            stringData: {
              'admin-user': textAt(own, 'adminUser'),
              'admin-password': given === '' ? 'prom-operator' : given,
              'ldap-toml': '',
            },
          },
        ]
      : []),
    configMap(context, part, part.name, {
      'grafana.ini': "[analytics]\ncheck_for_updates = true\n[server]\ndomain = ''\n",
    }),
    {
      ...configMap(context, part, `${full}-grafana-datasource`, {
        'datasource.yaml': `apiVersion: 1\ndatasources:\n- name: Prometheus\n  type: prometheus\n  uid: prometheus\n  url: http://${full}-prometheus.${context.namespace}:9090/\n  access: proxy\n  isDefault: true\n`,
      }),
      metadata: {
        ...metadata(context, part, `${full}-grafana-datasource`),
        labels: {
          ...mapAt(metadata(context, part), 'labels'),
          [textAt(own, 'sidecar', 'datasources', 'label')]: textAt(
            own,
            'sidecar',
            'datasources',
            'labelValue',
          ),
        },
      },
    },
    service(
      context,
      part,
      [{ name: 'http-web', port: numberAt(own, 'service', 'port') ?? 80, target: 'grafana' }],
      mapAt(own, 'service'),
    ),
    deployment(context, part, numberAt(own, 'replicas') ?? 1, {
      containers: [
        ...(enabled(own, 'sidecar', 'dashboards')
          ? [sidecar('grafana-sc-dashboard', 'grafana_dashboard')]
          : []),
        ...(enabled(own, 'sidecar', 'datasources')
          ? [sidecar('grafana-sc-datasources', textAt(own, 'sidecar', 'datasources', 'label'))]
          : []),
        container({
          name: 'grafana',
          image: imageAt(own, ['image'], IMAGES.grafana),
          ports: [{ name: 'grafana', containerPort: 3000, protocol: 'TCP' }],
          env: [
            {
              name: 'GF_SECURITY_ADMIN_USER',
              valueFrom: { secretKeyRef: { name: secret, key: key('userKey', 'admin-user') } },
            },
            {
              name: 'GF_SECURITY_ADMIN_PASSWORD',
              valueFrom: { secretKeyRef: { name: secret, key: key('passwordKey', 'admin-password') } },
            },
            { name: 'GF_PATHS_DATA', value: '/var/lib/grafana/' },
            { name: 'DATASOURCE_LABEL', value: textAt(own, 'sidecar', 'datasources', 'label') },
          ],
          readinessProbe: httpGet('/api/health', 'grafana'),
          livenessProbe: httpGet('/api/health', 'grafana', 60),
          ...resourcesAt(own),
          volumeMounts: [
            { name: 'config', mountPath: '/etc/grafana/grafana.ini', subPath: 'grafana.ini' },
            { name: 'storage', mountPath: '/var/lib/grafana' },
          ],
        }),
      ],
      volumes: [
        { name: 'config', configMap: { name: part.name } },
        { name: 'storage', emptyDir: {} },
        { name: 'sc-volume', emptyDir: {} },
      ],
      extra: { securityContext: { fsGroup: 472, runAsGroup: 472, runAsNonRoot: true, runAsUser: 472 } },
    }),
  ];
}
