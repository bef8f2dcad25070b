/** getent and resolvectl: who a name is. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { isAddress } from '../model/machine.js';
import { askResolved, resolvedServers, resolveName } from '../model/resolver.js';
import { accounts, groups } from './owners.js';

export function getent(host: Host): Program {
  return async (process, args) => {
    const [database = '', ...keys] = args.filter((arg) => !arg.startsWith('-'));
    const { volume } = host;
    switch (database) {
      case 'hosts':
      case 'ahosts':
      case 'ahostsv4': {
        if (keys.length === 0) return process.refuse(`listing all of ${database}`);
        for (const key of keys) {
          const found = (await resolveName(host, process, key)).filter(
            (address) => database === 'ahosts' || !address.includes(':'),
          );
          const [first] = found;
          if (first === undefined) return 2;
          if (database === 'hosts') {
            for (const address of found) await process.out(`${address.padEnd(15)} ${key}\n`);
            continue;
          }
          for (const address of found) {
            for (const kind of ['STREAM', 'DGRAM', 'RAW']) {
              await process.out(
                `${address.padEnd(15)} ${kind}${kind === 'STREAM' && address === first ? ` ${key}` : ''}\n`,
              );
            }
          }
        }
        return 0;
      }
      case 'ahostsv6':
        return 2;
      case 'passwd': {
        const lines = (volume.text('/etc/passwd') ?? '').split('\n').filter((line) => line !== '');
        const chosen =
          keys.length === 0
            ? lines
            : lines.filter(
                (line) => keys.includes(line.split(':')[0] ?? '') || keys.includes(line.split(':')[2] ?? ''),
              );
        for (const line of chosen) await process.out(`${line}\n`);
        return chosen.length < Math.max(1, keys.length) && accounts(volume).length > 0 ? 2 : 0;
      }
      case 'group': {
        const chosen = groups(volume).filter(
          (group) => keys.length === 0 || keys.includes(group.name) || keys.includes(String(group.gid)),
        );
        for (const group of chosen)
          await process.out(`${group.name}:x:${group.gid}:${group.members.join(',')}\n`);
        return chosen.length < Math.max(1, keys.length) ? 2 : 0;
      }
      default:
        return process.refuse(`database ${database}`);
    }
  };
}

export function resolvectl(host: Host): Program {
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
        await process.out(
          `Global: ${global.join(' ')}\nLink 2 (enp0s3): ${link.join(' ')}\nLink 3 (enp0s8):\n`,
        );
        return 0;
      case 'status': {
        const mode =
          process.kernel.volume.find('/etc/resolv.conf') ===
          process.kernel.volume.find('/run/systemd/resolve/stub-resolv.conf')
            ? 'stub'
            : process.kernel.volume.find('/etc/resolv.conf') ===
                process.kernel.volume.find('/run/systemd/resolve/resolv.conf')
              ? 'uplink'
              : 'foreign';
        await process.out(
          `Global\n         Protocols: -LLMNR -mDNS -DNSOverTLS DNSSEC=no/unsupported\n  resolv.conf mode: ${mode}\n${global.length > 0 ? `       DNS Servers: ${global.join(' ')}\n` : ''}\nLink 2 (enp0s3)\n    Current Scopes: DNS\n       DNS Servers: ${link.join(' ')}\n`,
        );
        return 0;
      }
      case 'query': {
        let status = 0;
        for (const name of words) {
          const answer = isAddress(name) ? [name] : askResolved(host, name);
          if (answer === null) await process.sleep(10_000);
          if (answer === null || answer.length === 0) {
            await process.err(
              answer === null
                ? `${name}: resolve call failed: All attempts to contact name servers or networks failed\n`
                : `${name}: resolve call failed: '${name}' not found\n`,
            );
            status = 1;
            continue;
          }
          for (const [index, address] of answer.entries())
            await process.out(
              `${index === 0 ? `${name}:` : ' '.repeat(name.length + 1)} ${address}                     -- link: enp0s3\n`,
            );
          await process.out(
            '\n-- Information acquired via protocol DNS in 12.3ms.\n-- Data is authenticated: no; Data was acquired via local or encrypted transport: no\n',
          );
        }
        return status;
      }
      default:
        return process.refuse(`verb ${verb}`);
    }
  };
}
