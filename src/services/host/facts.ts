/** Follows one host's facts: one loop on the host, over as many connections as it takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble, type HostName, type Text } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { HostFacts } from '../../state/live/rows.js';
import { readFiles } from '../drift/read.js';
import type { HostLink } from '../ports.js';
import { runLines } from '../ssh/lines.js';
import { isPassing, waitForLink } from '../ssh/wait.js';
import { JournalCursor, systemdEvent } from './journal-events.js';
import { parseMounts, parsePorts, parseProcesses, parseReboot, parseUnits } from './parse.js';
import { factsScript, FactsReader, type Section } from './script.js';

const INTERVAL_SECONDS = 5;
/** A turn takes seconds; a host that says nothing for that long is taken for lost, milliseconds. */
const SILENCE_MS = 30_000;
/** Between two loops when one broke off though the link is up, milliseconds. */
const PAUSE_MS = 2_000;

/** Units that the lab stands on, by host. */
const OURS: Readonly<Record<HostName, readonly string[]>> = {
  'vm-docker': [
    'docker',
    'containerd',
    'harbor-compose',
    'edge-compose',
    'gitlab-runner',
    'ssh',
    'ufw',
    'systemd-resolved',
    'systemd-timesyncd',
  ],
  'vm-k8s': ['kubelet', 'containerd', 'ssh', 'ufw', 'systemd-resolved', 'systemd-timesyncd'],
  'vm-worker': ['kubelet', 'containerd', 'ssh', 'ufw', 'systemd-resolved', 'systemd-timesyncd'],
};

const silent: { readonly what: Text; readonly remedy: Text } = {
  what: {
    id: 'Host ini sudah lama tidak menjawab, padahal koneksinya terbuka.',
    en: 'The host has not answered for a while though the connection is open.',
  },
  remedy: {
    id: 'Periksa beban, memori dan disk VM; koneksi dicoba lagi sendiri.',
    en: 'Check load, memory and disk of the VM; it is tried again by itself.',
  },
};
const ended: typeof silent = {
  what: {
    id: 'Pembacaan fakta di host ini berhenti sendiri.',
    en: 'Reading facts on this host ended by itself.',
  },
  remedy: {
    id: 'Dicoba lagi sebentar lagi. Bila berulang, periksa apakah bash dan systemctl di host itu bekerja.',
    en: 'It is tried again shortly. If it keeps happening, check that bash and systemctl work on that host.',
  },
};
const noJournal: Text = {
  id: 'Jurnal host ini tidak boleh dibaca: pengguna perlu sudo, atau masuk grup adm.',
  en: 'The journal of this host may not be read: the user needs sudo, or the group adm.',
};

export interface FactsParts {
  readonly link: HostLink;
  readonly book: LiveBook;
  readonly mask: (text: string) => string;
  /** Operator's clock, epoch ms. */
  readonly now: () => number;
}

/** Puts facts and events into the book until the signal fires; what goes wrong is the status of its source. */
export async function followFacts(parts: FactsParts, signal: AbortSignal): Promise<void> {
  const { link, book, now } = parts;
  const source = `facts@${link.host}` as const;
  const journal = `journal@${link.host}` as const;
  let lastSeen: number | null = null;
  const heard = new JournalCursor();
  const connecting = (): void => {
    if (book.status(source).kind !== 'idle') return;
    for (const one of [source, journal]) book.setStatus(one, { kind: 'connecting', since: now() });
  };
  const lost = ({ what, remedy }: typeof silent, retryAt: number | null): void => {
    const status = { kind: 'lost', since: now(), lastSeen, why: what, remedy, retryAt } as const;
    book.setStatus(source, status);
    if (book.status(journal).kind !== 'absent') book.setStatus(journal, status);
  };
  while (!signal.aborted) {
    connecting();
    try {
      await waitForLink(link, signal);
      await readOnce(parts, signal, heard, (at) => {
        lastSeen = at;
      });
      if (!signal.aborted) lost(ended, now() + PAUSE_MS);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Trouble)) throw error;
      lost(error, isPassing(error) ? now() + PAUSE_MS : null);
      // What needs a person (a changed key, a refused login) is tried again when the link has changed.
      if (!isPassing(error)) await nextUp(link, signal);
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

function nextUp(link: HostLink, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = link.onStatus((status) => status.kind === 'up' && done());
    signal.addEventListener('abort', done, { once: true });
  });
}

