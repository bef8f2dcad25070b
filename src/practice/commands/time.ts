/** date, sleep and timeout. */
import type { Program } from '../kernel/kernel.js';
import { signalByName } from '../kernel/process.js';
import { formatTime } from '../shell/builtins/format.js';
import { withOptions } from './program.js';
import { runAs } from './wrappers.js';

/** `5`, `0.2`, `1m`, `2h`: milliseconds; null when it is not a duration. */
export function duration(text: string): number | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(text);
  if (match === null) return text === 'infinity' ? Number.MAX_SAFE_INTEGER : null;
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ''] ?? 1;
  return Number(match[1]) * factor * 1000;
}

export const sleep: Program = async (process, args) => {
  let total = 0;
  for (const arg of args) {
    const ms = duration(arg);
    if (ms === null) return process.fail(`invalid time interval '${arg}'`);
    total += ms;
  }
  if (args.length === 0) return process.fail('missing operand');
  await process.sleep(total);
  return 0;
};

export const timeout = withOptions(
  {
    flags: 'v',
    values: 'ks',
    long: ['kill-after=', 'signal=', 'foreground', 'preserve-status', 'verbose'],
    stopAtOperand: true,
  },
  async (process, options) => {
    const [limit = '', ...words] = options.operands;
    const ms = duration(limit);
    if (ms === null || words.length === 0) return process.fail(`invalid time interval '${limit}'`, 125);
    const signal = signalByName(options.value('s', 'signal') ?? 'TERM') ?? 'TERM';
    // timeout leads a group of its own, so that what its command starts ends with it.
    if (!options.has('foreground')) process.pgid = process.pid;
    const child = process.kernel.spawn({ parent: process, argv: words }, (started) =>
      runAs(started, 'timeout', words),
    );
    const done = new AbortController();
    const expired =
      ms === 0
        ? null
        : process.kernel.clock.patience(ms, AbortSignal.any([done.signal, process.signal])).then(
            () => 'expired' as const,
            () => null,
          );
    process.onSignal = (got) => {
      child.kill(got);
      return got !== 'PIPE';
    };
    const first = await Promise.race([child.exited, ...(expired === null ? [] : [expired])]);
    if (first !== 'expired') {
      done.abort();
      return child.exited;
    }
    const group = process.kernel.processes.filter(
      (other) => other.pgid === process.pgid && other !== process,
    );
    for (const member of group) member.kill(signal);
    child.kill(signal);
    const grace = options.value('k', 'kill-after');
    if (grace !== undefined) {
      void process.kernel.clock
        .sleep(duration(grace) ?? 0, AbortSignal.any([done.signal, process.signal]))
        .then(
          () => child.kill('KILL'),
          () => undefined,
        );
    }
    const status = await child.exited;
    done.abort();
    if (options.has('preserve-status')) return status;
    return child.diedOf === 'KILL' ? 137 : 124;
  },
);

export const date = withOptions(
  {
    flags: 'uIR',
    values: 'dsr',
    long: [
      'date=',
      'utc',
      'universal',
      'iso-8601',
      'iso-8601=',
      'rfc-3339=',
      'rfc-email',
      'reference=',
      'set=',
    ],
  },
  async (process, options) => {
    if (options.has('s', 'set')) return process.refuse('setting the clock with date');
    const wanted = options.value('d', 'date');
    const reference = options.value('r', 'reference');
    const now = process.kernel.now();
    const at =
      reference !== undefined
        ? process.view.get(process.path(reference)).mtimeMs
        : wanted === undefined || wanted === 'now'
          ? now
          : parseDate(wanted, now);
    if (at === null) return process.fail(`invalid date '${wanted ?? ''}'`);
    const iso = options.value('iso-8601');
    const [operand] = options.operands;
    const format = operand?.startsWith('+')
      ? operand.slice(1)
      : options.has('I', 'iso-8601')
        ? iso === 'seconds'
          ? '%Y-%m-%dT%H:%M:%S%:z'
          : iso === 'ns'
            ? '%Y-%m-%dT%H:%M:%S,%N%:z'
            : '%F'
        : options.has('R', 'rfc-email')
          ? '%a, %d %b %Y %H:%M:%S %z'
          : options.has('rfc-3339')
            ? '%Y-%m-%d %H:%M:%S%:z'
            : '%a %b %e %H:%M:%S %Z %Y';
    await process.out(`${formatTime(format, at)}\n`);
    return 0;
  },
);

function parseDate(text: string, now: number): number | null {
  if (/^@-?\d+(\.\d+)?$/.test(text)) return Number(text.slice(1)) * 1000;
  const ago = /^(?:([+-]?)\s*(\d+)|yesterday)\s*(second|sec|minute|min|hour|day|week)?s?(\s+ago)?$/.exec(
    text.trim(),
  );
  if (ago !== null) {
    const units = { second: 1, sec: 1, minute: 60, min: 60, hour: 3600, day: 86_400, week: 604_800 };
    const unit = Object.entries(units).find(([name]) => name === (ago[3] ?? 'day'))?.[1] ?? 86_400;
    const sign = ago[1] === '-' || ago[4] !== undefined || text.trim() === 'yesterday' ? -1 : 1;
    return now + sign * Number(ago[2] ?? 1) * unit * 1000;
  }
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$|UTC$|GMT$/.test(text) ? text : `${text}Z`;
  const parsed = Date.parse(zoned.replace(/^(\d{4}-\d\d-\d\d) (\d)/, '$1T$2'));
  return Number.isNaN(parsed) ? null : parsed;
}
