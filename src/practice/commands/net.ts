/** Programs about the network: ip, ss, ping, nc, curl, getent, resolvectl. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { portNumber } from '../model/dial.js';
import { inNetwork, isAddress, networkOf, type Card, type Route } from '../model/machine.js';
import { askResolved, resolvedServers, resolveName } from '../model/resolver.js';
import { withOptions } from './files.js';
import { accounts, groups } from './owners.js';

function broadcast(card: Card): string {
  const [first] = card.addresses;
  if (first === undefined) return '';
  const network = networkOf(first.address, first.prefix).split('.').map(Number);
  return network.map((part, index) => part | (255 >> Math.max(0, Math.min(8, first.prefix - index * 8)))).join('.');
}
const lifetime = (dynamic: boolean) => (dynamic ? '86021sec' : 'forever');
const scopeOf = (card: Card) => (card.name === 'lo' ? 'host' : 'global');

function addressLine(card: Card, index: number): string {
  const { address, prefix, dynamic } = card.addresses[index] ?? { address: '', prefix: 0, dynamic: false };
  const brd = card.name === 'lo' || prefix === 32 ? '' : ` brd ${broadcast(card)}`;
  return `inet ${address}/${prefix}${dynamic ? ' metric 100' : ''}${brd} scope ${scopeOf(card)} ${dynamic ? 'dynamic ' : ''}${card.name}`;
}
function linkLine(card: Card): string {
  const flags = card.name === 'lo' ? 'LOOPBACK,UP,LOWER_UP' : card.up ? 'BROADCAST,MULTICAST,UP,LOWER_UP' : 'BROADCAST,MULTICAST';
  const state = card.name === 'lo' ? 'UNKNOWN' : card.up ? 'UP' : 'DOWN';
  return `<${flags}> mtu ${card.name === 'lo' ? 65_536 : 1500} qdisc ${card.name === 'lo' ? 'noqueue' : 'fq_codel'} state ${state} mode DEFAULT group default qlen 1000`;
}
function linkTail(card: Card): string {
  return card.name === 'lo' ? 'link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00' : `link/ether ${card.mac} brd ff:ff:ff:ff:ff:ff`;
}
function routeLine(route: Route): string {
  const via = route.via === undefined ? '' : ` via ${route.via}`;
  const scope = route.protocol === 'kernel' ? ' scope link' : '';
  const source = route.source === undefined ? '' : ` src ${route.source}`;
  const metric = route.metric === undefined ? '' : ` metric ${route.metric}`;
  return `${route.destination}${via} dev ${route.device} proto ${route.protocol}${scope}${source}${metric} `;
}

async function ipAddress(host: Host, process: Process, oneLine: boolean, brief: boolean, json: boolean, words: readonly string[]): Promise<number> {
  const named = words.filter((word) => !['show', 'list', 'dev', 'up', 'scope', 'global', 'to'].includes(word));
  const [name] = named;
  const all = host.machine.cards.map((card, index) => ({ card, index: index + 1 }));
  const cards = all.filter(({ card }) => (name === undefined || card.name === name) && !(words.includes('global') && card.name === 'lo') && !(words.includes('up') && !card.up));
  if (name !== undefined && cards.length === 0) {
    await process.err(`Device "${name}" does not exist.\n`);
    return 1;
  }
  if (json) {
    await process.out(`${JSON.stringify(cards.map(({ card, index }) => ({ ifindex: index, ifname: card.name, operstate: card.up ? 'UP' : 'DOWN', address: card.mac, addr_info: card.addresses.map(({ address, prefix, dynamic }) => ({ family: 'inet', local: address, prefixlen: prefix, scope: scopeOf(card), dynamic, label: card.name })) })))}\n`);
    return 0;
  }
  for (const { card, index } of cards) {
    if (brief) {
      await process.out(`${card.name.padEnd(16)} ${(card.name === 'lo' ? 'UNKNOWN' : card.up ? 'UP' : 'DOWN').padEnd(14)} ${card.addresses.map(({ address, prefix }) => `${address}/${prefix}`).join(' ')} \n`);
      continue;
    }
    if (!oneLine) await process.out(`${index}: ${card.name}: ${linkLine(card)}\n    ${linkTail(card)}\n`);
    for (const [at, { dynamic }] of card.addresses.entries()) {
      const time = `valid_lft ${lifetime(dynamic)} preferred_lft ${lifetime(dynamic)}`;
      await process.out(oneLine ? `${index}: ${card.name}    ${addressLine(card, at)}\\       ${time}\n` : `    ${addressLine(card, at)}\n       ${time}\n`);
    }
  }
  return 0;
}

async function ipRoute(host: Host, process: Process, json: boolean, words: readonly string[]): Promise<number> {
  const { routes } = host.machine;
  if (words[0] === 'get') {
    const target = words.find((word) => isAddress(word)) ?? '';
    const local = host.machine.addresses.includes(target) || target.startsWith('127.');
    if (local) {
      await process.out(`local ${target} dev lo src ${target} uid ${process.credentials.uid} \n    cache <local> \n`);
      return 0;
    }
    const best = routes.filter((route) => route.destination !== 'default' && inNetwork(target, route.destination)).toSorted((a, b) => Number(b.destination.split('/')[1]) - Number(a.destination.split('/')[1]))[0] ?? routes.find((route) => route.destination === 'default');
    if (best === undefined) {
      await process.err('RTNETLINK answers: Network is unreachable\n');
      return 2;
    }
    await process.out(`${target}${best.via === undefined ? '' : ` via ${best.via}`} dev ${best.device} src ${best.source ?? ''} uid ${process.credentials.uid} \n    cache \n`);
    return 0;
  }
  const device = words[words.indexOf('dev') + 1];
  const chosen = routes
    .filter((route) => !words.includes('default') || route.destination === 'default')
    .filter((route) => !words.includes('dev') || route.device === device);
  if (json) {
    await process.out(`${JSON.stringify(chosen.map((route) => ({ dst: route.destination, ...(route.via === undefined ? {} : { gateway: route.via }), dev: route.device, protocol: route.protocol, ...(route.source === undefined ? {} : { prefsrc: route.source }) })))}\n`);
    return 0;
  }
  for (const route of chosen) await process.out(`${routeLine(route)}\n`);
  return 0;
}

function ip(host: Host): Program {
  return async (process, args) => {
    const flags = args.filter((arg) => arg.startsWith('-'));
    const [object = '', ...words] = args.filter((arg) => !arg.startsWith('-'));
    const has = (...names: readonly string[]) => flags.some((flag) => names.includes(flag));
    const oneLine = has('-o', '-oneline', '-4o', '-o4');
    const changes = words.find((word) => ['add', 'del', 'delete', 'set', 'flush', 'replace', 'change'].includes(word));
    if (changes !== undefined) return process.refuse(`${object} ${changes}`);
    if (has('-6')) return 0;
    if ('address'.startsWith(object) && object !== '') return ipAddress(host, process, oneLine, has('-br', '-brief'), has('-j', '-json'), words);
    if ('route'.startsWith(object) && object !== '') return ipRoute(host, process, has('-j', '-json'), words);
    if ('link'.startsWith(object) && object !== '') {
      const name = words.find((word) => !['show', 'list', 'dev', 'up'].includes(word));
      const all = host.machine.cards.map((card, index) => ({ card, index: index + 1 })).filter(({ card }) => name === undefined || card.name === name);
      if (name !== undefined && all.length === 0) {
        await process.err(`Device "${name}" does not exist.\n`);
        return 1;
      }
      for (const { card, index } of all) {
        if (has('-br', '-brief')) await process.out(`${card.name.padEnd(16)} ${(card.up ? 'UP' : 'DOWN').padEnd(14)} ${card.mac} <UP>\n`);
        else await process.out(`${index}: ${card.name}: ${linkLine(card)}${oneLine ? '\\' : '\n'}    ${linkTail(card)}\n`);
      }
      return 0;
    }
    if ('neighbour'.startsWith(object) && object !== '') {
      for (const other of host.world.hosts.values()) {
        if (other === host || other.power !== 'on' || other.linkCut || host.linkCut) continue;
        await process.out(`${other.address} dev enp0s8 lladdr ${other.machine.labCard?.mac ?? ''} REACHABLE \n`);
      }
      return 0;
    }
    return process.refuse(`object ${object}`);
  };
}

function ss(host: Host): Program {
  return withOptions({ flags: 'lntupaH46eoms', long: ['listening', 'numeric', 'tcp', 'udp', 'processes', 'no-header'] }, async (process, options) => {
    if (!options.has('H', 'no-header')) await process.out('State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n');
    if (options.has('u', 'udp') && !options.has('t', 'tcp')) return 0;
    const seen = new Set<string>();
    for (const unit of host.systemd.units.values()) {
      if (unit.active !== 'active' || unit.pid === 0) continue;
      for (const { address, port } of unit.spec.listens ?? []) {
        if (seen.has(`${address}:${port}`)) continue;
        seen.add(`${address}:${port}`);
        const lo = address.startsWith('127.0.0.5') ? `${address}%lo` : address;
        const users = options.has('p', 'processes') && process.credentials.uid === 0 ? ` users:(("${(unit.spec.process ?? '').slice(0, 15)}",pid=${unit.pid},fd=3))` : '';
        await process.out(`LISTEN 0      4096   ${`${lo}:${port}`.padStart(18)}      0.0.0.0:*    ${users}\n`);
      }
    }
    return 0;
  });
}

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
    const alive = reach === 'open' || reach === 'refused' || (other === undefined && !host.linkCut && host.world.reach(host, address, 443) === 'open');
    await process.out(`PING ${name} (${address}) 56(84) bytes of data.\n`);
    for (let at = 1; at <= count; at += 1) {
      if (alive) await process.out(`64 bytes from ${address}: icmp_seq=${at} ttl=64 time=0.4${at} ms\n`);
      else if (reach === 'unreachable') await process.out(`From ${host.address} icmp_seq=${at} Destination Host Unreachable\n`);
      await process.sleep(at < count ? Number(options.value('i') ?? 1) * 1000 : alive ? 0 : Number(options.value('W') ?? 10) * 1000);
    }
    await process.out(`\n--- ${name} ping statistics ---\n${count} packets transmitted, ${alive ? count : 0} received, ${alive ? 0 : 100}% packet loss, time ${count * 1000}ms\n`);
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
      if (address === undefined) return `getaddrinfo for host "${name}" port ${port}: Name or service not known`;
      const reach = host.world.reach(host, address, portNumber(port));
      if (reach === 'open') return null;
      if (reach === 'silent') await process.sleep(seconds * 1000);
      const why = reach === 'refused' ? 'Connection refused' : reach === 'silent' ? 'Connection timed out' : 'No route to host';
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
    { flags: 'sSfILkvgO4', values: 'owmHXAu', long: ['silent', 'show-error', 'fail', 'head', 'location', 'insecure', 'output=', 'write-out=', 'max-time=', 'connect-timeout=', 'header=', 'request=', 'resolve=', 'retry=', 'retry-delay=', 'ipv4'] },
    async (process, options) => {
      const [given = ''] = options.operands;
      const url = URL.parse(/^https?:/.test(given) ? given : `http://${given}`);
      const quiet = options.has('s', 'silent') && !options.has('S', 'show-error');
      const output = options.value('o', 'output');
      const writeOut = async (code: string) => {
        const format = options.value('w', 'write-out');
        if (format !== undefined) await process.out(format.replaceAll('%{http_code}', code).replaceAll('%{response_code}', code).replaceAll('\\n', '\n'));
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
      if (reach !== 'open') return failed(7, `Failed to connect to ${url.hostname} port ${port} after 1 ms: Couldn't connect to server`);
      const known = host.world.names.has(url.hostname) && [80, 443].includes(port);
      if (!known) return failed(52, 'Empty reply from server');
      const body = options.has('I', 'head') ? 'HTTP/1.1 200 OK\r\nServer: practice\r\n\r\n' : 'practice lab\n';
      if (output === undefined) await process.out(body);
      else if (output !== '/dev/null') process.view.write(process.path(output), body);
      await writeOut('200');
      return 0;
    },
  );
}

function getent(host: Host): Program {
  return async (process, args) => {
    const [database = '', ...keys] = args.filter((arg) => !arg.startsWith('-'));
    const { volume } = host;
    switch (database) {
      case 'hosts':
      case 'ahosts':
      case 'ahostsv4': {
        if (keys.length === 0) return process.refuse(`listing all of ${database}`);
        for (const key of keys) {
          const found = (await resolveName(host, process, key)).filter((address) => database === 'ahosts' || !address.includes(':'));
          const [first] = found;
          if (first === undefined) return 2;
          if (database === 'hosts') {
            for (const address of found) await process.out(`${address.padEnd(15)} ${key}\n`);
            continue;
          }
          for (const address of found) {
            for (const kind of ['STREAM', 'DGRAM', 'RAW']) {
              await process.out(`${address.padEnd(15)} ${kind}${kind === 'STREAM' && address === first ? ` ${key}` : ''}\n`);
            }
          }
        }
        return 0;
      }
      case 'ahostsv6':
        return 2;
      case 'passwd': {
        const lines = (volume.text('/etc/passwd') ?? '').split('\n').filter((line) => line !== '');
        const chosen = keys.length === 0 ? lines : lines.filter((line) => keys.includes(line.split(':')[0] ?? '') || keys.includes(line.split(':')[2] ?? ''));
        for (const line of chosen) await process.out(`${line}\n`);
        return chosen.length < Math.max(1, keys.length) && accounts(volume).length > 0 ? 2 : 0;
      }
      case 'group': {
        const chosen = groups(volume).filter((group) => keys.length === 0 || keys.includes(group.name) || keys.includes(String(group.gid)));
        for (const group of chosen) await process.out(`${group.name}:x:${group.gid}:${group.members.join(',')}\n`);
        return chosen.length < Math.max(1, keys.length) ? 2 : 0;
      }
      default:
        return process.refuse(`database ${database}`);
    }
  };
}

function resolvectl(host: Host): Program {
  return async (process, args) => {
    const [verb = 'status', ...words] = args.filter((arg) => !arg.startsWith('-'));
    if (!host.systemd.isActive('systemd-resolved')) {
      await process.err('Failed to get global data: Unit dbus-org.freedesktop.resolve1.service not found.\n');
      return 1;
    }
    const { global, link } = resolvedServers(host);
    switch (verb) {
      case 'flush-caches':
      case 'reset-server-features':
      case 'reset-statistics':
        return 0;
      case 'dns':
        await process.out(`Global: ${global.join(' ')}\nLink 2 (enp0s3): ${link.join(' ')}\nLink 3 (enp0s8):\n`);
        return 0;
      case 'status': {
        const mode = process.kernel.volume.find('/etc/resolv.conf') === process.kernel.volume.find('/run/systemd/resolve/stub-resolv.conf') ? 'stub' : process.kernel.volume.find('/etc/resolv.conf') === process.kernel.volume.find('/run/systemd/resolve/resolv.conf') ? 'uplink' : 'foreign';
        await process.out(`Global\n         Protocols: -LLMNR -mDNS -DNSOverTLS DNSSEC=no/unsupported\n  resolv.conf mode: ${mode}\n${global.length > 0 ? `       DNS Servers: ${global.join(' ')}\n` : ''}\nLink 2 (enp0s3)\n    Current Scopes: DNS\n       DNS Servers: ${link.join(' ')}\n`);
        return 0;
      }
      case 'query': {
        let status = 0;
        for (const name of words) {
          const answer = isAddress(name) ? [name] : askResolved(host, name);
          if (answer === null) await process.sleep(10_000);
          if (answer === null || answer.length === 0) {
            await process.err(answer === null ? `${name}: resolve call failed: All attempts to contact name servers or networks failed\n` : `${name}: resolve call failed: '${name}' not found\n`);
            status = 1;
            continue;
          }
          for (const [index, address] of answer.entries()) await process.out(`${index === 0 ? `${name}:` : ' '.repeat(name.length + 1)} ${address}                     -- link: enp0s3\n`);
          await process.out('\n-- Information acquired via protocol DNS in 12.3ms.\n-- Data is authenticated: no; Data was acquired via local or encrypted transport: no\n');
        }
        return status;
      }
      default:
        return process.refuse(`verb ${verb}`);
    }
  };
}

export function netPrograms(host: Host): Readonly<Record<string, Program>> {
  return { ip: ip(host), ss: ss(host), ping: ping(host), nc: nc(host), curl: curl(host), getent: getent(host), resolvectl: resolvectl(host) };
}
