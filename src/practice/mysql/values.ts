/** How MySQL compares and joins values, with NULL as what is not known. */
import type { Value } from './state.js';

export const truth = (value: Value): boolean => value !== null && Number(value) !== 0;
const DECIMAL = /^-?\d+\.(\d+)$/;
/** Below, equal or above zero as a is to b; NaN when one of them is NULL. */
export function compare(a: Value, b: Value): number {
  if (a === null || b === null) return Number.NaN;
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  // Values of a DECIMAL column are kept as text, all with the same number of digits after the point.
  const digits = DECIMAL.exec(a)?.[1]?.length;
  if (digits !== undefined && digits === DECIMAL.exec(b)?.[1]?.length) return Number(a) - Number(b);
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}
/** LIKE: `%` for any text, `_` for one character, no matter in which case. */
export function like(text: string, pattern: string): boolean {
  const escaped = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${escaped}$`, 'is').test(text);
}
/** Sums of values: NULL where one is NULL or where something is divided by 0. */
export function reckoned(sign: string, a: Value, b: Value): Value {
  if (a === null || b === null) return null;
  const [x, y] = [Number(a), Number(b)];
  return sign === '+' ? x + y : sign === '-' ? x - y : sign === '*' ? x * y : y === 0 ? null : x / y;
}
/** A truth, turned round after NOT; NULL stays NULL. */
export const told = (is: boolean | null, not: boolean): Value => (is === null ? null : is === not ? 0 : 1);

/** Whether one of several values is equal; NULL when none is and one of them is not known. */
export function within(value: Value, list: readonly Value[]): boolean | null {
  if (value === null) return null;
  return list.some((one) => compare(value, one) === 0) ? true : list.includes(null) ? null : false;
}
/** Whether a comparison holds; NULL when one side is not known, save with `<=>`. */
export function met(sign: string, a: Value, b: Value): boolean | null {
  if (sign === '<=>' && (a === null || b === null)) return a === b;
  const order = compare(a, b);
  if (Number.isNaN(order)) return null;
  switch (sign) {
    case '=':
    case '<=>':
      return order === 0;
    case '<>':
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '>=':
      return order >= 0;
    default:
      return order <= 0;
  }
}
/** The truth of two that are joined: `sure` decides alone (0 for AND, 1 for OR), NULL is not known. */
export function joined(a: Value, b: Value, sure: boolean): Value {
  if ([a, b].some((one) => one !== null && truth(one) === sure)) return sure ? 1 : 0;
  return a === null || b === null ? null : sure ? 0 : 1;
}
