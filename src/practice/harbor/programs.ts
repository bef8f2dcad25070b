/** What runs in Harbor's containers, and how they find each other. */
import type { Container } from '../docker/container.js';
import type { Engine } from '../docker/engine.js';
import { runInside } from '../docker/shell-program.js';
import type { Running, Service } from '../docker/types.js';
import { answer, type HttpRequest, type HttpResponse } from '../model/http.js';
import { harborCore, type HarborParts } from './api.js';
import { prepare } from './prepare.js';
import { HarborStore } from './store.js';

/** Service → when its program answers after its container's start, simulated ms. */
const READY_MS: Readonly<Record<string, number>> = {
  log: 500,
  registry: 3_000,
  registryctl: 3_000,
  postgresql: 5_000,
  redis: 1_500,
  core: 12_000,
  portal: 2_000,
  jobservice: 16_000,
  proxy: 2_000,
};
/** Component of the health API → service of the compose file. */
const COMPONENTS: readonly (readonly [component: string, service: string])[] = [
  ['core', 'core'],
  ['database', 'postgresql'],
  ['jobservice', 'jobservice'],
  ['portal', 'portal'],
  ['redis', 'redis'],
  ['registry', 'registry'],
  ['registryctl', 'registryctl'],
];

function up(container: Container | undefined, service: string): boolean {
  return container?.ready(READY_MS[service] ?? 1000) === true;
}
const envOf = (container: Container, name: string): string | undefined =>
  container.spec.env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);

function parts(engine: Engine, proxy: Container, core: Container): HarborParts {
  const database = engine.peer(proxy, 'postgresql')?.hostPath('/var/lib/postgresql/data');
  const registry = engine.peer(proxy, 'registry')?.hostPath('/storage') ?? core.hostPath('/data/registry');
  const store = new HarborStore(
    core.host,
    database ?? core.hostPath('/data/database') ?? '/data/database',
    registry ?? '/data/registry',
  );
  if (database !== null && database !== undefined)
    store.initialise(envOf(core, 'HARBOR_ADMIN_PASSWORD') ?? 'Harbor12345');
  // Components that were prepared in different runs do not know each other's secrets (T25).
  const secret = envOf(core, 'CORE_SECRET');
  return {
    store,
    version: core.spec.image.split(':').at(-1) ?? '',
    externalUrl: envOf(core, 'EXT_ENDPOINT') ?? 'http://harbor.local:8080',
    health: () =>
      new Map(
        COMPONENTS.map(([component, service]) => {
          const other = engine.peer(proxy, service);
          if (!up(other, service))
            return [
              component,
              `failed to check health: Get "http://${service}:8080": dial tcp: connect: connection refused`,
            ] as const;
          const theirs = other === undefined ? undefined : envOf(other, 'CORE_SECRET');
          return [component, theirs !== undefined && theirs !== secret ? '401 Unauthorized' : null] as const;
        }),
      ),
  };
}

function gateway(status: number): HttpResponse {
  const title = status === 502 ? '502 Bad Gateway' : '500 Internal Server Error';
  return answer(
    status,
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
    [
      ['Server', 'nginx'],
      ['Content-Type', 'text/html'],
    ],
  );
}
/** Harbor's nginx: everything of the API goes to core, the rest to the portal. */
function proxyAnswers(container: Container, engine: Engine) {
  return (request: HttpRequest): HttpResponse | null => {
    if (!up(container, 'proxy')) return null;
    const toCore = /^\/(api|service|v2|c)(\/|$|\?)/.test(request.url.pathname);
    const service = toCore ? 'core' : 'portal';
    const target = engine.peer(container, service);
    if (target === undefined || !up(target, service)) return gateway(502);
    const response = toCore
      ? harborCore(parts(engine, container, target), request)
      : answer(
          200,
          '<!doctype html>\n<html>\n<head><title>Harbor</title></head>\n<body><harbor-app></harbor-app></body>\n</html>\n',
          [['Content-Type', 'text/html']],
        );
    return {
      ...response,
      headers: [
        ['Server', 'nginx'],
        ['Date', new Date(container.host.machine.now()).toUTCString()],
        ...response.headers,
      ],
    };
  };
}

export function harborProgram(container: Container, engine: Engine): Running {
  let end = (_status: number): void => undefined;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const { program } = container.image;
  if (program === 'harbor-prepare') {
    // `prepare` is a Python program; anything else is run in the image.
    if (container.spec.command[0] === 'prepare') void prepare(container).then(end);
    else void runInside(container, container.spec.command, new Map()).exited.then(end);
    return { ended, stop: () => end(137) };
  }
  container.log(`${container.name} starts`);
  const services = new Map<number, Service>();
  if (program === 'harbor-proxy') services.set(8080, { http: proxyAnswers(container, engine) });
  if (program === 'harbor-db') {
    const data = container.hostPath('/var/lib/postgresql/data');
    if (data !== null) container.host.volume.ensureDirectory(data, { uid: 999, gid: 999, mode: 0o700 });
  }
  return { serves: () => services, ended, stop: (kill) => end(kill ? 137 : 0) };
}
