/** What all rows have: identity, age, labels. Pure. */
import { textAt, textsAt, timeAt } from './fields.js';
import type { Words } from './words.js';

export interface Base {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
}

const NO_LABELS: Readonly<Record<string, string>> = {};

export function baseOf(object: unknown, words: Words): Base {
  const labels = textsAt(object, 'metadata', 'labels');
  return {
    uid: textAt(object, 'metadata', 'uid'),
    namespace: words(textAt(object, 'metadata', 'namespace')),
    name: words(textAt(object, 'metadata', 'name')),
    createdAt: timeAt(object, 'metadata', 'creationTimestamp') ?? 0,
    labels:
      labels.length === 0
        ? NO_LABELS
        : Object.fromEntries(labels.map(([key, value]) => [words(key), words(value)])),
  };
}
