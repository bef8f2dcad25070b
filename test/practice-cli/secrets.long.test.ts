/** Secrets, fetched files and uploads by the command line on a practice lab: what arrives, and where nothing may be seen. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FETCHED, writeSecretPack } from '../support/secret-pack.js';
import { createDesk, type Desk, type Ended } from '../unit/commands/program.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const TOKEN = 'glrt-0aB"c$d\'e fGh';
const env = { THREEBODY_SECRET_RUNNER_TOKEN: TOKEN };

let desk: Desk;
let file: string;
let stop: () => Promise<unknown> = () => Promise.resolve();
let pack: string;
const said: string[] = [];
async function tui(args: readonly string[], more: Readonly<Record<string, string>> = env): Promise<Ended> {
  const ended = await desk.run([...args, '--lab', file, '--runbook', pack], { env: more });
  said.push(ended.stdout, ended.stderr);
  return ended;
}
const sha = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
/** Every form in which a careless program might show it. */
const forms = (secret: string): readonly string[] => [
  secret,
  Buffer.from(secret).toString('base64').replaceAll('=', ''),
  encodeURIComponent(secret),
];

beforeAll(async () => {
  desk = await createDesk();
  pack = await writeSecretPack(desk.home);
  const child = desk.start(['practice', '--runbook', pack]);
  const { stdout } = child;
  if (stdout === null) throw new Error('no stdout');
  const ended = once(child, 'close');
  const [first] = await Promise.race([
    once(stdout.setEncoding('utf8'), 'data'),
    ended.then(([code]) => Promise.reject(new Error(`the practice lab ended with ${String(code)}`))),
  ]);
  file = join(desk.home, 'lab.yaml');
  // A copy of ours, to change.
  await writeFile(file, await readFile(String(first).trim(), 'utf8'), { mode: 0o600 });
  stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  await tui(['connect', '--accept-host-keys']);
});
afterAll(async () => {
  await stop();
  await desk.clear();
});

