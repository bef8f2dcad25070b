/** /etc/docker/daemon.json as dockerd reads it: JSON first, then known keys, then their types. */
export interface DaemonConfig {
  readonly insecureRegistries: readonly string[];
  readonly mirrors: readonly string[];
  readonly dataRoot: string;
  readonly logDriver: string;
  readonly liveRestore: boolean;
  readonly debug: boolean;
}
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Kind = 'string' | 'boolean' | 'number' | 'strings' | 'object' | 'any';
/** Keys of dockerd 28 that people use; the value's kind. */
const KEYS: Readonly<Record<string, Kind>> = {
  'insecure-registries': 'strings',
  'registry-mirrors': 'strings',
  'data-root': 'string',
  'exec-root': 'string',
  'log-driver': 'string',
  'log-level': 'string',
  'log-format': 'string',
  'log-opts': 'object',
  'storage-driver': 'string',
  'storage-opts': 'strings',
  'live-restore': 'boolean',
  debug: 'boolean',
  'exec-opts': 'strings',
  hosts: 'strings',
  dns: 'strings',
  'dns-opts': 'strings',
  'dns-search': 'strings',
  bip: 'string',
  'default-address-pools': 'any',
  'default-ulimits': 'object',
  'default-runtime': 'string',
  'default-shm-size': 'string',
  'default-cgroupns-mode': 'string',
  runtimes: 'object',
  features: 'object',
  labels: 'strings',
  mtu: 'number',
  iptables: 'boolean',
  ip6tables: 'boolean',
  ipv6: 'boolean',
  'ip-forward': 'boolean',
  'ip-masq': 'boolean',
  ip: 'string',
  icc: 'boolean',
  'userland-proxy': 'boolean',
  'userns-remap': 'string',
  'fixed-cidr': 'string',
  'fixed-cidr-v6': 'string',
  group: 'string',
  tls: 'boolean',
  tlsverify: 'boolean',
  tlscacert: 'string',
  tlscert: 'string',
  tlskey: 'string',
  experimental: 'boolean',
  'metrics-addr': 'string',
  'max-concurrent-downloads': 'number',
  'max-concurrent-uploads': 'number',
  'max-download-attempts': 'number',
  'shutdown-timeout': 'number',
  'cgroup-parent': 'string',
  containerd: 'string',
  builder: 'object',
  'oom-score-adjust': 'number',
  'no-new-privileges': 'boolean',
  'selinux-enabled': 'boolean',
  'seccomp-profile': 'string',
  proxies: 'object',
  'http-proxy': 'string',
  'https-proxy': 'string',
  'no-proxy': 'string',
};

/** What Go's decoder says of broken JSON. */
function jsonProblem(text: string): string {
  if (text.trim() === '') return 'EOF';
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    const words = error instanceof Error ? error.message : '';
    const position = Number(/position (\d+)/.exec(words)?.[1] ?? text.length);
    const char = text.charAt(position);
    if (char === '' || /end of JSON/i.test(words)) return 'unexpected EOF';
    const before = text.slice(0, position).trimEnd().at(-1);
    const where =
      before === ','
        ? char === '}'
          ? 'looking for beginning of object key string'
          : 'looking for beginning of value'
        : before === '{'
          ? 'looking for beginning of object key string'
          : char === '"' || /[\]}\w]/.test(before ?? '')
            ? 'after object key:value pair'
            : before === '"'
              ? 'after array element'
              : 'looking for beginning of value';
    return `invalid character '${char === "'" ? "\\''" : char}' ${where}`;
  }
}
function kindFits(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'strings':
      return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'any':
      return true;
    default:
      return typeof value === kind;
  }
}
const goKind = (value: unknown): string =>
  Array.isArray(value)
    ? 'array'
    : typeof value === 'object'
      ? 'object'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;

/**
 * @param text null when there is no such file
 * @throws ConfigError with dockerd's words
 */
export function readDaemonConfig(text: string | null, path: string): DaemonConfig {
  const fail = (words: string): never => {
    throw new ConfigError(`unable to configure the Docker daemon with file ${path}: ${words}`);
  };
  let parsed: unknown = {};
  if (text !== null) {
    const problem = text.trim() === '' ? '' : jsonProblem(text);
    if (problem !== '') fail(problem);
    parsed = text.trim() === '' ? {} : JSON.parse(text);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return fail(`json: cannot unmarshal ${goKind(parsed)} into Go value of type map[string]interface {}`);
  const values = new Map(Object.entries(parsed));
  const unknown = [...values.keys()].filter((key) => KEYS[key] === undefined);
  if (unknown.length > 0)
    fail(`the following directives don't match any configuration option: ${unknown.toSorted().join(', ')}`);
  for (const [key, value] of values) {
    const kind = KEYS[key] ?? 'any';
    if (!kindFits(kind, value))
      fail(
        `json: cannot unmarshal ${goKind(value)} into Go struct field Config.${key} of type ${kind === 'strings' ? '[]string' : kind === 'boolean' ? 'bool' : kind === 'number' ? 'int' : kind}`,
      );
  }
  if (values.has('hosts'))
    fail(
      'the following directives are specified both as a flag and in the configuration file: hosts: (from flag: [fd://], from file: [' +
        String(values.get('hosts')) +
        '])',
    );
  const strings = (key: string): readonly string[] => {
    const value = values.get(key);
    return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
  };
  for (const registry of strings('insecure-registries'))
    if (/^https?:\/\//i.test(registry))
      fail(`invalid insecure registry: ${registry}: insecure registry ${registry} should not contain '://'`);
  const root = values.get('data-root');
  const driver = values.get('log-driver');
  return {
    insecureRegistries: strings('insecure-registries'),
    mirrors: strings('registry-mirrors'),
    dataRoot: typeof root === 'string' ? root : '/var/lib/docker',
    logDriver: typeof driver === 'string' ? driver : 'json-file',
    liveRestore: values.get('live-restore') === true,
    debug: values.get('debug') === true,
  };
}
