/** E2 and E2f run for real, with real git and real repositories to push to. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ourRunbook } from './content.js';
import type { Ended } from './sandbox.js';
import { APP_KEY, PROJECT, VmDocker } from './vm-docker-home.js';

const runbook = await ourRunbook();

let box: VmDocker;
beforeEach(() => {
  box = new VmDocker(runbook);
});
afterEach(() => box.remove());

describe('E2', () => {
  test('makes the repository, commits, and pushes to a bare one beside it; again nothing changes', async () => {
    const head = await box.pushed();
    expect(box.git('symbolic-ref', '--short', 'HEAD')).toBe('main');
    expect(box.git('config', '--local', 'user.name')).toBe('cikal');
    expect(existsSync(join(box.root, 'home/.gitconfig'))).toBe(false);
    expect(await box.seen('E2.committed')).toBe(`branch main\nhead ${head}\nchanges 0\n`);
    expect(await box.seen('E2.no-secrets')).toBe('files 2\n');
    expect(await box.seen('E2.pushed')).toBe(`head ${head}\nequal\n`);
    expect(await box.pushed()).toBe(head);
  });

  test('a change gets a commit of its own', async () => {
    const first = await box.pushed();
    box.write(`${PROJECT}/go/main.go`, 'package main // 2\n');
    expect(await box.seen('E2.committed')).toContain('changes 1');
    const second = await box.pushed();
    expect(second).not.toBe(first);
    expect(box.git('rev-parse', 'HEAD^')).toBe(first);
  });

  test.each([
    ['deploy/prod.key', 'x'],
    ['threebody.yaml', 'password: sesame\n'],
    ['backup.yaml', `    client-key-data: ${'A'.repeat(60)}\n`],
    ['notes.txt', 'glpat-abcdefghijklmnopqrst\n'],
    ['laravel/.env.bak', `APP_KEY=${APP_KEY}\n`],
    ['id.txt', '-----BEGIN OPENSSH PRIVATE KEY-----\n'],
  ])('%s is not committed', async (name, content) => {
    await box.well('E2', 'init');
    box.write(`${PROJECT}/${name}`, content);
    const { code, output } = await box.action('E2', 'commit');
    expect(code).not.toBe(0);
    expect(output).toContain(`NOT COMMITTED: ${name}`);
    expect(box.git('ls-files')).toBe('');
  });

  test('an existing main on another branch, and a detached HEAD, are not run over', async () => {
    await box.pushed();
    box.git('switch', '--quiet', '-c', 'work');
    expect((await box.action('E2', 'init')).output).toContain('there is a main besides it');
    box.git('checkout', '--quiet', '--detach');
    expect((await box.action('E2', 'init')).output).toContain('HEAD is on no branch');
  });

  test('undo leaves files as they are, and takes repository, commit and remote back', async () => {
    await box.pushed();
    for (const action of ['remote', 'commit', 'init']) await box.well('E2', action, {}, {}, 'undo');
    expect(existsSync(join(box.root, PROJECT, '.git'))).toBe(false);
    expect(existsSync(join(box.root, 'home/three-body-problem.git'))).toBe(false);
    expect(readFileSync(join(box.root, PROJECT, 'go/main.go'), 'utf8')).toBe('package main\n');
  });

  test.each([
    ['kubeconfig-old', 'x\n', /NOT PUSHED: kubeconfig-old/],
    ['notes.txt', 'glpat-abcdefghijklmnopqrst\n', /NOT PUSHED: [0-9a-f]{8} notes\.txt/],
  ])('%s, committed once and removed later, is not pushed', async (name, content, said) => {
    for (const action of ['init', 'commit', 'remote']) await box.well('E2', action);
    const git = (...args: readonly string[]) =>
      box.git('-c', 'user.name=Ana', '-c', 'user.email=ana@example.org', ...args);
    box.write(`${PROJECT}/${name}`, content);
    git('add', '--force', name);
    git('commit', '--quiet', '-m', 'with it');
    git('rm', '--quiet', name);
    git('commit', '--quiet', '-m', 'without it');
    const { code, output } = await box.action('E2', 'push');
    expect(code).not.toBe(0);
    expect(output).toMatch(said);
    expect(output).toContain('Nothing was pushed');
  });

  test('undo of a later commit keeps one that a person made in between', async () => {
    await box.pushed();
    box.write(`${PROJECT}/mine.txt`, 'mine\n');
    box.git('add', '--all');
    box.git('-c', 'user.name=Ana', '-c', 'user.email=ana@example.org', 'commit', '--quiet', '-m', 'mine');
    const mine = box.git('rev-parse', 'HEAD');
    box.write(`${PROJECT}/go/main.go`, 'package main // 3\n');
    await box.well('E2', 'commit');
    await box.well('E2', 'commit', {}, {}, 'undo');
    expect(box.git('rev-parse', 'HEAD')).toBe(mine);
  });

  test("undo brings back a person's own branch, origin and uncommitted work", async () => {
    box.git('init', '--quiet', '-b', 'master');
    box.git('config', 'user.email', 'ana@example.org');
    box.git('config', 'user.name', 'Ana');
    box.git('add', '--all');
    box.git('commit', '--quiet', '-m', 'mine');
    box.git('remote', 'add', 'origin', 'https://example.org/mine.git');
    const mine = box.git('rev-parse', 'HEAD');
    box.write(`${PROJECT}/go/main.go`, 'changed\n');
    await box.pushed();
    for (const action of ['remote', 'commit', 'init']) await box.well('E2', action, {}, {}, 'undo');
    expect(box.git('symbolic-ref', '--short', 'HEAD')).toBe('master');
    expect(box.git('rev-parse', 'HEAD')).toBe(mine);
    expect(box.git('status', '--porcelain')).toBe('M go/main.go');
    expect(box.git('remote', 'get-url', 'origin')).toBe('https://example.org/mine.git');
    expect(box.git('config', 'user.name')).toBe('Ana');
  });

  test('a remote with a password in it is refused, one that does not answer is told', async () => {
    await box.well('E2', 'init');
    await box.well('E2', 'commit');
    const remote = (git_remote: string): Promise<Ended> => box.action('E2', 'remote', {}, { git_remote });
    expect((await remote('https://me:pass@example.org/x.git')).output).toContain('has a password in it');
    expect((await remote(`file://${box.root}/nowhere.git`)).output).toContain('cannot be asked');
  });

  describe('when the remote has another history', () => {
    beforeEach(async () => {
      await box.pushed();
      const other = join(box.root, 'other');
      mkdirSync(other);
      const there = (...args: readonly string[]): void =>
        void execFileSync('git', ['-c', 'user.name=B', '-c', 'user.email=b@x', ...args], { cwd: other });
      there('init', '--quiet', '-b', 'main');
      writeFileSync(join(other, 'README'), 'made at GitLab');
      there('add', '.');
      there('commit', '--quiet', '-m', 'Initial commit at GitLab');
      there('push', '--quiet', '--force', join(box.root, 'home/three-body-problem.git'), 'main');
    });

    test('a push says what forcing would destroy, and pushes nothing', async () => {
      const { code, output } = await box.action('E2', 'push');
      expect(code).not.toBe(0);
      expect(output).toContain('B: Initial commit at GitLab');
      expect(output).toContain('step E2f');
      expect(await box.seen('E2.pushed')).toMatch(/^other [0-9a-f]{40}$/m);
    });

    test('E2f keeps the old main as a branch before it replaces it; undo puts it back', async () => {
      expect((await box.action('E2f', 'force-push', {}, {}, 'satisfied')).code).not.toBe(0);
      const output = await box.well('E2f', 'force-push');
      const kept = /as (before-threebody-\S+)/.exec(output)?.[1] ?? '';
      expect(box.git('ls-remote', 'origin', `refs/heads/${kept}`)).toMatch(/^[0-9a-f]{40}/);
      expect(await box.seen('E2.pushed')).toContain('equal');
      expect(await box.seen('E2f.old-main-kept')).toBe(`kept ${kept}\n`);
      expect((await box.action('E2f', 'force-push', {}, {}, 'satisfied')).code).toBe(0);
      await box.well('E2f', 'force-push', {}, {}, 'undo');
      expect(await box.seen('E2.pushed')).toMatch(/^other /m);
    });
  });
});
