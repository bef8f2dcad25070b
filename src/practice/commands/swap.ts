/** swapon, swapoff, mkswap. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { LEAST_SWAP_BYTES, signSwap, swapLines, swapOff, swapOn, type Swap } from '../model/swap.js';
import { human } from './df.js';
import { withOptions } from './program.js';

const kindOf = (swap: Swap) => (swap.path.startsWith('/dev/') ? 'partition' : 'file');

function cells(swap: Swap, bytes: boolean): Readonly<Record<string, string>> {
  const size = swap.mib * 2 ** 20;
  return {
    NAME: swap.path,
    TYPE: kindOf(swap),
    SIZE: bytes ? String(size) : human(size).replace('.0', ''),
    USED: bytes ? '0' : '0B',
    PRIO: String(swap.priority),
    UUID: '',
    LABEL: '',
  };
}

function swapon(host: Host): Program {
  return withOptions(
    {
      flags: 'saevd',
      values: 'p',
      long: [
        'show',
        'show=',
        'noheadings',
        'bytes',
        'raw',
        'all',
        'summary',
        'ifexists',
        'verbose',
        'priority=',
      ],
    },
    async (process, options) => {
      const { swaps } = host.machine;
      if (options.has('s', 'summary')) {
        if (swaps.length === 0) return 0;
        await process.out(`${'Filename'.padEnd(40)}Type\t\tSize\t\tUsed\t\tPriority\n`);
        for (const swap of swaps)
          await process.out(
            `${swap.path.padEnd(39)} ${kindOf(swap)}\t\t${swap.mib * 1024}\t\t0\t\t${swap.priority}\n`,
          );
        return 0;
      }
      if (options.has('show') || (options.operands.length === 0 && !options.has('a', 'all'))) {
        if (swaps.length === 0) return 0;
        const given = options.value('show');
        const columns =
          given === undefined || given === ''
            ? ['NAME', 'TYPE', 'SIZE', 'USED', 'PRIO']
            : given.toUpperCase().split(',');
        const rows = [
          ...(options.has('noheadings') ? [] : [columns]),
          ...swaps.map((swap) => columns.map((column) => cells(swap, options.has('bytes'))[column] ?? '')),
        ];
        const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
        const right = (column: string | undefined) => ['SIZE', 'USED', 'PRIO'].includes(column ?? '');
        for (const row of rows) {
          const line = options.has('raw')
            ? row.join(' ')
            : row
                .map((cell, index) =>
                  right(columns[index]) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
                )
                .join(' ')
                .trimEnd();
          await process.out(`${line}\n`);
        }
        return 0;
      }
      if (process.credentials.uid !== 0) return process.fail('Operation not permitted');
      const all = options.has('a', 'all');
      const wanted = all
        ? swapLines(host)
            .map((entry) => entry.source)
            .filter((path) => !swaps.some((swap) => swap.path === path))
        : options.operands.map((operand) => process.path(operand));
      let status = 0;
      for (const path of wanted) {
        const wrong = swapOn(host, path);
        if (wrong === null) continue;
        if (options.has('e', 'ifexists') && wrong.startsWith('cannot open')) continue;
        await process.err(`swapon: ${wrong}\n`);
        status = 255;
      }
      return status;
    },
  );
}

function swapoff(host: Host): Program {
  return withOptions({ flags: 'av', long: ['all', 'verbose'] }, async (process, options) => {
    if (options.operands.length === 0 && !options.has('a', 'all')) {
      await process.err("swapoff: bad usage\nTry 'swapoff --help' for more information.\n");
      return 1;
    }
    if (process.credentials.uid !== 0) {
      await process.err('swapoff: Not superuser.\n');
      return 1;
    }
    const wanted = options.has('a', 'all')
      ? host.machine.swaps.map((swap) => swap.path)
      : options.operands.map((operand) => process.path(operand));
    let status = 0;
    for (const path of wanted) {
      await process.sleep(200);
      const wrong = swapOff(host, path);
      if (wrong === null) {
        if (options.has('v', 'verbose')) await process.out(`swapoff ${path}\n`);
        continue;
      }
      await process.err(`swapoff: ${wrong}\n`);
      status = 4;
    }
    return status;
  });
}

function mkswap(host: Host): Program {
  return withOptions({ flags: 'f', values: 'LU', long: ['force'] }, async (process, options) => {
    const [operand = ''] = options.operands;
    const path = process.path(operand);
    const inode = process.view.peek(path);
    if (inode === undefined) return process.fail(`cannot open ${operand}: No such file or directory`);
    if (!process.view.may(inode, 6)) return process.fail(`cannot open ${operand}: Permission denied`);
    if (inode.kind !== 'file') return process.refuse('a swap area that is not a file');
    if (host.machine.swaps.some((swap) => swap.path === path))
      return process.fail(`error: ${operand} is mounted; will not make swapspace`);
    if (inode.size < LEAST_SWAP_BYTES) return process.fail('error: swap area needs to be at least 40 KiB');
    if ((inode.mode & 0o077) !== 0)
      await process.err(
        `mkswap: ${operand}: insecure permissions ${octal(inode.mode)}, fix with: chmod 0600 ${operand}\n`,
      );
    signSwap(host, inode);
    const bytes = Math.floor(inode.size / 4096) * 4096 - 4096;
    await process.out(
      `Setting up swapspace version 1, size = ${human(bytes).replace('.0', '')}iB (${bytes} bytes)\nno label, UUID=7c1e0c6e-5f0a-4b53-9f3c-1c5d52b2f0aa\n`,
    );
    return 0;
  });
}
const octal = (mode: number) => (mode & 0o7777).toString(8).padStart(4, '0');

export function swapPrograms(host: Host): Readonly<Record<string, Program>> {
  return { swapon: swapon(host), swapoff: swapoff(host), mkswap: mkswap(host) };
}
