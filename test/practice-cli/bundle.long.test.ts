/**
 * Reports, bundle and watch on a practice lab: a bundle gives the diagnosis that the lab gave, and secrets that were put
 * wherever secrets can be put appear in nothing that is written.
 */
import { once } from 'node:events';
import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { bundleDocument, reportDocument, watchLine } from '../../src/commands/output/schemas.js';
import { conforms } from '../support/documents.js';
import { createDesk, type Desk, type Ended } from '../unit/commands/program.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** One for every place where a secret can be given; those of the lab file with signs that formats escape. */
const CANARIES = {
  login: 'Canary-login<1>&"x',
  sudo: 'Canary-sudo<2>&"x',
  harbor_admin_password: 'CanaryHarbor30',
  harbor_db_password: 'CanaryHarborDb31',
  gitlab_runner_token: 'glrt-CanaryRunner32',
  gitlab_api_token: 'glpat-CanaryApi33xxxxxxx',
  mysql_root_password: 'CanaryMysqlRoot34',
  mysql_password: 'CanaryMysql35',
} as const;
const env = {
  THREEBODY_SECRET_HARBOR_DB_PASSWORD: CANARIES.harbor_db_password,
  THREEBODY_SECRET_GITLAB_RUNNER_TOKEN: CANARIES.gitlab_runner_token,
  THREEBODY_SECRET_GITLAB_API_TOKEN: CANARIES.gitlab_api_token,
  THREEBODY_SECRET_MYSQL_ROOT_PASSWORD: CANARIES.mysql_root_password,
  THREEBODY_SECRET_MYSQL_PASSWORD: CANARIES.mysql_password,
};

let desk: Desk;
let file = '';
let stop: () => Promise<unknown> = () => Promise.resolve();
const said: string[] = [];

async function tui(...args: readonly string[]): Promise<Ended> {
  const ended = await desk.run([...args, '--lab', file], { env });
  said.push(ended.stdout, ended.stderr);
  if (args.includes('--json') && ended.stdout !== '') conforms(ended.stdout);
  return ended;
}
function forms(secret: string): readonly string[] {
  const escaped = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    secret,
    escaped,
    escaped.replaceAll('"', '&quot;'),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replaceAll('=', ''),
    encodeURIComponent(secret),
  ];
}

