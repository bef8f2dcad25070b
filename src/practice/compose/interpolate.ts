/** `$VAR` and `${VAR:-default}` in a compose file's texts. */
import { ComposeError } from './compose-error.js';

function fill(text: string, variables: ReadonlyMap<string, string>, warnings: string[]): string {
  return text.replace(
    /\$(?:\$|(\w+)|\{(\w+)(?:(:?[-?+])([^}]*))?\})/g,
    (whole, plain: string | undefined, braced: string | undefined, how: string | undefined, word = '') => {
      if (whole === '$$') return '$';
      const name = plain ?? braced ?? '';
      const value = variables.get(name);
      const missing = value === undefined || (how?.startsWith(':') === true && value === '');
      if (how?.endsWith('-') === true) return missing ? word : value;
      if (how?.endsWith('+') === true) return missing ? '' : word;
      if (how?.endsWith('?') === true && missing)
        throw new ComposeError(`required variable ${name} is missing a value: ${word}`);
      if (value === undefined) {
        const words = `The "${name}" variable is not set. Defaulting to a blank string.`;
        if (!warnings.includes(words)) warnings.push(words);
      }
      return value ?? '';
    },
  );
}
/** Fills every text of a parsed file; numbers and truth values stay what they are. */
export function interpolate(
  value: unknown,
  variables: ReadonlyMap<string, string>,
  warnings: string[],
): unknown {
  if (typeof value === 'string') return fill(value, variables, warnings);
  if (Array.isArray(value)) return value.map((entry) => interpolate(entry, variables, warnings));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, interpolate(entry, variables, warnings)]),
    );
  return value;
}
