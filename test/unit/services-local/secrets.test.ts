import { chmod, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLabFile } from '../../../src/lab/parse-lab.js';
import type { Parameter } from '../../../src/runbook/types.js';
import { createSecretsFile } from '../../../src/services/files/secrets-file.js';
import { generateSecret, openSecrets } from '../../../src/services/files/secrets.js';
import type { Secrets } from '../../../src/services/ports.js';
import { GOOD_HOSTS, PARAMETERS, scratch, troubleOf } from './support.js';

const about = { id: 'a', en: 'a' };
const secret = (name: string, more: Partial<Parameter> = {}): Parameter => ({
  name,
  type: 'secret',
  default: '',
  optional: false,
  generate: false,
  about,
  ...more,
});
const SPECS: readonly Parameter[] = [
  secret('admin_password', { generate: true }),
  secret('runner_token'),
  secret('proxy_password', { optional: true }),
  { ...secret('harbor_port'), type: 'port', default: 8080 },
];
const ALL = SPECS.map((one) => one.name);

async function opened(
  stateDir: string,
  given: { env?: Record<string, string>; lab?: Record<string, string> } = {},
): Promise<{ secrets: Secrets; hidden: string[] }> {
  const hidden: string[] = [];
  const secrets = await openSecrets({
    lab: { secrets: given.lab ?? {}, stateDir },
    parameters: SPECS,
    env: given.env ?? {},
    now: () => 1_000_000,
    hide: (value) => hidden.push(value),
  });
  return { secrets, hidden };
}

describe('where a secret comes from', () => {
  it('the environment, then the lab file, then what was kept; each is hidden at once', async () => {
    const stateDir = await scratch();
    const first = await opened(stateDir);
    await first.secrets.give('runner_token', 'kept-before', { keep: true });
    const kept = await opened(stateDir);
    expect([kept.secrets.value('runner_token'), kept.secrets.origin('runner_token')]).toEqual([
      'kept-before',
      'typed',
    ]);
    const lab = await opened(stateDir, { lab: { runner_token: 'from-the-file' } });
    expect(lab.secrets.value('runner_token')).toBe('from-the-file');
    const both = await opened(stateDir, {
      lab: { runner_token: 'from-the-file' },
      env: { THREEBODY_SECRET_RUNNER_TOKEN: 'from-the-environment', THREEBODY_SECRET_PROXY_PASSWORD: '' },
    });
    expect(both.secrets.value('runner_token')).toBe('from-the-environment');
    expect(both.secrets.value('proxy_password')).toBeNull();
    expect(both.hidden.sort()).toEqual(['from-the-environment', 'from-the-file', 'kept-before']);
  });

  it('asks only for what it cannot make and what may not be empty', async () => {
    const stateDir = await scratch();
    const { secrets, hidden } = await opened(stateDir);
    expect(secrets.missing(ALL)).toEqual(['runner_token']);
    // Looking makes nothing.
    expect(secrets.value('admin_password')).toBeNull();
    expect(await secrets.prepare(ALL)).toEqual(['runner_token']);
    const made = secrets.value('admin_password') ?? '';
    expect(made).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(hidden).toContain(made);
    expect(secrets.origin('admin_password')).toBe('generated');
    expect(secrets.value('harbor_port')).toBeNull();
    expect((await opened(stateDir)).secrets.value('admin_password')).toBe(made);
  });

  it('remembers what was typed in memory only, unless it shall be kept', async () => {
    const stateDir = await scratch();
    const { secrets, hidden } = await opened(stateDir);
    await secrets.give('runner_token', 'typed-by-hand', { keep: false });
    expect(secrets.value('runner_token')).toBe('typed-by-hand');
    expect(hidden).toContain('typed-by-hand');
    expect((await opened(stateDir)).secrets.value('runner_token')).toBeNull();
    const wrong = await troubleOf(secrets.give('runner_token', 'short', { keep: true }));
    expect([wrong.code, wrong.message.includes('short')]).toEqual(['secret-invalid', false]);
  });

  it('makes one secret, also when two programs want it at the same moment', async () => {
    const stateDir = await scratch();
    const programs = await Promise.all(Array.from({ length: 8 }, () => opened(stateDir)));
    await Promise.all(programs.flatMap(({ secrets }) => [secrets.prepare(ALL), secrets.prepare(ALL)]));
    const values = programs.map(({ secrets }) => secrets.value('admin_password'));
    expect(new Set(values).size).toBe(1);
    // What a program made and did not keep is not to be seen either.
    for (const { hidden } of programs) expect(hidden).toContain(values[0]);
  });
});

