import { access, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProbeRequest, Recording, RenderedProbe } from '../../../src/gates/types.js';
import { Trouble } from '../../../src/lab/types.js';
import type { HostName } from '../../../src/lab/types.js';
import type { Links, ProbeRunner } from '../../../src/services/ports.js';
import { createProbeRunner } from '../../../src/services/probes/probe-runner.js';
import type { TestHost } from './server.js';
import { testHost, testLinks } from './support.js';

async function operator(probe: RenderedProbe): Promise<Recording> {
  if (probe.kind === 'tcp') throw new Trouble('x', { id: 'tidak', en: 'no' }, { id: '', en: '' });
  return {
    place: 'operator',
    asked: probe.kind,
    exit: 0,
    stdout: 'from here',
    stderr: '',
    error: null,
    startedAt: 1,
    durationMs: 1,
  };
}

async function bench(
  sudo: string | null = 'nopasswd',
): Promise<{ server: TestHost; links: Links; runner: ProbeRunner }> {
  const server = await testHost({ password: 'sesame', sudo });
  const links = testLinks(server);
  return { server, links, runner: createProbeRunner(links, operator) };
}

function command(
  script: string,
  as: 'root' | 'user' = 'user',
  timeoutMs = 10_000,
  on: HostName = 'vm-docker',
): RenderedProbe {
  return { kind: 'command', on, script, as, timeoutMs };
}
function requests(probes: Readonly<Record<string, RenderedProbe>>): ProbeRequest[] {
  return Object.entries(probes).map(([id, probe]) => ({ id, probe }));
}

