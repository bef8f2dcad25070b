/** What hosts are asked and told about files of ours, run by a real bash in a directory of this computer. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileAct } from '../../../src/drift/acts.js';
import type { OurFile } from '../../../src/drift/files.js';
import { lookAtFiles, settleFile, type HostFiles, type Settled } from '../../../src/services/drift/drift.js';
import { ROOT_BACKUPS } from '../../../src/services/drift/host-scripts.js';
import type { HostLink, JobRecord, RunOptions, RunResult } from '../../../src/services/ports.js';
import { ourRunbook } from '../content/content.js';

const { prelude } = await ourRunbook();

let dir: string;
let conf: string;
let sudo: boolean;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drift-'));
  conf = join(dir, 'conf');
  sudo = true;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const refuse = (): never => {
  throw new Error('not used');
};
/** A host that is this directory: root's records lie in it. */
function link(): HostLink {
  const run = (script: string, options: RunOptions = {}): Promise<RunResult> => {
    const root = sudo ? 'tb_root() { bash -s; }' : "tb_root() { echo 'no sudo' >&2; return 126; }";
    const { status, stdout, stderr } = spawnSync('bash', [], {
      input: `${root}\n${script.replaceAll(ROOT_BACKUPS, `${dir}/backups`)}\n`,
      env: { PATH: process.env['PATH'] ?? '', HOME: join(dir, 'home') },
    });
    options.onBytes?.(stdout);
    return Promise.resolve({
      exit: status,
      signal: null,
      stdout: options.onBytes === undefined ? stdout.toString('utf8') : '',
      stderr: stderr.toString('utf8'),
      droppedBytes: 0,
      durationMs: 1,
    });
  };
  return {
    host: 'vm-docker',
    status: () => ({ kind: 'up', since: 0, sudo: 'nopasswd' }),
    onStatus: () => () => undefined,
    open: () => Promise.resolve(),
    run,
    dial: refuse,
    terminal: refuse,
    renew: refuse,
    close: () => Promise.resolve(),
  };
}
/** Runs a script as an action of ours would; by default it writes `text` to the file. */
function step(script: string, where = `${dir}/backups`, action = 'try'): string {
  const env = { PATH: process.env['PATH'] ?? '', TB_STEP: 'A9', TB_ACTION: action, TB_FILES: dir, D: dir };
  const { status, stdout, stderr } = spawnSync('bash', [], {
    input: `set -euo pipefail\n${prelude}\n${script}\n`,
    encoding: 'utf8',
    env: { ...env, TB_BACKUPS: where },
  });
  expect(status, stderr).toBe(0);
  return stdout;
}
function install(text: string, mode = '0644'): string {
  writeFileSync(join(dir, 'new'), text);
  return step(`tb_install new "$D/conf" ${mode}`);
}
const look = (): Promise<HostFiles> =>
  lookAtFiles(link(), 'all', { mask: (text) => text.replaceAll('hunter2', '***') });
async function one(): Promise<OurFile> {
  const [file] = (await look()).files;
  if (file === undefined) throw new Error('no file is on record');
  return file;
}
async function settle(act: FileAct, jobs: readonly JobRecord[] = []): Promise<Settled> {
  const parts = { link: link(), jobs: { list: () => Promise.resolve(jobs) }, prelude };
  return settleFile(parts, await one(), act);
}
const text = (path: string): string => readFileSync(path, 'utf8');

