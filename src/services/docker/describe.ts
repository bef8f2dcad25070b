/** All that Docker knows of a container, as YAML lines in which no secret stands. */
import { stringify } from 'yaml';
import { z } from 'zod';
import type { LabEvent } from '../../state/live/rows.js';
import { MASK } from '../redaction/redactor.js';
import { age } from '../text/age.js';
import { cleanRemoteText } from '../text/clean.js';

/** Names of variables whose values are nobody's business. It rather hides one too many. */
const SECRET_NAME = /PASS|PWD|TOKEN|SECRET|CRED|AUTH|KEY|DSN|SALT/i;
/** A shorter value would be hidden inside of words that mean something else. */
const SHORTEST_VALUE = 6;

const configured = z.looseObject({
  Config: z.looseObject({ Env: z.array(z.string()).nullish() }).optional(),
});

/** What one looks for stands first; the rest in Docker's own order. */
const FIRST = ['Name', 'State', 'RestartCount'];

function telling(answer: unknown): unknown {
  const found = z.looseObject({}).safeParse(answer);
  if (!found.success) return answer;
  const fields = Object.entries(found.data);
  const first = FIRST.flatMap((name) => fields.filter(([own]) => own === name));
  return Object.fromEntries([...first, ...fields.filter(([own]) => !FIRST.includes(own))]);
}

function eventLines(events: readonly LabEvent[], now: number): readonly string[] {
  if (events.length === 0) return ['Events:  <none>'];
  const rows = events.map(({ at, what, text }) => [age(now - at), what, text]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return [
    'Events:',
    ...rows.map((row) =>
      `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
    ),
  ];
}

/**
 * @param answer of `inspect`
 * @param told what was heard of the container so far, oldest first, and the operator's clock, epoch ms
 * @param mask hides secrets in a text by how they look
 */
export function describeContainer(
  answer: unknown,
  told: { readonly events: readonly LabEvent[]; readonly now: number },
  mask: (text: string) => string,
): readonly string[] {
  const found = configured.safeParse(answer);
  const env = found.success ? (found.data.Config?.Env ?? []) : [];
  const values = new Set<string>();
  const shownEnv = env.map((variable) => {
    const equals = variable.indexOf('=');
    const value = variable.slice(equals + 1);
    if (equals === -1 || value === '' || !SECRET_NAME.test(variable.slice(0, equals))) return variable;
    if (value.length >= SHORTEST_VALUE) values.add(value);
    return `${variable.slice(0, equals)}=${MASK}`;
  });
  const shown =
    found.success && env.length > 0
      ? { ...found.data, Config: { ...found.data.Config, Env: shownEnv } }
      : answer;
  // What is secret in a variable is so in a command line or in the output of a health check, too.
  const hide = (text: string): string =>
    mask([...values].reduce((hidden, value) => hidden.replaceAll(value, MASK), text));
  const lines = cleanRemoteText(stringify(telling(shown), { lineWidth: 0 }), { mask: hide })
    .trimEnd()
    .split('\n');
  // An event of `exec` holds its command line.
  return [...lines, '', ...eventLines(told.events, told.now).map(hide)];
}
