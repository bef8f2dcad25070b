/** A compose file: found, its variables filled in, parsed as YAML, checked, made into services. */
import { parseDocument } from 'yaml';
import { readPort } from '../commands/docker/run.js';
import type { Process } from '../kernel/process.js';
import { commandWords } from '../model/unit-process.js';
import type { HealthSpec, MountSpec, PortSpec } from '../docker/types.js';
import { baseName, dirName, joinPath } from '../vfs/volume.js';
import { ComposeError } from './compose-error.js';
import { interpolate } from './interpolate.js';

export interface Service {
  readonly name: string;
  readonly image: string;
  readonly containerName: string;
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
  readonly env: readonly string[];
  readonly ports: readonly PortSpec[];
  readonly mounts: readonly MountSpec[];
  /** Keys of the project's networks. */
  readonly networks: readonly { readonly key: string; readonly aliases: readonly string[] }[];
  readonly dependsOn: readonly string[];
  readonly restart: { readonly name: string; readonly max: number };
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> } | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly hostname: string | null;
  readonly user: string | null;
  readonly workdir: string | null;
  readonly health: HealthSpec | null;
}
export interface Project {
  readonly name: string;
  readonly directory: string;
  readonly files: readonly string[];
  readonly services: readonly Service[];
  /** Key → the network's name, and whether somebody else made it. */
  readonly networks: ReadonlyMap<string, { readonly name: string; readonly external: boolean }>;
  readonly volumes: ReadonlyMap<string, { readonly name: string; readonly external: boolean }>;
  /** The file with everything filled in, for `config`. */
  readonly source: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}
const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const TOP = ['name', 'version', 'services', 'networks', 'volumes', 'secrets', 'configs', 'include'];
const SERVICE = new Set(
  'annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count cpu_percent cpu_period cpu_quota cpu_shares cpus cpuset credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends external_links extra_hosts group_add healthcheck hostname image init ipc isolation labels label_file links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports privileged profiles pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits user userns_mode uts volumes volumes_from working_dir'.split(
    ' ',
  ),
);

type Values = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
const text = (value: unknown): string => (typeof value === 'string' ? value : String(value));

/** Finds the file as compose does: given, or by name here and in the directories above. @throws ComposeError */
export function findFiles(process: Process, given: readonly string[]): readonly string[] {
  if (given.length > 0) {
    const files = given.map((file) => process.path(file));
    const missing = files.find((file) => process.view.peek(file) === undefined);
    if (missing !== undefined) throw new ComposeError(`open ${missing}: no such file or directory`);
    return files;
  }
  for (let dir = process.cwd; ; dir = dirName(dir)) {
    const found = NAMES.map((name) => joinPath(dir, name)).find(
      (file) => process.view.peek(file) !== undefined,
    );
    if (found !== undefined) return [found];
    if (dir === '/') throw new ComposeError('no configuration file provided: not found');
  }
}

function parsed(file: string, content: string): Values {
  const document = parseDocument(content);
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1;
    const problem = /[Nn]ested mappings/.test(error.message)
      ? 'mapping values are not allowed in this context'
      : /tab/i.test(error.message)
        ? 'found character that cannot start any token'
        : 'did not find expected key';
    throw new ComposeError(`yaml: line ${line}: ${problem}`);
  }
  const value: unknown = document.toJS();
  if (value === null || value === undefined) throw new ComposeError('empty compose file');
  if (!isMap(value)) throw new ComposeError(`${file}: top-level object must be a mapping`);
  return value;
}

function check(file: string, source: Values): void {
  const wrong = (place: string, problem: string): never => {
    throw new ComposeError(`validating ${file}: ${place} ${problem}`);
  };
  for (const key of Object.keys(source))
    if (!TOP.includes(key) && !key.startsWith('x-'))
      wrong('(root)', `additional properties '${key}' not allowed`);
  const services = source['services'];
  if (services !== undefined && !isMap(services)) wrong('services', 'must be a mapping');
  for (const [name, service] of Object.entries(isMap(services) ? services : {})) {
    if (!isMap(service)) wrong(`services.${name}`, 'must be a mapping');
    for (const key of Object.keys(isMap(service) ? service : {}))
      if (!SERVICE.has(key) && !key.startsWith('x-'))
        wrong(`services.${name}`, `additional properties '${key}' not allowed`);
    const volumes = isMap(service) ? service['volumes'] : undefined;
    if (volumes !== undefined && !Array.isArray(volumes))
      wrong(`services.${name}.volumes`, 'must be a array');
    const ports = isMap(service) ? service['ports'] : undefined;
    if (ports !== undefined && !Array.isArray(ports)) wrong(`services.${name}.ports`, 'must be a array');
  }
}

