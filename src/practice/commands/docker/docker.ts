/** The docker command. */
import { compose } from '../../compose/compose.js';
import type { Host } from '../../host.js';
import type { Program } from '../../kernel/kernel.js';
import { OptionError, readOptions, type Options } from '../options.js';
import { engineVersion, explained, makeCall } from './call.js';
import { build } from './build.js';
import * as containers from './containers.js';
import * as images from './images.js';
import { info, version } from './info.js';
import { inspect, network, system, volume } from './objects.js';
import { login, logout } from './login.js';
import { manifest } from './manifest.js';
import { createVerb, run } from './run.js';

const VERBS: Readonly<Record<string, containers.Verb>> = {
  ps: containers.ps,
  start: containers.start,
  stop: containers.stop,
  restart: containers.restart,
  kill: containers.kill,
  rm: containers.rm,
  wait: containers.wait,
  logs: containers.logs,
  exec: containers.exec,
  rename: containers.rename,
  run,
  create: createVerb,
  pull: images.pull,
  push: images.push,
  images: images.images,
  tag: images.tag,
  rmi: images.rmi,
  load: images.load,
  save: images.save,
  build,
  manifest,
  login,
  logout,
  version,
  info,
  inspect: inspect('any'),
  network,
  volume,
  system,
  compose,
};
/** `docker container ls` and the like. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, containers.Verb>>>> = {
  container: { ...VERBS, ls: containers.ps, list: containers.ps, inspect: inspect('container') },
  image: { ...VERBS, ls: images.images, list: images.images, rm: images.rmi, inspect: inspect('image') },
};

export function docker(host: Host): Program {
  return async (process, args) => {
    let options: Options;
    try {
      options = readOptions(args, {
        flags: 'vD',
        values: 'Hlc',
        long: ['version', 'config=', 'host=', 'log-level=', 'context=', 'debug', 'help'],
        stopAtOperand: true,
      });
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      await process.err(
        `unknown flag: ${error.option}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information\n`,
      );
      return 125;
    }
    if (options.has('v', 'version')) {
      await process.out(`Docker version ${engineVersion(host)}, build ecc6942\n`);
      return 0;
    }
    const [verb = '', ...rest] = options.operands;
    if (verb === '' || verb === 'help') {
      await process.out('Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n');
      return 0;
    }
    const call = makeCall(host, process, options.value('config'));
    const group = GROUPS[verb];
    const [second = '', ...words] = rest;
    const found = group === undefined ? VERBS[verb] : group[second];
    if (
      verb === 'compose' &&
      !['docker-compose-plugin', 'docker-compose-v2'].some((name) => host.packages.isInstalled(name))
    ) {
      await process.err("docker: 'compose' is not a docker command.\nSee 'docker --help'\n");
      return 1;
    }
    if (found === undefined) {
      if (
        [
          'buildx',
          'context',
          'events',
          'stats',
          'top',
          'cp',
          'diff',
          'export',
          'import',
          'commit',
          'history',
          'port',
          'update',
          'attach',
          'pause',
          'unpause',
          'swarm',
          'node',
          'service',
          'stack',
          'secret',
          'plugin',
          'search',
          'scout',
          'builder',
          'trust',
          'container',
          'image',
        ].includes(verb)
      )
        return process.refuse(`docker ${[verb, second].join(' ').trim()}`);
      await process.err(
        `docker: unknown command: docker ${verb}\n\nRun 'docker --help' for more information\n`,
      );
      return 1;
    }
    return explained(call, () => found(call, group === undefined ? rest : words));
  };
}
