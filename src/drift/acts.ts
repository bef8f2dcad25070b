/** What can be decided about a file of ours. Pure. */
import { isDrifted, type OurFile } from './files.js';

/**
 * `restore` our content comes back · `keep` it may be as it is, until it changes again · `adopt` its content is the lab's
 * own from now on, and the step leaves it alone.
 */
export const FILE_ACTS = ['restore', 'keep', 'adopt'] as const;
export type FileAct = (typeof FILE_ACTS)[number];

/** What a restored file becomes: the lab's own version of it, or what the step wrote. */
export type RestoredTo = 'adopted' | 'left';

/** An adopted file that is as it was adopted has nothing to come back but what the step wrote: the adoption is given up. */
export function restoredTo(file: OurFile): RestoredTo {
  return file.adopted && file.state !== 'adopted' ? 'adopted' : 'left';
}

/** What can be decided about a file, the most usual first; empty when there is nothing to decide. */
export function actsFor(file: OurFile): readonly FileAct[] {
  const isFile = file.print.startsWith('file ');
  const changed = isDrifted(file.state);
  const restores = changed || file.state === 'kept' || file.state === 'adopted';
  const adopts = isFile && (changed || file.state === 'kept' || file.state === 'unknown');
  return FILE_ACTS.filter((act) => {
    if (act === 'restore') return restores && file.restorable;
    return act === 'keep' ? changed : adopts;
  });
}

/**
 * Whether a step that runs again leaves an adopted version alone for certain: it puts the file in place as a whole, by
 * `tb_install`, which asks. A step that edits lines of it may change an adopted version; that one is kept aside then.
 * @param scripts of the actions that wrote it
 */
export function isPutWhole(scripts: readonly string[], path: string): boolean {
  return scripts.some((script) =>
    script.split('\n').some((line) => {
      const words = line.trim().split(/\s+/);
      const at = words.indexOf('tb_install');
      return at >= 0 && (words[at + 2] ?? '').replaceAll(/["']/g, '') === path;
    }),
  );
}
