/** Following a host's Docker: what the book says while containers come and go, and while the daemon does. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDockerConsole } from '../../../src/services/docker/console.js';
import { createLiveBook } from '../../../src/state/live/book.js';
import type { LiveBook } from '../../../src/state/live/book.js';
import { Daemon, FakeLink, inspected } from './docker-daemon.js';

const HOST = 'vm-docker';
const mask = (text: string): string => text.replaceAll('sesame', '***');
const eventually = <T>(look: () => T): Promise<T> => vi.waitFor(look, { timeout: 25_000, interval: 10 });

vi.setConfig({ testTimeout: 60_000 });

let daemon: Daemon;
let link: FakeLink;
let book: LiveBook;
let docker: ReturnType<typeof createDockerConsole>;
let stop: AbortController;
const status = () => book.status(`docker@${HOST}`);
const names = () => book.containers(HOST).map(({ name, state }) => `${name} ${state}`);
const isLive = () => eventually(() => expect(status().kind).toBe('live'));

beforeEach(async () => {
  daemon = await Daemon.start();
  link = new FakeLink(() => daemon.path);
  book = createLiveBook();
  docker = createDockerConsole({ links: link.links(), book, mask, now: Date.now });
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await docker.close();
  await daemon.remove();
});

describe('what is there', () => {
  it('reads every container once, and tells all that a row shows', async () => {
    daemon.containers.set(
      'aaa',
      inspected('aaa', {
        RestartCount: 3,
        State: {
          Status: 'exited',
          ExitCode: 137,
          StartedAt: '2026-11-22T02:00:00Z',
          FinishedAt: '2026-11-22T03:00:00Z',
          Health: { Status: 'unhealthy' },
        },
        Config: { Image: 'goharbor/harbor-core:v2.14.1', Labels: { 'com.docker.compose.project': 'harbor' } },
        NetworkSettings: {
          Ports: {
            '8080/tcp': [
              { HostIp: '0.0.0.0', HostPort: '8080' },
              { HostIp: '::', HostPort: '8080' },
            ],
            '10514/tcp': [{ HostIp: '127.0.0.1', HostPort: '1514' }],
            '9090/tcp': null,
          },
        },
      }),
    );
    daemon.containers.set('bbb', inspected('bbb', { Name: '/edge\u001b[31m-sesame' }));
    void docker.follow(HOST, stop.signal);
    await isLive();
    expect(book.containers(HOST)).toEqual([
      {
        id: 'aaa',
        name: 'aaa-name',
        image: 'goharbor/harbor-core:v2.14.1',
        state: 'exited',
        health: 'unhealthy',
        exitCode: 137,
        restarts: 3,
        ports: ['127.0.0.1:1514->10514/tcp', '8080->8080/tcp'],
        project: 'harbor',
        createdAt: Date.parse('2026-11-22T01:00:00.123Z'),
        startedAt: Date.parse('2026-11-22T02:00:00Z'),
        finishedAt: Date.parse('2026-11-22T03:00:00Z'),
      },
      expect.objectContaining({
        name: 'edge-***',
        state: 'running',
        health: null,
        finishedAt: null,
        exitCode: null,
      }),
    ]);
    expect(daemon.count('GET /containers/aaa/json')).toBe(1);
  });

  it('says plainly that there is no Docker, and takes it up once there is', async () => {
    link.docker = { command: 'no', socket: 'no', loaded: 'not-found', active: 'inactive' };
    void docker.follow(HOST, stop.signal);
    await eventually(() =>
      expect(status()).toMatchObject({ kind: 'absent', why: { en: expect.stringContaining('B1') } }),
    );
    expect(link.dialled).toEqual([]);
    link.docker = {};
    // A step that changes groups makes a new login.
    link.become({ kind: 'up', since: 1, sudo: 'nopasswd' });
    await isLive();
  });
});

describe('what happens', () => {
  it('shows a container that dies at once, reading that one alone, and tells it on the timeline', async () => {
    for (const id of ['aaa', 'bbb']) daemon.containers.set(id, inspected(id));
    void docker.follow(HOST, stop.signal);
    await isLive();
    daemon.containers.set('aaa', inspected('aaa', { State: { Status: 'exited', ExitCode: 2 } }));
    for (const action of ['exec_start: sh -c true', 'kill', 'die', 'stop'])
      daemon.emit(action, 'aaa', { exitCode: '2' });
    await eventually(() => expect(names()).toEqual(['aaa-name exited', 'bbb-name running']));
    expect(daemon.count('GET /containers/aaa/json')).toBe(2);
    expect(daemon.count('GET /containers/bbb/json')).toBe(1);
    expect(daemon.count('GET /containers/json')).toBe(1);
    expect(book.events().map(({ about, what, health }) => [about, what, health])).toEqual([
      ['aaa-name', 'kill', 'warn'],
      ['aaa-name', 'die', 'bad'],
      ['aaa-name', 'stop', 'off'],
    ]);
    expect(book.events()[1]?.text).toBe('nginx:alpine exitCode=2');
  });

  it('makes no alarm of a container that is told to stop', async () => {
    daemon.containers.set('aaa', inspected('aaa'));
    void docker.follow(HOST, stop.signal);
    await isLive();
    daemon.emit('kill', 'aaa', { signal: '15' });
    daemon.emit('die', 'aaa', { exitCode: '143' });
    daemon.emit('kill', 'aaa', { signal: '9' });
    await eventually(() => expect(book.events().map(({ health }) => health)).toEqual(['off', 'off', 'warn']));
  });

  it('drops a container that is removed and takes up one that is made', async () => {
    daemon.containers.set('aaa', inspected('aaa'));
    void docker.follow(HOST, stop.signal);
    await isLive();
    daemon.containers.delete('aaa');
    daemon.emit('destroy', 'aaa');
    daemon.containers.set('ccc', inspected('ccc'));
    daemon.emit('start', 'ccc');
    await eventually(() => expect(names()).toEqual(['ccc-name running']));
  });

  it('misses nothing that happens while the list is being read', async () => {
    daemon.containers.set('aaa', inspected('aaa'));
    daemon.answers.set('GET /containers/json', (_request, response) => {
      daemon.answers.delete('GET /containers/json');
      daemon.containers.set('late', inspected('late'));
      daemon.emit('start', 'late');
      response.end(JSON.stringify([{ Id: 'aaa' }]));
    });
    void docker.follow(HOST, stop.signal);
    await eventually(() => expect(names()).toEqual(['aaa-name running', 'late-name running']));
  });
});

describe('when it breaks', () => {
  it('says within a moment that the daemon stopped, keeps its rows as old, does not wake it, and recovers', async () => {
    daemon.containers.set('aaa', inspected('aaa'));
    void docker.follow(HOST, stop.signal);
    await isLive();
    link.docker = { active: 'inactive' };
    const dialled = link.dialled.length;
    await daemon.stop();
    await eventually(() =>
      expect(status()).toMatchObject({ kind: 'lost', why: { en: expect.stringContaining('is stopped') } }),
    );
    const lost = status();
    expect(lost.kind === 'lost' && lost.lastSeen !== null && lost.retryAt !== null).toBe(true);
    expect(names()).toEqual(['aaa-name running']);
    // systemd would start the daemon for whoever dials its socket.
    expect(link.dialled.length).toBe(dialled);

    daemon.containers.set('aaa', inspected('aaa', { State: { Status: 'exited', ExitCode: 0 } }));
    await daemon.listen();
    link.docker = {};
    await isLive();
    expect(names()).toEqual(['aaa-name exited']);
  });

  it('opens no stream to a daemon whose stop waits in systemd for what needs it', async () => {
    daemon.containers.set('aaa', inspected('aaa'));
    void docker.follow(HOST, stop.signal);
    await isLive();
    link.unit = { ...link.unit, Job: '1993' };
    const dialled = link.dialled.length;
    // The containers that go down first are read again: that stream would wait where systemd starts a daemon for it.
    daemon.emit('die', 'aaa');
    await eventually(() =>
      expect(status()).toMatchObject({
        kind: 'lost',
        why: { en: expect.stringContaining('changing state') },
      }),
    );
    expect(link.dialled.length).toBe(dialled);
    link.unit = { ...link.unit, Job: '' };
    await isLive();
  });

  it('begins with what happened in the hour before', async () => {
    daemon.containers.set('aaa', inspected('aaa'));
    const died = Date.now() - 20 * 60_000;
    let since = Number.NaN;
    daemon.answers.set('GET /events', (_request, response, url) => {
      since = Number(url.searchParams.get('since')) * 1000;
      daemon.answers.delete('GET /events');
      response.writeHead(200);
      response.write(
        `${JSON.stringify({
          Type: 'container',
          Action: 'die',
          Actor: { ID: 'aaa', Attributes: { name: 'edge', exitCode: '1' } },
          time: Math.floor(died / 1000),
          timeNano: died * 1e6,
        })}\n`,
      );
      daemon.listeners.add(response);
    });
    void docker.follow(HOST, stop.signal);
    await isLive();
    expect(Math.abs(Date.now() - 3_600_000 - since)).toBeLessThan(60_000);
    await eventually(() =>
      expect(book.events()).toMatchObject([{ about: 'edge', what: 'die', health: 'bad', at: died }]),
    );
  });

  it('goes on where the timeline broke off, with nothing told twice', async () => {
    daemon.containers.set('aaa', inspected('aaa'));
    void docker.follow(HOST, stop.signal);
    await isLive();
    daemon.emit('start', 'aaa');
    await eventually(() => expect(book.events()).toHaveLength(1));
    let since: string | null = null;
    daemon.answers.set('GET /events', (_request, response, url) => {
      since = url.searchParams.get('since');
      daemon.answers.delete('GET /events');
      response.writeHead(200);
      response.flushHeaders();
      daemon.listeners.add(response);
    });
    for (const listener of daemon.listeners) listener.destroy();
    await eventually(() => expect(since).toMatch(/^\d+\.\d{6}$/));
    await isLive();
    expect(book.events()).toHaveLength(1);
  });

  it('notices a daemon that hangs with its streams open', async () => {
    await docker.close();
    const signsOfLife = { everyMs: 30, withinMs: 200 };
    docker = createDockerConsole({ links: link.links(), book, mask, now: Date.now, signsOfLife });
    void docker.follow(HOST, stop.signal);
    await isLive();
    daemon.answers.set('GET /containers/json', () => undefined);
    await eventually(() =>
      expect(status()).toMatchObject({
        kind: 'lost',
        why: { en: expect.stringContaining('does not answer') },
      }),
    );
    daemon.answers.clear();
    await isLive();
  });

  it('uses the words of a link that is down', async () => {
    void docker.follow(HOST, stop.signal);
    await isLive();
    const retryAt = Date.now() + 60_000;
    link.become({
      kind: 'down',
      code: 'link-lost',
      reason: { id: 'putus', en: 'cut' },
      remedy: { id: 'periksa', en: 'look' },
      lastSeen: 1,
      retryAt,
    });
    await eventually(() => expect(status()).toMatchObject({ kind: 'lost', why: { en: 'cut' }, retryAt }));
    link.become({ kind: 'up', since: 2, sudo: 'nopasswd' });
    await isLive();
  });

  it.each([
    ['no', 'B1'],
    ['yes', 'Reconnect'],
  ])('tells somebody who may not (member: %s) what to do: %s', async (member, word) => {
    link.docker = { may: 'no', member };
    void docker.follow(HOST, stop.signal);
    await eventually(() =>
      expect(status()).toMatchObject({ kind: 'lost', remedy: { en: expect.stringContaining(word) } }),
    );
  });

  it('logs in anew once when the login is older than the group, and is let in then', async () => {
    link.docker = { may: 'no', member: 'yes' };
    const renewals: number[] = [];
    link.renew = async () => {
      renewals.push(1);
      link.docker = {};
    };
    void docker.follow(HOST, stop.signal);
    await isLive();
    expect(renewals).toHaveLength(1);
  });

  it('goes through docker system dial-stdio where sshd forwards no sockets', async () => {
    link.refuseSockets = true;
    daemon.containers.set('aaa', inspected('aaa'));
    void docker.follow(HOST, stop.signal);
    await isLive();
    expect(names()).toEqual(['aaa-name running']);
    expect(link.dialled).toContainEqual({ kind: 'command', command: 'docker system dial-stdio' });
    expect(link.dialled.filter(({ kind }) => kind === 'socket')).toHaveLength(1);
  });
});

it.each([
  ['1.52', 'v1.44'],
  ['1.41', 'v1.41'],
])('speaks the version that both know: %s is answered by %s', async (theirs, ours) => {
  daemon.apiVersion = theirs;
  let asked = '';
  daemon.answers.set('GET /containers/json', (request, response) => {
    asked = request.url ?? '';
    response.end('[]');
  });
  void docker.follow(HOST, stop.signal);
  await isLive();
  expect(asked.startsWith(`/${ours}/`)).toBe(true);
});

it('leaves no stream open, neither while it goes on nor when it is closed', async () => {
  daemon.containers.set('aaa', inspected('aaa'));
  const following = docker.follow(HOST, stop.signal);
  await isLive();
  for (let round = 0; round < 30; round += 1) {
    daemon.emit('start', 'aaa');
    const wanted = round + 1;
    await eventually(() => expect(book.events()).toHaveLength(wanted));
  }
  // The events are listened to; all else has been answered.
  await eventually(() => expect(link.streams.size).toBe(1));
  docker.measure(HOST, ['aaa']);
  await eventually(() => expect(daemon.counted.size).toBe(1));
  stop.abort();
  await following;
  await eventually(() => expect(link.streams.size).toBe(0));
  expect(docker.streams()).toBe(0);
  expect(status().kind).toBe('idle');
});
