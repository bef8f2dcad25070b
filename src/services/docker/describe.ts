/** All that Docker knows of a container, as YAML lines in which no secret stands. */
import { stringify } from 'yaml';
import { z } from 'zod';
import { MASK } from '../redaction/redactor.js';
import { cleanRemoteText } from '../text/clean.js';

/** Names of variables whose values are nobody's business. It rather hides one too many. */
const SECRET_NAME = /PASS|PWD|TOKEN|SECRET|CRED|AUTH|KEY|DSN|SALT/i;
/** A shorter value would be hidden inside of words that mean something else. */
const SHORTEST_VALUE = 6;

const configured = z.looseObject({
  Config: z.looseObject({ Env: z.array(z.string()).nullish() }).optional(),
});

/**
 * @param answer of `inspect`
 * @param mask hides secrets in a text by how they look
 */
export function describeContainer(answer: unknown, mask: (text: string) => string): readonly string[] {
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
  return cleanRemoteText(stringify(shown, { lineWidth: 0 }), { mask: hide })
    .trimEnd()
    .split('\n');
}
