/** One call of the docker command: who asks, whether the daemon answers, and the words for when it does not. */
import { engineOf, type Engine } from '../../docker/engine.js';
import { EngineError } from '../../docker/types.js';
import type { Host } from '../../host.js';
import { TemplateError } from '../../format/go-template.js';
import type { Process } from '../../kernel/process.js';
import { OptionError, readOptions, type Options, type OptionSpec } from '../options.js';

export const API_VERSION = '1.51';
/** The oldest that the daemon still speaks. */
export const MIN_API_VERSION = '1.24';
/** Version number inside a package's version, of the first that is installed. */
function versionOf(host: Host, names: readonly string[], fallback: string): string {
  const found = names.map((name) => host.packages.find(name)).find((entry) => entry?.status === 'installed');
  return /(\d+\.\d+\.\d+)/.exec(found?.version ?? '')?.[1] ?? fallback;
}
export const engineVersion = (host: Host): string => versionOf(host, ['docker-ce', 'docker.io'], '28.5.2');
export const composeVersion = (host: Host): string =>
  versionOf(host, ['docker-compose-plugin', 'docker-compose-v2'], '2.40.3');
export const SOCKET = '/run/docker.sock';

export interface Call {
  readonly host: Host;
  readonly process: Process;
  readonly engine: Engine;
  /** Directory of config.json, with `--config` heeded. */
  readonly configDir: string;
}
/** Ends a docker command with these words on stderr. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;
  constructor(words: string, code = 1) {
    super(words);
    this.code = code;
  }
}
/** The daemon's engine, or the reason why this user does not get to it. @throws Refusal */
export function daemon(call: Call, path = 'v1.51/info'): Engine {
  const socket = call.host.volume.find(SOCKET);
  if (socket === undefined || !call.engine.up)
    throw new Refusal(
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    );
  if (!call.process.view.may(socket, 6))
    throw new Refusal(
      `permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: ${verbOf(path)} "http://%2Fvar%2Frun%2Fdocker.sock/${path}": dial unix /var/run/docker.sock: connect: permission denied`,
    );
  return call.engine;
}
const verbOf = (path: string) => (/(create|auth|start|images\/create)$/.test(path) ? 'Post' : 'Get');

export function makeCall(host: Host, process: Process, config: string | undefined): Call {
  const home = process.env.get('HOME') ?? '/root';
  const given = config ?? process.env.get('DOCKER_CONFIG') ?? `${home}/.docker`;
  return { host, process, engine: engineOf(host), configDir: process.path(given) };
}

/** A subcommand with its options; docker's flags may stand anywhere before the operands of `run` and `exec`. */
export async function withDockerOptions(
  call: Call,
  name: string,
  args: readonly string[],
  spec: OptionSpec,
  body: (options: Options) => Promise<number>,
): Promise<number> {
  try {
    return await body(readOptions(args, spec));
  } catch (error) {
    if (error instanceof OptionError) {
      const { option } = error;
      const flag = option.startsWith('--')
        ? `unknown flag: ${option.split('=')[0] ?? option}`
        : `unknown shorthand flag: '${option.slice(1)}' in ${option}`;
      await call.process.err(
        `${error.message.includes('requires an argument') ? `flag needs an argument: ${option}` : flag}\n\nUsage:  docker ${name} --help\n\nRun 'docker ${name} --help' for more information\n`,
      );
      return 125;
    }
    throw error;
  }
}
/** Says what went wrong as docker does. */
export async function explained(call: Call, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Refusal) {
      await call.process.err(`${error.message}\n`);
      return error.code;
    }
    if (error instanceof EngineError) {
      await call.process.err(`Error response from daemon: ${error.message}\n`);
      return 1;
    }
    if (error instanceof TemplateError) {
      await call.process.err(`template parsing error: template: :1:2: ${error.message}\n`);
      return 64;
    }
    throw error;
  }
}
/** A table whose columns are as wide as their widest cell and three spaces. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map(
      (row) =>
        `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + 3))).join('')}\n`,
    )
    .join('');
}
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  const days = Math.floor(hours / 24);
  return days < 14
    ? `${days} days`
    : days < 60
      ? `${Math.floor(days / 7)} weeks`
      : `${Math.floor(days / 30)} months`;
}
export function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toPrecision(3))}${units[unit] ?? 'B'}`;
}
