/** The Prometheus operator in kube-prometheus-stack, and the hooks that make its webhook's certificate. */
import { mapAt, type JsonMap } from '../../kubernetes/json.js';
import { IMAGES } from '../../monitoring/images.js';
import {
  container,
  deployment,
  imageAt,
  metadata,
  permissions,
  resourcesAt,
  selectorOf,
  service,
  serviceAccount,
  type ChartContext,
  type Part,
} from '../objects.js';
import { enabled } from './kps-values.js';

export function operator(context: ChartContext, full: string): readonly JsonMap[] {
  const own = mapAt(context.values, 'prometheusOperator');
  const part: Part = {
    name: `${full}-operator`,
    app: `${full}-prometheus-operator`.slice(0, 63),
    component: 'prometheus-operator',
  };
  const hook: Part = {
    name: `${full}-admission`,
    app: `${full}-prometheus-operator`.slice(0, 63),
    component: 'prometheus-operator-webhook',
  };
  const job = (verb: 'create' | 'patch', when: string, args: readonly string[]): JsonMap => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...metadata(context, hook, `${full}-admission-${verb}`),
      annotations: {
        'helm.sh/hook': when,
        'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
      },
    },
    spec: {
      template: {
        metadata: { labels: selectorOf(context, hook) },
        spec: {
          restartPolicy: 'OnFailure',
          containers: [
            {
              name: verb,
              image: imageAt(own, ['admissionWebhooks', 'patch', 'image'], IMAGES.certgen),
              args: [...args],
            },
          ],
        },
      },
    },
  });
  const webhooks = enabled(own, 'admissionWebhooks') && enabled(own, 'admissionWebhooks', 'patch');
  return [
    serviceAccount(context, part),
    ...permissions(context, part, [
      'pods',
      'services',
      'endpoints',
      'namespaces',
      'statefulsets',
      'secrets',
      'configmaps',
    ]),
    service(context, part, [{ name: 'https', port: 443, target: 'https' }]),
    deployment(context, part, 1, {
      containers: [
        container({
          name: 'kube-prometheus-stack',
          image: imageAt(own, ['image'], IMAGES.operator),
          args: [
            `--kubelet-service=kube-system/${full}-kubelet`,
            '--localhost=127.0.0.1',
            `--prometheus-config-reloader=${IMAGES.reloader}`,
          ],
          ports: [{ name: 'https', containerPort: 10_250, protocol: 'TCP' }],
          ...resourcesAt(own),
        }),
      ],
    }),
    ...(webhooks
      ? [
          job('create', 'pre-install,pre-upgrade', [
            'create',
            `--host=${part.name},${part.name}.${context.namespace}.svc`,
            `--namespace=${context.namespace}`,
            `--secret-name=${full}-admission`,
          ]),
          job('patch', 'post-install,post-upgrade', [
            'patch',
            `--webhook-name=${full}-admission`,
            `--namespace=${context.namespace}`,
            `--secret-name=${full}-admission`,
          ]),
        ]
      : []),
  ];
}
