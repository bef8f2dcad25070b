/** What kubectl commands that change objects share. */
import type { OptionSpec } from '../../commands/options.js';
import { sameJson, type JsonMap } from '../json.js';
import { qualified } from '../resources.js';
import { nameOf } from '../store.js';
import { authorise, type Session } from './call.js';
import type { Selected } from './select.js';

export const dryRun = (session: Session) =>
  session.options.has('dry-run') && session.options.value('dry-run') !== 'none';
export const tail = (session: Session) =>
  dryRun(session) ? (session.options.value('dry-run') === 'server' ? ' (server dry run)' : ' (dry run)') : '';

/** Splits `TYPE NAME key=value key-` into what is meant and what is to be done with it. */
export function split(
  operands: readonly string[],
  isChange: (word: string) => boolean,
): { readonly what: readonly string[]; readonly changes: readonly string[] } {
  return { what: operands.filter((word) => !isChange(word)), changes: operands.filter(isChange) };
}
export async function each(
  session: Session,
  groups: readonly Selected[],
  missing: readonly string[],
  done: string,
  edit: (object: JsonMap) => JsonMap,
): Promise<number> {
  for (const words of missing) await session.process.err(`${words}\n`);
  for (const { resource, objects } of groups) {
    for (const object of objects) {
      authorise(session, 'patch', resource, session.namespace);
      const next = edit(structuredClone(object));
      const same = dryRun(session)
        ? sameJson(object, next)
        : session.api.cluster.store.update(resource, next) === object;
      await session.process.out(
        `${qualified(resource)}/${nameOf(object)} ${done}${same && done === 'patched' ? ' (no change)' : ''}${tail(session)}\n`,
      );
    }
  }
  return missing.length > 0 ? 1 : 0;
}
export const EDIT_FLAGS: OptionSpec = {
  flags: 'A',
  values: 'locp',
  long: [
    'selector=',
    'output=',
    'overwrite',
    'overwrite=',
    'all',
    'all-namespaces',
    'dry-run',
    'dry-run=',
    'replicas=',
    'keys=',
    'current-replicas=',
    'containers=',
    'type=',
    'patch=',
    'patch-file=',
    'timeout=',
    'list',
    'resource-version=',
    'field-selector=',
    'revision=',
    'to-revision=',
    'watch',
    'watch=',
    'ignore-daemonsets',
    'delete-emptydir-data',
    'force',
    'grace-period=',
    'local',
    'from=',
    'prefix=',
    'record',
    'field-manager=',
    'subresource=',
    'disable-eviction',
    'pod-selector=',
  ],
};
