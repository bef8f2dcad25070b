/** helm repo, helm search: repositories that a user has added, and their indexes on this host. */
import { parse, stringify } from 'yaml';
import { columns } from '../kubernetes/kubeadm/token.js';
import { isMap, listAt, mapAt, textAt, isJson, type JsonMap } from '../kubernetes/json.js';
import type { Host } from '../host.js';
import type { Process } from '../kernel/process.js';
import { makeParents } from '../vfs/parents.js';
import { fetchFrom, NoAnswer } from '../web/fetch.js';
import { dirName } from '../vfs/volume.js';
import { CHARTS, REPOSITORIES, type Chart, type ChartVersion } from './charts.js';
import { HelmError } from './helm-error.js';

export interface Places {
  readonly config: string;
  readonly cache: string;
}
export function placesOf(process: Process): Places {
  const env = (name: string) => process.env.get(name);
  const home = env('HOME') ?? '/root';
  return {
    config:
      env('HELM_REPOSITORY_CONFIG') ??
      `${env('HELM_CONFIG_HOME') ?? `${env('XDG_CONFIG_HOME') ?? `${home}/.config`}/helm`}/repositories.yaml`,
    cache:
      env('HELM_REPOSITORY_CACHE') ??
      `${env('HELM_CACHE_HOME') ?? `${env('XDG_CACHE_HOME') ?? `${home}/.cache`}/helm`}/repository`,
  };
}
interface Added {
  readonly name: string;
  readonly url: string;
}
function readYaml(process: Process, path: string): JsonMap {
  if (!process.view.access(path, 4)) return {};
  const value: unknown = parse(process.view.readText(path));
  return isJson(value) && isMap(value) ? value : {};
}
function added(process: Process): readonly Added[] {
  return listAt(readYaml(process, placesOf(process).config), 'repositories').map((one) => ({
    name: textAt(one, 'name'),
    url: textAt(one, 'url'),
  }));
}
function save(process: Process, list: readonly Added[]): void {
  const { config } = placesOf(process);
  makeParents(process.view, dirName(config));
  process.view.write(
    config,
    stringify({
      apiVersion: '',
      generated: '0001-01-01T00:00:00Z',
      repositories: list.map((one) => ({
        caFile: '',
        certFile: '',
        insecure_skip_tls_verify: false,
        keyFile: '',
        name: one.name,
        pass_credentials_all: false,
        password: '',
        url: one.url,
        username: '',
      })),
    }),
    { mode: 0o600 },
  );
}
/** Fetches something of a repository. @throws HelmError with Go's words */
async function fetchText(host: Host, process: Process, address: string): Promise<string> {
  const url = URL.parse(address);
  if (url === null) throw new HelmError(`could not find protocol handler for: ${address}`);
  try {
    const response = await fetchFrom(host, process, {
      method: 'GET',
      url,
      headers: new Map([['user-agent', 'Helm']]),
      body: Buffer.alloc(0),
      resolve: new Map(),
      insecure: false,
      authorities: [],
      connectTimeoutMs: 30_000,
      timeoutMs: 120_000,
    });
    if (response.status !== 200)
      throw new HelmError(`failed to fetch ${address} : ${response.status} Not Found`);
    return response.body.toString('utf8');
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const why =
      error.code === 6
        ? `dial tcp: lookup ${url.hostname}: no such host`
        : error.code === 28
          ? `dial tcp: i/o timeout`
          : `dial tcp: ${error.message}`;
    throw new HelmError(`Get "${address}": ${why}`);
  }
}
async function download(host: Host, process: Process, one: Added): Promise<void> {
  const text = await fetchText(host, process, `${one.url.replace(/\/$/, '')}/index.yaml`);
  const index: unknown = parse(text);
  if (!isMap(index) || textAt(isJson(index) ? index : null, 'apiVersion') === '')
    throw new HelmError('no API version specified');
  const { cache } = placesOf(process);
  makeParents(process.view, cache);
  process.view.write(`${cache}/${one.name}-index.yaml`, text);
}

