import { describe, expect, it } from 'vitest';
import { parseRunbook, type ParsedRunbook } from '../../../src/runbook/parse.js';
import { renderActions, shownFile } from '../../../src/runbook/render.js';
import type { RenderedFile } from '../../../src/runbook/types.js';
import { PHASE } from '../engine/fakes.js';

const TRACK = `id: t
title: {id: a, en: a}
about: {id: a, en: a}
phases: [a.yaml]
parameters:
  - {name: admin_password, type: secret, generate: true, about: {id: a, en: a}}
  - {name: installer, type: path, optional: true, about: {id: a, en: a}}
  - {name: must_be, type: path, default: /opt/x, about: {id: a, en: a}}
  - {name: project_source, type: path, optional: true, about: {id: a, en: a}}
  - {name: nickname, type: word, optional: true, about: {id: a, en: a}}
  - {name: way, type: choice, choices: [short, long], default: short, about: {id: a, en: a}}
  - {name: names, type: hostname-list, optional: true, default: [a.b], about: {id: a, en: a}}
`;
function parse(phase: string, track = TRACK, template = 'x'): ParsedRunbook {
  return parseRunbook({
    files: {
      'track.yaml': { name: 'track.yaml', text: track },
      'a.yaml': { name: 'runbook/a.yaml', text: phase },
    },
    glossary: null,
    templates: { 'prelude.sh': '', 'x.conf': template },
    project: ['README.md', 'go/main.go'].map((path) => ({ path, source: path, bytes: new Uint8Array() })),
  });
}
/** The fixture with these files in its second action. */
const withFiles = (files: string): string =>
  PHASE.replace('script: echo two', `script: echo two\n        files: [${files}]`);
/** Every mistake as `line:column what | remedy`. */
const told = (...args: Parameters<typeof parse>): readonly string[] =>
  parse(...args).diagnostics.map((one) => {
    expect([one.what.id, one.remedy.id]).not.toContain('');
    return `${one.place?.line}:${one.place?.column} ${one.what.en} | ${one.remedy.en}`;
  });
const FILES_LINE =
  withFiles('')
    .split('\n')
    .findIndex((line) => line.includes('files: [')) + 1;
const at = (column: number): string => `${FILES_LINE}:${column}`;

describe('a staged file with a mistake', () => {
  it.each([
    [
      '{name: a}',
      `${at(17)} \`steps.0.actions.1.files.0\` is not right: needs exactly one of template, secret, from, upload, project | Correct the value.`,
    ],
    [
      '{name: a, template: x.conf, secret: admin_password}',
      `${at(17)} \`steps.0.actions.1.files.0\` is not right: needs exactly one of template, secret, from, upload, project; here are template and secret | Correct the value.`,
    ],
    ['{name: a, secrte: admin_password}', `${at(27)} unknown key \`secrte\` | Did you mean \`secret\`?`],
    ['{name: a, template: y.conf}', `${at(37)} there is no template y.conf | Did you mean x.conf?`],
    [
      '{name: a, secret: admin_pasword}',
      `${at(35)} there is no parameter of type secret admin_pasword | Did you mean admin_password?`,
    ],
    [
      '{name: a, secret: nickname}',
      `${at(35)} nickname is of type word, but \`secret\` needs type secret | Correct the value.`,
    ],
    [
      '{name: a, upload: instaler}',
      `${at(35)} there is no parameter of type path instaler | Did you mean installer?`,
    ],
    [
      '{name: a, upload: admin_password}',
      `${at(35)} admin_password is of type secret, but \`upload\` needs type path | Correct the value.`,
    ],
    [
      '{name: a, upload: must_be}',
      `${at(35)} must_be is not \`optional\`: without a file on the operator's computer this step could never run | Add \`optional: true\` to that parameter.`,
    ],
    [
      '{name: a, from: vm-k9s, command: x}',
      `${at(33)} \`steps.0.actions.1.files.0.from\` cannot be \`vm-k9s\` | Choose one of: vm-docker, vm-k8s, vm-worker. Did you mean \`vm-k8s\`?`,
    ],
    [
      '{name: a, from: vm-k8s}',
      `${at(33)} \`steps.0.actions.1.files.0.from\` is not right: \`from\` needs a \`command\` | Correct the value.`,
    ],
    [
      '{name: a, template: x.conf, as: root}',
      `${at(49)} \`steps.0.actions.1.files.0.as\` is not right: \`as\` is for files with \`from\` only | Correct the value.`,
    ],
    [
      `{name: a, from: vm-k8s, command: "echo '{{host.name}}'"}`,
      `${at(50)} {{host.name}} stands inside single quotes '…', where a value could break out | Assign it first, unquoted: name={{host.name}}, then use "$name".`,
    ],
    [
      '{name: a, template: x.conf}, {name: a, secret: admin_password}',
      `${at(53)} file a exists twice | Give one of them another name.`,
    ],
    [
      '{name: p.tar, project: true, template: x.conf}',
      `${at(17)} \`steps.0.actions.1.files.0\` is not right: needs exactly one of template, secret, from, upload, project; here are template and project | Correct the value.`,
    ],
    [
      '{name: p.tar, project: true}, {name: p.tar.format, template: x.conf}',
      `${at(54)} file p.tar.format exists twice | Give one of them another name.`,
    ],
    [
      '{name: a, secret: admin_password, when: {wey: short}}',
      `${at(57)} there is no parameter of type choice wey | Did you mean way?`,
    ],
    [
      '{name: a, secret: admin_password, when: {way: shrt}}',
      `${at(57)} there is no choice for way shrt | Did you mean short?`,
    ],
    ['{name: p.tar, project: yes}', expect.stringMatching(/files\.0\.project` /)],
    ['{name: ../a, template: x.conf}', expect.stringMatching(/files\.0\.name` is not right/)],
  ])('%s', (files, expected) => {
    expect(told(withFiles(files))).toEqual([expected]);
  });
});

