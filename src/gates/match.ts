/** Matchers in the manner of goss: does what was seen fit a condition? Pure. */
import { overlaps, parseCidrLines } from '../lab/net.js';
import type { Place } from '../lab/types.js';
import type { Condition, ValueMatcher } from '../runbook/schema.js';
import type { Recording } from './types.js';

/**
 * Whether a condition holds for the recordings of one gate.
 * With one recording `exit`, `stdout`, `stderr` speak of it; with several they speak of all of them together (like `each`).
 */
export function holds(condition: Condition, recordings: ReadonlyMap<Place, Recording>): boolean {
  const all = [...recordings.values()];
  const every = (test: (one: Recording) => boolean): boolean => all.length > 0 && all.every(test);
  const { exit, stdout, stderr, each, some, distinct, same, spread } = condition;
  const checks: boolean[] = [];
  if (exit !== undefined) checks.push(every((one) => exits(exit, one)));
  if (stdout !== undefined) checks.push(every((one) => matches(stdout, one.stdout)));
  if (stderr !== undefined) checks.push(every((one) => matches(stderr, one.stderr)));
  const slow = condition['slower-than-ms'];
  if (slow !== undefined) checks.push(every((one) => one.durationMs > slow));
  const single = ([place, one]: readonly [Place, Recording], inner: Condition): boolean =>
    holds(inner, new Map([[place, one]]));
  if (each !== undefined)
    checks.push(all.length > 0 && [...recordings].every((entry) => single(entry, each)));
  if (some !== undefined) checks.push([...recordings].some((entry) => single(entry, some)));
  if (distinct !== undefined) checks.push(areDistinct(all) === distinct);
  if (same !== undefined) checks.push(areSame(all) === same);
  if (spread !== undefined) checks.push(inRange(greatestDistance(all), spread));
  if (condition.overlaps !== undefined) checks.push(anyOverlap(all, condition.overlaps));
  if (condition.all !== undefined) checks.push(condition.all.every((one) => holds(one, recordings)));
  if (condition.any !== undefined) checks.push(condition.any.some((one) => holds(one, recordings)));
  if (condition.not !== undefined) checks.push(!holds(condition.not, recordings));
  return checks.length > 0 && checks.every(Boolean);
}

function exits(wanted: number | readonly number[], one: Recording): boolean {
  return one.exit !== null && (typeof wanted === 'number' ? one.exit === wanted : wanted.includes(one.exit));
}

function matches(matcher: ValueMatcher, text: string): boolean {
  const value = text.trim();
  const checks: boolean[] = [];
  if (matcher.is !== undefined) checks.push(value === String(matcher.is));
  if (matcher.contains !== undefined) checks.push(value.includes(matcher.contains));
  if (matcher.matches !== undefined) checks.push(new RegExp(matcher.matches, 'm').test(value));
  if (matcher['one-of'] !== undefined) checks.push(matcher['one-of'].map(String).includes(value));
  if (matcher.line !== undefined)
    checks.push(value.split('\n').some((line) => line.trim() === matcher.line?.trim()));
  if (matcher.empty !== undefined) checks.push((value === '') === matcher.empty);
  if (matcher.number !== undefined) checks.push(inRange(firstNumber(value), matcher.number));
  if (matcher.json !== undefined) checks.push(jsonFits(matcher.json, value));
  return checks.length > 0 && checks.every(Boolean);
}

function firstNumber(text: string): number | null {
  const found = /-?\d+(?:\.\d+)?/.exec(text);
  return found === null ? null : Number(found[0]);
}

function inRange(
  value: number | null,
  range: { readonly min?: number | undefined; readonly max?: number | undefined },
): boolean {
  if (value === null || Number.isNaN(value)) return false;
  return (range.min === undefined || value >= range.min) && (range.max === undefined || value <= range.max);
}

function jsonFits(wanted: NonNullable<ValueMatcher['json']>, text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  for (const part of wanted.path.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  }
  if (wanted.exists !== undefined && (value !== undefined) !== wanted.exists) return false;
  return wanted.is === undefined ? wanted.exists !== undefined : value === wanted.is;
}

const answers = (all: readonly Recording[]): readonly string[] => all.map((one) => one.stdout.trim());

/** Several places, and every line any of them answers is answered by that place only. An empty answer is not distinct. */
function areDistinct(all: readonly Recording[]): boolean {
  if (all.length < 2 || answers(all).includes('')) return false;
  const owners = new Set<string>();
  for (const answer of answers(all)) {
    for (const line of new Set(
      answer
        .split('\n')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
    )) {
      if (owners.has(line)) return false;
      owners.add(line);
    }
  }
  return true;
}

function areSame(all: readonly Recording[]): boolean {
  return all.length >= 2 && new Set(answers(all)).size === 1;
}

/** The greatest distance from the median of the numbers answered; null unless every place answered one. */
export function greatestDistance(all: readonly Recording[]): number | null {
  const numbers: number[] = [];
  for (const answer of answers(all)) {
    const number = firstNumber(answer);
    if (number === null) return null;
    numbers.push(number);
  }
  if (numbers.length < 2) return null;
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
  return Math.max(...numbers.map((one) => Math.abs(one - median)));
}

function anyOverlap(all: readonly Recording[], wanted: readonly string[]): boolean {
  const routed = all.flatMap((one) => parseCidrLines(one.stdout));
  const ours = wanted.flatMap((one) => parseCidrLines(one.replaceAll(/[ ,]+/g, '\n')));
  return ours.some((mine) => routed.some((theirs) => overlaps(mine, theirs)));
}
