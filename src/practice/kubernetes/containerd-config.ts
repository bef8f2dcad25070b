/** What containerd makes of its configuration file: read, imported, migrated, laid over the defaults. */
import type { Host } from '../host.js';
import { matchesPattern } from '../shell/patterns.js';
import { PLACES, containerdDefaults } from './containerd-defaults.js';
import { defaultsOf } from './containerd-release.js';
import { at, isMap, listAt, mapAt, mergeDeep, numberAt, textAt, type JsonMap } from './json.js';
import { TomlMistake, readToml, writeToml } from './toml.js';

export const CONFIG_FILE = '/etc/containerd/config.toml';

/** Why containerd does not start, in its words. */
export class ConfigMistake extends Error {
  override readonly name = 'ConfigMistake';
}
/** What the CRI plugin took from the configuration when containerd started. */
export interface CriConfig {
  /** Why the plugin is not there; null when it is. */
  readonly refused: string | null;
  readonly systemdCgroup: boolean;
  /** Directories with hosts.toml files. */
  readonly hostsDirs: readonly string[];
  readonly sandboxImage: string;
  readonly cniConfDir: string;
  readonly whole: JsonMap;
}
export interface Containerd {
  readonly package: string;
  /** `1.7.24`. */
  readonly version: string;
  /** The newest configuration version it writes. */
  readonly config: 2 | 3;
}

/** The containerd of a host, whichever package brought it. */
export function installedContainerd(host: Host): Containerd | null {
  for (const name of ['containerd', 'containerd.io']) {
    const found = host.packages.find(name);
    if (found === undefined || found.status === 'not-installed' || found.status === 'config-files') continue;
    const version = found.version.split(/[-~]/)[0] ?? '';
    return { package: name, version, config: version.startsWith('1.') ? 2 : 3 };
  }
  return null;
}

function load(host: Host, path: string): JsonMap {
  const text = host.volume.text(path);
  if (text === null)
    throw new ConfigMistake(`failed to load TOML: ${path}: open ${path}: no such file or directory`);
  try {
    return readToml(text);
  } catch (error) {
    if (!(error instanceof TomlMistake)) throw error;
    throw new ConfigMistake(
      `failed to load TOML: ${path}: (${error.line}, ${error.column}): ${error.message}`,
    );
  }
}
/** Files that `imports` names, patterns filled in. */
function importsOf(host: Host, config: JsonMap): readonly string[] {
  return listAt(config, 'imports').flatMap((entry) => {
    const pattern = textAt(entry);
    if (!/[*?[]/.test(pattern)) return pattern === '' ? [] : [pattern];
    const dir = pattern.slice(0, pattern.lastIndexOf('/'));
    const found = host.volume.find(dir);
    return found?.kind === 'directory'
      ? [...found.entries.keys()]
          .toSorted()
          .map((name) => `${dir}/${name}`)
          .filter((path) => matchesPattern(path, pattern))
      : [];
  });
}
/** Kinds that a value must have, so that a number where text belongs is refused as the real one does. */
function checkKinds(defaults: JsonMap, given: JsonMap): void {
  for (const [key, value] of Object.entries(given)) {
    const wanted = defaults[key];
    if (wanted === undefined || wanted === null) continue;
    if (isMap(wanted) && isMap(value)) checkKinds(wanted, value);
    else if (
      isMap(wanted) !== isMap(value) ||
      Array.isArray(wanted) !== Array.isArray(value) ||
      typeof wanted !== typeof value
    ) {
      const kind = Array.isArray(wanted)
        ? '[]string'
        : isMap(wanted)
          ? 'table'
          : ({ string: 'string', boolean: 'bool', number: 'int' }[typeof wanted as string] ?? typeof wanted);
      throw new ConfigMistake(
        `failed to unmarshal TOML: ${key}: cannot decode ${JSON.stringify(value)} into ${kind}`,
      );
    }
  }
}
/** Tables of version 2 that moved in version 3. */
function migrate(config: JsonMap): JsonMap {
  const plugins = { ...mapAt(config, 'plugins') };
  const old = mapAt(plugins, PLACES[2].runtime);
  if (Object.keys(old).length === 0) return { ...config, version: 3 };
  const {
    registry,
    sandbox_image: sandbox,
    containerd,
    cni,
    max_concurrent_downloads: downloads,
    image_decryption: decryption,
    ...rest
  } = old;
  const {
    snapshotter,
    disable_snapshot_annotations: annotations,
    discard_unpacked_layers: discard,
    ...runtimes
  } = mapAt(containerd);
  const server = Object.fromEntries(
    Object.entries(rest).filter(([key]) => /^(stream_|disable_tcp|enable_tls|x509)/.test(key)),
  );
  const images: JsonMap = {
    ...(registry === undefined ? {} : { registry }),
    ...(sandbox === undefined ? {} : { pinned_images: { sandbox } }),
    ...(snapshotter === undefined ? {} : { snapshotter }),
    ...(annotations === undefined ? {} : { disable_snapshot_annotations: annotations }),
    ...(discard === undefined ? {} : { discard_unpacked_layers: discard }),
    ...(downloads === undefined ? {} : { max_concurrent_downloads: downloads }),
    ...(decryption === undefined ? {} : { image_decryption: decryption }),
  };
  const known = mapAt(containerdDefaults(3), 'plugins', PLACES[3].runtime);
  const kept = Object.fromEntries(Object.entries(rest).filter(([key]) => key in known));
  const run: JsonMap = {
    ...kept,
    ...(containerd === undefined ? {} : { containerd: runtimes }),
    ...(cni === undefined ? {} : { cni }),
  };
  return {
    ...config,
    version: 3,
    plugins: {
      ...plugins,
      [PLACES[2].runtime]: server,
      [PLACES[3].images]: mergeDeep(mapAt(plugins, PLACES[3].images), images),
      [PLACES[3].runtime]: mergeDeep(mapAt(plugins, PLACES[3].runtime), run),
    },
  };
}

/**
 * The configuration that counts, as `containerd config dump` shows it.
 * @param warn told what containerd only warns of
 * @throws ConfigMistake
 */
export function effectiveConfig(
  host: Host,
  own: Containerd,
  path: string,
  warn: (words: string) => void,
): JsonMap {
  if (host.volume.find(path) === undefined && path === CONFIG_FILE) return defaultsOf(own.version);
  let given = load(host, path);
  const read = [path];
  for (const file of importsOf(host, given)) {
    given = mergeDeep(given, { ...load(host, file), imports: listAt(given, 'imports').slice() });
    read.push(file);
  }
  const version = numberAt(given, 'version') ?? 1;
  if (version > own.config)
    throw new ConfigMistake(
      `failed to load TOML: ${path}: expected containerd config version equal to or less than \`${own.config}\`, got \`${version}\``,
    );
  if (version < 2)
    warn(
      'containerd config version `1` has been deprecated and will be converted on each startup in containerd v2.0, use `containerd config migrate` after upgrading to containerd 2.0 to avoid conversion on startup',
    );
  const current = own.config === 3 && version < 3 ? migrate(given) : { ...given, version: own.config };
  const defaults = defaultsOf(own.version);
  checkKinds(defaults, current);
  return keysOf(
    defaults,
    mergeDeep(defaults, { ...current, imports: listAt(given, 'imports').length > 0 ? read.slice(1) : [] }),
  );
}
/** Unknown keys of known tables are dropped; unknown plugins stay. */
function keysOf(defaults: JsonMap, config: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(config).filter(([key]) => key in defaults));
}
export function configText(own: Containerd, config: JsonMap): string {
  return writeToml(config, own.config === 2 ? { quote: '"', sorted: true } : { quote: "'", sorted: false });
}

