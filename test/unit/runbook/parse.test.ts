import { describe, expect, it } from 'vitest';
import { parseRunbook } from '../../../src/runbook/parse.js';
import { renderActions, renderGates } from '../../../src/runbook/render.js';
import { PHASE } from '../engine/fakes.js';

const TRACK = `id: t
title: {id: a, en: a}
about: {id: a, en: a}
phases: [a.yaml]
parameters:
  - {name: names, type: hostname-list, default: [gitlab.com, altssh.gitlab.com], about: {id: a, en: a}}
`;
const parse = (phase: string, track = TRACK, templates: Record<string, string> = { 'prelude.sh': '' }) =>
  parseRunbook({
    files: {
      'track.yaml': { name: 'track.yaml', text: track },
      'a.yaml': { name: 'runbook/a.yaml', text: phase },
    },
    glossary: null,
    templates,
  });
/** Every mistake as `file:line:column what`. */
const told = (phase: string, track?: string, templates?: Record<string, string>): readonly string[] =>
  parse(phase, track, templates).diagnostics.map((one) => {
    expect(one.remedy.id).not.toBe('');
    expect(one.what.id).not.toBe('');
    return `${one.place?.file}:${one.place?.line}:${one.place?.column} ${one.what.en}`;
  });
const lineOf = (text: string, needle: string): number =>
  text.split('\n').findIndex((line) => line.includes(needle)) + 1;

describe('a runbook with mistakes tells every one, with its place', () => {
  it('accepts the good one', () => {
    expect(told(PHASE)).toEqual([]);
  });

  it('broken YAML', () => {
    const [first] = told(PHASE.replace('id: A1', 'id: [A1'));
    expect(first).toMatch(/^runbook\/a\.yaml:\d+:\d+ not valid YAML/);
  });

  it('an unknown key, with the nearest known one', () => {
    const text = PHASE.replace('satisfied:', 'satisfid:');
    expect(told(text)).toEqual([`runbook/a.yaml:${lineOf(text, 'satisfid')}:9 unknown key \`satisfid\``]);
    expect(parse(text).diagnostics[0]?.remedy.en).toBe('Did you mean `satisfied`?');
  });

  it('a sentence in one language only', () => {
    expect(told(PHASE.replace('say: {id: satu, en: one}', 'say: {id: satu}')).join()).toContain(
      '`steps.0.actions.0.say.en` is missing',
    );
  });

  it('a gate that cannot fail', () => {
    const text = PHASE.replace('- {verdict: fail, say: {id: sama, en: same}}', '- {verdict: pass}');
    expect(told(text).join()).toContain('a gate that cannot fail is a defect');
  });

  it('a gate that cannot pass, and outcomes that are never reached', () => {
    const text = PHASE.replace(
      '{when: {distinct: true}, verdict: pass}',
      '{verdict: warn, say: {id: a, en: a}}',
    );
    expect(told(text).join()).toMatch(/only the last outcome may have no `when`.*this gate can never pass/s);
  });

  it('a value where it could break out of quotes, pointing at the very line of the script', () => {
    const text = PHASE.replace(
      'script: echo two',
      'script: |\n          echo fine\n          echo "hello {{host.name}}"',
    );
    const line = lineOf(text, 'echo "hello');
    expect(told(text)).toEqual([
      `runbook/a.yaml:${line}:23 {{host.name}} stands inside double quotes "…", where a value could break out`,
    ]);
  });

  it('an unknown placeholder', () => {
    const text = PHASE.replace('echo one {{host.name}}', 'echo one {{host.nme}}');
    expect(told(text).join()).toContain('there is no placeholder host.nme');
    expect(parse(text).diagnostics[0]?.remedy.en).toBe('Did you mean host.name?');
  });

  it.each([
    ['a need that does not exist', 'needs: [first]', 'needs: [fisrt]', 'there is no gate A1.fisrt'],
    [
      'a cycle',
      'probe: {command: echo first}',
      'needs: [second]\n        probe: {command: echo first}',
      'these wait for one another',
    ],
    ['the same action twice', '- id: two', '- id: one', 'action one exists twice'],
    [
      'ours without the runbook, or the other way about',
      'differs: {id: a, en: a}',
      'timeout: 5',
      '`runbook` and `differs` belong together',
    ],
    ['a bad regular expression', 'stdout: {is: good}', "stdout: {matches: '('}", 'bad regular expression'],
    [
      'compare words in a plain gate',
      'stdout: {is: good}',
      'stdout: {is: good}, distinct: true',
      'are for `compare` probes only',
    ],
    [
      'a host that is none of the step',
      'risk: config',
      'risk: config\n        hosts: [vm-worker]',
      'there is no host in this step vm-worker',
    ],
    [
      'an unknown template',
      'risk: config',
      'risk: config\n        files: [{name: a, template: b.conf}]',
      'there is no template b.conf',
    ],
  ])('%s', (_name, from, to, expected) => {
    expect(told(PHASE.replace(from, to)).join('\n')).toContain(expected);
  });

  it('a parameter whose default does not fit its type', () => {
    expect(told(PHASE, TRACK.replace('[gitlab.com,', '["bad name",')).join()).toMatch(/^track\.yaml:6:/);
  });

  it('a phase file that is not there, with the nearest one', () => {
    const { diagnostics } = parse(PHASE, TRACK.replace('[a.yaml]', '[b.yaml]'));
    expect(diagnostics[0]?.what.en).toBe('the file b.yaml does not exist');
  });
});