export interface RepoOptions {
  readonly force: boolean;
  /** From version 4 on an update that fails is a failure. */
  readonly strict: boolean;
}
export async function repo(
  host: Host,
  process: Process,
  words: readonly string[],
  options: RepoOptions,
): Promise<number> {
  const [verb, name = '', url = ''] = words;
  const list = added(process);
  switch (verb) {
    case 'add': {
      if (url === '')
        throw new HelmError(
          '"helm repo add" requires 2 arguments\n\nUsage:  helm repo add [NAME] [URL] [flags]',
        );
      const known = list.find((one) => one.name === name);
      if (known !== undefined && !options.force) {
        if (known.url !== url)
          throw new HelmError(`repository name (${name}) already exists, please specify a different name`);
        await process.out(`"${name}" already exists with the same configuration, skipping\n`);
        return 0;
      }
      try {
        await download(host, process, { name, url });
      } catch (error) {
        if (!(error instanceof HelmError)) throw error;
        throw new HelmError(
          `looks like "${url}" is not a valid chart repository or cannot be reached: ${error.message}`,
        );
      }
      save(process, [...list.filter((one) => one.name !== name), { name, url }]);
      await process.out(`"${name}" has been added to your repositories\n`);
      return 0;
    }
    case 'update':
    case 'up': {
      if (list.length === 0) throw new HelmError('no repositories found. You must add one before updating');
      const wanted = words.slice(1);
      const unknown = wanted.find((one) => !list.some((other) => other.name === one));
      if (unknown !== undefined)
        throw new HelmError(`no repositories found matching '${unknown}'.  Nothing will be updated`);
      await process.out('Hang tight while we grab the latest from your chart repositories...\n');
      const failed: string[] = [];
      for (const one of list) {
        if (wanted.length > 0 && !wanted.includes(one.name)) continue;
        try {
          await download(host, process, one);
          await process.out(`...Successfully got an update from the "${one.name}" chart repository\n`);
        } catch (error) {
          if (!(error instanceof HelmError)) throw error;
          failed.push(one.url);
          await process.out(
            `...Unable to get an update from the "${one.name}" chart repository (${one.url}):\n\t${error.message}\n`,
          );
        }
      }
      if (failed.length > 0 && options.strict)
        throw new HelmError(`failed to update the following repositories: [${failed.join(' ')}]`);
      await process.out('Update Complete. ⎈Happy Helming!⎈\n');
      return 0;
    }
    case 'list':
    case 'ls':
      if (list.length === 0) throw new HelmError('no repositories to show');
      await process.out(columns([['NAME', 'URL'], ...list.map((one) => [one.name, one.url])]));
      return 0;
    case 'remove':
    case 'rm':
      if (!list.some((one) => one.name === name)) throw new HelmError(`no repo named "${name}" found`);
      save(
        process,
        list.filter((one) => one.name !== name),
      );
      await process.out(`"${name}" has been removed from your repositories\n`);
      return 0;
    default:
      return process.refuse(`repo ${verb ?? ''}`);
  }
}

export interface Found {
  readonly chart: Chart;
  readonly version: ChartVersion;
}
/** The chart that `repo/name` and a version mean. @throws HelmError */
export async function findChart(
  host: Host,
  process: Process,
  reference: string,
  version: string | undefined,
): Promise<Found> {
  const slash = reference.indexOf('/');
  if (slash <= 0 || reference.startsWith('.') || reference.startsWith('/'))
    throw new HelmError(`path "${reference}" not found`);
  const [name, chartName] = [reference.slice(0, slash), reference.slice(slash + 1)];
  const one = added(process).find((entry) => entry.name === name);
  if (one === undefined) throw new HelmError(`repo ${name} not found`);
  const { cache } = placesOf(process);
  const index = `${cache}/${name}-index.yaml`;
  if (!process.view.access(index, 4))
    throw new HelmError(
      `no cached repo found. (try 'helm repo update'): open ${index}: no such file or directory`,
    );
  const versions = listAt(mapAt(readYaml(process, index), 'entries'), chartName).map((entry) =>
    textAt(entry, 'version'),
  );
  const wanted = version?.replace(/^v/, '') ?? versions[0] ?? '';
  const chart = CHARTS.find(
    (entry) => entry.name === chartName && entry.repository === REPOSITORIES.get(one.url.replace(/\/$/, '')),
  );
  const known = chart?.versions.find((entry) => entry.chart === wanted);
  if (versions.length === 0)
    throw new HelmError(
      `chart "${chartName}" matching ${version ?? ''} not found in ${name} index. (try 'helm repo update'): no chart name found`,
    );
  if (chart === undefined || known === undefined || !versions.includes(wanted))
    throw new HelmError(
      `chart "${chartName}" matching ${wanted} not found in ${name} index. (try 'helm repo update'): no chart version found for ${chartName}-${wanted}`,
    );
  // The chart itself is fetched when it is used.
  await fetchText(host, process, `${one.url.replace(/\/$/, '')}/index.yaml`);
  return { chart, version: known };
}
