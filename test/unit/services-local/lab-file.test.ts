import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLabFile, readLabFile, writeLabFile } from '../../../src/services/files/lab-file.js';
import type { Lab, Trouble } from '../../../src/lab/types.js';
import { GOOD_HOSTS, PARAMETERS, scratch, troubleOf } from './support.js';

async function write(path: string, text: string | Uint8Array, mode = 0o600): Promise<string> {
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}
function read(path: string, home: string): Promise<Lab> {
  return readLabFile(path, { parameters: PARAMETERS, env: {}, home });
}
async function labTrouble(path: string, home: string): Promise<Trouble> {
  const trouble = await troubleOf(read(path, home));
  expect(trouble.code).toBe('lab-file');
  expect(trouble.exit).toBe(2);
  for (const text of [trouble.what, trouble.remedy]) {
    expect(text.id).not.toBe('');
    expect(text.en).not.toBe('');
  }
  return trouble;
}
const SECRET = `user: cikal\npassword: "rahasia"\n`;
const KEYED = 'user: cikal\nkey: id\n';

describe('readLabFile', () => {
  it('reads a good one', async () => {
    const dir = await scratch();
    const lab = await read(await write(join(dir, 'lab.yaml'), SECRET + GOOD_HOSTS), dir);
    expect(lab.hosts['vm-k8s'].password).toBe('rahasia');
    expect(lab.stateDir.startsWith(join(dir, '.local/state/threebody-tui/lab-'))).toBe(true);
  });

  it('keeps state where XDG_STATE_HOME says, unless that is relative', async () => {
    const dir = await scratch();
    const file = await write(join(dir, 'lab.yaml'), SECRET + GOOD_HOSTS);
    const at = async (state: string): Promise<string> =>
      (await readLabFile(file, { parameters: [], env: { XDG_STATE_HOME: state }, home: dir })).stateDir;
    expect(await at('/var/state')).toMatch(/^\/var\/state\/threebody-tui\//);
    expect(await at('state')).toMatch(new RegExp(`^${dir}/.local/state/`));
  });

  it.each([
    ['missing', async (path: string) => path, 'does not exist'],
    ['a directory', async (path: string) => mkdir(path).then(() => path), 'is a directory'],
    ['a device', async () => '/dev/null', 'not a regular file'],
    ['below a file', async (path: string) => join(await write(path, ''), 'lab.yaml'), 'not a directory'],
    ['a dangling link', async (path: string) => symlink('nowhere', path).then(() => path), 'does not exist'],
    ['not UTF-8', (path: string) => write(path, Buffer.from([0x75, 0xff, 0xfe])), 'not UTF-8'],
    ['too large', (path: string) => write(path, '#'.repeat(300_000)), 'too large'],
    ['empty', (path: string) => write(path, ''), 'empty'],
    ['secret and open', (path: string) => write(path, SECRET + GOOD_HOSTS, 0o644), 'holds a secret'],
  ])('refuses a file that is %s', async (_name, make, expected) => {
    const dir = await scratch();
    const path = await make(join(dir, 'lab.yaml'));
    const trouble = await labTrouble(path, dir);
    expect(trouble.what.en).toContain(expected);
    expect(trouble.where).toContain(path);
    expect(trouble.what.en).not.toMatch(/rahasia|Error:|at .*\.ts/);
  });

  it('does not wait for a named pipe', async () => {
    const dir = await scratch();
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    expect((await labTrouble(join(dir, 'pipe'), dir)).what.en).toContain('not a regular file');
  });

  it.each([
    ['absent', async () => undefined, 'does not exist'],
    ['a directory', (key: string) => mkdir(key), 'is not a key file'],
    ['open to others', (key: string) => write(key, 'x', 0o644), 'is open to others (mode 0644)'],
    ['a public key', (key: string) => write(key, 'ssh-ed25519 AAAAC3Nza ana@laptop\n'), 'is a public key'],
  ])('refuses a key file that is %s, at its place', async (_name, make, expected) => {
    const dir = await scratch();
    await make(join(dir, 'id'));
    const file = await write(join(dir, 'lab.yaml'), KEYED + GOOD_HOSTS, 0o644);
    const trouble = await labTrouble(file, dir);
    expect(trouble.what.en).toContain(expected);
    expect(trouble.where).toBe(`${file}:2:6`);
  });

  it('takes a key file that only its owner can read', async () => {
    const dir = await scratch();
    await write(join(dir, 'id'), '-----BEGIN OPENSSH PRIVATE KEY-----\n', 0o400);
    const file = await write(join(dir, 'lab.yaml'), KEYED + GOOD_HOSTS, 0o644);
    expect((await read(file, dir)).hosts['vm-docker'].keyFile).toBe(join(dir, 'id'));
  });

  it('tells all mistakes at once, each with file, line, column and remedy', async () => {
    const dir = await scratch();
    const file = await write(
      join(dir, 'lab.yaml'),
      `usr: x\n${KEYED}${GOOD_HOSTS.replace('56.44', '56.42')}`,
    );
    const { what, where } = await labTrouble(file, dir);
    expect(where).toBe(file);
    expect(what.en.split('\n').slice(1)).toEqual([
      `  ${file}:1:1: unknown key \`usr\`. Did you mean \`user\`?`,
      `  ${file}:3:6: key file ${dir}/id does not exist. Check the path, or make a key with \`ssh-keygen -t ed25519\`.`,
      expect.stringContaining(`  ${file}:10:14: address 192.168.56.42 is used already on line 6`),
    ]);
    expect(what.id).toContain(`${file}:1:1: kunci \`usr\` tidak dikenal. Maksudnya \`user\`?`);
  });
});

describe('findLabFile', () => {
  it('looks at the flag, the environment, the directory and the configuration, in this order', async () => {
    const dir = await scratch();
    const home = join(dir, 'home');
    const cwd = join(dir, 'work');
    await mkdir(join(home, '.config/threebody-tui'), { recursive: true });
    await mkdir(cwd);
    expect(await findLabFile({ env: {}, cwd, home })).toBeNull();
    await write(join(home, '.config/threebody-tui/lab.yaml'), '');
    expect((await findLabFile({ env: {}, cwd, home }))?.from).toBe('config');
    expect(await findLabFile({ env: { XDG_CONFIG_HOME: dir }, cwd, home })).toBeNull();
    await write(join(cwd, 'threebody.yaml'), '');
    expect((await findLabFile({ env: {}, cwd, home }))?.path).toBe(join(cwd, 'threebody.yaml'));
    const env = { THREEBODY_LAB: '../other.yaml' };
    expect(await findLabFile({ env, cwd, home })).toEqual({
      path: join(dir, 'other.yaml'),
      from: 'environment',
    });
    expect(await findLabFile({ flag: 'x.yaml', env, cwd, home })).toEqual({
      path: join(cwd, 'x.yaml'),
      from: 'flag',
    });
    expect((await findLabFile({ env: { THREEBODY_LAB: '' }, cwd, home }))?.from).toBe('directory');
  });
});

describe('writeLabFile', () => {
  const draft = {
    user: 'cikal',
    password: 'rahasia: "#',
    hosts: {
      'vm-docker': { address: '10.0.0.2' },
      'vm-k8s': { address: '10.0.0.3' },
      'vm-worker': { address: '10.0.0.4' },
    },
  } as const;

  it('writes a private file that reads back, and never overwrites unasked', async () => {
    const dir = await scratch();
    const path = join(dir, 'new/lab.yaml');
    await writeLabFile(path, draft, { language: 'id' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await read(path, dir)).hosts['vm-docker'].password).toBe('rahasia: "#');

    const before = await readFile(path, 'utf8');
    const trouble = await troubleOf(writeLabFile(path, { ...draft, user: 'other' }, { language: 'id' }));
    expect(trouble.code).toBe('file-exists');
    expect(await readFile(path, 'utf8')).toBe(before);

    await chmod(path, 0o644);
    await writeLabFile(path, { ...draft, user: 'other' }, { language: 'en', replace: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await read(path, dir)).hosts['vm-docker'].user).toBe('other');
  });

  it('says why it cannot write', async () => {
    const dir = await scratch();
    await write(join(dir, 'file'), '');
    const trouble = await troubleOf(writeLabFile(join(dir, 'file/lab.yaml'), draft, { language: 'en' }));
    expect(trouble.code).toBe('file-not-written');
  });
});
