/** docker compose: config, up, down, ps, ls, logs, exec, start, stop, restart, rm, pull, port, images, version. */
import { composeVersion, daemon, table, withDockerOptions, type Call } from '../commands/docker/call.js';
import { execIn, type Verb } from '../commands/docker/containers.js';
import { pullInto } from '../commands/docker/images.js';
import { portsText } from '../docker/describe.js';
import type { Container } from '../docker/container.js';
import { EngineError } from '../docker/types.js';
import { OptionError, readOptions } from '../commands/options.js';
import { chosen, down, ofProject, serviceOf, stopAll, up } from './actions.js';
import { ComposeError } from './compose-error.js';
import { config, load, logsSub, ls, psSub, type Given, type Sub } from './show.js';

const upSub: Sub = (call, given, args) =>
  withDockerOptions(
    call,
    'compose up',
    args,
    {
      flags: 'dyV',
      values: 't',
      long: [
        'detach',
        'force-recreate',
        'no-recreate',
        'remove-orphans',
        'no-start',
        'no-deps',
        'build',
        'pull=',
        'quiet-pull',
        'wait',
        'wait-timeout=',
        'timeout=',
        'no-build',
        'renew-anon-volumes',
        'scale=',
        'yes',
      ],
    },
    async (options) => {
      const project = await load(call, given);
      daemon(call);
      if (!options.has('d', 'detach', 'wait', 'no-start'))
        return call.process.refuse('compose up without -d');
      await up(call, project, options.operands, {
        forceRecreate: options.has('force-recreate'),
        noRecreate: options.has('no-recreate'),
        removeOrphans: options.has('remove-orphans'),
        noStart: options.has('no-start'),
        deep: !options.has('no-deps'),
        pull: options.value('pull') ?? 'missing',
      });
      if (!options.has('wait')) return 0;
      const limit = call.host.machine.now() + Number(options.value('wait-timeout') ?? 300) * 1000;
      for (const one of ofProject(call, project.name)) {
        while (one.health === 'starting' && call.host.machine.now() < limit) await call.process.sleep(500);
        if (one.status !== 'running' || one.health === 'unhealthy')
          throw new ComposeError(
            `container ${one.name} ${one.status === 'running' ? 'is unhealthy' : `exited (${one.exitCode})`}`,
          );
        await call.process.err(` Container ${one.name}  Healthy\n`);
      }
      return 0;
    },
  );
const downSub: Sub = (call, given, args) =>
  withDockerOptions(
    call,
    'compose down',
    args,
    { flags: 'v', values: 't', long: ['volumes', 'remove-orphans', 'rmi=', 'timeout='] },
    async (options) => {
      const project = await load(call, given);
      daemon(call);
      await down(call, project, {
        volumes: options.has('v', 'volumes'),
        images: options.has('rmi'),
        orphans: options.has('remove-orphans'),
      });
      return 0;
    },
  );
/** Something for each container of the chosen services. */
const forServices =
  (name: string, act: (call: Call, container: Container) => Promise<string>): Sub =>
  (call, given, args) =>
    withDockerOptions(
      call,
      `compose ${name}`,
      args,
      { flags: 'fsv', values: 't', long: ['force', 'stop', 'volumes', 'timeout=', 'no-deps'] },
      async (options) => {
        const project = await load(call, given);
        daemon(call);
        const services = chosen(project, options.operands, false).map((one) => one.name);
        const containers = ofProject(call, project.name).filter((one) => services.includes(serviceOf(one)));
        if (containers.length === 0 && name === 'start')
          throw new ComposeError(`service "${services[0] ?? ''}" has no container to start`);
        for (const one of containers)
          await call.process.err(` Container ${one.name}  ${await act(call, one)}\n`);
        return 0;
      },
    );
const execSub: Sub = (call, given, args) =>
  withDockerOptions(
    call,
    'compose exec',
    args,
    {
      flags: 'Tdit',
      values: 'euw',
      long: ['no-TTY', 'env=', 'user=', 'workdir=', 'index='],
      stopAtOperand: true,
    },
    async (options) => {
      const project = await load(call, given);
      daemon(call);
      const [name = '', ...words] = options.operands;
      chosen(project, [name], false);
      const container = ofProject(call, project.name).find(
        (one) => serviceOf(one) === name && one.status === 'running',
      );
      if (container === undefined) throw new ComposeError(`service "${name}" is not running`);
      return execIn(call, container, words, {
        env: [...options.all('e'), ...options.all('env')],
        input: true,
        tty: call.process.tty && !options.has('T', 'no-TTY'),
      });
    },
  );
