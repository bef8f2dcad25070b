/** What lies behind the volumes of a pod: directories of the node, config maps, secrets, empty directories. */
import type { Host } from '../host.js';
import { SystemError, type DirectoryInode, type Inode } from '../vfs/inode.js';
import type { Volume } from '../vfs/volume.js';
import type { PodContext } from './pod-context.js';
import { isMap, listAt, mapAt, numberAt, textAt, type Json, type JsonMap } from './json.js';

/** Why a volume cannot be mounted, as the event says it. */
export interface MountProblem {
  readonly why: string;
  /** Whether the container runtime stumbles over it, not the kubelet before it. */
  readonly atStart?: true;
}
/** What a call to the system gives, or its refusal as Go programs word it: `mkdir /etc/passwd: not a directory`. */
function attempted<T>(call: string, path: string, work: () => T): T | MountProblem {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { why: `${call} ${error.path ?? path}: ${error.message.toLowerCase()}` };
  }
}
const isProblem = (made: Inode | MountProblem): made is MountProblem => 'why' in made;

/** Directories that live as long as their pod. */
export class PodVolumes {
  readonly #empty = new Map<string, DirectoryInode>();
  readonly #host: Host;
  constructor(host: Host) {
    this.#host = host;
  }
  #emptyDir(name: string, group: number | undefined): DirectoryInode {
    const known = this.#empty.get(name);
    if (known !== undefined) return known;
    const made = this.#host.volume.make.directory({
      mode: group === undefined ? 0o777 : 0o2777,
      gid: group ?? 0,
    });
    this.#empty.set(name, made);
    return made;
  }
  /** A directory with one file for each key. */
  #keys(source: JsonMap, object: JsonMap, decode: boolean, group: number | undefined): Inode | MountProblem {
    const { make } = this.#host.volume;
    const directory = make.directory({ mode: 0o755 });
    const data = mapAt(object, 'data');
    const items = listAt(source, 'items');
    const mode = numberAt(source, 'defaultMode') ?? 0o644;
    const wanted =
      items.length > 0
        ? items.map((item) => [textAt(item, 'key'), textAt(item, 'path')] as const)
        : Object.keys(data).map((key) => [key, key] as const);
    for (const [key, path] of wanted) {
      if (!(key in data)) return { why: `references non-existent config key: ${key}` };
      const text = textAt(data, key);
      const file = make.file({ mode, gid: group ?? 0 }, decode ? Buffer.from(text, 'base64') : text);
      directory.entries.set(path, file);
    }
    return directory;
  }
  #hostPath(path: string, type: string): Inode | MountProblem {
    const { volume } = this.#host;
    const found = volume.find(path);
    const wrong = (what: string) => ({ why: `hostPath type check failed: ${path} is not a ${what}` });
    switch (type) {
      case 'Directory':
        return found?.kind === 'directory' ? found : wrong('directory');
      case 'File':
        return found?.kind === 'file' ? found : wrong('file');
      case 'FileOrCreate':
        return found ?? attempted('open', path, () => volume.put(path, ''));
      case '':
      case 'DirectoryOrCreate':
        return found ?? attempted('mkdir', path, () => volume.ensureDirectory(path));
      default:
        return found ?? wrong(type.toLowerCase());
    }
  }
  #claim(context: PodContext, claim: string): Inode | MountProblem {
    const cluster = this.#host.kube.services.cluster;
    const found = cluster?.store.get(
      'PersistentVolumeClaim',
      textAt(context.pod, 'metadata', 'namespace'),
      claim,
    );
    const volume = cluster?.store.get('PersistentVolume', '', textAt(found, 'spec', 'volumeName'));
    if (volume === undefined) return { why: `persistentvolumeclaim "${claim}" not found` };
    const local = textAt(volume, 'spec', 'local', 'path');
    if (local !== '') return this.#hostPath(local, 'Directory');
    return this.#hostPath(
      textAt(volume, 'spec', 'hostPath', 'path'),
      textAt(volume, 'spec', 'hostPath', 'type'),
    );
  }
  /** What a pod's volume of a name is. */
  find(context: PodContext, name: string): Inode | MountProblem {
    const volume = listAt(context.pod, 'spec', 'volumes').find((one) => textAt(one, 'name') === name);
    const group = numberAt(context.pod, 'spec', 'securityContext', 'fsGroup');
    if (!isMap(volume)) return { why: `volume "${name}" not found` };
    const has = (key: string) => key in volume;
    if (has('hostPath'))
      return this.#hostPath(textAt(volume, 'hostPath', 'path'), textAt(volume, 'hostPath', 'type'));
    if (has('persistentVolumeClaim'))
      return this.#claim(context, textAt(volume, 'persistentVolumeClaim', 'claimName'));
    if (has('configMap') || has('secret')) {
      const kind = has('configMap') ? 'ConfigMap' : 'Secret';
      const source = mapAt(volume, has('configMap') ? 'configMap' : 'secret');
      const wanted = textAt(source, 'name') || textAt(source, 'secretName');
      const object = context.find(kind, wanted);
      if (object === undefined || object === null)
        return textAt(source, 'optional') === 'true'
          ? this.#emptyDir(name, group)
          : { why: `${kind.toLowerCase()} "${wanted}" not found` };
      return this.#keys(source, object, kind === 'Secret', group);
    }
    // Empty directories, and what is not simulated in its content (projected tokens, the downward API).
    return this.#emptyDir(name, group);
  }
  /** Hangs a container's volumes into its file tree. Gives why one cannot be mounted, or null. */
  mount(context: PodContext, container: JsonMap, into: Volume): MountProblem | null {
    const mounts = listAt(container, 'volumeMounts')
      .map((entry) => mapAt(entry))
      .toSorted((a, b) => textAt(a, 'mountPath').length - textAt(b, 'mountPath').length);
    for (const entry of mounts) {
      const name = textAt(entry, 'name');
      const found = this.find(context, name);
      if (isProblem(found)) return { why: `MountVolume.SetUp failed for volume "${name}" : ${found.why}` };
      const path = textAt(entry, 'mountPath').replace(/(.)\/$/, '$1');
      const below = textAt(entry, 'subPath');
      const inode = below === '' ? found : this.#below(found, below);
      if (inode === null)
        return {
          why: `failed to prepare subPath for volumeMount "${name}" of container "${textAt(container, 'name')}"`,
        };
      const hung = attempted('mkdir', path, () => into.place(path, inode));
      if (hung !== undefined)
        return {
          why: `error mounting volume "${name}" to rootfs at "${path}": create mountpoint for ${path} mount: ${hung.why}`,
          atStart: true,
        };
    }
    return null;
  }
  #below(from: Inode, path: string): Inode | null {
    let here: Inode = from;
    for (const part of path.split('/').filter((one) => one !== '')) {
      if (here.kind !== 'directory') return null;
      const next: Inode = here.entries.get(part) ?? this.#host.volume.make.directory({ mode: 0o777 });
      here.entries.set(part, next);
      here = next;
    }
    return here;
  }
}
const textOf = (value: Json | undefined): string => textAt(value);

