import { describe, expect, it } from 'vitest';
import { BACKENDS, baseOf, productsUrl } from './backends.js';

describe('the address of a back end', () => {
  it.each([
    [undefined, '/go', '/go'],
    ['', '/go', '/go'],
    ['/go/', '/go', '/go'],
    ['https://api.example//', '/go', 'https://api.example'],
    ['/', '/go', ''],
  ])('%j, or else %s, is %j', (given, otherwise, expected) => {
    expect(baseOf(given, otherwise)).toBe(expected);
  });

  it('is a path behind the edge when nothing else was asked for', () => {
    expect(BACKENDS.map(productsUrl)).toEqual(['/go/api/products', '/laravel/api/products']);
  });
});
