/** Disk, memory, mounts, kernel settings, and how long a host has been up. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { formatTime } from '../shell/builtins/format.js';
import { withOptions } from './files.js';

interface FileSystem {
  readonly source: string;
  readonly type: string;
  readonly target: string;
  readonly size: number;
  readonly used: number;
}
function fileSystems(host: Host): readonly FileSystem[] {
  const { machine, volume } = host;
  const size = Math.floor(machine.sizes.diskGiB * 2 ** 30 * 0.977);
  const memory = machine.memoryTotalKiB * 1024;
  return [
    { source: '/dev/sda2', type: 'ext4', target: '/', size, used: Math.min(size, Math.floor(machine.diskUsedBytes + volume.usedBytes)) },
    { source: 'tmpfs', type: 'tmpfs', target: '/run', size: Math.floor(memory / 10), used: 1_200_000 },
    { source: 'tmpfs', type: 'tmpfs', target: '/dev/shm', size: Math.floor(memory / 2), used: 0 },
  ];
}
function containing(list: readonly FileSystem[], path: string): FileSystem | undefined {
  return list
    .filter(({ target }) => target === '/' || path === target || path.startsWith(`${target}/`))
    .toSorted((a, b) => b.target.length - a.target.length)[0];
}
function human(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T'];
  let value = bytes;
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  const shown = value < 10 && at > 0 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  return `${shown}${units[at] ?? ''}`;
}

function df(host: Host): Program {
  return withOptions(
    { flags: 'hPkTmali', values: 'Btx', long: ['block-size=', 'output', 'output=', 'human-readable', 'portability', 'print-type', 'type=', 'exclude-type=', 'local', 'total'] },
    async (process, options) => {
      if (options.has('i')) return process.refuse('listing inodes');
      const all = fileSystems(host);
      const rows: FileSystem[] = [];
      let status = 0;
      for (const operand of options.operands) {
        const path = process.path(operand);
        if (process.view.peek(path) === undefined) {
          await process.err(`df: ${operand}: No such file or directory\n`);
          status = 1;
          continue;
        }
        const found = containing(all, process.view.realPath(path));
        if (found !== undefined) rows.push(found);
      }
      if (options.operands.length === 0) rows.push(...all);
      const type = options.value('t', 'type');
      const excluded = [...options.all('x'), ...options.all('exclude-type')];
      const chosen = rows.filter((row) => (type === undefined || row.type === type) && !excluded.includes(row.type));
      if (chosen.length === 0) return options.operands.length > 0 ? status || 1 : status;
      const wide = options.has('h', 'human-readable');
      const block = options.value('B', 'block-size') ?? (options.has('m') ? '1M' : '1K');
      const factor = { '1': 1, K: 1024, '1K': 1024, '1024': 1024, M: 2 ** 20, '1M': 2 ** 20, G: 2 ** 30, '1G': 2 ** 30 }[block] ?? Number(block);
      const unit = (bytes: number, up: boolean) => (wide ? human(bytes) : String(up ? Math.ceil(bytes / factor) : Math.floor(bytes / factor)));
      const percent = (row: FileSystem) => `${Math.ceil((row.used / row.size) * 100)}%`;
      // ext4 keeps five percent for root.
      const left = (row: FileSystem) => Math.max(0, row.size * (row.type === 'ext4' ? 0.95 : 1) - row.used);
      const cells = (row: FileSystem): Readonly<Record<string, string>> => ({
        source: row.source,
        fstype: row.type,
        size: unit(row.size, true),
        used: unit(row.used, true),
        avail: unit(left(row), false),
        pcent: percent(row),
        target: row.target,
      });
      const titles: Readonly<Record<string, string>> = { source: 'Filesystem', fstype: 'Type', size: wide ? 'Size' : `${block}-blocks`.replace('1K-blocks', options.has('P', 'portability') ? '1024-blocks' : '1K-blocks'), used: 'Used', avail: wide ? 'Avail' : 'Available', pcent: options.has('P', 'portability') ? 'Capacity' : 'Use%', target: 'Mounted on' };
      const output = options.value('output');
      const columns = output !== undefined && output !== '' ? output.split(',') : ['source', ...(options.has('T', 'print-type') ? ['fstype'] : []), 'size', 'used', 'avail', 'pcent', 'target'];
      const table = [columns.map((column) => titles[column] ?? column), ...chosen.map((row) => columns.map((column) => cells(row)[column] ?? '-'))];
      const widths = columns.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
      const right = (column: string) => ['size', 'used', 'avail', 'pcent'].includes(column);
      for (const row of table) {
        const line = row.map((cell, index) => (index === row.length - 1 && !right(columns[index] ?? '') ? cell : right(columns[index] ?? '') ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)));
        await process.out(`${line.join(' ')}\n`);
      }
      return status;
    },
  );
}

function free(host: Host): Program {
  return withOptions({ flags: 'bkmghtwl', long: ['bytes', 'mebi', 'human', 'kibi', 'gibi'] }, async (process, options) => {
    const { machine } = host;
    const bytes = (kib: number) => kib * 1024;
    const total = bytes(machine.memoryTotalKiB);
    const available = bytes(machine.memoryAvailableKiB);
    const swap = (machine.swap?.mib ?? 0) * 2 ** 20;
    const factor = options.has('b', 'bytes') ? 1 : options.has('m', 'mebi') ? 2 ** 20 : options.has('g', 'gibi') ? 2 ** 30 : 1024;
    const show = (value: number) => (options.has('h', 'human') ? `${human(value)}i` : String(Math.floor(value / factor))).padStart(11);
    const cache = Math.floor(available * 0.17);
    await process.out(`               total        used        free      shared  buff/cache   available\nMem:    ${[total, total - available, available - cache, 1_100_000, cache, available].map(show).join(' ')}\nSwap:   ${[swap, 0, swap].map(show).join(' ')}\n`);
    return 0;
  });
}

function uptime(host: Host): Program {
  return withOptions({ flags: 'ps', long: ['pretty', 'since'] }, async (process, options) => {
    const { machine } = host;
    const booted = machine.now() - machine.uptimeSeconds * 1000;
    const minutes = Math.floor(machine.uptimeSeconds / 60);
    if (options.has('s', 'since')) await process.out(`${formatTime('%Y-%m-%d %H:%M:%S', booted)}\n`);
    else if (options.has('p', 'pretty')) await process.out(`up ${Math.floor(minutes / 60)} hours, ${minutes % 60} minutes\n`);
    else {
      const load = [1, 0.9, 0.8].map((part) => (machine.load * part).toFixed(2)).join(', ');
      await process.out(` ${formatTime('%H:%M:%S', machine.now())} up ${String(Math.floor(minutes / 60)).padStart(2)}:${String(minutes % 60).padStart(2, '0')},  1 user,  load average: ${load}\n`);
    }
    return 0;
  });
}

function findmnt(host: Host): Program {
  return withOptions({ flags: 'nrlevJ', values: 'oTtS', long: ['noheadings', 'output=', 'target=', 'raw', 'types=', 'mountpoint='] }, async (process, options) => {
    const wanted = options.value('T', 'target') ?? options.value('mountpoint') ?? options.operands[0];
    const all = fileSystems(host);
    const chosen = wanted === undefined ? all : options.has('T', 'target') ? all.filter((row) => row === containing(all, process.path(wanted))) : all.filter((row) => row.target === wanted);
    if (chosen.length === 0) return 1;
    const columns = (options.value('o', 'output') ?? 'TARGET,SOURCE,FSTYPE,OPTIONS').split(',');
    if (!options.has('n', 'noheadings')) await process.out(`${columns.join(' ')}\n`);
    for (const row of chosen) {
      const cells: Readonly<Record<string, string>> = { TARGET: row.target, SOURCE: row.source, FSTYPE: row.type, OPTIONS: 'rw,relatime', SIZE: human(row.size), AVAIL: human(row.size - row.used) };
      await process.out(`${columns.map((column) => cells[column] ?? '').join(' ')}\n`);
    }
    return 0;
  });
}

function swapon(host: Host): Program {
  return withOptions({ flags: 'sa', long: ['show', 'show=', 'noheadings', 'bytes', 'raw', 'all', 'summary'] }, async (process, options) => {
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
  });
}

function sysctl(host: Host): Program {
  return withOptions({ flags: 'nwqeaN', values: 'p', long: ['system', 'values', 'all'] }, async (process, options) => {
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
        await process.err(`sysctl: cannot stat /proc/sys/${name.replaceAll('.', '/')}: No such file or directory\n`);
        status = 255;
      } else if (!options.has('q')) await process.out(options.has('n', 'values') ? `${known}\n` : `${name} = ${known}\n`);
    }
    return status;
  });
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
      if (args.includes('-b')) await process.out(`         system boot  ${formatTime('%Y-%m-%d %H:%M', booted)}\n`);
      return 0;
    },
  };
}
