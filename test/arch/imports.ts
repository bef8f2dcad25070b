/** What our sources import, read from their text. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative, sep } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

export interface Import {
  /** Importing file, below the project's root, with forward slashes. */
  readonly from: string;
  /** File below the root (`src/lab/types.ts`), or the name of a package or of a part of Node (`zod`, `node:fs`). */
  readonly to: string;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** `import('…')`, loaded when the line is reached. */
  readonly dynamic: boolean;
}

const STATEMENT = /^(?:import|export)\s(?<clause>[^;'"`]*?)\sfrom\s+'(?<path>[^']+)'/gm;
const BARE = /^import\s+'(?<path>[^']+)'/gm;
const CALL = /(?<type>typeof\s+)?\bimport\(\s*'(?<path>[^']+)'\s*\)/g;

/** Without comments, so that an example in a docstring is not an import. Strings keep their text. */
function withoutComments(source: string): string {
  return source.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

/** `{ type A, type B }` is as much type-only as `type { A, B }`. */
function isTypeOnly(clause: string): boolean {
  if (/^type\s/.test(clause)) return true;
  const names = /^\{(?<names>[^}]*)\}$/.exec(clause.trim())?.groups?.['names'];
  if (names === undefined) return false;
  const each = names.split(',').map((name) => name.trim());
  return each.every((name) => name === '' || name.startsWith('type '));
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, directory), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
}

/** All sources below src/: name → text without comments. */
export async function readSources(): Promise<ReadonlyMap<string, string>> {
  const names = await filesBelow('src');
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, withoutComments(await readFile(join(ROOT, name), 'utf8'))] as const),
    ),
  );
}

/** @param known names of all sources, to tell `./x.js` made from `x.ts` from one made from `x.tsx` */
export function importsOf(name: string, text: string, known: ReadonlyMap<string, string>): Import[] {
  const resolve = (path: string): string => {
    if (!path.startsWith('.')) return path;
    const target = normalize(join(dirname(name), path))
      .split(sep)
      .join('/');
    const ts = target.replace(/\.js$/, '.ts');
    return known.has(ts) ? ts : known.has(`${ts}x`) ? `${ts}x` : target;
  };
  const found: Import[] = [];
  const add = (path: string | undefined, typeOnly: boolean, dynamic: boolean): void => {
    if (path !== undefined) found.push({ from: name, to: resolve(path), typeOnly, dynamic });
  };
  for (const { groups } of text.matchAll(STATEMENT))
    add(groups?.['path'], isTypeOnly(groups?.['clause'] ?? ''), false);
  for (const { groups } of text.matchAll(BARE)) add(groups?.['path'], false, false);
  for (const { groups } of text.matchAll(CALL)) add(groups?.['path'], groups?.['type'] !== undefined, true);
  return found;
}
