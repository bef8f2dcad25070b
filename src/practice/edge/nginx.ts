/** The nginx image: its files, its main process, and the command `nginx` inside a container. */
import type { Dialled } from '../apps/net.js';
import { withOptions } from '../commands/program.js';
import type { Host } from '../host.js';
import type { Container } from '../docker/container.js';
import type { Engine } from '../docker/engine.js';
import { shellProgram } from '../docker/shell-program.js';
import type { Running, Service } from '../docker/types.js';
import type { Program } from '../kernel/kernel.js';
import { isAddress } from '../model/machine.js';
import { hostsFile } from '../model/resolver.js';
import { NGINX_FILES, NGINX_MAIN } from '../apps/nginx-files.js';
import { serverAt } from '../web/connect.js';
import { loadNginx, type NginxConfig } from './nginx-load.js';
import { NginxError } from './nginx-parse.js';
import { pickServer, serveNginx } from './nginx-serve.js';

const MAIN = NGINX_MAIN;
const FILES: Readonly<Record<string, string>> = {
  ...NGINX_FILES,
  '/etc/nginx/conf.d/default.conf':
    'server {\n    listen       80;\n    server_name  localhost;\n    location / {\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n',
};
const stamp = (now: number) => new Date(now).toISOString().slice(0, 19).replace(/-/g, '/').replace('T', ' ');

/** Names as a container of this host knows them: other containers first, then what the host's DNS says. */
function lookUp(container: Container, engine: Engine, name: string): string | null {
  if (isAddress(name)) return name;
  const peer = engine.peer(container, name);
  if (peer !== undefined) return [...peer.addresses.values()][0] ?? null;
  if (hostsFile(container.host).some((entry) => entry.names.includes(name) && entry.address === '127.0.0.1'))
    return null;
  return container.host.world.names.get(name)?.[0] ?? null;
}
/** A connection from this container, which leaves by its host. */
function dial(host: Host, address: string, port: number, name: string): Dialled {
  const { http, from } = serverAt(host, address, port, name);
  return { reach: host.world.reach(host, address, port), server: http === null ? null : { http }, from };
}
/** Puts the image's files where no mount lies over them. */
function prepare(container: Container): void {
  const { volume } = container.inside;
  for (const [path, text] of Object.entries(FILES))
    if (container.hostPath(path) === null && volume.find(path) === undefined) volume.put(path, text);
  volume.ensureDirectory('/var/log/nginx');
}
const load = (container: Container, engine: Engine): NginxConfig =>
  loadNginx(container.inside.volume, MAIN, (name) => lookUp(container, engine, name) !== null);

export function nginxProgram(container: Container, engine: Engine): Running {
  let config: NginxConfig | null = null;
  let end = (_status: number): void => undefined;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const { host } = container;
  const say = (line: string, stream: 'stdout' | 'stderr' = 'stderr') => container.log(line, stream);
  const note = (level: string, words: string) => say(`${stamp(host.machine.now())} [${level}] 1#1: ${words}`);
  const reload = (): boolean => {
    try {
      config = load(container, engine);
      return true;
    } catch (error) {
      if (!(error instanceof NginxError)) throw error;
      note('emerg', error.message);
      return false;
    }
  };
  container.programs.set(
    'nginx',
    nginxCommand(container, engine, reload, (status) => end(status)),
  );
  prepare(container);
  say(
    '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration',
    'stdout',
  );
  say('/docker-entrypoint.sh: Configuration complete; ready for start up', 'stdout');
  // What is given instead of nginx runs instead of it.
  const [word = 'nginx', ...args] = container.spec.command;
  const commandLine = args.filter((arg, index) => arg !== '-g' && args[index - 1] !== '-g');
  if (word !== 'nginx' || commandLine.length > 0) return shellProgram(container);
  if (!reload()) {
    say(`nginx: [emerg] ${container.lines.at(-1)?.text.replace(/^.*1#1: /, '') ?? ''}`);
    end(1);
  } else {
    note('notice', 'using the "epoll" event method');
    note('notice', 'nginx/1.29.3');
    note('notice', 'start worker processes');
  }
  const serves = (): ReadonlyMap<number, Service> => {
    const found = new Map<number, Service>();
    const current = config;
    if (current === null) return found;
    for (const server of current.servers)
      for (const { port, ssl } of server.ports) {
        const secure = ssl || found.get(port)?.tls !== undefined;
        found.set(port, {
          http: async (request) => {
            const response = await serveNginx(
              current,
              {
                host,
                volume: container.inside.volume,
                lookUp: (name) => lookUp(container, engine, name),
                dial: (address, to, name) => dial(host, address, to, name),
                error: (line) => say(`${stamp(host.machine.now())} ${line}`),
              },
              port,
              secure,
              request,
            );
            say(
              `${request.from} - - [${new Date(host.machine.now()).toUTCString()}] "${request.method} ${request.url.pathname} HTTP/1.1" ${response.status} ${response.body.length} "-" "${request.headers.get('user-agent') ?? '-'}" "-"`,
              'stdout',
            );
            return response;
          },
          ...(secure ? { tls: () => pickServer(current, port, '')?.identity ?? null } : {}),
        });
      }
    return found;
  };
  return { serves, ended, stop: (kill) => end(kill ? 137 : 0) };
}

/** `nginx -t`, `-T`, `-v`, `-s reload` inside the container. */
function nginxCommand(
  container: Container,
  engine: Engine,
  reload: () => boolean,
  quit: (status: number) => void,
): Program {
  return withOptions({ flags: 'tTvVq', values: 'sgc' }, async (process, options) => {
    if (options.has('v', 'V')) {
      await process.err('nginx version: nginx/1.29.3\n');
      return 0;
    }
    if (options.has('t', 'T')) {
      try {
        load(container, engine);
      } catch (error) {
        if (!(error instanceof NginxError)) throw error;
        await process.err(`nginx: [emerg] ${error.message}\nnginx: configuration file ${MAIN} test failed\n`);
        return 1;
      }
      if (!options.has('q'))
        await process.err(
          `nginx: the configuration file ${MAIN} syntax is ok\nnginx: configuration file ${MAIN} test is successful\n`,
        );
      if (options.has('T')) {
        const { volume } = container.inside;
        const conf = volume.find('/etc/nginx/conf.d');
        const names =
          conf?.kind === 'directory'
            ? [...conf.entries.keys()].toSorted().map((name) => `/etc/nginx/conf.d/${name}`)
            : [];
        for (const path of [MAIN, ...names])
          await process.out(`# configuration file ${path}:\n${volume.text(path) ?? ''}\n`);
      }
      return 0;
    }
    switch (options.value('s')) {
      case 'reload':
        if (!reload()) {
          await process.err(`nginx: [emerg] ${container.lines.at(-1)?.text.replace(/^.*1#1: /, '') ?? ''}\n`);
          return 1;
        }
        container.log(
          `${stamp(container.host.machine.now())} [notice] 1#1: signal 1 (SIGHUP) received, reconfiguring`,
          'stderr',
        );
        return 0;
      case 'quit':
      case 'stop':
        quit(0);
        return 0;
      default:
        return process.refuse('starting a second nginx');
    }
  });
}
