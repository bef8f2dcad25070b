/** The hosts' live service on the practice hosts: the same scripts as on real ones. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { readLabFile } from '../../src/services/files/lab-file.js';
import { createHostConsole } from '../../src/services/host/console.js';
import type { HostConsole } from '../../src/services/live/types.js';
import type { Links } from '../../src/services/ports.js';
import { createLinks } from '../../src/services/ssh/links.js';
import { createLiveBook, type LiveBook } from '../../src/state/live/book.js';
import { connect, run } from './ssh.js';

const WAIT = { timeout: 45_000, interval: 50 };

let practice: PracticeLab;
let directory: string;
let links: Links;
let book: LiveBook;
let host: HostConsole;
const stop = new AbortController();
let following: Promise<void>;

beforeAll(async () => {
  practice = await startPracticeLab({ seed: 5, timeScale: 0 });
  directory = await mkdtemp(join(tmpdir(), 'threebody-live-host-'));
  const file = join(directory, 'lab.yaml');
  await writeFile(file, practice.labFileText, { mode: 0o600 });
  const { runbook } = await loadRunbook(fileURLToPath(new URL('../../assets', import.meta.url)));
  const lab = await readLabFile(file, { parameters: runbook?.parameters ?? [], env: {} });
  links = createLinks(lab, { askHostKey: () => Promise.resolve(true), mask: (text) => text });
  book = createLiveBook();
  host = createHostConsole({ links, book, mask: (text) => text, now: Date.now, term: 'xterm-256color' });
  await root('systemctl restart cron');
  following = host.follow('vm-k8s', stop.signal);
});
afterAll(async () => {
  stop.abort();
  await links.close();
  await following;
  await practice.close();
  await rm(directory, { recursive: true, force: true });
});

const root = async (script: string): Promise<void> => {
  const client = await connect(practice, 'vm-k8s');
  try {
    await run(client, `sudo -n -- bash -s <<'END_OF_ROOT'\n${script}\nEND_OF_ROOT\n`);
  } finally {
    client.end();
  }
};

/** What systemd said of that unit, as the timeline has it. */
const told = (unit: string): readonly string[] =>
  book.events().flatMap((one) => (one.about === unit ? [`${one.what} ${one.at}`] : []));

describe('the facts of a practice host', () => {
  it('begin with what systemd did in the hour before', async () => {
    await vi.waitFor(() => expect(book.status('facts@vm-k8s').kind).toBe('live'), WAIT);
    await vi.waitFor(() => expect(told('cron.service')).toHaveLength(2), WAIT);
  });

  it('tells units, ports, mounts and processes', async () => {
    await vi.waitFor(() => expect(book.status('facts@vm-k8s').kind).toBe('live'), WAIT);
    const facts = book.facts('vm-k8s');
    const ssh = facts?.units.find((unit) => unit.name === 'ssh.service');
    expect(ssh).toMatchObject({ active: 'active', health: 'good', ours: true });
    expect(facts?.ports.some(({ port, protocol }) => port === 22 && protocol === 'tcp')).toBe(true);
    expect(facts?.mounts.find((mount) => mount.path === '/')?.totalBytes).toBeGreaterThan(1e9);
    expect(facts?.mounts.find((mount) => mount.path === '/')?.inodesUsedPercent).toBeGreaterThan(0);
    expect(facts?.ports).toContainEqual(
      expect.objectContaining({ port: 53, protocol: 'udp', address: '127.0.0.53%lo' }),
    );
    expect(facts?.processes.length).toBeGreaterThan(0);
    expect(facts?.rebootPending).toBe(false);
    expect(book.status('journal@vm-k8s').kind).toBe('live');
  });

  it('tells a unit that stops, and what systemd says of it', async () => {
    await root('systemctl stop cron');
    await vi.waitFor(() => {
      const cron = book.facts('vm-k8s')?.units.find((unit) => unit.name === 'cron.service');
      expect(cron?.active).toBe('inactive');
      expect(book.events().some((one) => one.about === 'cron.service' && one.what === 'stopped')).toBe(true);
    }, WAIT);
  });

  it('names files that a step of ours wrote', async () => {
    await root(
      'mkdir -p /var/lib/threebody/backups/A2.names; echo file > /var/lib/threebody/backups/A2.names/%etc%hosts.kind',
    );
    await vi.waitFor(() => {
      expect(book.facts('vm-k8s')?.files).toMatchObject([
        { path: '/etc/hosts', step: 'A2', action: 'names', state: 'unknown', there: true },
      ]);
    }, WAIT);
  });

  it('follows the journal of a unit, from its last lines on', async () => {
    const end = new AbortController();
    let text = '';
    const log = host.journal('vm-k8s', 'cron.service', {
      tail: 5,
      signal: end.signal,
      onText: (more) => (text += more),
    });
    await vi.waitFor(() => expect(text).toContain('Stopped cron.service'), WAIT);
    await root('systemctl start cron');
    await vi.waitFor(() => expect(text).toContain('Started cron.service'), WAIT);
    end.abort();
    await log;
  });

  it('describes a unit, and restarts it', async () => {
    const lines = await host.describe('vm-k8s', 'cron.service');
    expect(lines.join('\n')).toMatch(/cron\.service[\s\S]*Active: active[\s\S]*\[Unit\]/);
    await host.restartUnit('vm-k8s', 'cron.service');
    await expect(host.restartUnit('vm-k8s', 'nothing.service')).rejects.toMatchObject({
      code: 'unit-restart',
    });
  });

  it('says that a host is lost, keeps its last facts, and comes back', async () => {
    await links.link('vm-k8s').open({ keep: true });
    await practice.hosts['vm-k8s'].powerOff();
    await vi.waitFor(() => expect(book.status('facts@vm-k8s').kind).toBe('lost'), WAIT);
    expect(book.facts('vm-k8s')?.units.length).toBeGreaterThan(0);
    await practice.hosts['vm-k8s'].powerOn();
    await vi.waitFor(() => expect(book.status('facts@vm-k8s').kind).toBe('live'), WAIT);
  });

  it('tells nothing of the journal twice', async () => {
    await vi.waitFor(() => expect(book.status('facts@vm-k8s').kind).toBe('live'), WAIT);
    await root('systemctl restart cron');
    await vi.waitFor(() => expect(told('cron.service').length).toBeGreaterThan(4), WAIT);
    expect(new Set(told('cron.service')).size).toBe(told('cron.service').length);
  });
});
