/** The project in assets/ and what becomes of it for a lab; walked, never listed here. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFilledIn, renderProject, repositoryPath, type StoredFile } from '../../../src/project/files.js';
import { readProject } from '../../../src/project/read.js';
import { placeholdersOfText, renderText } from '../../../src/runbook/render.js';
import { parseRunbook } from '../../../src/runbook/parse.js';
import { PHASE } from '../engine/fakes.js';
import { ASSETS, content, CONTEXT } from './support.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (of: Uint8Array): string => new TextDecoder().decode(of);
const stored = (path: string, contents: string): StoredFile => ({
  path,
  source: `/pack/project/${path}`,
  bytes: bytes(contents),
});

async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'threebody-content-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), contents);
  }
  return root;
}

describe('the project that the program brings', () => {
  it('has values for every placeholder, and leaves none behind', async () => {
    const files = renderProject(await readProject([ASSETS]), (one) => renderText(one, CONTEXT));
    expect(files.length).toBeGreaterThan(5);
    const left = files.filter(
      (file) => isFilledIn(file.path) && placeholdersOfText(text(file.bytes)).length > 0,
    );
    expect(left.map((file) => file.path)).toEqual([]);
  });

  it('is what the runbook counts', async () => {
    const files = await readProject([ASSETS]);
    expect((await content()).project).toEqual(files.map((file) => file.path));
  });

  it('holds the edge as step B4 puts it, with this lab’s worker', async () => {
    const files = renderProject(await readProject([ASSETS]), (one) => renderText(one, CONTEXT));
    const edge = files.find((file) => file.path === 'deploy/edge/nginx/conf.d/edge.conf');
    expect(text(edge?.bytes ?? bytes(''))).toContain('proxy_pass http://10.9.8.7:30080;');
    const compose = files.find((file) => file.path === 'deploy/edge/docker-compose.yml');
    expect(text(compose?.bytes ?? bytes(''))).toContain('container_name: edge-nginx');
  });

  it('keeps no second copy of the templates that it shares', async () => {
    const files = await readProject([ASSETS]);
    const paths = files.map((file) => file.path);
    expect(paths).toEqual([...new Set(paths)].toSorted());
    expect(
      files.filter((file) => file.path.startsWith('deploy/edge/')).map((file) => file.source),
    ).not.toContainEqual(expect.stringContaining('project'));
  });

  it('has scripts that can be executed, and nothing else that can', async () => {
    const files = renderProject(await readProject([ASSETS]), (one) => renderText(one, CONTEXT));
    const executable = files.filter((file) => file.mode !== 0o644);
    expect(new Set(executable.map((file) => file.mode))).toEqual(new Set([0o755]));
    expect(executable.map((file) => file.path)).toEqual(
      files.map((file) => file.path).filter((path) => /^deploy\/ci\/.*\.sh$/.test(path)),
    );
  });
});

describe('a stored path', () => {
  it.each([
    ['gitignore', '.gitignore'],
    ['gitlab-ci.yml', '.gitlab-ci.yml'],
    ['frontend/dockerignore', 'frontend/.dockerignore'],
    ['go/gitignore', 'go/.gitignore'],
    ['docs/gitignore-explained.md', 'docs/gitignore-explained.md'],
    ['laravel/.env.example', 'laravel/.env.example'],
    ['deploy/ci/build.sh', 'deploy/ci/build.sh'],
    ['frontend/node_modules/react/index.js', null],
    ['frontend/build/index.html', null],
    ['laravel/vendor/autoload.php', null],
    ['laravel/resources/views/vendor/mail.php', 'laravel/resources/views/vendor/mail.php'],
    ['deploy/ci/build/notes.md', 'deploy/ci/build/notes.md'],
    ['go/.DS_Store', null],
  ])('%s becomes %s', (path, expected) => {
    expect(repositoryPath(path)).toBe(expected);
  });
});

describe('rendering', () => {
  const fill = (one: string): string => one.replaceAll('{{x}}', 'filled');

  it('fills in deploy/, the pipeline and the README, and copies all else byte for byte', () => {
    const binary = new Uint8Array([0xff, 0xfe, 0, 1]);
    const files = renderProject(
      [
        stored('frontend/src/App.jsx', 'style={{x}}'),
        stored('README.md', '{{x}}'),
        stored('deploy/k8s/a.yaml', 'a: {{x}}'),
        stored('.gitlab-ci.yml', '{{x}}'),
        stored('go/README.md', '{{x}}'),
        { path: 'frontend/logo.png', source: '/logo.png', bytes: binary },
      ],
      fill,
    );
    expect(files.map((file) => [file.path, text(file.bytes)])).toEqual([
      ['.gitlab-ci.yml', 'filled'],
      ['README.md', 'filled'],
      ['deploy/k8s/a.yaml', 'a: filled'],
      ['frontend/logo.png', text(binary)],
      ['frontend/src/App.jsx', 'style={{x}}'],
      ['go/README.md', '{{x}}'],
    ]);
    expect(files.find((file) => file.path === 'frontend/logo.png')?.bytes).toEqual(binary);
  });
});

describe('reading', () => {
  it('lays a pack over ours, file by file, and leaves out what work leaves behind', async () => {
    const ours = await tree({
      'project/gitignore': 'ours',
      'project/go/main.go': 'ours',
      'project/frontend/node_modules/x/index.js': 'x',
      'templates/edge.conf': 'ours',
      'templates/edge-compose': 'ours',
      'templates/other': 'ours',
    });
    const pack = await tree({
      'project/go/main.go': 'theirs',
      'project/extra.txt': 'theirs',
      'templates/edge.conf': 'theirs',
    });
    const files = await readProject([ours, pack]);
    expect(files.map((file) => [file.path, text(file.bytes)])).toEqual([
      ['.gitignore', 'ours'],
      ['deploy/edge/docker-compose.yml', 'ours'],
      ['deploy/edge/nginx/conf.d/edge.conf', 'theirs'],
      ['extra.txt', 'theirs'],
      ['go/main.go', 'theirs'],
    ]);
  });

  it('finds no project where there is none, whatever the templates', async () => {
    expect(await readProject([await tree({ 'templates/edge.conf': 'x' })])).toEqual([]);
  });
});

describe('a mistake in the project', () => {
  const TRACK = `id: t
title: {id: a, en: a}
about: {id: a, en: a}
phases: [a.yaml]
parameters:
  - {name: namespace, type: word, default: prod, about: {id: a, en: a}}
  - {name: project_source, type: path, optional: true, about: {id: a, en: a}}
  - {name: token, type: secret, about: {id: a, en: a}}
`;
  const FILES = '{name: p.tar, project: true}';
  const told = (files: readonly StoredFile[], phase = withFiles(FILES)): readonly string[] =>
    parseRunbook({
      files: { 'track.yaml': { name: 't', text: TRACK }, 'a.yaml': { name: 'a', text: phase } },
      glossary: null,
      templates: {},
      project: files,
    }).diagnostics.map(({ place, what, remedy }) => {
      expect([what.id, remedy.id]).not.toContain('');
      return `${place?.file}:${place?.line}:${place?.column} ${what.en} | ${remedy.en}`;
    });

  const withFiles = (files: string): string =>
    PHASE.replace('script: echo two', `script: echo two\n        files: [${files}]`);

  it('is nobody’s business where the project is never sent', () => {
    expect(told([stored('deploy/a.yaml', '{{param.unknown}}')], withFiles(''))).toEqual([]);
  });

  it('is told with its place: an unknown placeholder, a secret, what is not text', () => {
    expect(
      told([
        stored('deploy/a.yaml', 'ok: {{param.namespace}}\nbad: {{ .Values.x }} {{param.namespac}}\n'),
        stored('deploy/b.yaml', 'x: "{{param.token}}"'),
        { path: 'deploy/c.bin', source: '/c.bin', bytes: new Uint8Array([0xff, 0x80]) },
        stored('frontend/App.jsx', 'style={{ color }}'),
      ]),
    ).toEqual([
      expect.stringMatching(/^\/pack\/project\/deploy\/a\.yaml:2:6 there is no placeholder \.Values\.x \| /),
      '/pack/project/deploy/a.yaml:2:22 there is no placeholder param.namespac | Did you mean param.namespace?',
      expect.stringMatching(/^\/pack\/project\/deploy\/b\.yaml:1:5 \{\{param\.token\}\} is a secret/),
      '/c.bin:1:1 this file is not UTF-8 text, but values are to be filled into it | Save it as UTF-8 text, or move it out of deploy/.',
    ]);
  });
});
