import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createUploads } from '../../../src/services/uploads/uploads.js';
import { checkLocalFile } from '../../../src/services/uploads/local-file.js';
import type { HostLink } from '../../../src/services/ports.js';
import type { TestHost } from './server.js';
import { testHost, testLinks, troubleOf } from './support.js';

interface Bench {
  readonly server: TestHost;
  readonly root: string;
  readonly file: string;
  readonly link: HostLink;
  readonly lines: string[];
  readonly put: (signal?: AbortSignal) => Promise<string>;
}

async function bench(content: Buffer | string, sudo = 'nopasswd'): Promise<Bench> {
  const server = await testHost({ password: 'sesame', sudo });
  const links = testLinks(server, { password: 'sesame', sudoPassword: sudo });
  const root = join(server.home, 'kept here');
  const file = join(server.home, 'harbor.tgz');
  await writeFile(file, content);
  const lines: string[] = [];
  const put = (signal?: AbortSignal): Promise<string> =>
    createUploads(links, { root }).put('vm-docker', file, 'harbor.tgz', {
      onProgress: (line) => lines.push(line),
      ...(signal === undefined ? {} : { signal }),
    });
  return { server, root, file, link: links.link('vm-docker'), lines, put };
}

const sha = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');
/** Bytes that are commands too: whatever is not read by the script must never be run. */
const HOSTILE = Buffer.concat([
  Buffer.from('\ntouch "$HOME/pwned"\nexit 0\n}\n'),
  randomBytes(3_000_000),
  Buffer.from('\n'),
]);

