/**
 * The live service for hosts against real systemd hosts behind a real sshd. Skipped unless THREEBODY_LAB names a lab file and
 * THREEBODY_LIVE is set: its hosts have been through step A1. Makes the unit `threebody-live.service` below /run and removes it;
 * cuts the link of one when THREEBODY_LIVE_STOP is `all`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HOST_NAMES } from '../../src/lab/types.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { readLabFile } from '../../src/services/files/lab-file.js';
import { createHostConsole } from '../../src/services/host/console.js';
import type { Links } from '../../src/services/ports.js';
import { createLinks } from '../../src/services/ssh/links.js';
import { createLiveBook } from '../../src/state/live/book.js';
import { ROOT } from '../support/cli.js';
import { createBench, LAB_FILE, outside } from './lab.js';
import type { Bench } from './lab.js';

const HOST = 'vm-worker';
const UNIT = 'threebody-live.service';
const PORT = 39_417;
const FILE = `[Service]
ExecStart=/usr/bin/env python3 -c "import socket,time; s=socket.socket(); s.bind(('127.0.0.1',${PORT})); s.listen(); print('hello from the unit',flush=True); time.sleep(86400)"
`;
const mask = (text: string): string => text.replaceAll('hidden-word', '***');
const eventually = <T>(look: () => T | Promise<T>, timeout = 60_000): Promise<T> =>
  vi.waitFor(look, { timeout, interval: 100 });
const [cut, heal] = [outside('CUT'), outside('HEAL')];

/** Nothing is left out, however long it takes. */
const ALL = process.env['THREEBODY_LIVE_STOP'] === 'all';
const WANTED = LAB_FILE !== undefined && process.env['THREEBODY_LIVE'] !== undefined;

