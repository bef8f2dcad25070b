/** The project as one archive: what is in it, what stays at home, and what is refused. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Trouble } from '../../../src/lab/types.js';
import { readProject } from '../../../src/project/read.js';
import { renderText } from '../../../src/runbook/render.js';
import { createProjectArchives } from '../../../src/services/project/archives.js';
import { writeTar } from '../../../src/services/project/tar.js';
import { ASSETS, CONTEXT } from './support.js';

const run = promisify(execFile);
const never = (): AbortSignal => new AbortController().signal;
const fill = (text: string): string => renderText(text, CONTEXT);
const archives = createProjectArchives([ASSETS]);

let scratch = '';
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'threebody-archives-'));
  vi.stubEnv('TMPDIR', scratch);
  return async () => {
    vi.unstubAllEnvs();
    await rm(scratch, { recursive: true, force: true });
  };
});

interface Entry {
  readonly mode: number;
  readonly link: string | null;
  readonly text: string;
  readonly owner: readonly [number, number, number];
}

async function entriesOf(path: string): Promise<ReadonlyMap<string, Entry>> {
  const found = new Map<string, Entry>();
  const reading = extract();
  reading.end(await readFile(path));
  for await (const entry of reading) {
    const { name, mode, linkname, type, uid, gid, mtime } = entry.header;
    let text = '';
    for await (const piece of entry) if (Buffer.isBuffer(piece)) text += piece.toString('utf8');
    const link = type === 'symlink' ? (linkname ?? '') : null;
    found.set(name, { mode, link, text, owner: [uid, gid, mtime.getTime()] });
  }
  return found;
}
const sha = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(scratch, 'shop');
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), contents);
  }
  return root;
}
async function troubleOf(work: Promise<unknown>): Promise<Trouble> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Trouble)) throw new Error(`no Trouble but ${String(error)}`);
  for (const words of [error.what, error.remedy])
    for (const one of [words.id, words.en]) expect(one).not.toBe('');
  return error;
}

describe('the project that the program brings', () => {
  it('is a tar of all its files at the top, the same bytes every time, and is removed afterwards', async () => {
    const one = await archives.make(null, fill, never());
    const two = await archives.make(null, fill, never());
    const stored = await readProject([ASSETS]);
    expect(one).toMatchObject({ format: 'tar', files: stored.length, leftOut: [] });
    expect(await sha(one.path)).toBe(await sha(two.path));
    expect((await stat(one.path)).mode & 0o777).toBe(0o600);
    const entries = await entriesOf(one.path);
    expect([...entries.keys()]).toEqual(stored.map((file) => file.path));
    expect(new Set([...entries.values()].map((entry) => entry.owner.join()))).toEqual(
      new Set([`0,0,${Date.UTC(2000, 0, 1)}`]),
    );
    await one.remove();
    await two.remove();
    expect(await readdir(scratch)).toEqual([]);
  });

  it('can be unpacked by tar itself', async () => {
    const { path, files } = await archives.make(null, fill, never());
    const { stdout } = await run('tar', ['-tf', path]);
    expect(stdout.trim().split('\n')).toHaveLength(files ?? 0);
    await mkdir(join(scratch, 'out'));
    await run('tar', ['-xf', path, '-C', join(scratch, 'out')]);
    expect(await readFile(join(scratch, 'out', 'deploy/edge/nginx/conf.d/edge.conf'), 'utf8')).toContain(
      '10.9.8.7:30081',
    );
  });
});

describe('a folder of a person’s own', () => {
  it('is sent without what is secret, large or made anew, and tells what stayed', async () => {
    const long = `${'deep/'.repeat(40)}${'n'.repeat(120)}.txt`;
    const root = await folder({
      'README.md': '{{not.ours}}',
      'bin/run.sh': '#!/bin/sh\n',
      '.gitlab-ci.yml': 'x',
      'laravel/.env': 'APP_KEY=secret',
      'laravel/.env.production': 'APP_KEY=secret',
      'laravel/.env.example': 'APP_KEY=',
      'laravel/vendor/autoload.php': 'x',
      'frontend/node_modules/react/index.js': 'x',
      '.git/config': 'x',
      '.vagrant/private_key': 'x',
      'deploy/edge/certs/tls.key': 'x',
      'deploy/edge/certs/tls.crt': 'x',
      kubeconfig: 'x',
      'threebody.yaml': 'password: sesame',
      'ci/id_ed25519': 'x',
      'ci/id_ed25519.pub': 'x',
      'kubeconfig-prod.yaml': 'x',
      'empty.txt': '',
      'nasi goreng é.txt': 'enak',
      [long]: 'far',
    });
    await chmod(join(root, 'bin/run.sh'), 0o750);
    await symlink('../README.md', join(root, 'bin/readme'));
    await symlink('/etc/passwd', join(root, 'passwd'));
    await symlink('../../elsewhere', join(root, 'bin/out'));
    await run('mkfifo', [join(root, 'pipe')]);

    const archive = await archives.make(root, fill, never());
    expect(archive.leftOut.toSorted()).toEqual([
      '.git/',
      '.vagrant/',
      'bin/out',
      'ci/id_ed25519',
      'deploy/edge/certs/tls.key',
      'frontend/node_modules/',
      'kubeconfig',
      'kubeconfig-prod.yaml',
      'laravel/.env',
      'laravel/.env.production',
      'laravel/vendor/',
      'passwd',
      'pipe',
      'threebody.yaml',
    ]);
    const entries = await entriesOf(archive.path);
    expect([...entries.keys()]).toEqual(
      [
        '.gitlab-ci.yml',
        'README.md',
        'bin/readme',
        'bin/run.sh',
        'ci/id_ed25519.pub',
        'deploy/edge/certs/tls.crt',
        'empty.txt',
        'laravel/.env.example',
        'nasi goreng é.txt',
        long,
      ].toSorted(),
    );
    // As it is: placeholders are ours alone.
    expect(entries.get('README.md')).toMatchObject({ text: '{{not.ours}}', mode: 0o644 });
    expect(entries.get('bin/run.sh')).toMatchObject({ mode: 0o755 });
    expect(entries.get('bin/readme')).toMatchObject({ link: '../README.md' });
    expect(entries.get('nasi goreng é.txt')).toMatchObject({ text: 'enak' });
    const again = await archives.make(root, fill, never());
    expect(await sha(again.path)).toBe(await sha(archive.path));
  });

  it('with nothing in it is refused', async () => {
    const root = await folder({ '.env': 'only=secrets' });
    expect((await troubleOf(archives.make(root, fill, never()))).code).toBe('project-source');
    expect((await troubleOf(archives.check(join(scratch, 'nowhere')))).what.en).toContain(
      'there is no such folder or file',
    );
  });

  it('that changes while it is read is told, and leaves nothing behind', async () => {
    const root = await folder({ 'a.txt': 'a'.repeat(10) });
    const file = join(root, 'a.txt');
    const target = join(scratch, 'x.tar');
    await truncate(file, 4);
    const entry = { path: 'a.txt', mode: 0o644, content: { kind: 'file', file, size: 10 } } as const;
    await expect(writeTar(target, [entry])).rejects.toThrow(/size/i);
    const gone = {
      path: 'b.txt',
      mode: 0o644,
      content: { kind: 'file', file: join(root, 'b'), size: 10 },
    } as const;
    await expect(writeTar(target, [gone])).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(writeTar(join(scratch, 'no', 'x.tar'), [gone])).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is given up when the person cancels', async () => {
    const root = await folder({ 'a.txt': 'a' });
    const cancelling = new AbortController();
    cancelling.abort();
    await expect(archives.make(root, fill, cancelling.signal)).rejects.toThrow(/abort/i);
    expect(await readdir(scratch)).toEqual(['shop']);
  });
});

describe('an archive of a person’s own', () => {
  it.each([
    ['zip', Buffer.from('PK\u0003\u0004 and the rest', 'latin1')],
    ['tar.gz', gzipSync('x')],
  ])('is sent as it is: %s, whatever it is called', async (format, contents) => {
    const path = join(scratch, 'download');
    await writeFile(path, contents);
    await archives.check(path);
    const archive = await archives.make(path, fill, never());
    expect(archive).toMatchObject({ path, format, files: null, leftOut: [] });
    await archive.remove();
    expect(await readFile(path)).toEqual(contents);
  });

  it('may be a plain tar', async () => {
    const path = join(scratch, 'x.tar');
    await writeTar(path, [{ path: 'a', mode: 0o644, content: { kind: 'bytes', bytes: Buffer.from('a') } }]);
    expect(await archives.make(path, fill, never())).toMatchObject({ format: 'tar', path });
  });

  it.each([
    ['rar', 'Rar!\u001a\u0007'],
    ['empty', ''],
  ])('of another kind is refused: %s', async (_name, contents) => {
    const path = join(scratch, 'three-body-problem.zip');
    await writeFile(path, contents);
    const { code, where, what, remedy } = await troubleOf(archives.check(path));
    expect([code, where]).toEqual(['project-source', path]);
    expect(what.en).toContain('no zip, tar or tar.gz');
    expect(remedy.en).toContain('project_source');
  });

  it('that is no file at all is refused', async () => {
    const path = join(scratch, 'pipe');
    await run('mkfifo', [path]);
    expect((await troubleOf(archives.check(path))).what.en).toContain('neither a folder nor a regular file');
  });
});
