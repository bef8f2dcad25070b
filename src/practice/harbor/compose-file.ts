/** The docker-compose.yml that `prepare` writes: Harbor's services, names, mounts and log driver. */
import { stringify } from 'yaml';

export interface ComposeValues {
  readonly version: string;
  readonly port: number;
  readonly data: string;
  readonly logs: string;
}
const bind = (source: string, target: string) => ({ type: 'bind', source, target });

export function harborCompose({ version, port, data, logs }: ComposeValues): string {
  const service = (
    image: string,
    name: string,
    tag: string | null,
    needs: readonly string[],
    volumes: readonly unknown[],
    extra: Readonly<Record<string, unknown>> = {},
  ) => ({
    image: `goharbor/${image}:${version}`,
    container_name: name,
    restart: 'always',
    cap_drop: ['ALL'],
    cap_add: ['CHOWN', 'SETGID', 'SETUID'],
    ...(volumes.length > 0 ? { volumes } : {}),
    networks: ['harbor'],
    dns_search: '.',
    ...(needs.length > 0 ? { depends_on: needs } : {}),
    ...(tag === null
      ? {}
      : { logging: { driver: 'syslog', options: { 'syslog-address': 'tcp://localhost:1514', tag } } }),
    ...extra,
  });
  const env = (name: string) => ({ env_file: [`./common/config/${name}/env`] });
  const services = {
    log: service(
      'harbor-log',
      'harbor-log',
      null,
      [],
      [
        `${logs}/:/var/log/docker/:z`,
        bind('./common/config/log/logrotate.conf', '/etc/logrotate.d/logrotate.conf'),
        bind('./common/config/log/rsyslog_docker.conf', '/etc/rsyslog.d/rsyslog_docker.conf'),
      ],
      { ports: ['127.0.0.1:1514:10514'] },
    ),
    registry: service(
      'registry-photon',
      'registry',
      'registry',
      ['log'],
      [
        `${data}/registry:/storage:z`,
        './common/config/registry/:/etc/registry/:z',
        bind(`${data}/secret/registry/root.crt`, '/etc/registry/root.crt'),
      ],
    ),
    registryctl: service(
      'harbor-registryctl',
      'registryctl',
      'registryctl',
      ['log'],
      [
        `${data}/registry:/storage:z`,
        './common/config/registry/:/etc/registry/:z',
        bind('./common/config/registryctl/config.yml', '/etc/registryctl/config.yml'),
      ],
      env('registryctl'),
    ),
    postgresql: service(
      'harbor-db',
      'harbor-db',
      'postgresql',
      ['log'],
      [`${data}/database:/var/lib/postgresql/data:z`],
      {
        ...env('db'),
        shm_size: '1gb',
      },
    ),
    core: service(
      'harbor-core',
      'harbor-core',
      'core',
      ['log', 'registry', 'redis', 'postgresql'],
      [
        `${data}/ca_download/:/etc/core/ca/:z`,
        `${data}/:/data/:z`,
        './common/config/core/certificates/:/etc/core/certificates/:z',
        bind('./common/config/core/app.conf', '/etc/core/app.conf'),
        bind(`${data}/secret/core/private_key.pem`, '/etc/core/private_key.pem'),
        bind(`${data}/secret/keys/secretkey`, '/etc/core/key'),
      ],
      env('core'),
    ),
    portal: service(
      'harbor-portal',
      'harbor-portal',
      'portal',
      ['log'],
      [bind('./common/config/portal/nginx.conf', '/etc/nginx/nginx.conf')],
    ),
    jobservice: service(
      'harbor-jobservice',
      'harbor-jobservice',
      'jobservice',
      ['core'],
      [
        `${data}/job_logs:/var/log/jobs:z`,
        bind('./common/config/jobservice/config.yml', '/etc/jobservice/config.yml'),
      ],
      env('jobservice'),
    ),
    redis: service('redis-photon', 'redis', 'redis', ['log'], [`${data}/redis:/var/lib/redis`]),
    proxy: service(
      'nginx-photon',
      'nginx',
      'proxy',
      ['registry', 'core', 'portal', 'log'],
      ['./common/config/nginx:/etc/nginx:z'],
      {
        ports: [`${port}:8080`],
      },
    ),
  };
  return stringify({ services, networks: { harbor: { external: false } } });
}
