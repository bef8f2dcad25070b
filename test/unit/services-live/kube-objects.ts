/** Objects as API servers of several versions send them, for tests and the bench. */

interface PodShape {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly nodeName?: string;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A pod of a Deployment with one container, as v1.30 sends it with all that nobody reads. */
export function pod({
  name,
  namespace = 'shop',
  uid = `uid-${name}`,
  nodeName = 'vm-worker',
  ...rest
}: PodShape) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid,
      generateName: 'web-6c7d9f-',
      resourceVersion: '1',
      creationTimestamp: '2026-03-01T10:00:00Z',
      labels: { app: 'web', 'pod-template-hash': '6c7d9f' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-6c7d9f', uid: 'rs-1', controller: true },
      ],
      managedFields: [
        {
          manager: 'kube-controller-manager',
          operation: 'Update',
          apiVersion: 'v1',
          time: '2026-03-01T10:00:00Z',
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:metadata': {
              'f:generateName': {},
              'f:labels': { '.': {}, 'f:app': {}, 'f:pod-template-hash': {} },
            },
            'f:spec': {
              'f:containers': {
                'k:{"name":"web"}': {
                  '.': {},
                  'f:image': {},
                  'f:imagePullPolicy': {},
                  'f:name': {},
                  'f:ports': {},
                },
              },
              'f:dnsPolicy': {},
              'f:restartPolicy': {},
              'f:schedulerName': {},
              'f:terminationGracePeriodSeconds': {},
            },
          },
        },
      ],
      ...rest.metadata,
    },
    spec: {
      nodeName,
      serviceAccountName: 'default',
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      volumes: [
        {
          name: 'kube-api-access-x2x4z',
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            ],
          },
        },
      ],
      tolerations: [
        {
          key: 'node.kubernetes.io/not-ready',
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 300,
        },
        {
          key: 'node.kubernetes.io/unreachable',
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 300,
        },
      ],
      containers: [
        {
          name: 'web',
          image: 'vm-docker:8080/shop/web:1.4.2',
          imagePullPolicy: 'IfNotPresent',
          ports: [{ containerPort: 8080, protocol: 'TCP' }],
          resources: { limits: { cpu: '500m', memory: '128Mi' }, requests: { cpu: '50m', memory: '64Mi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 8080, scheme: 'HTTP' }, periodSeconds: 5 },
          terminationMessagePath: '/dev/termination-log',
          volumeMounts: [
            { name: 'kube-api-access-x2x4z', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
          ],
        },
      ],
      ...rest.spec,
    },
    status: {
      phase: 'Running',
      podIP: '10.244.1.7',
      hostIP: '192.0.2.44',
      qosClass: 'Burstable',
      startTime: '2026-03-01T10:00:01Z',
      conditions: [
        { type: 'Initialized', status: 'True', lastTransitionTime: '2026-03-01T10:00:01Z' },
        { type: 'Ready', status: 'True', lastTransitionTime: '2026-03-01T10:00:09Z' },
        { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-03-01T10:00:01Z' },
      ],
      containerStatuses: [running('web')],
      ...rest.status,
    },
  };
}

export function running(name: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    name,
    ready: true,
    started: true,
    restartCount: 0,
    image: 'vm-docker:8080/shop/web:1.4.2',
    imageID:
      'vm-docker:8080/shop/web@sha256:6f6e4d3c2b1a09876f6e4d3c2b1a09876f6e4d3c2b1a09876f6e4d3c2b1a0987',
    containerID: 'containerd://6f6e4d3c2b1a09876f6e4d3c2b1a09876f6e4d3c2b1a09876f6e4d3c2b1a0987',
    lastState: {},
    state: { running: { startedAt: '2026-03-01T10:00:03Z' } },
    ...more,
  };
}

export function waiting(name: string, reason: string, more: Readonly<Record<string, unknown>> = {}) {
  return running(name, { ready: false, started: false, state: { waiting: { reason } }, ...more });
}

export function terminated(
  name: string,
  exitCode: number,
  reason: string,
  more: Readonly<Record<string, unknown>> = {},
) {
  return running(name, {
    ready: false,
    started: false,
    state: { terminated: { exitCode, reason, finishedAt: '2026-03-01T10:05:00Z' } },
    ...more,
  });
}

export function node(name: string, ready: 'True' | 'False' | 'Unknown' = 'True') {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `uid-${name}`,
      creationTimestamp: '2026-03-01T09:00:00Z',
      labels: { 'kubernetes.io/hostname': name } as Record<string, string>,
    },
    spec: {} as Record<string, unknown>,
    status: {
      conditions: [
        { type: 'MemoryPressure', status: 'False' },
        { type: 'DiskPressure', status: 'False' },
        { type: 'PIDPressure', status: 'False' },
        { type: 'Ready', status: ready },
      ],
      addresses: [
        { type: 'Hostname', address: name },
        { type: 'InternalIP', address: '192.0.2.44' },
      ],
      nodeInfo: { kubeletVersion: 'v1.30.14', containerRuntimeVersion: 'containerd://1.7.27' },
    },
  };
}

export function kubeEventObject(
  uid: string,
  count: number,
  at: string,
  more: Readonly<Record<string, unknown>> = {},
) {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `web.${uid}`, namespace: 'shop', uid, creationTimestamp: at },
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off restarting failed container web',
    source: { component: 'kubelet', host: 'vm-worker' },
    firstTimestamp: at,
    lastTimestamp: at,
    count,
    ...more,
  };
}
