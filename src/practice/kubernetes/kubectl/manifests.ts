/** Manifests that kubectl is given: read from files, directories, stdin or the web, and applied. */
import { parseAllDocuments } from 'yaml';
import { readOperand } from '../../kernel/open.js';
import { SystemError } from '../../vfs/inode.js';
import {
  isJson,
  isMap,
  listAt,
  mapAt,
  mergePatch,
  sameJson,
  textAt,
  type Json,
  type JsonMap,
} from '../json.js';
import { lookUp } from '../registry.js';
import { qualified, type Resource } from '../resources.js';
import { nameOf } from '../store.js';
import { KubectlError, type Call, type Session } from './call.js';
import { admitted } from './admission.js';

export interface Manifest {
  readonly object: JsonMap;
  /** File or URL that it came from. */
  readonly from: string;
}
const LAST = 'kubectl.kubernetes.io/last-applied-configuration';

/** @throws KubectlError */
async function download(call: Call, given: string): Promise<string> {
  let url = URL.parse(given);
  for (let hops = 0; url !== null && hops < 5; hops += 1) {
    const address = lookUp(call.host, url.hostname);
    if (address === null)
      throw new KubectlError(
        `error: Get "${url.href}": dial tcp: lookup ${url.hostname} on 127.0.0.53:53: no such host`,
      );
    const reach = call.host.world.reach(
      call.host,
      address,
      url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port),
    );
    if (reach === 'silent') await call.process.sleep(30_000);
    if (reach !== 'open')
      throw new KubectlError(
        `error: Get "${url.href}": dial tcp ${address}:443: ${reach === 'refused' ? 'connect: connection refused' : reach === 'silent' ? 'i/o timeout' : 'connect: no route to host'}`,
      );
    const site = call.host.world.sites.get(url.hostname);
    const response = await site?.({
      method: 'GET',
      url,
      headers: new Map([
        ['host', url.hostname],
        ['user-agent', 'kubectl'],
      ]),
      body: Buffer.alloc(0),
      from: call.host.address,
    });
    if (response === null || response === undefined) throw new KubectlError(`error: Get "${url.href}": EOF`);
    await call.process.sleep(response.takesMs ?? 100);
    if (response.status === 200) return response.body.toString('utf8');
    const next = response.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    if (response.status < 300 || response.status >= 400 || next === undefined)
      throw new KubectlError(
        `error: unable to read URL "${given}", server reported ${response.status} ${response.status === 404 ? 'Not Found' : response.status === 429 ? 'Too Many Requests' : 'Error'}, status code=${response.status}`,
      );
    url = URL.parse(next, url.href);
  }
  throw new KubectlError(`error: invalid URL "${given}"`);
}
async function texts(call: Call, name: string): Promise<readonly (readonly [from: string, text: string])[]> {
  if (/^https?:\/\//.test(name)) return [[name, await download(call, name)]];
  if (name === '-') return [['STDIN', (await readOperand(call.process, '-')).toString('utf8')]];
  const path = call.process.path(name);
  const inode = call.process.view.peek(path);
  if (inode === undefined) throw new KubectlError(`error: the path "${name}" does not exist`);
  try {
    if (inode.kind !== 'directory') return [[name, (await readOperand(call.process, name)).toString('utf8')]];
    return call.process.view
      .list(path)
      .filter((file) => /\.(ya?ml|json)$/.test(file))
      .map(
        (file) =>
          [`${name.replace(/\/$/, '')}/${file}`, call.process.view.readText(`${path}/${file}`)] as const,
      );
  } catch (error) {
    if (error instanceof SystemError)
      throw new KubectlError(`error: open ${name}: ${error.message.toLowerCase()}`);
    throw error;
  }
}

/** Every object in the files of -f. @throws KubectlError */
export async function readManifests(call: Call): Promise<readonly Manifest[]> {
  const names = [...call.options.all('f'), ...call.options.all('filename')].flatMap((list) =>
    list.split(','),
  );
  if (names.length === 0) throw new KubectlError('error: must specify one of -f and -k');
  const found: Manifest[] = [];
  for (const name of names) {
    for (const [from, text] of await texts(call, name)) {
      for (const document of parseAllDocuments(text)) {
        const [mistake] = document.errors;
        if (mistake !== undefined) {
          const line = mistake.linePos?.[0].line ?? 0;
          throw new KubectlError(
            `error: error parsing ${from}: error converting YAML to JSON: yaml: line ${line}: ${mistake.message.split('\n')[0]?.replace(/ at line.*$/, '') ?? ''}`,
          );
        }
        const value: unknown = document.toJS();
        if (value === null || value === undefined) continue;
        if (!isJson(value) || !isMap(value))
          throw new KubectlError(
            `error: error validating "${from}": error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false`,
          );
        for (const object of textAt(value, 'kind') === 'List'
          ? listAt(value, 'items').map((item) => mapAt(item))
          : [value]) {
          const unset = [
            ...(textAt(object, 'apiVersion') === '' ? ['apiVersion not set'] : []),
            ...(textAt(object, 'kind') === '' ? ['kind not set'] : []),
          ];
          if (unset.length > 0)
            throw new KubectlError(
              `error: error validating "${from}": error validating data: [${unset.join(', ')}]; if you choose to ignore these errors, turn validation off with --validate=false`,
            );
          found.push({ object, from });
        }
      }
    }
  }
  if (found.length === 0)
    throw new KubectlError(`error: no objects passed to ${call.process.argv[1] ?? 'apply'}`);
  return found;
}
/** The resource of a manifest. @throws KubectlError */
export function resourceOfManifest(session: Session, { object, from }: Manifest): Resource {
  const found = session.api.cluster.store.resourceOf(object);
  if (found !== undefined) return found;
  throw new KubectlError(
    `error: resource mapping not found for name: "${nameOf(object)}" namespace: "${textAt(object, 'metadata', 'namespace')}" from "${from}": no matches for kind "${textAt(object, 'kind')}" in version "${textAt(object, 'apiVersion')}"\nensure CRDs are installed first`,
  );
}

/** By what the entries of two lists are told apart; null for lists that are replaced as a whole. */
function mergeKey(next: readonly Json[], live: readonly Json[]): string | null {
  const all = [...next, ...live];
  return (
    ['name', 'containerPort', 'port', 'mountPath'].find(
      (key) => all.length > 0 && all.every((one) => textAt(one, key) !== ''),
    ) ?? null
  );
}

/** Merges what a person wrote into what is there: maps by key, lists of named things by name (strategic merge). */
function merge(live: Json | undefined, last: Json | undefined, next: Json): Json {
  if (isMap(next) && isMap(live)) {
    const result: JsonMap = { ...live };
    for (const key of Object.keys(isMap(last) ? last : {})) if (!(key in next)) delete result[key];
    for (const [key, value] of Object.entries(next)) {
      if (value === null) delete result[key];
      else result[key] = merge(live[key], isMap(last) ? last[key] : undefined, value);
    }
    return result;
  }
  const key = Array.isArray(next) && Array.isArray(live) ? mergeKey(next, live) : null;
  if (key !== null && Array.isArray(next) && Array.isArray(live)) {
    const before = Array.isArray(last) ? last : [];
    const find = (list: readonly Json[], item: Json) =>
      list.find((one) => textAt(one, key) === textAt(item, key));
    const kept = live.filter((one) => find(before, one) === undefined && find(next, one) === undefined);
    return [...next.map((item) => merge(find(live, item), find(before, item), item)), ...kept];
  }
  return next;
}

export function namespaceFor(session: Session, resource: Resource, object: JsonMap): string {
  if (!resource.namespaced) return '';
  const own = textAt(object, 'metadata', 'namespace');
  const flag = session.options.value('n', 'namespace');
  if (own !== '' && flag !== undefined && own !== flag)
    throw new KubectlError(
      `error: the namespace from the provided object "${own}" does not match the namespace "${flag}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  return own || session.namespace;
}
/** @throws KubectlError when the namespace is not there */
export function checkNamespace(session: Session, resource: Resource, namespace: string, from: string): void {
  if (!resource.namespaced) return;
  const found = session.api.cluster.store.get('Namespace', '', namespace);
  if (found === undefined)
    throw new KubectlError(
      `Error from server (NotFound): error when creating "${from}": namespaces "${namespace}" not found`,
    );
  if (textAt(found, 'metadata', 'deletionTimestamp') !== '')
    throw new KubectlError(
      `Error from server (Forbidden): error when creating "${from}": ${resource.plural} is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    );
}

/** Applies one manifest. Gives the word that kubectl prints. @throws KubectlError */
export function applyOne(
  session: Session,
  manifest: Manifest,
  dryRun: boolean,
): {
  readonly resource: Resource;
  readonly word: 'created' | 'configured' | 'unchanged';
  readonly object: JsonMap;
} {
  const resource = resourceOfManifest(session, manifest);
  const { store } = session.api.cluster;
  const namespace = namespaceFor(session, resource, manifest.object);
  const { status: _status, ...written } = manifest.object;
  const own: JsonMap = {
    ...written,
    metadata: { ...mapAt(written, 'metadata'), ...(resource.namespaced ? { namespace } : {}) },
  };
  const live = store.get(resource.kind, namespace, nameOf(own));
  const text = `${JSON.stringify(own)}\n`;
  if (live === undefined) {
    checkNamespace(session, resource, namespace, manifest.from);
    const made = admitted(session, resource, {
      ...own,
      metadata: {
        ...mapAt(own, 'metadata'),
        annotations: { ...mapAt(own, 'metadata', 'annotations'), [LAST]: text },
      },
    });
    return { resource, word: 'created', object: dryRun ? made : store.create(resource, made) };
  }
  const last = textAt(live, 'metadata', 'annotations', LAST);
  let before: unknown = {};
  try {
    before = last === '' ? {} : JSON.parse(last);
  } catch {
    before = {};
  }
  const merged = merge(live, isJson(before) ? before : {}, own);
  const patched = mergePatch(isMap(merged) ? merged : live, { metadata: { annotations: { [LAST]: text } } });
  const next = resource.kind === 'Service' ? admitted(session, resource, patched) : patched;
  const changed = !sameJson(live, next);
  return {
    resource,
    object: changed && !dryRun ? store.update(resource, next) : next,
    word:
      sameJson({ ...live, metadata: null }, { ...next, metadata: null }) &&
      sameJson(mapAt(live, 'metadata', 'labels'), mapAt(next, 'metadata', 'labels')) &&
      (last === text || !changed)
        ? 'unchanged'
        : 'configured',
  };
}
export const shownName = (resource: Resource, object: JsonMap): string =>
  `${qualified(resource)}/${nameOf(object)}`;
