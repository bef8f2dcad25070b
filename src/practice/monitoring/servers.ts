/** What the servers of the monitoring charts have in common: they say a few lines, listen, and stay. */
import type { Around } from '../apps/around.js';
import { longRunning, patience } from '../apps/service.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import type { Cluster } from '../kubernetes/cluster.js';
import { answer, answerJson, type HttpHandler } from '../model/http.js';
import { SystemError } from '../vfs/inode.js';

export const clusterOf = ({ host }: Around): Cluster | null => host.kube.services.cluster;
export const plain = (status: number, text: string) =>
  answer(status, text, [['Content-Type', 'text/plain; charset=utf-8']]);
const stamp = (process: Process): string => new Date(process.kernel.now()).toISOString();
/** A line as Go programs log it. */
export const logfmt = (process: Process, level: string, words: string): Promise<void> =>
  process.err(`ts=${stamp(process)} level=${level} msg="${words}"\n`);

export interface Server {
  readonly port: number;
  readonly http: HttpHandler;
}
/** Listens until it is told to stop. Gives the exit status. */
export async function stay(around: Around, process: Process, servers: readonly Server[]): Promise<number> {
  const closers: (() => void)[] = [];
  try {
    for (const { port, http } of servers) closers.push(around.net.listen(port, { http }));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await logfmt(
      process,
      'error',
      `listen tcp :${servers[closers.length]?.port ?? 0}: bind: address already in use`,
    );
    return 1;
  }
  try {
    await longRunning(process);
  } finally {
    for (const close of closers) close();
  }
  return 0;
}
/** A server that answers health checks and metrics, and nothing else. */
export const exporter =
  (around: Around, ports: readonly number[], metrics: string): Program =>
  async (process) => {
    await logfmt(process, 'info', `Starting ${process.name}`);
    return stay(
      around,
      process,
      ports.map((port) => ({
        port,
        http: ({ url }) =>
          url.pathname === '/metrics'
            ? plain(200, metrics)
            : ['/', '/livez', '/readyz', '/ready', '/-/ready', '/-/healthy'].includes(url.pathname)
              ? plain(200, 'OK\n')
              : plain(404, '404 page not found\n'),
      })),
    );
  };
/** Something that runs beside another program and serves nobody. */
export const companion =
  (around: Around, words: string): Program =>
  async (process) => {
    await logfmt(process, 'info', words);
    return stay(around, process, []);
  };
/** Becomes true some time after the start. @param ms simulated */
export function readyAfter(process: Process, ms: number): () => boolean {
  let ready = false;
  void patience(process, ms).then(
    () => {
      ready = true;
    },
    () => undefined,
  );
  return () => ready;
}
export const success = (data: unknown) => answerJson(200, { status: 'success', data });