/** The variables of a container: of its image, of the cluster, and those that its spec names. */
export function environmentFor(
  context: PodContext,
  container: JsonMap,
  image: readonly string[],
  address: string,
): Map<string, string> {
  const env = new Map<string, string>();
  for (const entry of image) {
    const at = entry.indexOf('=');
    if (at > 0) env.set(entry.slice(0, at), entry.slice(at + 1));
  }
  const { pod } = context;
  const hostname = textAt(pod, 'spec', 'hostname') || textAt(pod, 'metadata', 'name');
  env.set('HOSTNAME', hostname);
  env.set('KUBERNETES_SERVICE_HOST', '10.96.0.1');
  env.set('KUBERNETES_SERVICE_PORT', '443');
  const data = (kind: 'Secret' | 'ConfigMap', name: string): readonly (readonly [string, string])[] =>
    Object.entries(mapAt(context.find(kind, name) ?? undefined, 'data')).map(
      ([key, value]) =>
        [
          key,
          kind === 'Secret' ? Buffer.from(textOf(value), 'base64').toString('utf8') : textOf(value),
        ] as const,
    );
  for (const source of listAt(container, 'envFrom'))
    for (const kind of ['Secret', 'ConfigMap'] as const) {
      const name = textAt(source, kind === 'Secret' ? 'secretRef' : 'configMapRef', 'name');
      if (name !== '')
        for (const [key, value] of data(kind, name)) env.set(`${textAt(source, 'prefix')}${key}`, value);
    }
  for (const entry of listAt(container, 'env')) {
    const name = textAt(entry, 'name');
    const from = mapAt(entry, 'valueFrom');
    const field = textAt(from, 'fieldRef', 'fieldPath');
    if ('secretKeyRef' in from || 'configMapKeyRef' in from) {
      const kind = 'secretKeyRef' in from ? 'Secret' : 'ConfigMap';
      const reference = mapAt(from, kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef');
      const found = data(kind, textAt(reference, 'name')).find(([key]) => key === textAt(reference, 'key'));
      if (found !== undefined) env.set(name, found[1]);
    } else if (field !== '')
      env.set(
        name,
        field === 'status.podIP'
          ? address
          : field === 'status.hostIP'
            ? context.address
            : textAt(pod, ...field.split('.')),
      );
    else
      env.set(
        name,
        textAt(entry, 'value').replace(/\$\((\w+)\)/g, (whole, key: string) => env.get(key) ?? whole),
      );
  }
  return env;
}
