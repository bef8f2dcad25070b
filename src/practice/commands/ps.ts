/** ps, pgrep, pkill: the process table of a host, its services included. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { signalByName, type SignalName } from '../kernel/process.js';
import { OptionError, readOptions, type Options } from './options.js';
import { TITLES, cell, rows } from './process-rows.js';

export function ps(host: Host): Program {
  return async (process, args) => {
    const bsd = args.filter((arg) => /^[auxwwef]+$/.test(arg) && !arg.startsWith('-'));
    let options: Options;
    try {
      options = readOptions(
        args.filter((arg) => !bsd.includes(arg)),
        {
          flags: 'eAfHwjlL',
          values: 'opCugsnt',
          long: ['no-headers', 'sort=', 'ppid=', 'pid=', 'format=', 'forest', 'no-heading', 'headers'],
        },
      );
    } catch (error) {
      if (error instanceof OptionError) return process.refuse(`option ${error.option}`);
      throw error;
    }
    const lists = (...names: readonly string[]) =>
      names
        .flatMap((name) => options.all(name))
        .flatMap((value) => value.split(/[, ]+/))
        .filter((value) => value !== '');
    const pids = [...lists('p', 'pid'), ...options.operands].map(Number);
    const parents = lists('ppid').map(Number);
    const names = lists('C');
    const groups = lists('g', 's').map(Number);
    const users = lists('u');
    const everyone = options.has('e', 'A') || bsd.join('').includes('a') || bsd.join('').includes('x');
    const picky = pids.length + parents.length + names.length + groups.length + users.length > 0;
    const chosen = rows(host).filter((row) => {
      if (!picky) return everyone || row.sid === process.sid;
      return (
        pids.includes(row.pid) ||
        parents.includes(row.ppid) ||
        names.includes(row.command) ||
        groups.includes(row.sid) ||
        users.includes(row.user)
      );
    });
    const formats = [...options.all('o'), ...options.all('format')];
    const wide = bsd.join('').includes('u');
    const columns =
      formats.length > 0
        ? formats
            .flatMap((format) => format.split(/[, ]+/))
            .map((entry) => ({
              name: entry.split('=')[0] ?? '',
              title: entry.includes('=') ? entry.slice(entry.indexOf('=') + 1) : null,
            }))
        : (wide
            ? ['user', 'pid', '%cpu', '%mem', 'vsz', 'rss', 'tty', 'stat', 'start', 'time', 'command']
            : options.has('f')
              ? ['user', 'pid', 'ppid', 'pcpu', 'start', 'tty', 'time', 'cmd']
              : ['pid', 'tty', 'time', 'comm']
          ).map((name) => ({ name, title: null }));
    const headings = columns.map(({ name, title }) => title ?? TITLES[name] ?? name.toUpperCase());
    const table = [
      ...(headings.every((heading) => heading === '') || options.has('no-headers', 'no-heading')
        ? []
        : [headings]),
      ...chosen.map((row) => columns.map(({ name }) => cell(host, row, name))),
    ];
    const widths = columns.map((_, index) => Math.max(0, ...table.map((row) => row[index]?.length ?? 0)));
    const left = (name: string) =>
      [
        'user',
        'euser',
        'comm',
        'args',
        'cmd',
        'command',
        'tty',
        'tt',
        'stat',
        's',
        'state',
        'lstart',
      ].includes(name);
    for (const row of table) {
      const line = row.map((text, index) =>
        index === row.length - 1
          ? text
          : left(columns[index]?.name ?? '')
            ? text.padEnd(widths[index] ?? 0)
            : text.padStart(widths[index] ?? 0),
      );
      // A single numeric column is aligned to the right by the real ps as well.
      await process.out(
        `${columns.length === 1 && !left(columns[0]?.name ?? '') ? (line[0] ?? '').padStart(Math.max(widths[0] ?? 0, 7)) : line.join(' ')}\n`,
      );
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
      options = readOptions(rest, {
        flags: 'faxlnovcwi',
        values: 'gPusdtU',
        long: [
          'full',
          'exact',
          'list-full',
          'list-name',
          'pgroup=',
          'parent=',
          'session=',
          'euid=',
          'signal=',
          'count',
          'newest',
          'oldest',
          'delimiter=',
        ],
      });
    } catch (error) {
      if (error instanceof OptionError) return process.refuse(`option ${error.option}`);
      throw error;
    }
    signal = signalByName(options.value('signal') ?? '') ?? signal;
    const [pattern] = options.operands;
    const numbers = (...names: readonly string[]) =>
      names
        .flatMap((name) => options.all(name))
        .flatMap((value) => value.split(','))
        .map(Number);
    const pgids = numbers('g', 'pgroup');
    const parents = numbers('P', 'parent');
    const sessions = numbers('s', 'session');
    const users = [...options.all('u'), ...options.all('U'), ...options.all('euid')].flatMap((value) =>
      value.split(','),
    );
    if (pattern === undefined && pgids.length + parents.length + sessions.length + users.length === 0)
      return process.fail('no matching criteria specified', 2);
    const expression =
      pattern === undefined
        ? null
        : new RegExp(options.has('x', 'exact') ? `^(?:${pattern})$` : pattern, options.has('i') ? 'i' : '');
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
        if (
          target !== undefined &&
          (process.credentials.uid === 0 || target.credentials.uid === process.credentials.uid)
        )
          target.kill(signal);
      }
      await process.sleep(0);
    } else {
      for (const row of found)
        await process.out(
          options.has('a', 'list-full')
            ? `${row.pid} ${row.args}\n`
            : options.has('l', 'list-name')
              ? `${row.pid} ${row.command}\n`
              : `${row.pid}\n`,
        );
    }
    return found.length > 0 ? 0 : 1;
  };
}