describe('steps in files of their own', () => {
  const phase = `id: B
title: {id: b, en: b}
about: {id: b, en: b}
hosts: [vm-docker]
steps: [b/b1.yaml]
`;
  const step = `id: B1
title: {id: b, en: b}
hosts: [vm-docker]
why: {id: b, en: b}
effect: {id: b, en: b}
success: {id: b, en: b}
gates:
  - id: there
    title: {id: b, en: b}
    probe: {command: 'true'}
    outcomes:
      - {when: {exit: 0}, verdict: pass}
      - {verdict: fail, say: {id: b, en: b}}
`;
  const withSteps = (files: Readonly<Record<string, string>>, text = phase) =>
    parseRunbook({
      files: Object.fromEntries(
        Object.entries({ 'track.yaml': TRACK, 'a.yaml': text, ...files }).map(([name, content]) => [
          name,
          { name: `runbook/${name}`, text: content },
        ]),
      ),
      glossary: null,
      templates: {},
    });

  it('are read in the order of the phase', () => {
    const { runbook } = withSteps({ 'b/b1.yaml': step });
    expect(runbook?.phases[0]?.steps.map((one) => [one.id, one.phase, one.place])).toEqual([
      ['B1', 'B', { file: 'runbook/b/b1.yaml', line: 1, column: 1 }],
    ]);
  });

  it('tell their mistakes with their own place', () => {
    const at = (text: string): readonly string[] =>
      withSteps({ 'b/b1.yaml': text }).diagnostics.map(({ place }) => `${place?.file}:${place?.line}`);
    expect(at(step.replace('hosts:', 'host:'))).toContain('runbook/b/b1.yaml:3');
    expect(at(step.replace("'true'", '"echo {{param.no}}"'))).toEqual(['runbook/b/b1.yaml:10']);
  });

  it('that are not there are told with the nearest one', () => {
    const [first] = withSteps({ 'b/b2.yaml': step }).diagnostics;
    expect(first?.place).toMatchObject({ file: 'runbook/a.yaml', line: 5 });
    expect(first?.what.en).toBe('the file b/b1.yaml does not exist');
    expect(first?.remedy.en).toBe('Did you mean b/b2.yaml?');
  });

  it('need a gate', () => {
    const { diagnostics } = withSteps({ 'b/b1.yaml': step.replace(/gates:[^]*/, '') });
    expect(diagnostics.map((one) => one.what.en)).toEqual(['B1 has no gate']);
  });
});

