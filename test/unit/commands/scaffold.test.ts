/** `scaffold`: the repository of a lab in a folder of a person's. */
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CommandContext } from '../../../src/commands/context.js';
import { parseCommandLine } from '../../../src/commands/parse.js';
import { scaffold as command } from '../../../src/commands/scaffold.js';
import { errorText } from '../../../src/commands/trouble-text.js';
import { Trouble, type Language } from '../../../src/lab/types.js';
import type * as Loader from '../../../src/runbook/load.js';
import type { ProjectFile } from '../../../src/project/files.js';
import { compareFolder, writeFolder } from '../../../src/services/project/repository.js';
import { misfits } from '../../support/documents.js';
import { ASSETS } from '../project/support.js';
import { scratch } from '../services-local/support.js';
import { createDesk, STACK_LINE } from './program.js';

// One case starts a process, and other tests keep the machine busy.
vi.setConfig({ testTimeout: 60_000 });

/** Reading and checking the whole content takes longer than all else here: once for each pack. */
vi.mock('../../../src/runbook/load.js', async (original) => {
  const { loadRunbook } = await original<typeof Loader>();
  const known = new Map<string | null, ReturnType<typeof loadRunbook>>();
  return {
    loadRunbook(assets: string, pack: string | null = null) {
      const loading = known.get(pack) ?? loadRunbook(assets, pack);
      known.set(pack, loading);
      return loading;
    },
  };
});

const LAB = `user: siti
agent: true
hosts:
  - { name: vm-docker, address: 10.20.30.42 }
  - { name: vm-k8s, address: 10.20.30.43 }
  - { name: vm-worker, address: 10.20.30.44 }
parameters: { app_namespace: toko }
`;

let home = '';
let lab = '';
beforeEach(async () => {
  home = await scratch();
  vi.stubEnv('HOME', home);
  lab = join(home, 'lab.yaml');
  await writeFile(lab, LAB, { mode: 0o600 });
  return () => vi.unstubAllEnvs();
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param answer what the person says to a question; null: nobody is there */
async function scaffoldIn(
  { language = 'en', answer = null }: { readonly language?: Language; readonly answer?: boolean | null },
  ...args: readonly string[]
): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const unused = (): Promise<never> => Promise.reject(new Error('not used'));
  try {
    const context: CommandContext = {
      line: parseCommandLine(['scaffold', ...args]),
      language,
      color: false,
      talkColor: false,
      ascii: false,
      env: {},
      cwd: home,
      assets: ASSETS,
      version: '0',
      streams: {
        result: (text) => (stdout += text),
        talk: (text) => (stderr += `${text}\n`),
        flushed: () => Promise.resolve(),
      },
      asking: answer === null ? null : { line: unused, secret: unused, yes: () => Promise.resolve(answer) },
      stdin: process.stdin,
      signal: new AbortController().signal,
      now: () => 0,
      drawHome: () => Promise.reject(new Error('not used')),
      problem: () => undefined,
      maskWith: () => undefined,
    };
    return { code: await command(context), stdout, stderr };
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return { code: error.exit, stdout, stderr: `${stderr}${errorText(error, language)}\n` };
  }
}
const scaffold = (...args: readonly string[]): Promise<Ended> => scaffoldIn({}, ...args);
const read = (...parts: readonly string[]): Promise<string> => readFile(join(home, ...parts), 'utf8');
interface Told {
  readonly written: readonly string[];
  readonly replaced: readonly string[];
  readonly unchanged: readonly string[];
}

describe('scaffold', () => {
  it('writes the repository for the lab, and the second time nothing', async () => {
    const first = await scaffold('shop', '--lab', lab, '--json');
    expect(first.code).toBe(0);
    expect(misfits(first.stdout)).toBeNull();
    const told: Told & Readonly<Record<string, unknown>> = JSON.parse(first.stdout);
    expect(told).toMatchObject({ kind: 'scaffold', directory: join(home, 'shop'), vagrantfile: true });
    expect(told).toMatchObject({ lab: { file: lab, practice: false }, replaced: [], unchanged: [] });
    const there = await readdir(join(home, 'shop'), { recursive: true, withFileTypes: true });
    expect(there.filter((one) => one.isFile())).toHaveLength(told.written.length);
    expect(await read('shop', 'deploy/edge/nginx/conf.d/edge.conf')).toContain('http://10.20.30.44:30080');
    const vagrant = await read('shop', 'Vagrantfile');
    expect(vagrant).toContain("LAB_USER = 'siti'");
    expect(vagrant).toContain("'vm-docker' => { address: '10.20.30.42'");
    const second: Told = JSON.parse((await scaffold('shop', '--lab', lab, '--json')).stdout);
    expect(second).toMatchObject({ written: [], replaced: [] });
    expect(second.unchanged.toSorted()).toEqual(told.written.toSorted());
  });

  it('says that it took defaults when there is no lab, and what comes next', async () => {
    const { code, stdout, stderr } = await scaffold('plain');
    expect([code, stdout]).toEqual([0, `${join(home, 'plain')}\n`]);
    expect(stderr).toContain("the runbook's defaults are used (vm-docker 192.168.56.42,");
    expect(stderr).toContain('vagrant up, then threebody-tui init');
    expect(stderr).toContain(`project_source: ${join(home, 'plain')}`);
    const other = await scaffoldIn({ language: 'id' }, 'a folder');
    expect(other.stderr).toContain('nilai bawaan runbook');
    expect(other.stderr).toContain('pindahkan dulu ke path');
    expect(other.stderr).not.toContain('project_source: /');
  });

  it('replaces what a person has changed only when asked, after saying what', async () => {
    await scaffold('mine', '--lab', lab);
    const edge = 'deploy/edge/nginx/conf.d/edge.conf';
    const before = await read('mine', edge);
    await writeFile(join(home, 'mine', edge), 'mine');
    await writeFile(join(home, 'mine', 'notes.txt'), 'mine');
    await rm(join(home, 'mine', 'Vagrantfile'));
    const refused = await scaffold('mine', '--lab', lab);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`differs from the project in:\n  ${edge}\n`);
    expect(refused.stderr).toContain('--replace');
    const unasked = await scaffold('mine', '--lab', lab, '--replace');
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain(`without a backup:\n  ${edge}\n`);
    expect(unasked.stderr).toContain('add --yes');
    expect(await read('mine', edge)).toBe('mine');
    const no = await scaffoldIn({ answer: false }, 'mine', '--lab', lab, '--replace');
    expect([no.code, no.stdout]).toEqual([1, '']);
    expect(await read('mine', edge)).toBe('mine');
    const done = await scaffold('mine', '--lab', lab, '--replace', '--yes', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ written: ['Vagrantfile'], replaced: [edge] });
    expect(await read('mine', edge)).toBe(before);
    expect(await read('mine', 'notes.txt')).toBe('mine');
    expect((await readdir(join(home, 'mine'))).filter((name) => name.startsWith('.threebody'))).toEqual([]);
  });

  it('fills a clone of a new repository, but no folder with other things in it', async () => {
    await mkdir(join(home, 'clone', '.git'), { recursive: true });
    expect((await scaffold('clone', '--lab', lab)).code).toBe(0);
    await mkdir(join(home, 'busy'));
    await writeFile(join(home, 'busy', 'thesis.doc'), 'x');
    const refused = await scaffold('busy', '--lab', lab);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('does not hold all files of the project');
    expect(await readdir(join(home, 'busy'))).toEqual(['thesis.doc']);
  });

  it('writes no Vagrantfile for VMs that Vagrant cannot make, and says so', async () => {
    const far = join(home, 'far.yaml');
    await writeFile(far, LAB.replace('10.20.30.44', '10.99.1.44'), { mode: 0o600 });
    const { code, stderr } = await scaffold('far', '--lab', far);
    expect(code).toBe(0);
    expect(stderr).toMatch(/No Vagrantfile: .*one \/24 network/);
    expect(await readdir(join(home, 'far'))).not.toContain('Vagrantfile');
  });

  it('tells which value a pack with a track of its own does not have', async () => {
    const { code, stderr } = await scaffold('other', '--runbook', join(import.meta.dirname, 'pack'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/edge\.conf:\d+:\d+: there is no placeholder param\.site_host/);
    expect(await readdir(home)).not.toContain('other');
  });

  it('is a command like any other', async () => {
    const desk = await createDesk();
    onTestFinished(() => desk.clear());
    const done = await desk.run(['scaffold', 'shop']);
    expect([done.code, done.stdout]).toEqual([0, `${join(desk.home, 'shop')}\n`]);
    const { code, stderr } = await desk.run(['scaffold']);
    expect(code).toBe(2);
    expect(stderr).toContain('threebody-tui scaffold DIR');
    expect(stderr).not.toMatch(STACK_LINE);
  });
});

