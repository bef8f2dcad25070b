/** The middle of some measurements. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share 0.99 = the value below which 99 % lie */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** One line of the result table. */
export interface Row {
  readonly what: string;
  readonly value: number;
  /** `×` ratio, `ms`, `%` of one core, `B`, `KB`, `MiB`, `MB` */
  readonly unit: string;
  /** Of the design; null = told for comparison only. */
  readonly target: number | null;
  /** What was measured, in one line. */
  readonly how: string;
}
