/** An object as a person reads it: YAML without what only machines need, no secret values, and its events below. Pure. */
import { stringify } from 'yaml';
import { MASK } from '../redaction/redactor.js';
import { age } from '../text/age.js';
import { cleanRemoteText } from '../text/clean.js';
import { at, listAt, textAt, textsAt } from './rows/fields.js';
import { kubeEvent } from './rows/event.js';
import type { KubeEvent } from './rows/event.js';
import type { Words } from './rows/words.js';

/** Names of variables and keys whose values are nobody's business. It rather hides one too many. */
const SECRET_NAME = /PASS|PWD|TOKEN|SECRET|CRED|AUTH|KEY|DSN|SALT/i;
/** A shorter value would be hidden inside of words that mean something else. */
const SHORTEST_VALUE = 6;
/** The object once more, as somebody applied it: kubectl does not show it either. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without `managedFields`, and without values of variables that look secret; those are added to `hidden`. */
function shown(value: unknown, hidden: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => shown(one, hidden));
  if (!isFields(value)) return value;
  const { name, value: text } = value;
  if (typeof name === 'string' && typeof text === 'string' && text !== '' && SECRET_NAME.test(name)) {
    if (text.length >= SHORTEST_VALUE) hidden.add(text);
    return { ...value, value: MASK };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'managedFields' && key !== LAST_APPLIED)
      .map(([key, one]) => [key, shown(one, hidden)]),
  );
}

function eventTable(events: unknown, now: number, words: Words): readonly string[] {
  const told = listAt(events, 'items')
    .map((object): readonly [KubeEvent, string, string] => [
      kubeEvent(object, words),
      words(textAt(object, 'type')),
      words(textAt(object, 'source', 'component') || textAt(object, 'reportingComponent')),
    ])
    .toSorted(([a], [b]) => a.event.at - b.event.at);
  if (told.length === 0) return ['Events:  <none>'];
  const table = [
    ['Type', 'Reason', 'Age', 'From', 'Message'],
    ...told.map(([{ event }, type, from]) => [
      type,
      event.what,
      event.count > 1 ? `${age(now - event.at)} (x${event.count})` : age(now - event.at),
      from,
      event.text,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return [
    'Events:',
    ...table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`),
  ];
}

/**
 * @param object of the API
 * @param events a list of those that concern it; null when they could not be asked for
 * @param now epoch ms, for ages
 */
export function describeObject(
  object: unknown,
  events: unknown,
  now: number,
  mask: (text: string) => string,
  words: Words,
): readonly string[] {
  const hidden = new Set<string>();
  if (textAt(object, 'kind') === 'Secret') for (const [, value] of textsAt(object, 'data')) hidden.add(value);
  const yaml = stringify(shown(object, hidden), { lineWidth: 0 });
  // What is secret in a variable is so in a command line or an annotation, too.
  const hide = (text: string): string =>
    mask([...hidden].reduce((rest, value) => rest.replaceAll(value, MASK), text));
  const lines = cleanRemoteText(yaml, { mask: hide }).trimEnd().split('\n');
  return at(events, 'items') === undefined ? lines : [...lines, '', ...eventTable(events, now, words)];
}
