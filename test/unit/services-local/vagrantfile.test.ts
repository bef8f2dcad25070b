import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trouble } from '../../../src/lab/types.js';
import { renderVagrantfile, vmSizes, VM_SIZES, type VagrantOptions } from '../../../src/lab/vagrantfile.js';
import { vagrantfileText, writeVagrantfile } from '../../../src/services/files/vagrantfile.js';
import { scratch, troubleOf } from './support.js';

const TEMPLATES = 'assets/templates';
const OPTIONS: VagrantOptions = {
  addresses: { 'vm-docker': '192.168.56.42', 'vm-k8s': '192.168.56.43', 'vm-worker': '192.168.56.44' },
  user: 'cikal',
  publicKey: '~/.ssh/id_ed25519.pub',
};
const template = (): Promise<string> => readFile(join(TEMPLATES, 'Vagrantfile'), 'utf8');

describe('the Vagrantfile', () => {
  it('has the three VMs with addresses and sizes, the user and the key, and nothing unfilled', async () => {
    const text = await vagrantfileText(TEMPLATES, OPTIONS);
    expect(text).toContain(`'vm-docker' => { address: '192.168.56.42', cpus: 2, memory: 4096 }`);
    expect(text).toContain(`'vm-k8s' => { address: '192.168.56.43', cpus: 2, memory: 4096 }`);
    expect(text).toContain(`'vm-worker' => { address: '192.168.56.44', cpus: 2, memory: 6144 }`);
    expect(text).toContain(`LAB_USER = 'cikal'`);
    expect(text).toContain(`File.expand_path('~/.ssh/id_ed25519.pub')`);
    expect(text).toContain(`'bento/ubuntu-24.04'`);
    expect(text).not.toContain('@@');
  });

  it('takes sizes from the parameters of the lab', async () => {
    expect(vmSizes({})).toEqual(VM_SIZES);
    const sizes = vmSizes({ vm_cpus: 4, worker_memory_mib: 8192 });
    const text = renderVagrantfile(await template(), { ...OPTIONS, sizes });
    expect(text).toContain(`'vm-worker' => { address: '192.168.56.44', cpus: 4, memory: 8192 }`);
  });

  it('explains in both languages, as often in one as in the other', async () => {
    const text = await template();
    const count = (word: string): number =>
      text.split('\n').filter((line) => line.trim().startsWith(`# ${word}:`)).length;
    expect(count('ID')).toBeGreaterThan(5);
    expect(count('EN')).toBe(count('ID'));
  });

  it('cannot be left by a quote in a path', async () => {
    const text = renderVagrantfile(await template(), { ...OPTIONS, publicKey: "a'\\#{`id`}@@box@@" });
    expect(text).toContain("File.expand_path('a\\'\\\\#{`id`}@@box@@')");
  });

  it.each([
    ['the operator’s own address', { addresses: { ...OPTIONS.addresses, 'vm-k8s': '192.168.56.1' } }],
    ['no address', { addresses: { ...OPTIONS.addresses, 'vm-k8s': 'x' } }],
    ['two networks', { addresses: { ...OPTIONS.addresses, 'vm-k8s': '192.168.57.43' } }],
    ['one address twice', { addresses: { ...OPTIONS.addresses, 'vm-k8s': '192.168.56.42' } }],
    ['a user that is none', { user: 'a b' }],
    ['a key path of two lines', { publicKey: 'a\nb' }],
    ['a box that is none', { box: "x'; system('id')" }],
  ])('refuses %s', async (_name, changes) => {
    const text = await template();
    expect(() => renderVagrantfile(text, { ...OPTIONS, ...changes })).toThrow(Trouble);
  });

  it('is written where asked and never over another one unasked', async () => {
    const dir = join(await scratch(), 'new');
    const path = await writeVagrantfile(dir, 'one');
    expect(path).toBe(join(dir, 'Vagrantfile'));
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect((await troubleOf(writeVagrantfile(dir, 'two'))).code).toBe('file-exists');
    expect(await readFile(path, 'utf8')).toBe('one');
    await writeVagrantfile(dir, 'two', { replace: true });
    expect(await readFile(path, 'utf8')).toBe('two');
  });
});
