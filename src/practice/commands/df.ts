/** df, findmnt and mountpoint: the file systems of a host. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { fstab } from '../model/swap.js';
import type { Options } from './options.js';
import { withOptions } from './program.js';

interface FileSystem {
  readonly source: string;
  readonly type: string;
  readonly target: string;
  readonly size: number;
  readonly used: number;
  readonly inodes: number;
  readonly inodesUsed: number;
}

/** As mkfs.ext4 makes them: one for 16 KiB. */
const BYTES_PER_INODE = 16 * 1024;
/** What an installed Ubuntu Server has before anything is added. */
const INSTALLED_INODES = 96_000;
/** Of a file on the average: a guess by which what is written takes inodes as well as room. */
const BYTES_PER_FILE = 32 * 1024;

export function fileSystems(host: Host): readonly FileSystem[] {
  const { machine, volume } = host;
  const size = Math.floor(machine.sizes.diskGiB * 2 ** 30 * 0.977);
  const memory = machine.memoryTotalKiB * 1024;
  const tmpfs = { source: 'tmpfs', type: 'tmpfs', inodes: Math.floor(memory / 4096) } as const;
  return [
    {
      source: '/dev/sda2',
      type: 'ext4',
      target: '/',
      size,
      used: Math.min(size, Math.floor(machine.diskUsedBytes + volume.usedBytes)),
      inodes: Math.floor(size / BYTES_PER_INODE),
      inodesUsed: INSTALLED_INODES + Math.floor(volume.usedBytes / BYTES_PER_FILE),
    },
    { ...tmpfs, target: '/run', size: Math.floor(memory / 10), used: 1_200_000, inodesUsed: 900 },
    { ...tmpfs, target: '/dev/shm', size: Math.floor(memory / 2), used: 0, inodesUsed: 1 },
  ];
}

function containing(list: readonly FileSystem[], path: string): FileSystem | undefined {
  return list
    .filter(({ target }) => target === '/' || path === target || path.startsWith(`${target}/`))
    .toSorted((a, b) => b.target.length - a.target.length)[0];
}

