/** Which files steps of ours wrote on the hosts, as far as the journal tells: what the prelude's functions said in the jobs. */
import { HOST_NAMES, type HostName } from '../../lab/types.js';
import type { JournalEntry } from '../ports.js';

/** The sentences of assets/templates/prelude.sh that name a file which an action takes for its own. */
const WRITTEN: readonly RegExp[] = [
  /^wrote (\/\S+)$/,
  /^kept the original of (\/\S+) \(/,
  /^(\/\S+) is already as it should be$/,
  /^(\/\S+) (?:now|already) points to /,
  /^(\/\S+) is this lab's own version \(adopted\)/,
];
/** What undo says of a file that is the host's own again. */
const GIVEN_BACK: readonly RegExp[] = [/^put back (\/\S+) \(/];

/** A file of ours on a host. */
interface WrittenFile {
  readonly host: HostName;
  /** Absolute path there, as the host told it. */
  readonly path: string;
}

/**
 * Files that actions wrote or changed and that nobody has undone since. The journal keeps the end of a long output only, so a
 * file may be missing here; whoever needs to be sure asks the host.
 * @param entries oldest first
 * @returns host by host in boot order, the paths of each in the order of the alphabet
 */
export function writtenFiles(entries: readonly JournalEntry[]): readonly WrittenFile[] {
  /** Host → path → steps that wrote it: what one of them gives back may still be another's. */
  const known = new Map<HostName, Map<string, Set<string>>>(HOST_NAMES.map((host) => [host, new Map()]));
  for (const entry of entries) {
    if (entry.kind !== 'job') continue;
    const paths = known.get(entry.host) ?? new Map<string, Set<string>>();
    for (const line of entry.outputTail.split('\n')) {
      const written = pathIn(line, WRITTEN);
      if (written !== null) paths.set(written, (paths.get(written) ?? new Set()).add(entry.step));
      if (entry.purpose === 'undo') paths.get(pathIn(line, GIVEN_BACK) ?? '')?.delete(entry.step);
    }
  }
  return [...known].flatMap(([host, paths]) =>
    [...paths]
      .flatMap(([path, steps]) => (steps.size === 0 ? [] : [path]))
      .toSorted()
      .map((path) => ({ host, path })),
  );
}

function pathIn(line: string, sentences: readonly RegExp[]): string | null {
  for (const sentence of sentences) {
    const path = sentence.exec(line.trimEnd())?.[1];
    if (path !== undefined) return path;
  }
  return null;
}
