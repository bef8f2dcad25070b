/** Containers of images with real file trees: built ones, and whatever their main process is. */
import { Sockets, type NetSpace } from '../apps/net.js';
import { furnish, userOf } from '../apps/inside.js';
import { execWords } from '../kernel/exec.js';
import { DeviceDescription, type Description } from '../kernel/description.js';
import { Outlet } from '../kernel/pipe.js';
import { lookUp } from '../kubernetes/registry.js';
import { isAddress } from '../model/machine.js';
import { serverAt } from '../web/connect.js';
import type { Container } from './container.js';
import type { Engine } from './engine.js';
import { environmentOf } from './shell-program.js';
import type { Running, Service } from './types.js';

/** Sockets of running containers, so that those of one network find each other. */
const sockets = new WeakMap<Container, Sockets>();

function netOf(container: Container, engine: Engine, own: Sockets): NetSpace {
  const { host } = container;
  const mine = () => [...container.addresses.values()][0] ?? '';
  return {
    get address() {
      return mine();
    },
    listen: (port, server) => own.listen(port, server),
    lookUp: (name) => {
      if (isAddress(name)) return name;
      const peer = engine.peer(container, name);
      return peer === undefined ? lookUp(host, name) : ([...peer.addresses.values()][0] ?? null);
    },
    dial: (address, port) => {
      const peer =
        address.startsWith('127.') || address === mine()
          ? container
          : engine.containers.find(
              (one) => one.status === 'running' && [...one.addresses.values()].includes(address),
            );
      if (peer !== undefined) {
        const server = sockets.get(peer)?.at(port) ?? null;
        return { reach: server === null ? 'refused' : 'open', server, from: mine() };
      }
      const found = serverAt(host, address, port, address);
      return {
        reach: host.world.reach(host, address, port),
        server: found.http === null ? null : { http: found.http },
        from: host.address,
      };
    },
  };
}
export function imageProgram(container: Container, engine: Engine): Running {
  const own = new Sockets();
  sockets.set(container, own);
  const around = { host: container.host, net: netOf(container, engine, own) };
  container.furnish = (volume, kernel) => furnish(volume, kernel, container.image, around);
  const { kernel, volume } = container.inside;
  const { entrypoint, command, workdir, user } = container.spec;
  const words = [...entrypoint, ...command];
  const output = (stream: 'stdout' | 'stderr') =>
    new Outlet(stream, async (bytes) => container.log(bytes.toString('utf8'), stream));
  const who = userOf(volume, user);
  const process = kernel.spawn(
    {
      argv: words,
      env: environmentOf(container),
      cwd: workdir === '' ? '/' : workdir,
      lead: 'session',
      ...(who === null ? {} : { credentials: who }),
      descriptors: new Map<number, Description>([
        [0, new DeviceDescription('null')],
        [1, output('stdout')],
        [2, output('stderr')],
      ]),
    },
    (one) => execWords(one, words),
  );
  const serves = (): ReadonlyMap<number, Service> =>
    new Map(
      own.ports.flatMap((port) => {
        const http = own.at(port)?.http;
        return http === undefined ? [] : [[port, { http }] as const];
      }),
    );
  return { serves, ended: process.exited, stop: (kill) => process.kill(kill ? 'KILL' : 'TERM') };
}
