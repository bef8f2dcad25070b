import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanRemoteText, MAX_LINE_CHARS, RemoteTextDecoder } from '../../../src/services/text/clean.js';

/** No character that could do more to a terminal than stand there. */
const HARMLESS =
  /^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]*$/;

function mask(line: string): string {
  return line.replaceAll('sesame', '•••');
}

describe('cleaning a text', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['a window title', 'a\u001b]0;owned\u0007b', 'ab'],
    ['a link', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['an unterminated control string, up to its line end', 'a\u001bPq#0;2\nb', 'a\nb'],
    ['eight-bit controls', 'a\u009b31mb\u009dtitle\u009cc', 'abc'],
    ['a full reset and a charset', '\u001bc\u001b(0x', 'x'],
    ['a lone escape at the end', 'x\u001b', 'x'],
    ['bells, nulls and backspaces', 'b\u0007e\u0000lN\bN', 'belN'],
    ['text direction overrides', 'abc\u202egnp.exe\u2066', 'abcgnp.exe'],
    ['tabs', 'a\tb\t', 'a       b       '],
    ['progress by carriage returns', '10%\r50%\r100%\r\ndone', '100%\ndone'],
    ['a line separator', 'a\u2028b', 'a b'],
  ])('removes %s', (_what, dirty, clean) => {
    expect(cleanRemoteText(dirty)).toBe(clean);
  });

  it('bounds lines, and masks before it cuts', () => {
    const text = `${'x'.repeat(MAX_LINE_CHARS - 3)}sesame and more`;
    const clean = cleanRemoteText(text, { mask });
    expect(clean).toBe(`${'x'.repeat(MAX_LINE_CHARS - 3)}•••…`);
  });

  it.each([
    ['backspaces', `${'a'.repeat(30_000)}${'\b'.repeat(30_000)}`],
    ['escapes', '\u001b]'.repeat(30_000)],
    ['open sequences', '\u001b['.repeat(30_000)],
    ['tabs', '\t'.repeat(60_000)],
    ['returns', '\r'.repeat(60_000)],
  ])('is not slowed down by a flood of %s', (_what, line) => {
    const flood = Array.from({ length: 20 }, () => line).join('\n');
    const begun = performance.now();
    cleanRemoteText(flood);
    const decoder = new RemoteTextDecoder();
    decoder.push(Buffer.from(line));
    decoder.flush();
    // Quadratic work on this would take minutes.
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('never lets a control character through, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '\u001b',
            '[',
            ']',
            'P',
            '\\',
            ';',
            '\r',
            '\b',
            '\n',
            '3',
            'm',
            '\u009b',
            '\u202e',
            '\u0007',
            'é',
          ),
        ),
        (parts) => {
          for (const line of cleanRemoteText(parts.join('')).split('\n')) expect(line).toMatch(HARMLESS);
        },
      ),
    );
  });
});

describe('cleaning a stream', () => {
  it('gives the same text however the bytes are cut', () => {
    const dirty =
      'é\u001b[31mred\u001b[0m\u001b]0;t\u0007 sesame\n\u202eab\r\nprogress 1\rprogress 2\nend 漢字';
    const bytes = Buffer.from(dirty);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 }), (cuts) => {
        const decoder = new RemoteTextDecoder({ mask });
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        let text = '';
        for (let index = 1; index < places.length; index += 1)
          text += decoder.push(bytes.subarray(places[index - 1], places[index]));
        text += decoder.end();
        expect(text).toBe('éred •••\nab\nprogress 2\nend 漢字');
        expect(decoder.nextByte).toBe(bytes.length);
      }),
    );
  });

  it('can be taken over by another decoder at the byte it names', () => {
    const bytes = Buffer.from('one é\ntwo \u001b[31mred\u001b[0m\nthree 漢\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const first = new RemoteTextDecoder();
      const before = first.push(bytes.subarray(0, cut)) + first.flush();
      const second = new RemoteTextDecoder({}, first.nextByte);
      expect(before + second.push(bytes.subarray(first.nextByte))).toBe('one é\ntwo red\nthree 漢\n');
    }
  });

  it('hides a private key that arrives in pieces', () => {
    const decoder = new RemoteTextDecoder({ mask: (line) => line });
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQ\n-----END PRIVATE KEY-----\n';
    const text = `made:\n${key}done\n`;
    let out = '';
    for (let at = 0; at < text.length; at += 7) out += decoder.push(Buffer.from(text.slice(at, at + 7)));
    expect(out + decoder.end()).toBe('made:\n***\n\n\n\ndone\n');
  });

  it('shows an unfinished line on request, and starts a new one when it is overwritten', () => {
    const decoder = new RemoteTextDecoder();
    expect(decoder.push(Buffer.from('10%\r'))).toBe('');
    expect(decoder.flush()).toBe('10%');
    expect(decoder.flush()).toBe('');
    expect(decoder.push(Buffer.from('20%\r\n'))).toBe('\n20%\n');
  });

  it('replaces what is no UTF-8', () => {
    expect(new RemoteTextDecoder().push(Buffer.from([0x61, 0xff, 0xc3, 0x0a]))).toBe('a\ufffd\ufffd\n');
  });

  it('keeps ten megabytes without a newline from piling up', () => {
    const decoder = new RemoteTextDecoder();
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let text = '';
    for (let index = 0; index < 160; index += 1) text += decoder.push(chunk);
    expect(text).toBe('');
    text = decoder.push(Buffer.from('\nnext\n'));
    expect(text).toBe(`${'x'.repeat(MAX_LINE_CHARS)}…\nnext\n`);
    expect(decoder.nextByte).toBe(160 * 64 * 1024 + 6);
  });

  it('follows a progress line that is rewritten for ever', () => {
    const decoder = new RemoteTextDecoder();
    for (let index = 0; index < 20_000; index += 1) decoder.push(Buffer.from(`\r${index} of 20000`));
    expect(decoder.push(Buffer.from('\n'))).toBe('19999 of 20000\n');
  });
});
