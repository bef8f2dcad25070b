import { describe, expect, it } from 'vitest';
import { LANGUAGES, languageOf, rupiah, TEXTS } from './texts.js';

function keysOf(texts) {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'object' ? keysOf(value).map((inner) => `${key}.${inner}`) : [key],
  );
}

describe('the texts', () => {
  it('are there in both languages', () => {
    expect(keysOf(TEXTS.id)).toEqual(keysOf(TEXTS.en));
  });

  it.each(LANGUAGES)('tell in %s what is wrong, and for the usual numbers where to look', (language) => {
    for (const status of [404, 500, 502, 503, 504]) {
      const { what, hint } = TEXTS[language].failed.status({ status, reason: null });
      expect(what).toContain(String(status));
      expect(hint).not.toBe('');
    }
    expect(TEXTS[language].failed.status({ status: 418, reason: null }).hint).toBe('');
  });

  it('write prices as rupiah, with two digits of cents or none', () => {
    const plain = (price, language) => rupiah(price, language).replaceAll('\u00a0', ' ');
    expect([plain(85000, 'id'), plain(145000.5, 'id')]).toEqual(['Rp 85.000', 'Rp 145.000,50']);
    expect([plain(85000, 'en'), plain(145000.5, 'en')]).toEqual(['Rp 85,000', 'Rp 145,000.50']);
  });

  it('are chosen by what the browser asks for first', () => {
    expect(languageOf(['fr', 'id-ID', 'en'])).toBe('id');
    expect(languageOf(['en-US'])).toBe('en');
    expect(languageOf(['fr'])).toBe('en');
    expect(languageOf([])).toBe('en');
  });
});
