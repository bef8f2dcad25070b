/** kubectl config: looking at kubeconfig files, and choosing in them. */
import { stringify } from 'yaml';
import { columns } from '../kubeadm/token.js';
import { isMap, listAt, mapAt, textAt, type Json, type JsonMap } from '../json.js';
import { configPath, KubectlError, loadConfig, NotSimulated, type Call } from './call.js';
import { formatted } from './output.js';

function redacted(whole: JsonMap): JsonMap {
  const hide = (value: Json, key: string): Json => {
    if (['certificate-authority-data'].includes(key)) return 'DATA+OMITTED';
    if (['client-certificate-data', 'client-key-data'].includes(key)) return 'DATA+OMITTED';
    if (['token', 'password'].includes(key)) return 'REDACTED';
    if (Array.isArray(value)) return value.map((part) => hide(part, ''));
    return isMap(value)
      ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hide(part, name)]))
      : value;
  };
  const hidden = hide(whole, '');
  return isMap(hidden) ? hidden : {};
}
const EMPTY: JsonMap = {
  apiVersion: 'v1',
  clusters: null,
  contexts: null,
  'current-context': '',
  kind: 'Config',
  preferences: {},
  users: null,
};

export async function config(call: Call): Promise<number> {
  const { process, options } = call;
  const [verb = '', ...rest] = options.operands;
  const save = (changed: JsonMap) =>
    process.view.write(configPath(call).path, stringify(changed, { lineWidth: 0, indentSeq: false }), {
      mode: 0o600,
    });
  const loaded = verb === '' ? {} : loadConfig(call);
  const current = textAt(loaded, 'current-context');
  switch (verb) {
    case 'view': {
      let shown: JsonMap = Object.keys(loaded).length === 0 ? EMPTY : loaded;
      if (options.has('minify')) {
        const context = listAt(shown, 'contexts').find((one) => textAt(one, 'name') === current);
        if (context === undefined)
          throw new KubectlError('error: current-context must exist in order to minify');
        const named = (list: string, name: string): Json =>
          listAt(shown, list)
            .filter((one) => textAt(one, 'name') === name)
            .slice();
        shown = {
          ...shown,
          contexts: [context],
          clusters: named('clusters', textAt(context, 'context', 'cluster')),
          users: named('users', textAt(context, 'context', 'user')),
        };
      }
      if (!options.has('raw')) shown = redacted(shown);
      const output = options.value('o', 'output') ?? 'yaml';
      if (output === 'yaml') await process.out(stringify(shown, { lineWidth: 0, indentSeq: false }));
      else
        await process.out(
          formatted(
            call,
            [
              {
                resource: {
                  apiVersion: 'v1',
                  kind: 'Config',
                  plural: 'config',
                  short: [],
                  namespaced: false,
                },
                objects: [shown],
              },
            ],
            true,
          ) ?? '',
        );
      return 0;
    }
    case 'current-context':
      if (current === '') throw new KubectlError('error: current-context is not set');
      await process.out(`${current}\n`);
      return 0;
    case 'get-contexts': {
      const rows = listAt(loaded, 'contexts').map((one) => [
        textAt(one, 'name') === current ? '*' : '',
        textAt(one, 'name'),
        textAt(one, 'context', 'cluster'),
        textAt(one, 'context', 'user'),
        textAt(one, 'context', 'namespace'),
      ]);
      if (options.value('o', 'output') === 'name')
        for (const [, name = ''] of rows) await process.out(`${name}\n`);
      else
        await process.out(
          columns([
            ...(options.has('no-headers') ? [] : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE']]),
            ...rows,
          ]),
        );
      return 0;
    }
    case 'get-clusters':
      await process.out(
        `NAME\n${listAt(loaded, 'clusters')
          .map((one) => `${textAt(one, 'name')}\n`)
          .join('')}`,
      );
      return 0;
    case 'get-users':
      await process.out(
        `NAME\n${listAt(loaded, 'users')
          .map((one) => `${textAt(one, 'name')}\n`)
          .join('')}`,
      );
      return 0;
    case 'use-context': {
      const [name = ''] = rest;
      if (!listAt(loaded, 'contexts').some((one) => textAt(one, 'name') === name))
        throw new KubectlError(`error: no context exists with the name: "${name}"`);
      save({ ...loaded, 'current-context': name });
      await process.out(`Switched to context "${name}".\n`);
      return 0;
    }
    case 'set-context': {
      const name = options.has('current') ? current : (rest[0] ?? '');
      const contexts = listAt(loaded, 'contexts');
      const known = contexts.some((one) => textAt(one, 'name') === name);
      if (!known) throw new NotSimulated('config set-context for a new context');
      const namespace = options.value('n', 'namespace');
      save({
        ...loaded,
        contexts: contexts.map((one) =>
          textAt(one, 'name') === name && namespace !== undefined
            ? { ...mapAt(one), context: { ...mapAt(one, 'context'), namespace } }
            : one,
        ),
      });
      await process.out(`Context "${name}" modified.\n`);
      return 0;
    }
    default:
      throw new NotSimulated(`config ${verb}`);
  }
}