describe('the project as a file', () => {
  const FILE = withFiles('{name: p.tar, project: true}');

  it.each([
    [
      'is not declared',
      TRACK.replace(/.*project_source.*\n/, ''),
      'there is no parameter of type path project_source | Known: installer, must_be.',
    ],
    [
      'is of another type',
      TRACK.replace('project_source, type: path', 'project_source, type: word'),
      'project_source is of type word, but `project` needs type path | Correct the value.',
    ],
    [
      'may not be empty',
      TRACK.replace(
        'project_source, type: path, optional: true',
        'project_source, type: path, default: /srv',
      ),
      "project_source is not `optional`: without a file on the operator's computer this step could never run | Add `optional: true` to that parameter.",
    ],
  ])('is refused when the parameter %s', (_what, track, expected) => {
    expect(told(FILE, track)).toEqual([`${at(40)} ${expected}`]);
  });

  it('is refused where there is no project', () => {
    const { diagnostics } = parseRunbook({
      files: {
        'track.yaml': { name: 'track.yaml', text: TRACK },
        'a.yaml': { name: 'runbook/a.yaml', text: FILE },
      },
      glossary: null,
      templates: { 'prelude.sh': '', 'x.conf': '' },
    });
    expect(diagnostics.map((one) => one.what.en)).toEqual([
      'there is no project: project/ is missing or empty',
    ]);
  });
});

describe('a secret', () => {
  it.each([
    ['a script', PHASE.replace('script: echo two', 'script: echo {{param.admin_password}}')],
    ['a probe', PHASE.replace('command: echo first', 'command: "echo {{param.admin_password}}"')],
    ['an outcome', PHASE.replace('{is: good}', '{is: "{{param.admin_password}}"}')],
    ['satisfied', PHASE.replace('test -e /one', 'test -e {{param.admin_password}}')],
    ['the command of a file', withFiles('{name: a, from: vm-k8s, command: "echo {{param.admin_password}}"}')],
  ])('is refused in %s, with what to write instead', (_where, phase) => {
    expect(told(phase)).toEqual([
      expect.stringContaining(
        'is a secret: its value never becomes part of a script, probe or template | Give the action files: [{name: admin-password, secret: admin_password}] and read the file "$TB_FILES/admin-password".',
      ),
    ]);
  });

  it('is refused in a template', () => {
    expect(told(withFiles('{name: a, template: x.conf}'), TRACK, 'p={{param.admin_password}}')).toEqual([
      expect.stringContaining('{{param.admin_password}} is a secret'),
    ]);
  });
});

describe('a parameter with a mistake', () => {
  const parameter = (text: string): readonly string[] =>
    told(PHASE, `${TRACK}  - {name: other, about: {id: a, en: a}, ${text}}\n`).map(
      (one) => one.split(' | ')[0] ?? '',
    );
  it.each([
    ['type: word', 'default` is not right: is missing (or add `optional: true`)'],
    ['type: secret, default: letmein00', 'default` is not right: a secret has no default'],
    ['type: word, default: x, generate: true', 'generate` is not right: is for type secret only'],
    [
      'type: secret, generate: true, optional: true',
      'optional` is not right: what is generated is never empty',
    ],
    ['type: word, optional: true, default: "a b"', 'must be one word'],
    ['type: secrets', 'cannot be `secrets`'],
  ])('%s', (text, words) => {
    expect(parameter(text)).toEqual([expect.stringContaining(words)]);
  });
});

describe('rendered', () => {
  const context = {
    addresses: { 'vm-docker': '192.168.56.42', 'vm-k8s': '192.168.56.43', 'vm-worker': '192.168.56.44' },
    user: 'cikal',
  };
  function filesOf(parameters: Readonly<Record<string, string>>): readonly RenderedFile[] {
    const { runbook, diagnostics } = parse(
      withFiles(
        '{name: t, template: x.conf}, {name: s, secret: admin_password}, {name: u, upload: installer}, {name: f, from: vm-k8s, command: "echo {{host.name}} {{param.nickname}}"}, {name: p.tar, project: true}',
      ),
    );
    expect(diagnostics).toEqual([]);
    const step = runbook?.phases[0]?.steps[0];
    if (runbook === null || step === undefined) throw new Error('fixture');
    const [, two] = renderActions(runbook, { ...context, parameters }, step, 'vm-docker', {});
    return two?.files ?? [];
  }

  it('is told where it comes from, and never what it is', () => {
    const files = filesOf({ installer: '/srv/harbor.tgz', nickname: '' });
    expect(files.map(({ source }) => source.kind)).toEqual([
      'template',
      'secret',
      'upload',
      'fetched',
      'project',
    ]);
    expect(files.map(shownFile)).toEqual([
      'x',
      '••• (secret admin_password)',
      '(upload /srv/harbor.tgz)',
      // An empty value is an empty word, and host.* is the host that is asked.
      "••• (vm-k8s$ echo vm-k8s '')",
      '(the project, 2 files)',
    ]);
    expect(filesOf({ nickname: '', project_source: '/srv/shop' }).map(shownFile).at(-1)).toBe(
      '(the project in /srv/shop)',
    );
    const without = filesOf({ installer: '', nickname: '' }).map(shownFile);
    expect(without[2]).toBe('(no file: installer is empty)');
  });
});