describe('an upload', () => {
  it.each(['nopasswd', 's3cret-pässw0rd'])('arrives whole, once, readable there (sudo: %s)', async (sudo) => {
    const { root, put, server, lines } = await bench(HOSTILE, sudo);
    const path = await put();
    expect(path).toBe(join(root, sha(HOSTILE), 'harbor.tgz'));
    expect(sha(await readFile(path))).toBe(sha(HOSTILE));
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect((await stat(root)).mode & 0o777).toBe(0o711);
    expect(existsSync(join(server.home, 'pwned'))).toBe(false);
    const before = await stat(path);
    lines.length = 0;
    expect(await put()).toBe(path);
    expect((await stat(path)).ino).toBe(before.ino);
    expect(lines.at(-1)).toContain('vm-docker has it');
    expect(await readFile(join(server.home, 'sudo.log'), 'utf8')).not.toContain('s3cret');
  });

  it('goes on from what has arrived, and from the beginning when that is something else', async () => {
    const { root, put, lines } = await bench(HOSTILE);
    const directory = join(root, sha(HOSTILE));
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'harbor.tgz.part'), HOSTILE.subarray(0, 1_000_000));
    await put();
    expect(lines).toContain('harbor.tgz: 1 MB are there already, going on from there');
    expect(await readdir(directory)).toEqual(['harbor.tgz']);

    const other = Buffer.from(HOSTILE).fill(7, 0, 1000);
    const second = await bench(HOSTILE);
    const there = join(second.root, sha(HOSTILE));
    await mkdir(there, { recursive: true });
    await writeFile(join(there, 'harbor.tgz.part'), other.subarray(0, 1_000_000));
    expect(sha(await readFile(await second.put()))).toBe(sha(HOSTILE));
    await writeFile(join(there, 'harbor.tgz'), 'cut off by a crash');
    expect(sha(await readFile(await second.put()))).toBe(sha(HOSTILE));
  });

  it('goes on when the connection was lost in the middle', async () => {
    const size = 24 * 1024 * 1024;
    const { put, server, root, file, lines } = await bench('');
    await truncate(file, size);
    const digest = sha(Buffer.alloc(size));
    const part = join(root, digest, 'harbor.tgz.part');
    const upload = put();
    for (;;) {
      const there = await stat(part).catch(() => null);
      if (there !== null && there.size > 0) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    server.cut();
    const path = await upload;
    expect((await stat(path)).size).toBe(size);
    expect(lines.join('\n')).toMatch(
      /connection to vm-docker was lost[^]*going on from there[^]*sent and checked/,
    );
  });

  it('can be cancelled, leaves a part, and runs nothing', async () => {
    const { put, root, file } = await bench('');
    const size = 64 * 1024 * 1024;
    await truncate(file, size);
    const stop = new AbortController();
    const upload = put(stop.signal);
    const part = join(root, sha(Buffer.alloc(size)), 'harbor.tgz.part');
    for (;;) {
      const there = await stat(part).catch(() => null);
      if (there !== null && there.size > 0) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    expect((await troubleOf(upload)).code).toBe('cancelled');
    expect(existsSync(part)).toBe(true);
  });

  it('says plainly that the disk is full, before and while it writes', async () => {
    const before = await bench('x'.repeat(1000));
    const df = join(before.server.home, 'bin', 'df');
    await writeFile(df, '#!/bin/bash\necho Filesystem\necho dev 100 100 8000 99% /\n');
    await chmod(df, 0o755);
    const early = await troubleOf(before.put());
    expect(early).toMatchObject({ code: 'upload-disk-full', where: 'vm-docker' });
    expect(early.what.en).toBe(
      'There is not enough room on vm-docker for harbor.tgz: 17 MB needed, 8 MB left.',
    );

    const during = await bench(HOSTILE);
    const cat = join(during.server.home, 'bin', 'cat');
    // Of the three that run as root, the one that writes the part.
    await writeFile(
      cat,
      '#!/bin/bash\nif [ -e /proc/self/fd/9 ]; then head -c 100000; echo "cat: write error: No space left on device" >&2; exit 1; fi\nexec /bin/cat "$@"\n',
    );
    await chmod(cat, 0o755);
    const late = await troubleOf(during.put());
    expect(late).toMatchObject({ code: 'upload-disk-full', where: 'vm-docker' });
    expect(await readdir(join(during.root, sha(HOSTILE)))).toEqual([]);
    expect(existsSync(join(during.server.home, 'pwned'))).toBe(false);
  });

  it('is not mixed with what another program sends of the same file', async () => {
    const { put, root, server } = await bench(HOSTILE);
    await mkdir(join(root, sha(HOSTILE)), { recursive: true });
    const part = join(root, sha(HOSTILE), 'harbor.tgz.part');
    const flock = join(server.home, 'bin', 'flock');
    await writeFile(flock, '#!/bin/bash\nexit 1\n');
    await chmod(flock, 0o755);
    expect((await troubleOf(put())).code).toBe('upload-busy');
    expect((await stat(part)).size).toBe(0);
  });

  it('notices a file that changes while it is sent', async () => {
    const { put, file, server } = await bench(HOSTILE);
    const sum = join(server.home, 'bin', 'stat');
    // The host is asked for its part only after this computer has read the file once.
    await writeFile(
      sum,
      `#!/bin/bash\nprintf x | dd of='${file}' conv=notrunc status=none\nexec /usr/bin/stat "$@"\n`,
    );
    await chmod(sum, 0o755);
    expect((await troubleOf(put())).code).toBe('upload-changed');
  });

  it('removes parts that nobody went on with', async () => {
    const { put, root } = await bench('something');
    await mkdir(join(root, 'a'.repeat(64)), { recursive: true });
    const old = join(root, 'a'.repeat(64), 'old.part');
    await writeFile(old, 'x');
    const then = new Date(Date.now() - 9 * 24 * 3600 * 1000);
    await utimes(old, then, then);
    await put();
    expect(existsSync(old)).toBe(false);
  });

  it('tells what is wrong with the file on this computer, with its path', async () => {
    const { server } = await bench('x');
    const empty = join(server.home, 'empty');
    await writeFile(empty, '');
    const told = async (path: string): Promise<string> => {
      const { code, where, what, exit } = await troubleOf(checkLocalFile(path));
      expect([code, where, exit]).toEqual(['upload-file', path, 2]);
      return what.en;
    };
    expect(await told(join(server.home, 'nothing'))).toContain('there is no such file');
    expect(await told(server.home)).toContain('it is not a regular file');
    expect(await told(empty)).toContain('it is empty');
  });

  it('takes little memory and time for a large file', async () => {
    const SIZE = 150_000_000;
    const { put, file } = await bench('');
    const handle = await open(file, 'r+');
    await handle.truncate(SIZE);
    await handle.close();
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 10);
    try {
      const path = await put();
      expect((await stat(path)).size).toBe(SIZE);
    } finally {
      clearInterval(watch);
    }
    // Both ends of the wire are in this process. Half of the file would already be proof that it is held in memory.
    expect(most - before).toBeLessThan(SIZE / 2);
  }, 30_000);
});
