/** Changing containers over the API. */
import { renameContainer, sendSignal } from '../actions.js';
import type { Container } from '../container.js';
import { ApiError, type Exchange, type Handler } from './exchange.js';

/** How long programs take over a polite request to end, simulated ms. */
const STOP_MS = 300;

/** A wait of the daemon's: a client that goes away does not end it. */
const pause = (exchange: Exchange, ms: number): Promise<void> =>
  exchange.engine.host.clock.sleep(ms, exchange.engine.life).catch(() => undefined);

export const start: Handler = async (exchange) => {
  const { container, engine } = exchange;
  if (container.status === 'running') {
    exchange.empty(304);
    return;
  }
  container.stoppedByHand = false;
  await engine.start(container);
  exchange.empty(204);
};
export const stop: Handler = async (exchange) => {
  const { container, engine } = exchange;
  if (container.status !== 'running' && container.status !== 'restarting') {
    exchange.empty(304);
    return;
  }
  await pause(exchange, STOP_MS);
  await engine.stop(container);
  exchange.empty(204);
};
export const restart: Handler = async (exchange) => {
  const { container, engine } = exchange;
  await pause(exchange, STOP_MS);
  await engine.restart(container);
  exchange.empty(204);
};
export const kill: Handler = async (exchange) => {
  const { container, engine, query } = exchange;
  await sendSignal(engine, container, query.get('signal') ?? 'KILL');
  exchange.empty(204);
};
export const rename: Handler = (exchange) => {
  const { container, engine, query } = exchange;
  const name = (query.get('name') ?? '').replace(/^\//, '');
  if (name === '') throw new ApiError(400, 'Neither old nor new names may be empty');
  renameContainer(engine, container, name);
  exchange.empty(204);
};
export const deleteContainer: Handler = async (exchange) => {
  await exchange.engine.remove(exchange.container, exchange.flag('force'), exchange.flag('v'));
  exchange.empty(204);
};

/** What a client waits for, as events of the container. */
const CONDITIONS: Readonly<Record<string, string>> = {
  'not-running': 'die',
  'next-exit': 'die',
  removed: 'destroy',
};
export const wait: Handler = async (exchange) => {
  const { container, engine, over } = exchange;
  const condition = exchange.query.get('condition') || 'not-running';
  const awaited = CONDITIONS[condition];
  if (awaited === undefined) throw new ApiError(400, `invalid condition: "${condition}"`);
  const rests = (one: Container) => one.status !== 'running' && one.status !== 'restarting';
  exchange.begin('application/json');
  if (condition !== 'not-running' || !rests(container))
    await new Promise<void>((resolve) => {
      const done = () => {
        over.removeEventListener('abort', done);
        unlisten();
        resolve();
      };
      const unlisten = engine.events.listen((event) => {
        if (event.Actor.ID === container.id && event.Action === awaited) done();
      });
      over.addEventListener('abort', done, { once: true });
    });
  if (!over.aborted) exchange.response.end(`${JSON.stringify({ StatusCode: container.exitCode })}\n`);
};
