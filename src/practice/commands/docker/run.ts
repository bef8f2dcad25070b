/** docker run and docker create. */
import { randomBytes } from 'node:crypto';
import type { Container } from '../../docker/container.js';
import type { ContainerSpec, MountSpec, PortSpec } from '../../docker/types.js';
import { EngineError } from '../../docker/types.js';
import { Waiters } from '../../kernel/pipe.js';
import { commandWords } from '../../model/unit-process.js';
import type { Options } from '../options.js';
import { daemon, Refusal, withDockerOptions, type Call } from './call.js';
import type { Verb } from './containers.js';
import { pullInto } from './images.js';

const LEFT = ['amazing', 'bold', 'calm', 'eager', 'gentle', 'happy', 'keen', 'quiet', 'brave', 'vivid'];
const RIGHT = [
  'banach',
  'curie',
  'darwin',
  'euler',
  'fermat',
  'gauss',
  'hopper',
  'lovelace',
  'turing',
  'wozniak',
];

/** `[address:]host:container[/protocol]`. @throws Refusal */
export function readPort(text: string): PortSpec {
  const match = /^(?:(\d+(?:\.\d+){3}):)?(?:(\d+):)?(\d+)(?:\/(tcp|udp))?$/.exec(text);
  if (match === null) throw new Refusal(`docker: invalid reference format: invalid publish: ${text}`, 125);
  const [, address = '', host, container = '', protocol = 'tcp'] = match;
  return {
    address,
    hostPort: host === undefined ? 32_768 + Math.floor(Math.random() * 2000) : Number(host),
    containerPort: Number(container),
    protocol,
  };
}
/** `-v source:target[:options]`. */
export function readBind(call: Pick<Call, 'process'>, text: string): MountSpec {
  const [first = '', second, options = ''] = text.split(':');
  if (second === undefined)
    return {
      type: 'volume',
      source: randomBytes(32).toString('hex'),
      target: first,
      readOnly: false,
      mustExist: false,
    };
  const bind = /^[./~]/.test(first);
  return {
    type: bind ? 'bind' : 'volume',
    source: bind ? call.process.path(first).replace(/(.)\/$/, '$1') : first,
    target: second,
    readOnly: options.split(',').includes('ro'),
    mustExist: false,
  };
}
function readMount(call: Call, text: string): MountSpec {
  const fields = new Map(
    text.split(',').map((part) => {
      const [key = '', value = 'true'] = part.split(/=(.*)/s);
      return [key, value] as const;
    }),
  );
  const bind = (fields.get('type') ?? 'volume') === 'bind';
  const source = fields.get('source') ?? fields.get('src') ?? randomBytes(32).toString('hex');
  return {
    type: bind ? 'bind' : 'volume',
    source: bind ? call.process.path(source) : source,
    target: fields.get('target') ?? fields.get('dst') ?? fields.get('destination') ?? '/mnt',
    readOnly: fields.has('readonly') || fields.has('ro'),
    mustExist: bind,
  };
}

const SPEC = {
  flags: 'ditP',
  values: 'evpwulhmc',
  long: [
    'detach',
    'interactive',
    'tty',
    'rm',
    'name=',
    'env=',
    'env-file=',
    'volume=',
    'mount=',
    'publish=',
    'publish-all',
    'workdir=',
    'user=',
    'network=',
    'net=',
    'network-alias=',
    'restart=',
    'label=',
    'hostname=',
    'entrypoint=',
    'privileged',
    'pull=',
    'memory=',
    'cpus=',
    'init',
    'log-driver=',
    'log-opt=',
    'quiet',
    'read-only',
    'cap-add=',
    'cap-drop=',
    'add-host=',
    'platform=',
    'tmpfs=',
    'security-opt=',
    'no-healthcheck',
    'shm-size=',
    'ulimit=',
    'dns=',
    'pid=',
    'gpus=',
    'stop-timeout=',
  ],
  stopAtOperand: true,
} as const;

