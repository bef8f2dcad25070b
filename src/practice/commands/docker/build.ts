/** docker build: reads the context and the Dockerfile, has the image built, and keeps it under its names. */
import type { Around } from '../../apps/around.js';
import { Sockets, type NetSpace } from '../../apps/net.js';
import { readContext } from '../../docker/build/context.js';
import { BuildError, parseDockerfile } from '../../docker/build/dockerfile.js';
import { Builder, fullName } from '../../docker/build/builder.js';
import { OWN_PLATFORM } from '../../docker/build/stages.js';
import type { Engine } from '../../docker/engine.js';
import { PullError, pullImage } from '../../images/pull.js';
import { readReference, type ImageSpec } from '../../images/spec.js';
import type { TreeEntry } from '../../images/tree.js';
import { isAddress } from '../../model/machine.js';
import { lookUp } from '../../kubernetes/registry.js';
import { serverAt } from '../../web/connect.js';
import type { Options } from '../options.js';
import { daemon, Refusal, withDockerOptions, type Call } from './call.js';
import type { Verb } from './containers.js';
import { accessTo } from './images.js';
import { treeBytes } from '../../images/tree.js';

interface Cache {
  readonly trees: Map<string, readonly TreeEntry[]>;
  /** Base images that the builder has fetched, by their full name. */
  readonly bases: Map<string, ImageSpec>;
}
const caches = new WeakMap<Engine, Cache>();
function cacheOf(engine: Engine): Cache {
  const known = caches.get(engine) ?? { trees: new Map(), bases: new Map() };
  caches.set(engine, known);
  return known;
}
/** The network of build steps: they reach what their host reaches, and listen for themselves. */
function buildNet(call: Call): NetSpace {
  const sockets = new Sockets();
  const { host } = call;
  return {
    address: '172.17.0.2',
    listen: (port, server) => sockets.listen(port, server),
    lookUp: (name) => (isAddress(name) ? name : lookUp(host, name)),
    dial: (address, port) => {
      if (address.startsWith('127.')) {
        const server = sockets.at(port);
        return { reach: server === null ? 'refused' : 'open', server, from: '127.0.0.1' };
      }
      const found = serverAt(host, address, port, address);
      return {
        reach: host.world.reach(host, address, port),
        server: found.http === null ? null : { http: found.http },
        from: host.address,
      };
    },
  };
}
async function base(call: Call, engine: Engine, name: string, fresh: boolean): Promise<ImageSpec> {
  const full = fullName(name);
  const reference = readReference(name);
  if (reference === null)
    throw new BuildError(
      `ERROR: failed to build: failed to solve: failed to parse stage name "${name}": invalid reference format`,
    );
  const local = engine.findImage(name)?.spec ?? cacheOf(engine).bases.get(full);
  if (local !== undefined && !fresh) return local;
  try {
    const image = await pullImage(call.host, call.process, reference, accessTo(call, reference.registry));
    if (!cacheOf(engine).bases.has(full))
      await call.process.sleep(Math.min(20_000, image.sizeBytes / 20_000));
    cacheOf(engine).bases.set(full, image);
    return image;
  } catch (error) {
    if (!(error instanceof PullError)) throw error;
    const why =
      error.kind === 'not-found'
        ? `${full}: not found`
        : error.kind === 'unauthorized'
          ? 'pull access denied, repository does not exist or may require authorization'
          : `failed to do request: ${error.message}`;
    throw new BuildError(
      `ERROR: failed to build: failed to solve: ${name}: failed to resolve source metadata for ${full}: ${why}`,
    );
  }
}
const pairs = (list: readonly string[]): readonly (readonly [string, string])[] =>
  list.map((entry) => {
    const at = entry.indexOf('=');
    return at < 0 ? ([entry, ''] as const) : ([entry.slice(0, at), entry.slice(at + 1)] as const);
  });

/** What of a call would have to be ignored; null when everything is carried out. */
function notSimulated(options: Options): string | null {
  if (options.has('push')) return '--push';
  const platform = options.value('platform') ?? OWN_PLATFORM;
  if (platform !== OWN_PLATFORM) return `--platform ${platform} (its hosts are ${OWN_PLATFORM})`;
  const network = options.value('network') ?? 'default';
  if (network !== 'default' && network !== 'host') return `--network ${network}`;
  const load = options.value('load') ?? '';
  if (load !== '' && load !== 'true') return `--load=${load}`;
  const progress = options.value('progress') ?? 'auto';
  return ['auto', 'plain', 'quiet'].includes(progress) ? null : `--progress ${progress}`;
}
/** A build that failed, as the command says it. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof BuildError)) return error;
  return new Refusal(
    /(^|\n)ERROR: /.test(error.message)
      ? error.message
      : `ERROR: failed to build: failed to solve: ${error.message}`,
  );
}
function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refusalOf(error);
  }
}
/** The plain driver makes no attestations, and says so. */
function wantsAttestation(options: Options): boolean {
  return ['provenance', 'sbom'].some((name) => options.has(name) && options.value(name) !== 'false');
}

