/** The switcher between kinds of the cluster. */
import { live as text } from '../../i18n/texts/live.js';
import type { HostName } from '../../lab/types.js';
import { chosenKind, kindsOf, SHOWN_KINDS } from '../../state/live/listing.js';
import { lineWidth, span, type Line } from '../ui/line.js';
import type { KubeKind } from '../../state/live/rows.js';
import { glyphsOf, inLang, type View } from '../view.js';

/** The switcher of kinds has a row where there are several. */
export function kindRows(host: HostName): number {
  return host === 'vm-k8s' ? 1 : 0;
}

/** What kubectl calls them too, where there is no room for their names. */
const SHORT: Readonly<Record<KubeKind, string>> = {
  Pod: 'po',
  Node: 'no',
  Deployment: 'deploy',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
  Job: 'job',
  Service: 'svc',
  Endpoints: 'ep',
  PersistentVolume: 'pv',
  PersistentVolumeClaim: 'pvc',
  Namespace: 'ns',
};

/** `[ Pod  Node  Deployment … ]`, the chosen one marked and whole; what the server lacks is said. */
export function kindLine(view: View, host: HostName, columns: number): Line {
  const current = chosenKind(view.state, host, view.live);
  const kinds = kindsOf(host, view.live);
  const missing = SHOWN_KINDS.filter((kind) => !kinds.includes(kind));
  const told =
    missing.length === 0
      ? []
      : [span(` ${inLang(view, text.notServed({ kinds: missing.join(', ') }))}`, 'dim')];
  const named = (name: (kind: KubeKind) => string): Line => [
    span(' [', 'dim'),
    ...kinds.flatMap((kind) => [
      span(kind === current ? `${glyphsOf(view).focus}` : ' ', 'accent'),
      span(`${name(kind)} `, kind === current ? 'title' : 'dim'),
    ]),
    span(']', 'dim'),
  ];
  const whole = named((kind) => kind);
  const fits = lineWidth(whole) + lineWidth(told) <= columns;
  return [...(fits ? whole : named((kind) => (kind === current ? kind : SHORT[kind]))), ...told];
}
