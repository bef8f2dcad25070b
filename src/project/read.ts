/** Reads the stored project: ours from assets/, with the files of a person's own pack laid over it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { comparePaths, repositoryPath, SHARED_TEMPLATES, type StoredFile } from './files.js';

/**
 * @param directories laid out like assets/ (`project/`, `templates/`); of two files with one path the later directory's counts
 * @returns every file of the repository, sorted by path; none when no directory has a project
 * @throws NodeJS.ErrnoException when a file that is there cannot be read
 */
export async function readProject(directories: readonly string[]): Promise<readonly StoredFile[]> {
  const sources = new Map<string, string>();
  for (const directory of directories) {
    const root = join(directory, 'project');
    for (const stored of await filesBelow(root, '')) {
      const path = repositoryPath(stored);
      if (path !== null) sources.set(path, join(root, stored));
    }
  }
  if (sources.size === 0) return [];
  for (const directory of directories) {
    const templates = await namesIn(join(directory, 'templates'));
    for (const [name, path] of SHARED_TEMPLATES)
      if (templates.includes(name)) sources.set(path, join(directory, 'templates', name));
  }
  const files = await Promise.all(
    [...sources].map(async ([path, source]) => ({ path, source, bytes: await readFile(source) })),
  );
  return files.toSorted((a, b) => comparePaths(a.path, b.path));
}

/** Not by `recursive: true`: an installed node_modules holds thousands of files that nobody wants listed. */
async function filesBelow(root: string, inside: string): Promise<readonly string[]> {
  const entries = await orNone(readdir(join(root, inside), { withFileTypes: true }));
  const found = await Promise.all(
    entries.map((entry): Promise<readonly string[]> | readonly string[] => {
      const path = `${inside}${entry.name}`;
      if (entry.isFile()) return [path];
      return entry.isDirectory() && repositoryPath(`${path}/x`) !== null ? filesBelow(root, `${path}/`) : [];
    }),
  );
  return found.flat();
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return orNone(readdir(directory));
}

async function orNone<T>(reading: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