export const build: Verb = (call, args) =>
  withDockerOptions(
    call,
    'build',
    args,
    {
      flags: 'q',
      values: 'tf',
      long: [
        'tag=',
        'file=',
        'build-arg=',
        'no-cache',
        'pull',
        'quiet',
        'progress=',
        'target=',
        'label=',
        'platform=',
        'push',
        'load',
        'load=',
        'provenance=',
        'sbom=',
        'network=',
        'rm',
        'force-rm',
        'rm=',
        'iidfile=',
        'pull=',
      ],
    },
    async (options) => {
      const engine = daemon(call, 'v1.51/build');
      const { process } = call;
      const [given] = options.operands;
      if (given === undefined || options.operands.length > 1)
        throw new Refusal(
          "ERROR: docker: 'docker buildx build' requires 1 argument\n\nUsage:  docker buildx build [OPTIONS] PATH | URL | -\n\nRun 'docker buildx build --help' for more information",
        );
      if (given === '-' || /^(https?|git):/.test(given)) return process.refuse(`a context like ${given}`);
      const refused = notSimulated(options);
      if (refused !== null) return process.refuse(`build ${refused}`);
      if (wantsAttestation(options))
        throw new Refusal(
          'ERROR: failed to build: Attestation is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, and try again.\nLearn more at https://docs.docker.com/go/attestations/',
        );
      const directory = process.path(given);
      if (process.view.peek(directory)?.kind !== 'directory')
        throw new Refusal(`ERROR: failed to build: unable to prepare context: path "${given}" not found`);
      const fileOption = options.value('f', 'file');
      const path =
        fileOption === undefined ? `${directory.replace(/\/$/, '')}/Dockerfile` : process.path(fileOption);
      const fileName = (fileOption ?? 'Dockerfile').split('/').at(-1) ?? 'Dockerfile';
      if (process.view.peek(path)?.kind !== 'file')
        throw new Refusal(
          `ERROR: failed to build: failed to solve: failed to read dockerfile: open ${fileName}: no such file or directory`,
        );
      const names = [...options.all('t'), ...options.all('tag')].map((name) => {
        const reference = readReference(name);
        if (reference === null)
          throw new Refusal(`ERROR: failed to build: invalid tag "${name}": invalid reference format`);
        return `${reference.familiar}:${reference.tag}`;
      });
      const quiet = options.has('q', 'quiet') || options.value('progress') === 'quiet';
      const say = async (text: string) => {
        if (!quiet) await process.err(text);
      };
      const text = process.view.readText(path);
      const ownIgnore = `${path}.dockerignore`;
      const context = inWords(() =>
        readContext(
          process,
          directory,
          process.view.peek(ownIgnore) === undefined
            ? `${directory.replace(/\/$/, '')}/.dockerignore`
            : ownIgnore,
        ),
      );
      const around: Around = { host: call.host, net: buildNet(call) };
      await say(
        `#0 building with "default" instance using docker driver\n\n#1 [internal] load build definition from ${fileName}\n#1 transferring dockerfile: ${Buffer.byteLength(text)}B done\n#1 DONE 0.0s\n\n#2 [internal] load .dockerignore\n#2 DONE 0.0s\n\n#3 [internal] load build context\n#3 transferring context: ${treeBytes(context)}B done\n#3 DONE 0.1s\n\n`,
      );
      let image: ImageSpec;
      try {
        const pulled = new Map<string, ImageSpec>();
        image = await new Builder(
          {
            instructions: parseDockerfile(text),
            text,
            fileName,
            context,
            buildArgs: new Map(
              pairs(options.all('build-arg')).map(([name, value]) => [
                name,
                value === '' ? (process.env.get(name) ?? '') : value,
              ]),
            ),
            labels: Object.fromEntries(pairs(options.all('label'))),
            target: options.value('target') ?? null,
            noCache: options.has('no-cache'),
          },
          {
            around,
            signal: process.signal,
            pull: async (name) => {
              const based = pulled.get(name) ?? (await base(call, engine, name, options.has('pull')));
              pulled.set(name, based);
              return based;
            },
            say,
            cache: cacheOf(engine).trees,
            now: new Date(call.host.machine.now()).toISOString(),
          },
        ).build();
      } catch (error) {
        throw refusalOf(error);
      }
      // The same content is the same image, made when it was made first.
      const kept = engine.images.find(({ spec }) => spec.id === image.id)?.spec ?? image;
      for (const name of names) {
        engine.addImage(name, kept);
        engine.events.image(`sha256:${kept.id}`, 'tag', name);
      }
      if (names.length === 0) engine.addImage(`sha256:${kept.id}`, kept).names.clear();
      await say(
        `#9 writing image sha256:${kept.id} done\n${names.map((name) => `#9 naming to ${name} done\n`).join('')}#9 DONE 0.2s\n`,
      );
      const idFile = options.value('iidfile');
      if (idFile !== undefined) process.view.write(process.path(idFile), `sha256:${kept.id}`);
      if (quiet) await process.out(`sha256:${kept.id}\n`);
      return 0;
    },
  );
