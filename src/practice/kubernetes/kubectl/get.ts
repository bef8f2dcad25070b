/** kubectl get: which objects, and in which form. */
import type { OptionSpec } from '../../commands/options.js';
import type { JsonMap } from '../json.js';
import { nameOf, namespaceOf } from '../store.js';
import {
  authorise,
  connect,
  KubectlError,
  notFound,
  NotSimulated,
  seconds,
  type Call,
  type Session,
} from './call.js';
import { textOf, valuesAt } from './jsonpath.js';
import { tableFor } from './tables.js';
import { select, type Selected } from './select.js';
import { formatted, tables } from './output.js';

export const GET_FLAGS: OptionSpec = {
  flags: 'AwLR',
  values: 'olfL',
  long: [
    'output=',
    'all-namespaces',
    'selector=',
    'field-selector=',
    'sort-by=',
    'no-headers',
    'show-labels',
    'ignore-not-found',
    'watch',
    'watch-only',
    'raw=',
    'chunk-size=',
    'show-kind',
    'filename=',
    'show-managed-fields',
    'label-columns=',
    'template=',
    'allow-missing-template-keys',
    'server-print',
    'subresource=',
  ],
};
async function raw(session: Session, path: string): Promise<number> {
  const url = URL.parse(path, 'https://localhost');
  const { pathname } = url ?? { pathname: path };
  const { store } = session.api.cluster;
  if (['/readyz', '/livez', '/healthz'].includes(pathname)) {
    const verbose = url?.searchParams.has('verbose') === true;
    await session.process.out(
      verbose
        ? `[+]ping ok\n[+]log ok\n[+]etcd ok\n[+]poststarthook/start-apiextensions-controllers ok\n${pathname.slice(1)} check passed\n`
        : 'ok',
    );
    return 0;
  }
  if (pathname === '/version') {
    await session.process.out(JSON.stringify(serverVersion(session.api.version), null, 2));
    return 0;
  }
  const match = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?$/.exec(
    pathname,
  );
  const resource = match === null ? undefined : store.findResource(match[2] ?? '');
  if (match === null || resource === undefined)
    throw new KubectlError('Error from server (NotFound): the server could not find the requested resource');
  authorise(session, 'get', resource, match[1] ?? null);
  const [, namespace, , name] = match;
  const found = name === undefined ? undefined : store.get(resource.kind, namespace ?? '', name);
  if (name !== undefined && found === undefined) throw new KubectlError(notFound(resource, name));
  await session.process.out(
    `${JSON.stringify(found ?? { kind: `${resource.kind}List`, apiVersion: resource.apiVersion, metadata: { resourceVersion: store.resourceVersion }, items: store.list(resource.kind, namespace) })}\n`,
  );
  return 0;
}
export function serverVersion(version: string): JsonMap {
  const [major = '1', minor = '30'] = version.slice(1).split('.');
  return {
    major,
    minor,
    gitVersion: version,
    gitCommit: '9c7f4f5cd3a2a3a0f3a0e6c6b7b1e4b7e4a2f6d1',
    gitTreeState: 'clean',
    buildDate: '2025-06-17T18:28:43Z',
    goVersion: 'go1.23.10',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

function sorted(groups: readonly Selected[], path: string): readonly Selected[] {
  return groups.map(({ resource, objects }) => ({
    resource,
    objects: objects.toSorted((a, b) => {
      const [x, y] = [valuesAt(a, path)[0], valuesAt(b, path)[0]];
      if (typeof x === 'number' && typeof y === 'number') return x - y;
      const [left, right] = [textOf(x ?? null), textOf(y ?? null)];
      return left < right ? -1 : left > right ? 1 : 0;
    }),
  }));
}

export async function get(call: Call): Promise<number> {
  const session = await connect(call);
  const { options, process } = session;
  const path = options.value('raw');
  if (path !== undefined) return raw(session, path);
  if (options.has('f', 'filename')) throw new NotSimulated('get -f');
  const found = select(session, options.operands);
  const groups =
    options.value('sort-by') === undefined
      ? found.groups
      : sorted(found.groups, options.value('sort-by') ?? '');
  const total = groups.reduce((sum, group) => sum + group.objects.length, 0);
  const single = found.named && total === 1 && found.groups.length === 1 && found.missing.length === 0;
  if (total > 0 || (!found.named && (options.value('o', 'output') ?? 'wide') !== 'wide')) {
    const text = formatted(session, groups, single);
    await process.out(text ?? tables(session, groups));
  } else if (found.missing.length === 0 && !found.named) {
    if (!options.has('ignore-not-found')) {
      const scoped =
        groups.some(({ resource }) => resource.namespaced) && !options.has('A', 'all-namespaces');
      await process.err(
        scoped ? `No resources found in ${session.namespace} namespace.\n` : 'No resources found\n',
      );
    }
  }
  if (!options.has('ignore-not-found')) for (const words of found.missing) await process.err(`${words}\n`);
  if (options.has('w', 'watch', 'watch-only')) await watch(session, groups);
  return found.missing.length > 0 && !options.has('ignore-not-found') ? 1 : 0;
}
/** Prints a line for each change until somebody ends it. */
async function watch(session: Session, groups: readonly Selected[]): Promise<void> {
  const { process, api, host } = session;
  const kinds = groups.map((group) => group.resource.kind);
  const seen = new Map<string, string>();
  const limit = seconds(session.options.value('request-timeout'));
  for (let waited = 0; limit === 0 || waited < limit; waited += 1) {
    for (const kind of kinds) {
      const resource = groups.find((group) => group.resource.kind === kind)?.resource;
      if (resource === undefined) continue;
      for (const object of api.cluster.store.list(
        kind,
        resource.namespaced && !session.options.has('A', 'all-namespaces') ? session.namespace : undefined,
      )) {
        const line = tableFor(resource).row(object, host.machine.now()).cells.slice(0, -1).join('\0');
        const key = `${kind}/${namespaceOf(object)}/${nameOf(object)}`;
        if (seen.has(key) && seen.get(key) !== line)
          await process.out(
            tables(
              {
                ...session,
                options: {
                  ...session.options,
                  has: (...names) => names.includes('no-headers') || session.options.has(...names),
                },
              },
              [{ resource, objects: [object] }],
            ),
          );
        seen.set(key, line);
      }
    }
    await process.sleep(1000);
  }
}
