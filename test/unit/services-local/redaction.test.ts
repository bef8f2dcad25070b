import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyHider } from '../../../src/services/redaction/key-hider.js';
import { createRedactor, labSecrets } from '../../../src/services/redaction/redactor.js';
import { labWith } from './support.js';

const { mask } = createRedactor();
const KEY = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'b3BlbnNzaC1rZXktdjEAAAAA',
  'QyNTUxOQAAACD0',
  '-----END OPENSSH PRIVATE KEY-----',
].join('\n');
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N';

describe('what looks like a secret', () => {
  it.each([
    ['password=hunter2000', 'password=***'],
    ['MYSQL_ROOT_PASSWORD="two words"', 'MYSQL_ROOT_PASSWORD="***"'],
    ["password: 'it is' # x", "password: '***' # x"],
    ['{"password": "a\\"b", "x": 1}', '{"password": "***", "x": 1}'],
    ['curl -u a --password hunter2 x', 'curl -u a --password *** x'],
    ['mysql --password=hunter2 x', 'mysql --password=*** x'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['authorization: basic YTpi', 'authorization: basic ***'],
    ['PRIVATE-TOKEN: abcdef', 'PRIVATE-TOKEN: ***'],
    ['token glrt-AbCdEf0123456789xyz.', 'token ***'],
    [
      'kubeadm join 1.2.3.4:6443 --token abcdef.0123456789abcdef --discovery',
      'kubeadm join 1.2.3.4:6443 --token *** --discovery',
    ],
    [`see ${JWT} here`, 'see *** here'],
    ['"auth": "YWRtaW46cGFzcw=="', '"auth": "***"'],
    ['https://admin:s3cret@hit.local/x', 'https://admin:***@hit.local/x'],
    ['root:$6$salt0123$abcdefghijklmnop/.:1:', 'root:***:1:'],
    ["CREATE USER x IDENTIFIED BY 'abc'", "CREATE USER x IDENTIFIED BY '***'"],
    [`a\n${KEY}\nb`, 'a\n***\nb'],
    [`a\n${KEY.slice(0, 60)}`, 'a\n***'],
    [KEY.slice(40), '***'],
    ['client-key-data: LS0tLS1CRUdJTg==', 'client-key-data: ***'],
  ])('%s', (text, expected) => {
    expect(mask(text)).toBe(expected);
    expect(mask(mask(text))).toBe(expected);
  });

  it.each([
    '--discovery-token-ca-cert-hash sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    '[sudo] password for cikal: ',
    'Password:\nnext',
    'password=$DB_PASSWORD',
    'password="${DB_PASSWORD}"',
    'password: {{param.x}}',
    'PasswordAuthentication no',
    'image: harbor.local/library/frontend@sha256:abc',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx ana@laptop',
    'SHA256:uNiVztksCsDhcc0u9e8BrqXK4W5z1c8D5J0xH2m3n4o',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    'systemd-resolved.service active',
    'http://192.168.56.42:8080/a@b',
  ])('is not: %s', (text) => {
    expect(mask(text)).toBe(text);
  });
});

const secret = fc
  .string({ unit: 'grapheme', minLength: 4, maxLength: 24 })
  .filter((text) => !text.includes('*') && text.trim().length >= 4);
/** Text without white space around, in which a secret can stand without becoming part of it. */
const around = fc.string({ maxLength: 30 });

describe('a known secret', () => {
  it('is gone in every form', () => {
    fc.assert(
      fc.property(secret, around, around, (one, before, after) => {
        const known = createRedactor([one]);
        const forms = [
          one,
          Buffer.from(one).toString('base64'),
          Buffer.from(one).toString('base64url'),
          one.replaceAll("'", `'\\''`),
          ...(/\p{Surrogate}/u.test(one) ? [] : [encodeURIComponent(one)]),
        ];
        for (const form of forms)
          expect(known.mask(`${before}\u0001${form}\u0001${after}`)).toContain('\u0001***\u0001');
        expect(known.mask(before + one + after)).not.toContain(one);
      }),
    );
  });

  it('is gone from user:secret in base64', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9!#%]{12,24}$/),
        fc.stringMatching(/^[a-z]{1,8}$/),
        (one, user) => {
          const masked = createRedactor([one]).mask(Buffer.from(`${user}:${one}@host`).toString('base64'));
          expect(masked).toContain('***');
          expect(Buffer.from(masked.replaceAll('***', ''), 'base64').toString()).not.toContain(one);
        },
      ),
    );
  });

  it('as long as a key is gone in every form, as often as it stands there, beside short ones', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 60, maxLength: 400 }),
        fc.stringMatching(/^[A-Za-z0-9]{6,20}$/),
        around,
        (long, short, between) => {
          const redactor = createRedactor([short]);
          redactor.addSecret(long);
          const encoded = Buffer.from(long).toString('base64');
          const text = [long, encoded, JSON.stringify(long), short, long + short].join(between);
          const masked = redactor.mask(text);
          for (const form of [long, encoded]) expect(masked.includes(form)).toBe(false);
        },
      ),
    );
    const key = 'MIIEowIBAAKCAQEA'.repeat(8);
    const redactor = createRedactor([key, 'Harbor12345']);
    expect(redactor.mask(`a ${key}${key} b ${key} c Harbor12345 ${key.slice(0, -1)}`)).toBe(
      `a *** b *** c *** ${key.slice(0, -1)}`,
    );
  });

  it('is masked as a whole when a shorter one begins like it', () => {
    expect(createRedactor(['rahasia', 'rahasia99']).mask('rahasia99 rahasia')).toBe('*** ***');
  });

  it('too short to be masked is said so; later ones are masked from then on', () => {
    const redactor = createRedactor(['abc']);
    expect(redactor.mask('abc')).toBe('abc');
    expect(redactor.addSecret('abc')).toBe(false);
    expect(redactor.addSecret('abcd')).toBe(true);
    expect(redactor.mask('xabcdx')).toBe('x***x');
  });

  it('that equals a name of the lab is left, others of the lab are taken', () => {
    const lab = labWith();
    const hosts = {
      ...lab.hosts,
      'vm-k8s': { ...lab.hosts['vm-k8s'], user: 'vagrant', password: 'vagrant', sudoPassword: 'rahasia' },
    };
    expect(labSecrets({ ...lab, hosts })).toEqual(['rahasia']);
  });
});

