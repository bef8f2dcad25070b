/** `prepare`: reads harbor.yml as YAML and writes what the components are configured with. */
import { randomBytes } from 'node:crypto';
import { parse, YAMLParseError } from 'yaml';
import type { Container } from '../docker/container.js';
import { harborCompose } from './compose-file.js';

type Values = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const section = (values: Values, key: string): Values => {
  const value = values[key];
  return isMap(value) ? value : {};
};

/** An exception of the Python program. */
class PythonError extends Error {
  override readonly name = 'PythonError';
}
function needed(values: Values, key: string): unknown {
  if (values[key] === undefined) throw new PythonError(`KeyError: '${key}'`);
  return values[key];
}

interface Settings {
  readonly hostname: string;
  readonly port: number;
  readonly dataVolume: string;
  readonly adminPassword: string;
  readonly databasePassword: string;
  readonly logLocation: string;
  readonly logLevel: string;
}
/** Reads the keys in the order in which Harbor's parser does; the first that is missing ends it. */
function settings(values: Values): Settings {
  const hostname = needed(values, 'hostname');
  const http = section(values, 'http');
  const https = isMap(values['https']) ? values['https'] : null;
  if (https !== null) {
    needed(https, 'certificate');
    needed(https, 'private_key');
  }
  const database = section(values, 'database');
  const dataVolume = needed(values, 'data_volume');
  const admin = needed(values, 'harbor_admin_password');
  const jobs = section(values, 'jobservice');
  needed(jobs, 'max_job_workers');
  needed(jobs, 'job_loggers');
  needed(jobs, 'logger_sweeper_duration');
  const notification = section(values, 'notification');
  needed(notification, 'webhook_job_max_retry');
  needed(notification, 'webhook_job_http_client_timeout');
  const log = section(values, 'log');
  const level = String(needed(log, 'level'));
  if (!['debug', 'info', 'warning', 'error', 'fatal'].includes(level))
    throw new PythonError('Exception: log level must be one of debug, info, warning, error, fatal');
  if (hostname === '127.0.0.1') throw new PythonError('Exception: 127.0.0.1 can not be the hostname');
  if (hostname === 'reg.mydomain.com') throw new PythonError('Exception: Please specify hostname');
  if (https !== null)
    throw new PythonError('Exception: Error: The protocol is https but attribute ssl_cert is not set');
  if (values['database'] === undefined && values['external_database'] === undefined)
    throw new PythonError("KeyError: 'harbor_db_host'");
  const location = section(log, 'local')['location'];
  const port = http['port'] ?? 80;
  return {
    hostname: String(hostname),
    port: Number(port),
    dataVolume: String(dataVolume),
    adminPassword: String(admin),
    databasePassword: String(database['password'] ?? ''),
    logLocation: typeof location === 'string' ? location : '/var/log/harbor',
    logLevel: level,
  };
}

function traceback(container: Container, words: string): void {
  container.log(
    `Traceback (most recent call last):\n  File "/usr/src/app/main.py", line 15, in <module>\n    cli()\n  File "/usr/src/app/commands/prepare.py", line 38, in prepare\n    config_dict = parse_yaml_config(conf, with_trivy=with_trivy)\n  File "/usr/src/app/utils/configs.py", line 247, in parse_yaml_config\n${words}`,
    'stderr',
  );
}

/** Gives the exit status of the container. */
export async function prepare(container: Container): Promise<number> {
  const { host } = container;
  const source = container.hostPath('/input/harbor.yml') ?? '';
  const text = host.volume.text(source);
  if (text === null) {
    container.log('Error: no config file /input/harbor.yml', 'stderr');
    return 1;
  }
  await host.clock.sleep(1500, new AbortController().signal);
  let found: Settings;
  try {
    const parsed: unknown = parse(text);
    if (!isMap(parsed)) throw new PythonError("TypeError: 'NoneType' object is not subscriptable");
    found = settings(parsed);
  } catch (error) {
    if (error instanceof YAMLParseError) {
      const [at] = error.linePos ?? [];
      traceback(
        container,
        `yaml.scanner.ScannerError: ${error.message.split('\n')[0]?.replace(/ at line.*$/, '') ?? ''}\n  in "/input/harbor.yml", line ${at?.line ?? 1}, column ${at?.col ?? 1}`,
      );
      return 1;
    }
    if (!(error instanceof PythonError)) throw error;
    traceback(container, error.message);
    return 1;
  }
  container.log(
    'WARNING:root:WARNING: HTTP protocol is insecure. Harbor will deprecate http protocol in the future. Please make sure to upgrade to https',
    'stderr',
  );
  write(container, found);
  return 0;
}

