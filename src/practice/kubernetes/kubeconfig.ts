/** kubeconfig files: read, and written as kubeadm writes them. */
import { parse, stringify } from 'yaml';
import type { Host } from '../host.js';
import { isJson, listAt, mapAt, textAt, type Json, type JsonMap } from './json.js';

export interface ClientConfig {
  readonly server: string;
  /** PEM, or empty. */
  readonly ca: string;
  readonly certificate: string;
  readonly token: string;
  readonly insecure: boolean;
  readonly namespace: string;
}
/** Why a kubeconfig cannot be used, in kubectl's words. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
const KEPT = 100;
const parsed = new Map<string, Json>();
/** What a YAML text says; it is shared, so nobody may change it. Throws the parser's error. */
export function parseYaml(text: string): Json {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const found: unknown = parse(text);
  const value = isJson(found) ? found : null;
  if (parsed.size > KEPT) parsed.clear();
  parsed.set(text, value);
  return value;
}
const named = (list: readonly Json[], name: string) => list.find((entry) => textAt(entry, 'name') === name);

/** The parsed file. @throws ConfigError */
export function readKubeconfig(text: string, path: string): JsonMap {
  let value: Json;
  try {
    value = parseYaml(text);
  } catch (error) {
    const words = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new ConfigError(`error loading config file "${path}": yaml: ${words}`);
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigError(
      `error loading config file "${path}": couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct`,
    );
  return value;
}

/**
 * What a client takes from a kubeconfig.
 * @param read gives a file's text, or null
 * @throws ConfigError
 */
export function clientConfig(
  config: JsonMap,
  read: (path: string) => string | null,
  context?: string,
): ClientConfig {
  const current = context ?? textAt(config, 'current-context');
  const chosen = named(listAt(config, 'contexts'), current);
  if (chosen === undefined && context !== undefined)
    throw new ConfigError(`context "${context}" does not exist`);
  const cluster = mapAt(named(listAt(config, 'clusters'), textAt(chosen, 'context', 'cluster')), 'cluster');
  const user = mapAt(named(listAt(config, 'users'), textAt(chosen, 'context', 'user')), 'user');
  const pem = (map: JsonMap, inline: string, file: string): string => {
    const data = textAt(map, inline);
    if (data !== '') return Buffer.from(data, 'base64').toString('utf8');
    const path = textAt(map, file);
    if (path === '') return '';
    const text = read(path);
    if (text === null)
      throw new ConfigError(`unable to read ${file} ${path} due to open ${path}: no such file or directory`);
    return text;
  };
  return {
    server: textAt(cluster, 'server'),
    ca: pem(cluster, 'certificate-authority-data', 'certificate-authority'),
    certificate: pem(user, 'client-certificate-data', 'client-certificate'),
    token: textAt(user, 'token'),
    insecure: textAt(cluster, 'insecure-skip-tls-verify') === 'true',
    namespace: textAt(chosen, 'context', 'namespace') || 'default',
  };
}
/** A kubeconfig of the host itself; null when it is not there or unusable. */
export function hostConfig(host: Host, path: string): ClientConfig | null {
  const text = host.volume.text(path);
  if (text === null) return null;
  try {
    return clientConfig(readKubeconfig(text, path), (file) => host.volume.text(file));
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

/** A kubeconfig in kubeadm's form. */
export function kubeconfigText(init: {
  readonly server: string;
  readonly ca: string;
  readonly user: string;
  readonly credentials: JsonMap;
}): string {
  const context = `${init.user}@kubernetes`;
  return stringify(
    {
      apiVersion: 'v1',
      clusters: [
        {
          cluster: {
            'certificate-authority-data': Buffer.from(init.ca).toString('base64'),
            server: init.server,
          },
          name: 'kubernetes',
        },
      ],
      contexts: [{ context: { cluster: 'kubernetes', user: init.user }, name: context }],
      'current-context': context,
      kind: 'Config',
      preferences: {},
      users: [{ name: init.user, user: init.credentials }],
    },
    { lineWidth: 0, indentSeq: false },
  );
}
