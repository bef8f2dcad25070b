import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { checkParameter, isHostname, type ParameterSpec } from '../../../src/lab/parameters.js';
import { formatCidr, formatIpv4, parseCidr, parseIpv4 } from '../../../src/lab/net.js';
import { PARAMETER_TYPES, type ParameterSource } from '../../../src/runbook/schema.js';

const spec = (type: ParameterSpec['type']): ParameterSpec => ({ name: 'x', type, choices: ['a', 'b'] });
const right: Readonly<Record<ParameterSpec['type'], readonly unknown[]>> = {
  word: ['library', 'bento/ubuntu-24.04', 'a@b:c', '_x'],
  hostname: ['hit.local', 'vm-docker', 'a', '3com.example'],
  ipv4: ['0.0.0.0', '255.255.255.255', '192.168.56.42'],
  cidr: ['10.244.0.0/16', '0.0.0.0/0', '10.0.0.1/32'],
  port: [1, 22, 65535],
  version: ['1.33', 'v2.1.0', '5.0.3-1.1', '24', '1.7.27~rc1'],
  path: ['/', '/opt/harbor', '/home/cikal/edge/', '/a/.config'],
  url: ['https://hit.local', 'http://192.168.56.42:8080/api/v2.0/ping?x=1&y=2'],
  boolean: [true, false],
  integer: [0, -3, 42],
  'hostname-list': [[], ['a', 'b.c']],
  'ipv4-list': [['1.1.1.1', '8.8.8.8']],
  'cidr-list': [['10.0.0.0/8']],
  choice: ['a', 'b'],
  secret: ['12345678', 'päss wörd "with" $everything', 'x'.repeat(1024)],
};
const wrong: Readonly<Record<ParameterSpec['type'], readonly unknown[]>> = {
  word: ['', '-rf', 'a b', 'a;b', '$x', 'a\n', 1, null],
  hostname: ['Hit.local', 'a_b', '-a', 'a..b', 'a.', '1.2.3.4', 'x'.repeat(64), 'a\n'],
  ipv4: ['1.2.3', '1.2.3.04', '256.1.1.1', '1.2.3.4\n', ' 1.2.3.4'],
  cidr: ['10.244.0.1/16', '10.0.0.0/33', '10.0.0.0', '10.0.0.0/8\n'],
  port: [0, 65536, 1.5, '22', Number.NaN],
  version: ['', 'latest', '1.', '1.2.3.4.5', '1.33; rm', 1.33],
  path: ['relative', '/a b', '/../etc', '/a/./b', '//a', '/a$b', '/a\n'],
  url: [
    'ftp://a',
    'https://user:pw@host/',
    'https://a b',
    'https://',
    'https://a/$(x)',
    'https://a/\n',
    'http://a:99999',
  ],
  boolean: ['true', 1, null],
  integer: [1.5, '1', Number.POSITIVE_INFINITY, 2 ** 60],
  'hostname-list': ['a', [1], ['A']],
  'ipv4-list': [['1.1.1.1', 'x'], { a: 1 }, Array.from({ length: 65 }, () => '1.1.1.1')],
  'cidr-list': [['10.0.0.1/8']],
  choice: ['c', '', 1],
  secret: ['', 'short', 12345678, 'two\nlines here', ' leading', 'trailing ', 'x'.repeat(1025), null],
};

describe('parameters', () => {
  it('has a check for every type that the runbook offers', () => {
    expectTypeOf<ParameterSource>().toExtend<ParameterSpec>();
    expectTypeOf<ParameterSpec['type']>().toEqualTypeOf<ParameterSource['type']>();
    for (const type of PARAMETER_TYPES) {
      for (const value of right[type])
        expect([type, value, checkParameter(spec(type), value)]).toEqual([type, value, null]);
      for (const value of wrong[type]) {
        const text = checkParameter(spec(type), value);
        expect([type, value, text?.id === undefined || text.en === '']).toEqual([type, value, false]);
      }
    }
  });

  it('never admits what could leave a word of a script', () => {
    const nasty = fc.constantFrom(
      '\n',
      '\r',
      '\0',
      '\u001b',
      '"',
      "'",
      '`',
      '$',
      '\\',
      ' ',
      '\t',
      ';',
      '|',
      '<',
      '>',
      '\u2028',
    );
    const texts = ['word', 'hostname', 'ipv4', 'cidr', 'version', 'path'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.string(), nasty, fc.string(), (type, before, bad, after) => {
        expect(checkParameter(spec(type), before + bad + after)).not.toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...texts, 'url' as const), nasty, (type, bad) => {
        for (const value of right[type])
          expect(
            bad === ';' && type === 'url' ? 1 : checkParameter(spec(type), String(value) + bad),
          ).not.toBeNull();
      }),
    );
  });

  it('takes every address to a number and back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 0, max: 32 }),
        (value, bits) => {
          expect(parseIpv4(formatIpv4(value))).toBe(value);
          const network = parseCidr(`${formatIpv4(value)}/${bits}`);
          expect(network).not.toBeNull();
          if (network === null) return;
          expect(network.base).toBeLessThanOrEqual(value);
          expect(value - network.base).toBeLessThan(2 ** (32 - bits));
          expect(parseCidr(formatCidr(network))).toEqual(network);
        },
      ),
    );
  });

  it('refuses long texts without searching them for ever', () => {
    for (const unit of ['a', 'a.', 'a-', '/', '/a', '1.', '-', 'http://a'])
      for (const type of ['word', 'hostname', 'version', 'path', 'url'] as const)
        expect(checkParameter(spec(type), unit.repeat(100_000))).not.toBeNull();
    expect(isHostname('a.'.repeat(50_000))).toBe(false);
  });
});
