/** /events: what happened since a time, and what happens from now on. */
import { Waiters } from '../../kernel/pipe.js';
import type { EngineEvent } from '../events.js';
import { labelsFit } from '../filters.js';
import { ApiError, type Handler } from './exchange.js';
import { timeOf } from './logs.js';

/** Events that a client has not read yet; beyond that it is too slow and is cut off, so that memory stays bounded. */
const LONGEST_QUEUE = 5_000;

/** Whether one of a filter's values names what the event is about. */
function fits(event: EngineEvent, key: string, value: string): boolean {
  const { Type, Action, Actor } = event;
  const named = (type: string) =>
    Type === type && (Actor.ID.startsWith(value) || Actor.Attributes['name'] === value);
  switch (key) {
    case 'type':
      return Type === value;
    case 'event':
      // `health_status` also means `health_status: healthy`, `exec_start` the command behind it.
      return Action === value || Action.startsWith(`${value}:`);
    case 'container':
      return named('container');
    case 'network':
      return named('network');
    case 'volume':
      return named('volume');
    case 'daemon':
      return named('daemon');
    case 'image':
      return named('image') || Actor.Attributes['image'] === value;
    case 'scope':
      return value === 'local';
    default:
      throw new ApiError(400, `invalid filter '${key}'`);
  }
}
function wantedBy(filters: ReadonlyMap<string, readonly string[]>): (event: EngineEvent) => boolean {
  return (event) =>
    [...filters].every(([key, values]) =>
      key === 'label'
        ? labelsFit(event.Actor.Attributes, values)
        : values.some((value) => fits(event, key, value)),
    );
}

export const events: Handler = async (exchange) => {
  const { engine, over } = exchange;
  const since = timeOf(exchange, 'since');
  const until = timeOf(exchange, 'until');
  const wanted = wantedBy(exchange.filters);
  const msOf = (event: EngineEvent) => event.timeNano / 1e6;
  const inTime = (event: EngineEvent) =>
    msOf(event) >= (since ?? Number.NEGATIVE_INFINITY) && msOf(event) <= (until ?? Number.POSITIVE_INFINITY);
  // The past is asked for by either end of it.
  const past = since === null && until === null ? [] : engine.events.kept.filter(inTime);
  const queue = past.filter(wanted);
  const wake = new Waiters();
  const unlisten = engine.events.listen((event) => {
    if (inTime(event) && wanted(event)) queue.push(event);
    if (queue.length > LONGEST_QUEUE) exchange.response.destroy();
    wake.wake();
  });
  const { machine } = engine.host;
  const timer =
    until === null ? undefined : setTimeout(() => wake.wake(), Math.max(0, until - machine.now()) + 1);
  try {
    exchange.begin('application/json');
    for (;;) {
      for (let event = queue.shift(); event !== undefined; event = queue.shift())
        await exchange.send(`${JSON.stringify(event)}\n`);
      if (over.aborted || (until !== null && machine.now() >= until)) break;
      if (queue.length === 0) await wake.wait(over).catch(() => undefined);
    }
  } finally {
    clearTimeout(timer);
    unlisten();
  }
  if (!over.aborted) exchange.response.end();
};
