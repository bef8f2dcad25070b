/** docker inspect, network, volume, system. */
import { inspectContainer, inspectImage } from '../../docker/describe.js';
import { networkObject, volumeObject } from '../../docker/describe-stock.js';
import type { Engine } from '../../docker/engine.js';
import { EngineError } from '../../docker/types.js';
import { renderTemplate } from '../../format/go-template.js';
import { daemon, humanSize, withDockerOptions, type Call } from './call.js';
import { formatted, type Verb } from './containers.js';
import { dialStdio } from './dial-stdio.js';
import { info } from './info.js';

/** Prints what was found; names that were not are told after it. */
async function inspected(
  call: Call,
  format: string | undefined,
  found: readonly unknown[],
  missing: readonly string[],
): Promise<number> {
  if (format === undefined) await call.process.out(`${JSON.stringify(found, null, 4)}\n`);
  else
    for (const one of found)
      await call.process.out(`${renderTemplate(format === 'json' ? '{{json .}}' : format, one, true)}\n`);
  for (const line of missing) await call.process.err(`${line}\n`);
  return missing.length > 0 ? 1 : 0;
}
export const inspect =
  (kind: 'any' | 'container' | 'image'): Verb =>
  (call, args) =>
    withDockerOptions(
      call,
      'inspect',
      args,
      { flags: 's', values: 'f', long: ['format=', 'type=', 'size'] },
      async (options) => {
        const engine = daemon(call);
        const type = options.value('type') ?? kind;
        const missing: string[] = [];
        const found = options.operands.flatMap((name): readonly unknown[] => {
          const container = type === 'image' ? undefined : engine.find(name);
          if (container !== undefined) return [inspectContainer(engine, container)];
          const image = type === 'container' ? undefined : engine.findImage(name);
          if (image !== undefined) return [inspectImage(image)];
          const network = type === 'any' ? engine.networks.find(name) : undefined;
          if (network !== undefined) return [networkObject(engine, network)];
          missing.push(
            type === 'image'
              ? `Error response from daemon: No such image: ${name.includes(':') ? name : `${name}:latest`}`
              : type === 'container'
                ? `Error response from daemon: No such container: ${name}`
                : `Error: No such object: ${name}`,
          );
          return [];
        });
        return inspected(call, options.value('f', 'format'), found, missing);
      },
    );

