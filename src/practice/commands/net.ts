/** Programs about the network: ip, ss, ping, nc, curl, getent, resolvectl. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { portNumber } from '../model/dial.js';
import { resolveName } from '../model/resolver.js';
import { withOptions } from './program.js';
import { ip, ss } from './ip.js';
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
    // A refused port is an answer too: the machine is there.
    const reach = host.world.reach(host, address, 7);
    const other = host.world.holder(address);
    const alive =
      reach === 'open' ||
      reach === 'refused' ||
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

function curl(host: Host): Program {
  return withOptions(
    {
      flags: 'sSfILkvgO4',
      values: 'owmHXAu',
      long: [
        'silent',
        'show-error',
        'fail',
        'head',
        'location',
        'insecure',
        'output=',
        'write-out=',
        'max-time=',
        'connect-timeout=',
        'header=',
        'request=',
        'resolve=',
        'retry=',
        'retry-delay=',
        'ipv4',
      ],
    },
    async (process, options) => {
      const [given = ''] = options.operands;
      const url = URL.parse(/^https?:/.test(given) ? given : `http://${given}`);
      const quiet = options.has('s', 'silent') && !options.has('S', 'show-error');
      const output = options.value('o', 'output');
      const writeOut = async (code: string) => {
        const format = options.value('w', 'write-out');
        if (format !== undefined)
          await process.out(
            format
              .replaceAll('%{http_code}', code)
              .replaceAll('%{response_code}', code)
              .replaceAll('\\n', '\n'),
          );
      };
      const failed = async (code: number, words: string): Promise<number> => {
        if (!quiet) await process.err(`curl: (${code}) ${words}\n`);
        await writeOut('000');
        return code;
      };
      if (url === null) return failed(3, 'URL using bad/illegal format or missing URL');
      const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
      const [address] = await resolveName(host, process, url.hostname);
      if (address === undefined) return failed(6, `Could not resolve host: ${url.hostname}`);
      const reach = host.world.reach(host, address, port);
      if (reach === 'silent') {
        const limit = Number(options.value('m', 'max-time', 'connect-timeout') ?? 130);
        await process.sleep(limit * 1000);
        return failed(28, `Connection timed out after ${limit * 1000} milliseconds`);
      }
      if (reach !== 'open')
        return failed(
          7,
          `Failed to connect to ${url.hostname} port ${port} after 1 ms: Couldn't connect to server`,
        );
      const known = host.world.names.has(url.hostname) && [80, 443].includes(port);
      if (!known) return failed(52, 'Empty reply from server');
      const body = options.has('I', 'head')
        ? 'HTTP/1.1 200 OK\r\nServer: practice\r\n\r\n'
        : 'practice lab\n';
      if (output === undefined) await process.out(body);
      else if (output !== '/dev/null') process.view.write(process.path(output), body);
      await writeOut('200');
      return 0;
    },
  );
}

export function netPrograms(host: Host): Readonly<Record<string, Program>> {
  return {
    ip: ip(host),
    ss: ss(host),
    ping: ping(host),
    nc: nc(host),
    curl: curl(host),
    getent: getent(host),
    resolvectl: resolvectl(host),
  };
}