function fields(value: unknown): readonly string[] {
  if (isMap(value))
    return Object.entries(value).map(([key, entry]) => `${key}=${entry === null ? '' : text(entry)}`);
  return list(value).map(text);
}
function words(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return null;
  return Array.isArray(value) ? value.map(text) : commandWords(text(value));
}
function mount(directory: string, value: unknown, volumes: Project['volumes']): MountSpec {
  const volumeName = (key: string) => volumes.get(key)?.name ?? key;
  if (isMap(value)) {
    const bind = value['type'] !== 'volume';
    const source = text(value['source'] ?? '');
    const options = value['bind'];
    return {
      type: bind ? 'bind' : 'volume',
      source: bind ? joinPath(directory, source) : volumeName(source),
      target: text(value['target'] ?? ''),
      readOnly: value['read_only'] === true,
      mustExist: bind && !(isMap(options) && options['create_host_path'] === true),
    };
  }
  const [source = '', target, options = ''] = text(value).split(':');
  if (target === undefined)
    return { type: 'volume', source: volumeName(source), target: source, readOnly: false, mustExist: false };
  const bind = /^[./~]/.test(source);
  return {
    type: bind ? 'bind' : 'volume',
    source: bind ? joinPath(directory, source) : volumeName(source),
    target: target.replace(/(.)\/$/, '$1'),
    readOnly: options.split(',').includes('ro'),
    mustExist: false,
  };
}
function health(value: unknown): HealthSpec | null {
  if (!isMap(value) || value['disable'] === true) return null;
  const test = value['test'];
  return { test: Array.isArray(test) ? test.map(text) : ['CMD-SHELL', text(test ?? '')], firstMs: 10_000 };
}

