/** Objects as text. An object is never changed, only replaced, so its text is made once, however many ask for it. */
import { mapAt, textAt, type JsonMap } from '../json.js';
import { EVENTS_V1, type Place } from './call.js';

/** An event under the names of events.k8s.io/v1. */
export function eventV1(event: JsonMap): JsonMap {
  const {
    involvedObject = {},
    message = '',
    source = {},
    firstTimestamp = null,
    lastTimestamp = null,
    count = 1,
    apiVersion: _version,
    ...rest
  } = event;
  return {
    apiVersion: EVENTS_V1,
    eventTime: null,
    ...rest,
    regarding: involvedObject,
    note: message,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
  };
}
/** The same the other way round. */
export function eventFromV1(event: JsonMap): JsonMap {
  const {
    regarding = {},
    note = '',
    deprecatedSource = {},
    deprecatedFirstTimestamp = null,
    deprecatedLastTimestamp = null,
    deprecatedCount = 1,
    apiVersion: _version,
    ...rest
  } = event;
  return {
    apiVersion: 'v1',
    ...rest,
    involvedObject: regarding,
    message: note,
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
  };
}
const texts = new WeakMap<JsonMap, string>();
const items = new WeakMap<JsonMap, string>();
const events = new WeakMap<JsonMap, string>();
function remembered(known: WeakMap<JsonMap, string>, object: JsonMap, make: () => string): string {
  const old = known.get(object);
  if (old !== undefined) return old;
  const made = make();
  known.set(object, made);
  return made;
}
/** What is served of a stored object at a place. */
export const shown = (place: Place, object: JsonMap): JsonMap =>
  place.apiVersion === EVENTS_V1 ? eventV1(object) : object;

/** JSON of one object. */
export function encoded(place: Place, object: JsonMap): string {
  if (place.apiVersion === EVENTS_V1)
    return remembered(events, object, () => JSON.stringify(eventV1(object)));
  return remembered(texts, object, () => JSON.stringify(object));
}
/** JSON of one object in a list: items of built-in kinds do not name their kind again. */
export function encodedItem(place: Place, object: JsonMap): string {
  const custom = place.resource.apiVersion.includes('.') && !/\.k8s\.io\//.test(place.resource.apiVersion);
  if (custom || place.apiVersion === EVENTS_V1) return encoded(place, object);
  return remembered(items, object, () => {
    const { kind: _kind, apiVersion: _version, ...rest } = object;
    return JSON.stringify(rest);
  });
}
/** One line of a watch. */
export const encodedEvent = (type: string, text: string) => `{"type":"${type}","object":${text}}\n`;
export const encodedBookmark = (place: Place, version: string, initialEnd: boolean): string =>
  encodedEvent(
    'BOOKMARK',
    JSON.stringify({
      kind: place.resource.kind,
      apiVersion: place.apiVersion,
      metadata: {
        resourceVersion: version,
        creationTimestamp: null,
        ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      },
    }),
  );
export const versionOf = (object: JsonMap): number =>
  Number(textAt(mapAt(object, 'metadata'), 'resourceVersion') || 0);
