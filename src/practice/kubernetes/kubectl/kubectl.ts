/** kubectl: which command does what. */
import { stringify } from 'yaml';
import type { OptionSpec } from '../../commands/options.js';
import type { Host } from '../../host.js';
import type { Program } from '../../kernel/kernel.js';
import { SystemError } from '../../vfs/inode.js';
import { columns } from '../kubeadm/token.js';
import { groupOf } from '../resources.js';
import {
  authorise,
  connect,
  KubectlError,
  NotSimulated,
  readFlags,
  resourceFor,
  splitCommand,
  type Call,
} from './call.js';
import { apply, createFromFiles, deleteObjects, FILE_FLAGS } from './apply.js';
import { label, scale, set } from './change.js';
import { EDIT_FLAGS } from './edit.js';
import { cordon, drain, taint } from './nodes.js';
import { patch } from './patch.js';
import { config } from './config.js';
import { describe } from './describe.js';
import { exec } from './exec.js';
import { get, GET_FLAGS, serverVersion } from './get.js';
import { JsonPathError } from './jsonpath.js';
import { logs } from './logs.js';
import { create, expose, MAKE_FLAGS, run } from './make.js';
import { rollout, wait } from './wait.js';

interface Command {
  readonly flags: OptionSpec;
  readonly run: (call: Call) => Promise<number>;
}

async function version(call: Call): Promise<number> {
  const { process, options, host } = call;
  const own = call.release ?? `v${host.packages.find('kubectl')?.version.split('-')[0] ?? ''}`;
  const kustomize = 'v5.0.4-0.20230601165947-6ce0bf390ce3';
  const session = options.has('client')
    ? null
    : await connect(call).catch((error: unknown) =>
        error instanceof KubectlError ? error : Promise.reject(error),
      );
  const server = session === null || session instanceof KubectlError ? null : session.api.version;
  const output = options.value('o', 'output');
  if (output === 'json' || output === 'yaml') {
    const info = {
      clientVersion: serverVersion(own),
      kustomizeVersion: kustomize,
      ...(server === null ? {} : { serverVersion: serverVersion(server) }),
    };
    await process.out(output === 'yaml' ? stringify(info) : `${JSON.stringify(info, null, 2)}\n`);
  } else
    await process.out(
      `Client Version: ${own}\nKustomize Version: ${kustomize}\n${server === null ? '' : `Server Version: ${server}\n`}`,
    );
  if (!(session instanceof KubectlError)) return 0;
  await process.err(`${session.message}\n`);
  return 1;
}
async function clusterInfo(call: Call): Promise<number> {
  const session = await connect(call);
  const { server } = session.config;
  await session.process.out(
    `Kubernetes control plane is running at ${server}\nCoreDNS is running at ${server}/api/v1/namespaces/kube-system/services/kube-dns:dns/proxy\n\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n`,
  );
  return 0;
}

async function apiResources(call: Call): Promise<number> {
  const session = await connect(call);
  const namespaced = session.options.value('namespaced');
  const group = session.options.value('api-group');
  const rows = session.api.cluster.store.resources
    .filter(
      (resource) =>
        (namespaced === undefined || String(resource.namespaced) === namespaced) &&
        (group === undefined || groupOf(resource) === group),
    )
    .map((resource) => [
      resource.plural,
      resource.short.join(','),
      resource.apiVersion,
      String(resource.namespaced),
      resource.kind,
    ]);
  if (session.options.value('o', 'output') === 'name')
    for (const [plural = '', , version_ = ''] of rows)
      await session.process.out(
        `${plural}${version_.includes('/') ? `.${version_.split('/')[0] ?? ''}` : ''}\n`,
      );
  else
    await session.process.out(
      columns([
        ...(session.options.has('no-headers')
          ? []
          : [['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND']]),
        ...rows,
      ]),
    );
  return 0;
}
async function auth(call: Call): Promise<number> {
  const [verb = '', action = '', kind = ''] = call.options.operands;
  const session = await connect(call);
  if (verb === 'whoami') {
    await session.process.out(
      columns([
        ['ATTRIBUTE', 'VALUE'],
        ['Username', session.user],
        ['Groups', `[${[...session.groups, 'system:authenticated'].join(' ')}]`],
      ]),
    );
    return 0;
  }
  if (verb !== 'can-i') throw new NotSimulated(`auth ${verb}`);
  let allowed = true;
  try {
    authorise(session, action, resourceFor(session, kind === '*' ? 'pods' : kind), session.namespace);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    allowed = false;
  }
  await session.process.out(allowed ? 'yes\n' : 'no\n');
  return allowed ? 0 : 1;
}
const top = async (call: Call): Promise<number> => {
  await connect(call);
  throw new KubectlError('error: Metrics API not available');
};

