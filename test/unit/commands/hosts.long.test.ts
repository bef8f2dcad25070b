/** Commands against three SSH servers on loopback that run the real bash, with a toy runbook that stays in their homes. */
import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { conforms } from '../../support/documents.js';
import { startHost, until, type TestHost } from '../services-remote/server.js';
import { createDesk, STACK_LINE, type Desk, type Ended } from './program.js';
import { parseXml } from './xml.js';

const PACK = join(import.meta.dirname, 'pack');
const NAMES = ['vm-docker', 'vm-k8s', 'vm-worker'] as const;

// Each case is a few processes, and other tests keep the machine busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let desk: Desk;
let hosts: TestHost[];
let lab: string;
const host = (index: number): TestHost => {
  const found = hosts[index];
  if (found === undefined) throw new Error('no such host');
  return found;
};
const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function labFile(name: string, ports: readonly number[], password = 'sesame'): Promise<string> {
  const path = join(desk.home, name);
  const entries = NAMES.map(
    (one, index) =>
      `  - { name: ${one}, address: 192.0.2.${42 + index}, forwards: { 22: "127.0.0.1:${ports[index]}" } }`,
  );
  await writeFile(
    path,
    ['name: toy', 'user: learner', `password: ${password}`, 'hosts:', ...entries, ''].join('\n'),
    {
      mode: 0o600,
    },
  );
  return path;
}
async function tui(...args: readonly string[]): Promise<Ended> {
  const ended = await desk.run([...args, '--lab', lab, '--runbook', PACK]);
  if (args.includes('--json') && ended.stdout !== '') conforms(ended.stdout);
  return ended;
}

const checkSchema = z.object({
  schemaVersion: z.literal(1),
  exit: z.number(),
  summary: z.record(z.string(), z.number()),
  gates: z.array(z.object({ key: z.string(), verdict: z.string() })),
});
const runSchema = checkSchema.extend({
  runs: z.array(
    z.object({
      step: z.string(),
      host: z.string(),
      phase: z.string(),
      actions: z.array(z.object({ action: z.string(), phase: z.string() })),
    }),
  ),
  notRun: z.array(z.string()),
  reattached: z.array(z.object({ step: z.string(), host: z.string() })),
});

beforeAll(async () => {
  desk = await createDesk();
  hosts = await Promise.all(NAMES.map(() => startHost({ password: 'sesame' })));
  lab = await labFile(
    'toy.yaml',
    hosts.map((one) => one.port),
  );
});
afterAll(async () => {
  await Promise.all(hosts.map((one) => one.stop()));
  await desk.clear();
});

describe('connect', () => {
  it('refuses keys never seen when there is nobody to ask, and says what to do', async () => {
    const { code, stdout, stderr } = await tui('connect');
    expect(code).toBe(2);
    expect(stdout.split('\n').filter((line) => line.includes('vm-'))).toHaveLength(3);
    expect(stderr).toContain('SHA256:');
    expect(stderr).toContain('connect --accept-host-keys');
  });

  it('accepts them when told to, and knows them from then on', async () => {
    expect((await tui('connect', '--accept-host-keys')).code).toBe(0);
    const { code, stdout } = await tui('connect', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      hosts: NAMES.map((name) => ({ host: name, ok: true, sudo: 'nopasswd' })),
    });
  });

  it('refuses a changed key with the way out, and nothing is asked about it', async () => {
    const file = await knownHosts();
    const text = await readFile(file, 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const [, , otherKey = ''] = lines[0] ?? [];
    const swapped = lines.map(([name, type, key], index) =>
      [name, type, index === 1 ? otherKey : key].join(' '),
    );
    await writeFile(file, `${swapped.join('\n')}\n`);
    const { code, stderr } = await tui('connect', '--accept-host-keys');
    await writeFile(file, text);
    expect(code).toBe(2);
    expect(stderr).toContain('shows another key');
    expect(stderr).toContain(`remove line 2 from ${file}`);
  });

  it('tells a wrong password from a host that refuses', async () => {
    const wrong = await labFile(
      'wrong.yaml',
      hosts.map((one) => one.port),
      'wrong-word',
    );
    const auth = await desk.run(['connect', '--lab', wrong, '--accept-host-keys', '--host', 'vm-docker']);
    expect(auth.code).toBe(2);
    expect(auth.stderr).toContain('refuses the login as "learner"');
    expect(auth.stderr).not.toContain('wrong-word');
    const gone = await startHost({ password: 'sesame' });
    await gone.stop();
    const nobody = await labFile('nobody.yaml', [gone.port, gone.port, gone.port]);
    const refused = await desk.run(['connect', '--lab', nobody]);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('refuses the connection');
    expect(refused.stderr).not.toMatch(STACK_LINE);
  });

  it('says when there is no sudo', async () => {
    const poor = await startHost({ password: 'sesame', sudo: null });
    const file = await labFile('poor.yaml', [poor.port, poor.port, poor.port]);
    const { code, stderr } = await desk.run([
      'connect',
      '--lab',
      file,
      '--accept-host-keys',
      '--host',
      'vm-docker',
    ]);
    await poor.stop();
    expect(code).toBe(2);
    expect(stderr).toContain('sudo');
    expect(stderr).toContain('NOPASSWD');
  });
});

