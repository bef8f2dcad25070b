/** Disk, memory, mounts, kernel settings, and how long a host has been up. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { formatTime } from '../shell/builtins/format.js';
import { withOptions } from './program.js';
import { df, fileSystems, findmnt, human } from './df.js';

function free(host: Host): Program {
  return withOptions(
    { flags: 'bkmghtwl', long: ['bytes', 'mebi', 'human', 'kibi', 'gibi'] },
    async (process, options) => {
      const { machine } = host;
      const bytes = (kib: number) => kib * 1024;
      const total = bytes(machine.memoryTotalKiB);
      const available = bytes(machine.memoryAvailableKiB);
      const swap = (machine.swap?.mib ?? 0) * 2 ** 20;
      const factor = options.has('b', 'bytes')
        ? 1
        : options.has('m', 'mebi')
          ? 2 ** 20
          : options.has('g', 'gibi')
            ? 2 ** 30
            : 1024;
      const show = (value: number) =>
        (options.has('h', 'human') ? `${human(value)}i` : String(Math.floor(value / factor))).padStart(11);
      const cache = Math.floor(available * 0.17);
      await process.out(
        `               total        used        free      shared  buff/cache   available\nMem:    ${[total, total - available, available - cache, 1_100_000, cache, available].map(show).join(' ')}\nSwap:   ${[swap, 0, swap].map(show).join(' ')}\n`,
      );
      return 0;
    },
  );
}

function uptime(host: Host): Program {
  return withOptions({ flags: 'ps', long: ['pretty', 'since'] }, async (process, options) => {
    const { machine } = host;
    const booted = machine.now() - machine.uptimeSeconds * 1000;
    const minutes = Math.floor(machine.uptimeSeconds / 60);
    if (options.has('s', 'since')) await process.out(`${formatTime('%Y-%m-%d %H:%M:%S', booted)}\n`);
    else if (options.has('p', 'pretty'))
      await process.out(`up ${Math.floor(minutes / 60)} hours, ${minutes % 60} minutes\n`);
    else {
      const load = [1, 0.9, 0.8].map((part) => (machine.load * part).toFixed(2)).join(', ');
      await process.out(
        ` ${formatTime('%H:%M:%S', machine.now())} up ${String(Math.floor(minutes / 60)).padStart(2)}:${String(minutes % 60).padStart(2, '0')},  1 user,  load average: ${load}\n`,
      );
    }
    return 0;
  });
}

function swapon(host: Host): Program {
  return withOptions(
    { flags: 'sa', long: ['show', 'show=', 'noheadings', 'bytes', 'raw', 'all', 'summary'] },
    async (process, options) => {
      const { machine } = host;
      if (options.has('show', 's', 'summary')) {
        if (machine.swap === null) return 0;
        if (!options.has('noheadings')) await process.out('NAME      TYPE SIZE USED PRIO\n');
        await process.out(`${machine.swap.path} file   ${machine.swap.mib / 1024}G   0B   -2\n`);
        return 0;
      }
      if (process.credentials.uid !== 0) return process.fail('Operation not permitted');
      machine.swap ??= { path: '/swap.img', mib: 2048 };
      return 0;
    },
  );
}

function sysctl(host: Host): Program {
  return withOptions(
    { flags: 'nwqeaN', values: 'p', long: ['system', 'values', 'all'] },
    async (process, options) => {
      const { sysctl: values } = host.machine;
      if (options.has('a', 'all')) {
        for (const [key, value] of values) await process.out(`${key} = ${value}\n`);
        return 0;
      }
      if (options.has('system', 'p')) return process.refuse('loading files');
      let status = 0;
      for (const operand of options.operands) {
        const [key = '', value] = operand.split('=');
        const name = key.trim().replaceAll('/', '.');
        if (value !== undefined) {
          if (process.credentials.uid !== 0) {
            await process.err(`sysctl: permission denied on key "${name}"\n`);
            status = 1;
            continue;
          }
          values.set(name, value.trim());
        }
        const known = values.get(name);
        if (known === undefined) {
          await process.err(
            `sysctl: cannot stat /proc/sys/${name.replaceAll('.', '/')}: No such file or directory\n`,
          );
          status = 255;
        } else if (!options.has('q'))
          await process.out(options.has('n', 'values') ? `${known}\n` : `${name} = ${known}\n`);
      }
      return status;
    },
  );
}

export function storagePrograms(host: Host): Readonly<Record<string, Program>> {
  return {
    df: df(host),
    free: free(host),
    uptime: uptime(host),
    findmnt: findmnt(host),
    swapon: swapon(host),
    sysctl: sysctl(host),
    lsmod: async (process) => {
      await process.out('Module                  Size  Used by\noverlay               212992  0\n');
      return 0;
    },
    mountpoint: async (process, args) => {
      const [path = ''] = args.filter((arg) => !arg.startsWith('-'));
      const mounted = fileSystems(host).some((row) => row.target === process.path(path));
      if (!args.includes('-q')) await process.out(`${path} is ${mounted ? '' : 'not '}a mountpoint\n`);
      return mounted ? 0 : 32;
    },
    who: async (process, args) => {
      const booted = host.machine.now() - host.machine.uptimeSeconds * 1000;
      if (args.includes('-b'))
        await process.out(`         system boot  ${formatTime('%Y-%m-%d %H:%M', booted)}\n`);
      return 0;
    },
  };
}