/**
 * One loop on the host, until it ends, falls silent or the connection breaks.
 * @param heard how far the journal was told by the loops before
 */
async function readOnce(
  { link, book, mask, now }: FactsParts,
  signal: AbortSignal,
  heard: JournalCursor,
  seen: (at: number) => void,
): Promise<void> {
  const { host } = link;
  const source = `facts@${host}` as const;
  const journal = `journal@${host}` as const;
  const reader = new FactsReader();
  const sections = new Map<Section, string>();
  const changed = new Set<Section>();
  const ours = new Set(OURS[host].map((name) => `${name}.service`));
  const isNew = heard.begin();
  const hush = new AbortController();
  const alarm = setTimeout(() => hush.abort(), SILENCE_MS);
  const text = (section: Section): string => sections.get(section) ?? '';
  let facts: HostFacts | null = null;

  const build = (): HostFacts => {
    const before = facts;
    const same = (...names: readonly Section[]): boolean =>
      before !== null && !names.some((name) => changed.has(name));
    const reboot = parseReboot(text('reboot'));
    // Lists that are as they were keep their identity: views remember what they made of them.
    return {
      at: now(),
      units:
        before !== null && same('units', 'enabled')
          ? before.units
          : parseUnits(text('units'), text('enabled'), ours),
      ports:
        before !== null && same('tcp', 'udp')
          ? before.ports
          : [...parsePorts(text('tcp'), 'tcp'), ...parsePorts(text('udp'), 'udp')],
      mounts:
        before !== null && same('mounts', 'inodes')
          ? before.mounts
          : parseMounts(text('mounts'), text('inodes')),
      processes:
        before !== null && same('processes')
          ? before.processes
          : parseProcesses(text('processes')).map((row) => ({ ...row, command: mask(row.command) })),
      files: before !== null && same('files') ? before.files : readFiles(text('files')),
      rebootPending: reboot.pending,
      rebootFor: reboot.packages,
    };
  };
  const turn = (): void => {
    alarm.refresh();
    seen(now());
    if (facts === null || changed.size > 0) {
      facts = build();
      changed.clear();
      book.setFacts(host, facts);
    }
    if (book.status(source).kind !== 'live') book.setStatus(source, { kind: 'live', since: now() });
    const { kind } = book.status(journal);
    if (kind !== 'live' && kind !== 'absent') book.setStatus(journal, { kind: 'live', since: now() });
  };
  const onLine = (line: string): void => {
    if (signal.aborted) return;
    const frame = reader.read(line);
    switch (frame?.kind) {
      case undefined:
        return;
      case 'turn':
        return turn();
      case 'section':
        sections.set(frame.section, frame.text);
        changed.add(frame.section);
        return;
      case 'no-journal':
        return book.setStatus(journal, { kind: 'absent', why: noJournal });
      case 'journal': {
        if (!isNew(frame.entry)) return;
        const event = systemdEvent(host, frame.entry, mask);
        if (event !== null) book.addEvent(event);
      }
    }
  };

  const status = link.status();
  // A user sees less than root (whose ports these are, the journal, files of ours), but does see the rest.
  const as = status.kind === 'up' && status.sudo !== 'none' ? 'root' : 'user';
  try {
    await runLines(link, factsScript(INTERVAL_SECONDS), onLine, {
      as,
      signal: AbortSignal.any([signal, hush.signal]),
    });
  } catch (error) {
    if (!hush.signal.aborted || signal.aborted) throw error;
    throw new Trouble('host-silent', silent.what, silent.remedy, host, 3, { cause: error });
  } finally {
    clearTimeout(alarm);
  }
}
