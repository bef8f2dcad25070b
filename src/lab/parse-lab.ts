/** A lab file's text → a `Lab` with every default filled in, or all the mistakes in it at once. Pure. */
import { join, resolve, dirname, basename, extname } from 'node:path';
import { checkLabRules } from './lab-rules.js';
import { ENDPOINT, JUMP, labFileSchema, type HostSource, type LabFileSource } from './lab-schema.js';
import { isParameterValue, type ParameterSpec } from './parameters.js';
import { stateDirName } from './state-dir.js';
import {
  HOST_NAMES,
  type Diagnostic,
  type Endpoint,
  type HostLogin,
  type HostName,
  type Lab,
  type ParameterValue,
  type SourcePlace,
} from './types.js';
import { readYaml } from './yaml.js';

/** A parameter's declaration with the value it has when the lab file is silent. */
export interface ParameterDefault extends ParameterSpec {
  readonly default: ParameterValue;
}

/** What the text alone cannot tell. */
export interface LabFileContext {
  /** Names, types and defaults of the parameters, from the runbook. */
  readonly parameters: readonly ParameterDefault[];
  /** Absolute path of the home directory: `~` in key paths. */
  readonly home: string;
  /** Absolute path under which the labs' state directories lie, e.g. `~/.local/state/threebody-tui`. */
  readonly stateRoot: string;
  /** Permission bits of the file; null when the text comes from elsewhere. */
  readonly fileMode: number | null;
}

/** A private key file that the lab file names, for the one who can look at files. */
export interface KeyReference {
  readonly path: string;
  readonly place: SourcePlace;
}

export interface ParsedLab {
  /** Null when there is any diagnostic. */
  readonly lab: Lab | null;
  /** All mistakes, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  readonly keyFiles: readonly KeyReference[];
}

/**
 * Parses and checks a lab file.
 * @param text what stands in the file
 * @param file its absolute path, or null for a lab in memory only
 */
export function parseLabFile(text: string, file: string | null, context: LabFileContext): ParsedLab {
  const shown = file ?? 'lab.yaml';
  const source = readYaml(text, shown, labFileSchema);
  const empty = emptyFile(text, source.data, source.diagnostics.length > 0, shown);
  if (empty !== null) return { lab: null, diagnostics: [empty], keyFiles: [] };

  const diagnostics = [...source.diagnostics, ...checkLabRules(source.data, source.placeOf, context)];
  const keyFiles = keyReferences(source.data, file, context.home, source.placeOf);
  const lab = diagnostics.length === 0 && source.value !== null ? build(source.value, file, context) : null;
  return { lab, diagnostics: inFileOrder(diagnostics), keyFiles };
}

/** Sorts diagnostics by line and column; those without a place come first. */
export function inFileOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}