/** The program's own file of host keys for the toy lab. */
async function knownHosts(): Promise<string> {
  const root = join(desk.home, '.local', 'state', 'threebody-tui');
  const found = (await readdir(root)).find((name) => name.startsWith('toy-'));
  return join(root, found ?? '', 'known_hosts');
}

describe('check', () => {
  it('is 1 when a gate fails, with the hint', async () => {
    const { code, stdout } = await tui('check', 'A1', '--lang', 'id');
    expect(code).toBe(1);
    expect(stdout).toContain('A1.toy@vm-k8s');
    expect(stdout).toContain('Belum ada berkas toy.');
    expect(stdout).toContain('Jalankan A1.');
  });

  it('writes each form of output, JUnit beside another one', async () => {
    const junit = join(desk.home, 'junit.xml');
    const json = await tui('check', 'A1', '--json', '--junit', junit);
    expect(checkSchema.parse(JSON.parse(json.stdout))).toMatchObject({
      exit: 1,
      summary: { fail: 3, pass: 0 },
    });
    expect(parseXml(await readFile(junit, 'utf8')).attributes).toMatchObject({ tests: '3', failures: '3' });
    const tap = await tui('check', 'A1.toy', '--tap');
    expect(tap.stdout.split('\n')[1]).toBe('1..3');
    expect(tap.code).toBe(1);
    const both = await tui('check', '--tap', '--json');
    expect(both.code).toBe(2);
  });

  it('asks one gate of one host', async () => {
    const { stdout } = await tui('check', 'a1.toy@VM-WORKER', '--json');
    expect(checkSchema.parse(JSON.parse(stdout)).gates).toEqual([
      { key: 'A1.toy@vm-worker', verdict: 'fail' },
    ]);
  });

  it('names the nearest gate for one that is not there', async () => {
    const { code, stderr } = await tui('check', 'A1.tyo');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean A1.toy?');
  });

  it('is 3 when a host cannot be asked, and 2 when the login is wrong', async () => {
    const gone = await startHost({ password: 'sesame' });
    await gone.stop();
    const file = await labFile('half.yaml', [gone.port, host(1).port, host(2).port]);
    const away = await desk.run(['check', 'A1.toy@vm-docker', '--lab', file, '--runbook', PACK, '--json']);
    expect(away.code).toBe(3);
    expect(checkSchema.parse(JSON.parse(away.stdout)).gates).toEqual([
      { key: 'A1.toy@vm-docker', verdict: 'unknown' },
    ]);
    const wrong = await labFile(
      'wrong.yaml',
      hosts.map((one) => one.port),
      'wrong-word',
    );
    expect((await desk.run(['check', 'A1.toy@vm-docker', '--lab', wrong, '--runbook', PACK])).code).toBe(2);
  });

  it('asks again until it is green', async () => {
    const child = desk.start([
      'check',
      'A1.toy@vm-docker',
      '--retry-timeout',
      '60s',
      '--lab',
      lab,
      '--runbook',
      PACK,
    ]);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise((resolve) => {
      child.on('close', resolve);
    });
    await until(() => stderr.includes('1 of 1 gates are not green'), 'the first attempt');
    await writeFile(join(host(0).home, 'toy'), '');
    expect(await ended).toBe(0);
  });
});