beforeAll(async () => {
  desk = await createDesk();
  const child = desk.start(['practice']);
  const { stdout } = child;
  if (stdout === null) throw new Error('no stdout');
  const ended = once(child, 'close');
  const [first] = await Promise.race([
    once(stdout.setEncoding('utf8'), 'data'),
    ended.then(([code]) => Promise.reject(new Error(`the practice lab ended with ${String(code)}`))),
  ]);
  stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  file = join(desk.home, 'lab.yaml');
  // The practice lab is logged in to by key: these are never used, but known, like all that a lab file holds.
  const printed = await readFile(String(first).trim(), 'utf8');
  // The key goes with the practice lab; ours stays, so that hosts that are gone are all that is missing then.
  const key = join(desk.home, 'key');
  const lent = /^key: (.+)$/m.exec(printed)?.[1] ?? '';
  await writeFile(key, await readFile(lent.replaceAll(/^["']|["']$/g, ''), 'utf8'), { mode: 0o600 });
  const own = printed.replace(/^secrets:.*\n(?:[ \t].*\n)*/m, '').replace(/^key: .+$/m, `key: ${key}`);
  await writeFile(file, own, { mode: 0o600 });
  await appendFile(
    file,
    [
      `password: ${JSON.stringify(CANARIES.login)}`,
      `sudo_password: ${JSON.stringify(CANARIES.sudo)}`,
      `secrets: { harbor_admin_password: ${CANARIES.harbor_admin_password} }`,
      '',
    ].join('\n'),
  );
  const connected = await tui('connect', '--accept-host-keys');
  if (connected.code !== 0) throw new Error(connected.stderr);
});
afterAll(async () => {
  await stop();
  await desk.clear();
});

const findings = z.object({
  findings: z.array(
    z.object({
      symptom: z.string(),
      recognised: z.boolean(),
      cause: z.object({ symptom: z.string(), id: z.string() }).nullable(),
      evidence: z.array(z.object({ source: z.string(), place: z.string(), line: z.string() })),
      walks: z.array(z.object({ symptom: z.string(), end: z.string().nullable() })),
      folded: z.array(z.object({ symptom: z.string() })),
    }),
  ),
  firstBroken: z.unknown(),
  unexplained: z.array(z.object({ key: z.string() })),
  silent: z.array(z.string()),
  exit: z.number(),
});

describe('a lab with secrets everywhere', () => {
  it('is worked on, and somebody even writes them into the reason of a waiver', async () => {
    const checked = await tui('check', 'A1', '--json');
    expect(checked.code, checked.stderr).toBe(1);
    const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    const reason = `known: ${Object.values(CANARIES).join(' and ')}`;
    const waived = await tui('waive', 'A1.updates-off@vm-k8s', '--reason', reason, '--until', day);
    expect(waived.code, waived.stderr).toBe(0);
    expect(waived.stderr).toContain('***');
  });

  it('gives reports in every form, in both languages', async () => {
    const firsts: string[] = [];
    for (const lang of ['id', 'en'])
      for (const form of [['--markdown'], ['--html', '-'], ['--junit', '-'], ['--tap'], ['--json']]) {
        const { code, stdout, stderr } = await tui('report', ...form, '--lang', lang);
        expect(code, stderr).toBe(0);
        firsts.push(`${lang} ${stdout.slice(0, 40).split('\n')[0] ?? ''}`);
      }
    expect(firsts).toEqual([
      expect.stringContaining('id # Laporan lab'),
      'id <!doctype html>',
      'id <?xml version="1.0" encoding="UTF-8"?>',
      'id TAP version 14',
      'id {',
      expect.stringContaining('en # Lab report'),
      'en <!doctype html>',
      'en <?xml version="1.0" encoding="UTF-8"?>',
      'en TAP version 14',
      'en {',
    ]);
    const json = await tui('report', '--json');
    expect(reportDocument.safeParse(JSON.parse(json.stdout)).error).toBeUndefined();
    const page = join(desk.home, 'report.html');
    const both = await tui('report', '--html', page, '--tap');
    expect(both.stdout).toContain('TAP version 14');
    expect((await stat(page)).mode & 0o777).toBe(0o600);
    said.push(await readFile(page, 'utf8'));
    expect((await tui('report', '--html', page)).code).toBe(2);
    expect((await tui('report', '--tap', '--json')).code).toBe(2);
  });

  it('gives a bundle that diagnoses as the lab itself does', async () => {
    const live = await tui('diagnose', '--json');
    const archive = join(desk.home, 'b.tar.gz');
    const made = await tui('bundle', archive, '--json');
    expect(made.code, made.stderr).toBe(0);
    const { manifest } = bundleDocument.parse(JSON.parse(made.stdout));
    expect(manifest.hosts.map((one) => one.up)).toEqual([true, true, true]);
    expect(manifest.masked.total).toBeGreaterThan(0);
    expect((await stat(archive)).mode & 0o777).toBe(0o600);
    said.push(gunzipSync(await readFile(archive)).toString('latin1'));

    const offline = await desk.run(['diagnose', '--json', '--bundle', archive]);
    expect(offline.stderr).toContain('Nothing is contacted.');
    expect(offline.code).toBe(live.code);
    expect(findings.parse(JSON.parse(offline.stdout))).toEqual(findings.parse(JSON.parse(live.stdout)));
    expect((await tui('diagnose', '--bundle', archive)).code).toBe(2);
    expect((await tui('bundle', archive)).code).toBe(2);
  });

  it('is watched until told to stop, and tells programs on this computer', async () => {
    const args = ['check', '--watch', '--every', '1s', '--listen', '127.0.0.1:0', '--json', 'A1'];
    const child = desk.start([...args, '--lab', file], env);
    const closed = once(child, 'close');
    let lines = '';
    let talk = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (lines += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (talk += text));
    await vi.waitFor(() => expect(talk).toContain('Checked again every'), { timeout: 120_000, interval: 50 });
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(talk)?.[0] ?? '';
    await vi.waitFor(
      async () => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        said.push(metrics);
        expect(Number(/^threebody_rounds_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(1);
        expect(metrics).toMatch(/^threebody_gate\{gate="A1\.[^}]*\} 1$/m);
        expect(metrics).toContain('threebody_host_up{host="vm-docker"} 1');
      },
      { timeout: 120_000, interval: 200 },
    );
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, expect.objectContaining({ status: 'ok' })]);
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(0);
    said.push(lines, talk);
    const changes = lines.trim().split('\n');
    expect(changes.length).toBeGreaterThan(0);
    for (const line of changes) expect(watchLine.safeParse(JSON.parse(line)).error).toBeUndefined();
  });

  it('has a bundle also when no host is there any more, and says so', async () => {
    await stop();
    const archive = join(desk.home, 'down.tar.gz');
    const made = await tui('bundle', archive, '--json');
    expect(made.code, made.stderr).toBe(3);
    expect(made.stderr).toContain('No answer from: vm-docker, vm-k8s, vm-worker');
    const { manifest } = bundleDocument.parse(JSON.parse(made.stdout));
    expect(manifest.hosts.map((one) => one.trouble?.code)).toEqual([
      'ssh-refused',
      'ssh-refused',
      'ssh-refused',
    ]);
    const offline = await desk.run(['diagnose', '--json', '--bundle', archive]);
    expect(findings.parse(JSON.parse(offline.stdout)).silent).toHaveLength(3);
    said.push(gunzipSync(await readFile(archive)).toString('latin1'));
  });

  it('shows none of them: not in what was said, written, kept or packed', async () => {
    const root = join(desk.home, '.local', 'state');
    const kept = (await readdir(root, { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    expect(kept.length).toBeGreaterThan(1);
    const texts = [...said];
    for (const one of kept)
      if (one.name !== 'secrets.json') texts.push(await readFile(join(one.parentPath, one.name), 'utf8'));
    for (const [name, canary] of Object.entries(CANARIES))
      for (const form of forms(canary))
        expect(texts.filter((text) => text.includes(form)).length, `${name} as ${form}`).toBe(0);
  });
});
