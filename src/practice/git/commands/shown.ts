/** What log, show and diff have in common: their operands, and how differences are shown. */
import type { Call } from '../call.js';
import { compare, filesOf, type Difference } from '../changes.js';
import type { Repository } from '../repository.js';
import { resolve, unknown } from '../revisions.js';
import { count, diffStat } from './diff-stat.js';
import { patch } from './patch.js';

/** Revisions before `--` or before the first word that is none, and paths. */
export function split(
  call: Call,
  repository: Repository,
  args: readonly string[],
  operands: readonly string[],
) {
  const dashes = args.indexOf('--');
  const after = dashes < 0 ? [] : args.slice(dashes + 1);
  const words = after.length === 0 ? operands : operands.slice(0, operands.length - after.length);
  const revisions: string[] = [];
  const paths: string[] = [...after];
  for (const word of words) {
    const parts = word.replace(/^\^/, '').split(/\.\.\.?/);
    const known = parts.every((part) => resolve(repository, part) !== null);
    if (known && paths.length === after.length) revisions.push(word);
    else if (dashes >= 0 || repository.workTree === null) throw unknown(word);
    else {
      if (call.view.peek(call.process.path(word)) === undefined) throw unknown(word);
      paths.push(word);
    }
  }
  return { revisions, paths };
}
export function changed(
  repository: Repository,
  id: string,
  wanted: (path: string) => boolean,
): readonly Difference[] {
  const [parent = null] = repository.commit(id).parents;
  return compare(filesOf(repository, parent), filesOf(repository, id)).filter((one) => wanted(one.path));
}
export async function details(
  call: Call,
  repository: Repository,
  differences: readonly Difference[],
  options: ReturnType<Call['options']>,
  patched: boolean,
): Promise<void> {
  if (options.has('stat')) {
    const stat = diffStat(repository, differences);
    await call.out(stat.rows + stat.summary);
  } else if (options.has('name-only')) for (const one of differences) await call.out(`${one.path}\n`);
  else if (options.has('name-status'))
    for (const one of differences) await call.out(`${one.kind}\t${one.path}\n`);
  else if (options.has('numstat'))
    for (const one of differences) {
      const { added, removed, path } = count(repository, one);
      await call.out(`${added ?? '-'}\t${removed ?? '-'}\t${path}\n`);
    }
  else if (patched) await call.out(patch(repository, differences));
}
