/** What a MySQL server answers to a statement. */
import type { Value } from './state.js';

export interface SqlAnswer {
  /** Empty for statements without a result set. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  readonly affected: number;
}
/** The answer without a result set. @param affected rows that were changed */
export const done = (affected = 0): SqlAnswer => ({ columns: [], rows: [], affected });
/** A result set of one column. */
export const list = (title: string, values: readonly Value[]): SqlAnswer => ({
  columns: [title],
  rows: values.map((value) => [value]),
  affected: 0,
});
