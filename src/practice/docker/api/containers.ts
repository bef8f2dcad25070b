/** Reading about containers: the list, one of them, and its processes. */
import { commandText, inspectContainer, statusText } from '../describe.js';
import type { Container } from '../container.js';
import type { Engine } from '../engine.js';
import { isWanted } from '../filters.js';
import { ApiError, type Handler } from './exchange.js';

/** Ports as the list shows them: published ones for IPv4 and IPv6, then those that are only exposed. */
function ports(container: Container) {
  if (container.status !== 'running') return [];
  const published = container.spec.ports.flatMap((port) =>
    (port.address === '' || port.address === '0.0.0.0' ? ['0.0.0.0', '::'] : [port.address]).map((IP) => ({
      IP,
      PrivatePort: port.containerPort,
      PublicPort: port.hostPort,
      Type: port.protocol,
    })),
  );
  const bare = container.image.exposed
    .filter((port) => !container.spec.ports.some((one) => one.containerPort === port))
    .map((port) => ({ PrivatePort: port, Type: 'tcp' }));
  return [...published, ...bare];
}
/** A row of `/containers/json`. */
export function containerRow(engine: Engine, container: Container) {
  const shown = inspectContainer(engine, container);
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: container.spec.image,
    ImageID: `sha256:${container.image.id}`,
    Command: commandText(container),
    Created: Math.floor(container.createdAt / 1000),
    Ports: ports(container),
    Labels: { ...container.image.labels, ...container.spec.labels },
    State: container.status,
    Status: statusText(container),
    HostConfig: { NetworkMode: container.spec.networks[0]?.name ?? 'default' },
    NetworkSettings: { Networks: shown.NetworkSettings.Networks },
    Mounts: shown.Mounts,
  };
}

export const list: Handler = (exchange) => {
  const { engine, filters } = exchange;
  const limit = exchange.number('limit', 0);
  const all = exchange.flag('all') || limit > 0 || filters.has('status') || filters.has('exited');
  const found = engine.containers
    .filter((one) => all || one.status === 'running' || one.status === 'restarting')
    .filter((one) => isWanted(one, filters))
    .toReversed()
    .map((one) => ({
      ...containerRow(engine, one),
      ...(exchange.flag('size') ? { SizeRw: 0, SizeRootFs: one.image.sizeBytes } : {}),
    }));
  exchange.json(200, limit > 0 ? found.slice(0, limit) : found);
};
export const inspect: Handler = (exchange) => {
  exchange.json(200, inspectContainer(exchange.engine, exchange.container));
};

interface Row {
  readonly user: string;
  readonly pid: number;
  readonly parent: number;
  readonly startedAt: number;
  readonly tty: string;
  readonly command: string;
}
/** The processes of a container with the numbers that they have on the host. */
function processes(container: Container): readonly Row[] {
  const inside = container.inside.kernel.processes;
  const known = inside.map((process) => process.pid);
  const number = (pid: number) =>
    known.includes(pid) ? container.pid + known.indexOf(pid) : container.pid - 1;
  const rows = inside.map((process): Row => ({
    user: process.credentials.user,
    pid: number(process.pid),
    parent: number(process.ppid),
    startedAt: process.startedAt,
    tty: process.tty ? 'pts/0' : '?',
    command: process.argv.join(' '),
  }));
  const main: Row = {
    user: container.spec.user === '' ? 'root' : container.spec.user,
    pid: container.pid,
    parent: container.pid - 1,
    startedAt: container.startedAt,
    tty: '?',
    command: commandText(container),
  };
  // Where the main program is no process of the simulation, it is one all the same.
  return inside.some(({ startedAt }) => startedAt <= container.startedAt)
    ? rows
    : [main, ...rows.map((row) => ({ ...row, pid: row.pid + 1 }))];
}

export const top: Handler = (exchange) => {
  const { container } = exchange;
  const options = exchange.query.get('ps_args') ?? '-ef';
  if (container.status !== 'running') throw new ApiError(409, `container ${container.id} is not running`);
  const rows = processes(container);
  const clock = (at: number) => new Date(at).toISOString().slice(11, 16);
  switch (options.trim()) {
    case '':
    case '-ef':
      exchange.json(200, {
        Titles: ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'],
        Processes: rows.map((row) => [
          row.user,
          String(row.pid),
          String(row.parent),
          '0',
          clock(row.startedAt),
          row.tty,
          '00:00:00',
          row.command,
        ]),
      });
      return;
    case 'aux':
    case '-aux':
      exchange.json(200, {
        Titles: ['USER', 'PID', '%CPU', '%MEM', 'VSZ', 'RSS', 'TTY', 'STAT', 'START', 'TIME', 'COMMAND'],
        Processes: rows.map((row) => [
          row.user,
          String(row.pid),
          '0.0',
          '0.1',
          '10208',
          '3400',
          row.tty,
          'Ss',
          clock(row.startedAt),
          '0:00',
          row.command,
        ]),
      });
      return;
    default:
      throw new ApiError(501, `practice lab: the options "${options}" of ps are not simulated`);
  }
};
