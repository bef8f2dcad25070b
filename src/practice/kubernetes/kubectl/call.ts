/** One call of kubectl: flags, kubeconfig, the way to the API server, and the words for what goes wrong. */
import { OptionError, readOptions, type Options, type OptionSpec } from '../../commands/options.js';
import type { Host } from '../../host.js';
import type { Process } from '../../kernel/process.js';
import { SystemError } from '../../vfs/inode.js';
import { logIn, type Contact } from '../access.js';
import type { ApiServer } from '../control-plane.js';
import type { JsonMap } from '../json.js';
import { clientConfig, ConfigError, readKubeconfig, type ClientConfig } from '../kubeconfig.js';
import { groupOf, type Resource } from '../resources.js';

/** kubectl ends with these words. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';
}
/** Known to the real one, not done here. */
export class NotSimulated extends Error {
  override readonly name = 'NotSimulated';
}
export interface Call {
  readonly host: Host;
  readonly process: Process;
  readonly options: Options;
  /** Version of a kubectl that did not come as a package. */
  readonly release?: string;
  /** What follows `--`, for commands that run something. */
  readonly words?: readonly string[];
}
export interface Session extends Call {
  readonly api: ApiServer;
  readonly config: ClientConfig;
  /** Namespace of the call, where one was chosen or is the default. */
  readonly namespace: string;
  readonly user: string;
  readonly groups: readonly string[];
}
const GLOBAL_FLAGS = [
  'kubeconfig=',
  'context=',
  'cluster=',
  'user=',
  'namespace=',
  'server=',
  'request-timeout=',
  'insecure-skip-tls-verify',
  'cache-dir=',
  'v=',
  'help',
  'token=',
  'warnings-as-errors',
  'match-server-version',
  'as=',
];
const GLOBAL: OptionSpec = { flags: 'h', values: 'nsv', long: GLOBAL_FLAGS };

/** @throws KubectlError */
export function readFlags(command: string, args: readonly string[], spec: OptionSpec): Options {
  try {
    return readOptions(args, {
      flags: `${GLOBAL.flags ?? ''}${spec.flags ?? ''}`,
      values: `${GLOBAL.values ?? ''}${spec.values ?? ''}`,
      long: [...GLOBAL_FLAGS, ...(spec.long ?? [])],
    });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const name = error.option.split('=')[0] ?? '';
    const words = error.message.includes('requires an argument')
      ? `flag needs an argument: ${name}`
      : name.startsWith('--')
        ? `unknown flag: ${name}`
        : `unknown shorthand flag: '${name.slice(1)}' in ${name}`;
    throw new KubectlError(`error: ${words}\nSee 'kubectl ${command} --help' for usage.`);
  }
}
/** Splits `kubectl [flags] COMMAND [rest]`: global flags may stand before the command. */
export function splitCommand(args: readonly string[]): {
  readonly command: string;
  readonly rest: readonly string[];
} {
  let at = 0;
  while (at < args.length && /^-./.test(args[at] ?? '')) {
    const word = args[at] ?? '';
    const valued =
      /^(-n|-s|-v|--(kubeconfig|context|cluster|user|namespace|server|request-timeout|cache-dir|token|v|as))$/.test(
        word,
      );
    at += valued ? 2 : 1;
  }
  return { command: args[at] ?? '', rest: [...args.slice(0, at), ...args.slice(at + 1)] };
}

/** The kubeconfig files of a call: the flag, $KUBECONFIG, or the one in the home directory. */
export function configPath(call: Call): { readonly path: string; readonly explicit: boolean } {
  const flag = call.options.value('kubeconfig');
  if (flag !== undefined && flag !== '') return { path: call.process.path(flag), explicit: true };
  const given = call.process.env.get('KUBECONFIG');
  if (given !== undefined && given !== '')
    return { path: call.process.path(given.split(':')[0] ?? ''), explicit: false };
  return { path: `${call.process.env.get('HOME') ?? '/root'}/.kube/config`, explicit: false };
}
/** The parsed kubeconfig; empty when there is none. @throws KubectlError */
export function loadConfig(call: Call): JsonMap {
  const { path, explicit } = configPath(call);
  try {
    return readKubeconfig(call.process.view.readText(path), path);
  } catch (error) {
    if (error instanceof ConfigError) throw new KubectlError(`error: ${error.message}`);
    if (!(error instanceof SystemError)) throw error;
    if (error.code !== 'ENOENT')
      throw new KubectlError(
        `error: error loading config file "${path}": open ${path}: ${error.message.toLowerCase()}`,
      );
    if (explicit) throw new KubectlError(`error: stat ${path}: no such file or directory`);
    return {};
  }
}
export function seconds(text: string | undefined): number {
  const match = /^(\d+)(ms|s|m|h)?$/.exec(text ?? '');
  if (match === null) return 0;
  return Number(match[1]) * ({ ms: 0.001, s: 1, m: 60, h: 3600 }[match[2] ?? 's'] ?? 1);
}
const klog = (ms: number) =>
  `E${new Date(ms).toISOString().slice(5, 10).replace('-', '')} ${new Date(ms).toISOString().slice(11, 23)}000`;

