/** Paths and patterns on a git command line, and what they select. */
import type { Call } from './call.js';
import { globExpression } from './ignore.js';
import type { Repository } from './repository.js';

export interface Pathspec {
  readonly text: string;
  readonly matches: (path: string) => boolean;
}
/** @param words as given, relative to the working directory */
export function pathspecs(call: Call, repository: Repository, words: readonly string[]): readonly Pathspec[] {
  return words.map((text) => {
    const top = /^:\/|^:\(top\)/.exec(text)?.[0];
    const path =
      top === undefined ? call.inside(repository, text) : text.slice(top.length).replace(/\/$/, '');
    if (!/[*?[]/.test(path))
      return { text, matches: (one) => path === '' || one === path || one.startsWith(`${path}/`) };
    // In a pathspec a star passes slashes too.
    const expression = globExpression(path.replaceAll('*', '**/').replaceAll('**/**/', '**/'));
    const loose = new RegExp(expression.source.replaceAll('(?:.*/)?', '.*'), 's');
    return { text, matches: (one) => loose.test(one) };
  });
}
/** Everything when no path was given. */
export const selects =
  (specs: readonly Pathspec[]) =>
  (path: string): boolean =>
    specs.length === 0 || specs.some((spec) => spec.matches(path));
