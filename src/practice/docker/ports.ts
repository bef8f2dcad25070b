/** What stands around a container before its program runs: where its log goes, and the ports it publishes. */
import { createHash } from 'node:crypto';
import type { Listener } from '../model/listeners.js';
import { SystemError } from '../vfs/inode.js';
import type { Container } from './container.js';
import type { Running } from './types.js';

/** Why the logging driver cannot be set up, in the daemon's words; null when it can. */
export function loggingProblem({ host, spec }: Container): string | null {
  if (spec.logging.driver !== 'syslog') return null;
  const [, address = '', port = ''] =
    /^tcp:\/\/([^:]+):(\d+)$/.exec(spec.logging.options['syslog-address'] ?? '') ?? [];
  if (address === '') return null;
  const target = address === 'localhost' ? '127.0.0.1' : address;
  return host.world.reach(host, target, Number(port)) === 'open'
    ? null
    : `failed to create task for container: failed to initialize logging driver: dial tcp ${address}:${port}: connect: connection refused`;
}

/**
 * Opens the published ports on the host, for what the program serves.
 * @returns why it could not be done, in the daemon's words, or null; `open` gets what was opened in either case
 */
export function publish(container: Container, running: Running, open: Listener[]): string | null {
  const { host } = container;
  for (const port of container.spec.ports) {
    const service = () => running.serves?.().get(port.containerPort);
    const secure = service()?.tls;
    try {
      open.push(
        host.listeners.open({
          address: port.address === '' ? '0.0.0.0' : port.address,
          port: port.hostPort,
          process: 'docker-proxy',
          pid: host.kernel.takePid(),
          published: port.address !== '127.0.0.1',
          http: (request) => service()?.http(request) ?? null,
          ...(secure === undefined ? {} : { tls: () => service()?.tls?.() ?? null }),
        }),
      );
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const endpoint = createHash('sha256').update(container.id).digest('hex');
      return `failed to set up container networking: driver failed programming external connectivity on endpoint ${container.name} (${endpoint}): failed to bind host port ${port.address === '' ? '0.0.0.0' : port.address}:${port.hostPort}/${port.protocol}: address already in use`;
    }
  }
  return null;
}
