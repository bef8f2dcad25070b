import type Docker from 'dockerode';
import type { Client } from 'ssh2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { asRoot, dockerOver, forward, installDocker, objects } from './docker-client.js';
import { collect, connect, open, run, until, type Answer } from './ssh.js';

let lab: PracticeLab;
let client: Client;
let docker: Docker;
const root = (script: string): Promise<Answer> => asRoot(client, script);

beforeAll(async () => {
  lab = await startPracticeLab({ seed: 9, timeScale: 0.02 });
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

describe('the way to the daemon', () => {
  it('leads through the forwarded socket and through docker system dial-stdio alike', async () => {
    expect(String(await docker.ping())).toBe('OK');
    const stdio = dockerOver(() => open(client, 'docker system dial-stdio'), 'v1.44');
    expect(await stdio.version()).toMatchObject({ ApiVersion: '1.51', MinAPIVersion: '1.24', Os: 'linux' });
    expect(await stdio.info()).toMatchObject({ ServerVersion: '28.2.2', Driver: 'overlay2', NCPU: 2 });
    // Who has said all still hears the answer, byte by byte as it was sent.
    const channel = await open(client, 'docker system dial-stdio');
    const answer = collect(channel);
    channel.end('GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n');
    const { code, stdout } = await answer;
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\nApi-Version: 1\.51\r\n[\s\S]*\r\n\r\nOK$/);
    expect(code).toBe(0);
  });

  it('is closed to those whom the socket keeps out, and where nobody listens', async () => {
    await root('gpasswd -d cikal docker >/dev/null');
    const outsider = await connect(lab, 'vm-docker');
    await expect(forward(outsider)).rejects.toMatchObject({ reason: 2 });
    const refused = await run(outsider, 'docker system dial-stdio; echo "$?"\n');
    expect(refused.stderr).toContain('permission denied while trying to connect to the Docker daemon socket');
    expect(refused.stdout).toBe('1\n');
    outsider.end();
    await root('usermod -aG docker cikal');
    await expect(forward(client, '/run/nothing.sock')).rejects.toMatchObject({ reason: 2 });
    await root('systemctl stop docker');
    await expect(forward(client)).rejects.toMatchObject({ reason: 2 });
    await root('systemctl start docker');
    expect(String(await docker.ping())).toBe('OK');
  });

  it('carries several requests over one connection, one after the other', async () => {
    const channel = await forward(client);
    let said = '';
    channel.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
    });
    for (const turn of [1, 2, 3]) {
      channel.write('GET /v1.43/_ping HTTP/1.1\r\nHost: docker\r\n\r\n');
      await until(() => said.split('\r\n\r\nOK').length === turn + 1);
    }
    expect(said.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    channel.close();
  });

  it('speaks the versions that the daemon speaks, and says what it does not do', async () => {
    await expect(dockerOver(() => forward(client), 'v1.99').ping()).rejects.toMatchObject({
      statusCode: 400,
      json: { message: expect.stringContaining('Maximum supported API version is 1.51') },
    });
    await expect(dockerOver(() => forward(client), 'v1.12').ping()).rejects.toMatchObject({
      json: { message: expect.stringContaining('client version 1.12 is too old') },
    });
    await expect(docker.swarmInspect()).rejects.toMatchObject({
      statusCode: 501,
      json: { message: 'practice lab: GET /swarm is not simulated' },
    });
  });

  it('breaks when the daemon stops, and only then', async () => {
    const stream = await docker.getEvents();
    const seen = objects(stream);
    let over = false;
    stream.on('close', () => {
      over = true;
    });
    await root('docker network create before');
    await until(() => seen.length > 0);
    expect(over).toBe(false);
    await root('systemctl stop docker');
    await until(() => over);
    await root('systemctl start docker; docker network rm before');
    const again = await docker.getEvents({ filters: { type: ['network'] } });
    const fresh = objects(again);
    await root('docker network create after; docker network rm after');
    await until(() => fresh.length === 2);
    expect(fresh.map((event) => event['Action'])).toEqual(['create', 'destroy']);
  });
});

