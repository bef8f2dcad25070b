/** helm: which command does what. */
import { stringify } from 'yaml';
import { OptionError, readOptions, type Options, type OptionSpec } from '../commands/options.js';
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { columns } from '../kubernetes/kubeadm/token.js';
import { connect, KubectlError, type Session } from '../kubernetes/kubectl/call.js';
import { mergeDeep } from '../kubernetes/json.js';
import { ChartError } from './objects.js';
import { HelmError } from './helm-error.js';
import { date, list, namespaceOf, statusText } from './show.js';
import { install, rollback, uninstall, type InstallWords } from './install.js';
import { history, type Release } from './release.js';
import { findChart, repo } from './repositories.js';
import { readValueWords, without } from './values.js';
import { notSimulated } from './verb-options.js';

const SPEC: OptionSpec = {
  flags: 'iAahqd',
  values: 'nfo',
  long: [
    'namespace=',
    'kubeconfig=',
    'kube-context=',
    'values=',
    'set=',
    'set-string=',
    'version=',
    'install',
    'create-namespace',
    'wait',
    'wait=',
    'wait-for-jobs',
    'atomic',
    'timeout=',
    'force-update',
    'no-update',
    'dry-run',
    'dry-run=',
    'reuse-values',
    'reset-values',
    'history-max=',
    'cleanup-on-fail',
    'output=',
    'all',
    'all-namespaces',
    'filter=',
    'short',
    'client',
    'template=',
    'revision=',
    'keep-history',
    'ignore-not-found',
    'no-hooks',
    'skip-crds',
    'include-crds',
    'description=',
    'debug',
    'fail-on-repo-update-fail',
    'deployed',
    'failed',
    'pending',
    'show-resources',
    'force',
    'help',
    'rollback-on-failure',
  ],
};
/** `20m`, `1h30m`, `90s`. */
function secondsOf(text: string | undefined): number {
  const found = [...(text ?? '5m0s').matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
  if (found.length === 0)
    throw new HelmError(
      `invalid argument "${text ?? ''}" for "--timeout" flag: time: invalid duration "${text ?? ''}"`,
    );
  return found.reduce(
    (sum, [, number, unit]) => sum + Number(number) * ({ h: 3600, m: 60, s: 1 }[unit ?? 's'] ?? 1),
    0,
  );
}
async function login(host: Host, process: Process, options: Options): Promise<Session> {
  try {
    return await connect({ host, process, options });
  } catch (error) {
    if (error instanceof KubectlError)
      throw new HelmError(`Kubernetes cluster unreachable: ${error.message.replace(/^error: /, '')}`);
    throw error;
  }
}
function words(process: Process, options: Options): InstallWords {
  const sets = [
    ...options.all('set').map((one) => [one, false] as const),
    ...options.all('set-string').map((one) => [one, true] as const),
  ];
  return {
    values: readValueWords(process, { files: [...options.all('f'), ...options.all('values')], sets }),
    wait: options.has('wait') && options.value('wait') !== 'false',
    seconds: secondsOf(options.value('timeout')),
    createNamespace: options.has('create-namespace'),
    reuse: options.has('reuse-values'),
    skipDefinitions: options.has('skip-crds'),
  };
}
function last(session: Session, name: string): Release {
  const found = history(session.api.cluster, namespaceOf(session), name).at(-1);
  if (found === undefined) throw new HelmError('release: not found');
  return found;
}
async function command(host: Host, process: Process, release: string, options: Options): Promise<number> {
  const [verb, ...rest] = options.operands;
  if (verb !== undefined && verb !== 'help') {
    const ignored = notSimulated(verb, options, SPEC);
    if (options.has('h', 'help')) {
      await process.out(`Usage:\n  helm ${verb} [flags]\n`);
      return 0;
    }
    if (ignored !== null) return process.refuse(ignored);
  }
  switch (verb) {
    case undefined:
    case 'help':
      await process.out('The Kubernetes package manager\n\nUsage:\n  helm [command]\n');
      return 0;
    case 'version':
      await process.out(
        options.has('short')
          ? `${release}+g7877b45\n`
          : `version.BuildInfo{Version:"${release}", GitCommit:"7877b45b63f95635153b29a42c0c2f4273ec45ca", GitTreeState:"clean", GoVersion:"go1.24.9"}\n`,
      );
      return 0;
    case 'repo':
      return repo(host, process, rest, {
        force: options.has('force-update'),
        strict: options.has('fail-on-repo-update-fail') || !release.startsWith('v3.'),
      });
    case 'upgrade':
    case 'install': {
      const [name, reference] = rest;
      if (name === undefined || reference === undefined)
        throw new HelmError(
          `"helm ${verb}" requires 2 arguments\n\nUsage:  helm ${verb} [${verb === 'install' ? 'NAME' : 'RELEASE'}] [CHART] [flags]`,
        );
      const asked = words(process, options);
      const session = await login(host, process, options);
      const exists = history(session.api.cluster, namespaceOf(session), name).length > 0;
      const fresh = verb === 'install' || (options.has('i', 'install') && !exists);
      if (verb === 'upgrade' && fresh)
        await process.out(`Release "${name}" does not exist. Installing it now.\n`);
      const prefix = fresh ? 'INSTALLATION FAILED: ' : 'UPGRADE FAILED: ';
      try {
        const found = await findChart(host, process, reference, options.value('version'));
        const made = await install(
          session,
          { name, namespace: namespaceOf(session), ...found, ...asked },
          fresh,
        );
        if (!fresh) await process.out(`Release "${name}" has been upgraded. Happy Helming!\n`);
        await process.out(statusText(made));
        return 0;
      } catch (error) {
        if (error instanceof ChartError) throw new HelmError(`${prefix}${error.message}`);
        // What `upgrade --install` says of an installation has no such words before it.
        if (error instanceof HelmError)
          throw new HelmError(verb === 'upgrade' && fresh ? error.message : `${prefix}${error.message}`);
        throw error;
      }
    }
    case 'template': {
      const [name = '', reference = ''] = rest;
      const found = await findChart(host, process, reference, options.value('version'));
      const { values } = words(process, options);
      const objects = found.chart.render({
        release: name,
        namespace: options.value('n', 'namespace') ?? 'default',
        values: without(mergeDeep(found.chart.defaults, values)),
        chartLabel: `${found.chart.name}-${found.version.chart}`,
        appVersion: found.version.app,
        upgrade: false,
      });
      await process.out(objects.map((one) => `---\n${stringify(one)}`).join(''));
      return 0;
    }
    case 'uninstall':
    case 'delete':
    case 'del':
    case 'un': {
      const session = await login(host, process, options);
      for (const name of rest) {
        if (history(session.api.cluster, namespaceOf(session), name).length === 0) {
          if (options.has('ignore-not-found')) continue;
          throw new HelmError(`uninstall: Release not loaded: ${name}: release: not found`);
        }
        await uninstall(
          session,
          namespaceOf(session),
          name,
          options.has('wait'),
          secondsOf(options.value('timeout')),
        );
        await process.out(`release "${name}" uninstalled\n`);
      }
      return 0;
    }
    case 'rollback': {
      const session = await login(host, process, options);
      const [name = '', revision] = rest;
      const asked = words(process, options);
      await rollback(
        session,
        namespaceOf(session),
        name,
        revision === undefined ? null : Number(revision),
        asked.wait,
        asked.seconds,
      );
      await process.out('Rollback was a success! Happy Helming!\n');
      return 0;
    }
    case 'list':
    case 'ls':
      return list(await login(host, process, options), options, process);
    case 'status': {
      const found = last(await login(host, process, options), rest[0] ?? '');
      if (options.value('o', 'output') === 'json')
        await process.out(
          `${JSON.stringify({ name: found.name, namespace: found.namespace, version: found.revision, info: { status: found.status, description: found.description } })}\n`,
        );
      else await process.out(statusText(found));
      return 0;
    }
    case 'history':
    case 'hist': {
      const session = await login(host, process, options);
      const all = history(session.api.cluster, namespaceOf(session), rest[0] ?? '');
      if (all.length === 0) throw new HelmError('release: not found');
      await process.out(
        columns([
          ['REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION', 'DESCRIPTION'],
          ...all.map((one) => [
            String(one.revision),
            date(one.deployedAt),
            one.status,
            `${one.chart}-${one.version}`,
            one.appVersion,
            one.description,
          ]),
        ]),
      );
      return 0;
    }
    case 'get': {
      const [what = '', name = ''] = rest;
      const found = last(await login(host, process, options), name);
      if (what === 'values') {
        const empty = Object.keys(found.values).length === 0;
        await process.out(
          options.value('o', 'output') === 'json'
            ? `${JSON.stringify(empty ? null : found.values)}\n`
            : `USER-SUPPLIED VALUES:\n${empty ? 'null\n' : stringify(found.values)}`,
        );
        return 0;
      }
      if (what === 'manifest')
        await process.out(found.manifest.map((one) => `---\n${stringify(one)}`).join(''));
      else if (what === 'notes') await process.out(`NOTES:\n${found.notes}`);
      else return process.refuse(`get ${what}`);
      return 0;
    }
    default:
      if (
        /^(create|completion|dependency|env|lint|package|plugin|pull|push|registry|search|show|test|verify)$/.test(
          verb,
        )
      )
        return process.refuse(`command ${verb}`);
      throw new HelmError(`unknown command "${verb}" for "helm"\nRun 'helm --help' for usage.`);
  }
}
/** @param release its version, `v3.19.0` */
export function helm(host: Host, release: string): Program {
  return async (process, args) => {
    let options: Options;
    try {
      options = readOptions(args, SPEC);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      await process.err(`Error: unknown flag: ${error.option.split('=')[0] ?? ''}\n`);
      return 1;
    }
    try {
      return await command(host, process, release, options);
    } catch (error) {
      if (!(error instanceof HelmError) && !(error instanceof ChartError)) throw error;
      await process.err(`Error: ${error.message}\n`);
      return 1;
    }
  };
}
