/** Installing, renewing, taking back and removing a release. */
import { mergeDeep, type JsonMap } from '../kubernetes/json.js';
import type { Session } from '../kubernetes/kubectl/call.js';
import {
  applyAll,
  checkOwners,
  ensureNamespace,
  install as installDefinitions,
  isHook,
  podsOf,
  remove,
  runHooks,
  waitGone,
  waitReady,
  type Owner,
} from './cluster-work.js';
import { HelmError } from './helm-error.js';
import type { ChartContext } from './objects.js';
import { forget, history, writeRelease, type Release, type ReleaseStatus } from './release.js';
import type { Found } from './repositories.js';
import { without } from './values.js';

export interface InstallWords {
  readonly values: JsonMap;
  readonly wait: boolean;
  readonly seconds: number;
  readonly createNamespace: boolean;
  readonly reuse: boolean;
  readonly skipDefinitions: boolean;
}
export interface Wish extends InstallWords, Found {
  readonly name: string;
  readonly namespace: string;
}
const HISTORY = 10;

/** @param fresh a first installation @throws HelmError, ChartError */
export async function install(session: Session, wish: Wish, fresh: boolean): Promise<Release> {
  const { cluster } = session.api;
  const { name, namespace, chart, version } = wish;
  const before = history(cluster, namespace, name);
  const last = before.at(-1);
  if (fresh && last !== undefined) throw new HelmError('cannot re-use a name that is still in use');
  if (!fresh && last === undefined) throw new HelmError(`"${name}" has no deployed releases`);
  if (last?.status.startsWith('pending') === true)
    throw new HelmError('another operation (install/upgrade/rollback) is in progress');
  const current = before.findLast((one) => one.status === 'deployed') ?? last;
  const values = wish.reuse && current !== undefined ? mergeDeep(current.values, wish.values) : wish.values;
  const context: ChartContext = {
    release: name,
    namespace,
    values: without(mergeDeep(chart.defaults, values)),
    chartLabel: `${chart.name}-${version.chart}`,
    appVersion: version.app,
    upgrade: !fresh,
  };
  const all = chart.render(context);
  const objects = all.filter((one) => !isHook(one));
  const owner: Owner = { release: name, namespace };
  ensureNamespace(session, namespace, wish.createNamespace);
  if (fresh && !wish.skipDefinitions) installDefinitions(session, chart.definitions);
  checkOwners(session, objects, owner, fresh ? 'install' : 'update');
  const moment = fresh ? 'install' : 'upgrade';
  const make = (status: ReleaseStatus, description: string): Release => ({
    name,
    namespace,
    revision: (last?.revision ?? 0) + 1,
    status,
    chart: chart.name,
    version: version.chart,
    appVersion: version.app,
    values,
    manifest: objects,
    notes: chart.notes(context),
    description,
    deployedAt: session.host.machine.now(),
  });
  writeRelease(
    cluster,
    make(
      fresh ? 'pending-install' : 'pending-upgrade',
      fresh ? 'Initial install underway' : 'Preparing upgrade',
    ),
  );
  try {
    await runHooks(session, all, `pre-${moment}`, wish.seconds);
    applyAll(session, objects, current?.manifest ?? [], owner);
    session.host.kube.wake();
    session.api.host.kube.wake();
    if (wish.wait) await waitReady(session, objects, wish.seconds);
    await runHooks(session, all, `post-${moment}`, wish.seconds);
  } catch (error) {
    if (error instanceof HelmError)
      writeRelease(
        cluster,
        make('failed', `${fresh ? 'Release' : 'Upgrade'} "${name}" failed: ${error.message}`),
      );
    throw error;
  }
  if (current?.status === 'deployed') writeRelease(cluster, { ...current, status: 'superseded' });
  const made = make('deployed', fresh ? 'Install complete' : 'Upgrade complete');
  writeRelease(cluster, made);
  trim(session, namespace, name);
  return made;
}
/** Only so many revisions are kept. */
function trim(session: Session, namespace: string, name: string): void {
  const { cluster } = session.api;
  const all = history(cluster, namespace, name);
  if (all.length <= HISTORY) return;
  forget(cluster, namespace, name);
  for (const one of all.slice(-HISTORY)) writeRelease(cluster, one);
}
/** @param revision the one before the last when null @throws HelmError */
export async function rollback(
  session: Session,
  namespace: string,
  name: string,
  revision: number | null,
  wait: boolean,
  seconds: number,
): Promise<void> {
  const { cluster } = session.api;
  const all = history(cluster, namespace, name);
  const last = all.at(-1);
  if (last === undefined) throw new HelmError('release: not found');
  const target =
    revision === null || revision === 0
      ? all.findLast((one) => one.revision < last.revision && ['deployed', 'superseded'].includes(one.status))
      : all.find((one) => one.revision === revision);
  if (target === undefined)
    throw new HelmError(`release has no ${revision === null ? last.revision - 1 : revision} version`);
  const make = (status: ReleaseStatus): Release => ({
    ...target,
    revision: last.revision + 1,
    status,
    description: `Rollback to ${target.revision}`,
    deployedAt: session.host.machine.now(),
  });
  writeRelease(cluster, make('pending-rollback'));
  try {
    applyAll(session, target.manifest, last.manifest, { release: name, namespace });
    if (wait) await waitReady(session, target.manifest, seconds);
  } catch (error) {
    writeRelease(cluster, make('failed'));
    throw error;
  }
  for (const one of all)
    if (one.status === 'deployed' || one.status.startsWith('pending'))
      writeRelease(cluster, { ...one, status: 'superseded' });
  writeRelease(cluster, make('deployed'));
}
export async function uninstall(
  session: Session,
  namespace: string,
  name: string,
  wait: boolean,
  seconds: number,
): Promise<void> {
  const { cluster } = session.api;
  const all = history(cluster, namespace, name);
  const last = all.at(-1);
  if (last === undefined) throw new HelmError(`uninstall: Release not loaded: ${name}: release: not found`);
  writeRelease(cluster, { ...last, status: 'uninstalling' });
  // A release that never came to its end may have left what an earlier revision made.
  const objects = all.flatMap((one) => one.manifest);
  const pods = podsOf(session, objects);
  remove(session, objects);
  session.host.kube.wake();
  session.api.host.kube.wake();
  if (wait) await waitGone(session, objects, pods, seconds);
  forget(cluster, namespace, name);
}
