/** kubectl label, annotate, scale and set. */
import { listAt, mapAt, textAt, type Json, type JsonMap } from '../json.js';
import { qualified } from '../resources.js';
import { nameOf } from '../store.js';
import { authorise, connect, KubectlError, NotSimulated, type Call } from './call.js';
import { select } from './select.js';
import { split, each } from './edit.js';
import { variablesFrom, withVariables } from './env-from.js';

export async function label(call: Call, what: 'labels' | 'annotations'): Promise<number> {
  const session = await connect(call);
  const { what: operands, changes } = split(
    call.options.operands,
    (word) => /^[\w./-]+(=.*|-)$/.test(word) && !/^[a-z.]+\/[\w.-]+$/.test(word),
  );
  if (changes.length === 0)
    throw new KubectlError(
      `error: at least one ${what === 'labels' ? 'label' : 'annotation'} update is required`,
    );
  const all = call.options.has('all', 'l', 'selector');
  const found = select(session, operands);
  if (!found.named && !all)
    throw new KubectlError('error: resource(s) were provided, but no name was specified');
  for (const { objects } of found.groups)
    for (const object of objects)
      for (const change of changes) {
        const [key = '', value] = change.split(/=(.*)/s);
        const old = mapAt(object, 'metadata', what)[key];
        if (
          value !== undefined &&
          old !== undefined &&
          textAt(old) !== value &&
          !call.options.has('overwrite')
        )
          throw new KubectlError(
            `error: '${key}' already has a value (${textAt(old)}), and --overwrite is false`,
          );
      }
  const removes = changes.every((change) => change.endsWith('-') && !change.includes('='));
  return each(
    session,
    found.groups,
    found.missing,
    what === 'labels' ? (removes ? 'unlabeled' : 'labeled') : 'annotated',
    (object) => {
      const map = { ...mapAt(object, 'metadata', what) };
      for (const change of changes) {
        const [key = '', value] = change.split(/=(.*)/s);
        if (value === undefined) delete map[key.replace(/-$/, '')];
        else map[key] = value;
      }
      return { ...object, metadata: { ...mapAt(object, 'metadata'), [what]: map } };
    },
  );
}
export async function scale(call: Call): Promise<number> {
  const session = await connect(call);
  const replicas = call.options.value('replicas');
  if (replicas === undefined || !/^\d+$/.test(replicas))
    throw new KubectlError(
      'error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
    );
  const found = select(session, call.options.operands);
  return each(session, found.groups, found.missing, 'scaled', (object) => ({
    ...object,
    spec: { ...mapAt(object, 'spec'), replicas: Number(replicas) },
  }));
}
/** kubectl set env|image. */
export async function set(call: Call): Promise<number> {
  const [verb = '', ...operands] = call.options.operands;
  if (verb !== 'env' && verb !== 'image') throw new NotSimulated(`set ${verb}`);
  const session = await connect(call);
  const { what, changes } = split(operands, (word) =>
    /^[\w.-]+(=.*|-)$/s.test(word) && !word.includes('/') ? true : /^[\w.*-]+=/.test(word),
  );
  const found = select(session, what);
  const referred = verb === 'env' ? variablesFrom(session) : [];
  const only = call.options.value('c', 'containers');
  if (call.options.has('list')) throw new NotSimulated('set env --list');
  const wanted = (name: string) => only === undefined || only === '*' || only.split(',').includes(name);
  const edited = (object: JsonMap): JsonMap => {
    const inPod = (container: Json): Json => {
      const one = mapAt(container);
      const name = textAt(one, 'name');
      if (verb === 'image') {
        const image = changes
          .map((change) => change.split(/=(.*)/s))
          .findLast(([key = '']) => key === name || key === '*')?.[1];
        return image === undefined ? one : { ...one, image };
      }
      if (!wanted(name)) return one;
      let env = withVariables(one, referred);
      for (const change of changes) {
        const [key = '', value] = change.split(/=(.*)/s);
        const plain = key.replace(/-$/, '');
        if (value === undefined) env = env.filter((entry) => textAt(entry, 'name') !== plain);
        else if (env.some((entry) => textAt(entry, 'name') === key))
          env = env.map((entry) => (textAt(entry, 'name') === key ? { name: key, value } : entry));
        else env.push({ name: key, value });
      }
      return { ...one, env };
    };
    const template = mapAt(object, 'spec', 'template');
    const spec = mapAt(template, 'spec');
    const init = verb === 'image' ? { initContainers: listAt(spec, 'initContainers').map(inPod) } : {};
    return {
      ...object,
      spec: {
        ...mapAt(object, 'spec'),
        template: {
          ...template,
          spec: {
            ...spec,
            ...(listAt(spec, 'initContainers').length > 0 ? init : {}),
            containers: listAt(spec, 'containers').map(inPod),
          },
        },
      },
    };
  };
  if (verb === 'image')
    for (const { objects } of found.groups)
      for (const object of objects) {
        const names = ['containers', 'initContainers'].flatMap((key) =>
          listAt(object, 'spec', 'template', 'spec', key).map((one) => textAt(one, 'name')),
        );
        const lost = changes
          .map((change) => change.split('=')[0] ?? '')
          .find((key) => key !== '*' && !names.includes(key));
        if (lost !== undefined) throw new KubectlError(`error: unable to find container named "${lost}"`);
      }
  for (const words of found.missing) await session.process.err(`${words}\n`);
  for (const { resource, objects } of found.groups) {
    for (const object of objects) {
      authorise(session, 'patch', resource, session.namespace);
      const next = edited(structuredClone(object));
      const before = object;
      const changed = session.api.cluster.store.update(resource, next) !== before;
      // Nothing to change is nothing to say, as with the real one.
      if (changed)
        await session.process.out(
          `${qualified(resource)}/${nameOf(object)} ${verb === 'image' ? 'image updated' : 'env updated'}\n`,
        );
    }
  }
  return found.missing.length > 0 ? 1 : 0;
}