describe('a round of probes', () => {
  it('asks a host everything in one channel, as user and as root, and leaves nothing there', async () => {
    const { server, links, runner } = await bench();
    await links.link('vm-docker').open();
    const before = server.commands.length;
    const seen: string[] = [];
    const answers = await runner.run(
      requests({
        plain: command('echo out; echo err >&2; exit 3'),
        root: command('id -u', 'root'),
        user: command('id -u'),
        stdin: command('read -r line || echo empty'),
        quiet: command('exit 0'),
        nasty: command("printf 'a\\033[2Jb\\xff sesame\\n'"),
        broken: command('if true; then'),
        routes: { kind: 'routes', on: 'operator', timeoutMs: 1_000 },
        tcp: { kind: 'tcp', on: 'operator', host: 'h', port: 1, timeoutMs: 1_000 },
      }),
      { onRecording: (id) => seen.push(id) },
    );
    expect(server.commands.length - before).toBe(1);
    expect(seen.sort()).toEqual([...answers.keys()].sort());
    expect(answers.get('plain')).toMatchObject({
      place: 'vm-docker',
      exit: 3,
      stdout: 'out\n',
      stderr: 'err\n',
      error: null,
    });
    expect(answers.get('plain')?.asked).toBe('echo out; echo err >&2; exit 3');
    expect(answers.get('root')).toMatchObject({ exit: 0, stdout: '0\n', asked: "sudo bash -c 'id -u'" });
    expect(answers.get('user')?.stdout).toBe('1000\n');
    expect(answers.get('stdin')?.stdout).toBe('empty\n');
    expect(answers.get('quiet')).toMatchObject({ exit: 0, stdout: '', stderr: '' });
    expect(answers.get('nasty')?.stdout).toBe('ab\ufffd •••\n');
    expect(answers.get('broken')?.exit).toBe(2);
    expect(answers.get('broken')?.stderr).toContain('syntax error');
    expect(answers.get('routes')?.stdout).toBe('from here');
    expect(answers.get('tcp')).toMatchObject({ exit: null, error: { id: 'tidak', en: 'no' } });
    expect((await readdir(server.home)).filter((name) => name.startsWith('threebody'))).toEqual([]);
  });

  it('runs them side by side, hands each on when it is there, and bounds each on its own', async () => {
    const { runner } = await bench();
    const order: string[] = [];
    const answers = await runner.run(
      requests({
        hangs: command('sleep 60', 'user', 1_000),
        endless: command('yes', 'root', 5_000),
        complains: command('yes >&2', 'user', 5_000),
        huge: command("head -c 10000000 /dev/zero | tr '\\0' x"),
        quick: command('echo quick'),
      }),
      { onRecording: (id) => order.push(id) },
    );
    expect(order.at(-1)).toBe('hangs');
    expect(answers.get('hangs')).toMatchObject({
      exit: null,
      error: { en: 'Not finished within 1 seconds.' },
    });
    expect(answers.get('endless')?.stdout.startsWith('y\ny\n')).toBe(true);
    expect(answers.get('endless')?.stdout.length).toBe(64 * 1024);
    expect(answers.get('complains')?.stderr.length).toBe(64 * 1024);
    expect(answers.get('huge')).toMatchObject({ error: null });
    expect(answers.get('huge')?.stdout).toBe('x'.repeat(64 * 1024));
    expect(answers.get('quick')?.durationMs).toBeLessThan(5_000);
  });

  it('answers for a host that is down, and for root without sudo, and still asks the rest', async () => {
    const { runner } = await bench(null);
    const answers = await runner.run(
      requests({
        here: command('echo here'),
        root: command('true', 'root'),
        away: command('true', 'user', 1_000, 'vm-k8s'),
      }),
    );
    expect(answers.get('here')?.stdout).toBe('here\n');
    expect(answers.get('root')).toMatchObject({ exit: null });
    expect(answers.get('root')?.error?.en).toContain('does not accept the password');
    expect(answers.get('away')).toMatchObject({ place: 'vm-k8s', exit: null });
    expect(answers.get('away')?.error?.en).toContain('refuses the connection');
  });

  it('says what sudo says when it let root in at login and does so no more', async () => {
    const { server, links, runner } = await bench();
    await links.link('vm-docker').open();
    await writeFile(join(server.home, 'sudo.mode'), 'sesame');
    const answers = await runner.run(
      requests({ here: command('echo here'), root: command('id -u', 'root'), more: command('true', 'root') }),
    );
    expect(answers.get('here')?.stdout).toBe('here\n');
    for (const id of ['root', 'more'])
      expect(answers.get(id)).toMatchObject({
        exit: null,
        error: { en: 'sudo on vm-docker refuses: sudo: a password is required' },
      });
  });

  it('asks nothing of a Docker that a person has stopped, for systemd would start it again', async () => {
    const { server, runner } = await bench();
    const woken = join(server.home, 'woken');
    const stub = async (name: string, text: string): Promise<void> => {
      await writeFile(join(server.home, 'bin', name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    };
    const unit = (state: string): Promise<void> =>
      stub('systemctl', `printf 'LoadState=loaded\\nActiveState=%s\\n' ${state}`);
    await stub('docker', `case "$1" in --version) ;; *) echo "$*" >>'${woken}' ;; esac; echo real`);
    await stub('runuser', 'shift 3; exec "$@"');
    const ask = (): Promise<ReadonlyMap<string, Recording>> =>
      runner.run(
        requests({
          direct: command('if said="$(docker ps -a 2>&1)"; then echo works; else echo "no: $said"; fi'),
          root: command('set -euo pipefail\ndocker info | head -n 1', 'root'),
          limited: command('timeout 20 docker run --rm x || echo refused'),
          other: command('runuser -u nobody -- docker ps --quiet || echo refused'),
          version: command('docker --version && timeout 5 echo on'),
        }),
      );
    for (const state of ['inactive', 'failed', 'deactivating']) {
      await unit(state);
      const asleep = await ask();
      expect(asleep.get('direct')?.stdout).toContain('no: Cannot connect to the Docker daemon');
      expect(asleep.get('root')).toMatchObject({ exit: 1, stdout: '' });
      expect(asleep.get('limited')?.stdout).toBe('refused\n');
      expect(asleep.get('other')?.stdout).toBe('refused\n');
      // Needs no daemon.
      expect(asleep.get('version')?.stdout).toBe('real\non\n');
      await expect(access(woken)).rejects.toThrow('ENOENT');
    }
    await unit('active');
    const awake = await ask();
    expect(awake.get('direct')?.stdout).toBe('works\n');
    expect(awake.get('root')?.stdout).toBe('real\n');
    expect(awake.get('other')?.stdout).toBe('real\n');
    expect((await readFile(woken, 'utf8')).split('\n')).toEqual(
      expect.arrayContaining(['ps -a', 'info', 'run --rm x', 'ps --quiet']),
    );
  });

  it('feeds a sudo password to the batch without any probe seeing it', async () => {
    const { runner } = await bench('sesame');
    const answers = await runner.run(
      requests({ root: command('id -u; read -r line || echo empty; env', 'root'), user: command('env') }),
    );
    expect(answers.get('root')?.stdout).toMatch(/^0\nempty\n/);
    expect(`${answers.get('root')?.stdout}${answers.get('user')?.stdout}`).not.toContain('•••');
  });

  it('asks once more on a new connection when the one it had turns out to be dead', async () => {
    const { server, runner } = await bench();
    const told: string[] = [];
    const first = `${server.home}/asked-before`;
    const answers = await runner.run(
      requests({
        quick: command('echo quick'),
        slow: command(`[ -e ${first} ] && echo again || { touch ${first}; sleep 4; }`, 'user', 60_000),
      }),
      {
        onRecording: (id) => {
          told.push(id);
          if (id === 'quick') server.cut();
        },
      },
    );
    expect(told).toEqual(['quick', 'slow']);
    expect(answers.get('slow')).toMatchObject({ stdout: 'again\n', error: null });
  });

  it('answers what is open when the connection is cut for good', async () => {
    const { server, runner } = await bench();
    const cut = await runner.run(
      requests({ quick: command('echo quick'), slow: command('sleep 4', 'user', 60_000) }),
      {
        onRecording: (id) => {
          if (id !== 'quick') return;
          server.refuse(true);
          server.cut();
        },
      },
    );
    expect(cut.get('quick')?.stdout).toBe('quick\n');
    expect(cut.get('slow')?.error?.en).toContain('closed the connection');
  });

  it('answers what is open when the round is aborted', async () => {
    const { runner } = await bench();
    const stop = new AbortController();
    const aborted = await runner.run(
      requests({ quick: command('echo quick'), slow: command('sleep 4', 'user', 60_000) }),
      {
        signal: stop.signal,
        onRecording: () => stop.abort(),
      },
    );
    expect(aborted.get('slow')?.error?.en).toBe('Cancelled.');
  });
});