const SUBS: Readonly<Record<string, Sub>> = {
  config,
  convert: config,
  up: upSub,
  down: downSub,
  ps: psSub,
  ls,
  logs: logsSub,
  exec: execSub,
  start: forServices('start', async (call, one) => {
    one.stoppedByHand = false;
    await call.process.until(call.engine.start(one));
    return 'Started';
  }),
  restart: forServices('restart', async (call, one) => {
    await call.process.until(call.engine.restart(one));
    return 'Started';
  }),
  rm: forServices('rm', async (call, one) => {
    if (one.status !== 'running') await call.engine.remove(one, true, false);
    return one.status === 'running' ? 'Running' : 'Removed';
  }),
  stop: async (call, given, args) =>
    withDockerOptions(call, 'compose stop', args, { values: 't', long: ['timeout='] }, async (options) => {
      const project = await load(call, given);
      daemon(call);
      await stopAll(call, project, options.operands);
      return 0;
    }),
  pull: async (call, given, args) => {
    const project = await load(call, given);
    for (const service of chosen(
      project,
      args.filter((arg) => !arg.startsWith('-')),
      false,
    )) {
      const status = await pullInto(call, service.image, true, true);
      if (status !== 0) return status;
      await call.process.err(` ${service.name} Pulled \n`);
    }
    return 0;
  },
  images: async (call, given) => {
    const project = await load(call, given);
    daemon(call);
    await call.process.out(
      table([
        ['CONTAINER', 'REPOSITORY', 'IMAGE ID'],
        ...ofProject(call, project.name).map((one) => [one.name, one.spec.image, one.image.id.slice(0, 12)]),
      ]),
    );
    return 0;
  },
  port: async (call, given, args) => {
    const project = await load(call, given);
    const [name = '', port = ''] = args.filter((arg) => !arg.startsWith('-'));
    daemon(call);
    const container = ofProject(call, project.name).find(
      (one) => serviceOf(one) === name && one.status === 'running',
    );
    if (container === undefined) throw new ComposeError(`service "${name}" is not running`);
    const found = container.spec.ports.find((one) => one.containerPort === Number(port));
    if (found === undefined)
      throw new ComposeError(`no port ${port}/tcp for container ${container.name}: ${portsText(container)}`);
    await call.process.out(`${found.address === '' ? '0.0.0.0' : found.address}:${found.hostPort}\n`);
    return 0;
  },
  version: async (call, _given, args) => {
    const short = args.includes('--short');
    await call.process.out(
      short ? `${composeVersion(call.host)}\n` : `Docker Compose version v${composeVersion(call.host)}\n`,
    );
    return 0;
  },
};

/** @throws Refusal, EngineError */
export const compose: Verb = async (call, args) => {
  let options;
  try {
    options = readOptions(args, {
      values: 'fp',
      long: [
        'file=',
        'project-name=',
        'project-directory=',
        'env-file=',
        'profile=',
        'progress=',
        'ansi=',
        'compatibility',
        'version',
        'dry-run',
        'help',
      ],
      stopAtOperand: true,
    });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    await call.process.err(`unknown flag: ${error.option}\n`);
    return 16;
  }
  const [verb = options.has('version') ? 'version' : '', ...rest] = options.operands;
  const run = SUBS[verb];
  if (run === undefined) {
    if (verb === '' || options.has('help')) {
      await call.process.out(
        'Usage:  docker compose [OPTIONS] COMMAND\n\nDefine and run multi-container applications with Docker\n',
      );
      return 0;
    }
    return call.process.refuse(`docker compose ${verb}`);
  }
  const given: Given = {
    files: [...options.all('f'), ...options.all('file')],
    directory: options.value('project-directory') ?? null,
    name: options.value('p', 'project-name') ?? null,
  };
  try {
    return await run(call, given, rest);
  } catch (error) {
    if (error instanceof ComposeError) {
      if (error.message !== '') await call.process.err(`${error.message}\n`);
      return 1;
    }
    if (error instanceof EngineError) {
      await call.process.err(`Error response from daemon: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
};
