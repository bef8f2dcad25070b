/** The log of a container: what was written, and what is being written, in frames that tell stdout from stderr. */
import { Waiters } from '../../kernel/pipe.js';
import type { LogLine } from '../container.js';
import { ApiError, type Exchange, type Handler } from './exchange.js';
import { frame } from './frames.js';

/** Seconds since the epoch with a fraction, as ms; null when absent or 0. @throws ApiError 400 */
export function timeOf(exchange: Exchange, name: string): number | null {
  const text = exchange.query.get(name) ?? '';
  if (text === '' || text === '0') return null;
  if (!/^\d+(\.\d{1,9})?$/.test(text)) throw new ApiError(400, `invalid value for "${name}": ${text}`);
  return Number(text) * 1000;
}

export const logs: Handler = async (exchange) => {
  const { container, query, over } = exchange;
  const streams = (['stdout', 'stderr'] as const).filter((name) => exchange.flag(name));
  if (streams.length === 0) throw new ApiError(400, 'Bad parameters: you must choose at least one stream');
  const since = timeOf(exchange, 'since') ?? Number.NEGATIVE_INFINITY;
  const until = timeOf(exchange, 'until') ?? Number.POSITIVE_INFINITY;
  const stamped = exchange.flag('timestamps');
  const tail = /^\d+$/.test(query.get('tail') ?? '') ? Number(query.get('tail')) : Number.POSITIVE_INFINITY;
  const wanted = (line: LogLine) => streams.includes(line.stream) && line.at >= since && line.at <= until;
  const framed = (line: LogLine) =>
    frame(
      line.stream,
      `${stamped ? `${new Date(line.at).toISOString().replace('Z', '000000Z')} ` : ''}${line.text}\n`,
    );

  // What is written while the past is being sent must not be lost.
  let seen = container.droppedLines + container.lines.length;
  const past = container.lines.filter(wanted);
  exchange.begin('application/vnd.docker.multiplexed-stream');
  for (const line of past.slice(Math.max(0, past.length - tail))) await exchange.send(framed(line));
  if (exchange.flag('follow')) {
    const wake = new Waiters();
    const listener = () => wake.wake();
    // A log ends with the run that writes it.
    const { running } = container;
    let ended = running === null;
    const end = () => {
      ended = true;
      wake.wake();
    };
    void running?.ended.then(end);
    container.onLog.add(listener);
    try {
      for (;;) {
        const lines = container.linesFrom(seen);
        seen = container.droppedLines + container.lines.length;
        for (const line of lines) if (wanted(line)) await exchange.send(framed(line));
        if (container.droppedLines + container.lines.length > seen) continue;
        if (ended || over.aborted || exchange.engine.host.machine.now() > until) break;
        await wake.wait(over).catch(() => undefined);
      }
    } finally {
      container.onLog.delete(listener);
    }
  }
  if (!over.aborted) exchange.response.end();
};