describe('run', () => {
  it('runs nothing unasked', async () => {
    const { code, stdout, stderr } = await tui('run', 'A1');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Make a file called toy.');
    expect(stderr).toContain('--yes');
    expect(await isThere(join(host(1).home, 'toy'))).toBe(false);
  });

  it('goes from red to green, tells what happens, and changes nothing the second time', async () => {
    const first = await tui('run', 'A1', '--yes', '--json');
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/^vm-k8s +│ made on vm-k8s$/m);
    const document = runSchema.parse(JSON.parse(first.stdout));
    expect(document.summary).toMatchObject({ pass: 3, fail: 0 });
    expect(document.runs.map((one) => [one.host, one.phase, one.actions[0]?.phase])).toEqual([
      ['vm-docker', 'done', 'satisfied'],
      ['vm-k8s', 'done', 'ok'],
      ['vm-worker', 'done', 'ok'],
    ]);
    const second = await tui('run', 'A1', '--yes', '--json');
    expect(runSchema.parse(JSON.parse(second.stdout)).runs.map((one) => one.actions[0]?.phase)).toEqual([
      'satisfied',
      'satisfied',
      'satisfied',
    ]);
    expect((await tui('check', 'A1')).code).toBe(0);
  });

  it('is run again from a computer that knows nothing of it, as the lab file may be another', async () => {
    const other = await createDesk();
    try {
      const elsewhere = ['--lab', lab, '--runbook', PACK];
      expect((await other.run(['connect', '--accept-host-keys', ...elsewhere])).code).toBe(0);
      const { code, stdout, stderr } = await other.run(['run', 'A1', '--yes', '--json', ...elsewhere]);
      expect(code, stderr).toBe(0);
      expect(stderr).not.toContain('not done again');
      const { runs } = runSchema.parse(JSON.parse(stdout));
      expect(runs.map((one) => one.actions[0]?.phase)).toEqual(['satisfied', 'satisfied', 'satisfied']);
    } finally {
      await other.clear();
    }
  });

  it('runs what is done already when forced, and the runbook lines when chosen', async () => {
    const plan = await tui('plan', 'A1', '--variant', 'A1/touch=runbook', '--host', 'vm-k8s');
    expect(plan.stdout).toContain('│ touch ~/toy');
    expect(plan.stdout).not.toContain('made on');
    const forced = await tui('run', 'A1', '--yes', '--force', '--host', 'vm-k8s');
    expect(forced.stderr).toContain('made on vm-k8s');
    expect((await tui('run', 'A1', '--yes', '--variant', 'A1/touch=mine')).code).toBe(2);
    expect((await tui('run', 'A2', '--yes', '--variant', 'A2/wait=runbook')).code).toBe(2);
  });

  it('stops at the first step that is not green', async () => {
    const { code, stdout, stderr } = await tui('run', 'A4', 'A1', '--yes', '--json');
    expect(code).toBe(1);
    const document = runSchema.parse(JSON.parse(stdout));
    expect(document.notRun).toEqual(['A1']);
    expect(stderr).toContain('exit 7');
    expect(stderr).toContain('boom red');
    expect(stderr).not.toContain('\u001B[31m');
  });

  it('destroys nothing without its name', async () => {
    const precious = join(host(0).home, 'precious');
    await writeFile(precious, '');
    const refused = await tui('run', 'A3', '--yes');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--yes-destroy A3/wipe');
    expect(await isThere(precious)).toBe(true);
    expect((await tui('run', 'A3', '--yes', '--yes-destroy', 'A3/wipe')).code).toBe(0);
    expect(await isThere(precious)).toBe(false);
    // What was made since can be lost by an undo, too.
    const cluster = join(host(0).home, 'cluster');
    await writeFile(cluster, '');
    const kept = await tui('undo', 'A3', '--yes');
    expect(kept.code).toBe(2);
    expect(kept.stderr).toContain('--yes-destroy A3/wipe');
    expect(await isThere(cluster)).toBe(true);
    expect((await tui('undo', 'A3', '--yes', '--yes-destroy', 'A3/wipe')).code).not.toBe(2);
    expect(await isThere(cluster)).toBe(false);
  });

  it('does nothing at all while one of its hosts is out of reach', async () => {
    host(2).refuse(true);
    const { code, stderr } = await tui('run', 'A1', '--yes', '--force');
    host(2).refuse(false);
    expect(code).toBe(3);
    expect(stderr).toContain('Nothing was run. Without that host: --host vm-docker --host vm-k8s');
    expect(stderr).not.toContain('made on');
  });

  it('undoes', async () => {
    const { code, stderr } = await tui('undo', 'A1', '--yes');
    expect(code, stderr).toBe(0);
    expect(await isThere(join(host(1).home, 'toy'))).toBe(false);
    expect((await tui('undo', 'A3', '--yes')).code).toBe(2);
  });
});

