import type Docker from 'dockerode';
import type { Client } from 'ssh2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { apart, asRoot, dockerOver, forward, installDocker, objects } from './docker-client.js';
import { until, type Answer } from './ssh.js';

let lab: PracticeLab;
let client: Client;
let docker: Docker;
const root = (script: string): Promise<Answer> => asRoot(client, script);

beforeAll(async () => {
  lab = await startPracticeLab({ seed: 10, timeScale: 0.02 });
  client = await installDocker(lab);
  docker = dockerOver(() => forward(client));
}, 60_000);
afterAll(async () => {
  client.end();
  await lab.close();
});
beforeEach(async () => {
  await root('docker ps -aq | while read -r one; do docker rm -f "$one"; done >/dev/null 2>&1; true');
});

describe('logs', () => {
  it('come apart by stream, from a time, the last ones, with their times', async () => {
    await root('docker run --name talker alpine sh -c "echo one; echo two >&2; echo three"');
    const container = docker.getContainer('talker');
    const read = async (options: Docker.ContainerLogsOptions) =>
      apart(await container.logs({ stdout: true, stderr: true, ...options, follow: false }));
    expect(await read({})).toEqual({ stdout: 'one\nthree\n', stderr: 'two\n' });
    expect(await read({ tail: 1 })).toEqual({ stdout: 'three\n', stderr: '' });
    expect(await read({ stdout: false })).toEqual({ stdout: '', stderr: 'two\n' });
    expect((await read({ timestamps: true })).stderr).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{9}Z two\n$/);
    const later = Math.floor(Date.now() / 1000) + 60;
    expect(await read({ since: later })).toEqual({ stdout: '', stderr: '' });
    await expect(container.logs({})).rejects.toMatchObject({ statusCode: 400 });
  });

  it('are followed as they are written, to the end of the run', async () => {
    await root(
      'docker run -d --name ticker alpine sh -c \'for i in 1 2 3; do echo "tick $i"; sleep 5; done; echo last >&2\'',
    );
    const stream = await docker
      .getContainer('ticker')
      .logs({ follow: true, stdout: true, stderr: true, tail: 100 });
    expect(await apart(stream)).toEqual({ stdout: 'tick 1\ntick 2\ntick 3\n', stderr: 'last\n' });
  });
});

describe('many streams at once', () => {
  it('live beside each other, and end with their connections', async () => {
    await root('docker run -d --name busy alpine sleep 1000');
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(warning.message);
    process.on('warning', note);
    const streams = await Promise.all(
      Array.from({ length: 24 }, () => docker.getContainer('busy').stats({ stream: true })),
    );
    const seen = streams.map((stream) => objects(stream));
    await until(() => seen.every((one) => one.length > 1));
    const ended = Promise.all(
      streams.map((stream) => new Promise((resolve) => stream.once('close', resolve))),
    );
    await root('systemctl stop docker');
    await ended;
    await root('systemctl start docker');
    process.off('warning', note);
    expect(warnings).toEqual([]);
    expect(await docker.listContainers()).toEqual([]);
  });
});

describe('events', () => {
  it('tell the life of a container in the order of the daemon', async () => {
    const seen = objects(await docker.getEvents());
    await root(
      'docker run -d --name life --label a=b alpine sleep 1000; docker stop life; docker start life; docker kill life; docker rm life; docker tag alpine mine:1',
    );
    const words = () => seen.map((event) => `${String(event['Type'])} ${String(event['Action'])}`);
    await until(() => words().includes('image tag'));
    expect(words().filter((word) => word !== 'image pull')).toEqual([
      'container create',
      'network connect',
      'container start',
      'container kill',
      'network disconnect',
      'container die',
      'container stop',
      'network connect',
      'container start',
      'container kill',
      'network disconnect',
      'container die',
      'container destroy',
      'image tag',
    ]);
    const [created] = seen.filter((event) => event['Action'] === 'create');
    expect(created).toMatchObject({
      status: 'create',
      from: 'alpine',
      Actor: { Attributes: { name: 'life', image: 'alpine', a: 'b' } },
      scope: 'local',
    });
    const killed = seen.findLast((event) => event['Action'] === 'die');
    expect(killed).toMatchObject({ Actor: { Attributes: { exitCode: '137' } } });
    const times = seen.map((event) => Number(event['timeNano']));
    expect(times).toEqual([...times].toSorted((a, b) => a - b));
  });

  it('tell when the health of a container changes', async () => {
    await root(`apt-get install -qq -y docker-compose-v2; mkdir -p /tmp/h; cat >/tmp/h/compose.yaml <<'YAML'
services:
  web:
    image: nginx:alpine
    container_name: checked
    healthcheck:
      test: ["CMD", "true"]
      interval: 1s
YAML
`);
    const seen = objects(await docker.getEvents({ filters: { event: ['health_status'] } }));
    await root('docker compose -f /tmp/h/compose.yaml up -d');
    await until(() => seen.length > 0);
    expect(seen[0]).toMatchObject({
      Action: 'health_status: healthy',
      Actor: { Attributes: { name: 'checked', 'com.docker.compose.service': 'web' } },
    });
    const shown = await docker.getContainer('checked').inspect();
    expect(shown.State.Health?.Status).toBe('healthy');
  });

  it('of the past are told again from a time on, by filters, to an end', async () => {
    const since = Date.now() / 1000;
    await root('docker run -d --name first alpine sleep 1000; docker run -d --name second alpine sleep 1000');
    const read = async (filters: Record<string, string[]>) => {
      const stream = await docker.getEvents({ since, until: Date.now() / 1000 + 0.2, filters });
      const found = objects(stream);
      await new Promise((resolve) => stream.once('end', resolve));
      return found.map((event) => String(event['Action']));
    };
    expect(await read({ container: ['second'], event: ['start'] })).toEqual(['start']);
    expect(await read({ type: ['container'], event: ['create', 'start'] })).toEqual([
      'create',
      'start',
      'create',
      'start',
    ]);
  });
});