describe('containers', () => {
  const web = () =>
    root('docker run -d --name web --label role=edge -p 8088:80 --restart unless-stopped nginx:alpine');

  it('lists them with state, ports and labels, by filters, and those that are down when asked', async () => {
    await web();
    await root('docker run --name done --label role=job alpine sh -c "exit 3"');
    const [one, ...others] = await docker.listContainers();
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      Names: ['/web'],
      Image: 'nginx:alpine',
      State: 'running',
      Labels: { role: 'edge' },
      HostConfig: { NetworkMode: 'bridge' },
    });
    expect(one?.Status).toMatch(/^Up /);
    expect(one?.Ports).toContainEqual({ IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8088, Type: 'tcp' });
    const names = async (options: Docker.ContainerListOptions) =>
      (await docker.listContainers(options)).flatMap(({ Names }) => Names).toSorted();
    expect(await names({ all: true })).toEqual(['/done', '/web']);
    expect(await names({ filters: { status: ['exited'] } })).toEqual(['/done']);
    expect(await names({ all: true, filters: { label: ['role=job'] } })).toEqual(['/done']);
    expect(await names({ all: true, filters: { exited: ['3'] } })).toEqual(['/done']);
    await expect(docker.listContainers({ filters: '{"frob":["x"]}' })).rejects.toMatchObject({
      statusCode: 400,
      json: { message: "invalid filter 'frob'" },
    });
  });

  it('shows one of them as docker inspect does, its processes, and says which one there is not', async () => {
    await web();
    const shown = await docker.getContainer('web').inspect();
    const printed: unknown = JSON.parse((await root('docker inspect web')).stdout);
    expect([shown]).toEqual(printed);
    expect(shown.State).toMatchObject({ Running: true, ExitCode: 0 });
    const top: { Titles: string[]; Processes: string[][] } = await docker.getContainer('web').top();
    expect(top.Titles.at(-1)).toBe('CMD');
    expect(top.Processes[0]?.at(-1)).toContain('nginx');
    expect(top.Processes[0]?.[1]).toBe(String(shown.State.Pid));
    await expect(docker.getContainer('nobody').inspect()).rejects.toMatchObject({
      statusCode: 404,
      json: { message: 'No such container: nobody' },
    });
  });

  it('starts, stops, kills, restarts, waits and removes, with the answers of the daemon', async () => {
    await web();
    const container = docker.getContainer('web');
    await expect(container.start()).rejects.toMatchObject({ statusCode: 304 });
    const waiting = container.wait();
    await container.stop();
    expect(await waiting).toEqual({ StatusCode: 0 });
    await expect(container.stop()).rejects.toMatchObject({ statusCode: 304 });
    await expect(container.kill()).rejects.toMatchObject({
      statusCode: 409,
      json: { message: expect.stringContaining('is not running') },
    });
    await container.start();
    expect((await container.inspect()).State.Running).toBe(true);
    const before = (await container.inspect()).State.StartedAt;
    await container.restart();
    expect((await container.inspect()).State.StartedAt).not.toBe(before);
    await container.kill({ signal: 'SIGKILL' });
    expect((await container.inspect()).State).toMatchObject({ Status: 'exited', ExitCode: 137 });
    await container.start();
    await expect(container.remove()).rejects.toMatchObject({
      statusCode: 409,
      json: {
        message:
          'cannot remove container "/web": container is running: stop the container before removing or force remove',
      },
    });
    const removed = container.wait({ condition: 'removed' });
    // When this has been answered, the wait has been heard.
    await docker.ping();
    await container.remove({ force: true });
    expect(await removed).toMatchObject({ StatusCode: 137 });
    expect(await docker.listContainers({ all: true })).toEqual([]);
  });

  it('measures them: processor time runs on, memory has its limit, and what is down uses nothing', async () => {
    await web();
    const container = docker.getContainer('web');
    const once = await container.stats({ stream: false });
    expect(once.cpu_stats.cpu_usage.total_usage).toBeGreaterThan(once.precpu_stats.cpu_usage.total_usage);
    expect(once.memory_stats.usage).toBeGreaterThan(2 ** 20);
    const info: { MemTotal: number } = await docker.info();
    expect(once.memory_stats.limit).toBe(info.MemTotal);
    expect(once.networks['eth0']?.rx_bytes).toBeGreaterThan(0);
    const stream = await container.stats({ stream: true });
    const samples = objects<Docker.ContainerStats>(stream);
    const ended = new Promise((resolve) => stream.once('end', resolve));
    await until(() => samples.length >= 3);
    const [a, b, c] = samples;
    for (const [early, late] of [
      [a, b],
      [b, c],
    ] as const) {
      expect(late?.precpu_stats).toEqual(early?.cpu_stats);
      const used =
        (late?.cpu_stats.cpu_usage.total_usage ?? 0) - (early?.cpu_stats.cpu_usage.total_usage ?? 0);
      const all = (late?.cpu_stats.system_cpu_usage ?? 0) - (early?.cpu_stats.system_cpu_usage ?? 0);
      expect(used).toBeGreaterThan(0);
      expect(all).toBeGreaterThan(used);
    }
    await container.stop();
    await until(() => samples.at(-1)?.read.startsWith('0001') === true);
    await container.remove();
    await ended;
  });
});

describe('the rest', () => {
  it('shows images, networks, volumes and what they take', async () => {
    await root('docker pull -q nginx:alpine; docker volume create data; docker network create own');
    await root('docker run -d --name user --network own -v data:/data nginx:alpine');
    const [image] = await docker.listImages({ filters: { reference: ['nginx'] } });
    expect(image?.RepoTags).toEqual(['nginx:alpine']);
    expect((await docker.getImage('nginx:alpine').inspect()).Id).toBe(image?.Id);
    await expect(docker.getImage('nope').inspect()).rejects.toMatchObject({
      json: { message: 'No such image: nope:latest' },
    });
    const networks = await docker.listNetworks({ filters: { name: ['own'] } });
    expect(networks.map(({ Driver }) => Driver)).toEqual(['bridge']);
    const inspected = await docker.getNetwork('own').inspect();
    expect(Object.values(inspected.Containers ?? {}).map(({ Name }) => Name)).toEqual(['user']);
    expect((await docker.listVolumes()).Volumes.map(({ Name }) => Name)).toContain('data');
    const used: { Volumes: { Name: string; UsageData: { RefCount: number } }[] } = await docker.df();
    expect(used.Volumes.find(({ Name }) => Name === 'data')?.UsageData.RefCount).toBe(1);
  });
});
