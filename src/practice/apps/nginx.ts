/** nginx as a program of a container: reads its configuration, listens, answers until it is stopped. */
import { withOptions } from '../commands/program.js';
import { loadNginx, type NginxConfig } from '../edge/nginx-load.js';
import { NginxError } from '../edge/nginx-parse.js';
import { serveNginx } from '../edge/nginx-serve.js';
import { execWords } from '../kernel/exec.js';
import type { Kernel, Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { isAddress } from '../model/machine.js';
import { SystemError } from '../vfs/inode.js';
import type { Around } from './around.js';
import { NGINX_MAIN } from './nginx-files.js';
import { longRunning } from './service.js';

/** Masters that run, by the kernel of their container: how `nginx -s` finds them. */
const masters = new WeakMap<Kernel, { readonly reload: () => string | null; readonly stop: () => void }>();
const stamp = (now: number) => new Date(now).toISOString().slice(0, 19).replace(/-/g, '/').replace('T', ' ');

export const nginxEntrypoint: Program = async (process, args) => {
  if (args[0] === 'nginx')
    await process.out(
      '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\n/docker-entrypoint.sh: Configuration complete; ready for start up\n',
    );
  return execWords(process, args);
};

async function serve(around: Around, process: Process): Promise<number> {
  const { volume } = process.kernel;
  const { net, host } = around;
  const say = (line: string) => void process.err(`${line}\n`).catch(() => undefined);
  const note = (level: string, words: string) =>
    say(`${stamp(process.kernel.now())} [${level}] 1#1: ${words}`);
  let config: NginxConfig = { servers: [], zones: new Map(), upstreams: new Map(), http: [] };
  let closers: (() => void)[] = [];
  const lookUp = (name: string) => (isAddress(name) ? name : net.lookUp(name));
  /** Gives nginx's words when the configuration is refused; then the old one goes on. */
  const load = (): string | null => {
    try {
      config = loadNginx(volume, NGINX_MAIN, (name) => lookUp(name) !== null);
    } catch (error) {
      if (error instanceof NginxError) return error.message;
      throw error;
    }
    for (const close of closers.splice(0)) close();
    const ports = new Set(config.servers.flatMap((server) => server.ports.map(({ port }) => port)));
    for (const port of ports) {
      try {
        closers.push(
          net.listen(port, {
            http: async (request) => {
              const response = await serveNginx(
                config,
                {
                  host,
                  volume,
                  lookUp,
                  dial: (address, to) => net.dial(address, to),
                  error: (line) => say(`${stamp(process.kernel.now())} ${line}`),
                },
                port,
                false,
                request,
              );
              // A log line whose reader is gone is lost; the answer is not.
              void process
                .out(
                  `${request.from} - - [${new Date(process.kernel.now()).toUTCString()}] "${request.method} ${request.url.pathname}${request.url.search} HTTP/1.1" ${response.status} ${response.body.length} "-" "${request.headers.get('user-agent') ?? '-'}" "${request.headers.get('x-forwarded-for') ?? '-'}"\n`,
                )
                .catch(() => undefined);
              return response;
            },
          }),
        );
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        return `bind() to 0.0.0.0:${port} failed (98: Address already in use)`;
      }
    }
    return null;
  };
  const wrong = load();
  if (wrong !== null) {
    note('emerg', wrong);
    say(`nginx: [emerg] ${wrong}`);
    for (const close of closers.splice(0)) close();
    return 1;
  }
  note('notice', 'using the "epoll" event method');
  note('notice', 'nginx/1.29.3');
  note('notice', 'start worker processes');
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  masters.set(process.kernel, { reload: load, stop });
  try {
    await Promise.race([longRunning(process), stopped]);
  } finally {
    for (const close of closers.splice(0)) close();
    closers = [];
    masters.delete(process.kernel);
  }
  note('notice', 'exiting');
  return 0;
}
export const nginx = (around: Around): Program =>
  withOptions({ flags: 'tTvVq', values: 'sgcep' }, async (process, options) => {
    if (options.has('v', 'V')) {
      await process.err('nginx version: nginx/1.29.3\n');
      return 0;
    }
    if (options.has('t', 'T')) {
      try {
        loadNginx(
          process.kernel.volume,
          NGINX_MAIN,
          (name) => isAddress(name) || around.net.lookUp(name) !== null,
        );
      } catch (error) {
        if (!(error instanceof NginxError)) throw error;
        await process.err(
          `nginx: [emerg] ${error.message}\nnginx: configuration file ${NGINX_MAIN} test failed\n`,
        );
        return 1;
      }
      await process.err(
        `nginx: the configuration file ${NGINX_MAIN} syntax is ok\nnginx: configuration file ${NGINX_MAIN} test is successful\n`,
      );
      return 0;
    }
    const signal = options.value('s');
    if (signal === undefined) return serve(around, process);
    const master = masters.get(process.kernel);
    if (master === undefined) {
      await process.err('nginx: [error] invalid PID number "" in "/run/nginx.pid"\n');
      return 1;
    }
    if (signal === 'reload') {
      const wrong = master.reload();
      if (wrong !== null) {
        await process.err(`nginx: [emerg] ${wrong}\n`);
        return 1;
      }
    } else master.stop();
    return 0;
  });
