/** The switcher between kinds of the cluster. */
import { live as text } from '../../i18n/texts/live.js';
import type { HostName } from '../../lab/types.js';
import { chosenKind, kindsOf, SHOWN_KINDS } from '../../state/live/listing.js';
import { span, type Line } from '../ui/line.js';
import { glyphsOf, inLang, type View } from '../view.js';

/** The switcher of kinds has a row where there are several. */
export function kindRows(host: HostName): number {
  return host === 'vm-k8s' ? 1 : 0;
}

/** `[ Pod · Node · Deployment … ]`, the chosen one marked; what the server lacks is said. */
export function kindLine(view: View, host: HostName, columns: number): Line {
  const current = chosenKind(view.state, host, view.live);
  const kinds = kindsOf(host, view.live);
  const missing = SHOWN_KINDS.filter((kind) => !kinds.includes(kind));
  const all = kinds.flatMap((kind) => [
    span(kind === current ? `${glyphsOf(view).focus}` : ' ', 'accent'),
    span(`${kind} `, kind === current ? 'title' : 'dim'),
  ]);
  // Where not all fit, those around the chosen one.
  const at = kinds.indexOf(current);
  const width = kinds.reduce((sum, kind) => sum + kind.length + 2, 0);
  const shown = width > columns - 4 ? all.slice(Math.max(0, (at - 2) * 2)) : all;
  const told =
    missing.length === 0
      ? []
      : [span(` ${inLang(view, text.notServed({ kinds: missing.join(', ') }))}`, 'dim')];
  return [span(' [', 'dim'), ...shown, span(']', 'dim'), ...told];
}
