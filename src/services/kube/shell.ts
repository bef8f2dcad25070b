/**
 * A shell in a container: the API's exec over a WebSocket with a terminal (v4.channel.k8s.io, which every server from v1.20
 * on speaks). Each message begins with a byte that says which stream it belongs to.
 */
import type { WebSocket } from 'ws';
import type { RemoteTerminal, TerminalSize } from '../ports.js';
import { cleanRemoteText } from '../text/clean.js';
import type { ApiClient } from './client.js';
import { objectPath } from './resources.js';
import { listAt, textAt } from './rows/fields.js';
import { refusalOf } from './troubles.js';

const PROTOCOL = 'v4.channel.k8s.io';
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const RESIZE = 4;
const OPEN_MS = 30_000;
/** What comes before somebody listens is kept up to here: a prompt, not a flood. */
const MOST_EARLY = 1 << 20;
const LARGEST_MESSAGE = 16 << 20;
const LONGEST_REFUSAL = 64 << 10;
/** Between two signs of life: a connection that broke without a word is noticed. */
const PING_MS = 15_000;
const COMMAND =
  'TERM=xterm-256color; export TERM; if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';

interface End {
  readonly exit: number | null;
  readonly signal: string | null;
}

/** The exit code in a final Status, and its words where it was no exit. */
function endOf(text: string): { readonly end: End; readonly words: string } {
  let status: unknown;
  try {
    status = JSON.parse(text);
  } catch {
    return { end: { exit: null, signal: null }, words: '' };
  }
  if (textAt(status, 'status') === 'Success') return { end: { exit: 0, signal: null }, words: '' };
  const code = listAt(status, 'details', 'causes').find((one) => textAt(one, 'reason') === 'ExitCode');
  const exit = Number.parseInt(textAt(code, 'message'), 10);
  if (Number.isInteger(exit)) return { end: { exit, signal: null }, words: '' };
  return {
    end: { exit: null, signal: null },
    words: cleanRemoteText(textAt(status, 'message')).slice(0, 1_000),
  };
}

function bytesOf(data: unknown): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  return Array.isArray(data) ? Buffer.concat(data.filter((one) => Buffer.isBuffer(one))) : Buffer.alloc(0);
}

/** Opens the WebSocket on a connection of its own. @throws ApiRefusal with the words of a server that does not */
async function openSocket(
  client: ApiClient,
  path: string,
  signal: AbortSignal,
  onMessage: (data: unknown, socket: WebSocket) => void,
): Promise<WebSocket> {
  const { default: WebSocketClient } = await import('ws');
  const limit = AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS)]);
  const tls = await client.connect(limit);
  return new Promise((resolve, reject) => {
    const socket = new WebSocketClient(`${client.access.server.replace(/^http/, 'ws')}${path}`, [PROTOCOL], {
      createConnection: () => tls,
      headers: client.headers,
      perMessageDeflate: false,
      maxPayload: LARGEST_MESSAGE,
    });
    // From the beginning: the first prompt may come with the answer that opens the socket.
    socket.on('message', (data: unknown) => onMessage(data, socket));
    const leave = (): void => {
      socket.terminate();
      tls.destroy();
      reject(new Error('no answer to the request for a shell'));
    };
    limit.addEventListener('abort', leave, { once: true });
    const settled = (): void => limit.removeEventListener('abort', leave);
    socket.once('open', () => {
      settled();
      resolve(socket);
    });
    socket.on('error', (error) => {
      settled();
      tls.destroy();
      reject(error);
    });
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (body.length < LONGEST_REFUSAL) body += text;
      });
      response.on('close', () => {
        settled();
        tls.destroy();
        reject(refusalOf(response.statusCode ?? 0, body));
      });
    });
  });
}

/**
 * Opens bash, or sh where there is none.
 * @param signal closes it
 * @throws ApiRefusal in the server's words, or what the connection fails with
 */
export async function openShell(
  client: ApiClient,
  pod: { readonly namespace: string; readonly name: string; readonly container: string },
  size: TerminalSize,
  signal: AbortSignal,
): Promise<RemoteTerminal> {
  const query = new URLSearchParams({ container: pod.container, stdin: 'true', stdout: 'true', tty: 'true' });
  for (const word of ['sh', '-c', COMMAND]) query.append('command', word);
  const path = `${objectPath('Pod', pod.namespace, pod.name)}/exec?${query.toString()}`;

  const listeners = new Set<(bytes: Uint8Array) => void>();
  let early: Buffer[] = [];
  let earlyBytes = 0;
  let end: End = { exit: null, signal: null };
  const hand = (bytes: Buffer): void => {
    if (listeners.size > 0) for (const listener of listeners) listener(bytes);
    else if (earlyBytes < MOST_EARLY) {
      early.push(bytes);
      earlyBytes += bytes.length;
    }
  };
  let answered = true;
  const socket = await openSocket(client, path, signal, (data, from) => {
    answered = true;
    const bytes = bytesOf(data);
    const content = bytes.subarray(1);
    // An empty message names no stream; those of other numbers are none of ours.
    if (bytes[0] === STDOUT || bytes[0] === STDERR) hand(content);
    else if (bytes[0] === STATUS) {
      const told = endOf(content.toString('utf8'));
      end = told.end;
      if (told.words !== '') hand(Buffer.from(`\r\n${told.words}\r\n`));
      from.close();
    }
  });
  const send = (stream: number, bytes: Uint8Array): void => {
    if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.of(stream), bytes]));
  };
  const resize = ({ columns, rows }: TerminalSize): void =>
    send(RESIZE, Buffer.from(JSON.stringify({ Width: columns, Height: rows })));
  const alive = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_MS);
  socket.on('pong', () => {
    answered = true;
  });
  const close = (): void => {
    // A shell at its prompt ends with its input; the server ends the rest when the connection goes.
    send(STDIN, Buffer.of(0x04));
    socket.close();
  };
  signal.addEventListener('abort', close, { once: true });
  const ended = new Promise<End>((resolve) => {
    const over = (): void => {
      clearInterval(alive);
      signal.removeEventListener('abort', close);
      resolve(end);
    };
    if (socket.readyState === socket.CLOSED) over();
    else socket.once('close', over);
  });
  resize(size);
  if (signal.aborted) close();
  return {
    onData(listener) {
      listeners.add(listener);
      const before = early;
      early = [];
      for (const bytes of before) listener(bytes);
    },
    write: (bytes) => send(STDIN, bytes),
    resize,
    ended,
    close,
  };
}
