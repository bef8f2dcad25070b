/**
 * Puts a finished build into dist/ under the feet of programs that run from there. Chunks carry the hash of their content
 * in their names, so new ones stand beside old ones; what starts from now on begins with the new main.js, put in its place
 * in one move. The chunks of the build before stay: a program that is running loads some of them only when wanted.
 */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const ENTRY = 'main.js';
/** How the names of directories begin in which a build is being made. */
export const MAKING = '.new-';
const LOADED = /["']\.\/(?<name>[\w.-]+\.js(?:on)?)["']/g;

/** Names of the files that a build loads, at once or when wanted; none where nothing was built yet. */
async function filesOf(directory: string): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  const open = [ENTRY];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (known.has(name)) continue;
    const source = await readFile(join(directory, name), 'utf8').catch(() => null);
    if (source === null) continue;
    known.add(name);
    for (const match of source.matchAll(LOADED)) if (match.groups?.['name']) open.push(match.groups['name']);
  }
  return known;
}

/**
 * @param from directory with the new build, on the same file system; it is gone afterwards
 * @param to directory of builds
 * @param options.keepLast whether the files of the build before stay
 */
export async function putInPlace(
  from: string,
  to: string,
  options: { readonly keepLast: boolean },
): Promise<void> {
  await mkdir(to, { recursive: true });
  const kept = new Set(options.keepLast ? await filesOf(to) : []);
  const built = await readdir(from);
  for (const name of built.filter((one) => one !== ENTRY)) await rename(join(from, name), join(to, name));
  await rename(join(from, ENTRY), join(to, ENTRY));
  for (const name of built) kept.add(name);
  // What another build is making at this moment is its own.
  const stale = (await readdir(to)).filter(
    (name) => !kept.has(name) && !(options.keepLast && name.startsWith(MAKING)),
  );
  await Promise.all(stale.map((name) => rm(join(to, name), { recursive: true, force: true })));
  await rm(from, { recursive: true, force: true });
}
