/** Releases as helm keeps them: one Secret for each revision, in the namespace of what it made. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Cluster } from '../kubernetes/cluster.js';
import { isJson, isMap, numberAt, textAt, type JsonMap } from '../kubernetes/json.js';
import { builtIn } from '../kubernetes/resources.js';
import { nameOf, namespaceOf } from '../kubernetes/store.js';

export type ReleaseStatus =
  | 'deployed'
  | 'failed'
  | 'superseded'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback';
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  readonly chart: string;
  readonly version: string;
  readonly appVersion: string;
  /** Values that a person gave. */
  readonly values: JsonMap;
  readonly manifest: readonly JsonMap[];
  readonly notes: string;
  readonly description: string;
  /** Epoch ms. */
  readonly deployedAt: number;
}
const STATUSES: readonly ReleaseStatus[] = [
  'deployed',
  'failed',
  'superseded',
  'uninstalling',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
];
const secretName = (name: string, revision: number): string => `sh.helm.release.v1.${name}.v${revision}`;

export function writeRelease(cluster: Cluster, release: Release): void {
  const {
    name,
    namespace,
    revision,
    status,
    chart,
    version,
    appVersion,
    values,
    notes,
    description,
    deployedAt,
  } = release;
  const text = JSON.stringify({
    name,
    namespace,
    version: revision,
    info: { status, description, notes, deployed_at: deployedAt },
    chart: { metadata: { name: chart, version, appVersion } },
    config: values,
    manifest: JSON.stringify(release.manifest),
  });
  const data = Buffer.from(gzipSync(text).toString('base64')).toString('base64');
  cluster.store.update(builtIn('Secret'), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName(name, revision),
      namespace,
      labels: { name, owner: 'helm', status, version: String(revision) },
    },
    type: 'helm.sh/release.v1',
    data: { release: data },
  });
}
function read(secret: JsonMap): Release | null {
  let value: unknown;
  try {
    const packed = Buffer.from(
      Buffer.from(textAt(secret, 'data', 'release'), 'base64').toString('latin1'),
      'base64',
    );
    value = JSON.parse(gunzipSync(packed).toString('utf8'));
  } catch {
    return null;
  }
  if (!isJson(value) || !isMap(value)) return null;
  const manifest: unknown = JSON.parse(textAt(value, 'manifest') || '[]');
  const config = value['config'];
  return {
    name: textAt(value, 'name'),
    namespace: namespaceOf(secret),
    revision: numberAt(value, 'version') ?? 1,
    status: STATUSES.find((one) => one === textAt(value, 'info', 'status')) ?? 'failed',
    chart: textAt(value, 'chart', 'metadata', 'name'),
    version: textAt(value, 'chart', 'metadata', 'version'),
    appVersion: textAt(value, 'chart', 'metadata', 'appVersion'),
    values: isMap(config) ? config : {},
    manifest: isJson(manifest) && Array.isArray(manifest) ? manifest.filter(isMap) : [],
    notes: textAt(value, 'info', 'notes'),
    description: textAt(value, 'info', 'description'),
    deployedAt: numberAt(value, 'info', 'deployed_at') ?? 0,
  };
}
/** All revisions of all releases, the oldest first. @param namespace all of them without one */
export function releases(cluster: Cluster, namespace?: string): readonly Release[] {
  return cluster.store
    .list('Secret', namespace)
    .filter((secret) => textAt(secret, 'type') === 'helm.sh/release.v1')
    .flatMap((secret) => read(secret) ?? [])
    .toSorted((a, b) => (a.name === b.name ? a.revision - b.revision : a.name < b.name ? -1 : 1));
}
export const history = (cluster: Cluster, namespace: string, name: string): readonly Release[] =>
  releases(cluster, namespace).filter((one) => one.name === name);

/** Forgets all revisions of a release. */
export function forget(cluster: Cluster, namespace: string, name: string): void {
  for (const secret of cluster.store.list('Secret', namespace))
    if (
      textAt(secret, 'type') === 'helm.sh/release.v1' &&
      textAt(secret, 'metadata', 'labels', 'name') === name
    )
      cluster.store.delete(builtIn('Secret'), namespace, nameOf(secret));
}
