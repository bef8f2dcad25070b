/** journalctl and logger. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { Waiters } from '../kernel/pipe.js';
import type { JournalLine } from '../model/journal.js';
import { formatTime } from '../shell/builtins/format.js';
import { withOptions } from './program.js';

const PRIORITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];
interface Wanted {
  readonly units?: readonly string[];
  readonly priority?: number;
  readonly boot?: boolean;
  readonly kernel?: boolean;
  readonly identifier?: string;
  readonly since?: number;
  readonly grep?: string;
  /** By operands `_PID=…`. */
  readonly pids?: readonly number[];
}
function matches(host: Host, line: JournalLine, wanted: Wanted): boolean {
  return (
    (wanted.units === undefined || wanted.units.length === 0 || wanted.units.includes(line.unit)) &&
    (wanted.priority === undefined || line.priority <= wanted.priority) &&
    (wanted.boot !== true || line.boot === host.machine.bootId) &&
    (wanted.kernel !== true || line.identifier === 'kernel') &&
    (wanted.identifier === undefined || line.identifier === wanted.identifier) &&
    (wanted.since === undefined || line.at >= wanted.since) &&
    (wanted.grep === undefined || line.message.includes(wanted.grep)) &&
    (wanted.pids === undefined || wanted.pids.includes(line.pid))
  );
}
function shown(host: Host, line: JournalLine, format: string): string {
  if (format === 'cat') return line.message;
  if (format === 'json') {
    return JSON.stringify({
      __REALTIME_TIMESTAMP: String(Math.floor(line.at * 1000)),
      _HOSTNAME: host.machine.hostname,
      _SYSTEMD_UNIT: line.unit,
      SYSLOG_IDENTIFIER: line.identifier,
      _PID: String(line.pid),
      PRIORITY: String(line.priority),
      MESSAGE: line.message,
    });
  }
  const time = format.startsWith('short-iso')
    ? formatTime('%Y-%m-%dT%H:%M:%S+00:00', line.at)
    : formatTime('%b %d %H:%M:%S', line.at);
  const from = line.identifier === 'kernel' ? 'kernel' : `${line.identifier}[${line.pid}]`;
  return `${time} ${host.machine.hostname} ${from}: ${line.message}`;
}
/** Lines as journalctl prints them, oldest first. */
export function journalText(host: Host, wanted: Wanted, format = 'short'): string[] {
  return host.journal.lines
    .filter((line) => matches(host, line, wanted))
    .map((line) => shown(host, line, format));
}

function since(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ago = /^-?(\d+)\s*(s|sec|second|m|min|minute|h|hour|d|day)s?(?:\s+ago)?$/.exec(text.trim());
  if (ago !== null) {
    const unit = (ago[2] ?? 's').charAt(0);
    return now - Number(ago[1]) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1) * 1000;
  }
  if (text.startsWith('@')) return Number(text.slice(1)) * 1000;
  const parsed = Date.parse(`${text.replace(' ', 'T')}Z`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

async function follow(
  host: Host,
  process: Process,
  wanted: Wanted,
  format: string,
  from: JournalLine | undefined,
): Promise<number> {
  const wake = new Waiters();
  let seen = from;
  const stop = host.journal.onLine(() => wake.wake());
  const output = process.descriptor(1);
  const unbreak = output.onBroken(() => wake.wake());
  try {
    while (!output.broken) {
      const { lines } = host.journal;
      // By the line itself, not by its time: many are written within one millisecond.
      const known = seen === undefined ? -1 : lines.lastIndexOf(seen);
      const fresh = lines.slice(known + 1).filter((line) => matches(host, line, wanted));
      seen = lines.at(-1);
      for (const line of fresh) await process.out(`${shown(host, line, format)}\n`);
      // A line that came while these were being written has woken nobody.
      if (host.journal.lines.at(-1) === seen && !output.broken) await wake.wait(process.signal);
    }
    return 0;
  } finally {
    stop();
    unbreak();
  }
}

export function journalctl(host: Host): Program {
  return withOptions(
    {
      flags: 'fexqarkb',
      values: 'unpotSUg',
      long: [
        'unit=',
        'lines=',
        'follow',
        'no-pager',
        'output=',
        'output-fields=',
        'priority=',
        'boot',
        'boot=',
        'since=',
        'until=',
        'quiet',
        'no-tail',
        'identifier=',
        'grep=',
        'reverse',
        'dmesg',
        'no-hostname',
        'catalog',
        'list-boots',
        'disk-usage',
        'all',
        'no-full',
        'full',
        'utc',
      ],
    },
    async (process, options) => {
      if (options.has('list-boots', 'disk-usage')) return process.refuse('this listing');
      const { uid, groups } = process.credentials;
      if (uid !== 0 && !groups.includes(4)) {
        await process.err('No journal files were opened due to insufficient permissions.\n');
        return 1;
      }
      const pids = options.operands.map((one) => /^_PID=(\d+)$/.exec(one)?.[1]);
      const other = options.operands.find((_, at) => pids[at] === undefined);
      if (other !== undefined) return process.refuse(`the match ${other}`);
      const priority = options.value('p', 'priority');
      const number =
        priority === undefined
          ? undefined
          : /^\d$/.test(priority)
            ? Number(priority)
            : PRIORITIES.indexOf(priority);
      const start = since(options.value('S', 'since'), host.machine.now());
      const grep = options.value('g', 'grep');
      const identifier = options.value('t', 'identifier');
      const wanted: Wanted = {
        units: [...options.all('u'), ...options.all('unit')].map(
          (name) => host.systemd.find(name)?.spec.name ?? host.systemd.fullName(name),
        ),
        boot: options.has('b', 'boot'),
        kernel: options.has('k', 'dmesg'),
        ...(number === undefined ? {} : { priority: number }),
        ...(start === undefined ? {} : { since: start }),
        ...(grep === undefined ? {} : { grep }),
        ...(identifier === undefined ? {} : { identifier }),
        ...(pids.length === 0 ? {} : { pids: pids.map(Number) }),
      };
      const format = options.value('o', 'output') ?? 'short';
      const following = options.has('f', 'follow');
      const count = options.value('n', 'lines');
      const last = host.journal.lines.at(-1);
      let lines = journalText(host, wanted, format);
      if (count !== undefined || following || options.has('e'))
        lines = lines.slice(-Number(count ?? (following ? 10 : 1000)) || lines.length);
      if (count === '0') lines = [];
      if (options.has('r', 'reverse')) lines.reverse();
      if (lines.length === 0 && !options.has('q', 'quiet') && !following)
        await process.out('-- No entries --\n');
      for (const line of lines) await process.out(`${line}\n`);
      return following ? follow(host, process, wanted, format, last) : 0;
    },
  );
}

export function logger(host: Host): Program {
  return withOptions(
    { flags: 'is', values: 'tp', long: ['tag=', 'priority=', 'id'] },
    async (process, options) => {
      const text =
        options.operands.length > 0 ? options.operands.join(' ') : (await process.readText(0)).trimEnd();
      const level = (options.value('p', 'priority') ?? 'user.notice').split('.').at(-1) ?? 'notice';
      for (const line of text.split('\n')) {
        host.journal.write('', options.value('t', 'tag') ?? process.credentials.user, line, {
          pid: process.pid,
          priority: Math.max(0, PRIORITIES.indexOf(level)),
        });
      }
      return 0;
    },
  );
}
