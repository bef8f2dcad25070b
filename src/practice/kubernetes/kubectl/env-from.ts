/** kubectl set env --from: variables of a container that refer to the keys of a Secret or a ConfigMap. */
import { listAt, mapAt, textAt, type Json } from '../json.js';
import { nameOf } from '../store.js';
import { KubectlError, type Session } from './call.js';
import { select } from './select.js';

/** The kinds that may be named, and what a variable calls a reference to them. */
const REFERENCES: Readonly<Record<string, string>> = { Secret: 'secretKeyRef', ConfigMap: 'configMapKeyRef' };

/**
 * Variables for `--from=secret/NAME`, narrowed down by `--keys` and named with `--prefix`; none without `--from`.
 * @throws KubectlError when what is named is no Secret or ConfigMap, or is not there
 */
export function variablesFrom(session: Session): readonly Json[] {
  const { options } = session;
  const from = options.value('from');
  if (from === undefined) return [];
  const found = select(session, [from]);
  const [missing] = found.missing;
  if (missing !== undefined) throw new KubectlError(missing);
  const keys = options.value('keys')?.split(',');
  const prefix = options.value('prefix') ?? '';
  return found.groups.flatMap(({ resource, objects }) => {
    const reference = REFERENCES[resource.kind];
    if (reference === undefined)
      throw new KubectlError(`error: unsupported resource specified in --from: ${from}`);
    return objects.flatMap((object) =>
      Object.keys(mapAt(object, 'data'))
        .filter((key) => keys === undefined || keys.includes(key))
        .toSorted()
        .map((key): Json => ({
          name: `${prefix}${key.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')}`,
          valueFrom: { [reference]: { key, name: nameOf(object) } },
        })),
    );
  });
}

/** A container's variables with these among them: one of the same name gives its place, others come last. */
export function withVariables(container: Json, variables: readonly Json[]): Json[] {
  const env = [...listAt(container, 'env')];
  for (const one of variables) {
    const at = env.findIndex((entry) => textAt(entry, 'name') === textAt(one, 'name'));
    if (at === -1) env.push(one);
    else env[at] = one;
  }
  return env;
}
