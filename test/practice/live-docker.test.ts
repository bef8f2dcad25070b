/** The live services on the practice lab: Docker over real SSH, as containers and the daemon come and go. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parseLabFile } from '../../src/lab/parse-lab.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { createDockerConsole } from '../../src/services/docker/console.js';
import { createPlatformConsole } from '../../src/services/platform/console.js';
import type { Links } from '../../src/services/ports.js';
import { createLinks } from '../../src/services/ssh/links.js';
import { createLiveBook } from '../../src/state/live/book.js';
import { Rehearsal } from './runbook.js';

const HOST = 'vm-docker';
const mask = (text: string): string => text;
const eventually = <T>(look: () => T): Promise<T> => vi.waitFor(look, { timeout: 50_000, interval: 20 });

let lab: PracticeLab;
let rehearsal: Rehearsal;
let links: Links;
let directory = '';
const book = createLiveBook();
const stop = new AbortController();
let docker: ReturnType<typeof createDockerConsole>;
const status = () => book.status(`docker@${HOST}`);
const row = (name: string) => book.containers(HOST).find((one) => one.name === name);
const idOf = (name: string): string => row(name)?.id ?? '';
const root = (script: string) => rehearsal.root(HOST, script);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threebody-live-'));
  lab = await startPracticeLab({ seed: 21, timeScale: 0, stateDir: directory });
  rehearsal = await Rehearsal.open(lab);
  await rehearsal.performAB();
  const { parameters } = rehearsal.runbook;
  const context = { home: directory, stateRoot: directory, fileMode: null, parameters };
  const parsed = parseLabFile(lab.labFileText, null, context);
  if (parsed.lab === null) throw new Error('the practice lab file has mistakes');
  links = createLinks(parsed.lab, { askHostKey: () => Promise.resolve(true), mask });
  docker = createDockerConsole({ links, book, mask, now: Date.now });
  void docker.follow(HOST, stop.signal);
  await vi.waitUntil(() => status().kind === 'live', { timeout: 60_000 });
}, 150_000);
afterAll(async () => {
  stop.abort();
  await docker.close();
  await links.close();
  rehearsal.close();
  await lab.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

it('shows what runs', () => {
  expect(row('edge-nginx')).toMatchObject({
    image: 'nginx:alpine',
    state: 'running',
    project: 'edge',
    ports: ['80->80/tcp', '443->443/tcp'],
  });
  expect(row('harbor-core')).toMatchObject({ health: 'healthy', project: 'harbor' });
});

it('shows a container that dies, and that it was started again', async () => {
  await root('docker kill edge-nginx');
  await eventually(() => expect(row('edge-nginx')).toMatchObject({ state: 'exited', exitCode: 137 }));
  expect(
    book
      .events()
      .some(({ about, what, health }) => about === 'edge-nginx' && what === 'die' && health === 'bad'),
  ).toBe(true);
  await docker.act(HOST, idOf('edge-nginx'), 'start');
  await eventually(() => expect(row('edge-nginx')).toMatchObject({ state: 'running' }));
});

it('follows a log', async () => {
  const leave = new AbortController();
  let text = '';
  const over = docker.log(HOST, idOf('edge-nginx'), {
    tail: 50,
    signal: leave.signal,
    onText: (part) => {
      text += part;
    },
  });
  await eventually(() => expect(text).toContain('start worker process'));
  leave.abort();
  await over;
});

it('opens a shell in a container and tells how it ended', async () => {
  const terminal = await docker.shell(HOST, idOf('edge-nginx'), { columns: 80, rows: 24 }, stop.signal);
  let text = '';
  terminal.onData((bytes) => {
    text += Buffer.from(bytes).toString();
  });
  terminal.write(Buffer.from('echo "term=$TERM"; exit 3\n'));
  expect(await terminal.ended).toEqual({ exit: 3, signal: null });
  expect(text).toContain('term=xterm-256color');
});

it('measures what is on screen, and nothing else', async () => {
  docker.measure(HOST, [idOf('harbor-core')]);
  await eventually(() => expect(book.usage(HOST, idOf('harbor-core'))?.memoryBytes).toBeGreaterThan(0));
  expect(book.usage(HOST, idOf('redis'))).toBeNull();
  docker.measure(HOST, []);
  await eventually(() => expect(docker.streams()).toBe(1));
});

it('says that there is no Docker on a host without it', async () => {
  const leave = new AbortController();
  const over = docker.follow('vm-k8s', leave.signal);
  await eventually(() => expect(book.status('docker@vm-k8s').kind).toBe('absent'));
  leave.abort();
  await over;
});

it('says that the daemon was stopped, does not wake it, and is live again when it is back', async () => {
  // Its socket stays: whoever dialled it would start the daemon.
  await root('systemctl stop docker');
  await eventually(() =>
    expect(status()).toMatchObject({ kind: 'lost', why: { en: expect.stringContaining('is stopped') } }),
  );
  expect((await root('systemctl is-active docker')).stdout.trim()).toBe('inactive');
  await root('systemctl start docker');
  await eventually(() => expect(status().kind).toBe('live'));
  await eventually(() => expect(row('harbor-core')).toMatchObject({ state: 'running' }));
});

it('tells of the edge and of the runner', async () => {
  const leave = new AbortController();
  const over = createPlatformConsole({
    links,
    book,
    parameters: rehearsal.context.parameters,
    secrets: { value: (name) => rehearsal.secrets.get(name) ?? null },
    mask,
    now: Date.now,
  }).follow(leave.signal);
  await eventually(() => expect(book.edge()).toMatchObject({ running: true, configOk: true }));
  await eventually(() => expect(book.runner()).toMatchObject({ active: true, enabled: true }));
  leave.abort();
  await over;
});

it('leaves no stream behind', async () => {
  stop.abort();
  await eventually(() => expect(docker.streams()).toBe(0));
  expect(status().kind).toBe('idle');
});
