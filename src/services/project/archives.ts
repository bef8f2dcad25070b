/** The project as one archive on the operator's computer: ours, filled in for the lab, or a person's own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Trouble } from '../../lab/types.js';
import { renderProject } from '../../project/files.js';
import { readProject } from '../../project/read.js';
import { errorCode, fileReason } from '../files/atomic.js';
import type { ProjectArchive, ProjectArchives } from '../ports.js';
import { formatOf } from './own-archive.js';
import { readOwnFolder, type OwnFolder } from './own-folder.js';
import { writeTar, type TarEntry } from './tar.js';
import { archiveNotWritten, projectChanged, projectTrouble } from './troubles.js';

const NAME = 'project.tar';
const LEFT_AS_IT_IS = (): Promise<void> => Promise.resolve();

/** @param directories laid out like assets/, ours first, then a person's pack */
export function createProjectArchives(directories: readonly string[]): ProjectArchives {
  return {
    async check(own) {
      await formatOf(own);
    },
    async make(own, fill, signal) {
      if (own === null) {
        const files = renderProject(await readProject(directories), fill);
        const entries = files.map(({ path, mode, bytes }): TarEntry => ({
          path,
          mode,
          content: { kind: 'bytes', bytes },
        }));
        return packed({ entries, leftOut: [] }, signal);
      }
      const format = await formatOf(own);
      if (format === null) return packed(await readOwnFolder(own, signal), signal, own);
      return { path: own, format, files: null, leftOut: [], remove: LEFT_AS_IT_IS };
    },
  };
}

/** @param own the folder whose files may change while they are read */
async function packed(
  { entries, leftOut }: OwnFolder,
  signal: AbortSignal,
  own?: string,
): Promise<ProjectArchive> {
  const directory = await mkdtemp(join(tmpdir(), 'threebody-project-')).catch((error: unknown) => {
    throw archiveNotWritten(tmpdir(), fileReason(error));
  });
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const path = join(directory, NAME);
  try {
    await writeTar(path, entries, signal);
  } catch (error) {
    await remove();
    throw signal.aborted ? error : packingTrouble(error, directory, own);
  }
  return { path, format: 'tar', files: entries.length, leftOut, remove };
}

function packingTrouble(error: unknown, directory: string, own: string | undefined): unknown {
  if (error instanceof Trouble) return error;
  const where = error instanceof Error && 'path' in error ? String(error.path) : '';
  if (own !== undefined && where.startsWith(own) && errorCode(error) !== 'ENOENT')
    return projectTrouble(where, fileReason(error));
  if (own !== undefined && (errorCode(error) === null || where.startsWith(own))) return projectChanged(own);
  return errorCode(error) === null ? error : archiveNotWritten(directory, fileReason(error));
}
