/** docker pull, push, images, tag, rmi, load, save. */
import { humanSize, ago } from './call.js';
import { daemon, Refusal, withDockerOptions, type Call } from './call.js';
import { EngineError } from '../../docker/types.js';
import { packImages, readReference, unpackImages } from '../../images/spec.js';
import { PullError, pullImage, pushImage, type RegistryAccess } from '../../images/pull.js';
import { formatted, type Verb } from './containers.js';
import { loginFor } from './login.js';

/** How a registry is spoken to from this host. */
export function accessTo(call: Call, registry: string): RegistryAccess {
  const insecure =
    call.engine.config?.insecureRegistries.includes(registry) === true ||
    registry.startsWith('127.') ||
    /^localhost(:|$)/.test(registry);
  return { insecure, login: loginFor(call, registry) };
}

/** Pulls and says so. Gives the exit status. */
export async function pullInto(call: Call, name: string, quiet: boolean, onStderr = false): Promise<number> {
  const engine = daemon(call, 'v1.51/images/create');
  const reference = readReference(name);
  const say = (text: string) => (onStderr ? call.process.err(text) : call.process.out(text));
  if (reference === null)
    throw new Refusal(
      /[A-Z]/.test(name)
        ? `invalid reference format: repository name (${name.split(':')[0] ?? ''}) must be lowercase`
        : 'invalid reference format',
    );
  const full = `${reference.familiar}:${reference.tag}`;
  if (!quiet) {
    if (!/:[^/]+$/.test(name) && reference.digest === null && !onStderr)
      await say('Using default tag: latest\n');
    await say(`${reference.tag}: Pulling from ${reference.repository}\n`);
  }
  try {
    const image = await pullImage(call.host, call.process, reference, accessTo(call, reference.registry));
    const known = engine.images.some(({ spec }) => spec.id === image.id);
    const layer = image.digest.slice(0, 12);
    if (!known) {
      if (!quiet) await say(`${layer}: Pulling fs layer\n`);
      await call.process.sleep(Math.min(20_000, image.sizeBytes / 10_000));
      if (!quiet) await say(`${layer}: Download complete\n${layer}: Pull complete\n`);
    }
    engine.addImage(full, image);
    engine.events.image(full, 'pull', reference.familiar);
    if (!quiet)
      await say(
        `Digest: sha256:${image.digest}\nStatus: ${known ? `Image is up to date for ${full}` : `Downloaded newer image for ${full}`}\n`,
      );
    if (!onStderr)
      await call.process.out(
        `${reference.registry === 'docker.io' ? `docker.io/${reference.repository}:${reference.tag}` : full}\n`,
      );
    return 0;
  } catch (error) {
    if (!(error instanceof PullError)) throw error;
    await call.process.err(
      `${onStderr ? 'docker: ' : ''}Error response from daemon: ${error.message}\n${onStderr ? "\nRun 'docker run --help' for more information\n" : ''}`,
    );
    return 1;
  }
}
export const pull: Verb = (call, args) =>
  withDockerOptions(
    call,
    'pull',
    args,
    { flags: 'qa', long: ['quiet', 'all-tags', 'platform='] },
    (options) => pullInto(call, options.operands[0] ?? '', options.has('q', 'quiet')),
  );

export const push: Verb = (call, args) =>
  withDockerOptions(call, 'push', args, { flags: 'qa', long: ['quiet', 'all-tags'] }, async (options) => {
    const engine = daemon(call, 'v1.51/images/push');
    const [name = ''] = options.operands;
    const reference = readReference(name);
    if (reference === null) throw new Refusal('invalid reference format');
    const quiet = options.has('q', 'quiet');
    if (!quiet)
      await call.process.out(
        `The push refers to repository [${reference.familiar.includes('/') && reference.registry !== 'docker.io' ? reference.familiar : `docker.io/${reference.repository}`}]\n`,
      );
    const stored = engine.findImage(name);
    if (stored === undefined)
      throw new Refusal(`An image does not exist locally with the tag: ${reference.familiar}`);
    try {
      await pushImage(call.host, call.process, reference, accessTo(call, reference.registry), stored.spec);
    } catch (error) {
      if (!(error instanceof PullError)) throw error;
      throw new Refusal(error.message);
    }
    engine.events.image(`${reference.familiar}:${reference.tag}`, 'push', reference.familiar);
    const layer = stored.spec.digest.slice(0, 12);
    if (!quiet) await call.process.out(`${layer}: Preparing\n`);
    await call.process.sleep(Math.min(10_000, stored.spec.sizeBytes / 20_000));
    if (!quiet)
      await call.process.out(
        `${layer}: Pushed\n${reference.tag}: digest: sha256:${stored.spec.digest} size: 1234\n`,
      );
    else await call.process.out(`${reference.familiar}:${reference.tag}\n`);
    return 0;
  });

