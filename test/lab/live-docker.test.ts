/**
 * The live service for Docker against a real dockerd behind a real sshd. Skipped unless THREEBODY_LAB names a lab file and
 * THREEBODY_LIVE is set: its vm-docker has been through step B1. Makes one container, `threebody-live`, of the host's busybox
 * or of the image that THREEBODY_LIVE_IMAGE names, and removes it; stops and starts the daemon when THREEBODY_LIVE_STOP is set.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadRunbook } from '../../src/runbook/load.js';
import { createDockerConsole } from '../../src/services/docker/console.js';
import { readLabFile } from '../../src/services/files/lab-file.js';
import type { Links } from '../../src/services/ports.js';
import { createLinks } from '../../src/services/ssh/links.js';
import { createLiveBook } from '../../src/state/live/book.js';
import { ROOT } from '../support/cli.js';
import { createBench, LAB_FILE, outside } from './lab.js';
import type { Bench } from './lab.js';

const HOST = 'vm-docker';
const NAME = 'threebody-live';
const mask = (text: string): string => text;
const eventually = <T>(look: () => T, timeout = 60_000): Promise<T> =>
  vi.waitFor(look, { timeout, interval: 50 });
const [cut, heal] = [outside('CUT'), outside('HEAL')];

/** The host's own busybox as an image, so that nothing has to be fetched; where it has none, the one of Docker's hub. */
const MAKE_IMAGE = `docker image inspect ${NAME}:1 >/dev/null 2>&1 && exit 0
if ! busybox="$(command -v busybox)"; then docker pull -q busybox >/dev/null && docker tag busybox ${NAME}:1; exit; fi
d="$(mktemp -d)"; mkdir -p "$d/bin" "$d/tmp" "$d/proc"
cp -L "$busybox" "$d/bin/busybox"; chmod 755 "$d" "$d/bin/busybox"
for lib in $(ldd "$busybox" 2>/dev/null | grep -oE '/[^ )]+'); do mkdir -p "$d$(dirname "$lib")"; cp -L "$lib" "$d$lib"; done
for name in sh sleep echo kill grep cat; do ln -s busybox "$d/bin/$name"; done
tar -C "$d" -c . | docker import - ${NAME}:1 >/dev/null; rm -rf "$d"`;