describe('a folder', () => {
  const FILES: readonly ProjectFile[] = [
    { path: 'a/run.sh', mode: 0o755, bytes: Buffer.from('run') },
    { path: 'b.txt', mode: 0o644, bytes: Buffer.from('b') },
  ];
  let folder = '';
  beforeEach(() => {
    folder = join(home, 'outside', 'inside');
  });
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };

  it('is compared by bytes and by whether a script can be executed', async () => {
    await put('a/run.sh', 'run');
    await put('b.txt', 'b');
    expect(await compareFolder(folder, FILES)).toEqual({
      folder: 'filled',
      same: ['b.txt'],
      different: ['a/run.sh'],
      missing: [],
    });
    await chmod(join(folder, 'a/run.sh'), 0o700);
    expect((await compareFolder(folder, FILES)).same).toEqual(['a/run.sh', 'b.txt']);
  });

  it('that is new appears as a whole, with its parents', async () => {
    await writeFolder(folder, FILES, await compareFolder(folder, FILES));
    expect((await stat(join(folder, 'a/run.sh'))).mode & 0o111).not.toBe(0);
    expect(await readdir(dirname(folder))).toEqual(['inside']);
  });

  it.each([
    ['a link leads out of it', () => symlink('/tmp', join(folder, 'a'))],
    ['a file stands for a folder', () => put('a', 'x')],
    ['a folder stands for a file', () => mkdir(join(folder, 'b.txt'))],
  ])('is left alone where %s', async (_what, prepare) => {
    await mkdir(folder, { recursive: true });
    await prepare();
    await expect(compareFolder(folder, FILES)).rejects.toMatchObject({ code: 'scaffold-blocked' });
  });

  it('keeps what it has when not everything can be written', async () => {
    await put('b.txt', 'old');
    const found = await compareFolder(folder, FILES);
    // Somebody puts a file where a folder is needed after it was looked at.
    await put('a', 'x');
    await expect(writeFolder(folder, FILES, found)).rejects.toMatchObject({ code: 'scaffold-not-written' });
    expect(await readFile(join(folder, 'b.txt'), 'utf8')).toBe('old');
    expect((await readdir(folder)).toSorted()).toEqual(['a', 'b.txt']);
  });
});
