/** Programs about the network: ip, ss, ping, nc, curl, getent, resolvectl. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { portNumber } from '../model/dial.js';
import { resolveName } from '../model/resolver.js';
import { curl } from '../web/curl.js';
import { wget } from '../web/wget.js';
import { withOptions } from './program.js';
import { ip } from './ip.js';
import { ss } from './ss.js';
import { getent, resolvectl } from './names.js';

function ping(host: Host): Program {
  return withOptions({ flags: 'nq46Aa', values: 'cWwiIs' }, async (process, options) => {
    const [name = ''] = options.operands;
    const [address] = await resolveName(host, process, name);
    if (address === undefined) {
      await process.err(`ping: ${name}: Temporary failure in name resolution\n`);
      return 2;
    }
    const count = Number(options.value('c') ?? 4);
    const reach = host.world.reach(host, address, 7);
    const other = host.world.holder(address);
    // Of a machine that is there a refused port is an answer too, and a firewall like ufw's lets the echo itself through.
    const alive =
      reach === 'open' ||
      reach === 'refused' ||
      (reach === 'silent' &&
        other !== undefined &&
        !host.linkCut &&
        !other.linkCut &&
        other.power === 'on') ||
      (other === undefined && !host.linkCut && host.world.reach(host, address, 443) === 'open');
    await process.out(`PING ${name} (${address}) 56(84) bytes of data.\n`);
    for (let at = 1; at <= count; at += 1) {
      if (alive) await process.out(`64 bytes from ${address}: icmp_seq=${at} ttl=64 time=0.4${at} ms\n`);
      else if (reach === 'unreachable')
        await process.out(`From ${host.address} icmp_seq=${at} Destination Host Unreachable\n`);
      await process.sleep(
        at < count
          ? Number(options.value('i') ?? 1) * 1000
          : alive
            ? 0
            : Number(options.value('W') ?? 10) * 1000,
      );
    }
    await process.out(
      `\n--- ${name} ping statistics ---\n${count} packets transmitted, ${alive ? count : 0} received, ${alive ? 0 : 100}% packet loss, time ${count * 1000}ms\n`,
    );
    return alive ? 0 : 1;
  });
}

function nc(host: Host): Program {
  return withOptions({ flags: 'zvnuN4', values: 'w' }, async (process, options) => {
    const [name = '', port = ''] = options.operands;
    if (!options.has('z')) return process.refuse('anything but -z');
    const seconds = Number(options.value('w') ?? 130);
    const attempt = async (): Promise<string | null> => {
      const [address] = await resolveName(host, process, name);
      if (address === undefined)
        return `getaddrinfo for host "${name}" port ${port}: Name or service not known`;
      const reach = host.world.reach(host, address, portNumber(port));
      if (reach === 'open') return null;
      if (reach === 'silent') await process.sleep(seconds * 1000);
      const why =
        reach === 'refused'
          ? 'Connection refused'
          : reach === 'silent'
            ? 'Connection timed out'
            : 'No route to host';
      return `connect to ${name} (${address}) port ${port} (tcp) failed: ${why}`;
    };
    const failure = await attempt();
    if (failure !== null) {
      if (options.has('v')) await process.err(`nc: ${failure}\n`);
      return 1;
    }
    if (options.has('v')) await process.err(`Connection to ${name} ${port} port [tcp/*] succeeded!\n`);
    return 0;
  });
}

export function netPrograms(host: Host): Readonly<Record<string, Program>> {
  return {
    ip: ip(host),
    ss: ss(host),
    ping: ping(host),
    nc: nc(host),
    curl: curl(host),
    wget: wget(host),
    getent: getent(host),
    resolvectl: resolvectl(host),
  };
}
