/** The quiet hint that files of ours were changed on a host. */
import { driftText } from '../../i18n/texts/drift.js';
import { DRIFT_KEY } from '../../input/keys-drift.js';
import type { HostName } from '../../lab/types.js';
import { driftedOn } from '../../state/live/drifted.js';
import { span, type Span } from '../ui/line.js';
import { inLang, type View } from '../view.js';
import { isFresh } from './health.js';

/** How many, and the key that lists them; null where none is known to be changed. Without colour once the facts are old. */
export function driftHint(view: View, host: HostName): Span | null {
  const count = driftedOn(view.live, host);
  if (count === 0) return null;
  const words = inLang(view, driftText.hint({ count, key: DRIFT_KEY }));
  return span(words, isFresh(view, `facts@${host}`) ? 'warn' : 'dim');
}
