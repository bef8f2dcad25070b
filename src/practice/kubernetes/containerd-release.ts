/** What the releases of containerd differ in, as far as it matters to this lab. */
import { PLACES, containerdDefaults } from './containerd-defaults.js';
import { mapAt, mergeDeep, type JsonMap } from './json.js';

const RUNC = ['plugins', PLACES[3].runtime, 'containerd', 'runtimes', 'runc', 'options'] as const;
const REGISTRY = ['plugins', PLACES[3].images, 'registry'] as const;
/**
 * The defaults of one release. Those of 2.0.0 to 2.0.6 and 2.1.0 to 2.1.4 do not name SystemdCgroup at all; 2.2.0 and 2.2.1
 * look for registries in two directories.
 * @param release `2.1.5`
 */
export function defaultsOf(release: string): JsonMap {
  if (release.startsWith('1.') || release === '0') return containerdDefaults(2);
  const whole = containerdDefaults(3);
  if (/^2\.(0\.[0-6]|1\.[0-4])$/.test(release)) return without(whole, RUNC, 'SystemdCgroup');
  if (/^2\.2\.[01]$/.test(release))
    return mergeDeep(whole, nest(REGISTRY, { config_path: '/etc/containerd/certs.d:/etc/docker/certs.d' }));
  return whole;
}
function nest(path: readonly string[], leaf: JsonMap): JsonMap {
  return path.reduceRight<JsonMap>((inner, key) => ({ [key]: inner }), leaf);
}
/** The same without one key of a table. */
function without(config: JsonMap, table: readonly string[], key: string): JsonMap {
  const [first, ...rest] = table;
  if (first === undefined) return Object.fromEntries(Object.entries(config).filter(([name]) => name !== key));
  return { ...config, [first]: without(mapAt(config, first), rest, key) };
}
