/** What a person asks of one container: its log, its description, a change, a shell, its usage. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDockerConsole } from '../../../src/services/docker/console.js';
import { createLiveBook } from '../../../src/state/live/book.js';
import type { LiveBook } from '../../../src/state/live/book.js';
import { troubleOf } from '../services-remote/support.js';
import { Daemon, FakeLink, frame, inspected } from './docker-daemon.js';

const HOST = 'vm-docker';
const mask = (text: string): string => text.replaceAll('sesame', '***');
const eventually = <T>(look: () => T): Promise<T> => vi.waitFor(look, { timeout: 25_000, interval: 10 });

vi.setConfig({ testTimeout: 60_000 });

let daemon: Daemon;
let link: FakeLink;
let book: LiveBook;
let docker: ReturnType<typeof createDockerConsole>;
beforeEach(async () => {
  daemon = await Daemon.start();
  daemon.containers.set('aaa', inspected('aaa'));
  link = new FakeLink(() => daemon.path);
  book = createLiveBook();
  docker = createDockerConsole({ links: link.links(), book, mask, now: Date.now });
});
afterEach(async () => {
  await docker.close();
  await daemon.remove();
});

describe('a log', () => {
  const follow = (pieces: readonly Uint8Array[]) => {
    daemon.answers.set('GET /containers/aaa/logs', (_request, response) => {
      response.writeHead(200);
      for (const piece of pieces) response.write(piece);
    });
    const stop = new AbortController();
    const seen = { text: '' };
    const over = docker.log(HOST, 'aaa', {
      tail: 100,
      signal: stop.signal,
      onText: (text) => {
        seen.text += text;
      },
    });
    return { stop, seen, over };
  };

  it('is put together from frames cut anywhere, cleaned and masked, and ends when it is left', async () => {
    const whole = Buffer.concat([
      frame(1, 'first é\n'),
      frame(2, 'bad \u001b[31mred\u001b[0m\n'),
      frame(1, 'pass sesame\n'),
    ]);
    const { stop, seen, over } = follow([...whole].map((byte) => Uint8Array.of(byte)));
    await eventually(() => expect(seen.text).toBe('first é\nbad red\npass ***\n'));
    stop.abort();
    await over;
    await eventually(() => expect(link.streams.size).toBe(0));
  });

  it('of a container with a terminal has no frames', async () => {
    daemon.containers.set('aaa', inspected('aaa', { Config: { Image: 'x', Tty: true } }));
    const { stop, seen, over } = follow([Buffer.from('plain\r\n')]);
    await eventually(() => expect(seen.text).toBe('plain\n'));
    stop.abort();
    await over;
  });

  it('of a container that is gone says so in the words of the daemon', async () => {
    daemon.containers.clear();
    const { over } = follow([]);
    expect((await troubleOf(over)).what.en).toBe('Docker on vm-docker refuses: No such container: aaa');
  });
});

it('describes a container without its secrets, wherever they stand', async () => {
  daemon.containers.set(
    'aaa',
    inspected('aaa', {
      Config: {
        Image: 'mysql:8.4',
        Env: ['MYSQL_ROOT_PASSWORD=hunter22', 'APP_KEY=base64:abcdef', 'PATH=/usr/bin', 'EMPTY_TOKEN='],
        Cmd: ['run', '--root=hunter22'],
      },
    }),
  );
  const what = 'exec_create: mysql -uroot -phunter22';
  const event = { at: Date.now(), source: 'docker', host: HOST, health: 'good', count: 1 } as const;
  book.addEvent({ ...event, about: 'aaa-name', what, text: '' });
  const text = (await docker.describe(HOST, 'aaa')).join('\n');
  expect(text).toContain('exec_create: mysql -uroot -p***');
  expect(text).toContain('MYSQL_ROOT_PASSWORD=***');
  expect(text).toContain('APP_KEY=***');
  expect(text).toContain('PATH=/usr/bin');
  expect(text).toContain('--root=***');
  expect(text).not.toMatch(/hunter22|abcdef/);
});

it('describes a container with its state first and what was heard of it at the end', async () => {
  const event = { at: Date.now() - 65_000, source: 'docker', host: HOST, health: 'bad', count: 1 } as const;
  book.addEvent({ ...event, about: 'aaa-name', what: 'die', text: 'nginx:alpine exitCode=137' });
  book.addEvent({ ...event, about: 'other', what: 'start', text: '' });
  const lines = await docker.describe(HOST, 'aaa');
  expect(lines.slice(0, 3)).toEqual(['Name: /aaa-name', 'State:', '  Status: running']);
  expect(lines.slice(lines.indexOf('Events:'))).toEqual([
    'Events:',
    expect.stringMatching(/^ {2}6\ds {2}die {2}nginx:alpine exitCode=137$/),
  ]);
});

describe('a change', () => {
  it('is made, and one that is needless is fine', async () => {
    daemon.answers.set('POST /containers/aaa/restart', (_request, response) => response.writeHead(204).end());
    daemon.answers.set('POST /containers/aaa/start', (_request, response) => response.writeHead(304).end());
    await docker.act(HOST, 'aaa', 'restart');
    await docker.act(HOST, 'aaa', 'start');
    expect(daemon.count('POST /containers/aaa/restart')).toBe(1);
  });

  it('that is refused is told in the words of the daemon', async () => {
    daemon.answers.set('POST /containers/aaa/start', (_request, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'driver failed: port is already allocated' }));
    });
    const trouble = await troubleOf(docker.act(HOST, 'aaa', 'start'));
    expect(trouble.code).toBe('docker-refused');
    expect(trouble.what.id).toContain('driver failed: port is already allocated');
  });

  it('is not asked of a daemon that a person has stopped', async () => {
    link.docker = { active: 'inactive' };
    expect((await troubleOf(docker.act(HOST, 'aaa', 'start'))).code).toBe('docker-stopped');
    expect(link.dialled).toEqual([]);
  });
});

describe('a shell', () => {
  const size = { columns: 100, rows: 30 };
  beforeEach(() => {
    daemon.answers.set('POST /containers/aaa/exec', (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ Id: 'exec1' }));
    });
    daemon.answers.set('POST /exec/exec1/resize', (_request, response) => response.writeHead(201).end());
    daemon.answers.set('GET /exec/exec1/json', (_request, response) =>
      response.end(JSON.stringify({ Running: false, ExitCode: 7 })),
    );
  });

  it('carries bytes both ways, passes the size on, and tells how it ended', async () => {
    daemon.onExec = (socket) => {
      socket.write('$ ');
      socket.on('data', (bytes: Buffer) => {
        if (bytes.toString().endsWith('exit 7\n')) socket.end('bye');
        else socket.write(bytes);
      });
    };
    const terminal = await docker.shell(HOST, 'aaa', size, new AbortController().signal);
    let seen = '';
    terminal.onData((bytes) => {
      seen += Buffer.from(bytes).toString();
    });
    await eventually(() => expect(seen).toBe('$ '));
    terminal.write(Buffer.from('echo\n'));
    await eventually(() => expect(seen).toBe('$ echo\n'));
    terminal.resize({ columns: 80, rows: 24 });
    await eventually(() => expect(daemon.count('POST /exec/exec1/resize')).toBe(2));
    terminal.write(Buffer.from('exit 7\n'));
    expect(await terminal.ended).toEqual({ exit: 7, signal: null });
    expect(seen).toContain('bye');
    await eventually(() => expect(link.streams.size).toBe(0));
  });

  it('that is left is told to hang up, and ends', async () => {
    const terminal = await docker.shell(HOST, 'aaa', size, new AbortController().signal);
    terminal.onData(() => undefined);
    daemon.answers.set('POST /exec/exec1/start', (_request, response) => response.end());
    terminal.close();
    await terminal.ended;
    expect(daemon.count('POST /containers/aaa/exec')).toBe(2);
    await eventually(() => expect(link.streams.size).toBe(0));
  });

  it('of a container that does not run is refused in the words of the daemon', async () => {
    daemon.answers.set('POST /containers/aaa/exec', (_request, response) => {
      response.writeHead(409, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'container aaa is not running' }));
    });
    const trouble = await troubleOf(docker.shell(HOST, 'aaa', size, new AbortController().signal));
    expect(trouble.what.en).toContain('container aaa is not running');
  });
});

describe('usage', () => {
  const sample = (total: number, system: number, before: number, systemBefore: number, stats: object) => ({
    cpu_stats: { cpu_usage: { total_usage: total }, system_cpu_usage: system, online_cpus: 2 },
    precpu_stats: { cpu_usage: { total_usage: before }, system_cpu_usage: systemBefore },
    memory_stats: { usage: 1000, limit: 5000, stats },
  });

  it('is streamed for what is on screen alone, and told as docker stats computes it', async () => {
    daemon.containers.set('bbb', inspected('bbb', { HostConfig: { Memory: 5000 } }));
    const stop = new AbortController();
    const following = docker.follow(HOST, stop.signal);
    await eventually(() => expect(book.status(`docker@${HOST}`).kind).toBe('live'));
    expect(daemon.counted.size).toBe(0);
    docker.measure(HOST, ['aaa', 'bbb']);
    await eventually(() => expect([...daemon.counted.keys()].toSorted()).toEqual(['aaa', 'bbb']));
    const send = (id: string, value: object): void => {
      daemon.counted.get(id)?.write(`${JSON.stringify(value)}\n`);
    };
    send('aaa', { ...sample(500, 1000, 0, 0, {}), precpu_stats: { cpu_usage: { total_usage: 0 } } });
    send('aaa', sample(500, 1000, 400, 500, { inactive_file: 300 }));
    send('bbb', sample(500, 1000, 500, 500, { total_inactive_file: 100 }));
    await eventually(() => {
      expect(book.usage(HOST, 'aaa')).toMatchObject({
        cpuPercent: 40,
        memoryBytes: 700,
        memoryLimitBytes: null,
      });
      expect(book.usage(HOST, 'bbb')).toMatchObject({
        cpuPercent: 0,
        memoryBytes: 900,
        memoryLimitBytes: 5000,
      });
    });

    docker.measure(HOST, ['bbb']);
    await eventually(() => expect([...daemon.counted.keys()]).toEqual(['bbb']));
    expect(book.usage(HOST, 'aaa')).toBeNull();

    daemon.containers.set('bbb', inspected('bbb', { State: { Status: 'exited', ExitCode: 0 } }));
    daemon.emit('die', 'bbb', { exitCode: '0' });
    await eventually(() => expect(daemon.counted.size).toBe(0));
    expect(book.usage(HOST, 'bbb')).toBeNull();
    stop.abort();
    await following;
  });
});
