/** The live service for the hosts themselves; see HostConsole. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble, type HostName } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { HostConsole, LogOptions } from '../live/types.js';
import type { HostLink, Links } from '../ports.js';
import { shellQuote } from '../ssh/envelope.js';
import { isPassing, waitForLink } from '../ssh/wait.js';
import { followFacts } from './facts.js';

/** Names that systemd accepts, that cannot leave their quotes, and that are no options. */
const UNIT = /^[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]{0,199}$/;
const DESCRIBE_MS = 20_000;
/** A unit may take its time to stop (90 s by systemd's default) and to start. */
const RESTART_MS = 240_000;
/** Between two attempts to follow a journal, milliseconds. */
const PAUSE_MS = 1_000;

function checked(unit: string): string {
  if (UNIT.test(unit)) return shellQuote(unit);
  throw new RangeError(`not a unit name: ${unit}`);
}

/** Root sees more; who has no sudo sees what a user may see. */
async function asFar(link: HostLink): Promise<'root' | 'user'> {
  if (link.status().kind !== 'up') await link.open();
  const status = link.status();
  return status.kind === 'up' && status.sudo !== 'none' ? 'root' : 'user';
}

const WHOLE_HOST = `
hostnamectl 2>/dev/null || hostname
echo
uptime
echo
free -h 2>/dev/null
echo
df -h -x tmpfs -x devtmpfs -x overlay 2>/dev/null
echo
ip -br address 2>/dev/null || ip address
echo
systemctl --failed --no-legend --plain --no-pager 2>/dev/null || true
`;

function unitScript(unit: string): string {
  return `
systemctl status --no-pager --full -n 0 ${unit} 2>&1
echo
systemctl show -p Id,Type,Result,NRestarts,ExecMainStatus,MainPID,MemoryCurrent,StateChangeTimestamp,FragmentPath,DropInPaths,NeedDaemonReload,Restart,Requires,After,WantedBy ${unit} 2>&1
echo
systemctl cat --no-pager ${unit} 2>&1
echo
journalctl --no-pager -n 40 -u ${unit} -o short-iso 2>&1
exit 0
`;
}

/**
 * The journal from a moment on, until stdin ends. The channel's end alone would not end journalctl: it would notice only
 * when the next line comes, which on a quiet unit is never.
 */
function journalScript(unit: string | null, from: string): string {
  const only = unit === null ? '' : ` -u ${unit}`;
  return `
exec 3<&0
journalctl -f ${from}${only} -o short-iso --no-hostname -q &
journal=$!
{ cat <&3; kill "$journal"; } >/dev/null 2>&1 &
wait "$journal"
exit 0
`;
}

/** stdin that stays open until the signal fires. */
async function* heldOpen(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  yield* [];
}

/** Follows a journal over as many connections as it takes; lines that were told already are not told again. */
async function followJournal(link: HostLink, unit: string | null, options: LogOptions): Promise<void> {
  const { signal, onText } = options;
  let from = `-n ${Math.max(0, Math.trunc(options.tail))}`;
  let stamp = '';
  /** Lines of the last second that was seen. */
  let told = new Set<string>();
  let again = new Set<string>();
  let rest = '';
  const line = (text: string): void => {
    if (again.delete(text)) return;
    const at = text.slice(0, text.indexOf(' '));
    if (at !== stamp && !Number.isNaN(Date.parse(at))) {
      stamp = at;
      told = new Set();
    }
    told.add(text);
    onText(`${text}\n`);
  };
  const onStdout = (text: string): void => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) line(part);
  };
  while (!signal.aborted) {
    try {
      await waitForLink(link, signal);
      const as = await asFar(link);
      const result = await link.run(journalScript(unit, from), {
        as,
        signal,
        onStdout,
        input: heldOpen(signal),
      });
      if (result.stderr.trim() !== '' && stamp === '') throw refused(link.host, result.stderr);
      // journalctl ends by itself when journald was restarted or its files were turned over: go on where it was.
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error) || (error instanceof Trouble && error.code === 'journal-refused')) throw error;
    }
    rest = '';
    again = new Set(told);
    if (stamp !== '') from = `--since @${Math.floor(Date.parse(stamp) / 1000)} --no-tail`;
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

function refused(host: HostName, said: string): Trouble {
  const words = said.trim().split('\n').slice(0, 3).join(' ').slice(0, 300);
  return new Trouble(
    'journal-refused',
    {
      id: `Jurnal di ${host} tidak dapat dibaca: ${words}`,
      en: `The journal of ${host} cannot be read: ${words}`,
    },
    {
      id: 'Pengguna perlu sudo, atau masuk grup adm: sudo usermod -aG adm PENGGUNA, lalu sambung lagi.',
      en: 'The user needs sudo, or the group adm: sudo usermod -aG adm USER, then connect again.',
    },
    host,
    3,
  );
}

/**
 * @param parts.mask hides secrets in a text
 * @param parts.now operator's clock, epoch ms
 * @param parts.term what kind of terminal a shell is told it has, `xterm-256color`
 */
export function createHostConsole(parts: {
  readonly links: Links;
  readonly book: LiveBook;
  readonly mask: (text: string) => string;
  readonly now: () => number;
  readonly term: string;
}): HostConsole {
  const { links, book, mask, now, term } = parts;
  return {
    follow: (host, signal) => followFacts({ link: links.link(host), book, mask, now }, signal),
    journal: (host, unit, options) =>
      followJournal(links.link(host), unit === null ? null : checked(unit), options),
    async describe(host, unit) {
      const link = links.link(host);
      const script = unit === null ? WHOLE_HOST : unitScript(checked(unit));
      const { stdout } = await link.run(script, { as: await asFar(link), timeoutMs: DESCRIBE_MS });
      return stdout.trimEnd().split('\n');
    },
    async restartUnit(host, unit) {
      const name = checked(unit);
      const result = await links
        .link(host)
        .run(`systemctl restart ${name}`, { as: 'root', timeoutMs: RESTART_MS });
      if (result.exit === 0) return;
      const said = result.stderr.trim().split('\n')[0]?.slice(0, 300) ?? '';
      throw new Trouble(
        'unit-restart',
        {
          id: `${unit} di ${host} tidak dapat dimulai ulang: ${said}`,
          en: `${unit} on ${host} could not be restarted: ${said}`,
        },
        {
          id: `Buka unit itu dan baca jurnalnya: journalctl -u ${unit} -n 50`,
          en: `Open the unit and read its journal: journalctl -u ${unit} -n 50`,
        },
        host,
      );
    },
    shell: (host, size, signal) => links.link(host).terminal({ size, term, command: null }, signal),
  };
}
