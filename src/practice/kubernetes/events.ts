/** Events as client-go records them: the same again counts up, and many alike become one. */
import type { Cluster } from './cluster.js';
import { textAt, type JsonMap } from './json.js';
import { builtIn } from './resources.js';
import { nameOf, namespaceOf } from './store.js';

export interface EventWords {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  /** The node it comes from, for what kubelets say. */
  readonly host?: string;
  /** Part of the object: `spec.containers{web}`. */
  readonly fieldPath?: string;
}
/** `--event-ttl` of the API server, ms; and how many are kept at most. */
const LIFE_MS = 3_600_000;
const KEPT = 1000;
/** Differing messages of one kind about one object until they are summed up, and within which time, ms. */
const ALIKE = 10;
const ALIKE_MS = 600_000;
const COMBINED = '(combined from similar events): ';

/** Forgets what is too old, and the oldest of too many. */
function prune(cluster: Cluster, now: number): void {
  const { store } = cluster;
  const all = store.list('Event');
  const old = (event: JsonMap) => Date.parse(textAt(event, 'lastTimestamp'));
  const gone = all.filter((event) => now - old(event) > LIFE_MS);
  if (all.length - gone.length > KEPT)
    gone.push(...all.toSorted((a, b) => old(a) - old(b)).slice(0, all.length - KEPT));
  for (const event of new Set(gone)) store.delete(builtIn('Event'), namespaceOf(event), nameOf(event));
}
export function recordEvent(cluster: Cluster, about: JsonMap, words: EventWords): void {
  const { store } = cluster;
  const { type, reason, component } = words;
  const namespace = namespaceOf(about) || 'default';
  const ms = cluster.host.machine.now();
  const time = new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  const uid = textAt(about, 'metadata', 'uid');
  const same = (event: JsonMap) =>
    textAt(event, 'involvedObject', 'uid') === uid &&
    textAt(event, 'reason') === reason &&
    textAt(event, 'type') === type &&
    textAt(event, 'source', 'component') === component;
  const similar = store.list('Event', namespace).filter(same);
  const recent = similar.filter((event) => ms - Date.parse(textAt(event, 'lastTimestamp')) < ALIKE_MS);
  const combined = recent.find((event) => textAt(event, 'message').startsWith(COMBINED));
  const known =
    similar.find((event) => textAt(event, 'message') === words.message) ??
    (recent.length >= ALIKE ? combined : undefined);
  const message =
    known === undefined && recent.length >= ALIKE - 1
      ? `${COMBINED}${words.message}`
      : known !== undefined && known === combined
        ? `${COMBINED}${words.message}`
        : words.message;
  if (known !== undefined) {
    store.update(builtIn('Event'), {
      ...known,
      message,
      count: Number(textAt(known, 'count')) + 1,
      lastTimestamp: time,
    });
    return;
  }
  prune(cluster, ms);
  store.create(builtIn('Event'), {
    metadata: { name: eventName(cluster, about, ms), namespace },
    involvedObject: {
      apiVersion: textAt(about, 'apiVersion'),
      kind: textAt(about, 'kind'),
      name: nameOf(about),
      ...(namespaceOf(about) === '' ? {} : { namespace: namespaceOf(about) }),
      uid,
      resourceVersion: textAt(about, 'metadata', 'resourceVersion'),
      ...(words.fieldPath === undefined ? {} : { fieldPath: words.fieldPath }),
    },
    type,
    reason,
    message,
    source: { component, ...(words.host === undefined ? {} : { host: words.host }) },
    reportingComponent: component,
    reportingInstance: words.host ?? '',
    eventTime: null,
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
  });
}
/** With the time in nanoseconds, in hexadecimal; the version keeps two of one millisecond apart. */
function eventName(cluster: Cluster, about: JsonMap, ms: number): string {
  const nanoseconds = BigInt(Math.floor(ms)) * 1_000_000n + BigInt(cluster.store.resourceVersion) * 997n;
  return `${nameOf(about)}.${nanoseconds.toString(16)}`;
}
