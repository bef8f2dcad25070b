import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import type { Client, ClientChannel } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { apart, asRoot, dockerOver, forward, installDocker } from './docker-client.js';
import { until } from './ssh.js';

let lab: PracticeLab;
let client: Client;
let docker: Docker;
let box: Docker.Container;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 11, timeScale: 0.02 });
  client = await installDocker(lab);
  docker = dockerOver(() => forward(client));
  await asRoot(client, "docker run -d --name box alpine sh -c 'while true; do sleep 1000; done'");
  box = docker.getContainer('box');
}, 60_000);
afterAll(async () => {
  client.end();
  await lab.close();
});

describe('a command in a container over the API', () => {
  it('runs with its own input, both outputs and its status', async () => {
    const exec = await box.exec({
      Cmd: ['sh', '-c', 'read -r word; echo "got $word $NAME in $PWD"; echo oops >&2; exit 5'],
      Env: ['NAME=me'],
      WorkingDir: '/tmp',
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: null });
    const stream = await exec.start({ hijack: true, stdin: true });
    const text = apart(stream);
    stream.write('this\n');
    expect(await text).toEqual({ stdout: 'got this me in /tmp\n', stderr: 'oops\n' });
    expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: 5 });
    await expect(exec.start({ hijack: true })).rejects.toMatchObject({
      statusCode: 409,
    });
  });

  it('needs no handed-over connection when it only prints', async () => {
    const exec = await box.exec({ Cmd: ['echo', 'plain'], AttachStdout: true, AttachStderr: true });
    expect(await apart(await exec.start({}))).toEqual({ stdout: 'plain\n', stderr: '' });
    const quiet = await box.exec({ Cmd: ['sh', '-c', 'exit 9'] });
    await quiet.start({ Detach: true });
    await until(async () => (await quiet.inspect()).ExitCode === 9);
  });

  it('passes any bytes, many of them, and the end of the input', async () => {
    const exec = await box.exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true });
    const stream = await exec.start({ hijack: true, stdin: true });
    const bytes = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256));
    const got: Buffer[] = [];
    const out = new PassThrough();
    out.on('data', (part: Buffer) => got.push(part));
    docker.modem.demuxStream(stream, out, out);
    const over = new Promise((resolve) => stream.once('close', resolve));
    stream.end(bytes);
    await over;
    expect(Buffer.concat(got).equals(bytes)).toBe(true);
  });

  it('is a terminal when one is asked for: prompt, echo, size, Ctrl-C, exit', async () => {
    const exec = await box.exec({
      Cmd: ['sh'],
      Tty: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
    let screen = '';
    stream.on('data', (bytes: Buffer) => {
      screen += bytes.toString('utf8');
    });
    const over = new Promise((resolve) => stream.once('close', resolve));
    await until(() => screen.endsWith('# '));
    await exec.resize({ h: 33, w: 111 });
    stream.write('stty size; echo $TERM\r');
    await until(() => screen.includes('\r\n33 111\r\nxterm\r\n'));
    stream.write('sleep 100000\r');
    await until(() => screen.endsWith('100000\r\n'));
    stream.write('\u0003');
    await until(() => /\^C\r\n.*# $/.test(screen));
    stream.write('exit 4\r');
    await over;
    expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: 4 });
  });

  it('ends when the client goes away', async () => {
    const exec = await box.exec({ Cmd: ['sh'], Tty: true, AttachStdin: true, AttachStdout: true });
    const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
    let screen = '';
    stream.on('data', (bytes: Buffer) => {
      screen += bytes.toString('utf8');
    });
    await until(() => screen.endsWith('# '));
    expect((await exec.inspect()).Running).toBe(true);
    stream.destroy();
    await until(async () => !(await exec.inspect()).Running);
  });

  it('says what cannot be run, and where nothing can', async () => {
    const exec = await box.exec({ Cmd: ['frobnicate'], AttachStdout: true, AttachStderr: true });
    const { stderr } = await apart(await exec.start({ hijack: true }));
    expect(stderr).toContain('"frobnicate": executable file not found in $PATH');
    expect(await exec.inspect()).toMatchObject({ ExitCode: 127 });
    await expect(box.exec({ Cmd: [] })).rejects.toMatchObject({
      statusCode: 400,
      json: { message: 'No exec command specified' },
    });
    await expect(box.exec({ Cmd: ['true'], User: 'nobody-there' })).rejects.toMatchObject({
      json: { message: expect.stringContaining('unable to find user nobody-there') },
    });
    await asRoot(client, 'docker create --name still alpine true');
    await expect(docker.getContainer('still').exec({ Cmd: ['true'] })).rejects.toMatchObject({
      statusCode: 409,
      json: { message: expect.stringContaining('is not running') },
    });
    await expect(docker.getExec('0123').inspect()).rejects.toMatchObject({
      json: { message: 'No such exec instance: 0123' },
    });
  });
});

describe('docker exec -it', () => {
  it('lends the terminal to the container as long as the command runs', async () => {
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.shell({ cols: 70, rows: 25 }, (error, made) => (error ? reject(error) : resolve(made)));
    });
    let screen = '';
    channel.on('data', (bytes: Buffer) => {
      screen += bytes.toString('utf8');
    });
    await until(() => screen.endsWith('$ '));
    channel.write('docker exec -it box sh\r');
    await until(() => screen.endsWith('# '));
    channel.write('stty size; sleep 100000\r');
    await until(() => screen.endsWith('25 70\r\n'));
    channel.write('\u0003');
    await until(() => /\^C\r\n.*# $/.test(screen));
    channel.write('exit 6\r');
    await until(() => screen.endsWith('$ '));
    channel.write('echo "left with $?"\r');
    await until(() => screen.includes('left with 6\r\n'));
    expect(screen).toContain('# exit 6\r\n');
    channel.close();
  });
});
