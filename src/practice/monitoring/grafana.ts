/** Grafana: its login page, its health, and the data sources that labelled ConfigMaps give it. */
import { parse } from 'yaml';
import type { Around } from '../apps/around.js';
import type { Program } from '../kernel/kernel.js';
import { isMap, mapAt, textAt } from '../kubernetes/json.js';
import { answer, answerJson, basicLogin, type HttpRequest, type HttpResponse } from '../model/http.js';
import { clusterOf, logfmt, readyAfter, stay } from './servers.js';

const VERSION = '12.4.0';

/** @param wrong called with what the YAML parser says to a text that is none */
function dataSources(around: Around, label: string, wrong: (words: string) => void): readonly unknown[] {
  const cluster = clusterOf(around);
  if (cluster === null || label === '') return [];
  const texts = cluster.store
    .list('ConfigMap')
    .filter((one) => textAt(one, 'metadata', 'labels', label) !== '')
    .flatMap((one) => Object.values(mapAt(one, 'data')).map((text) => textAt(text)));
  return texts.flatMap((text) => {
    let parsed: unknown;
    try {
      parsed = parse(text, { logLevel: 'error' });
    } catch (error) {
      wrong(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
      return [];
    }
    return isMap(parsed) && Array.isArray(parsed['datasources']) ? parsed['datasources'] : [];
  });
}
export const grafana =
  (around: Around): Program =>
  async (process) => {
    await logfmt(process, 'info', `Starting Grafana version=${VERSION}`);
    const ready = readyAfter(process, 8000);
    const user = process.env.get('GF_SECURITY_ADMIN_USER') ?? 'admin';
    const password = process.env.get('GF_SECURITY_ADMIN_PASSWORD') ?? 'admin';
    const told = new Set<string>();
    const sources = () =>
      dataSources(around, process.env.get('DATASOURCE_LABEL') ?? '', (words) => {
        if (told.has(words)) return;
        told.add(words);
        void logfmt(process, 'error', `Datasource provisioning error: yaml: ${words}`).catch(() => undefined);
      });
    sources();
    const http = (request: HttpRequest): HttpResponse => {
      const { pathname } = request.url;
      if (pathname === '/api/health')
        return answerJson(ready() ? 200 : 503, {
          database: ready() ? 'ok' : 'failing',
          version: VERSION,
          commit: 'practice',
        });
      if (pathname === '/login' && request.method === 'GET')
        return answer(
          200,
          '<!DOCTYPE html>\n<html lang="en-US">\n<head><title>Grafana</title></head>\n<body><div id="reactRoot"></div></body>\n</html>\n',
          [['Content-Type', 'text/html; charset=UTF-8']],
        );
      const login = basicLogin(request);
      const known = login !== null && login.user === user && login.password === password;
      if (pathname.startsWith('/api/')) {
        if (login === null) return answerJson(401, { message: 'Unauthorized' });
        if (!known)
          return answerJson(401, {
            message: 'Invalid username or password',
            messageId: 'password-auth.failed',
          });
        if (pathname === '/api/datasources') return answerJson(200, sources());
        if (pathname === '/api/org') return answerJson(200, { id: 1, name: 'Main Org.' });
        return answerJson(404, { message: 'Not found' });
      }
      return answer(302, '', [['Location', '/login']]);
    };
    return stay(around, process, [{ port: 3000, http }]);
  };
