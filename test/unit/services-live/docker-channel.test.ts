/** Streams of a link as HTTP uses them. */
import { get } from 'node:http';
import { Duplex, PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { inspect } from 'node:util';
import { StreamAgent } from '../../../src/services/docker/agent.js';
import { ChannelStream } from '../../../src/services/docker/channel-stream.js';

/** A channel as ssh2 has them: its end is told only to somebody who reads, and its close only after that. */
class Channel extends Duplex {
  readonly written = new PassThrough();
  constructor() {
    super({ emitClose: false, autoDestroy: false });
    this.once('end', () => this.emit('close'));
  }
  override _read(): void {
    // Data comes by itself.
  }
  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.written.write(chunk, () => done());
  }
  override destroy(): this {
    this.end();
    this.push(null);
    return this;
  }
}

it('hands on all that came before the channel closed, and closes then', async () => {
  const channel = new Channel();
  const stream = new ChannelStream(channel);
  channel.push('one');
  channel.push('two');
  channel.push(null);
  let text = '';
  const closed = new Promise((resolve) => stream.once('close', resolve));
  for await (const chunk of stream) text += String(chunk);
  await closed;
  expect(text).toBe('onetwo');
});

it('that is destroyed lets go of its channel, though nobody read what had come', async () => {
  const channel = new Channel();
  const stream = new ChannelStream(channel);
  channel.push(Buffer.alloc(200_000));
  const over = vi.fn<() => void>();
  channel.once('close', over);
  const closed = new Promise((resolve) => stream.once('close', resolve));
  stream.destroy();
  await closed;
  await vi.waitFor(() => expect(over).toHaveBeenCalledOnce(), { timeout: 5_000 });
});

it('writes to the channel and ends it', async () => {
  const channel = new Channel();
  const stream = new ChannelStream(channel);
  const finished = new Promise((resolve) => channel.once('finish', resolve));
  stream.end('words');
  await finished;
  expect(String(channel.written.read())).toBe('words');
});

it('is not walked through when a client writes down what it asks, however much hangs on it', async () => {
  const agent = new StreamAgent(async () => new Channel());
  const request = get({ agent, path: '/events' });
  request.on('error', () => undefined);
  await vi.waitFor(() => expect(agent.streams).toBe(1), { timeout: 5_000 });
  expect(inspect({ agent }, { showHidden: true, depth: null })).toBe('{ agent: StreamAgent }');
  agent.destroy();
});
