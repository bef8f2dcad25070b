/** OpenPGP public keys as far as archives need them: made, armoured, read (RFC 4880). Signatures on them are not checked. */
import { createHash, generateKeyPairSync } from 'node:crypto';

export interface PublicKey {
  /** 40 hex digits, upper case. */
  readonly fingerprint: string;
  /** Last 16 of the fingerprint. */
  readonly id: string;
  readonly userId: string;
  /** Epoch seconds. */
  readonly created: number;
  /** Epoch seconds; null when it does not expire. */
  readonly expires: number | null;
  readonly bits: number;
}

function packet(tag: number, body: Buffer): Buffer {
  const length =
    body.length < 192
      ? Buffer.from([body.length])
      : Buffer.from([((body.length - 192) >> 8) + 192, (body.length - 192) & 255]);
  return Buffer.concat([Buffer.from([0xc0 | tag]), length, body]);
}
function mpi(bytes: Buffer): Buffer {
  const trimmed = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  const bits = (trimmed.length - 1) * 8 + (32 - Math.clz32(trimmed[0] ?? 0));
  return Buffer.concat([Buffer.from([bits >> 8, bits & 255]), trimmed]);
}
function seconds(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Packet type for private use (RFC 4880, 4.3): the fingerprint of the vendor's key that a key of the lab stands for. */
const STANDS_FOR = 60;

/**
 * A new RSA key with one user id.
 * @param created epoch seconds @param lifetime seconds; null: never expires
 * @param standsFor fingerprint by which people know the real key; programs of the lab show it as this key's own
 */
export function makePublicKey(
  userId: string,
  created: number,
  lifetime: number | null,
  standsFor?: string,
): Buffer {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const key = Buffer.concat([
    Buffer.from([4]),
    seconds(created),
    Buffer.from([1]),
    mpi(Buffer.from(n, 'base64url')),
    mpi(Buffer.from(e, 'base64url')),
  ]);
  const times = Buffer.concat([
    Buffer.from([5, 2]),
    seconds(created),
    ...(lifetime === null ? [] : [Buffer.from([5, 9]), seconds(lifetime)]),
  ]);
  const certification = Buffer.concat([
    Buffer.from([4, 0x13, 1, 8, times.length >> 8, times.length & 255]),
    times,
    Buffer.from([0, 0, 0, 0]),
    mpi(createHash('sha256').update(key).digest()),
  ]);
  return Buffer.concat([
    packet(6, key),
    ...(standsFor === undefined ? [] : [packet(STANDS_FOR, Buffer.from(standsFor))]),
    packet(13, Buffer.from(userId)),
    packet(2, certification),
  ]);
}

function crc24(bytes: Buffer): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  return crc & 0xffffff;
}
const HEAD = '-----BEGIN PGP PUBLIC KEY BLOCK-----';
const TAIL = '-----END PGP PUBLIC KEY BLOCK-----';

export function armour(bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{1,64}/g, '$&\n');
  const crc = crc24(bytes);
  const sum = Buffer.from([crc >> 16, (crc >> 8) & 255, crc & 255]).toString('base64');
  return `${HEAD}\n\n${lines}=${sum}\n${TAIL}\n`;
}
/** The bytes behind armour; null when it is none, or damaged. */
export function dearmour(text: string): Buffer | null {
  const start = text.indexOf(HEAD);
  const end = text.indexOf(TAIL);
  if (start < 0 || end < start) return null;
  const body = text
    .slice(start + HEAD.length, end)
    .replace(/\r/g, '')
    .replace(/^[\s\S]*?\n\n/, '');
  const match = /^([A-Za-z0-9+/=\s]*?)\n=([A-Za-z0-9+/]{4})\s*$/.exec(body.trimEnd());
  if (match === null) return null;
  const bytes = Buffer.from(match[1] ?? '', 'base64');
  const sum = Buffer.from(match[2] ?? '', 'base64');
  return crc24(bytes) === sum.readUIntBE(0, 3) ? bytes : null;
}

/** Public keys in a binary or armoured keyring; none when it is something else. */
export function readKeys(content: Buffer): readonly PublicKey[] {
  const bytes =
    content.subarray(0, 5).toString('latin1') === '-----' ? dearmour(content.toString('latin1')) : content;
  const found: PublicKey[] = [];
  let at = 0;
  while (bytes !== null && at + 2 <= bytes.length) {
    const tag = (bytes[at] ?? 0) & 0x3f;
    if (((bytes[at] ?? 0) & 0xc0) !== 0xc0) break;
    const first = bytes[at + 1] ?? 0;
    const length = first < 192 ? first : ((first - 192) << 8) + (bytes[at + 2] ?? 0) + 192;
    at += first < 192 ? 2 : 3;
    const body = bytes.subarray(at, at + length);
    at += length;
    const last = found.at(-1);
    if (tag === 6 && body.length > 8) {
      const fingerprint = createHash('sha1')
        .update(Buffer.from([0x99, body.length >> 8, body.length & 255]))
        .update(body)
        .digest('hex')
        .toUpperCase();
      const bits = body.readUInt16BE(6);
      found.push({
        fingerprint,
        id: fingerprint.slice(-16),
        userId: '',
        created: body.readUInt32BE(1),
        expires: null,
        bits,
      });
    } else if (tag === STANDS_FOR && last !== undefined) {
      const fingerprint = body.toString('latin1');
      found[found.length - 1] = { ...last, fingerprint, id: fingerprint.slice(-16) };
    } else if (tag === 13 && last !== undefined) {
      found[found.length - 1] = { ...last, userId: body.toString('utf8') };
    } else if (tag === 2 && last !== undefined) {
      const times = body.subarray(6, 6 + body.readUInt16BE(4));
      const span = times.length >= 12 && times[7] === 9 ? times.readUInt32BE(8) : null;
      found[found.length - 1] = { ...last, expires: span === null ? null : last.created + span };
    }
  }
  return found;
}

/** A keyring cut into its keys, each with what belongs to it. */
export function splitKeys(ring: Buffer): readonly Buffer[] {
  const starts: number[] = [];
  let at = 0;
  while (at + 2 <= ring.length) {
    if ((ring[at] ?? 0) === (0xc0 | 6)) starts.push(at);
    const first = ring[at + 1] ?? 0;
    const length = first < 192 ? first : ((first - 192) << 8) + (ring[at + 2] ?? 0) + 192;
    at += (first < 192 ? 2 : 3) + length;
  }
  return starts.map((start, index) => ring.subarray(start, starts[index + 1] ?? ring.length));
}
