/** Small parts that all of troubleshooting shares: headings, and words for places. */
import { troubles as text } from '../i18n/texts/troubles.js';
import type { Text } from '../lab/types.js';
import type { FoundEvidence, ObservedPlace } from '../symptoms/types.js';
import { span, type Line } from './ui/line.js';
import { subjectWord } from './ui/standing.js';
import { inLang, type View } from './view.js';

export function head(view: View, of: Text, more = ''): Line {
  return [span(inLang(view, of), 'title'), span(more === '' ? '' : `  ${more}`, 'dim')];
}

export function placeWord(view: View, place: ObservedPlace): string {
  return place === 'cluster' ? inLang(view, text.cluster) : subjectWord(view, place);
}

/** Where evidence was seen, each place once. */
export function placesWord(view: View, evidence: readonly FoundEvidence[]): string {
  return [...new Set(evidence.map((one) => placeWord(view, one.observation.place)))].join(', ');
}