export function human(bytes: number): string {
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

export function df(host: Host): Program {
  return withOptions(
    {
      flags: 'hPkTmali',
      values: 'Btx',
      long: [
        'block-size=',
        'output',
        'output=',
        'human-readable',
        'portability',
        'print-type',
        'type=',
        'exclude-type=',
        'local',
        'total',
        'inodes',
      ],
    },
    async (process, options) => {
      const inodes = options.has('i', 'inodes');
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
      const chosen = rows.filter(
        (row) => (type === undefined || row.type === type) && !excluded.includes(row.type),
      );
      if (chosen.length === 0) return options.operands.length > 0 ? status || 1 : status;
      const wide = options.has('h', 'human-readable');
      const block = options.value('B', 'block-size') ?? (options.has('m') ? '1M' : '1K');
      const factor =
        { '1': 1, K: 1024, '1K': 1024, '1024': 1024, M: 2 ** 20, '1M': 2 ** 20, G: 2 ** 30, '1G': 2 ** 30 }[
          block
        ] ?? Number(block);
      const unit = (bytes: number, up: boolean) =>
        wide ? human(bytes) : String(up ? Math.ceil(bytes / factor) : Math.floor(bytes / factor));
      const share = (part: number, whole: number) => `${Math.ceil((part / whole) * 100)}%`;
      // ext4 keeps five percent for root.
      const left = (row: FileSystem) => Math.max(0, row.size * (row.type === 'ext4' ? 0.95 : 1) - row.used);
      const cells = (row: FileSystem): Readonly<Record<string, string>> => ({
        source: row.source,
        fstype: row.type,
        size: inodes ? String(row.inodes) : unit(row.size, true),
        used: inodes ? String(row.inodesUsed) : unit(row.used, true),
        avail: inodes ? String(row.inodes - row.inodesUsed) : unit(left(row), false),
        pcent: inodes ? share(row.inodesUsed, row.inodes) : share(row.used, row.size),
        target: row.target,
      });
      const titles: Readonly<Record<string, string>> = {
        source: 'Filesystem',
        fstype: 'Type',
        ...(inodes
          ? { size: 'Inodes', used: 'IUsed', avail: 'IFree', pcent: 'IUse%' }
          : {
              size: wide
                ? 'Size'
                : options.has('P', 'portability')
                  ? `${factor}-blocks`
                  : `${block === '1' ? '1B' : block}-blocks`,
              used: 'Used',
              avail: wide ? 'Avail' : 'Available',
              pcent: options.has('P', 'portability') ? 'Capacity' : 'Use%',
            }),
        target: 'Mounted on',
      };
      const output = options.value('output');
      const columns =
        output !== undefined && output !== ''
          ? output.split(',')
          : [
              'source',
              ...(options.has('T', 'print-type') ? ['fstype'] : []),
              'size',
              'used',
              'avail',
              'pcent',
              'target',
            ];
      const table = [
        columns.map((column) => titles[column] ?? column),
        ...chosen.map((row) => columns.map((column) => cells(row)[column] ?? '-')),
      ];
      const widths = columns.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
      const right = (column: string) => ['size', 'used', 'avail', 'pcent'].includes(column);
      for (const row of table) {
        const line = row.map((cell, index) =>
          index === row.length - 1 && !right(columns[index] ?? '')
            ? cell
            : right(columns[index] ?? '')
              ? cell.padStart(widths[index] ?? 0)
              : cell.padEnd(widths[index] ?? 0),
        );
        await process.out(`${line.join(' ')}\n`);
      }
      return status;
    },
  );
}

/** findmnt --fstab: the table as it would be mounted, not as it is. */
async function fstabTable(
  host: Host,
  process: Process,
  options: Options,
  types: readonly string[] | undefined,
): Promise<number> {
  const chosen = fstab(host).filter((entry) => types?.includes(entry.type) ?? true);
  if (chosen.length === 0) return 1;
  const columns = (options.value('o', 'output') ?? 'TARGET,SOURCE,FSTYPE,OPTIONS').split(',');
  if (!options.has('n', 'noheadings')) await process.out(`${columns.join(' ')}\n`);
  for (const entry of chosen) {
    const cells: Readonly<Record<string, string>> = {
      TARGET: entry.target,
      SOURCE: entry.source,
      FSTYPE: entry.type,
      OPTIONS: entry.options,
    };
    await process.out(`${columns.map((column) => cells[column] ?? '').join(' ')}\n`);
  }
  return 0;
}

export function findmnt(host: Host): Program {
  return withOptions(
    {
      flags: 'nrlevJs',
      values: 'oTtS',
      long: [
        'noheadings',
        'output=',
        'target=',
        'raw',
        'types=',
        'mountpoint=',
        'fstab',
        'noheadings',
        'source=',
      ],
    },
    async (process, options) => {
      const wanted = options.value('T', 'target') ?? options.value('mountpoint') ?? options.operands[0];
      const types = options.value('t', 'types')?.split(',');
      if (options.has('s', 'fstab')) return fstabTable(host, process, options, types);
      const all = fileSystems(host).filter((row) => types?.includes(row.type) ?? true);
      const chosen =
        wanted === undefined
          ? all
          : options.has('T', 'target')
            ? all.filter((row) => row === containing(all, process.path(wanted)))
            : all.filter((row) => row.target === wanted);
      if (chosen.length === 0) return 1;
      const columns = (options.value('o', 'output') ?? 'TARGET,SOURCE,FSTYPE,OPTIONS').split(',');
      if (!options.has('n', 'noheadings')) await process.out(`${columns.join(' ')}\n`);
      for (const row of chosen) {
        const cells: Readonly<Record<string, string>> = {
          TARGET: row.target,
          SOURCE: row.source,
          FSTYPE: row.type,
          OPTIONS: 'rw,relatime',
          SIZE: human(row.size),
          AVAIL: human(row.size - row.used),
        };
        await process.out(`${columns.map((column) => cells[column] ?? '').join(' ')}\n`);
      }
      return 0;
    },
  );
}
