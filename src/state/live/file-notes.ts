/** What there is to say about a file of ours, in sentences. */
import { explainDiff } from '../../drift/explain.js';
import { isDrifted, type OurFile } from '../../drift/files.js';
import { driftText as text, fileStateSaid } from '../../i18n/texts/drift.js';
import type { Parameters, Text } from '../../lab/types.js';

/**
 * @param diff lines of the difference; empty when there is none to be shown
 * @param parameters of the lab file
 */
export function fileNotes(file: OurFile, diff: readonly string[], parameters: Parameters): readonly Text[] {
  const notes: Text[] = [fileStateSaid[file.state]];
  if (!isDrifted(file.state) && file.state !== 'kept') return notes;
  const now = `${file.mode} ${file.owner}`;
  const left = `${file.leftMode} ${file.leftOwner}`;
  if (file.print.startsWith('file ') && file.leftMode !== '' && now !== left)
    notes.push(text.modeWas({ now, left }));
  if (file.print.startsWith('link ')) notes.push(text.pointsTo({ target: file.print.slice('link '.length) }));
  if (file.hidden) notes.push(text.hidden);
  else if (file.state === 'edited' && !file.comparable) notes.push(text.noCopy);
  for (const { names, from, to } of explainDiff(diff, parameters))
    notes.push(text.parameter({ names: names.join(', '), from, to }));
  return notes;
}
