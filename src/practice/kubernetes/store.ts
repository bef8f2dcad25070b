/** The objects of one cluster, as etcd keeps them: versions, changes, watchers. An API server is a face on this. */
import { randomUUID } from 'node:crypto';
import { isMap, listAt, mapAt, sameJson, textAt, type Json, type JsonMap } from './json.js';
import { RESOURCES, definedBy, type Resource } from './resources.js';

export type ChangeKind = 'ADDED' | 'MODIFIED' | 'DELETED';
export interface Change {
  readonly type: ChangeKind;
  readonly resource: Resource;
  /** As it is now; of one that is deleted, as it was last, with the version of its end. */
  readonly object: JsonMap;
  /** As it was before; null for a new one. */
  readonly previous: JsonMap | null;
}
export const nameOf = (object: Json | undefined): string => textAt(object, 'metadata', 'name');
export const namespaceOf = (object: Json | undefined): string => textAt(object, 'metadata', 'namespace');
export const uidOf = (object: Json | undefined): string => textAt(object, 'metadata', 'uid');

export class ObjectStore {
  /** Kind → `namespace/name` → object. */
  readonly #kinds = new Map<string, Map<string, JsonMap>>();
  /** Keys of a kind in their order, until one comes or goes: lists are asked for many times a second. */
  readonly #order = new Map<string, readonly string[]>();
  /** Uids that something names as its owner. */
  readonly #owners = new Set<string>();
  #custom: { readonly version: number; readonly resources: readonly Resource[] } = {
    version: -1,
    resources: [],
  };
  #definitions = 0;
  readonly #watchers = new Set<(change: Change) => void>();
  readonly #now: () => number;
  #version = 0;

  /** @param now clock of the control plane, epoch ms */
  constructor(now: () => number) {
    this.#now = now;
  }
  get resourceVersion(): string {
    return String(this.#version);
  }
  /** Kinds that are served, those of CustomResourceDefinitions too. */
  get resources(): readonly Resource[] {
    if (this.#custom.version !== this.#definitions)
      this.#custom = {
        version: this.#definitions,
        resources: [...RESOURCES, ...this.list('CustomResourceDefinition').map(definedBy)],
      };
    return this.#custom.resources;
  }
  /** `po`, `pod`, `pods`, `pods.v1.`, `deployment.apps`. */
  findResource(word: string): Resource | undefined {
    const [name = '', ...group] = word.toLowerCase().split('.');
    return this.resources.find(
      (resource) =>
        (resource.plural === name || resource.kind.toLowerCase() === name || resource.short.includes(name)) &&
        (group.length === 0 ||
          resource.apiVersion.startsWith(group.filter((part) => !/^v\d/.test(part)).join('.'))),
    );
  }
  resourceOf(object: JsonMap): Resource | undefined {
    return this.resources.find(
      (resource) =>
        resource.kind === textAt(object, 'kind') && resource.apiVersion === textAt(object, 'apiVersion'),
    );
  }
  #of(kind: string): Map<string, JsonMap> {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    const made = new Map<string, JsonMap>();
    this.#kinds.set(kind, made);
    return made;
  }
  get(kind: string, namespace: string, name: string): JsonMap | undefined {
    return this.#kinds.get(kind)?.get(`${namespace}/${name}`);
  }
  /** Objects of a kind in the order of etcd's keys; all namespaces without one. They are never changed, only replaced. */
  list(kind: string, namespace?: string): JsonMap[] {
    const objects = this.#kinds.get(kind);
    if (objects === undefined) return [];
    let order = this.#order.get(kind);
    if (order === undefined) {
      order = [...objects.keys()].toSorted();
      this.#order.set(kind, order);
    }
    const prefix = `${namespace ?? ''}/`;
    const found: JsonMap[] = [];
    for (const key of order) {
      const object = namespace === undefined || key.startsWith(prefix) ? objects.get(key) : undefined;
      if (object !== undefined) found.push(object);
    }
    return found;
  }
  /** Adds an object; one of that name must not be there. */
  create(resource: Resource, object: JsonMap): JsonMap {
    const metadata = mapAt(object, 'metadata');
    const namespace = resource.namespaced ? textAt(metadata, 'namespace') || 'default' : '';
    const made: JsonMap = {
      apiVersion: resource.apiVersion,
      kind: resource.kind,
      ...object,
      metadata: {
        ...metadata,
        ...(resource.namespaced ? { namespace } : {}),
        creationTimestamp: new Date(this.#now()).toISOString().replace(/\.\d+Z$/, 'Z'),
        uid: randomUUID(),
        ...('spec' in object ? { generation: 1 } : {}),
      },
    };
    for (const owner of listAt(metadata, 'ownerReferences')) this.#owners.add(textAt(owner, 'uid'));
    return this.#commit('ADDED', resource, namespace, made, null);
  }
  /** Replaces an object; what identifies it stays. Nothing happens when nothing differs. */
  update(resource: Resource, object: JsonMap): JsonMap {
    const namespace = resource.namespaced ? namespaceOf(object) || 'default' : '';
    const old = this.get(resource.kind, namespace, nameOf(object));
    if (old === undefined) return this.create(resource, object);
    const kept = mapAt(old, 'metadata');
    const generation =
      Number(textAt(kept, 'generation') || 1) + (sameJson(old['spec'], object['spec']) ? 0 : 1);
    const next: JsonMap = {
      ...object,
      metadata: {
        ...mapAt(object, 'metadata'),
        creationTimestamp: kept['creationTimestamp'] ?? null,
        uid: kept['uid'] ?? null,
        resourceVersion: kept['resourceVersion'] ?? null,
        ...('generation' in kept ? { generation } : {}),
      },
    };
    if (sameJson(old, next)) return old;
    for (const owner of listAt(object, 'metadata', 'ownerReferences')) this.#owners.add(textAt(owner, 'uid'));
    return this.#commit('MODIFIED', resource, namespace, next, old);
  }
  /** Changes parts of an object that may be there. */
  change(
    resource: Resource,
    namespace: string,
    name: string,
    edit: (object: JsonMap) => JsonMap,
  ): JsonMap | undefined {
    const old = this.get(resource.kind, resource.namespaced ? namespace : '', name);
    return old === undefined ? undefined : this.update(resource, edit(old));
  }
  setStatus(resource: Resource, namespace: string, name: string, status: JsonMap): void {
    this.change(resource, namespace, name, (object) => ({
      ...object,
      status: { ...mapAt(object, 'status'), ...status },
    }));
  }
  delete(resource: Resource, namespace: string, name: string): JsonMap | undefined {
    const objects = this.#of(resource.kind);
    const key = `${resource.namespaced ? namespace : ''}/${name}`;
    const old = objects.get(key);
    if (old === undefined) return undefined;
    objects.delete(key);
    this.#order.delete(resource.kind);
    this.#version += 1;
    if (resource.kind === 'CustomResourceDefinition') this.#define(old);
    const ended = { ...old, metadata: { ...mapAt(old, 'metadata'), resourceVersion: String(this.#version) } };
    this.#tell({ type: 'DELETED', resource, object: ended, previous: old });
    // What it owned goes with it, as the garbage collector does.
    const uid = uidOf(old);
    if (!this.#owners.delete(uid)) return old;
    for (const object of [...this.#kinds.values()].flatMap((some) => [...some.values()])) {
      const owners = mapAt(object, 'metadata')['ownerReferences'];
      if (!Array.isArray(owners) || !owners.some((owner) => textAt(owner, 'uid') === uid)) continue;
      const owned = this.resourceOf(object);
      // Pods are asked to end, and have time for it: the controllers see to that.
      if (owned !== undefined && owned.kind !== 'Pod')
        this.delete(owned, namespaceOf(object), nameOf(object));
    }
    return old;
  }
  /** A definition came or went; with one that went go the objects of its kind. */
  #define(gone?: JsonMap): void {
    this.#definitions += 1;
    if (gone === undefined) return;
    const { kind, apiVersion } = definedBy(gone);
    for (const [key, object] of this.#of(kind))
      if (textAt(object, 'apiVersion') === apiVersion) this.#of(kind).delete(key);
  }
  /** Calls back at every change; gives the way to stop that. */
  watch(listener: (change: Change) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }
  #commit(
    type: 'ADDED' | 'MODIFIED',
    resource: Resource,
    namespace: string,
    object: JsonMap,
    previous: JsonMap | null,
  ): JsonMap {
    this.#version += 1;
    const metadata = object['metadata'];
    const stored: JsonMap = {
      ...object,
      metadata: { ...(isMap(metadata) ? metadata : {}), resourceVersion: String(this.#version) },
    };
    this.#of(resource.kind).set(`${namespace}/${nameOf(stored)}`, stored);
    if (resource.kind === 'CustomResourceDefinition') this.#define();
    if (previous === null) this.#order.delete(resource.kind);
    this.#tell({ type, resource, object: stored, previous });
    return stored;
  }
  #tell(change: Change): void {
    for (const listener of [...this.#watchers]) listener(change);
  }
}
