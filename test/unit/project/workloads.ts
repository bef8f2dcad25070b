/** The objects of our manifests, and what the tests ask of Pods in them. */
import { z } from 'zod';
import { deliveryFiles, manifestsIn, type Manifest } from './rendered.js';

export const files = deliveryFiles();
export const manifestFiles = [...files.keys()].filter(
  (path) => /^deploy\/k8s\/.*\.yaml$/.test(path) || /^deploy\/monitoring\/(?!.*-values).*\.yaml$/.test(path),
);
export const objects = manifestFiles.flatMap((path) => manifestsIn(files.get(path) ?? ''));

export const labels = z.record(z.string(), z.string());
const environment = z.array(
  z.object({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }).optional(),
  }),
);
const resources = z.object({
  requests: z.object({ cpu: z.string(), memory: z.string() }),
  limits: z.object({ memory: z.string() }),
});
const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  imagePullPolicy: z.string(),
  command: z.array(z.string()).optional(),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  env: environment.default([]),
  resources,
  securityContext: z.looseObject({
    runAsUser: z.number().optional(),
    allowPrivilegeEscalation: z.literal(false),
  }),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});
const podSpec = z.looseObject({
  automountServiceAccountToken: z.literal(false),
  securityContext: z.looseObject({ runAsUser: z.number().optional(), runAsNonRoot: z.boolean().optional() }),
  initContainers: z.array(container).default([]),
  containers: z.array(container).min(1),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
});
const workload = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().optional(),
    selector: z.object({ matchLabels: labels }).optional(),
    template: z.looseObject({ metadata: z.object({ labels }), spec: podSpec }),
  }),
});
const service = z.looseObject({
  spec: z.looseObject({
    type: z.string().optional(),
    selector: labels,
    ports: z.array(
      z.object({
        name: z.string(),
        port: z.number(),
        targetPort: z.union([z.string(), z.number()]),
        nodePort: z.number().optional(),
      }),
    ),
  }),
});

/** @throws Error when there is none */
export const named = (kind: string, name: string): Manifest => {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
};
export const workloads = objects
  .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
  .map((one) => ({ name: one.metadata.name, kind: one.kind, ...workload.parse(one) }));
export const services = objects
  .filter(({ kind }) => kind === 'Service')
  .map((one) => ({ name: one.metadata.name, namespace: one.metadata.namespace, ...service.parse(one) }));
export const workloadCalled = (name: string): (typeof workloads)[number] => {
  const found = workloads.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no workload ${name}`);
  return found;
};
/** Init containers first. */
export const containersOf = (name: string): readonly z.infer<typeof container>[] => {
  const { initContainers, containers } = workloadCalled(name).spec.template.spec;
  return [...initContainers, ...containers];
};