export const images: Verb = (call, args) =>
  withDockerOptions(
    call,
    'images',
    args,
    { flags: 'aq', values: 'f', long: ['all', 'quiet', 'format=', 'filter=', 'no-trunc', 'digests'] },
    async (options) => {
      const engine = daemon(call, 'v1.51/images/json');
      const [given] = options.operands;
      const wanted = given === undefined ? null : readReference(given);
      const rows = engine.images.flatMap(({ spec, names }) =>
        (names.size === 0 ? ['<none>:<none>'] : [...names]).map((name) => {
          const at = name.lastIndexOf(':');
          return {
            ID: options.has('no-trunc') ? `sha256:${spec.id}` : spec.id.slice(0, 12),
            Repository: name.slice(0, at),
            Tag: name.slice(at + 1),
            Digest: `sha256:${spec.digest}`,
            CreatedSince: `${ago(call.host.machine.now() - Date.parse(spec.createdAt))} ago`,
            CreatedAt: spec.createdAt,
            Size: humanSize(spec.sizeBytes),
          };
        }),
      );
      const chosen = rows.filter(
        (row) =>
          wanted === null ||
          (row.Repository === wanted.familiar &&
            (given?.includes(`:${row.Tag}`) === true || !/:[^/]+$/.test(given ?? ''))),
      );
      if (options.has('q', 'quiet')) {
        for (const id of new Set(chosen.map((row) => row.ID))) await call.process.out(`${id}\n`);
        return 0;
      }
      await call.process.out(
        formatted(options.value('format'), chosen, {
          Repository: 'REPOSITORY',
          Tag: 'TAG',
          ID: 'IMAGE ID',
          CreatedSince: 'CREATED',
          Size: 'SIZE',
        }),
      );
      return 0;
    },
  );

export const tag: Verb = async (call, args) => {
  const engine = daemon(call);
  const [from = '', to = ''] = args;
  const stored = engine.findImage(from);
  if (stored === undefined) throw new EngineError(`No such image: ${from}`);
  const reference = readReference(to);
  if (reference === null)
    throw new Refusal(
      `Error parsing reference: "${to}" is not a valid repository/tag: invalid reference format`,
    );
  const full = `${reference.familiar}:${reference.tag}`;
  engine.addImage(full, stored.spec);
  engine.events.image(`sha256:${stored.spec.id}`, 'tag', full);
  return 0;
};

export const rmi: Verb = (call, args) =>
  withDockerOptions(call, 'rmi', args, { flags: 'f', long: ['force', 'no-prune'] }, async (options) => {
    const engine = daemon(call);
    let status = 0;
    for (const name of options.operands) {
      const stored = engine.findImage(name);
      const reference = readReference(name);
      const full = reference === null ? name : `${reference.familiar}:${reference.tag}`;
      if (stored === undefined) {
        await call.process.err(`Error response from daemon: No such image: ${full}\n`);
        status = 1;
        continue;
      }
      const users = engine.containers.filter((one) => one.image.id === stored.spec.id);
      const [user] = users;
      const named = stored.names.has(full);
      if (
        user !== undefined &&
        (stored.names.size <= 1 || !named) &&
        !(options.has('f', 'force') && user.status !== 'running')
      ) {
        await call.process.err(
          user.status === 'running'
            ? `Error response from daemon: conflict: unable to remove repository reference "${name}" (must force) - container ${user.shortId} is using its referenced image ${stored.spec.id.slice(0, 12)}\n`
            : `Error response from daemon: conflict: unable to remove repository reference "${name}" (must force) - container ${user.shortId} is using its referenced image ${stored.spec.id.slice(0, 12)}\n`,
        );
        status = 1;
        continue;
      }
      const gone = named ? [full] : [...stored.names];
      for (const one of gone) {
        stored.names.delete(one);
        engine.events.image(`sha256:${stored.spec.id}`, 'untag', `sha256:${stored.spec.id}`);
        await call.process.out(`Untagged: ${one}\n`);
      }
      if (stored.names.size === 0) {
        engine.dropImage(stored);
        engine.events.image(`sha256:${stored.spec.id}`, 'delete', `sha256:${stored.spec.id}`);
        await call.process.out(`Deleted: sha256:${stored.spec.id}\n`);
      }
    }
    return status;
  });

export const load: Verb = (call, args) =>
  withDockerOptions(
    call,
    'load',
    args,
    { flags: 'q', values: 'i', long: ['quiet', 'input=', 'platform='] },
    async (options) => {
      const engine = daemon(call);
      const path = options.value('i', 'input');
      let bytes: Buffer;
      if (path === undefined) bytes = await call.process.readAll(0);
      else {
        if (call.process.view.peek(call.process.path(path)) === undefined)
          throw new Refusal(`open ${path}: no such file or directory`);
        bytes = call.process.view.readBytes(call.process.path(path));
      }
      const found = unpackImages(bytes);
      if (found === null) throw new EngineError('archive/tar: invalid tar header');
      for (const { name, image } of found) {
        await call.process.sleep(Math.min(4_000, image.sizeBytes / 100_000));
        engine.addImage(name, image);
        engine.events.image(`sha256:${image.id}`, 'load', `sha256:${image.id}`);
        await call.process.out(`Loaded image: ${name}\n`);
      }
      return 0;
    },
  );
export const save: Verb = (call, args) =>
  withDockerOptions(call, 'save', args, { values: 'o', long: ['output='] }, async (options) => {
    const engine = daemon(call);
    const packed = options.operands.map((name) => {
      const stored = engine.findImage(name);
      if (stored === undefined) throw new EngineError(`No such image: ${name}`);
      return { name, image: stored.spec };
    });
    const bytes = packImages(packed, Buffer.alloc(0));
    const path = options.value('o', 'output');
    if (path === undefined) await call.process.out(bytes);
    else call.process.view.write(call.process.path(path), bytes);
    return 0;
  });
