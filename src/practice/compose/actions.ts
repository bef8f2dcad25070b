/** What `docker compose up`, `down` and the like do to the engine. */
import { createHash } from 'node:crypto';
import type { Call } from '../commands/docker/call.js';
import { pullInto } from '../commands/docker/images.js';
import type { Container } from '../docker/container.js';
import { EngineError, type ContainerSpec } from '../docker/types.js';
import { ComposeError } from './compose-error.js';
import { inOrder, type Project, type Service } from './project.js';

const PROJECT = 'com.docker.compose.project';
const SERVICE = 'com.docker.compose.service';

export function ofProject(call: Call, name: string): readonly Container[] {
  return call.engine.containers.filter((one) => one.spec.labels[PROJECT] === name);
}
export const serviceOf = (container: Container): string => container.spec.labels[SERVICE] ?? '';

/** Services that were named, or all; with what they depend on when `deep`. @throws ComposeError */
export function chosen(project: Project, names: readonly string[], deep: boolean): readonly Service[] {
  if (names.length === 0) return project.services;
  const found = new Set<Service>();
  const take = (name: string): void => {
    const service = project.services.find((one) => one.name === name);
    if (service === undefined) throw new ComposeError(`no such service: ${name}`);
    if (found.has(service)) return;
    found.add(service);
    if (deep) for (const other of service.dependsOn) take(other);
  };
  for (const name of names) take(name);
  return project.services.filter((one) => found.has(one));
}

/** Progress goes to stderr, one line a change. */
const say = (call: Call, what: string, name: string, state: string) =>
  call.process.err(` ${what} ${name}  ${state}\n`);

function hashOf(service: Service): string {
  return createHash('sha256').update(JSON.stringify(service)).digest('hex');
}
function specOf(call: Call, project: Project, service: Service): ContainerSpec {
  const image = call.engine.findImage(service.image)?.spec;
  return {
    name: service.containerName,
    image: service.image,
    entrypoint: service.entrypoint ?? image?.entrypoint ?? [],
    command: service.command ?? (service.entrypoint === null ? (image?.command ?? []) : []),
    env: service.env,
    labels: {
      ...service.labels,
      'com.docker.compose.config-hash': hashOf(service),
      'com.docker.compose.container-number': '1',
      'com.docker.compose.oneoff': 'False',
      [PROJECT]: project.name,
      'com.docker.compose.project.config_files': project.files.join(','),
      'com.docker.compose.project.working_dir': project.directory,
      [SERVICE]: service.name,
    },
    ports: service.ports,
    mounts: service.mounts,
    networks: service.networks.map(({ key, aliases }) => ({
      name: key.startsWith(':') ? key.slice(1) : (project.networks.get(key)?.name ?? key),
      aliases: [...aliases, service.containerName],
    })),
    restart: service.restart,
    logging: service.logging ?? { driver: call.engine.config?.logDriver ?? 'json-file', options: {} },
    workdir: service.workdir ?? image?.workdir ?? '',
    user: service.user ?? image?.user ?? '',
    hostname:
      service.hostname ?? createHash('sha256').update(service.containerName).digest('hex').slice(0, 12),
    autoRemove: false,
    health: service.health ?? image?.health ?? null,
  };
}

async function makeNetworks(call: Call, project: Project, services: readonly Service[]): Promise<void> {
  const keys = new Set(services.flatMap(({ networks }) => networks.map(({ key }) => key)));
  for (const [key, { name, external }] of project.networks) {
    if (!keys.has(key)) continue;
    const known = call.engine.networks.find(name);
    if (external) {
      if (known === undefined)
        throw new ComposeError(`network ${name} declared as external, but could not be found`);
      continue;
    }
    if (known !== undefined) continue;
    await say(call, 'Network', name, 'Creating');
    call.engine.networks.create(name, { [PROJECT]: project.name, 'com.docker.compose.network': key });
    await say(call, 'Network', name, 'Created');
  }
}

