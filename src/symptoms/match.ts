/** Does an observation fit a pattern? Pure; never throws on what a host sent. */
import type { FieldMatcher, Pattern } from './schema.js';
import type { FieldValue, Observation } from './types.js';

/** Longer lines are cut: a regular expression must not be given a megabyte of somebody's log. */
export const LINE_LENGTH = 1000;
/** Lines of one observation that are looked at. */
export const LINES = 400;

/** A pattern with its expressions compiled. */
export interface CompiledPattern {
  readonly pattern: Pattern;
  readonly text: RegExp | null;
  readonly object: RegExp | null;
  readonly fields: readonly (readonly [string, (value: FieldValue | undefined) => boolean])[];
}

/**
 * @param fill puts a lab's values into an expression
 * @throws SyntaxError for an expression that the loader would have refused
 */
export function compilePattern(pattern: Pattern, fill: (expression: string) => string): CompiledPattern {
  const compile = (expression: string | undefined): RegExp | null =>
    expression === undefined ? null : new RegExp(fill(expression), 'i');
  return {
    pattern,
    text: compile(pattern.text),
    object: compile(pattern.object),
    fields: Object.entries(pattern.fields ?? {}).map(([name, wanted]) => [name, fieldTest(wanted, fill)]),
  };
}

function fieldTest(
  wanted: FieldMatcher,
  fill: (expression: string) => string,
): (value: FieldValue | undefined) => boolean {
  if (typeof wanted !== 'object') return (value) => value === wanted;
  const matches = wanted.matches === undefined ? null : new RegExp(fill(wanted.matches), 'i');
  const { min, max, not, exists } = wanted;
  const oneOf = wanted['one-of'];
  return (value) => {
    if (exists !== undefined && (value !== undefined) !== exists) return false;
    if (value === undefined) return exists === false;
    if (matches !== null && !matches.test(String(value).slice(0, LINE_LENGTH))) return false;
    if (oneOf !== undefined && !oneOf.includes(value)) return false;
    if (not !== undefined && value === not) return false;
    if (min !== undefined && !(typeof value === 'number' && value >= min)) return false;
    return !(max !== undefined && !(typeof value === 'number' && value <= max));
  };
}

/**
 * The line that fits, or null when the observation does not. Of pasted text only the words count: where it came from
 * is not known, so patterns that ask for fields or an object do not fit it.
 */
export function fits(compiled: CompiledPattern, observation: Observation): string | null {
  const { pattern, text, object, fields } = compiled;
  if (observation.source === 'pasted') {
    if (text === null || fields.length > 0 || object !== null) return null;
  } else {
    if (pattern.sources !== undefined && !pattern.sources.includes(observation.source)) return null;
    if (pattern.places !== undefined && !pattern.places.includes(observation.place)) return null;
  }
  if (object !== null && !object.test((observation.object ?? '').slice(0, LINE_LENGTH))) return null;
  for (const [name, test] of fields) if (!test(observation.fields[name])) return null;
  if (text === null) return boundedLine(observation.text);
  return boundedLines(observation.text).find((line) => text.test(line)) ?? null;
}

function boundedLine(text: string): string {
  return boundedLines(text)[0] ?? '';
}

function boundedLines(text: string): readonly string[] {
  return text
    .slice(0, LINES * LINE_LENGTH)
    .split('\n', LINES)
    .map((line) => line.slice(0, LINE_LENGTH).trim());
}
