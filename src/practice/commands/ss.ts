/** ss: who listens where. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { withOptions } from './program.js';

interface Socket {
  readonly address: string;
  readonly port: number;
  readonly process: string;
  readonly pid: number;
}
const DNS = 53;

/** @param datagrams UDP instead of TCP. Of the model's services only those that answer DNS take it; programs speak TCP. */
function sockets(host: Host, datagrams: boolean): readonly Socket[] {
  const units = [...host.systemd.units.values()]
    .filter((unit) => unit.active === 'active' && unit.pid !== 0)
    .flatMap((unit) =>
      (unit.spec.listens ?? [])
        .filter(({ port }) => !datagrams || port === DNS)
        .map(({ address, port }) => ({
          address,
          port,
          process: (unit.spec.process ?? '').slice(0, 15),
          pid: unit.pid,
        })),
    );
  const programs = datagrams ? [] : host.listeners.all.filter((one) => one.hidden !== true);
  const seen = new Set<string>();
  return [...units, ...programs].filter(({ address, port }) => {
    const key = `${address}:${port}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
/** `sport = :8080`, `( sport = :80 or sport = :443 )`. Null for what is not understood. */
function filterOf(words: readonly string[]): ((socket: Socket) => boolean) | null {
  const text = words.join(' ').replace(/[()]/g, ' ').trim();
  if (text === '') return () => true;
  const tests = text
    .split(/\s+or\s+|\s*\|\|\s*/)
    .map((part) => /^(?:sport|src)\s*(?:=|==|eq)?\s*:(\d+)$/.exec(part.trim()));
  if (tests.some((one) => one === null)) return null;
  const ports = tests.map((one) => Number(one?.[1]));
  return (socket) => ports.includes(socket.port);
}

export function ss(host: Host): Program {
  return withOptions(
    { flags: 'lntupaH46eoms', long: ['listening', 'numeric', 'tcp', 'udp', 'processes', 'no-header', 'all'] },
    async (process, options) => {
      const filter = filterOf(options.operands);
      if (filter === null) return process.refuse(`the filter ${options.operands.join(' ')}`);
      if (!options.has('H', 'no-header'))
        await process.out('State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n');
      if (!options.has('l', 'a', 'listening', 'all')) return 0;
      const udp = options.has('u', 'udp');
      const tcp = options.has('t', 'tcp') || !udp;
      const found = [
        ...(udp ? sockets(host, true).map((socket) => ({ ...socket, state: 'UNCONN 0      0     ' })) : []),
        ...(tcp ? sockets(host, false).map((socket) => ({ ...socket, state: 'LISTEN 0      4096  ' })) : []),
      ];
      // With both protocols each line begins with its own.
      const netid = (state: string): string =>
        udp && tcp ? `${state.startsWith('U') ? 'udp' : 'tcp'}   ` : '';
      for (const socket of found) {
        if (!filter(socket)) continue;
        const { address, port, state } = socket;
        const local = address.startsWith('127.0.0.5') ? `${address}%lo` : address;
        const users =
          options.has('p', 'processes') && process.credentials.uid === 0
            ? ` users:(("${socket.process}",pid=${socket.pid},fd=3))`
            : '';
        await process.out(
          `${netid(state)}${state} ${`${local}:${port}`.padStart(18)}      0.0.0.0:*    ${users}\n`,
        );
      }
      return 0;
    },
  );
}
