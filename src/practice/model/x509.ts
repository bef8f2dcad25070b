/** X.509 certificates, made with Node's own keys and signatures and a small DER writer (RFC 5280). */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { isAddress } from './machine.js';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
/** Distinguished name, in the order it is written: `[['O', 'system:masters'], ['CN', 'kubernetes-admin']]`. */
export type DistinguishedName = readonly (readonly [kind: keyof typeof NAME_OIDS, value: string])[];
export interface CertificateRequest {
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  readonly publicKey: KeyObject;
  /** Key of the issuer; the subject's own for a self-signed certificate. */
  readonly signedBy: KeyObject;
  /** Epoch ms. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Names and IPv4 addresses. */
  readonly alternativeNames?: readonly string[];
  readonly authority?: boolean;
}

const NAME_OIDS = {
  C: '2.5.4.6',
  ST: '2.5.4.8',
  L: '2.5.4.7',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  emailAddress: '1.2.840.113549.1.9.1',
} as const;

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), body]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 255);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), body]);
}
const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 127];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 127) | 128);
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}
function integer(bytes: Buffer): Buffer {
  return der(0x02, (bytes[0] ?? 0) >= 128 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}
const name = (parts: DistinguishedName) =>
  sequence(
    ...parts.map(([kind, value]) =>
      der(0x31, sequence(oid(NAME_OIDS[kind]), der(kind === 'C' ? 0x13 : 0x0c, Buffer.from(value)))),
    ),
  );
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  // Years from 2050 need the longer form (RFC 5280, 4.1.2.5).
  return Number(text.slice(0, 4)) < 2050
    ? der(0x17, Buffer.from(`${text.slice(2)}Z`))
    : der(0x18, Buffer.from(`${text}Z`));
}
const extension = (id: string, critical: boolean, value: Buffer) =>
  sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));
const bits = (bytes: Buffer, unused = 0) => der(0x03, Buffer.from([unused]), bytes);

/** A new pair; elliptic keys are made in no time, RSA ones take a moment. */
export function makeKeyPair(kind: 'ec' | 'rsa' = 'ec', modulusLength = 2048): KeyPair {
  return kind === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    : generateKeyPairSync('rsa', { modulusLength });
}
export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A certificate as PEM. */
export function makeCertificate(request: CertificateRequest): string {
  const { publicKey, signedBy } = request;
  const elliptic = signedBy.asymmetricKeyType === 'ec';
  const algorithm = elliptic
    ? sequence(oid('1.2.840.10045.4.3.2'))
    : sequence(oid('1.2.840.113549.1.1.11'), der(0x05));
  const info = publicKey.export({ type: 'spki', format: 'der' });
  const keyId = (key: Buffer) => createHash('sha1').update(key).digest();
  const issuerInfo = createPublicKey(signedBy).export({ type: 'spki', format: 'der' });
  const names = (request.alternativeNames ?? []).map((one) =>
    isAddress(one) ? der(0x87, Buffer.from(one.split('.').map(Number))) : der(0x82, Buffer.from(one)),
  );
  const authority = request.authority === true;
  const extensions = [
    extension('2.5.29.15', true, authority ? bits(Buffer.from([0xa4]), 2) : bits(Buffer.from([0xa0]), 5)),
    extension('2.5.29.19', true, authority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence()),
    extension('2.5.29.14', false, der(0x04, keyId(info))),
    extension('2.5.29.35', false, sequence(der(0x80, keyId(issuerInfo)))),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', false, sequence(...names))]),
  ];
  const serial = randomBytes(8);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 1;
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name(request.issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    name(request.subject),
    info,
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, signedBy);
  return pem('CERTIFICATE', sequence(body, algorithm, bits(signature)));
}
export function pem(label: string, bytes: Buffer): string {
  return `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}