describe('a step that repeats others', () => {
  const repeating = `${PHASE}
  - id: D1
    title: {id: d, en: d}
    hosts: [vm-worker]
    why: {id: d, en: d}
    effect: {id: d, en: d}
    success: {id: d, en: d}
    repeats: [A1]
`;

  it('has their actions and gates under names of its own, on its own hosts', () => {
    const { runbook, diagnostics } = parse(repeating);
    expect(diagnostics).toEqual([]);
    const again = runbook?.phases[0]?.steps.find((one) => one.id === 'D1');
    expect(again?.actions.map((one) => one.id)).toEqual(['a1-one', 'a1-two']);
    expect(again?.gates.map((one) => [one.fullId, one.needs])).toEqual([
      ['D1.a1-first', []],
      ['D1.a1-second', ['a1-first']],
    ]);
    if (runbook === null) throw new Error('fixture');
    const gates = renderGates(runbook, {
      addresses: { 'vm-docker': '192.168.56.42', 'vm-k8s': '192.168.56.43', 'vm-worker': '192.168.56.44' },
      user: 'cikal',
      parameters: { names: ['a'] },
    });
    expect(gates.find((gate) => gate.key === 'D1.a1-second@vm-worker')?.needs).toEqual([
      'D1.a1-first@vm-worker',
    ]);
  });

  it('names steps that exist, and none that repeats others itself', () => {
    const text = repeating.replace('repeats: [A1]', 'repeats: [A9, D1]');
    expect(told(text)).toEqual([
      `runbook/a.yaml:${lineOf(text, 'repeats')}:15 there is no step to repeat A9`,
      `runbook/a.yaml:${lineOf(text, 'repeats')}:19 there is no step to repeat D1`,
    ]);
  });
});

describe('rendering', () => {
  const context = {
    addresses: { 'vm-docker': '192.168.56.42', 'vm-k8s': '192.168.56.43', 'vm-worker': '192.168.56.44' },
    user: 'cikal',
    parameters: { names: ['gitlab.com', 'a b; reboot'] },
  } as const;

  it('fills scripts with words, lists with several, templates with plain text', () => {
    const phase = PHASE.replace(
      'script: echo two',
      'script: echo {{param.names}} {{vm-k8s.address}}\n        files: [{name: x, template: x.conf}]',
    );
    const { runbook } = parse(phase, TRACK, {
      'prelude.sh': '',
      'x.conf': 'names {{param.names}}\nip {{host.address}}\n',
    });
    const step = runbook?.phases[0]?.steps[0];
    if (runbook === null || step === undefined) throw new Error('fixture');
    const [one, two] = renderActions(runbook, context, step, 'vm-docker', { 'A1/two': 'runbook' });
    expect(one).toMatchObject({ script: 'echo one vm-docker', variant: 'ours', runbookScript: null });
    expect(two).toMatchObject({
      script: "echo gitlab.com 'a b; reboot' 192.168.56.43",
      variant: 'runbook',
      runbookScript: 'echo original vm-docker',
    });
    expect(two?.files).toEqual([
      {
        name: 'x',
        source: {
          kind: 'template',
          template: 'x.conf',
          content: 'names gitlab.com a b; reboot\nip 192.168.56.42\n',
        },
      },
    ]);
  });

  it('gives each host a verdict of its own, a comparison one for the lab', () => {
    const { runbook } = parse(PHASE);
    if (runbook === null) throw new Error('fixture');
    const gates = renderGates(runbook, context);
    expect(gates.map((gate) => gate.key)).toEqual([
      'A1.first@vm-docker',
      'A1.first@vm-k8s',
      'A1.second@vm-docker',
      'A1.second@vm-k8s',
      'A1.all-alike@lab',
    ]);
    expect(gates[2]?.needs).toEqual(['A1.first@vm-docker']);
    expect(Object.keys(gates[4]?.probes ?? {})).toEqual(['vm-docker', 'vm-k8s']);
  });
});