function write(container: Container, found: Settings): void {
  const { host } = container;
  const put = (path: string, content: string, mode = 0o644, owner = 10_000) => {
    const target = container.hostPath(path);
    if (target === null) return;
    host.volume.put(target, content, { uid: owner, gid: owner, mode });
    if (!path.startsWith('/data')) container.log(`Generated configuration file: ${path}`);
  };
  const secret = (bytes: number) => randomBytes(bytes).toString('base64url').slice(0, bytes);
  const core = secret(16);
  const jobs = secret(16);
  const url = `http://${found.hostname}${found.port === 80 ? '' : `:${found.port}`}`;
  const version = container.spec.image.split(':').at(-1) ?? '';
  put(
    '/config/portal/nginx.conf',
    'events {}\nhttp { server { listen 8080; root /usr/share/nginx/html; } }\n',
  );
  put('/config/log/logrotate.conf', '/var/log/docker/*.log {\n  rotate 50\n  size 200M\n}\n', 0o644, 0);
  put('/config/log/rsyslog_docker.conf', 'input(type="imtcp" port="10514" ruleset="docker")\n', 0o644, 0);
  put('/config/nginx/nginx.conf', 'events {}\nhttp { server { listen 8080; } }\n');
  put(
    '/config/core/env',
    `CORE_SECRET=${core}\nJOBSERVICE_SECRET=${jobs}\nHARBOR_ADMIN_PASSWORD=${found.adminPassword}\nPOSTGRESQL_PASSWORD=${found.databasePassword}\nEXT_ENDPOINT=${url}\nLOG_LEVEL=${found.logLevel}\nDATABASE_TYPE=postgresql\n`,
    0o600,
  );
  put('/config/core/app.conf', 'appname = Harbor\nrunmode = prod\n');
  put('/config/registry/config.yml', 'version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: /storage\n');
  put('/config/registryctl/env', `CORE_SECRET=${core}\nJOBSERVICE_SECRET=${jobs}\n`, 0o600);
  put('/config/registryctl/config.yml', 'protocol: "http"\nport: 8080\n');
  put('/config/db/env', `POSTGRES_PASSWORD=${found.databasePassword}\n`, 0o600);
  put('/config/jobservice/env', `CORE_SECRET=${core}\nJOBSERVICE_SECRET=${jobs}\n`, 0o600);
  put('/config/jobservice/config.yml', 'protocol: "http"\nport: 8080\n');
  for (const [path, owner] of [
    ['/data/secret/keys/secretkey', 10_000],
    ['/data/secret/core/private_key.pem', 10_000],
    ['/data/secret/registry/root.crt', 10_000],
  ] as const) {
    const target = container.hostPath(path);
    if (target !== null && host.volume.find(target) === undefined) put(path, `${secret(32)}\n`, 0o600, owner);
  }
  for (const [directory, owner] of [
    ['registry', 10_000],
    ['ca_download', 10_000],
    ['job_logs', 10_000],
    ['redis', 999],
    ['database', 999],
  ] as const) {
    const target = container.hostPath(`/data/${directory}`);
    if (target !== null) host.volume.ensureDirectory(target, { uid: owner, gid: owner });
  }
  container.log('Generated and saved secret to file: /data/secret/keys/secretkey');
  container.log('Successfully called func: create_root_cert');
  put(
    '/compose_location/docker-compose.yml',
    harborCompose({ version, port: found.port, data: found.dataVolume, logs: found.logLocation }),
    0o644,
    0,
  );
}
