/** gitlab-runner: register, list, verify, unregister, status, run. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { OptionError, readOptions, type Options } from '../commands/options.js';
import { fetchFrom, NoAnswer } from '../web/fetch.js';
import { readRunners, RUNNER_VERSION, section } from './runner-config.js';
import { takeJobs } from './runner-jobs.js';

const SYSTEM_CONFIG = '/etc/gitlab-runner/config.toml';

type Asked =
  | { readonly kind: 'valid'; readonly id: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable'; readonly why: string };
async function ask(host: Host, process: Process, url: string, token: string): Promise<Asked> {
  const target = URL.parse('/api/v4/runners/verify', url);
  if (target === null) return { kind: 'unreachable', why: `parse "${url}": invalid URI for request` };
  try {
    const response = await fetchFrom(host, process, {
      method: 'POST',
      url: target,
      headers: new Map([['content-type', 'application/json']]),
      body: Buffer.from(JSON.stringify({ token })),
      resolve: new Map(),
      insecure: false,
      authorities: [],
      connectTimeoutMs: 20_000,
      timeoutMs: 20_000,
    });
    if (response.status !== 200) return { kind: 'refused' };
    const body: unknown = JSON.parse(response.body.toString('utf8'));
    const id = typeof body === 'object' && body !== null && 'id' in body ? Number(body.id) : 0;
    return { kind: 'valid', id };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'unreachable', why: 'decoding json payload' };
    if (!(error instanceof NoAnswer)) throw error;
    return { kind: 'unreachable', why: `Post "${target.href}": ${error.message}` };
  }
}
const short = (token: string) => token.replace(/^glrt-/, '').slice(0, 9);
const line = (level: string, words: string, fields: string) =>
  `${level === '' ? '' : `${level}: `}${words.padEnd(52)}${fields}\n`;

async function register(host: Host, process: Process, options: Options): Promise<number> {
  const setting = (name: string, variable: string) => options.value(name) ?? process.env.get(variable);
  const url = setting('url', 'CI_SERVER_URL') ?? '';
  const token = setting('token', 'CI_SERVER_TOKEN') ?? '';
  const old = setting('registration-token', 'REGISTRATION_TOKEN');
  const executor = setting('executor', 'RUNNER_EXECUTOR') ?? '';
  const name =
    setting('name', 'RUNNER_NAME') ?? setting('description', 'RUNNER_DESCRIPTION') ?? host.machine.hostname;
  if (!options.has('n', 'non-interactive')) return process.refuse('asking questions; give --non-interactive');
  await process.err(
    `Runtime platform${' '.repeat(36)}arch=amd64 os=linux pid=${process.pid} revision=1ed1a7b6 version=${RUNNER_VERSION}\nRunning in ${process.credentials.uid === 0 ? 'system' : 'user'}-mode.\n\n`,
  );
  if (old !== undefined && token === '') {
    await process.err(line('ERROR', 'Registering runner... failed', `runner=${short(old)} status=410 Gone`));
    await process.err('PANIC: Failed to register the runner.\n');
    return 1;
  }
  if (url === '' || token === '') {
    await process.err(`FATAL: Required flag ${url === '' ? 'url' : 'token'} not set\n`);
    return 1;
  }
  if (token.startsWith('glrt-')) {
    const fixed = [
      'tag-list',
      'run-untagged',
      'locked',
      'access-level',
      'maximum-timeout',
      'paused',
      'maintenance-note',
    ].filter((one) => options.has(one));
    if (fixed.length > 0) {
      await process.err(
        `FATAL: Runner configuration other than name and executor configuration is reserved (specifically --locked, --access-level, --run-untagged, --maximum-timeout, --paused, --tag-list, and --maintenance-note) and cannot be specified when registering with a runner authentication token. This configuration is specified on the GitLab server. Please try again without specifying any of those arguments.\n`,
      );
      return 1;
    }
  }
  const asked = await ask(host, process, url, token);
  if (asked.kind === 'refused') {
    await process.err(line('ERROR', 'Verifying runner... is not valid', `runner=${short(token)}`));
    await process.err('PANIC: Failed to verify the runner.\n');
    return 1;
  }
  if (asked.kind === 'unreachable') {
    await process.err(
      line(
        'ERROR',
        'Verifying runner... failed',
        `runner=${short(token)} status=couldn't execute POST against ${url}: ${asked.why}`,
      ),
    );
    await process.err('PANIC: Failed to verify the runner.\n');
    return 1;
  }
  await process.err(line('', 'Verifying runner... is valid', `runner=${short(token)}`));
  if (
    ![
      'shell',
      'docker',
      'ssh',
      'kubernetes',
      'custom',
      'instance',
      'docker-windows',
      'docker-autoscaler',
      'virtualbox',
      'parallels',
      'docker+machine',
    ].includes(executor)
  ) {
    await process.err(`ERROR: Invalid executor specified\nPANIC: Invalid executor specified: ${executor}\n`);
    return 1;
  }
  const path = configPath(process, options);
  const before =
    process.view.peek(path) === undefined
      ? 'concurrent = 1\ncheck_interval = 0\nshutdown_timeout = 0\n\n[session_server]\n  session_timeout = 1800\n'
      : process.view.readText(path);
  process.view.write(path, before + section({ name, url, token, executor }, asked.id, host.machine.now()), {
    mode: 0o600,
  });
  process.view.chmod(path, 0o600);
  await process.err(
    "Runner registered successfully. Feel free to start it, but if it's running already the config should be automatically reloaded!\n \n",
  );
  await process.err(`Configuration (with the authentication token) was saved in "${path}" \n`);
  // A service that runs already reads its configuration again.
  host.world.gitlab.wake();
  host.journal.write(
    'gitlab-runner.service',
    'gitlab-runner',
    `Configuration loaded${' '.repeat(32)}builds=0 max_builds=1`,
  );
  return 0;
}
function configPath(process: Process, options: Options): string {
  const given = options.value('c', 'config') ?? process.env.get('CONFIG_FILE');
  if (given !== undefined) return process.path(given);
  return process.credentials.uid === 0
    ? SYSTEM_CONFIG
    : `${process.env.get('HOME') ?? ''}/.gitlab-runner/config.toml`;
}

export function gitlabRunner(host: Host): Program {
  return async (process, args) => {
    let options: Options;
    try {
      options = readOptions(args, {
        flags: 'n',
        values: 'curt',
        long: [
          'working-directory=',
          'service=',
          'user=',
          'non-interactive',
          'config=',
          'url=',
          'token=',
          'registration-token=',
          'executor=',
          'name=',
          'description=',
          'tag-list=',
          'run-untagged',
          'run-untagged=',
          'locked',
          'locked=',
          'access-level=',
          'maximum-timeout=',
          'paused',
          'maintenance-note=',
          'all-runners',
          'delete',
          'version',
          'docker-image=',
          'shell=',
        ],
      });
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      await process.err(
        `Incorrect Usage: flag provided but not defined: ${error.option.replace(/^--?/, '-')}\n\nFATAL: flag provided but not defined: ${error.option.replace(/^--?/, '-')}\n`,
      );
      return 1;
    }
    const [verb = ''] = options.operands;
    if (options.has('version')) {
      await process.out(
        `Version:      ${RUNNER_VERSION}\nGit revision: 1ed1a7b6\nGit branch:   18-6-stable\nGO version:   go1.24.6\nOS/Arch:      linux/amd64\n`,
      );
      return 0;
    }
    if (verb === 'register') return register(host, process, options);
    if (verb === 'run') {
      const config = configPath(process, options);
      await process.err(`Starting multi-runner from ${config}...${' '.repeat(12)}builds=0 max_builds=0\n`);
      const configured = () => readRunners(host.volume.text(config) ?? '');
      return takeJobs(host, process, configured, options.value('u', 'user') ?? process.credentials.user);
    }
    const path = configPath(process, options);
    const content = process.view.peek(path) === undefined ? '' : process.view.readText(path);
    const runners = readRunners(content);
    switch (verb) {
      case 'list':
        await process.err(`Listing configured runners${' '.repeat(26)}ConfigFile=${path}\n`);
        for (const one of runners)
          await process.err(
            `${one.name.padEnd(52)}Executor=${one.executor} Token=${one.token} URL=${one.url}\n`,
          );
        return 0;
      case 'verify': {
        let status = 0;
        for (const one of runners) {
          const asked = await ask(host, process, one.url, one.token);
          if (asked.kind === 'valid')
            await process.err(line('', 'Verifying runner... is valid', `runner=${short(one.token)}`));
          else {
            await process.err(
              line(
                'ERROR',
                asked.kind === 'refused' ? 'Verifying runner... is removed' : 'Verifying runner... failed',
                `runner=${short(one.token)}`,
              ),
            );
            status = 1;
          }
        }
        if (status !== 0) await process.err('FATAL: Failed to verify runners\n');
        return status;
      }
      case 'unregister': {
        const wanted = options.has('all-runners')
          ? runners
          : runners.filter(
              (one) => one.name === options.value('name') || one.token === options.value('t', 'token'),
            );
        for (const one of wanted)
          await process.err(
            line('', 'Unregistering runner from GitLab succeeded', `runner=${short(one.token)}`),
          );
        const [head = '', ...rest] = content.split(/^(?=\[\[runners\]\])/m);
        const kept = rest.filter((part) => !wanted.some((one) => part.includes(`"${one.token}"`)));
        process.view.write(path, [head, ...kept].join(''), { mode: 0o600 });
        await process.err(`Updated ${path}\n`);
        return 0;
      }
      case 'status': {
        const active = host.systemd.isActive('gitlab-runner');
        await process.err(`gitlab-runner: Service is ${active ? 'running' : 'not running'}\n`);
        return active ? 0 : 1;
      }
      case 'start':
      case 'stop':
      case 'restart': {
        const unit = host.systemd.find('gitlab-runner.service');
        if (unit === undefined || process.credentials.uid !== 0)
          return process.fail('the --user is not set, or this needs root');
        if (verb !== 'start') await host.systemd.stop(unit);
        if (verb !== 'stop') await host.systemd.start(unit);
        return 0;
      }
      default:
        return process.refuse(verb === '' ? 'being called without a command' : `command ${verb}`);
    }
  };
}