describe.skipIf(LAB_FILE === undefined || process.env['THREEBODY_LIVE'] === undefined)(
  'a real dockerd',
  () => {
    let bench: Bench;
    let links: Links;
    let home = '';
    const book = createLiveBook();
    const stop = new AbortController();
    let docker: ReturnType<typeof createDockerConsole>;
    const status = () => book.status(`docker@${HOST}`);
    const row = () => book.containers(HOST).find(({ name }) => name === NAME);
    const root = (script: string) => bench.ask(HOST, script);

    beforeAll(async () => {
      const file = LAB_FILE ?? '';
      bench = await createBench(file);
      home = await mkdtemp(join(tmpdir(), 'threebody-live-'));
      const { runbook } = await loadRunbook(join(ROOT, 'assets'));
      if (runbook === null) throw new Error('the runbook in assets/ has mistakes');
      const env = { ...process.env, XDG_STATE_HOME: home };
      const lab = await readLabFile(file, { parameters: runbook.parameters, env });
      links = createLinks(lab, { askHostKey: () => Promise.resolve(true), mask });
      const image = process.env['THREEBODY_LIVE_IMAGE'] ?? `${NAME}:1`;
      if (image === `${NAME}:1`) await root(MAKE_IMAGE);
      // Ends when it is told to, so that the daemon does as well.
      const loop =
        'trap exit TERM; i=0; while :; do i=$((i+1)); echo line $i; echo oops $i >&2; sleep 1; done';
      await root(
        `docker rm -f ${NAME} >/dev/null 2>&1; docker run -d --network none --name ${NAME} -e API_TOKEN=sesame-open --memory 64m ${image} sh -c '${loop}'`,
      );
      docker = createDockerConsole({ links, book, mask, now: Date.now });
      await links.link(HOST).open({ keep: true });
      void docker.follow(HOST, stop.signal);
      await vi.waitUntil(() => status().kind === 'live', { timeout: 60_000 });
    });
    afterAll(async () => {
      stop.abort();
      await docker.close();
      await links.close();
      await root(`docker rm -f ${NAME} >/dev/null 2>&1; docker image rm ${NAME}:1 >/dev/null 2>&1; true`);
      await bench.remove();
      await rm(home, { recursive: true, force: true });
    });

    it('shows the container as docker inspect tells it', async () => {
      await eventually(() => expect(row()).toMatchObject({ state: 'running', restarts: 0, exitCode: null }));
      const started = await root(`docker inspect -f '{{.State.StartedAt}}' ${NAME}`);
      expect(row()?.startedAt).toBe(Date.parse(started.trim()));
    });

    it('follows its log, both streams, and describes it without its secret', async () => {
      const leave = new AbortController();
      let text = '';
      const onText = (part: string): void => {
        text += part;
      };
      const over = docker.log(HOST, row()?.id ?? '', { tail: 5, signal: leave.signal, onText });
      await eventually(() => expect(text).toMatch(/line \d+\n[^]*oops \d+\n[^]*line \d+\n/));
      leave.abort();
      await over;
      const described = (await docker.describe(HOST, row()?.id ?? '')).join('\n');
      expect(described).toContain('API_TOKEN=***');
      expect(described).not.toContain('sesame');
    });

    it('measures it as docker stats does', async () => {
      docker.measure(HOST, [row()?.id ?? '']);
      await eventually(() => expect(book.usage(HOST, row()?.id ?? '')).not.toBeNull());
      expect(book.usage(HOST, row()?.id ?? '')).toMatchObject({ memoryLimitBytes: 64 * 1024 * 1024 });
      docker.measure(HOST, []);
    });

    it('opens a shell, passes its size on, and leaves no program behind', async () => {
      const terminal = await docker.shell(HOST, row()?.id ?? '', { columns: 91, rows: 27 }, stop.signal);
      let text = '';
      terminal.onData((bytes) => {
        text += Buffer.from(bytes).toString();
      });
      terminal.write(Buffer.from('busybox stty size; echo done-$((40+2))\n'));
      await eventually(() => expect(text).toContain('done-42'));
      expect(text).toContain('27 91');
      const before = Number(await root(`docker top ${NAME} | wc -l`));
      terminal.close();
      await terminal.ended;
      await vi.waitFor(
        async () => expect(Number(await root(`docker top ${NAME} | wc -l`))).toBeLessThan(before),
        { timeout: 60_000, interval: 500 },
      );
    });

    it('shows at once that it was killed, and starts it again', async () => {
      await root(`docker kill ${NAME}`);
      await eventually(() => expect(row()).toMatchObject({ state: 'exited', exitCode: 137 }), 5_000);
      expect(book.events().some(({ about, what }) => about === NAME && what === 'die')).toBe(true);
      await docker.act(HOST, row()?.id ?? '', 'start');
      await eventually(() => expect(row()?.state).toBe('running'), 5_000);
    });

    it.skipIf(process.env['THREEBODY_LIVE_STOP'] === undefined)(
      'says that the daemon was stopped, does not wake it, and recovers',
      async () => {
        // What needs the daemon goes down with it, and does not come back by itself.
        const needing = (
          await root(
            "systemctl list-units --state=active --plain --no-legend '*-compose.service' | cut -d ' ' -f 1",
          )
        ).trim();
        await root('systemctl stop docker');
        await eventually(
          () =>
            expect(status()).toMatchObject({ kind: 'lost', why: { en: expect.stringContaining('stopped') } }),
          15_000,
        );
        // It looks again and again without a dial that systemd would start the daemon for.
        const looks = new Set<number | null>();
        await eventually(() => {
          const now = status();
          if (now.kind === 'lost') looks.add(now.retryAt);
          expect(looks.size).toBeGreaterThan(2);
        });
        expect((await root('systemctl is-active docker || true')).trim()).toBe('inactive');
        await root(`systemctl start docker ${needing.replaceAll('\n', ' ')}`);
        await eventually(() => expect(status().kind).toBe('live'));
        await docker.act(HOST, row()?.id ?? '', 'start');
        await eventually(() => expect(row()?.state).toBe('running'));
      },
    );

    it.skipIf(cut === null || heal === null)(
      'notices a cut cable, and recovers when it is mended',
      async () => {
        await cut?.(HOST);
        // Two keep-alives of five seconds without an answer, and what the third would have taken.
        await eventually(() => expect(status().kind).toBe('lost'), 20_000);
        await heal?.(HOST);
        await eventually(() => expect(status().kind).toBe('live'), 90_000);
      },
    );

    it('leaves no stream behind', async () => {
      await eventually(() => expect(docker.streams()).toBe(1));
      stop.abort();
      await eventually(() => expect(docker.streams()).toBe(0));
    });
  },
);
