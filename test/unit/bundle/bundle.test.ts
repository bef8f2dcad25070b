/** A bundle on disk: whole or not there, private, counted, and read back with suspicion. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProbeRequest, Recording } from '../../../src/gates/types.js';
import { FILES, type Manifest } from '../../../src/services/bundle/format.js';
import { countMasked } from '../../../src/services/bundle/masked.js';
import { bundleQuestions, leftOutPaths } from '../../../src/services/bundle/questions.js';
import { readBundle } from '../../../src/services/bundle/read.js';
import { readme } from '../../../src/services/bundle/readme.js';
import { recordProbes, replayProbes } from '../../../src/services/bundle/record.js';
import { mustBeFree, writeBundle, type BundleFile } from '../../../src/services/bundle/write.js';
import { HOST_NAMES } from '../../../src/lab/types.js';

const AT = Date.UTC(2026, 10, 22);
const MANIFEST: Manifest = {
  schemaVersion: 1,
  kind: 'bundle',
  tool: { name: 'threebody-tui', version: '1.2.3' },
  lab: { name: 'toy', practice: false },
  writtenAt: new Date(AT).toISOString(),
  writtenBy: 'me@here',
  hosts: [
    { name: 'vm-docker', address: '192.0.2.1', up: true, trouble: null },
    {
      name: 'vm-k8s',
      address: '192.0.2.2',
      up: false,
      trouble: { code: 'ssh-refused', what: { id: 'ditolak', en: 'refused' }, remedy: { id: 'x', en: 'x' } },
    },
  ],
  files: [{ path: 'hosts/vm-docker/versions.txt', bytes: 3, about: { id: 'versi', en: 'versions' } }],
  masked: { total: 2, kinds: { password: 2 } },
  leftOut: [{ what: 'hosts/vm-k8s/', why: { id: 'host tidak menjawab', en: 'the host did not answer' } }],
};
const LAB = {
  name: 'toy',
  practice: false,
  user: 'learner',
  addresses: { 'vm-docker': '192.0.2.1', 'vm-k8s': '192.0.2.2', 'vm-worker': '192.0.2.3' },
  parameters: { pod_cidr: '10.244.0.0/16', many: ['a', 'b'] },
};
const FULL: readonly BundleFile[] = [
  { path: FILES.manifest, text: JSON.stringify(MANIFEST) },
  { path: FILES.lab, text: JSON.stringify(LAB) },
  { path: FILES.recordings, text: '[]' },
  { path: FILES.gates, text: '{"results":[],"waivers":[]}' },
  { path: FILES.journal, text: 'not json\n' },
  { path: 'hosts/vm-docker/versions.txt', text: 'os\n' },
];

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threebody-bundle-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));
const live = (): AbortSignal => new AbortController().signal;
const write = (
  path: string,
  files: readonly BundleFile[] = FULL,
  options: { replace?: boolean; signal?: AbortSignal } = {},
): Promise<number> => writeBundle(path, files, { replace: false, writtenAt: AT, signal: live(), ...options });

describe('a bundle', () => {
  it('is private, and reads back as it was', async () => {
    const path = join(directory, 'b.tar.gz');
    expect(await write(path)).toBe((await stat(path)).size);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const bundle = await readBundle(path);
    expect(bundle.manifest).toEqual(MANIFEST);
    expect(bundle.lab).toEqual(LAB);
    expect(bundle.entries).toEqual([]);
    expect(bundle.files.get('hosts/vm-docker/versions.txt')).toBe('os\n');
    expect(await readdir(directory)).toEqual(['b.tar.gz']);
  });

  it('overwrites nothing unless asked', async () => {
    const path = join(directory, 'b.tar.gz');
    await writeFile(path, 'mine');
    await expect(mustBeFree(path)).rejects.toMatchObject({ code: 'file-exists' });
    await expect(write(path)).rejects.toMatchObject({ code: 'file-exists' });
    expect((await stat(path)).size).toBe(4);
    await write(path, FULL, { replace: true });
    expect((await readBundle(path)).manifest.kind).toBe('bundle');
    expect(await readdir(directory)).toEqual(['b.tar.gz']);
  });

  it('leaves nothing behind when it is cancelled, or cannot be written', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(write(join(directory, 'b.tar.gz'), FULL, { signal: stop.signal })).rejects.toThrow(/abort/i);
    const later = new AbortController();
    const big = [...FULL, { path: 'big.txt', text: 'x'.repeat(8_000_000) }];
    const writing = write(join(directory, 'b.tar.gz'), big, { signal: later.signal });
    setImmediate(() => later.abort());
    await expect(writing).rejects.toThrow(/abort/i);
    expect(await readdir(directory)).toEqual([]);
    await expect(write(join(directory, 'none', 'b.tar.gz'))).rejects.toMatchObject({
      code: 'file-not-written',
    });
  });

  it.each([
    ['no gzip', Buffer.from('hello'), 'archive'],
    ['no tar', gzipSync('hello'.repeat(400)), 'archive'],
    ['an empty archive', gzipSync(Buffer.alloc(1024)), 'manifest.json'],
  ])('of %s is refused in words', async (_what, bytes, part) => {
    const path = join(directory, 'b.tar.gz');
    await writeFile(path, bytes);
    await expect(readBundle(path)).rejects.toMatchObject({
      code: 'bundle-damaged',
      what: { en: expect.stringContaining(part) },
    });
  });

  it('of a later version, or with a part that is something else, is refused', async () => {
    const path = join(directory, 'b.tar.gz');
    for (const [name, text] of [
      [FILES.manifest, JSON.stringify({ ...MANIFEST, schemaVersion: 2 })],
      [FILES.lab, '{"name":1}'],
      [FILES.recordings, '{}'],
    ] as const) {
      await write(
        path,
        FULL.map((one) => (one.path === name ? { ...one, text } : one)),
        { replace: true },
      );
      await expect(readBundle(path)).rejects.toMatchObject({ code: 'bundle-damaged' });
    }
    await expect(readBundle(join(directory, 'none'))).rejects.toMatchObject({ code: 'bundle-not-read' });
  });

  it('says in both languages who did not answer, what was masked and what is missing', () => {
    const text = readme(MANIFEST);
    for (const words of [
      'vm-k8s: ditolak',
      'vm-k8s: refused',
      '2 password',
      'host tidak menjawab',
      'did not answer',
    ])
      expect(text).toContain(words);
  });
});

describe('probes', () => {
  const request = (id: string, script: string): ProbeRequest => ({
    id,
    probe: { kind: 'command', on: 'vm-docker', script, as: 'root', timeoutMs: 1000 },
  });
  const answer = (stdout: string): Recording => ({
    place: 'vm-docker',
    asked: 'x',
    exit: 0,
    stdout,
    stderr: '',
    error: null,
    startedAt: AT,
    durationMs: 5,
  });
  it('are answered from what was recorded: by wording, by name, or not at all', async () => {
    const recorder = recordProbes({
      run: (requests) =>
        Promise.resolve(
          new Map(requests.map(({ id, probe }) => [id, answer('script' in probe ? probe.script : '')])),
        ),
    });
    await recorder.probes.run([request('a', 'one')]);
    await recorder.probes.run([request('a', 'two')]);
    const replay = replayProbes(recorder.recorded, AT);
    const heard: string[] = [];
    const answers = await replay.run([request('a', 'one')], { onRecording: (id) => heard.push(id) });
    expect(answers.get('a')?.stdout).toBe('one');
    expect((await replay.run([request('a', 'reworded')])).get('a')?.stdout).toBe('two');
    expect((await replay.run([request('b', 'one')])).get('b')).toMatchObject({
      exit: null,
      error: { en: 'This was not asked when the bundle was made.' },
    });
    expect(heard).toEqual(['a']);
  });
});

it('masks are counted by what stands before them', () => {
  const text = [
    'password: ***',
    '"token": "***"',
    'http://me:***@here/',
    'Authorization: Bearer ***',
    'something *** else',
    'DB_PASSWORD=***',
  ].join('\n');
  expect(Object.fromEntries(countMasked([text, 'none']))).toEqual({
    'authorization-header': 1,
    other: 1,
    password: 2,
    token: 1,
    'url-password': 1,
  });
});

it('files that may hold secrets stay on the host, and are named', () => {
  expect(leftOutPaths('== /etc/hosts\nx\n== /opt/harbor/harbor.key (left out)\n')).toEqual([
    '/opt/harbor/harbor.key',
  ]);
});

it('questions change nothing on a host', () => {
  const names = new Set<string>();
  for (const host of HOST_NAMES)
    for (const { name, script } of bundleQuestions(host)) {
      names.add(name);
      expect(script).not.toMatch(
        /\b(?:rm|mv|cp|tee|systemctl (?:start|stop|restart|enable|disable)|kubectl (?:apply|delete)|docker (?:rm|run|exec))\b/,
      );
      expect(script).not.toMatch(/[^2&]>\s*(?!\/dev\/null|&)[/\w$]/);
      expect(script).not.toMatch(/\bsecrets?\b(?!\*)/);
    }
  expect(names).toContain('configs');
});
