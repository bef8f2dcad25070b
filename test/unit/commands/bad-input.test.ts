import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDesk, STACK_LINE, type Desk } from './program.js';

// Each case is a few processes, and other tests keep the machine busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});
afterAll(() => desk.clear());

const HOSTS = `hosts:
  - { name: vm-docker, address: 192.0.2.42 }
  - { name: vm-k8s, address: 192.0.2.43 }
  - { name: vm-worker, address: 192.0.2.44 }
`;

async function labFile(name: string, text: string): Promise<string> {
  const path = join(desk.home, name);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

describe('a wrong lab file', () => {
  it.each([
    ['is not YAML', 'hosts: [a\n  b: }', /bad\.yaml:\d+:\d+/],
    ['is a list', '- a\n', /bad\.yaml/],
    ['is empty', '', /this lab file is empty/],
    ['has a wrong type', `user: 5\nagent: true\n${HOSTS}`, /bad\.yaml:1:\d+/],
    ['has an unknown key', `uesr: x\nuser: x\nagent: true\n${HOSTS}`, /user/],
    [
      'has an address twice',
      `user: x\nagent: true\n${HOSTS.replace('192.0.2.44', '192.0.2.43')}`,
      /192\.0\.2\.43/,
    ],
    [
      'lacks a host',
      `user: x\nagent: true\nhosts:\n  - { name: vm-docker, address: 192.0.2.42 }\n`,
      /vm-k8s/,
    ],
    ['names a key file that is absent', `user: x\nkey: ./nowhere\n${HOSTS}`, /nowhere does not exist/],
  ])('that %s gets a message with place and remedy, and exit 2', async (_what, text, seen) => {
    const path = await labFile('bad.yaml', text);
    const { code, stdout, stderr } = await desk.run(['check', '--lab', path]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(seen);
    expect(stderr).toMatch(/bad\.yaml/);
    expect(stderr).toContain('to do: ');
    expect(stderr).not.toMatch(STACK_LINE);
  });

  it('is not even looked for when no step was named', async () => {
    const { code, stderr } = await desk.run(['run', '--lab', 'none.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('which step is to be run?');
    expect(stderr).toContain('run --all');
  });

  it('that is missing', async () => {
    const { code, stderr } = await desk.run(['plan', '--lab', 'none.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain(join(desk.home, 'none.yaml'));
    expect(stderr).toContain('threebody-tui init');
  });

  it('whose key others can read', async () => {
    const key = join(desk.home, 'open-key');
    await writeFile(key, 'x');
    await chmod(key, 0o644);
    const { code, stderr } = await desk.run([
      'check',
      '--lab',
      await labFile('k.yaml', `user: x\nkey: ${key}\n${HOSTS}`),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(`chmod 600 ${key}`);
  });

  it('is told in Indonesian to those who want it', async () => {
    const { stderr } = await desk.run(['plan', '--lab', 'none.yaml', '--lang', 'id']);
    expect(stderr).toContain('berkas lab ini tidak ada');
    expect(stderr).toContain('lakukan: ');
  });

  it('and none at all', async () => {
    const { code, stderr } = await desk.run(['check']);
    expect(code).toBe(2);
    expect(stderr).toContain('--practice');
  });
});

describe('a wrong call', () => {
  it.each([
    [['chek'], 'Did you mean check?'],
    [['--lang=id', 'chek'], 'Maksudnya check?'],
    [['list', 'stepz'], 'Did you mean steps?'],
    [['check', '--practice', '--lab', 'x.yaml'], '--lab and --practice exclude each other'],
    [['list', 'steps', '--runbook', 'nowhere'], 'this runbook directory does not exist'],
  ])('%j', async (argv, seen) => {
    const { code, stdout, stderr } = await desk.run(argv);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(seen);
    expect(stderr).not.toMatch(STACK_LINE);
  });

  it('gets every mistake of a runbook pack as file:line:column', async () => {
    const pack = join(desk.home, 'pack', 'runbook');
    await mkdir(pack, { recursive: true });
    await writeFile(
      join(pack, 'phase-b.yaml'),
      'id: B\ntitle: { id: x, en: x }\nabout: x\nhosts: [vm-dokcer]\n',
    );
    const { code, stderr } = await desk.run(['list', 'steps', '--runbook', 'pack']);
    expect(code).toBe(2);
    expect(stderr.match(/phase-b\.yaml:\d+:\d+/g)?.length).toBeGreaterThanOrEqual(2);
  });
});

describe('without a terminal', () => {
  it('the bare command prints help to stdout and exits 2', async () => {
    const { code, stdout, stderr } = await desk.run([]);
    expect(code).toBe(2);
    expect(stdout).toContain('threebody-tui COMMAND');
    expect(stderr).toContain('needs a terminal');
  });

  it('help and version are results', async () => {
    const help = await desk.run(['check', '--help', '--lang', 'id']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('--retry-timeout');
    const version = await desk.run(['--version']);
    expect(version).toMatchObject({ code: 0, stderr: '' });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('a reader that goes away early is no error', async () => {
    const child = desk.start(['list', 'steps', '--json']);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout?.once('data', () => child.stdout?.destroy());
    const code = await new Promise((resolve) => {
      child.on('close', resolve);
    });
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|Error/);
  });

  it('a long result reaches a slow reader whole', async () => {
    const { code, stdout } = await desk.run(['list', 'steps', '--json']);
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(65_536);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, lab: null });
  });
});

describe('--debug', () => {
  it('writes the stack to a private file and names it, and shows none', async () => {
    const { code, stderr } = await desk.run(['check', '--lab', 'none.yaml', '--debug']);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(STACK_LINE);
    const path = /The details are in (?<path>.+)$/m.exec(stderr)?.groups?.['path'] ?? '';
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});

describe('init', () => {
  const flags = [
    '--user',
    'cikal',
    '--docker-ip',
    '192.0.2.42',
    '--k8s-ip',
    '192.0.2.43',
    '--worker-ip',
    '192.0.2.44',
  ];

  it('writes a private lab file that reads back', async () => {
    const out = join(desk.home, 'new', 'lab.yaml');
    const made = await desk.run(['init', ...flags, '--password-stdin', '--out', out], {
      input: 's3same open\n',
    });
    expect(made).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect(made.stderr).not.toContain('s3same');
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const plan = await desk.run(['plan', 'A2', '--lab', out, '--json']);
    expect(plan.code, plan.stderr).toBe(0);
    expect(plan.stdout).not.toContain('s3same');
  });

  it('overwrites nothing unless asked', async () => {
    const out = join(desk.home, 'twice.yaml');
    expect((await desk.run(['init', ...flags, '--agent', '--out', out])).code).toBe(0);
    const again = await desk.run(['init', ...flags, '--agent', '--out', out]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain(out);
    expect((await desk.run(['init', ...flags, '--agent', '--out', out, '--replace'])).code).toBe(0);
  });

  it.each([
    ['no address', ['--user', 'x', '--agent'], '--docker-ip'],
    ['a wrong address', [...flags, '--docker-ip', '300.1.1.1', '--agent'], '300.1.1.1'],
    ['an address twice', [...flags, '--docker-ip', '192.0.2.43', '--agent'], '192.0.2.43'],
    ['no login', flags, '--key FILE'],
    ['a key that is absent', [...flags, '--key', 'nokey'], 'nokey does not exist'],
    ['a wrong user', [...flags, '--user', 'a b', '--agent'], 'user name'],
    ['an empty password', [...flags, '--password-stdin'], 'stdin holds no password'],
  ])('refuses %s and writes nothing', async (what, argv, seen) => {
    const directory = join(desk.home, `none-${what.replaceAll(' ', '-')}`);
    await mkdir(directory);
    const { code, stdout, stderr } = await desk.run(['init', ...argv, '--out', join(directory, 'x.yaml')]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(seen);
    expect(await readdir(directory)).toEqual([]);
  });
});
