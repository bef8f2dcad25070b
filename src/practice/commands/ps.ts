/** ps, pgrep, pkill: the process table of a host, its services included. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { signalByName, type SignalName } from '../kernel/process.js';
import { formatTime } from '../shell/builtins/format.js';
import { OptionError, readOptions, type Options } from './options.js';

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
function rows(host: Host): Row[] {
  const booted = host.machine.now() - host.machine.uptimeSeconds * 1000;
  const base = { ppid: 1, uid: 0, user: 'root', startedAt: booted };
  const services = [...host.systemd.units.values()]
    .filter((unit) => unit.pid > 0)
    .map((unit): Row => {
      const command = (unit.spec.process ?? unit.spec.name).slice(0, 15);
      const user = unit.spec.user ?? 'root';
      return { ...base, pid: unit.pid, pgid: unit.pid, sid: unit.pid, user, uid: user === 'root' ? 0 : 990, startedAt: unit.changedAt, memoryKiB: unit.spec.memoryKiB ?? 5_000, command, args: `/usr/sbin/${unit.spec.process ?? unit.spec.name}` };
    });
  const holders = [...new Map([...host.packages.locks.values()].map((holder) => [holder.pid, holder])).values()]
    .filter((holder) => host.kernel.process(holder.pid) === undefined)
    .map((holder): Row => ({ ...base, pid: holder.pid, pgid: holder.pid, sid: holder.pid, memoryKiB: 88_000, command: holder.command.slice(0, 15), args: `/usr/bin/python3 /usr/bin/${holder.command}` }));
  const processes = host.kernel.processes.map(
    (process): Row => ({
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
    }),
  );
  const init: Row = { ...base, pid: 1, ppid: 0, pgid: 1, sid: 1, memoryKiB: 13_000, command: 'systemd', args: '/sbin/init' };
  return [init, ...services, ...holders, ...processes].toSorted((a, b) => a.pid - b.pid);
}

function elapsed(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const clock = `${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days}-${two(hours)}:${clock}` : hours > 0 ? `${two(hours)}:${clock}` : clock;
}
function cell(host: Host, row: Row, column: string): string {
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
const TITLES: Readonly<Record<string, string>> = { args: 'COMMAND', cmd: 'CMD', comm: 'COMMAND', command: 'COMMAND', etime: 'ELAPSED', etimes: 'ELAPSED', pcpu: '%CPU', pmem: '%MEM', lstart: 'STARTED' };

export function ps(host: Host): Program {
  return async (process, args) => {
    const bsd = args.filter((arg) => /^[auxwwef]+$/.test(arg) && !arg.startsWith('-'));
    let options: Options;
    try {
      options = readOptions(args.filter((arg) => !bsd.includes(arg)), { flags: 'eAfHwjlL', values: 'opCugsnt', long: ['no-headers', 'sort=', 'ppid=', 'pid=', 'format=', 'forest', 'no-heading', 'headers'] });
    } catch (error) {
      if (error instanceof OptionError) return process.refuse(`option ${error.option}`);
      throw error;
    }
    const lists = (...names: readonly string[]) => names.flatMap((name) => options.all(name)).flatMap((value) => value.split(/[, ]+/)).filter((value) => value !== '');
    const pids = [...lists('p', 'pid'), ...options.operands].map(Number);
    const parents = lists('ppid').map(Number);
    const names = lists('C');
    const groups = lists('g', 's').map(Number);
    const users = lists('u');
    const everyone = options.has('e', 'A') || bsd.join('').includes('a') || bsd.join('').includes('x');
    const picky = pids.length + parents.length + names.length + groups.length + users.length > 0;
    const chosen = rows(host).filter((row) => {
      if (!picky) return everyone || row.sid === process.sid;
      return pids.includes(row.pid) || parents.includes(row.ppid) || names.includes(row.command) || groups.includes(row.sid) || users.includes(row.user);
    });
    const formats = [...options.all('o'), ...options.all('format')];
    const wide = bsd.join('').includes('u');
    const columns = formats.length > 0
      ? formats.flatMap((format) => format.split(/[, ]+/)).map((entry) => ({ name: entry.split('=')[0] ?? '', title: entry.includes('=') ? entry.slice(entry.indexOf('=') + 1) : null }))
      : (wide ? ['user', 'pid', '%cpu', '%mem', 'vsz', 'rss', 'tty', 'stat', 'start', 'time', 'command'] : options.has('f') ? ['user', 'pid', 'ppid', 'pcpu', 'start', 'tty', 'time', 'cmd'] : ['pid', 'tty', 'time', 'comm']).map((name) => ({ name, title: null }));
    const headings = columns.map(({ name, title }) => title ?? TITLES[name] ?? name.toUpperCase());
    const table = [...(headings.every((heading) => heading === '') || options.has('no-headers', 'no-heading') ? [] : [headings]), ...chosen.map((row) => columns.map(({ name }) => cell(host, row, name)))];
    const widths = columns.map((_, index) => Math.max(0, ...table.map((row) => row[index]?.length ?? 0)));
    const left = (name: string) => ['user', 'euser', 'comm', 'args', 'cmd', 'command', 'tty', 'tt', 'stat', 's', 'state', 'lstart'].includes(name);
    for (const row of table) {
      const line = row.map((text, index) => (index === row.length - 1 ? text : left(columns[index]?.name ?? '') ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0)));
      // A single numeric column is aligned to the right by the real ps as well.
      await process.out(`${columns.length === 1 && !left(columns[0]?.name ?? '') ? (line[0] ?? '').padStart(Math.max(widths[0] ?? 0, 7)) : line.join(' ')}\n`);
    }
    return chosen.length > 0 ? 0 : 1;
  };
}

export function pgrep(host: Host): Program {
  return async (process, args) => {
    const kills = process.name === 'pkill';
    let signal: SignalName = 'TERM';
    const rest = args.filter((arg) => {
      const named = kills && /^-[A-Z0-9]+$/.test(arg) ? signalByName(arg.slice(1)) : null;
      if (named !== null) signal = named;
      return named === null;
    });
    let options: Options;
    try {
      options = readOptions(rest, { flags: 'faxlnovcwi', values: 'gPusdtU', long: ['full', 'exact', 'list-full', 'list-name', 'pgroup=', 'parent=', 'session=', 'euid=', 'signal=', 'count', 'newest', 'oldest', 'delimiter='] });
    } catch (error) {
      if (error instanceof OptionError) return process.refuse(`option ${error.option}`);
      throw error;
    }
    signal = signalByName(options.value('signal') ?? '') ?? signal;
    const [pattern] = options.operands;
    const numbers = (...names: readonly string[]) => names.flatMap((name) => options.all(name)).flatMap((value) => value.split(',')).map(Number);
    const pgids = numbers('g', 'pgroup');
    const parents = numbers('P', 'parent');
    const sessions = numbers('s', 'session');
    const users = [...options.all('u'), ...options.all('U'), ...options.all('euid')].flatMap((value) => value.split(','));
    if (pattern === undefined && pgids.length + parents.length + sessions.length + users.length === 0) return process.fail('no matching criteria specified', 2);
    const expression = pattern === undefined ? null : new RegExp(options.has('x', 'exact') ? `^(?:${pattern})$` : pattern, options.has('i') ? 'i' : '');
    let found = rows(host).filter(
      (row) =>
        row.pid !== process.pid &&
        (expression === null || expression.test(options.has('f', 'full') ? row.args : row.command)) &&
        (pgids.length === 0 || pgids.includes(row.pgid)) &&
        (parents.length === 0 || parents.includes(row.ppid)) &&
        (sessions.length === 0 || sessions.includes(row.sid)) &&
        (users.length === 0 || users.includes(row.user) || users.includes(String(row.uid))),
    );
    if (options.has('n', 'newest')) found = found.slice(-1);
    if (options.has('o', 'oldest')) found = found.slice(0, 1);
    if (options.has('c', 'count')) await process.out(`${found.length}\n`);
    else if (kills) {
      for (const row of found) {
        const target = host.kernel.process(row.pid);
        if (target !== undefined && (process.credentials.uid === 0 || target.credentials.uid === process.credentials.uid)) target.kill(signal);
      }
      await process.sleep(0);
    } else {
      for (const row of found) await process.out(options.has('a', 'list-full') ? `${row.pid} ${row.args}\n` : options.has('l', 'list-name') ? `${row.pid} ${row.command}\n` : `${row.pid}\n`);
    }
    return found.length > 0 ? 0 : 1;
  };
}