describe('a private key that comes line by line', () => {
  const [begin = '', first = '', second = '', end = ''] = KEY.split('\n');

  it('is hidden to its end, and nothing else is', () => {
    const hide = createKeyHider(createRedactor(['rahasia99']).mask);
    const shown = ['before', `key: ${begin}`, first, second, `${end} after rahasia99`, 'last'].map(hide);
    expect(shown).toEqual(['before', 'key: ***', '', '', ' after ***', 'last']);
  });

  it('does not make us blind for ever when it never ends', () => {
    const hide = createKeyHider(createRedactor().mask);
    const shown = [begin, ...Array.from({ length: 4000 }, (_, index) => `line ${index} of the log`)].map(
      hide,
    );
    expect(shown.slice(0, 3)).toEqual(['***', '', '']);
    expect(shown.at(-1)).toBe('line 3999 of the log');
  });
});

describe('time', () => {
  it('grows with the text, not faster', () => {
    const redactor = createRedactor(['rahasia99', 'x"y$z']);
    const units = [
      'password',
      'password=',
      'eyJ',
      'eyJaaaaa.',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----\n',
      'A\n',
      'a://b:',
      '"auth":"',
      'authorization: bearer ',
      'cookie: ',
      '$6$',
      'glrt-',
      'identified with a ',
      'abcdef.',
      '--password ',
      ' ',
      "password='",
      'a',
    ];
    // A search that grows with the square of these 400,000 characters would run into the time limit of tests.
    for (const unit of units)
      expect(redactor.mask(unit.repeat(Math.ceil(400_000 / unit.length)))).toBeTypeOf('string');
  });
});