describe('secrets on the command line', () => {
  it('tells the three ways before anything is changed, when there is nobody to ask', async () => {
    const ended = await tui(['run', 'A1', '--yes'], {});
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('the secret runner_token has not been given');
    for (const way of ['terminal', 'THREEBODY_SECRET_RUNNER_TOKEN', '`secrets:`', 'chmod 600'])
      expect(ended.stderr).toContain(way);
    expect(ended.stderr).not.toContain('│');
    // Not even what the program would make itself.
    expect((await tui(['secret', 'admin_password'])).stderr).toContain('has not been made yet');
  });

  it.each([
    [{ THREEBODY_SECRET_RUNER_TOKEN: TOKEN }, 'Did you mean THREEBODY_SECRET_RUNNER_TOKEN?'],
    [{ THREEBODY_SECRET_RUNNER_TOKEN: 'short' }, 'the secret runner_token must have 8 to 1024 characters'],
  ])('refuses %j', async (wrong, words) => {
    const ended = await tui(['run', 'A1', '--yes'], wrong);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(ended.stderr).not.toContain(' short');
  });

  it('shows where files come from, never what is in them', async () => {
    const { stdout } = await tui(['plan', 'A1', 'A2']);
    expect(stdout).toContain('••• (secret admin_password)');
    expect(stdout).toContain('••• (secret runner_token)');
    expect(stdout).toContain('(no file: installer is empty)');
    expect(stdout).toMatch(/••• \(vm-k8s\$ hostname/);
    expect(stdout).toContain('plain words on vm-docker');
    for (const args of [
      ['plan', 'A1', '--json'],
      ['list', 'steps', '--json'],
    ]) {
      const json = await tui(args);
      expect(json.stdout).toContain('"content": "••• (secret admin_password)"');
    }
  });

  it('hands them to the script as private files, and to nobody else', async () => {
    const ended = await tui(['run', 'A1', '--yes', '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('The secret admin_password was made and is kept in');
    expect(ended.stderr).toContain('To see it: threebody-tui secret admin_password');
    expect(ended.stderr).toMatch(/600 password\n[^]*600 token\n/);
    expect(ended.stderr).toContain('nickname ""');
    expect(ended.stderr).not.toContain(' proxy');
    expect(ended.stderr).not.toContain('600 installer.tgz');
    expect(ended.stderr).not.toContain('LEAK');
    expect(ended.stderr).toContain('careless: *** and ***');
    expect(ended.stderr).toContain(`token sha256 ${sha(TOKEN)}`);

    const shown = await desk.run(['secret', 'admin_password', '--lab', file, '--runbook', pack]);
    expect(shown.stderr).toContain('This is a secret (made by this program, kept in');
    const password = shown.stdout.trimEnd();
    expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(ended.stderr).toContain(`password sha256 ${sha(password)}`);
    expect(ended.stderr).toContain('/etc/tb-secret holds a secret: the difference is not shown');

    // Once made it stays, also for another run.
    const again = await tui(['run', 'A1', '--yes']);
    expect(again.stderr).toContain(`password sha256 ${sha(password)}`);
    expect(again.stderr).not.toContain('was made');
    await expectNowhere(password);
    await expectNowhere(TOKEN);
  });

  it('takes one from the lab file, which has to be private then', async () => {
    await appendFile(file, `secrets:\n  runner_token: from-the-lab-file\n`);
    await chmod(file, 0o640);
    const open = await tui(['run', 'A1', '--yes'], {});
    expect([open.code, open.stderr]).toEqual([2, expect.stringContaining(`chmod 600 ${file}`)]);
    await chmod(file, 0o600);
    const ended = await tui(['run', 'A1', '--yes'], {});
    expect(ended.stderr).toContain(`token sha256 ${sha('from-the-lab-file')}`);
    // The environment is asked first: it is closest to the one call.
    expect((await tui(['secret', 'runner_token'])).stderr).toContain('from the environment');
  });

  it('tells a wrong name', async () => {
    const ended = await tui(['secret', 'admin_pasword']);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('Did you mean admin_password?')]);
  });
});

describe('a file from another host', () => {
  it('is fetched when the job starts, hidden, and gone afterwards', async () => {
    const ended = await tui(['run', 'A2', '--yes', '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('fetched: ***');
    expect(ended.stderr).toContain('no file is left');
    await expectNowhere(FETCHED);
  });

  it('keeps the action from starting when that host refuses, with its words', async () => {
    expect((await tui(['undo', 'A2', '--yes'])).code).toBe(0);
    expect((await tui(['run', 'A3', '--yes'])).code).toBe(0);
    const ended = await tui(['run', 'A2', '--yes', '--json']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('nothing was run: exit 3: ubuntu\nno such cluster');
    expect(ended.stdout).toContain('"code": "fetch-failed"');
    expect(ended.stdout).toContain('"where": "vm-k8s"');
    expect(ended.stdout).toContain('"job": null');
    await tui(['undo', 'A3', '--yes']);
  });
});

describe('a file of this computer', () => {
  it('is sent once, and told before anything is changed when it is not there', async () => {
    const local = join(desk.home, 'harbor.tgz');
    const content = randomBytes(3_000_000);
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^parameters:.*$/m, '').trimEnd());
    await appendFile(file, `\nparameters:\n  installer: ${local}\n`);
    const missing = await tui(['run', 'A1', '--yes']);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('there is no such file')]);
    expect(missing.stderr).toContain(local);

    await writeFile(local, content);
    const ended = await tui(['run', 'A1', '--yes']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain(`installer.tgz sha256 ${sha(content)}`);
    expect(ended.stderr).toContain('installer.tgz: sent and checked');
    const again = await tui(['run', 'A1', '--yes']);
    expect(again.stderr).toContain('installer.tgz: vm-docker has it');
    expect(again.stderr).toContain(`installer.tgz sha256 ${sha(content)}`);
  });
});

/** Nowhere in what was said, and in no file of the state directory but the private one. */
async function expectNowhere(secret: string): Promise<void> {
  await tui(['report', '--json']);
  await tui(['report']);
  await tui(['plan']);
  await tui(['list', 'steps', '--json']);
  for (const form of forms(secret)) for (const text of said) expect(text).not.toContain(form);
  const root = join(desk.home, '.local', 'state');
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  expect(files.length).toBeGreaterThan(2);
  for (const one of files) {
    const path = join(one.parentPath, one.name);
    expect((await stat(path)).mode & 0o077, path).toBe(0);
    if (one.name === 'secrets.json') continue;
    const text = await readFile(path, 'utf8');
    for (const form of forms(secret)) expect(text, path).not.toContain(form);
  }
}