const COMMANDS: Readonly<Record<string, Command>> = {
  get: { flags: GET_FLAGS, run: get },
  apply: { flags: FILE_FLAGS, run: apply },
  replace: { flags: FILE_FLAGS, run: (call) => createFromFiles(call, true) },
  create: {
    flags: MAKE_FLAGS,
    run: (call) => (call.options.has('f', 'filename') ? createFromFiles(call, false) : create(call)),
  },
  delete: { flags: FILE_FLAGS, run: deleteObjects },
  run: { flags: MAKE_FLAGS, run },
  expose: { flags: MAKE_FLAGS, run: expose },
  label: { flags: EDIT_FLAGS, run: (call) => label(call, 'labels') },
  annotate: { flags: EDIT_FLAGS, run: (call) => label(call, 'annotations') },
  taint: { flags: EDIT_FLAGS, run: taint },
  scale: { flags: EDIT_FLAGS, run: scale },
  set: { flags: EDIT_FLAGS, run: set },
  patch: { flags: EDIT_FLAGS, run: patch },
  cordon: { flags: EDIT_FLAGS, run: (call) => cordon(call, true) },
  uncordon: { flags: EDIT_FLAGS, run: (call) => cordon(call, false) },
  drain: { flags: EDIT_FLAGS, run: drain },
  wait: {
    flags: {
      flags: 'A',
      values: 'lo',
      long: ['for=', 'timeout=', 'all', 'all-namespaces', 'selector=', 'field-selector=', 'output='],
    },
    run: wait,
  },
  rollout: { flags: EDIT_FLAGS, run: rollout },
  describe: {
    flags: {
      flags: 'A',
      values: 'lf',
      long: ['selector=', 'all-namespaces', 'show-events', 'show-events=', 'filename='],
    },
    run: describe,
  },
  logs: {
    flags: {
      flags: 'fp',
      values: 'lc',
      long: [
        'selector=',
        'container=',
        'tail=',
        'follow',
        'previous',
        'all-containers',
        'since=',
        'timestamps',
        'prefix',
        'ignore-errors',
        'max-log-requests=',
      ],
    },
    run: logs,
  },
  exec: {
    flags: {
      flags: 'itq',
      values: 'cf',
      long: ['container=', 'stdin', 'tty', 'quiet', 'filename=', 'pod-running-timeout='],
    },
    run: exec,
  },
  config: {
    flags: { values: 'o', long: ['raw', 'minify', 'output=', 'no-headers', 'current', 'flatten'] },
    run: config,
  },
  version: { flags: { values: 'o', long: ['client', 'output=', 'short'] }, run: version },
  'cluster-info': { flags: {}, run: clusterInfo },
  'api-resources': {
    flags: {
      values: 'o',
      long: ['namespaced=', 'api-group=', 'output=', 'no-headers', 'verbs=', 'sort-by='],
    },
    run: apiResources,
  },
  auth: { flags: { flags: 'Aq', long: ['all-namespaces', 'quiet', 'list'] }, run: auth },
  top: {
    flags: {
      flags: 'A',
      values: 'l',
      long: ['all-namespaces', 'selector=', 'sort-by=', 'containers', 'no-headers'],
    },
    run: top,
  },
};
const KNOWN = [
  'port-forward',
  'proxy',
  'cp',
  'attach',
  'debug',
  'edit',
  'explain',
  'autoscale',
  'certificate',
  'diff',
  'kustomize',
  'events',
  'completion',
  'plugin',
  'options',
  'api-versions',
  'alpha',
];
const HELP = `kubectl controls the Kubernetes cluster manager.

 Find more information at: https://kubernetes.io/docs/reference/kubectl/

Usage:
  kubectl [flags] [options]

Use "kubectl <command> --help" for more information about a given command.
`;

/** @param release version of a kubectl that did not come as a package, `v1.30.14` */
export function kubectl(host: Host, release?: string): Program {
  return async (process, args) => {
    const { command, rest } = splitCommand(args);
    try {
      if (command === '' || command === 'help') {
        await process.out(HELP);
        return 0;
      }
      if (KNOWN.includes(command)) throw new NotSimulated(`command ${command}`);
      const found = COMMANDS[command];
      if (found === undefined) {
        await process.err(`error: unknown command "${command}" for "kubectl"\n`);
        return 1;
      }
      const cut = command === 'exec' ? rest.indexOf('--') : -1;
      const options = readFlags(command, cut < 0 ? rest : rest.slice(0, cut), found.flags);
      const words = cut < 0 ? [] : rest.slice(cut + 1);
      return await found.run({
        host,
        process,
        options,
        words,
        ...(release === undefined ? {} : { release }),
      });
    } catch (error) {
      if (error instanceof NotSimulated) return process.refuse(error.message);
      if (error instanceof JsonPathError) {
        await process.err(`error: ${error.message}\n`);
        return 1;
      }
      if (error instanceof SystemError && error.path !== null) {
        await process.err(`error: open ${error.path}: ${error.message.toLowerCase()}\n`);
        return 1;
      }
      if (!(error instanceof KubectlError)) throw error;
      await process.err(`${error.message}\n`);
      return 1;
    }
  };
}