async function create(call: Call, options: Options): Promise<Container> {
  const engine = daemon(call, 'v1.51/containers/create');
  const [image = '', ...words] = options.operands;
  if (image === '')
    throw new Refusal(
      "docker: 'docker run' requires at least 1 argument\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'docker run --help' for more information",
      125,
    );
  const pull = options.value('pull') ?? 'missing';
  if (engine.findImage(image) === undefined || pull === 'always') {
    if (pull === 'never') throw new EngineError(`No such image: ${image}`);
    if (engine.findImage(image) === undefined)
      await call.process.err(
        `Unable to find image '${image.includes(':') ? image : `${image}:latest`}' locally\n`,
      );
    if ((await pullInto(call, image, options.has('quiet'), true)) !== 0) throw new Refusal('', 125);
  }
  const spec = engine.findImage(image)?.spec;
  if (spec === undefined) throw new EngineError(`No such image: ${image}`);
  const all = (short: string, long: string) => [...options.all(short), ...options.all(long)];
  const network = options.value('network', 'net') ?? 'bridge';
  const entrypoint = options.value('entrypoint');
  const name =
    options.value('name') ??
    `${LEFT[Math.floor(Math.random() * LEFT.length)] ?? 'calm'}_${RIGHT[Math.floor(Math.random() * RIGHT.length)] ?? 'euler'}${Math.floor(Math.random() * 90) + 10}`;
  const [policy = 'no', max = '0'] = (options.value('restart') ?? 'no').split(':');
  if (!['no', 'always', 'unless-stopped', 'on-failure'].includes(policy))
    throw new Refusal(
      `docker: invalid restart policy: unknown policy '${policy}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
      125,
    );
  const files = options.all('env-file').flatMap((path) =>
    call.process.view
      .readText(call.process.path(path))
      .split('\n')
      .filter((line) => line.includes('=') && !line.startsWith('#')),
  );
  const made: ContainerSpec = {
    name,
    image,
    entrypoint: entrypoint === undefined ? spec.entrypoint : commandWords(entrypoint),
    command: words.length > 0 || entrypoint !== undefined ? words : spec.command,
    env: [
      ...files,
      ...all('e', 'env').map((entry) =>
        entry.includes('=') ? entry : `${entry}=${call.process.env.get(entry) ?? ''}`,
      ),
    ],
    labels: Object.fromEntries(
      all('l', 'label')
        .map((label) => label.split(/=(.*)/s).slice(0, 2))
        .map(([key = '', value = '']) => [key, value]),
    ),
    ports: all('p', 'publish').map(readPort),
    mounts: [
      ...all('v', 'volume').map((text) => readBind(call, text)),
      ...options.all('mount').map((text) => readMount(call, text)),
    ],
    networks: [{ name: network, aliases: options.all('network-alias') }],
    restart: { name: policy, max: Number(max) },
    logging: {
      driver: options.value('log-driver') ?? engine.config?.logDriver ?? 'json-file',
      options: Object.fromEntries(
        options
          .all('log-opt')
          .map((entry) => entry.split(/=(.*)/s))
          .map(([key = '', value = '']) => [key, value]),
      ),
    },
    workdir: options.value('w', 'workdir') ?? spec.workdir,
    user: options.value('u', 'user') ?? spec.user,
    hostname: options.value('h', 'hostname') ?? randomBytes(6).toString('hex'),
    autoRemove: options.has('rm'),
    health: options.has('no-healthcheck') ? null : spec.health,
  };
  return engine.create(made);
}
/** Failures of the daemon end `docker run` with 125. */
async function asDocker<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof EngineError)
      throw new Refusal(
        `docker: Error response from daemon: ${error.message}\n\nRun 'docker run --help' for more information`,
        125,
      );
    throw error;
  }
}

export const createVerb: Verb = (call, args) =>
  withDockerOptions(call, 'create', args, SPEC, async (options) => {
    const container = await create(call, options);
    await call.process.out(`${container.id}\n`);
    return 0;
  });

export const run: Verb = (call, args) =>
  withDockerOptions(call, 'run', args, SPEC, async (options) => {
    if (options.has('t', 'tty') && options.has('i', 'interactive') && !call.process.tty) {
      daemon(call);
      throw new Refusal('the input device is not a TTY');
    }
    const container = await asDocker(() => create(call, options));
    if (options.has('d', 'detach')) {
      await asDocker(() => call.process.until(call.engine.start(container)));
      await call.process.out(`${container.id}\n`);
      return 0;
    }
    return attach(call, container, () => asDocker(() => call.engine.start(container)));
  });

/** Starts a container and shows its output until it ends. */
async function attach(call: Call, container: Container, start: () => Promise<void>): Promise<number> {
  const wake = new Waiters();
  const listener = () => wake.wake();
  container.onLog.add(listener);
  let over = false;
  let seen = 0;
  const print = async () => {
    while (seen < container.lines.length) {
      const line = container.lines[seen];
      seen += 1;
      if (line === undefined) continue;
      if (line.stream === 'stderr') await call.process.err(`${line.text}\n`);
      else await call.process.out(`${line.text}\n`);
    }
  };
  call.process.onSignal = () => {
    void call.engine.kill(container, 'KILL');
    return true;
  };
  try {
    await start();
    const { running } = container;
    if (running === null) over = true;
    else
      void running.ended.then(() => {
        over = true;
        wake.wake();
      });
    while (!over) {
      await print();
      if (!over) await wake.wait(call.process.signal);
    }
    await print();
    // The engine takes note of the end in its own time.
    while (container.running !== null) await call.process.sleep(1);
    return container.exitCode;
  } finally {
    container.onLog.delete(listener);
    call.process.onSignal = null;
  }
}
