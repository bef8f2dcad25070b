/**
 * Reads objects of the API without trusting their shape: what is missing or of another kind is empty, never an error, for
 * versions from v1.20 on leave different things out. By hand and not by a schema: every change of 5,000 pods comes
 * through here, and a screen waits behind it.
 */

/** What is at a path of keys; undefined where it ends early. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
}

export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** @param otherwise when there is no number */
export function numberAt<T>(value: unknown, otherwise: T, ...path: readonly string[]): number | T {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : otherwise;
}

export function trueAt(value: unknown, ...path: readonly string[]): boolean {
  return at(value, ...path) === true;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** RFC 3339 as epoch milliseconds; null where there is none. */
export function timeAt(value: unknown, ...path: readonly string[]): number | null {
  const found = Date.parse(textAt(value, ...path));
  return Number.isNaN(found) ? null : found;
}

/** Keys and values of an object of texts; others are left out. */
export function textsAt(value: unknown, ...path: readonly string[]): readonly (readonly [string, string])[] {
  const found = at(value, ...path);
  if (typeof found !== 'object' || found === null) return [];
  return Object.entries(found).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
}

/** The condition of a type in `status.conditions`; undefined where there is none. */
export function conditionOf(object: unknown, type: string): unknown {
  return listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === type);
}

export function conditionIs(object: unknown, type: string, status: 'True' | 'False'): boolean {
  return textAt(conditionOf(object, type), 'status') === status;
}

export function isBeingDeleted(object: unknown): boolean {
  return textAt(object, 'metadata', 'deletionTimestamp') !== '';
}
