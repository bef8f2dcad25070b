/** Disk, memory, mounts, kernel settings, and how long a host has been up. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { formatTime } from '../shell/builtins/format.js';
import { modulePrograms } from './modules.js';
import { dd } from './dd.js';
import { withOptions } from './program.js';
import { swapPrograms } from './swap.js';
import { sysctl } from './sysctl.js';
import { df, fileSystems, findmnt, human } from './df.js';

function free(host: Host): Program {
  return withOptions(
    { flags: 'bkmghtwl', long: ['bytes', 'mebi', 'human', 'kibi', 'gibi'] },
    async (process, options) => {
      const { machine } = host;
      const bytes = (kib: number) => kib * 1024;
      const total = bytes(machine.memoryTotalKiB);
      const available = bytes(machine.memoryAvailableKiB);
      const swap = machine.swaps.reduce((sum, one) => sum + one.mib, 0) * 2 ** 20;
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

export function storagePrograms(host: Host): Readonly<Record<string, Program>> {
  return {
    dd,
    df: df(host),
    free: free(host),
    uptime: uptime(host),
    findmnt: findmnt(host),
    ...swapPrograms(host),
    ...modulePrograms(host),
    sysctl: sysctl(host),
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
