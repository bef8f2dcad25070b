/** An event of the cluster as a line of the lab's timeline. Pure. */
import { HOST_NAMES } from '../../../lab/types.js';
import type { Health, LabEvent } from '../../../state/live/rows.js';
import { numberAt, textAt, timeAt } from './fields.js';
import type { Words } from './words.js';

export interface KubeEvent {
  readonly uid: string;
  readonly event: Omit<LabEvent, 'seq'>;
}

/** Warnings by which something does not run at all; other warnings may pass by themselves. */
const GRAVE = new Set([
  'BackOff',
  'Evicted',
  'Failed',
  'FailedCreate',
  'FailedCreatePodSandBox',
  'FailedMount',
  'FailedScheduling',
  'InspectFailed',
  'NodeNotReady',
  'OOMKilling',
  'SystemOOM',
]);

function healthOf(type: string, reason: string): Health {
  if (type === 'Warning') return GRAVE.has(reason) ? 'bad' : 'warn';
  // Normal by its type, but somebody ought to see it.
  return reason === 'NodeNotReady' ? 'bad' : reason === 'BackOff' ? 'warn' : 'good';
}

export function kubeEvent(object: unknown, words: Words): KubeEvent {
  const kind = words(textAt(object, 'involvedObject', 'kind')).toLowerCase();
  const namespace = words(textAt(object, 'involvedObject', 'namespace'));
  const name = words(textAt(object, 'involvedObject', 'name'));
  const reason = words(textAt(object, 'reason'));
  const node = textAt(object, 'source', 'host') || (kind === 'node' ? name : '');
  return {
    uid: textAt(object, 'metadata', 'uid'),
    event: {
      // Which of them is set depends on who wrote the event, and with which version of the API.
      at:
        timeAt(object, 'series', 'lastObservedTime') ??
        timeAt(object, 'lastTimestamp') ??
        timeAt(object, 'eventTime') ??
        timeAt(object, 'firstTimestamp') ??
        timeAt(object, 'metadata', 'creationTimestamp') ??
        0,
      source: 'kubernetes',
      host: HOST_NAMES.find((one) => one === node) ?? null,
      health: healthOf(textAt(object, 'type'), reason),
      about: namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
      what: reason,
      text: words(textAt(object, 'message')),
      count: Math.max(1, numberAt(object, 0, 'series', 'count'), numberAt(object, 0, 'count')),
    },
  };
}
