/** The rows of the process table, services included, and their columns. */
import type { Host } from '../host.js';
import { formatTime } from '../shell/builtins/format.js';

interface Row {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly user: string;
  readonly uid: number;
  readonly startedAt: number;
  readonly memoryKiB: number;
  readonly command: string;
  readonly args: string;
}

export function rows(host: Host): Row[] {
  const booted = host.machine.now() - host.machine.uptimeSeconds * 1000;
  const base = { ppid: 1, uid: 0, user: 'root', startedAt: booted };
  const services = [...host.systemd.units.values()]
    .filter((unit) => unit.pid > 0)
    .map((unit): Row => {
      const command = (unit.spec.process ?? unit.spec.name).slice(0, 15);
      const user = unit.spec.user ?? 'root';
      return {
        ...base,
        pid: unit.pid,
        pgid: unit.pid,
        sid: unit.pid,
        user,
        uid: user === 'root' ? 0 : 990,
        startedAt: unit.changedAt,
        memoryKiB: unit.spec.memoryKiB ?? 5_000,
        command,
        args: `/usr/sbin/${unit.spec.process ?? unit.spec.name}`,
      };
    });
  const holders = [
    ...new Map([...host.packages.locks.values()].map((holder) => [holder.pid, holder])).values(),
  ]
    .filter((holder) => host.kernel.process(holder.pid) === undefined)
    .map((holder): Row => ({
      ...base,
      pid: holder.pid,
      pgid: holder.pid,
      sid: holder.pid,
      memoryKiB: 88_000,
      command: holder.command.slice(0, 15),
      args: `/usr/bin/python3 /usr/bin/${holder.command}`,
    }));
  const processes = host.kernel.processes.map((process): Row => ({
    pid: process.pid,
    ppid: process.ppid,
    pgid: process.pgid,
    sid: process.sid,
    user: process.credentials.user,
    uid: process.credentials.uid,
    startedAt: process.startedAt,
    memoryKiB: 3_400,
    command: process.name.slice(0, 15),
    args: process.argv.join(' '),
  }));
  const init: Row = {
    ...base,
    pid: 1,
    ppid: 0,
    pgid: 1,
    sid: 1,
    memoryKiB: 13_000,
    command: 'systemd',
    args: '/sbin/init',
  };
  return [init, ...services, ...holders, ...processes].toSorted((a, b) => a.pid - b.pid);
}

function elapsed(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const clock = `${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days}-${two(hours)}:${clock}` : hours > 0 ? `${two(hours)}:${clock}` : clock;
}

export function cell(host: Host, row: Row, column: string): string {
  const seconds = Math.max(0, (host.machine.now() - row.startedAt) / 1000);
  const cells: Readonly<Record<string, string>> = {
    pid: String(row.pid),
    ppid: String(row.ppid),
    pgid: String(row.pgid),
    pgrp: String(row.pgid),
    sid: String(row.sid),
    sess: String(row.sid),
    user: row.user,
    euser: row.user,
    uid: String(row.uid),
    comm: row.command,
    args: row.args,
    cmd: row.args,
    command: row.args,
    etime: elapsed(seconds),
    etimes: String(Math.floor(seconds)),
    stat: 'S',
    state: 'S',
    s: 'S',
    tty: '?',
    tt: '?',
    time: '00:00:00',
    rss: String(row.memoryKiB),
    vsz: String(row.memoryKiB * 3),
    pcpu: '0.0',
    '%cpu': '0.0',
    pmem: ((row.memoryKiB / host.machine.memoryTotalKiB) * 100).toFixed(1),
    '%mem': ((row.memoryKiB / host.machine.memoryTotalKiB) * 100).toFixed(1),
    ni: '0',
    lstart: formatTime('%a %b %e %H:%M:%S %Y', row.startedAt),
    start: formatTime('%H:%M', row.startedAt),
  };
  return cells[column] ?? '-';
}

export const TITLES: Readonly<Record<string, string>> = {
  args: 'COMMAND',
  cmd: 'CMD',
  comm: 'COMMAND',
  command: 'COMMAND',
  etime: 'ELAPSED',
  etimes: 'ELAPSED',
  pcpu: '%CPU',
  pmem: '%MEM',
  lstart: 'STARTED',
};
