import { expect, it } from 'vitest';
import { riskOf } from '../../../src/symptoms/pattern-safety.js';
import { mistakes, parse, source } from './catalogue.js';

const say = { id: 'satu', en: 'one' };
const said = (over: Readonly<Record<string, unknown>>): readonly string[] => mistakes(parse(source(over)));
const check = (over: Readonly<Record<string, unknown>>) => ({
  id: 'ask',
  say,
  on: 'vm-k8s',
  probe: { command: 'echo' },
  expected: say,
  outcomes: [
    { when: { stdout: { is: 'x' } }, proves: 'first', say },
    { proves: 'second', say },
  ],
  ...over,
});

it('a complete symptom has no mistake', () => {
  expect(said({})).toEqual([]);
});

it.each([
  [
    'a cause without a check',
    { causes: [...causes(), { id: 'third', say }], fixes: [fix({ for: ['first', 'second', 'third'] })] },
    'no check can prove third',
  ],
  ['a cause without a fix', { fixes: [fix({ for: ['first'] })] }, 'second is a dead end: nothing mends it'],
  [
    'a fix of two kinds',
    { fixes: [fix({ script: 'true', risk: 'safe', hosts: ['vm-k8s'] })] },
    'needs exactly one of `steps`, `script`, `by-hand`',
  ],
  ['a script without risk', { fixes: [script({})] }, 'a `script` needs `risk` and `hosts`'],
  [
    'a change that cannot be undone',
    { fixes: [script({ risk: 'config', hosts: ['vm-k8s'] })] },
    'what changes settings needs an `undo` (tb_backup in `script`, tb_restore in `undo`)',
  ],
  [
    'an action that does not exist',
    { fixes: [{ id: 'mend', for: ['first', 'second'], say, steps: ['C3/hosts-tom'] }] },
    'there is no action of C3 hosts-tom',
  ],
  ['a gate that does not exist', { gates: ['C3.nothing'] }, 'there is no gate C3.nothing'],
  ['a term that does not exist', { terms: ['nothing'] }, 'there is no glossary term nothing'],
  [
    'an outcome that says nothing',
    {
      checks: [
        check({
          outcomes: [
            { when: { exit: 0 }, proves: 'first', say },
            { when: { exit: 1 }, say },
            { proves: 'second', say },
          ],
        }),
      ],
    },
    'an outcome needs `proves`, `rules-out` or `next`; one that says nothing is marked `unclear: true`',
  ],
  [
    'an outcome about another cause',
    {
      checks: [
        check({
          outcomes: [
            { when: { exit: 0 }, proves: 'first', say },
            { proves: 'second', 'rules-out': ['thrid'], say },
          ],
        }),
      ],
    },
    'there is no cause thrid',
  ],
  [
    'a command without a host',
    { checks: [check({ on: undefined })] },
    '`on` (and `follows`) belong to a `command` probe or one that names {{host.…}}, and to no other',
  ],
  [
    'a placeholder in quotes',
    { checks: [check({ probe: { command: 'echo "{{found.pod}}"' } })] },
    '{{found.pod}} stands inside quotes, a comment or a here-document',
  ],
  [
    'an unknown placeholder',
    { checks: [check({ probe: { command: 'echo {{found.bod}}' } })] },
    'there is no placeholder found.bod',
  ],
  [
    'a secret in a script',
    { checks: [check({ probe: { command: 'echo {{param.mysql_password}}' } })] },
    '{{param.mysql_password}} is a secret: its value never becomes part of a script, probe or template',
  ],
  [
    'a signature that fits anything',
    { signatures: [{ sources: ['log'], examples: ['a', 'b'], 'near-misses': ['c', 'd'] }] },
    'this pattern fits anything: it has no `text`, no `object` and no `fields`',
  ],
  [
    'an expression that a hostile line could slow down',
    { signatures: [{ text: '(a+)+b', examples: ['a', 'b'], 'near-misses': ['c', 'd'] }] },
    'a hostile line could make this expression very slow: a repetition inside a repetition, or more than four of `.*`',
  ],
  ['itself as what it explains', { explains: ['S01'] }, 'S01 refers to itself'],
])('%s is told', (_name, over, what) => {
  expect(said(over)).toContain(what);
});

it('one language is not enough', () => {
  expect(said({ title: { id: 'satu' } })).toEqual(['`title.en` is missing']);
});

it('two symptoms of one id are told', () => {
  expect(mistakes(parse(source({}), source({})))).toEqual(['symptom S01 exists twice']);
});

it.each([
  ['(a+)+', 'nested'],
  ['(?:x|(b*)c)*', 'nested'],
  ['(a{2,})*', 'nested'],
  ['a.*b.*c.*d.*e.*', 'many'],
  ['a.*b.*c', null],
  ['(a{1,3})*', null],
  [String.raw`\(x\)+[(*+]+`, null],
])('%s is %s', (expression, risk) => {
  expect(riskOf(expression)).toBe(risk);
});

function causes(): readonly Readonly<Record<string, unknown>>[] {
  return [
    { id: 'first', say },
    { id: 'second', say },
  ];
}
function fix(over: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { id: 'mend', for: ['first', 'second'], say, 'by-hand': say, ...over };
}
function script(over: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { id: 'mend', for: ['first', 'second'], say, script: 'true', ...over };
}
