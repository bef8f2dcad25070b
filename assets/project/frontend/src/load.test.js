import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadProducts } from './load.js';

const never = () => new AbortController().signal;
const answering = (answer) => vi.stubGlobal('fetch', vi.fn(answer));
afterEach(() => vi.unstubAllGlobals());

describe('asking a back end', () => {
  it('gives its products', async () => {
    answering(() =>
      Promise.resolve(new Response('{"data":[{"id":1,"name":"Kopi","price":"1.00","stock":2}]}')),
    );
    expect(await loadProducts('/go/api/products', never())).toEqual({
      kind: 'list',
      products: [{ id: '1', name: 'Kopi', price: 1, stock: 2 }],
      skipped: 0,
    });
    expect(fetch.mock.calls[0][0]).toBe('/go/api/products');
  });

  it.each([
    [
      'status',
      () => Promise.resolve(new Response('<h1>Bad Gateway</h1>', { status: 502 })),
      { status: 502, reason: null },
    ],
    [
      'status',
      () => Promise.resolve(new Response('{"reason":"access-denied"}', { status: 503 })),
      { status: 503, reason: 'access-denied' },
    ],
    [
      'status',
      () => Promise.resolve(new Response('{"reason":"<b>!</b>"}', { status: 503 })),
      { status: 503, reason: null },
    ],
    ['not-json', () => Promise.resolve(new Response('<!doctype html><title>x</title>')), {}],
    ['not-products', () => Promise.resolve(new Response('{"message":"hello"}')), {}],
    ['network', () => Promise.reject(new TypeError('Failed to fetch')), {}],
  ])('tells what is wrong: %s', async (why, answer, more) => {
    answering(answer);
    expect(await loadProducts('/go/api/products', never())).toEqual({ kind: 'failed', why, ...more });
  });

  it('gives up on one that says nothing', async () => {
    answering(
      (_url, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    expect(await loadProducts('/go/api/products', never(), 5)).toEqual({ kind: 'failed', why: 'timeout' });
  });
});
