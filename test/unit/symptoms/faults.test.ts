/** The faults as content: ours are complete, and what is wrong with a file is told. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { FAULTS } from '../../../src/practice/faults.js';
import { renderScript } from '../../../src/runbook/render.js';
import { parseFaults } from '../../../src/symptoms/fault-parse.js';
import { loadFaults, loadSymptoms } from '../../../src/symptoms/load.js';
import { LAYERS } from '../../../src/symptoms/schema.js';
import { labContext, ourRunbook } from '../content/content.js';

const ASSETS = fileURLToPath(new URL('../../../assets', import.meta.url));
const runbook = await ourRunbook();
const { catalogue } = await loadSymptoms([ASSETS], runbook);
if (catalogue === null) throw new Error('the catalogue has mistakes');
const { faults, diagnostics } = await loadFaults([ASSETS], runbook, catalogue);

it('our faults have no mistake, and cover every layer', () => {
  expect(diagnostics).toEqual([]);
  expect(faults?.length).toBeGreaterThan(40);
  expect(new Set(faults?.map((one) => one.layer))).toEqual(new Set(LAYERS));
});

it('each fault of the practice lab has a file, and what a file promises the practice lab can do', () => {
  const promised = (faults ?? []).filter((one) => one.practice !== undefined).map((one) => one.id);
  expect(promised.toSorted()).toEqual(FAULTS.map((one) => one.id).toSorted());
});

it('scripts for real hosts hold nothing of one lab', () => {
  const actions = (faults ?? []).flatMap((one) => one.hosts?.actions ?? []);
  const context = labContext(runbook, {
    registry_host: 'registry.test',
    harbor_port: 8081,
    app_namespace: 'other',
    mysql_data: '/srv/mysql',
    site_host: 'site.test',
    pull_secret: 'other-secret',
    harbor_project: 'other',
  });
  const rendered = actions.flatMap(({ on, script, undo = '' }) =>
    [script, undo].map((text) => renderScript(text, { ...context, host: on })),
  );
  expect(rendered.length).toBeGreaterThan(20);
  for (const text of rendered)
    expect(text).not.toMatch(
      /harbor\.local|hit\.local|threebody-prod|192\.168|\/data\/|harbor-regcred|\{\{param/,
    );
});

const say = { id: 'satu', en: 'one' };
const told = { symptom: 'S33', cause: 'stopped', mends: 'program' };
const mistakes = (over: Readonly<Record<string, unknown>>, name = 'x.yaml'): readonly string[] => {
  const text = JSON.stringify({ id: 'x', layer: 'host', title: say, breaks: say, practice: told, ...over });
  return parseFaults([{ name, text }], runbook, catalogue).diagnostics.map((one) => one.what.en);
};
const hosts = (script: string) => ({ ...told, actions: [{ on: 'vm-k8s', say, script }] });

it.each([
  ['nothing', {}, []],
  ['a symptom that does not exist', { practice: { ...told, symptom: 'S99' } }, ['there is no symptom S99']],
  [
    'a cause of another symptom',
    { practice: { ...told, cause: 'tag-missing' } },
    ['there is no cause of S33 tag-missing'],
  ],
  ['a step that does not exist', { 'met-by': ['Z9'] }, ['there is no step Z9']],
  [
    'a parameter that does not exist',
    { hosts: hosts('echo {{param.nothing}}') },
    ['there is no placeholder param.nothing'],
  ],
  [
    'a value inside quotes',
    { hosts: hosts('echo "{{param.mysql_data}}"') },
    ['{{param.mysql_data}} stands inside quotes, a comment or a here-document'],
  ],
])('of %s the right thing is said', (_name, over, said) => {
  expect(mistakes(over)).toEqual(said);
});

it('a fault that nobody can be given, and a file of another name, are refused', () => {
  expect(mistakes({ practice: undefined }).join()).toMatch(/practice/);
  expect(mistakes({}, 'assets/faults/y.yaml')).toEqual(['its file is called y, not x']);
});
