/** Conditions on labels and fields, as the API takes them from kubectl and over HTTP. */
import { mapAt, textAt, type JsonMap } from './json.js';

/** The condition cannot be read; the message is the server's. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}
/** Whether the labels of an object fit (`a=b,c!=d,e in (f,g),!h`). @throws SelectorError */
export function matchesSelector(object: JsonMap, selector: string): boolean {
  const labels = mapAt(object, 'metadata', 'labels');
  if (selector.trim() === '') return true;
  return selector.split(/,(?![^(]*\))/).every((rule) => {
    const set = /^\s*([\w./-]+)\s+(notin|in)\s+\(([^)]*)\)\s*$/.exec(rule);
    if (set !== null)
      return (
        (set[3] ?? '')
          .split(',')
          .map((word) => word.trim())
          .includes(textAt(labels, set[1] ?? '')) ===
        (set[2] === 'in')
      );
    const equal = /^\s*([\w./-]+)\s*(!=|==|=)\s*([\w.-]*)\s*$/.exec(rule);
    if (equal !== null)
      return (
        (textAt(labels, equal[1] ?? '') === (equal[3] ?? '') && (equal[1] ?? '') in labels) ===
        (equal[2] !== '!=')
      );
    const exists = /^\s*(!?)\s*([\w./-]+)\s*$/.exec(rule);
    if (exists === null) throw new SelectorError(`unable to parse requirement: "${rule.trim()}"`);
    return (exists[2] ?? '') in labels === (exists[1] === '');
  });
}
/** @throws SelectorError for what is no condition on a field */
export function matchesFields(object: JsonMap, selector: string): boolean {
  if (selector.trim() === '') return true;
  return selector.split(',').every((rule) => {
    const match = /^([\w.]+)\s*(!=|==|=)\s*(.*)$/.exec(rule.trim());
    if (match === null) throw new SelectorError(`invalid field selector: "${rule}"`);
    return (textAt(object, ...(match[1] ?? '').split('.')) === (match[3] ?? '')) === (match[2] !== '!=');
  });
}