function emptyFile(text: string, data: unknown, broken: boolean, file: string): Diagnostic | null {
  const nothing =
    text.trim() === '' || (data === null && !broken) || (data === null && !/^[^#\s]/m.test(text));
  if (!nothing) return null;
  return {
    place: { file, line: 1, column: 1 },
    what: { id: 'berkas lab ini kosong', en: 'this lab file is empty' },
    remedy: {
      id: 'Buat yang baru dengan `threebody-tui init`.',
      en: 'Make a new one with `threebody-tui init`.',
    },
  };
}

function build(source: LabFileSource, file: string | null, context: LabFileContext): Lab | null {
  const logins = new Map<string, HostLogin>();
  for (const host of source.hosts) {
    const name = HOST_NAMES.find((known) => known === host.name);
    if (name !== undefined) logins.set(name, login(name, host, source, file, context.home));
  }
  const [docker, k8s, worker] = HOST_NAMES.map((name) => logins.get(name));
  // The rules have been checked before: all three are there.
  if (docker === undefined || k8s === undefined || worker === undefined) return null;
  const hosts: Readonly<Record<HostName, HostLogin>> = {
    'vm-docker': docker,
    'vm-k8s': k8s,
    'vm-worker': worker,
  };

  const parameters: Record<string, ParameterValue> = {};
  const secrets: Record<string, string> = {};
  for (const spec of context.parameters) {
    if (spec.type === 'secret') {
      const secret = source.secrets?.[spec.name];
      if (typeof secret === 'string' && secret !== '') secrets[spec.name] = secret;
      continue;
    }
    const given = source.parameters?.[spec.name];
    if (isParameterValue(given)) parameters[spec.name] = given;
    // `name:` with nothing behind it empties what may be empty, also when there is a default.
    else parameters[spec.name] = given === null ? '' : spec.default;
  }
  const name = source.name ?? (file === null ? 'lab' : basename(file, extname(file)));
  const addresses = HOST_NAMES.map((host) => hosts[host].address);
  const stateDir = join(context.stateRoot, stateDirName(name, file ?? addresses.join(' ')));
  return {
    file,
    name,
    hosts,
    parameters,
    secrets,
    practice: source.practice ?? false,
    resolve: source.resolve ?? {},
    operatorRoutes: source.operator_routes ?? null,
    knownHosts: join(stateDir, 'known_hosts'),
    stateDir,
  };
}

function login(
  name: HostName,
  host: HostSource,
  all: LabFileSource,
  file: string | null,
  home: string,
): HostLogin {
  const key = host.key ?? all.key;
  const passphrase = host.passphrase ?? all.passphrase;
  const password = host.password ?? all.password;
  const sudoPassword = host.sudo_password ?? all.sudo_password;
  const user = host.user ?? all.user ?? '';
  return {
    name,
    address: host.address,
    port: host.ssh_port ?? all.ssh_port ?? 22,
    user,
    ...(key === undefined ? {} : { keyFile: keyPath(key, file, home) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(password === undefined ? {} : { password }),
    ...((host.agent ?? all.agent) === true ? { agent: true } : {}),
    ...(sudoPassword === undefined ? {} : { sudoPassword }),
    ...(host.ssh_config_host === undefined ? {} : { sshConfigHost: host.ssh_config_host }),
    ...(host.proxy_jump === undefined ? {} : { proxyJump: fullJump(host.proxy_jump, user) }),
    forwards: Object.fromEntries(
      Object.entries(host.forwards ?? {}).map(([port, where]) => [
        String(Number(port)),
        parseEndpoint(where),
      ]),
    ),
  };
}

function parseEndpoint(text: string): Endpoint {
  const match = ENDPOINT.exec(text);
  return { host: match?.[1] ?? '', port: Number(match?.[2]) };
}

function fullJump(text: string, user: string): string {
  const match = JUMP.exec(text);
  return `${match?.[1] ?? user}@${match?.[2] ?? ''}:${Number(match?.[3] ?? 22)}`;
}

/** `~/x` lies in the home directory; a relative path beside the lab file, or in memory, in the home directory. */
function keyPath(key: string, file: string | null, home: string): string {
  if (key === '~' || key.startsWith('~/')) return join(home, key.slice(1));
  return resolve(file === null ? home : dirname(file), key);
}

function keyReferences(
  data: unknown,
  file: string | null,
  home: string,
  placeOf: (path: readonly PropertyKey[]) => SourcePlace,
): readonly KeyReference[] {
  const found = new Map<string, KeyReference>();
  const look = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value !== 'object' || value === null || !('key' in value)) return;
    if (typeof value.key !== 'string' || value.key === '' || value.key.includes('\0')) return;
    const full = keyPath(value.key, file, home);
    if (!found.has(full)) found.set(full, { path: full, place: placeOf([...path, 'key']) });
  };
  look(data, []);
  const hosts: unknown = typeof data === 'object' && data !== null && 'hosts' in data ? data.hosts : null;
  if (Array.isArray(hosts)) hosts.forEach((host, index) => look(host, ['hosts', index]));
  return [...found.values()];
}