/** What the CRI plugin does with a configuration. */
export function criConfig(own: Containerd, config: JsonMap): CriConfig {
  const places = PLACES[own.config];
  const runtime = mapAt(config, 'plugins', places.runtime);
  const images = mapAt(config, 'plugins', places.images);
  const disabled = listAt(config, 'disabled_plugins').map((entry) => textAt(entry));
  const path = textAt(images, 'registry', 'config_path');
  const clash = ['mirrors', 'configs'].find(
    (key) =>
      Object.keys(mapAt(images, 'registry', key)).length > 0 &&
      path !== '' &&
      (key === 'mirrors' || hasTls(mapAt(images, 'registry', key))),
  );
  const name = textAt(runtime, 'containerd', 'default_runtime_name');
  const type = textAt(runtime, 'containerd', 'runtimes', name, 'runtime_type');
  const off = disabled.some(
    (entry) => entry === 'cri' || entry === 'io.containerd.grpc.v1.cri' || entry === places.runtime,
  );
  const refused = off
    ? 'disabled'
    : clash !== undefined
      ? `invalid plugin config: \`${clash}\` cannot be set when \`config_path\` is provided`
      : at(runtime, 'containerd', 'runtimes', name) === undefined || type === ''
        ? `invalid plugin config: no corresponding runtime configured in \`containerd.runtimes\` for \`containerd\` \`default_runtime_name = "${name}"\``
        : null;
  return {
    refused,
    systemdCgroup: at(runtime, 'containerd', 'runtimes', name, 'options', 'SystemdCgroup') === true,
    hostsDirs: path.split(':').filter((dir) => dir !== ''),
    sandboxImage:
      own.config === 2 ? textAt(images, 'sandbox_image') : textAt(images, 'pinned_images', 'sandbox'),
    cniConfDir: textAt(runtime, 'cni', 'conf_dir'),
    whole: config,
  };
}
const hasTls = (configs: JsonMap) => Object.values(configs).some((entry) => at(entry, 'tls') !== undefined);
