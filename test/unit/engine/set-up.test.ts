/** What the screens before there is a lab ask for, with real files and nobody dialled. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labOfAnswers, writeAnswers } from '../../../src/commands/answers.js';
import { createSetUp, type SetUp } from '../../../src/services/engine/set-up.js';
import { keyFileProblem } from '../../../src/services/files/lab-file.js';
import { writeVagrantfile } from '../../../src/services/files/vagrantfile.js';
import type { LabDraft, ServiceMessage, VagrantPlan } from '../../../src/state/types.js';

let home: string;
let told: ServiceMessage[];
let setUp: SetUp;
let draft: LabDraft;
let opened: number;
const plan: VagrantPlan = {
  addresses: { 'vm-docker': '192.168.56.42', 'vm-k8s': '192.168.56.43', 'vm-worker': '192.168.56.44' },
  user: 'guru',
  publicKey: '~/.ssh/id_ed25519.pub',
};
const dial = (): Promise<never> => {
  opened += 1;
  return Promise.reject(new Error('nobody is dialled here'));
};

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'set-up-'));
  told = [];
  opened = 0;
  const context = { parameters: [], home, stateRoot: join(home, 'state'), language: 'en' as const };
  draft = {
    path: join(home, 'lab.yaml'),
    name: 'kelas-a',
    user: 'guru',
    port: '2222',
    auth: 'key',
    key: join(home, 'id_ed25519'),
    passphrase: '',
    password: '',
    sudoPassword: '',
    addresses: plan.addresses,
  };
  setUp = createSetUp(
    {
      labOfDraft: (one) => labOfAnswers(one, context),
      writeDraft: (one, replace) => writeAnswers(one, context, replace),
      checkKey: keyFileProblem,
      findPublicKey: () => Promise.resolve(null),
      writeVagrantfile: (directory, _plan, replace) => writeVagrantfile(directory, '# new\n', { replace }),
      logError: () => undefined,
    },
    (message) => told.push(message),
  );
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('the key file of the form', () => {
  it('that is not there is told beside its field, and nothing is tried or written', async () => {
    await setUp.tryLogins(draft, dial);
    await setUp.writeLab(draft, false);
    expect(told).toHaveLength(2);
    for (const message of told) {
      expect(message).toMatchObject({ type: 'draft.key', path: draft.key, submitted: true });
      expect(message.type === 'draft.key' && message.problem?.detail.en).toMatch(
        /does not exist.*ssh-keygen/,
      );
    }
    expect(opened).toBe(0);
    await expect(readFile(draft.path)).rejects.toThrow('ENOENT');
  });

  it('that is open to others is told with the command that mends it', async () => {
    await writeFile(draft.key, 'x');
    await chmod(draft.key, 0o644);
    expect(await setUp.lookAtKey(draft.key, false)).toBe(false);
    expect(told).toMatchObject([{ type: 'draft.key', submitted: false }]);
    expect(JSON.stringify(told)).toContain(`chmod 600 ${draft.key}`);
  });

  it('does not matter when another way of logging in is chosen', async () => {
    await setUp.writeLab({ ...draft, auth: 'agent' }, false);
    expect(told).toEqual([{ type: 'draft.written', path: draft.path }]);
  });
});

describe('the port of the form', () => {
  it('stands in the lab file where it is not the usual one', async () => {
    await writeFile(draft.key, 'x', { mode: 0o600 });
    await setUp.writeLab(draft, false);
    expect(told.at(-1)).toEqual({ type: 'draft.written', path: draft.path });
    expect(await readFile(draft.path, 'utf8')).toContain('ssh_port: 2222');
    await setUp.writeLab({ ...draft, port: '22' }, true);
    expect(await readFile(draft.path, 'utf8')).not.toContain('ssh_port');
  });
});

describe('the Vagrantfile', () => {
  it('is asked about when there is one, and replaced only then', async () => {
    const directory = join(home, 'lab');
    const path = join(directory, 'Vagrantfile');
    await mkdir(directory);
    await writeFile(path, '# old\n');
    await setUp.writeVagrantfile(directory, plan, false);
    expect(told).toEqual([{ type: 'vagrant.exists', path }]);
    expect(await readFile(path, 'utf8')).toBe('# old\n');
    await setUp.writeVagrantfile(directory, plan, true);
    expect(told.at(-1)).toEqual({ type: 'vagrant.written', path });
    expect(await readFile(path, 'utf8')).toBe('# new\n');
  });

  it('that cannot be written for another reason is a trouble', async () => {
    await writeFile(join(home, 'file'), '');
    await expect(setUp.writeVagrantfile(join(home, 'file'), plan, false)).rejects.toMatchObject({
      code: 'file-not-written',
    });
    expect(told).toEqual([]);
  });
});
