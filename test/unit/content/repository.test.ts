/** B4's repository, run for real: what a person changed is never overwritten, and undo puts back what was. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ourRunbook } from './content.js';
import { actionOf, has, probeOf, Sandbox, type Ended } from './sandbox.js';

const runbook = await ourRunbook();
const bring = actionOf(runbook, 'B4', 'repository');
const HOME = 'home/three-body-problem';

type Files = Readonly<Record<string, string>>;
const FIRST: Files = {
  '.gitignore': 'kubeconfig-prod\n',
  'go/main.go': 'package main\n',
  'deploy/ci/build.sh': 'echo build\n',
  'deploy/edge/docker-compose.yml': 'not taken: the action compose-file writes it\n',
  'a name with spaces.txt': 'x\n',
};

let box: Sandbox;
let away: string;
beforeEach(() => {
  box = new Sandbox(runbook, []);
  box.stub(`HOME='${box.root}/home'; mkdir -p "$HOME"`);
  away = mkdtempSync(join(tmpdir(), 'project-'));
});
afterEach(() => {
  box.remove();
  rmSync(away, { recursive: true, force: true });
});

function laidOut(files: Files, below = '.'): string {
  const root = mkdtempSync(join(away, 'tree-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, below, name)), { recursive: true });
    writeFileSync(join(root, below, name), content);
  }
  return root;
}

function archived(files: Files, format = 'tar', below = '.'): Files {
  const root = laidOut(files, below);
  const archive = join(away, `project.${format}`);
  rmSync(archive, { force: true });
  const entries = readdirSync(root);
  if (format === 'zip') execFileSync('zip', ['-qr', archive, ...entries], { cwd: root });
  else execFileSync('tar', [format === 'tar' ? '-cf' : '-czf', archive, '-C', root, ...entries]);
  return { 'project.tar': `@${archive}`, 'project.tar.format': `${format}\n` };
}

const put = (files: Files): Promise<Ended> => box.run(bring, 'script', archived(files));
const here = (name: string): string => readFileSync(join(box.root, HOME, name), 'utf8');

test('files arrive, but for the two that the edge writes; a second run finds nothing to do', async () => {
  const first = await put(FIRST);
  expect(first.code, first.output).toBe(0);
  expect(first.output).toContain('add go/main.go');
  expect(here('a name with spaces.txt')).toBe('x\n');
  expect(existsSync(join(box.root, HOME, 'deploy/edge'))).toBe(false);
  const again = await put(FIRST);
  expect(again.output).toMatch(/^same: 4$/m);
  expect(again.output).toMatch(/^add: 0$/m);
});

describe('a newer project', () => {
  const newer: Files = { ...FIRST, 'go/main.go': 'package main // 2\n', 'deploy/ci/build.sh': 'echo 2\n' };

  test('renews what was left alone, keeps what a person changed, and tells the difference', async () => {
    await put(FIRST);
    box.write(`${HOME}/go/main.go`, 'package main // mine\n');
    const { output } = await put(newer);
    expect(output).toContain('renew deploy/ci/build.sh');
    expect(output).toContain('yours go/main.go');
    expect(output).toContain('-package main // mine');
    expect(here('go/main.go')).toBe('package main // mine\n');
    expect(here('deploy/ci/build.sh')).toBe('echo 2\n');
    expect((await put(newer)).output).toMatch(/^yours: 1$/m);
  });

  test('without a file takes that away, unless a person changed it', async () => {
    await put(FIRST);
    box.write(`${HOME}/go/main.go`, 'mine\n');
    const { output } = await put({ '.gitignore': 'kubeconfig-prod\n' });
    expect(output).toContain('drop deploy/ci/build.sh');
    expect(existsSync(join(box.root, HOME, 'deploy/ci/build.sh'))).toBe(false);
    expect(here('go/main.go')).toBe('mine\n');
  });

  test('brings back a file that is gone', async () => {
    await put(FIRST);
    rmSync(join(box.root, HOME, 'go/main.go'));
    await put(FIRST);
    expect(here('go/main.go')).toBe('package main\n');
  });
});

describe('undo', () => {
  test('removes what came from here with its directories; a second one finds nothing', async () => {
    await put(FIRST);
    const undone = await box.run(bring, 'undo');
    expect(undone.code, undone.output).toBe(0);
    expect(existsSync(join(box.root, HOME))).toBe(false);
    expect((await box.run(bring, 'undo')).output).toContain('no file came from here');
  });

  test('keeps a copy of what was changed since, and says where', async () => {
    await put(FIRST);
    box.write(`${HOME}/go/main.go`, 'changed since\n');
    const { output } = await box.run(bring, 'undo');
    expect(output).toContain('main.go was changed after this step wrote it');
    expect(here('go/main.go.threebody-before-undo')).toBe('changed since\n');
    expect(existsSync(join(box.root, HOME, 'deploy'))).toBe(false);
  });

  test('leaves what a person had: equal, different, or empty directories', async () => {
    box.write(`${HOME}/go/main.go`, 'from before\n');
    box.write(`${HOME}/.gitignore`, 'kubeconfig-prod\n');
    mkdirSync(join(box.root, HOME, 'deploy/ci'), { recursive: true });
    expect((await put(FIRST)).output).toContain('yours go/main.go');
    await box.run(bring, 'undo');
    expect(here('go/main.go')).toBe('from before\n');
    expect(here('.gitignore')).toBe('kubeconfig-prod\n');
    expect(readdirSync(join(box.root, HOME, 'deploy/ci'))).toEqual([]);
  });
});

describe("a person's own archive", () => {
  const own: Files = { ...FIRST, '.git/config': 'x', 'frontend/node_modules/a/index.js': 'x' };

  test.each(['tar', 'tar.gz', ...(has('zip', '-v') && has('unzip', '-v') ? ['zip'] : [])])(
    '%s with one directory around it is unpacked without that, its history, and its packages',
    async (format) => {
      const { code, output } = await box.run(
        bring,
        'script',
        archived(own, format, 'three-body-problem-final'),
      );
      expect(code, output).toBe(0);
      expect(here('go/main.go')).toBe('package main\n');
      expect(existsSync(join(box.root, HOME, '.git'))).toBe(false);
      expect(existsSync(join(box.root, HOME, 'frontend'))).toBe(false);
    },
  );

  test('with a name that is more than a name is refused before anything is written', async () => {
    const { code, output } = await box.run(bring, 'script', archived({ ...FIRST, 'go/a\nb': 'x' }));
    expect(code).not.toBe(0);
    expect(output).toContain('plain letters');
    expect(existsSync(join(box.root, HOME))).toBe(false);
  });

  test('whose file would take the place of a directory is refused', async () => {
    mkdirSync(join(box.root, HOME, 'go/main.go'), { recursive: true });
    const { code, output } = await put(FIRST);
    expect(code).not.toBe(0);
    expect(output).toContain('it is a directory');
  });
});

test('the gates ask for what the pipeline uses, and whether git would take secrets along', async () => {
  const complete = async (): Promise<string> => (await box.probe(probeOf(runbook, 'B4.repository'))).output;
  const ignored = async (): Promise<string> => (await box.probe(probeOf(runbook, 'B4.gitignore'))).output;
  expect(await complete()).toBe('absent\n');
  await put(FIRST);
  expect(await complete()).toContain('missing go/Dockerfile\n');
  box.write(`${HOME}/go/main.go`, 'changed\n');
  rmSync(join(box.root, HOME, '.gitignore'));
  expect(await complete()).toContain('changed go/main.go\n');
  expect(await complete()).toContain('changed .gitignore (deleted)\n');
  expect(await ignored()).toContain('open kubeconfig-prod\n');
  box.write(`${HOME}/.gitignore`, 'kubeconfig*\n.env\n.bin/\ndeploy/edge/certs/*\n');
  const all =
    'ignored kubeconfig-prod\nignored deploy/edge/certs/tls.key\nignored .env\nignored .bin/kubectl\n';
  expect(await ignored()).toBe(all);
  execFileSync('git', ['init', '--quiet', join(box.root, HOME)]);
  expect(await ignored()).toBe(all);
});
