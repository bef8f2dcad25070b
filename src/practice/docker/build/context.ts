/** The build context: what the client sends, less what .dockerignore names, and what COPY takes from it. */
import { matchesPattern } from '../../shell/patterns.js';
import { listTree, type TreeEntry } from '../../images/tree.js';
import type { Process } from '../../kernel/process.js';
import type { Volume } from '../../vfs/volume.js';
import { dirName, joinPath } from '../../vfs/volume.js';
import { BuildError } from './build-error.js';

interface Rule {
  readonly matches: RegExp;
  readonly keeps: boolean;
}
/** One piece between slashes: `*`, `?` and `[…]` do not cross one, and a backslash makes the next character plain. */
function pieceOf(part: string): string {
  return [...part.matchAll(/\*\*+|\*|\?|\[[^\]]+\]|\\(.)|[\s\S]/g)]
    .map(([token, plain]) => {
      if (plain !== undefined) return escaped(plain);
      if (token.startsWith('**')) return '.*';
      if (token === '*') return '[^/]*';
      if (token === '?') return '[^/]';
      if (token.length > 1) return token.replaceAll('\\', '\\\\');
      if (token === '[' || token === '\\') throw new SyntaxError('not closed');
      return escaped(token);
    })
    .join('');
}
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
/**
 * A pattern of .dockerignore: `**` is any number of directories, `*` and `?` do not cross one.
 * @throws BuildError for one that Go's filepath.Match would not take
 */
function ruleOf(line: string): Rule | null {
  const keeps = line.startsWith('!');
  const text = joinPath('/', (keeps ? line.slice(1) : line).trim()).slice(1);
  if (text === '') return null;
  try {
    const parts = text.split('/');
    const source = parts
      .map((part, index) => {
        const last = index === parts.length - 1;
        if (part === '**') return last ? '.*' : '(?:.*/)?';
        return `${pieceOf(part)}${last ? '' : '/'}`;
      })
      .join('');
    return { matches: new RegExp(`^${source}(?:/.*)?$`), keeps };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BuildError(`error from sender: invalid excludepatterns: [${line}]: syntax error in pattern`);
  }
}
/** All files of a directory that go to the builder, by their paths in it. @throws BuildError for a pattern that is none */
export function readContext(process: Process, directory: string, ignoreFile: string): readonly TreeEntry[] {
  const text = process.view.peek(ignoreFile)?.kind === 'file' ? process.view.readText(ignoreFile) : '';
  const rules = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .flatMap((line) => ruleOf(line.trim()) ?? []);
  const ignored = (path: string) =>
    rules.reduce((out, rule) => (rule.matches.test(path) ? !rule.keeps : out), false);
  const root = process.view.realPath(directory);
  const volume: Volume = process.kernel.volume;
  return listTree(volume, root).flatMap((entry) => {
    const path = entry.path.slice(root.length);
    if (path === '' || ignored(path.slice(1))) return [];
    // Files of the context belong to root in the image, whoever owns them here.
    return [{ ...entry, path, uid: 0, gid: 0 }];
  });
}
export interface Copied {
  readonly entries: readonly TreeEntry[];
  /** The source that is not there; null when all are. */
  readonly missing: string | null;
}
const hasWildcard = (text: string) => /[*?[]/.test(text);

/**
 * What COPY puts where.
 * @param from entries of the context or of another stage, with absolute paths
 * @param to absolute; with a slash at the end, or with several sources, it is a directory
 */
export function copyFrom(
  from: readonly TreeEntry[],
  sources: readonly string[],
  to: string,
  isDirectory: (path: string) => boolean,
): Copied {
  const found: TreeEntry[] = [];
  const many = sources.length > 1;
  for (const source of sources) {
    const pattern = joinPath('/', source);
    const hits =
      pattern === '/'
        ? [{ path: '/', directory: true }]
        : from
            .filter((entry) =>
              hasWildcard(pattern)
                ? dirName(entry.path) === dirName(pattern) &&
                  matchesPattern(
                    entry.path.slice(dirName(entry.path).length).replace(/^\//, ''),
                    pattern.slice(dirName(pattern).length).replace(/^\//, ''),
                  )
                : entry.path === pattern,
            )
            .map((entry) => ({ path: entry.path, directory: entry.kind === 'directory' }));
    // A pattern that fits nothing is an error only when it is the only source.
    if (hits.length === 0 && (!hasWildcard(pattern) || !many)) return { entries: [], missing: source };
    for (const hit of hits) {
      const base = hit.path === '/' ? '' : hit.path;
      const into = to.endsWith('/') || many || hits.length > 1 || isDirectory(to);
      if (hit.directory) {
        for (const entry of from)
          if (entry.path.startsWith(`${base}/`))
            found.push({ ...entry, path: joinPath(to, entry.path.slice(base.length + 1)) });
      } else {
        const entry = from.find((one) => one.path === hit.path);
        if (entry !== undefined)
          found.push({
            ...entry,
            path: into ? joinPath(to, entry.path.slice(dirName(entry.path).length).replace(/^\//, '')) : to,
          });
      }
    }
  }
  return { entries: found, missing: null };
}