describe.skipIf(!WANTED)('real systemd hosts', () => {
  let bench: Bench;
  let links: Links;
  let home = '';
  let hosts: ReturnType<typeof createHostConsole>;
  let following: readonly Promise<void>[] = [];
  const book = createLiveBook();
  const stop = new AbortController();
  const root = (script: string) => bench.ask(HOST, script);
  const unit = () => book.facts(HOST)?.units.find(({ name }) => name === UNIT);
  /** Programs of ours that run on the host: the loop that reads facts, journals that are followed. */
  const programs = async (): Promise<number> =>
    Number((await root("pgrep -c -f '^journalctl -f' || true")).trim());

  beforeAll(async () => {
    const file = LAB_FILE ?? '';
    bench = await createBench(file);
    home = await mkdtemp(join(tmpdir(), 'threebody-live-'));
    const { runbook } = await loadRunbook(join(ROOT, 'assets'));
    if (runbook === null) throw new Error('the runbook in assets/ has mistakes');
    const env = { ...process.env, XDG_STATE_HOME: home };
    const lab = await readLabFile(file, { parameters: runbook.parameters, env });
    links = createLinks(lab, { askHostKey: () => Promise.resolve(true), mask });
    hosts = createHostConsole({ links, book, mask, now: Date.now, term: 'xterm-256color' });
    await Promise.all(HOST_NAMES.map((host) => links.link(host).open({ keep: true })));
    following = HOST_NAMES.map((host) => hosts.follow(host, stop.signal));
    const live = () => HOST_NAMES.every((host) => book.status(`facts@${host}`).kind === 'live');
    await vi.waitUntil(live, { timeout: 60_000 });
  });
  afterAll(async () => {
    stop.abort();
    await Promise.all(following);
    await links.close();
    await root(`systemctl stop ${UNIT}; rm -f /run/systemd/system/${UNIT}; systemctl daemon-reload; true`);
    await bench.remove();
    await rm(home, { recursive: true, force: true });
  });

  it('tells units, ports, mounts and processes as the hosts do', async () => {
    for (const host of HOST_NAMES) {
      const facts = book.facts(host);
      const running = (
        await bench.ask(
          host,
          'systemctl list-units --type=service --state=running --no-legend --plain | cut -d " " -f 1',
        )
      )
        .trim()
        .split('\n');
      const told = facts?.units.filter(({ sub }) => sub === 'running').map(({ name }) => name);
      // Sessions come and go between the two looks.
      const lasting = running.filter((name) => !name.includes('@'));
      expect(told).toEqual(expect.arrayContaining(lasting));
      expect(facts?.ports).toContainEqual(expect.objectContaining({ port: 22, protocol: 'tcp' }));
      expect(facts?.mounts.find(({ path }) => path === '/')?.totalBytes).toBeGreaterThan(0);
      expect(facts?.processes.length).toBeGreaterThan(5);
    }
  });

  it('shows a unit that was made, its port, and what systemd says of it', async () => {
    await root(
      `cat >/run/systemd/system/${UNIT} <<'END'\n${FILE}END\nsystemctl daemon-reload; systemctl start ${UNIT}`,
    );
    await eventually(() =>
      expect(unit()).toMatchObject({ active: 'active', sub: 'running', health: 'good' }),
    );
    await eventually(() =>
      expect(book.facts(HOST)?.ports).toContainEqual(
        expect.objectContaining({ port: PORT, address: '127.0.0.1' }),
      ),
    );
    const said = () => book.events().filter(({ about, host }) => about === UNIT && host === HOST);
    expect(said().map(({ what }) => what)).toContain('started');
    await root(`systemctl kill -s KILL ${UNIT}`);
    await eventually(() => expect(unit()).toMatchObject({ active: 'failed', health: 'bad' }));
    await eventually(() => expect(said().map(({ what }) => what)).toContain('failed'));
  });

  it('restarts it, describes it, follows its journal and lets go of it', async () => {
    const before = await programs();
    const leave = new AbortController();
    let text = '';
    const reading = hosts.journal(HOST, UNIT, {
      tail: 20,
      signal: leave.signal,
      onText: (more) => {
        text += more;
      },
    });
    await eventually(() => expect(text).toContain('hello from the unit'));
    text = '';
    await hosts.restartUnit(HOST, UNIT);
    await eventually(() => expect(text).toContain('hello from the unit'));
    await eventually(() => expect(unit()).toMatchObject({ active: 'active' }));
    const described = (await hosts.describe(HOST, UNIT)).join('\n');
    expect(described).toContain('Active: active (running)');
    expect(described).toContain('ExecStart=');
    leave.abort();
    await reading;
    await eventually(async () => expect(await programs()).toBe(before));
    await expect(hosts.restartUnit(HOST, 'threebody-none.service')).rejects.toThrow('not found');
  });

  it('opens a shell of the right size, and passes its end on', async () => {
    const terminal = await hosts.shell(HOST, { columns: 91, rows: 27 }, stop.signal);
    let screen = '';
    terminal.onData((bytes) => {
      screen += Buffer.from(bytes).toString();
    });
    terminal.write(Buffer.from('stty size; echo "I am $(hostname) at $TERM"\n'));
    await eventually(() => expect(screen).toContain(`I am ${HOST} at xterm-256color`));
    expect(screen).toContain('27 91');
    terminal.resize({ columns: 71, rows: 17 });
    await eventually(() => {
      terminal.write(Buffer.from('stty size\n'));
      expect(screen).toContain('17 71');
    });
    terminal.write(Buffer.from('exit 7\n'));
    expect(await terminal.ended).toEqual({ exit: 7, signal: null });
  });

  it.runIf(cut !== null && heal !== null && ALL)(
    'notices a cut cable, keeps the other hosts, and recovers by itself',
    async () => {
      await cut?.(HOST);
      try {
        await eventually(() => expect(book.status(`facts@${HOST}`).kind).toBe('lost'), 30_000);
        expect(book.status('facts@vm-docker').kind).toBe('live');
      } finally {
        await heal?.(HOST);
      }
      await eventually(() => expect(book.status(`facts@${HOST}`).kind).toBe('live'), 90_000);
    },
  );

  it('leaves nothing running on the host', async () => {
    expect(await programs()).toBeGreaterThan(0);
    stop.abort();
    await Promise.all(following);
    await eventually(async () => expect(await programs()).toBe(0));
  });
});
