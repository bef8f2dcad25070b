/** A key with a passphrase is opened once: to open it takes a second in which nothing else happens. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { loadKey, type KeyParser } from '../../../src/services/ssh/keys.js';

const key = (passphrase: string): string =>
  ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 1 }).private;
const parse = vi.fn<KeyParser>((text, passphrase) => ssh2.utils.parseKey(text, passphrase));

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threebody-key-'));
  path = join(directory, 'id_ed25519');
  await writeFile(path, key('sesame'), { mode: 0o600 });
  parse.mockClear();
});
afterEach(() => rm(directory, { recursive: true }));

it('opens it once for all hosts and all connections', async () => {
  const first = await loadKey(path, 'sesame', parse);
  expect(await loadKey(path, 'sesame', parse)).toBe(first);
  expect(parse).toHaveBeenCalledOnce();
});

it('opens a file anew that has become another', async () => {
  const first = await loadKey(path, 'sesame', parse);
  await writeFile(path, key('sesame'));
  const second = await loadKey(path, 'sesame', parse);
  expect(second.getPublicSSH()).not.toEqual(first.getPublicSSH());
  const copy = join(directory, 'copy');
  await copyFile(path, copy);
  expect((await loadKey(copy, 'sesame', parse)).getPublicSSH()).toEqual(second.getPublicSSH());
});

it('does not take a wrong passphrase because the right one was given before', async () => {
  await loadKey(path, 'sesame', parse);
  await expect(loadKey(path, 'barley', parse)).rejects.toMatchObject({ code: 'key-needs-passphrase' });
  await expect(loadKey(path, undefined, parse)).rejects.toMatchObject({ code: 'key-needs-passphrase' });
});
