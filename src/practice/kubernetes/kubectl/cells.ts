/** Cells of kubectl's tables that many kinds share. */
import { listAt, mapAt, numberAt, textAt, type JsonMap } from '../json.js';

export interface Table {
  readonly columns: readonly string[];
  readonly wide: readonly string[];
  readonly row: (
    object: JsonMap,
    now: number,
  ) => { readonly cells: readonly string[]; readonly wide: readonly string[] };
}
/** `5d`, `3h20m`, `45s`: an age as kubectl writes it. */
export function age(since: string, now: number): string {
  const then = Date.parse(since);
  if (Number.isNaN(then)) return '<unknown>';
  const seconds = Math.max(0, Math.floor((now - then) / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  if (days < 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  return `${days}d`;
}
export const created = (object: JsonMap, now: number) =>
  age(textAt(object, 'metadata', 'creationTimestamp'), now);
export const or = (text: string, other = '<none>') => (text === '' ? other : text);
export const number = (object: JsonMap, ...path: readonly string[]) => String(numberAt(object, ...path) ?? 0);
export const labels = (value: JsonMap) =>
  or(
    Object.entries(value)
      .map(([key, word]) => `${key}=${textAt(word)}`)
      .join(','),
  );
const containers = (object: JsonMap) => listAt(object, 'spec', 'template', 'spec', 'containers');
export const images = (object: JsonMap): readonly string[] => [
  containers(object)
    .map((one) => textAt(one, 'name'))
    .join(','),
  containers(object)
    .map((one) => textAt(one, 'image'))
    .join(','),
  labels(mapAt(object, 'spec', 'selector', 'matchLabels')),
];

/** What kubectl shows as a pod's STATUS. */