describe('looking', () => {
  it('finds what was edited, and shows it without secrets and control sequences', async () => {
    install('port 80\n');
    expect(await one()).toMatchObject({ path: conf, step: 'A9', action: 'try', state: 'as-left' });
    writeFileSync(conf, 'port 81\npassword hunter2\n\u001b]0;gotcha\u0007red\n');
    expect((await one()).state).toBe('edited');
    const lines = (await look()).differences.get(conf) ?? [];
    expect(lines).toContain('-port 80');
    expect(lines).toContain('+password ***');
    expect(lines).toContain('+red');
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  it('never shows what not everybody may read, what is marked, or a private key', async () => {
    install('port 80\n', '0600');
    writeFileSync(conf, 'port 81\n');
    expect(await one()).toMatchObject({ state: 'edited', hidden: true });
    expect((await look()).differences.size).toBe(0);
    install('port 82\n', '0644');
    writeFileSync(conf, '-----BEGIN PRIVATE KEY-----\nAAAA\n');
    expect((await look()).differences.size).toBe(0);
    writeFileSync(conf, 'port 83\n');
    expect((await look()).differences.size).toBe(1);
    step('tb_hide "$D/conf"');
    expect((await look()).differences.size).toBe(0);
  });

  it('sees what a step changed with commands of its own, links, and files of the login user', async () => {
    writeFileSync(conf, 'one\n');
    step('tb_backup "$D/conf"; echo two >>"$D/conf"');
    expect((await one()).state).toBe('as-left');
    writeFileSync(conf, 'one\n');
    expect((await one()).state).toBe('edited');
    step('tb_link /etc/hosts "$D/link"', join(dir, 'home/.local/state/threebody/backups'), 'link');
    rmSync(join(dir, 'link'));
    symlinkSync('/etc/passwd', join(dir, 'link'));
    const { files } = await look();
    expect(files.find((file) => file.as === 'user')).toMatchObject({
      state: 'replaced',
      print: 'link /etc/passwd',
    });
  });

  it('leaves out what is a person’s to change, and nothing else of the host', async () => {
    writeFileSync(join(dir, 'new'), 'mine\n');
    step('tb_yours; tb_install new "$D/conf" 0644');
    expect((await look()).files).toEqual([]);
  });

  it('says that it could not look, where root’s records cannot be read', async () => {
    sudo = false;
    await expect(look()).rejects.toMatchObject({ code: 'drift-look', exit: 3 });
  });
});

describe('deciding', () => {
  it('restores content, mode and a lost file, and keeps what a person made', async () => {
    install('port 80\n');
    writeFileSync(conf, 'mine\n');
    const { aside } = await settle('restore');
    expect([text(conf), text(aside ?? '')]).toEqual(['port 80\n', 'mine\n']);
    chmodSync(conf, 0o600);
    await settle('restore');
    expect(statSync(conf).mode & 0o777).toBe(0o644);
    rmSync(conf);
    expect((await settle('restore')).aside).toBeNull();
    expect([text(conf), (await one()).state]).toEqual(['port 80\n', 'as-left']);
  });

  it('restores a link, and that there was nothing', async () => {
    step('tb_link /etc/hosts "$D/conf"');
    rmSync(conf);
    writeFileSync(conf, 'mine\n');
    await settle('restore');
    expect((await one()).print).toBe('link /etc/hosts');
    rmSync(join(dir, 'backups'), { recursive: true });
    rmSync(conf);
    writeFileSync(conf, 'was\n');
    step('tb_backup "$D/conf"; rm "$D/conf"');
    writeFileSync(conf, 'again\n');
    await settle('restore');
    expect(existsSync(conf)).toBe(false);
  });

  it('lets a file be until it changes again; its step still replaces it, and keeps a copy', async () => {
    install('port 80\n');
    writeFileSync(conf, 'mine\n');
    await settle('keep');
    expect((await one()).state).toBe('kept');
    expect(install('port 80\n')).toContain('it is kept in');
    expect([text(conf), (await one()).state]).toEqual(['port 80\n', 'as-left']);
    writeFileSync(conf, 'other\n');
    expect((await one()).state).toBe('edited');
  });

  it('adopts a version that its step leaves alone, puts back when it is gone, and gives up when asked', async () => {
    install('port 80\n');
    writeFileSync(conf, 'mine\n');
    await settle('adopt');
    expect(install('port 90\n')).toContain('stays as it is');
    expect([text(conf), (await one()).state]).toEqual(['mine\n', 'adopted']);
    rmSync(conf);
    install('port 90\n');
    expect(text(conf)).toBe('mine\n');
    writeFileSync(conf, 'worse\n');
    await settle('restore');
    expect(text(conf)).toBe('mine\n');
    await settle('restore');
    expect([text(conf), (await one()).state]).toEqual(['port 80\n', 'as-left']);
  });

  it('tells when a step that edits lines changes an adopted version, and keeps that version', async () => {
    writeFileSync(conf, 'one\n');
    step('tb_backup "$D/conf"; echo two >>"$D/conf"');
    writeFileSync(conf, 'mine\n');
    await settle('adopt');
    const said = step('tb_backup "$D/conf"; echo three >>"$D/conf"');
    expect(said).toContain('so that is over');
    expect(text(/it is kept in (\S+)/.exec(said)?.[1] ?? '')).toBe('mine\n');
    expect(await one()).toMatchObject({ state: 'as-left', adopted: false });
  });

  it('does nothing to a file that is not as it was seen, that was undone, that is a directory, or while a job runs', async () => {
    const parts = { link: link(), jobs: { list: () => Promise.resolve([]) }, prelude };
    install('port 80\n');
    writeFileSync(conf, 'mine\n');
    const seen = await one();
    const job: JobRecord = {
      id: 'x',
      host: 'vm-docker',
      step: 'B2',
      action: 'install',
      variant: 'ours',
      purpose: 'run',
      by: 'a@b',
      startedAt: 0,
      endedAt: null,
      end: null,
      outputBytes: 0,
    };
    await expect(settle('restore', [job])).rejects.toMatchObject({ code: 'drift-busy' });
    writeFileSync(conf, 'later\n');
    for (const act of ['restore', 'keep', 'adopt'] as const)
      await expect(settleFile(parts, seen, act)).rejects.toMatchObject({ code: 'drift-changed' });
    expect(text(conf)).toBe('later\n');
    rmSync(conf);
    mkdirSync(conf);
    await expect(settle('restore')).rejects.toMatchObject({ code: 'drift-directory' });
    await expect(settle('adopt')).rejects.toMatchObject({ code: 'drift-no-file' });
    rmSync(join(dir, 'backups'), { recursive: true });
    await expect(settleFile(parts, seen, 'restore')).rejects.toMatchObject({ code: 'drift-forgotten' });
  });
});
