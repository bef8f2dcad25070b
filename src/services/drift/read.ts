/** Files of ours as the hosts tell them, made safe to be shown. */
import { readOurFiles, type OurFile } from '../../drift/files.js';
import { cleanRemoteText } from '../text/clean.js';

/** The longest path that Linux knows. */
const MOST_CHARS = 4096;

function clean(text: string): string {
  return cleanRemoteText(text, { maxLineChars: MOST_CHARS }).replaceAll('\n', ' ').trim();
}

/** Files of ours, from what the functions in host-scripts.ts print; the drifted ones first. */
export function readFiles(text: string): readonly OurFile[] {
  return readOurFiles(text).map((file) => ({
    ...file,
    path: clean(file.path),
    step: clean(file.step),
    action: clean(file.action),
    print: clean(file.print),
    owner: clean(file.owner),
    mode: clean(file.mode),
    leftOwner: clean(file.leftOwner),
    leftMode: clean(file.leftMode),
  }));
}
