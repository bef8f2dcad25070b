/** The manifests of the demo application: what the API server would refuse, and what would only show in the cluster. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { mistakes, typeOf } from './kubernetes-model.js';
import { deliveryFiles, manifestsIn } from './rendered.js';
import {
  containersOf,
  files,
  manifestFiles,
  named,
  objects,
  services,
  workloadCalled,
  workloads,
} from './workloads.js';

describe('the schema of Kubernetes', () => {
  it.for(manifestFiles)(
    '%s has only fields that exist, of their types, and all that are required',
    (path) => {
      for (const one of manifestsIn(files.get(path) ?? '')) {
        expect(mistakes(typeOf(one.apiVersion, one.kind), one, `${one.kind}/${one.metadata.name}`)).toEqual(
          [],
        );
      }
    },
  );

  it('would see a misspelt field, a wrong type and a missing one', () => {
    const go = structuredClone(named('Deployment', 'go'));
    const broken = JSON.stringify(go)
      .replaceAll('"imagePullPolicy"', '"imagePullpolicy"')
      .replace('"replicas":0', '"replicas":"0"')
      .replace('"matchLabels"', '"matchlabels"')
      .replace('"kind":"Deployment",', '');
    const seen = mistakes('V1Deployment', JSON.parse(broken)).join('\n');
    expect(seen).toContain('.imagePullpolicy is no field of V1Container');
    expect(seen).toContain('.spec.replicas is not a number');
    expect(seen).toContain('.matchlabels is no field of V1LabelSelector');
  });
});

describe('names and ports that other parts rely on', () => {
  it('puts everything into the namespace of the application, or of monitoring, and nothing twice', () => {
    const keys = objects.map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`);
    expect(new Set(keys).size).toBe(keys.length);
    const namespaces = objects
      .filter(({ kind }) => kind !== 'PersistentVolume')
      .map(({ metadata }) => metadata.namespace);
    expect(new Set(namespaces)).toEqual(new Set(['threebody-prod', 'monitoring']));
  });

  it('opens the NodePorts of the lab, each once', () => {
    const ports = services.flatMap(({ name, spec }) =>
      spec.ports.flatMap(({ nodePort }) => (nodePort === undefined ? [] : [[name, nodePort]])),
    );
    expect(Object.fromEntries(ports)).toEqual({
      frontend: 30080,
      go: 30081,
      laravel: 30082,
      'grafana-nodeport': 30030,
      'prometheus-nodeport': 30090,
      'loki-nodeport': 30100,
    });
  });

  it.for(['mysql', 'go', 'laravel', 'frontend'])('the Service %s finds its Pods and their port', (name) => {
    const { spec } = services.find((one) => one.name === name) ?? { spec: { selector: {}, ports: [] } };
    const { template, selector } = workloadCalled(name).spec;
    expect(template.metadata.labels).toMatchObject(spec.selector);
    expect(template.metadata.labels).toMatchObject(selector?.matchLabels ?? { no: 'selector' });
    const open = template.spec.containers.flatMap(({ ports }) => ports.map((port) => port.name));
    for (const { targetPort } of spec.ports) expect(open).toContain(targetPort);
  });

  it('never selects the Pods of the migrate Job by a Service', () => {
    const { labels: own } = workloadCalled('laravel-migrate').spec.template.metadata;
    for (const { spec } of services)
      expect(Object.entries(spec.selector).every(([key, value]) => own[key] === value)).toBe(false);
  });

  it("calls the containers what the pipeline's set image calls them", () => {
    expect(workloadCalled('go').spec.template.spec.containers.map(({ name }) => name)).toEqual(['go']);
    expect(workloadCalled('frontend').spec.template.spec.containers.map(({ name }) => name)).toEqual([
      'frontend',
    ]);
    expect(containersOf('laravel').map(({ name }) => name)).toEqual(['copy-app', 'laravel', 'nginx']);
    expect(containersOf('laravel-migrate').map(({ name }) => name)).toEqual(['wait-mysql', 'migrate']);
    expect(containersOf('mysql').map(({ name }) => name)).toEqual(['fix-perms', 'mysql']);
  });

  it("pulls the three images from the lab's registry", () => {
    for (const app of ['go', 'laravel', 'frontend']) {
      const own = containersOf(app).filter(({ image }) => image.startsWith('harbor.local:8080/threebody/'));
      expect(new Set(own.map(({ image }) => image))).toEqual(
        new Set([`harbor.local:8080/threebody/${app}:latest`]),
      );
    }
    expect(containersOf('laravel-migrate').map(({ image }) => image)).toEqual([
      'mysql:8.4',
      '__LARAVEL_IMAGE__',
    ]);
  });

  it('takes names, versions and paths from the parameters', () => {
    const other = deliveryFiles({
      registry_host: 'reg.test',
      harbor_port: 5000,
      harbor_project: 'p',
      app_namespace: 'ns',
      mysql_data: '/srv/db',
      mysql_image: 'mysql:9',
    });
    const all = [...other.values()].join('\n');
    expect(all).toContain('image: reg.test:5000/p/go:latest');
    expect(all).toContain('path: /srv/db');
    expect(all).toContain('image: mysql:9');
    expect(all).not.toMatch(/harbor\.local:8080|namespace: threebody-prod|mysql:8\.4/);
    expect(all).not.toContain('{{');
  });
});

describe('what would only show when it runs', () => {
  it('starts the back ends at 0 and the page at 1', () => {
    const replicas = Object.fromEntries(
      workloads.flatMap(({ name, spec }) => (spec.replicas === undefined ? [] : [[name, spec.replicas]])),
    );
    expect(replicas).toEqual({ mysql: 1, go: 0, laravel: 0, frontend: 1 });
  });

  it('asks only for keys that the scripts put into app-secrets', () => {
    const script = files.get('deploy/ci/secrets.sh') ?? '';
    const made = new Set([...script.matchAll(/"([A-Z_]+)=\$/g)].map(([, key]) => key));
    const asked = workloads.flatMap(({ spec }) =>
      [...spec.template.spec.initContainers, ...spec.template.spec.containers].flatMap(({ env }) =>
        env.flatMap(({ valueFrom }) => (valueFrom === undefined ? [] : [valueFrom.secretKeyRef])),
      ),
    );
    expect(made).toEqual(
      new Set(['MYSQL_ROOT_PASSWORD', 'DB_DATABASE', 'DB_USERNAME', 'DB_PASSWORD', 'APP_KEY']),
    );
    expect(new Set(asked.map(({ name }) => name))).toEqual(new Set(['app-secrets']));
    for (const { key } of asked) expect(made).toContain(key);
  });

  it('gives both APIs and the migrate Job all settings of the database', () => {
    for (const app of ['go', 'laravel']) {
      const own = workloadCalled(app).spec.template.spec.containers.find(({ name }) => name === app);
      const names = own?.env.map(({ name }) => name) ?? [];
      expect(names).toEqual(
        expect.arrayContaining(['DB_HOST', 'DB_PORT', 'DB_DATABASE', 'DB_USERNAME', 'DB_PASSWORD']),
      );
      expect(own?.env.find(({ name }) => name === 'DB_HOST')?.value).toBe('mysql');
    }
    for (const one of containersOf('laravel-migrate')) {
      expect(one.env.find(({ name }) => name === 'DB_HOST')?.value).toBe('mysql-0.mysql');
    }
  });

  it.for(workloads.map(({ name }) => name))(
    '%s: every volume is there, every container knows its limits',
    (name) => {
      const { volumes } = workloadCalled(name).spec.template.spec;
      for (const one of containersOf(name)) {
        for (const { name: mount } of one.volumeMounts)
          expect(volumes.map((volume) => volume.name)).toContain(mount);
        expect(one.imagePullPolicy, one.name).toBe('IfNotPresent');
      }
    },
  );

  it('runs nothing as root but fix-perms, and names every user by number, which the kubelet can check', () => {
    const users = workloads.flatMap(({ name, spec }) =>
      containersOf(name).map((one) => {
        const user = one.securityContext.runAsUser ?? spec.template.spec.securityContext.runAsUser;
        return [`${name}/${one.name}`, user] as const;
      }),
    );
    expect(Object.fromEntries(users)).toEqual({
      'mysql/fix-perms': 0,
      'mysql/mysql': 999,
      'go/go': 65532,
      'laravel/copy-app': 82,
      'laravel/laravel': 82,
      'laravel/nginx': 101,
      'frontend/frontend': 101,
      'laravel-migrate/wait-mysql': 999,
      'laravel-migrate/migrate': 82,
    });
  });

  it('keeps all of the application within what a small worker has', () => {
    const mib = (quantity: string): number =>
      Number.parseInt(quantity, 10) * (quantity.endsWith('Gi') ? 1024 : 1);
    const asked = workloads
      .filter(({ kind }) => kind !== 'Job')
      .flatMap(({ spec }) => spec.template.spec.containers.map((one) => mib(one.resources.requests.memory)));
    expect(asked.reduce((sum, one) => sum + one, 0)).toBeLessThan(1024);
  });

  it('ties the volume to vm-worker, the claim to the volume, and lets no storage class step in', () => {
    expect(named('PersistentVolume', 'mysql-pv-hostpath')).toMatchObject({
      spec: {
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: '/data/threebody/mysql', type: 'Directory' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', values: ['vm-worker'] }] },
            ],
          },
        },
      },
    });
    expect(named('PersistentVolumeClaim', 'mysql-pvc')).toMatchObject({
      spec: { storageClassName: '', volumeName: 'mysql-pv-hostpath' },
    });
  });

  it('gives MySQL ten minutes for its first start before anything may kill it', () => {
    const [mysql] = workloadCalled('mysql').spec.template.spec.containers;
    const { periodSeconds, failureThreshold } = z
      .object({ periodSeconds: z.number(), failureThreshold: z.number() })
      .parse(mysql?.['startupProbe']);
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(600);
    expect(
      JSON.stringify([mysql?.['startupProbe'], mysql?.['readinessProbe'], mysql?.['livenessProbe']]),
    ).not.toContain('tcpSocket');
  });

  it('lets the migrate Job try once, for half an hour, and clears it away after ten minutes', () => {
    expect(named('Job', 'laravel-migrate')).toMatchObject({
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: 1800,
        ttlSecondsAfterFinished: 600,
        template: { spec: { restartPolicy: 'Never' } },
      },
    });
  });
});

describe('values of the charts', () => {
  const values = (name: string): unknown => parse(files.get(`deploy/monitoring/${name}-values.yaml`) ?? '');

  it('switches the caches off that ask for ten gigabytes, and every second way to run Loki', () => {
    expect(values('loki')).toMatchObject({
      deploymentMode: 'SingleBinary',
      loki: {
        auth_enabled: false,
        schemaConfig: { configs: [{ store: 'tsdb', schema: 'v13', object_store: 'filesystem' }] },
      },
      singleBinary: { replicas: 1, persistence: { enabled: false } },
      read: { replicas: 0 },
      write: { replicas: 0 },
      backend: { replicas: 0 },
      chunksCache: { enabled: false },
      resultsCache: { enabled: false },
    });
  });

  it('leaves no default password in Grafana and watches nothing that kubeadm hides', () => {
    expect(values('kps')).toMatchObject({
      grafana: { admin: { existingSecret: 'grafana-admin' } },
      kubeEtcd: { enabled: false },
      kubeScheduler: { enabled: false },
      kubeControllerManager: { enabled: false },
      kubeProxy: { enabled: false },
    });
  });

  it('ships logs of both agents to the same door, and says that Promtail has ended', () => {
    const door = 'http://loki-gateway.monitoring.svc.cluster.local/loki/api/v1/push';
    expect(files.get('deploy/monitoring/promtail-values.yaml')).toContain(door);
    expect(files.get('deploy/monitoring/alloy-values.yaml')).toContain(door);
    expect(files.get('deploy/monitoring/promtail-values.yaml')).toContain('Promtail ended on 2 March 2026');
  });
});
