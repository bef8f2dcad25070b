/** kubectl apply, create -f, replace and delete. */
import type { OptionSpec } from '../../commands/options.js';
import { instant } from '../access.js';
import { mapAt, textAt, type JsonMap } from '../json.js';
import { qualified, type Resource } from '../resources.js';
import { nameOf, namespaceOf } from '../store.js';
import { endPod } from '../controllers/pods.js';
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
import { formatted } from './output.js';
import { select } from './select.js';
import { admitted } from './admission.js';
import {
  applyOne,
  checkNamespace,
  namespaceFor,
  readManifests,
  resourceOfManifest,
  shownName,
} from './manifests.js';
import { dryRun, tail } from './edit.js';

export const FILE_FLAGS: OptionSpec = {
  flags: 'RA',
  values: 'folk',
  long: [
    'filename=',
    'output=',
    'selector=',
    'dry-run',
    'dry-run=',
    'recursive',
    'validate',
    'validate=',
    'server-side',
    'force-conflicts',
    'force',
    'wait',
    'wait=',
    'ignore-not-found',
    'ignore-not-found=',
    'grace-period=',
    'timeout=',
    'all',
    'all-namespaces',
    'now',
    'overwrite',
    'save-config',
    'field-manager=',
    'prune',
    'kustomize=',
    'cascade=',
    'field-selector=',
  ],
};
export async function apply(call: Call): Promise<number> {
  if (call.options.has('k', 'kustomize', 'prune')) throw new NotSimulated('apply with -k or --prune');
  const manifests = await readManifests(call);
  const session = await connect(call);
  let status = 0;
  for (const manifest of manifests) {
    try {
      authorise(session, 'patch', resourceOfManifest(session, manifest), session.namespace);
      const { resource, word, object } = applyOne(session, manifest, dryRun(session));
      await session.process.sleep(15);
      const done = call.options.has('server-side') ? 'serverside-applied' : word;
      const shown = formatted(session, [{ resource, objects: [object] }], true);
      if (shown !== null && call.options.value('o', 'output') !== 'name') {
        await session.process.out(shown);
        continue;
      }
      await session.process.out(
        call.options.value('o', 'output') === 'name'
          ? `${shownName(resource, manifest.object)}\n`
          : `${shownName(resource, manifest.object)} ${done}${tail(session)}\n`,
      );
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      await session.process.err(`${error.message}\n`);
      status = 1;
    }
  }
  return status;
}
export async function createFromFiles(call: Call, replace: boolean): Promise<number> {
  const manifests = await readManifests(call);
  const session = await connect(call);
  const { store } = session.api.cluster;
  let status = 0;
  for (const manifest of manifests) {
    try {
      const resource = resourceOfManifest(session, manifest);
      authorise(session, replace ? 'update' : 'create', resource, session.namespace);
      const namespace = namespaceFor(session, resource, manifest.object);
      checkNamespace(session, resource, namespace, manifest.from);
      const live = store.get(resource.kind, namespace, nameOf(manifest.object));
      if (live !== undefined && !replace)
        throw new KubectlError(
          `Error from server (AlreadyExists): error when creating "${manifest.from}": ${resource.plural} "${nameOf(manifest.object)}" already exists`,
        );
      if (live === undefined && replace && !call.options.has('force'))
        throw new KubectlError(
          `Error from server (NotFound): error when replacing "${manifest.from}": ${resource.plural} "${nameOf(manifest.object)}" not found`,
        );
      const made = admitted(session, resource, {
        ...manifest.object,
        metadata: { ...mapAt(manifest.object, 'metadata'), ...(resource.namespaced ? { namespace } : {}) },
      });
      if (!dryRun(session)) store.update(resource, made);
      await session.process.out(
        `${shownName(resource, made)} ${replace ? 'replaced' : 'created'}${tail(session)}\n`,
      );
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      await session.process.err(`${error.message}\n`);
      status = 1;
    }
  }
  return status;
}

/** Removes an object as the API does: pods end first, namespaces empty first. */
function remove(session: Session, resource: Resource, object: JsonMap): void {
  const { cluster } = session.api;
  if (resource.kind === 'Pod') endPod(cluster, object);
  else if (resource.kind === 'Namespace')
    cluster.store.update(resource, {
      ...object,
      metadata: { ...mapAt(object, 'metadata'), deletionTimestamp: instant(session.host.machine.now()) },
      status: { phase: 'Terminating' },
    });
  else cluster.store.delete(resource, namespaceOf(object), nameOf(object));
}
export async function deleteObjects(call: Call): Promise<number> {
  const { options, process } = call;
  const files = options.has('f', 'filename');
  const manifests = files ? await readManifests(call) : [];
  const session = await connect(call);
  const { store } = session.api.cluster;
  const lenient = options.has('ignore-not-found') && options.value('ignore-not-found') !== 'false';
  const missing: string[] = [];
  const chosen: { readonly resource: Resource; readonly object: JsonMap }[] = [];
  if (files) {
    for (const manifest of manifests.toReversed()) {
      const resource = store.resourceOf(manifest.object);
      // A kind that is gone with its definition leaves nothing to delete.
      if (resource === undefined) {
        if (!lenient)
          missing.push(
            `error: resource mapping not found for name: "${nameOf(manifest.object)}" from "${manifest.from}": no matches for kind "${textAt(manifest.object, 'kind')}" in version "${textAt(manifest.object, 'apiVersion')}"`,
          );
        continue;
      }
      const object = store.get(
        resource.kind,
        namespaceFor(session, resource, manifest.object),
        nameOf(manifest.object),
      );
      if (object === undefined)
        missing.push(
          notFound(resource, nameOf(manifest.object)).replace(
            '(NotFound): ',
            `(NotFound): error when deleting "${manifest.from}": `,
          ),
        );
      else chosen.unshift({ resource, object });
    }
  } else {
    const found = select(session, options.operands);
    if (!found.named && !options.has('all', 'l', 'selector', 'field-selector'))
      throw new KubectlError('error: resource(s) were provided, but no name was specified');
    missing.push(...found.missing);
    chosen.push(
      ...found.groups.flatMap(({ resource, objects }) => objects.map((object) => ({ resource, object }))),
    );
    if (chosen.length === 0 && missing.length === 0) await process.out('No resources found\n');
  }
  for (const { resource, object } of chosen) {
    authorise(session, 'delete', resource, session.namespace);
    if (!dryRun(session)) remove(session, resource, object);
    const forced = options.has('force') ? 'force deleted' : 'deleted';
    await process.out(`${qualified(resource)} "${nameOf(object)}" ${forced}${tail(session)}\n`);
  }
  if (!lenient) for (const words of missing) await process.err(`${words}\n`);
  if (options.value('wait') !== 'false') {
    const limit = seconds(options.value('timeout')) || 600;
    const gone = () =>
      chosen.every(
        ({ resource, object }) =>
          textAt(store.get(resource.kind, namespaceOf(object), nameOf(object)), 'metadata', 'uid') !==
          textAt(object, 'metadata', 'uid'),
      );
    const start = session.host.world.simulation.seconds;
    while (!gone()) {
      if (session.host.world.simulation.seconds - start > limit)
        throw new KubectlError('error: timed out waiting for the condition');
      await process.sleep(250);
    }
  }
  return missing.length > 0 && !lenient ? 1 : 0;
}

/** Splits `TYPE NAME key=value key-` into what is meant and what is to be done with it. */