export const network: Verb = async (call, args) => {
  const [verb = 'ls', ...rest] = args;
  return withDockerOptions(
    call,
    `network ${verb}`,
    rest,
    {
      flags: 'qf',
      values: 'd',
      long: ['quiet', 'format=', 'filter=', 'driver=', 'subnet=', 'label=', 'force', 'no-trunc'],
    },
    async (options) => {
      const engine = daemon(call);
      switch (verb) {
        case 'ls':
        case 'list': {
          const filters = options.all('filter').map((filter) => filter.split('='));
          const rows = engine.networks.all
            .filter((one) =>
              filters.every(([key, value = '']) =>
                key === 'name' ? one.name.includes(value) : key === 'driver' ? one.driver === value : true,
              ),
            )
            .map((one) => ({ ID: one.id.slice(0, 12), Name: one.name, Driver: one.driver, Scope: 'local' }));
          if (options.has('q', 'quiet')) for (const row of rows) await call.process.out(`${row.ID}\n`);
          else
            await call.process.out(
              formatted(options.value('format'), rows, {
                ID: 'NETWORK ID',
                Name: 'NAME',
                Driver: 'DRIVER',
                Scope: 'SCOPE',
              }),
            );
          return 0;
        }
        case 'create':
          await call.process.out(`${engine.networks.create(options.operands[0] ?? '', {}).id}\n`);
          return 0;
        case 'rm':
        case 'remove':
          for (const name of options.operands) {
            const found = engine.networks.find(name);
            if (found === undefined) throw new EngineError(`network ${name} not found`);
            engine.networks.remove(found, engine.containers);
            await call.process.out(`${name}\n`);
          }
          return 0;
        case 'prune':
          for (const one of [...engine.networks.all])
            if (
              !['bridge', 'host', 'none'].includes(one.name) &&
              !engine.containers.some((container) =>
                container.spec.networks.some(({ name }) => name === one.name),
              )
            ) {
              engine.networks.remove(one, engine.containers);
              await call.process.out(`Deleted Networks:\n${one.name}\n`);
            }
          return 0;
        case 'inspect': {
          const found = options.operands.flatMap((name) => engine.networks.find(name) ?? []);
          const missing = options.operands.filter((name) => engine.networks.find(name) === undefined);
          return inspected(
            call,
            options.value('format'),
            found.map((one) => networkObject(engine, one)),
            missing.map((name) => `Error response from daemon: network ${name} not found`),
          );
        }
        default:
          return call.process.refuse(`docker network ${verb}`);
      }
    },
  );
};
export const volume: Verb = async (call, args) => {
  const [verb = 'ls', ...rest] = args;
  return withDockerOptions(
    call,
    `volume ${verb}`,
    rest,
    { flags: 'qfa', long: ['quiet', 'format=', 'filter=', 'force', 'all', 'name='] },
    async (options) => {
      const engine = daemon(call);
      const used = (name: string) =>
        engine.containers.some((one) => one.spec.mounts.some((mount) => mount.source === name));
      switch (verb) {
        case 'ls': {
          const rows = [...engine.volumes.values()].map((one) => ({ Driver: 'local', Name: one.name }));
          if (options.has('q', 'quiet')) for (const row of rows) await call.process.out(`${row.Name}\n`);
          else
            await call.process.out(
              formatted(options.value('format'), rows, { Driver: 'DRIVER', Name: 'VOLUME NAME' }),
            );
          return 0;
        }
        case 'create':
          await call.process.out(
            `${engine.makeVolume(options.operands[0] ?? options.value('name') ?? `practice${engine.volumes.size}`, {}).name}\n`,
          );
          return 0;
        case 'rm':
          for (const name of options.operands) {
            if (!engine.volumes.has(name)) throw new EngineError(`get ${name}: no such volume`);
            if (used(name)) throw new EngineError(`remove ${name}: volume is in use`);
            engine.dropVolume(name);
            call.host.volume.drop(`/var/lib/docker/volumes/${name}`);
            await call.process.out(`${name}\n`);
          }
          return 0;
        case 'prune':
          for (const name of [...engine.volumes.keys()]) if (!used(name)) engine.dropVolume(name);
          await call.process.out('Total reclaimed space: 0B\n');
          return 0;
        case 'inspect': {
          const found = options.operands.flatMap((name) => engine.volumes.get(name) ?? []);
          return inspected(
            call,
            options.value('format'),
            found.map((one) => volumeObject(one)),
            options.operands
              .filter((name) => !engine.volumes.has(name))
              .map((name) => `Error response from daemon: get ${name}: no such volume`),
          );
        }
        default:
          return call.process.refuse(`docker volume ${verb}`);
      }
    },
  );
};
const USAGE = {
  Type: 'TYPE',
  TotalCount: 'TOTAL',
  Active: 'ACTIVE',
  Size: 'SIZE',
  Reclaimable: 'RECLAIMABLE',
} as const;

/** What docker takes of the disk, kind by kind; volumes and the build cache of this lab are counted as empty. */
function usage(engine: Engine): readonly Readonly<Record<string, string>>[] {
  const used = new Set(engine.containers.map((one) => one.image.id));
  const sum = (images: typeof engine.images): number =>
    images.reduce((total, { spec }) => total + spec.sizeBytes, 0);
  const all = sum(engine.images);
  const free = sum(engine.images.filter(({ spec }) => !used.has(spec.id)));
  const running = engine.containers.filter((one) => one.status === 'running').length;
  const row = (type: string, total: number, active: number, size: number, reclaimable: number) => ({
    Type: type,
    TotalCount: String(total),
    Active: String(active),
    Size: humanSize(size),
    Reclaimable:
      size > 0
        ? `${humanSize(reclaimable)} (${String(Math.floor((reclaimable * 100) / size))}%)`
        : humanSize(reclaimable),
  });
  return [
    row('Images', engine.images.length, used.size, all, free),
    row('Containers', engine.containers.length, running, 0, 0),
    row('Local Volumes', engine.volumes.size, 0, 0, 0),
    row('Build Cache', 0, 0, 0, 0),
  ];
}
export const system: Verb = async (call, args) => {
  const [verb = '', ...rest] = args;
  if (verb === 'info') return info(call, rest);
  if (verb === 'dial-stdio') return dialStdio(call, rest);
  const engine = daemon(call);
  if (verb === 'df') {
    return withDockerOptions(
      call,
      'system df',
      rest,
      { flags: 'v', long: ['format=', 'verbose'] },
      async (options) => {
        await call.process.out(formatted(options.value('format'), usage(engine), USAGE));
        return 0;
      },
    );
  }
  if (verb === 'prune') {
    if (!rest.some((word) => /^-\w*f|--force/.test(word))) {
      await call.process.out(
        'WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at least one container\n  - all dangling images\n  - unused build cache\n\nAre you sure you want to continue? [y/N] ',
      );
      return 0;
    }
    for (const one of [...engine.containers])
      if (one.status !== 'running') await engine.remove(one, true, false);
    await call.process.out('Total reclaimed space: 0B\n');
    return 0;
  }
  return call.process.refuse(`docker system ${verb}`);
};