async function explain(call: Call, contact: Contact, config: ClientConfig): Promise<KubectlError> {
  const { process, host } = call;
  const server = URL.parse(config.server);
  const place =
    server === null
      ? 'localhost:8080'
      : `${server.hostname}:${server.port === '' ? (server.protocol === 'http:' ? '80' : '443') : server.port}`;
  const patience = seconds(call.options.value('request-timeout'));
  const path = `Get "${config.server}/api?timeout=${patience === 0 ? '32s' : (call.options.value('request-timeout') ?? '')}"`;
  const repeat = async (words: string) => {
    for (let count = 0; count < 5; count += 1)
      await process.err(
        `${klog(host.machine.now())}    ${process.pid} memcache.go:265] couldn't get current server API group list: ${words}\n`,
      );
  };
  switch (contact.failure) {
    case 'refused':
      await repeat(`${path}: ${contact.words}`);
      return new KubectlError(
        `The connection to the server ${place} was refused - did you specify the right host or port?`,
      );
    case 'silent': {
      await process.sleep((patience === 0 ? 32 : patience) * 1000);
      if (patience === 0) await repeat(`${path}: ${contact.words}`);
      return new KubectlError(
        patience === 0
          ? `Unable to connect to the server: ${contact.words}`
          : 'Unable to connect to the server: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      );
    }
    case 'unauthorized':
      await repeat('the server has asked for the client to provide credentials');
      return new KubectlError(
        'error: You must be logged in to the server (the server has asked for the client to provide credentials)',
      );
    case 'unreachable':
      await process.sleep(3000);
      await repeat(`${path}: ${contact.words}`);
      return new KubectlError(`Unable to connect to the server: ${contact.words}`);
    default:
      await repeat(`${path}: ${contact.words}`);
      return new KubectlError(`Unable to connect to the server: ${contact.words}`);
  }
}

/** Logs in to the API server that the call means. @throws KubectlError */
export async function connect(call: Call): Promise<Session> {
  const { options, process, host } = call;
  const raw = loadConfig(call);
  let config: ClientConfig;
  try {
    config = clientConfig(
      raw,
      (path) => (process.view.access(path, 4) ? process.view.readText(path) : null),
      options.value('context'),
    );
  } catch (error) {
    if (error instanceof ConfigError) throw new KubectlError(`error: ${error.message}`);
    throw error;
  }
  const server = options.value('s', 'server');
  if (server !== undefined) config = { ...config, server };
  if (config.server === '') config = { ...config, server: 'http://localhost:8080' };
  if (config.server.startsWith('http:')) {
    const words = `dial tcp 127.0.0.1:${URL.parse(config.server)?.port ?? ''}: connect: connection refused`;
    throw await explain(call, { api: null, failure: 'refused', words, user: '', groups: [] }, config);
  }
  if (options.has('insecure-skip-tls-verify')) config = { ...config, insecure: true };
  await process.sleep(60);
  const contact = logIn(host, config);
  if (contact.api === null) throw await explain(call, contact, config);
  return {
    ...call,
    api: contact.api,
    config,
    namespace: options.value('n', 'namespace') ?? config.namespace,
    user: contact.user,
    groups: contact.groups,
  };
}

/** Whether this user may do that. @throws KubectlError as the server forbids it */
export function authorise(
  session: Session,
  verb: string,
  resource: Resource,
  namespace: string | null,
): void {
  const { groups, api, user } = session;
  if (groups.includes('system:masters')) return;
  const bound = api.cluster.store.get('ClusterRoleBinding', '', 'kubeadm:cluster-admins') !== undefined;
  if (groups.includes('kubeadm:cluster-admins') && bound) return;
  if (
    groups.includes('system:nodes') &&
    ['get', 'list'].includes(verb) &&
    ['Node', 'Pod', 'Service'].includes(resource.kind)
  )
    return;
  const where =
    namespace === null || !resource.namespaced ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  throw new KubectlError(
    `Error from server (Forbidden): ${resource.plural}${groupOf(resource) === '' ? '' : `.${groupOf(resource)}`} is forbidden: User "${user}" cannot ${verb} resource "${resource.plural}" in API group "${groupOf(resource)}" ${where}`,
  );
}
/** @throws KubectlError for a kind that the server does not serve */
export function resourceFor(session: Session, word: string): Resource {
  const found = session.api.cluster.store.findResource(word);
  if (found === undefined) throw new KubectlError(`error: the server doesn't have a resource type "${word}"`);
  return found;
}
export function notFound(resource: Resource, name: string): string {
  const group = groupOf(resource);
  return `Error from server (NotFound): ${resource.plural}${group === '' ? '' : `.${group}`} "${name}" not found`;
}
