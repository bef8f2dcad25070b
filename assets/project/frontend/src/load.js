import { normalise } from './products.js';

/** A back end that has not answered by then is told as such; the edge itself gives up on a Pod after five seconds. */
export const TIMEOUT_MS = 8000;

/**
 * What is known of one back end.
 * @typedef {{ kind: 'loading' }
 *   | { kind: 'list', products: import('./products.js').Product[], skipped: number }
 *   | { kind: 'failed', why: 'status', status: number, reason: string | null }
 *   | { kind: 'failed', why: 'timeout' | 'network' | 'not-json' | 'not-products' }} BackendState
 */

/**
 * Asks one back end. Never throws: what went wrong is what the page has to tell.
 * @param {string} url
 * @param {AbortSignal} signal ends the question when nobody waits for the answer any more
 * @param {number} [timeoutMs] milliseconds
 * @returns {Promise<BackendState>}
 */
export async function loadProducts(url, signal, timeoutMs = TIMEOUT_MS) {
  const timeout = AbortSignal.timeout(timeoutMs);
  let text;
  try {
    const response = await fetch(url, {
      headers: { Accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.any([signal, timeout]),
    });
    text = await response.text();
    if (!response.ok)
      return { kind: 'failed', why: 'status', status: response.status, reason: reasonIn(text) };
  } catch {
    return { kind: 'failed', why: timeout.aborted && !signal.aborted ? 'timeout' : 'network' };
  }
  const answer = parsed(text);
  if (answer === undefined) return { kind: 'failed', why: 'not-json' };
  const read = normalise(answer);
  return read === null ? { kind: 'failed', why: 'not-products' } : { kind: 'list', ...read };
}

/** undefined when it is not JSON. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Both back ends say in one word why they refuse, e.g. `{"reason": "access-denied"}`. */
function reasonIn(text) {
  const reason = parsed(text)?.reason;
  return typeof reason === 'string' && /^[a-z][a-z-]{0,39}$/.test(reason) ? reason : null;
}
