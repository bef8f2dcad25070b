/** What a container needs of the API before it starts: credentials for its image, secrets and config maps. */
import type { PodContext } from './pod-context.js';
import { isMap, listAt, mapAt, textAt, type Json, type JsonMap } from './json.js';
import { imageName } from './registry.js';

/** User and password for the image's registry from the pod's pull secrets. */
export function registryLogin(context: PodContext, image: string): string | null {
  const { registry } = imageName(image);
  for (const reference of listAt(context.pod, 'spec', 'imagePullSecrets')) {
    const secret = context.find('Secret', textAt(reference, 'name'));
    const text = Buffer.from(textAt(secret ?? undefined, 'data', '.dockerconfigjson'), 'base64').toString(
      'utf8',
    );
    if (text === '') continue;
    let config: unknown;
    try {
      config = JSON.parse(text);
    } catch {
      continue;
    }
    if (!isMap(config)) continue;
    const entry = mapAt(config, 'auths', registry);
    const auth = textAt(entry, 'auth');
    if (auth !== '') return Buffer.from(auth, 'base64').toString('utf8');
    if (textAt(entry, 'username') !== '') return `${textAt(entry, 'username')}:${textAt(entry, 'password')}`;
  }
  return null;
}
/** What a container's environment refers to and is not there, in the kubelet's words; null when all is. */
export function missingConfig(context: PodContext, spec: JsonMap): string | null {
  const references: readonly (readonly ['Secret' | 'ConfigMap', Json, boolean])[] = [
    ...listAt(spec, 'env').flatMap((entry) => [
      ['Secret', mapAt(entry, 'valueFrom', 'secretKeyRef'), true] as const,
      ['ConfigMap', mapAt(entry, 'valueFrom', 'configMapKeyRef'), true] as const,
    ]),
    ...listAt(spec, 'envFrom').flatMap((entry) => [
      ['Secret', mapAt(entry, 'secretRef'), false] as const,
      ['ConfigMap', mapAt(entry, 'configMapRef'), false] as const,
    ]),
  ];
  for (const [kind, reference, keyed] of references) {
    const name = textAt(reference, 'name');
    if (name === '' || textAt(reference, 'optional') === 'true') continue;
    const found = context.find(kind, name);
    if (found === undefined) continue;
    if (found === null) return `${kind.toLowerCase()} "${name}" not found`;
    const key = textAt(reference, 'key');
    if (keyed && !(key in mapAt(found, 'data')))
      return `couldn't find key ${key} in ${kind} ${textAt(context.pod, 'metadata', 'namespace')}/${name}`;
  }
  return null;
}
