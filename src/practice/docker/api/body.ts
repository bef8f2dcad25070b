/** The body of a request: JSON, and not much of it. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError } from './exchange.js';

const LARGEST_BYTES = 1 << 20;
const tooLarge = () => new ApiError(413, 'http: request body too large');

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) return null;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new ApiError(400, `invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws ApiError 400, 413 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    length += chunk.length;
    if (length > LARGEST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return /json/.test(request.headers['content-type'] ?? '') ? parse(Buffer.concat(chunks)) : null;
}

/**
 * The body of a request that asks for the connection itself. Node hands the connection over before it has read the body;
 * what follows the body is put back into it. Should a later Node read the body itself, that is taken as well.
 * @throws ApiError 400, 413
 */
export function readUpgradedBody(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<unknown> {
  const wanted = Number(request.headers['content-length'] ?? 0);
  if (wanted > LARGEST_BYTES) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const stop = () => {
      socket.off('data', take);
      socket.off('end', cut);
      socket.off('close', cut);
      request.off('data', take);
      socket.pause();
    };
    const cut = () => {
      stop();
      reject(new ApiError(400, 'unexpected EOF'));
    };
    const take = (bytes: Buffer) => {
      got = Buffer.concat([got, bytes]);
      if (got.length < wanted) return;
      stop();
      if (got.length > wanted) socket.unshift(got.subarray(wanted));
      try {
        resolve(parse(got.subarray(0, wanted)));
      } catch (error) {
        reject(error);
      }
    };
    socket.on('data', take);
    socket.once('end', cut);
    socket.once('close', cut);
    request.on('data', take);
    take(head);
  });
}
