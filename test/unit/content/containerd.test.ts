/** C2: one key of config.toml set in its right table, whatever the version and whoever wrote the file. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { at } from '../../../src/practice/kubernetes/json.js';
import { readToml } from '../../../src/practice/kubernetes/toml.js';
import { ourRunbook } from './content.js';
import { actionOf, has, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();
const AWK = fileURLToPath(new URL('../../../assets/templates/toml-set.awk', import.meta.url));
const CONFIG = '/etc/containerd/config.toml';

const sample = (name: string): string =>
  readFileSync(new URL(`../../fixtures/containerd/${name}.toml`, import.meta.url), 'utf8');

function edit(
  text: string,
  variables: Readonly<Record<string, string>>,
): { readonly text: string; readonly code: number | null; readonly said: string } {
  const args = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
  const { stdout, stderr, status } = spawnSync('awk', [...args, '-f', AWK], {
    input: text,
    encoding: 'utf8',
  });
  return { text: stdout, code: status, said: stderr };
}
const set = (text: string, path: string, value: string): string => edit(text, { path, value }).text;
const CGROUP = 'containerd|runtimes|runc|options|SystemdCgroup';
const V2 = 'plugins|io.containerd.grpc.v1.cri';

describe('toml-set.awk', () => {
  test.each([
    ['default-1.7.24-debian', V2, V2],
    ['default-2.1.9-debian', 'plugins|io.containerd.cri.v1.runtime', 'plugins|io.containerd.cri.v1.images'],
  ])('changes two lines of %s and no other', (name, runtime, images) => {
    const before = sample(name);
    const path = `${images}|registry|config_path`;
    const after = set(set(before, `${runtime}|${CGROUP}`, 'true'), path, '"/etc/containerd/certs.d"');
    const changed = after.split('\n').filter((line, index) => line !== before.split('\n')[index]);
    expect(changed.map((line) => line.trim())).toEqual(
      expect.arrayContaining(['SystemdCgroup = true', 'config_path = "/etc/containerd/certs.d"']),
    );
    expect(changed).toHaveLength(2);
    const document = readToml(after);
    expect(at(document, ...`${runtime}|${CGROUP}`.split('|'))).toBe(true);
    expect(at(document, ...path.split('|'))).toBe('/etc/containerd/certs.d');
    expect(at(document, 'plugins', 'io.containerd.transfer.v1.local', 'config_path')).toBe('');
    expect(set(set(after, `${runtime}|${CGROUP}`, 'true'), path, '"/etc/containerd/certs.d"')).toBe(after);
  });

  const path = 'plugins|io.containerd.grpc.v1.cri|registry|config_path';
  const HEADER = '[plugins."io.containerd.grpc.v1.cri".registry]';
  test.each([
    ['no such table', 'version = 2\n'],
    ['the table without the key', `version = 2\n${HEADER}\n  other = 1\n`],
    [
      'the table with a comment',
      `version = 2\n  [ plugins . 'io.containerd.grpc.v1.cri' . registry ] # here\n`,
    ],
    [
      'a dotted key',
      `version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  registry.config_path = "" # old\n`,
    ],
    [
      'another dotted key',
      `version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  registry.headers = {a = 1}\n`,
    ],
    ['only a table below', `version = 2\n${HEADER.replace('registry]', 'registry.mirrors]')}\n  a = 1\n`],
    ['brackets in lists and texts', `a = [\n  "[x]",\n  [1]\n]\nb = """\n${HEADER}\n"""\nversion = 2\n`],
    ['the same key elsewhere', `version = 2\n[proxy]\n  config_path = "keep"\n`],
  ])('sets it in a file with %s, twice the same', (_name, before) => {
    const after = set(before, path, '"/x"');
    const document = readToml(after);
    expect(at(document, ...path.split('|'))).toBe('/x');
    expect(set(after, path, '"/x"')).toBe(after);
    expect(at(document, 'version')).toBe(2);
    expect(at(document, 'proxy', 'config_path')).toBe(before.includes('keep') ? 'keep' : undefined);
  });

  test('refuses a table written in braces, and names the line', () => {
    const { code, said } = edit('version = 2\nplugins = { x = 1 }\n', { path, value: '"/x"' });
    expect(code).toBe(3);
    expect(said).toContain('line 2 holds a whole table in braces');
  });

  test('turns the tables below one into comments', () => {
    const before = `version = 2\n${HEADER.replace('registry]', 'registry.mirrors."docker.io"]')}\n  endpoint = ["https://m.test"]\n[grpc]\n  uid = 0\n`;
    const { text } = edit(before, { drop: `${V2}|registry|mirrors` });
    expect(text.split('\n').filter((line) => line.startsWith('# threebody: '))).toHaveLength(2);
    expect(readToml(text)).toEqual({ version: 2, grpc: { uid: 0 } });
  });
});

describe.skipIf(!has('containerd', '--version'))('C2 config, judged by the real containerd', () => {
  const action = actionOf(runbook, 'C2', 'config', {}, 'vm-k8s');
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(runbook, ['/etc/containerd/config.toml']);
    box.stub(
      `containerd() { case "$*" in "config dump") set -- --config '${join(box.root, CONFIG)}' config dump ;; esac; command containerd "$@"; }
       dpkg-query() { printf ' ${join(box.root, CONFIG)} %s\\n' "none"; return 1; }`,
    );
  });
  afterEach(() => box.remove());
  const dump = (): string =>
    spawnSync('containerd', ['--config', join(box.root, CONFIG), 'config', 'dump'], { encoding: 'utf8' })
      .stdout;

  test.each([
    ['nothing', null],
    ["the package's own few lines", sample('package-debian')],
    ["Docker's, with CRI off", 'disabled_plugins = ["cri"]\n'],
    ['CRI switched off by hand', 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'],
    [
      'mirrors of an older time',
      'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\n  endpoint = ["https://m.test"]\n',
    ],
    ['values written by hand', 'version = 2\noom_score = -999\n'],
  ])(
    'makes it right from %s; a second run has nothing to do; undo puts it back',
    { timeout: 60_000 },
    async (_name, before) => {
      if (before !== null) box.write(CONFIG, before);
      const first = await box.run(action);
      expect(first.code, first.output).toBe(0);
      const made = dump();
      expect(made).toMatch(/SystemdCgroup = true/);
      expect(made).toMatch(/config_path = ["']\/etc\/containerd\/certs\.d["']/);
      expect(made).toMatch(/runtime_type = ["']io\.containerd\.runc\.v2["']/);
      expect(made).toMatch(/bin_dirs? = .*\/opt\/cni\/bin/);
      expect(made).not.toMatch(/disabled_plugins = .*cri/);
      expect(made).not.toContain('m.test');
      expect(made.includes('oom_score = -999')).toBe(before?.includes('-999') ?? false);
      expect((await box.run(action, 'satisfied')).code).toBe(0);
      box.stub('systemctl() { return 3; }');
      await box.run(action, 'undo');
      const path = join(box.root, CONFIG);
      expect(existsSync(path) ? readFileSync(path, 'utf8') : null).toBe(before);
    },
  );

  test('names the line of hand-made nonsense, keeps it, and starts afresh', async () => {
    const nonsense = 'version = 2\n[plugins."io.containerd.grpc.v1.cri"\n  oops = 1\n';
    box.write(CONFIG, nonsense);
    const { code, output } = await box.run(action);
    expect(code, output).toBe(0);
    expect(output).toContain('line 2 is: [plugins."io.containerd.grpc.v1.cri"');
    expect(dump()).toContain('SystemdCgroup = true');
    box.stub('systemctl() { return 3; }');
    await box.run(action, 'undo');
    expect(readFileSync(join(box.root, CONFIG), 'utf8')).toBe(nonsense);
  });
});