describe('the environment', () => {
  it.each([
    [
      'THREEBODY_SECRET_RUNER_TOKEN',
      'a-long-token',
      'secret-unknown',
      'Did you mean THREEBODY_SECRET_RUNNER_TOKEN?',
    ],
    [
      'THREEBODY_SECRET_HARBOR_PORT',
      'a-long-token',
      'secret-unknown',
      /^Known: THREEBODY_SECRET_ADMIN_PASSWORD/,
    ],
    ['THREEBODY_SECRET_RUNNER_TOKEN', 'tiny', 'secret-invalid', /Correct the value/],
    ['THREEBODY_SECRET_RUNNER_TOKEN', 'two\nlines-of-it', 'secret-invalid', /Correct the value/],
  ])('%s=%j', async (name, value, code, remedy) => {
    const trouble = await troubleOf(opened(await scratch(), { env: { [name]: value } }));
    expect(trouble).toMatchObject({ code, where: name, exit: 2 });
    expect(trouble.remedy.en).toMatch(remedy);
    expect(JSON.stringify(trouble) + trouble.message).not.toContain(value);
  });
});

describe('the file of kept secrets', () => {
  it('is private, and whole or not there', async () => {
    const stateDir = join(await scratch(), 'lab');
    const { secrets } = await opened(stateDir);
    await secrets.prepare(ALL);
    expect(secrets.file).toBe(join(stateDir, 'secrets.json'));
    expect((await stat(secrets.file)).mode & 0o777).toBe(0o600);
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
    const text = await readFile(secrets.file, 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      version: 1,
      secrets: { admin_password: { origin: 'generated' } },
    });
  });

  it('never replaces what is kept', async () => {
    const file = createSecretsFile(await scratch());
    expect(await file.keep('a', { value: 'the-first', origin: 'typed', at: 1 })).toBe('the-first');
    expect(await file.keep('a', { value: 'the-second', origin: 'generated', at: 2 })).toBe('the-first');
    expect(await file.keep('b', { value: 'another-one', origin: 'typed', at: 3 })).toBe('another-one');
    expect([...(await file.read()).keys()]).toEqual(['a', 'b']);
  });

  it.each([
    ['damaged', '{"version": 1, "secrets"', 0o600, 'its contents are damaged'],
    ['of a newer version', '{"version": 2, "secrets": {}}', 0o600, 'its contents are damaged'],
    ['open to others', '{"version": 1, "secrets": {}}', 0o640, 'others can open this file'],
  ])('that is %s is told when a secret is wanted, and left as it is', async (_how, text, mode, words) => {
    const stateDir = await scratch();
    const path = join(stateDir, 'secrets.json');
    await writeFile(path, text);
    await chmod(path, mode);
    const { secrets } = await opened(stateDir, { env: { THREEBODY_SECRET_RUNNER_TOKEN: 'not-from-there' } });
    // What needs none of it goes on.
    expect(await secrets.prepare(['runner_token'])).toEqual([]);
    const trouble = await troubleOf(secrets.prepare(ALL));
    expect([trouble.code, trouble.where]).toEqual(['secrets-unreadable', path]);
    expect(trouble.what.en).toContain(words);
    expect((await troubleOf(secrets.give('runner_token', 'typed-by-hand', { keep: true }))).code).toBe(
      'secrets-unreadable',
    );
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('is not held up by a lock that a crash left behind', async () => {
    const stateDir = await scratch();
    await mkdir(stateDir, { recursive: true });
    const lock = join(stateDir, 'secrets.json.lock');
    await writeFile(lock, '');
    const before = new Date(Date.now() - 60_000);
    await utimes(lock, before, before);
    expect(await createSecretsFile(stateDir).keep('a', { value: 'the-value', origin: 'typed', at: 1 })).toBe(
      'the-value',
    );
  });
});

it('makes secrets that are all different and hold every kind of character', () => {
  const made = Array.from({ length: 200 }, () => generateSecret());
  expect(new Set(made).size).toBe(200);
  for (const one of made) expect(one).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[A-Za-z0-9]{24}$/);
});

