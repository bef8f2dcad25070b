/**
 * How the project in assets/project becomes the files of one lab's repository. Pure; read.ts reads what is stored.
 *
 * Most files are the same in every lab. What stands below `deploy/`, the pipeline and the README name addresses and
 * parameters, and their placeholders are filled in.
 */

/** The parameter that names a person's own project; empty means ours. */
export const PROJECT_SOURCE = 'project_source';
/** What is added to the name of the project's archive for the file that says in which format it is. */
export const FORMAT_SUFFIX = '.format';

/** A file as it is stored, already under the name that it has in the repository. */
export interface StoredFile {
  /** Path in the repository, with forward slashes. */
  readonly path: string;
  /** Where it is stored, for messages. */
  readonly source: string;
  readonly bytes: Uint8Array;
}

export interface ProjectFile {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/**
 * Templates that are part of the repository as well: step B4 puts them on vm-docker, and they are kept in one place only.
 * Name in assets/templates → path in the repository.
 */
export const SHARED_TEMPLATES: ReadonlyMap<string, string> = new Map([
  ['edge.conf', 'deploy/edge/nginx/conf.d/edge.conf'],
  ['edge-compose', 'deploy/edge/docker-compose.yml'],
]);

/** npm leaves some dot files out of a package (`.gitignore`, `.npmrc`), so these are stored without their dot. */
const DOT_FILES = ['gitignore', 'dockerignore', 'gitlab-ci.yml'];
/** Directories that working on the stored project leaves behind, anywhere or just below one of the applications. */
const LEFTOVERS = ['node_modules', '.git', '.bin'];
const BUILT = ['build', 'vendor', 'coverage'];

const PLAIN = 0o644;
const EXECUTABLE = 0o755;

/**
 * @param stored path below assets/project
 * @returns its path in the repository; null when it is no part of the project
 */
export function repositoryPath(stored: string): string | null {
  const parts = stored.split('/');
  const base = parts.pop() ?? '';
  if (base === '.DS_Store' || parts.some((part) => LEFTOVERS.includes(part))) return null;
  if (BUILT.includes(parts[1] ?? '')) return null;
  return [...parts, DOT_FILES.includes(base) ? `.${base}` : base].join('/');
}

/** Whether placeholders in this file of the repository are filled in. */
export function isFilledIn(path: string): boolean {
  return path.startsWith('deploy/') || path === '.gitlab-ci.yml' || path === 'README.md';
}

function modeOf(path: string): number {
  return path.startsWith('deploy/ci/') && path.endsWith('.sh') ? EXECUTABLE : PLAIN;
}

/** @throws TypeError when the bytes are not UTF-8 */
export function textOf({ bytes }: Pick<StoredFile, 'bytes'>): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/**
 * The repository for one lab, sorted by path.
 * @param fill puts the lab's values into a text; throws for a placeholder that it does not know
 */
export function renderProject(
  stored: readonly StoredFile[],
  fill: (text: string) => string,
): readonly ProjectFile[] {
  return stored
    .map((file) => ({
      path: file.path,
      mode: modeOf(file.path),
      bytes: isFilledIn(file.path) ? new TextEncoder().encode(fill(textOf(file))) : file.bytes,
    }))
    .toSorted((a, b) => comparePaths(a.path, b.path));
}

/** By code units: the same order on every computer. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