export interface UpOptions {
  readonly forceRecreate: boolean;
  readonly noRecreate: boolean;
  readonly removeOrphans: boolean;
  readonly noStart: boolean;
  readonly deep: boolean;
  readonly pull: string;
}
/** @throws ComposeError, EngineError */
export async function up(
  call: Call,
  project: Project,
  names: readonly string[],
  options: UpOptions,
): Promise<void> {
  const { engine } = call;
  const services = inOrder(chosen(project, names, options.deep));
  for (const service of services) {
    if (engine.findImage(service.image) !== undefined && options.pull !== 'always') continue;
    await say(call, service.name, 'Pulling', '');
    if ((await pullInto(call, service.image, true, true)) !== 0) throw new ComposeError('');
    await say(call, service.name, 'Pulled', '');
  }
  await makeNetworks(call, project, services);
  for (const [, { name, external }] of project.volumes) {
    if (engine.volumes.has(name)) continue;
    if (external) throw new ComposeError(`external volume "${name}" not found`);
    engine.makeVolume(name, { [PROJECT]: project.name });
    await say(call, 'Volume', name, 'Created');
  }
  const orphans = ofProject(call, project.name).filter(
    (one) => !project.services.some(({ name }) => name === serviceOf(one)),
  );
  if (orphans.length > 0) {
    if (options.removeOrphans) for (const one of orphans) await removeOne(call, one);
    else
      await call.process.err(
        `time="${new Date(call.host.machine.now()).toISOString()}" level=warning msg="Found orphan containers ([${orphans.map(({ name }) => name).join(' ')}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up."\n`,
      );
  }
  const ready: { service: Service; container: Container }[] = [];
  for (const service of services) {
    const old = ofProject(call, project.name).find((one) => serviceOf(one) === service.name);
    const image = engine.findImage(service.image)?.spec.id;
    const same =
      old !== undefined &&
      old.spec.labels['com.docker.compose.config-hash'] === hashOf(service) &&
      old.image.id === image;
    if (old !== undefined && (options.noRecreate || (same && !options.forceRecreate))) {
      ready.push({ service, container: old });
      continue;
    }
    if (old !== undefined) {
      await say(call, 'Container', old.name, 'Recreate');
      await engine.remove(old, true, false);
    } else await say(call, 'Container', service.containerName, 'Creating');
    const made = engine.create(specOf(call, project, service));
    await say(call, 'Container', made.name, old === undefined ? 'Created' : 'Recreated');
    ready.push({ service, container: made });
  }
  if (options.noStart) return;
  for (const { container } of ready) {
    if (container.status === 'running') {
      await say(call, 'Container', container.name, 'Running');
      continue;
    }
    await say(call, 'Container', container.name, 'Starting');
    container.stoppedByHand = false;
    await call.process.until(engine.start(container));
    await say(call, 'Container', container.name, 'Started');
  }
}

async function removeOne(call: Call, container: Container): Promise<void> {
  await call.engine.stop(container);
  await say(call, 'Container', container.name, 'Stopped');
  await say(call, 'Container', container.name, 'Removing');
  if (call.engine.containers.includes(container)) await call.engine.remove(container, true, true);
  await say(call, 'Container', container.name, 'Removed');
}
export async function down(
  call: Call,
  project: Project,
  options: { readonly volumes: boolean; readonly images: boolean; readonly orphans: boolean },
): Promise<void> {
  const { engine } = call;
  const order = inOrder(project.services).map(({ name }) => name);
  const mine = ofProject(call, project.name)
    .filter((one) => options.orphans || order.includes(serviceOf(one)))
    .toSorted((a, b) => order.indexOf(serviceOf(b)) - order.indexOf(serviceOf(a)));
  for (const one of mine) {
    await say(call, 'Container', one.name, 'Stopping');
    await call.process.sleep(200);
    await removeOne(call, one);
  }
  for (const [, { name, external }] of project.networks) {
    const network = engine.networks.find(name);
    if (external || network === undefined) continue;
    await say(call, 'Network', name, 'Removing');
    try {
      engine.networks.remove(network, engine.containers);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      await say(call, 'Network', name, 'Resource is still in use');
      continue;
    }
    await say(call, 'Network', name, 'Removed');
  }
  if (options.volumes)
    for (const [, { name, external }] of project.volumes) {
      if (external || !engine.volumes.has(name)) continue;
      engine.dropVolume(name);
      call.host.volume.drop(`/var/lib/docker/volumes/${name}`);
      await say(call, 'Volume', name, 'Removed');
    }
  if (options.images)
    for (const service of project.services) {
      const stored = engine.findImage(service.image);
      if (stored !== undefined && !engine.containers.some((one) => one.image.id === stored.spec.id))
        engine.dropImage(stored);
    }
}
export async function stopAll(call: Call, project: Project, names: readonly string[]): Promise<void> {
  const services = chosen(project, names, false).map(({ name }) => name);
  for (const one of ofProject(call, project.name).toReversed()) {
    if (!services.includes(serviceOf(one)) || (one.status !== 'running' && one.status !== 'restarting'))
      continue;
    await say(call, 'Container', one.name, 'Stopping');
    await call.process.sleep(200);
    await call.engine.stop(one);
    await say(call, 'Container', one.name, 'Stopped');
  }
}