it("makes Laravel's APP_KEY in the form that its cipher takes", async () => {
  const specs = [secret('app_key', { generate: 'base64-32' })];
  const stateDir = await scratch();
  const open = (): Promise<Secrets> =>
    openSecrets({
      lab: { secrets: {}, stateDir },
      parameters: specs,
      env: {},
      now: () => 0,
      hide: () => undefined,
    });
  const secrets = await open();
  expect(secrets.missing(['app_key'])).toEqual([]);
  expect(await secrets.prepare(['app_key'])).toEqual([]);
  const value = secrets.value('app_key') ?? '';
  expect(value).toMatch(/^base64:[A-Za-z0-9+/]{43}=$/);
  expect(Buffer.from(value.slice('base64:'.length), 'base64')).toHaveLength(32);
  expect((await open()).value('app_key')).toBe(value);
  expect(generateSecret('base64-32')).not.toBe(generateSecret('base64-32'));
});

describe('secrets in the lab file', () => {
  const HEAD = 'user: cikal\nkey: ~/.ssh/id_ed25519\n';
  function parse(text: string, fileMode = 0o600): ReturnType<typeof parseLabFile> {
    return parseLabFile(HEAD + GOOD_HOSTS + text, '/home/ana/lab.yaml', {
      parameters: [...PARAMETERS, ...SPECS.slice(0, 3)],
      home: '/home/ana',
      stateRoot: '/home/ana/state',
      fileMode,
    });
  }
  const told = (text: string, fileMode?: number): readonly string[] =>
    parse(text, fileMode).diagnostics.map((one) => {
      expect([one.what.id, one.remedy.id]).not.toContain('');
      return `${one.place?.line}:${one.place?.column} ${one.what.en} | ${one.remedy.en}`;
    });

  it('are kept apart from parameters', () => {
    const { lab } = parse('secrets:\n  runner_token: "glrt-abc"\n  admin_password:\n');
    expect(lab?.secrets).toEqual({ runner_token: 'glrt-abc' });
    expect(Object.keys(lab?.parameters ?? {})).not.toContain('runner_token');
  });

  it('an optional parameter may be emptied', () => {
    const parameters = [{ name: 'p', type: 'path', optional: true, default: '/opt/x' }] as const;
    const read = (text: string): unknown =>
      parseLabFile(HEAD + GOOD_HOSTS + text, null, {
        parameters,
        home: '/h',
        stateRoot: '/s',
        fileMode: null,
      }).lab?.parameters['p'];
    expect([
      read(''),
      read('parameters: {p: }'),
      read('parameters: {p: ""}'),
      read('parameters: {p: /a}'),
    ]).toEqual(['/opt/x', '', '', '/a']);
  });

  it.each([
    [
      'secrets:\n  runer_token: glrt-abcd\n',
      '11:16 unknown secret `runer_token` | Did you mean `runner_token`?',
    ],
    [
      'secrets:\n  whatever: glrt-abcd\n',
      '11:13 unknown secret `whatever` | Remove it, or use one of: admin_password, runner_token, proxy_password.',
    ],
    ['secrets:\n  harbor_port: 8080\n', '11:16 `harbor_port` is not a secret | Move it below `parameters:`.'],
    [
      'parameters:\n  runner_token: glrt-abcd\n',
      '11:17 `runner_token` is a secret and may not stand below `parameters` | Move it below `secrets:`, then chmod 600 this file.',
    ],
    [
      'secrets:\n  runner_token: 12345678\n',
      '11:17 secret `runner_token` must be text; put the value in quotes | Correct the value, or remove the line: it is asked for when it is needed.',
    ],
    [
      'secrets:\n  runner_token: "hush"\n',
      '11:17 secret `runner_token` must have 8 to 1024 characters | Correct the value, or remove the line: it is asked for when it is needed.',
    ],
    ['secrets: [a]\n', '10:10 `secrets` must be a group of keys, not a list | Correct the value.'],
  ])('%j', (text, expected) => {
    expect(told(text)).toEqual([expected]);
  });

  it('need a file that nobody else can open', () => {
    expect(told('secrets:\n  runner_token: glrt-abcd\n', 0o644)).toEqual([
      '11:3 this file holds a secret, but others can open it (mode 0644) | Run: chmod 600 /home/ana/lab.yaml',
    ]);
    expect(told('secrets: {}\n', 0o644)).toEqual([]);
  });
});
