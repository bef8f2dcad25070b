import { describe, expect, it } from 'vitest';
import { normalise, sameProducts } from './products.js';

const GO = {
  source: 'go',
  data: [{ id: 1, name: 'Kopi', price: 15000, stock: 3, created_at: '2026-01-01T00:00:00Z' }],
};
const LARAVEL = { data: [{ id: 1, name: 'Kopi', price: '15000.00', stock: 3, created_at: null }] };
const KOPI = { id: '1', name: 'Kopi', price: 15000, stock: 3 };

describe('an answer with products', () => {
  it.each([
    ['Go', GO],
    ['Laravel', LARAVEL],
    ['a bare list', GO.data],
    ['products under their own name', { products: LARAVEL.data }],
    ['a page of a longer list', { current_page: 1, data: LARAVEL.data, total: 1 }],
  ])('becomes one shape: %s', (_of, answer) => {
    expect(normalise(answer)).toEqual({ products: [KOPI], skipped: 0 });
  });

  it('may be empty', () => {
    expect(normalise({ data: [] })).toEqual({ products: [], skipped: 0 });
  });

  it('keeps what it can read, and counts the rest', () => {
    const { products, skipped } = normalise({
      data: [
        { id: 'a-7', name: 'Teh', price: 'gratis', stock: '12' },
        { id: 8, name: 'Gula', price: ' 12500.50 ', stock: null },
        { id: 9, name: 'Susu', price: '', stock: true },
        { id: 10 },
        { name: 'Tanpa id' },
        null,
        'x',
        [1],
      ],
    });
    expect(products).toEqual([
      { id: 'a-7', name: 'Teh', price: null, stock: 12 },
      { id: '8', name: 'Gula', price: 12500.5, stock: null },
      { id: '9', name: 'Susu', price: null, stock: null },
    ]);
    expect(skipped).toBe(5);
  });

  it.each([[null], [42], ['x'], [{}], [{ data: {} }], [{ error: 'no database' }], [undefined]])(
    'is told from one without: %j',
    (answer) => {
      expect(normalise(answer)).toBeNull();
    },
  );
});

describe('two lists', () => {
  it('are the same when each product is', () => {
    expect(sameProducts(normalise(GO).products, normalise(LARAVEL).products)).toBe(true);
    expect(sameProducts([], [])).toBe(true);
    expect(sameProducts([KOPI], [])).toBe(false);
    expect(sameProducts([KOPI], [{ ...KOPI, stock: 2 }])).toBe(false);
  });
});
