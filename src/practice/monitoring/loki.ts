/** Loki in one process: needs a directory that it may write to, is ready a while after its start, takes and gives logs. */
import { parse } from 'yaml';
import type { Around } from '../apps/around.js';
import type { Program } from '../kernel/kernel.js';
import { isMap } from '../kubernetes/json.js';
import { answer, type HttpRequest, type HttpResponse } from '../model/http.js';
import { isFed } from './log-shipping.js';
import { clusterOf, logfmt, plain, readyAfter, stay, success } from './servers.js';

const LABELS = ['app', 'container', 'namespace', 'node_name', 'pod'];

/** Whether anything ships logs here. */
function fed(around: Around): boolean {
  const cluster = clusterOf(around);
  return cluster !== null && isFed(cluster, around.net.address);
}
export const loki =
  (around: Around): Program =>
  async (process, args) => {
    const path = args.find((arg) => arg.startsWith('-config.file='))?.slice(13) ?? '';
    const text = process.view.access(path, 4) ? process.view.readText(path) : null;
    if (text === null) {
      await process.err(
        `failed parsing config: ${path} does not exist, set config.file for custom config path\n`,
      );
      return 1;
    }
    let config: unknown;
    try {
      config = parse(text, { logLevel: 'error' });
    } catch (error) {
      const words = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      await process.err(`failed parsing config: ${path}: yaml: ${words}\n`);
      return 1;
    }
    const authenticated = isMap(config) && config['auth_enabled'] === true;
    // The container's own root file system is read-only in this chart.
    if (process.view.peek('/var/loki') === undefined) {
      await logfmt(
        process,
        'error',
        'error initialising module: compactor: mkdir /var/loki: read-only file system',
      );
      return 1;
    }
    await logfmt(process, 'info', 'Starting Loki');
    const ready = readyAfter(process, 15_000);
    const http = (request: HttpRequest): HttpResponse => {
      const { pathname } = request.url;
      if (pathname === '/ready')
        return ready()
          ? plain(200, 'ready\n')
          : plain(503, 'Ingester not ready: waiting for 15s after being ready\n');
      if (pathname === '/metrics') return plain(200, 'loki_build_info{version="3.6.7"} 1\n');
      if (!pathname.startsWith('/loki/api/v1/')) return plain(404, '404 page not found\n');
      if (authenticated && !request.headers.has('x-scope-orgid')) return plain(401, 'no org id\n');
      if (pathname === '/loki/api/v1/push') return answer(204);
      if (pathname === '/loki/api/v1/labels') return success(fed(around) ? LABELS : []);
      if (/^\/loki\/api\/v1\/(query|query_range)$/.test(pathname))
        return success({ resultType: 'streams', result: [] });
      return plain(404, '404 page not found\n');
    };
    return stay(around, process, [{ port: 3100, http }]);
  };