describe('a job that takes its time', () => {
  const begin = (): ReturnType<Desk['start']> =>
    desk.start(['run', 'A2', '--yes', '--lab', lab, '--runbook', PACK]);
  const heard = (child: ReturnType<Desk['start']>): { text: () => string; ended: Promise<number | null> } => {
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (text += part));
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', resolve);
    });
    return { text: () => text, ended };
  };

  it('goes on after Ctrl-C, says so, and is followed again by the next run', async () => {
    const child = begin();
    const first = heard(child);
    await until(() => first.text().includes('│ waiting'), 'the job to begin');
    child.kill('SIGINT');
    expect(await first.ended).toBe(130);
    expect(first.text()).toContain('A2/wait@vm-docker goes on on the host.');
    expect(first.text()).toContain('threebody-tui cancel A2');
    const next = heard(begin());
    await until(() => next.text().includes('followed again'), 'the job to be found');
    await writeFile(join(host(0).home, 'go'), '');
    expect(await next.ended).toBe(0);
    expect(next.text()).toContain('gone on');
    expect(next.text()).toContain('not done again');
    expect(next.text().match(/waiting/g)).toHaveLength(1);
  });

  it('is ended by cancel, from another terminal', async () => {
    await rm(join(host(0).home, 'go'), { force: true });
    const running = heard(begin());
    await until(() => running.text().includes('│ waiting'), 'the job to begin');
    const cancelled = await tui('cancel', 'A2', '--json');
    expect(cancelled.code, cancelled.stderr).toBe(0);
    expect(JSON.parse(cancelled.stdout)).toMatchObject({
      cancelled: [{ host: 'vm-docker', action: 'wait' }],
    });
    expect(await running.ended).toBe(1);
    const again = await tui('cancel', 'A2');
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(again.stderr).toContain('No job of A2 is running.');
  });
});

describe('waive and report', () => {
  it('skips a failing gate until a day, and counts it again when taken back', async () => {
    const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    expect((await tui('check', 'A4')).code).toBe(1);
    expect((await tui('waive', 'A4.never', '--reason', 'known', '--until', day)).code).toBe(0);
    const waived = await tui('check', 'A4', '--json');
    expect(waived.code).toBe(0);
    expect(checkSchema.parse(JSON.parse(waived.stdout)).gates).toEqual([
      { key: 'A4.never@vm-k8s', verdict: 'waived' },
    ]);
    expect((await tui('waive', 'A4.never@vm-k8s', '--withdraw')).code).toBe(0);
    expect((await tui('check', 'A4')).code).toBe(1);
  });

  it.each([
    ['no reason', ['--until', '2999-01-01']],
    ['a date that is none', ['--reason', 'known', '--until', '2026-02-30']],
    ['a past date', ['--reason', 'known', '--until', '2020-01-01']],
    ['a date too far away', ['--reason', 'known', '--until', '2999-01-01']],
  ])('refuses %s', async (_what, argv) => {
    expect((await tui('waive', 'A4.never', ...argv)).code).toBe(2);
  });

  it('accounts for what was run and waived', async () => {
    const { code, stdout } = await tui('report');
    expect(code).toBe(0);
    expect(stdout).toContain('`A1/touch`');
    expect(stdout).toContain('`A4.never@vm-k8s`');
    expect(stdout).toContain('exit 7');
    expect(stdout).not.toContain('sesame');
    const json = await tui('report', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, kind: 'report' });
    const out = join(desk.home, 'report.md');
    expect(await tui('report', '--out', out)).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect((await tui('report', '--out', out)).code).toBe(2);
  });
});