/** @param variables environment, `.env` beneath it @throws ComposeError */
export function loadProject(
  process: Process,
  given: {
    readonly files: readonly string[];
    readonly directory: string | null;
    readonly name: string | null;
  },
): Project {
  const files = findFiles(process, given.files);
  const [first = ''] = files;
  const directory = given.directory === null ? dirName(first) : process.path(given.directory);
  const dotEnv = new Map<string, string>();
  if (process.view.peek(`${directory}/.env`) !== undefined)
    for (const line of process.view.readText(`${directory}/.env`).split('\n')) {
      const match = /^\s*(?:export\s+)?(\w+)=(.*)$/.exec(line);
      if (match !== null) dotEnv.set(match[1] ?? '', (match[2] ?? '').trim().replace(/^(["'])(.*)\1$/, '$2'));
    }
  const variables = new Map([...dotEnv, ...process.env]);
  const warnings: string[] = [];
  const source: Record<string, unknown> = {};
  for (const file of files) {
    const one = interpolate(parsed(file, process.view.readText(file)), variables, warnings);
    if (!isMap(one)) throw new ComposeError('empty compose file');
    check(file, one);
    if (one['version'] !== undefined)
      warnings.push(
        `${file}: the attribute \`version\` is obsolete, it will be ignored, please remove it to avoid potential confusion`,
      );
    for (const [key, value] of Object.entries(one))
      source[key] = isMap(value) && isMap(source[key]) ? { ...source[key], ...value } : value;
  }
  const name =
    given.name ??
    process.env.get('COMPOSE_PROJECT_NAME') ??
    (source['name'] === undefined
      ? baseName(directory)
          .toLowerCase()
          .replace(/[^a-z0-9_-]/g, '')
          .replace(/^[_-]+/, '')
      : text(source['name']));
  const named = (section: unknown): ReadonlyMap<string, { name: string; external: boolean }> =>
    new Map(
      Object.entries(isMap(section) ? section : {}).map(([key, value]) => {
        const own = isMap(value) ? value['name'] : undefined;
        const external = isMap(value) && value['external'] === true;
        return [
          key,
          { name: own === undefined ? (external ? key : `${name}_${key}`) : text(own), external },
        ] as const;
      }),
    );
  const volumes = named(source['volumes']);
  const networks = new Map(named(source['networks']));
  const entries = Object.entries(isMap(source['services']) ? source['services'] : {});
  if (entries.length === 0) throw new ComposeError('no service selected');
  const services = entries.map(([key, raw]): Service => {
    const value = isMap(raw) ? raw : {};
    if (value['image'] === undefined && value['build'] === undefined)
      throw new ComposeError(
        `service "${key}" has neither an image nor a build context specified: invalid compose project`,
      );
    const wanted = value['networks'];
    const used = isMap(wanted) ? Object.keys(wanted) : list(wanted).map(text);
    for (const network of used)
      if (!networks.has(network))
        throw new ComposeError(
          `service "${key}" refers to undefined network ${network}: invalid compose project`,
        );
    const mode = value['network_mode'];
    if (used.length === 0 && mode === undefined && !networks.has('default'))
      networks.set('default', { name: `${name}_default`, external: false });
    const depends = value['depends_on'];
    const dependsOn = isMap(depends) ? Object.keys(depends) : list(depends).map(text);
    for (const other of dependsOn)
      if (!entries.some(([known]) => known === other))
        throw new ComposeError(
          `service "${key}" depends on undefined service "${other}": invalid compose project`,
        );
    for (const entry of list(value['volumes'])) {
      const short = typeof entry === 'string' ? /^([^./~:][^:]*):/.exec(entry)?.[1] : undefined;
      if (short !== undefined && !volumes.has(short))
        throw new ComposeError(
          `service "${key}" refers to undefined volume ${short}: invalid compose project`,
        );
    }
    const envFiles = list(value['env_file']).flatMap((entry) => {
      const path = joinPath(directory, isMap(entry) ? text(entry['path']) : text(entry));
      if (process.view.peek(path) === undefined)
        throw new ComposeError(`env file ${path} not found: stat ${path}: no such file or directory`);
      return process.view
        .readText(path)
        .split('\n')
        .filter((line) => line.includes('=') && !line.startsWith('#'));
    });
    const logging = value['logging'];
    const [policy = 'no', max = '0'] = text(value['restart'] ?? 'no').split(':');
    return {
      name: key,
      image: text(value['image'] ?? `${name}-${key}`),
      containerName: text(value['container_name'] ?? `${name}-${key}-1`),
      entrypoint: words(value['entrypoint']),
      command: words(value['command']),
      env: [...envFiles, ...fields(value['environment'])],
      ports: list(value['ports']).map((port) =>
        isMap(port)
          ? {
              address: text(port['host_ip'] ?? ''),
              hostPort: Number(port['published'] ?? 0),
              containerPort: Number(port['target']),
              protocol: text(port['protocol'] ?? 'tcp'),
            }
          : readPort(text(port)),
      ),
      mounts: list(value['volumes']).map((entry) => mount(directory, entry, volumes)),
      networks:
        mode === undefined
          ? (used.length > 0 ? used : ['default']).map((network) => {
              const options = isMap(wanted) ? wanted[network] : undefined;
              return {
                key: network,
                aliases: [key, ...list(isMap(options) ? options['aliases'] : undefined).map(text)],
              };
            })
          : [{ key: `:${text(mode)}`, aliases: [] }],
      dependsOn,
      restart: { name: policy, max: Number(max) },
      logging: isMap(logging)
        ? {
            driver: text(logging['driver'] ?? 'json-file'),
            options: Object.fromEntries(
              Object.entries(isMap(logging['options']) ? logging['options'] : {}).map(([option, entry]) => [
                option,
                text(entry),
              ]),
            ),
          }
        : null,
      labels: Object.fromEntries(
        fields(value['labels'])
          .map((label) => label.split(/=(.*)/s))
          .map(([label = '', entry = '']) => [label, entry]),
      ),
      hostname: value['hostname'] === undefined ? null : text(value['hostname']),
      user: value['user'] === undefined ? null : text(value['user']),
      workdir: value['working_dir'] === undefined ? null : text(value['working_dir']),
      health: value['healthcheck'] === undefined ? null : health(value['healthcheck']),
    };
  });
  return { name, directory, files, services, networks, volumes, source, warnings };
}

/** Services in the order in which they are started. @throws ComposeError for a circle */
export function inOrder(services: readonly Service[]): readonly Service[] {
  const done: Service[] = [];
  const under = new Set<string>();
  const visit = (service: Service): void => {
    if (done.includes(service)) return;
    if (under.has(service.name))
      throw new ComposeError(`dependency cycle detected: ${[...under, service.name].join(' -> ')}`);
    under.add(service.name);
    for (const name of service.dependsOn) {
      const other = services.find((one) => one.name === name);
      if (other !== undefined) visit(other);
    }
    under.delete(service.name);
    done.push(service);
  };
  for (const service of services) visit(service);
  return done;
}
