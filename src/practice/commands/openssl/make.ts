/** openssl req, x509, keys and DH parameters. */
import {
  createDiffieHellman,
  createPrivateKey,
  createPublicKey,
  getDiffieHellman,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { readOperand } from '../../kernel/open.js';
import type { Process } from '../../kernel/process.js';
import { isAddress } from '../../model/machine.js';
import {
  makeCertificate,
  makeKeyPair,
  pem,
  privateKeyPem,
  type DistinguishedName,
} from '../../model/x509.js';
import { SystemError } from '../../vfs/inode.js';
import { CertificateWords } from './certificate.js';

const DAY = 86_400_000;
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** openssl's options begin with one dash and take a value or none. @throws Failure */
export function readWords(args: readonly string[], valued: readonly string[], plain: readonly string[]) {
  const found: [string, string][] = [];
  const operands: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg);
      continue;
    }
    const name = arg.replace(/^--?/, '');
    if (valued.includes(name)) {
      at += 1;
      const value = args[at];
      if (value === undefined) throw new Failure(`Option ${arg} needs a value`);
      found.push([name, value]);
    } else if (plain.includes(name)) found.push([name, '']);
    else throw new Failure(`Unknown option: ${arg}`);
  }
  return {
    order: found,
    operands,
    has: (name: string) => found.some(([known]) => known === name),
    value: (name: string) => found.findLast(([known]) => known === name)?.[1],
    all: (name: string) => found.filter(([known]) => known === name).map(([, value]) => value),
  };
}
type Words = ReturnType<typeof readWords>;

function subject(text: string): DistinguishedName {
  if (!text.startsWith('/'))
    throw new Failure(
      `req: subject name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \\. This name is not in that format: '${text}'`,
    );
  return text
    .split(/(?<!\\)\//)
    .slice(1)
    .map((part) => {
      const [kind = '', value = ''] = part.split(/=(.*)/s);
      const known = {
        C: 'C',
        ST: 'ST',
        L: 'L',
        O: 'O',
        OU: 'OU',
        CN: 'CN',
        emailAddress: 'emailAddress',
      } as const;
      const name = Object.values(known).find((one) => one === kind);
      if (name === undefined) throw new Failure(`req: Skipping unknown subject name attribute "${kind}"`);
      return [name, value] as const;
    });
}
/** `DNS:hit.local,IP:192.168.56.42`. @throws Failure */
function alternatives(text: string): readonly string[] {
  return text.split(',').map((part) => {
    const [kind = '', value = ''] = part.trim().split(/:(.*)/s);
    if (kind === 'DNS' || (kind === 'IP' && isAddress(value))) return value;
    throw new Failure(
      `Error adding request extensions from section default\n error in extension: name=subjectAltName, value=${text}`,
    );
  });
}

export async function put(
  process: Process,
  target: string | undefined,
  content: string | Buffer,
  mode?: number,
): Promise<void> {
  if (target === undefined) return process.out(content);
  const path = process.path(target);
  try {
    process.view.write(path, content, mode === undefined ? {} : { mode });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new Failure(`Can't open "${target}" for writing, ${error.message}`);
  }
}
export async function get(process: Process, source: string | undefined, what: string): Promise<string> {
  try {
    return (source === undefined ? await process.readAll(0) : await readOperand(process, source)).toString(
      'utf8',
    );
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new Failure(
      `Could not open file or uri for loading ${what} from ${source ?? 'stdin'}\n80000002:error:80000002:system library:file_open:${error.message}:../providers/implementations/storemgmt/file_store.c:267:calling stat(${source ?? ''})`,
    );
  }
}
function privateKey(text: string, source: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    throw new Failure(`Could not find private key from ${source}`);
  }
}
async function newKey(
  process: Process,
  kind: string,
): Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }> {
  const [algorithm = 'rsa', size] = kind.split(':');
  if (algorithm !== 'rsa' && algorithm !== 'ec' && algorithm !== 'ed25519')
    throw new Failure(`req: Unknown algorithm ${algorithm}`);
  await process.err(`${'.+'.repeat(12)}+++++++++++++++++++++++++++++++++++++++*.+...\n-----\n`);
  return makeKeyPair(algorithm === 'rsa' ? 'rsa' : 'ec', Number(size ?? 2048));
}

export async function req(process: Process, args: readonly string[]): Promise<number> {
  const words = readWords(
    args,
    [
      'newkey',
      'keyout',
      'out',
      'in',
      'key',
      'days',
      'subj',
      'addext',
      'config',
      'extensions',
      'reqexts',
      'pkeyopt',
      'set_serial',
      'not_before',
      'not_after',
    ],
    [
      'x509',
      'new',
      'nodes',
      'noenc',
      'sha256',
      'sha384',
      'sha512',
      'batch',
      'utf8',
      'verbose',
      'noout',
      'text',
    ],
  );
  if (!words.has('x509')) return process.refuse('making requests (req without -x509)');
  if (words.has('config')) return process.refuse('option -config');
  const given = words.value('key');
  if (given === undefined && words.value('newkey') === undefined)
    throw new Failure('req: no private key given (-newkey or -key)');
  if (given === undefined && !words.has('nodes') && !words.has('noenc'))
    return process.refuse('asking for a pass phrase; give -nodes');
  const key = given === undefined ? await newKey(process, words.value('newkey') ?? 'rsa:2048') : null;
  const own = key?.privateKey ?? privateKey(await get(process, given, 'private key'), given ?? '');
  const name = words.value('subj');
  if (name === undefined) {
    await process.err('req: Error making certificate request: no subject given and no terminal to ask at\n');
    return 1;
  }
  const days = Number(words.value('days') ?? 30);
  const now = process.kernel.now();
  const names = words.all('addext').flatMap((extension) => {
    const [kind = '', value = ''] = extension.split(/=(.*)/s);
    return kind.trim() === 'subjectAltName' ? alternatives(value.trim()) : [];
  });
  const certificate = makeCertificate({
    subject: subject(name),
    issuer: subject(name),
    publicKey: createPublicKey(own),
    signedBy: own,
    notBefore: now,
    notAfter: now + days * DAY,
    alternativeNames: names,
  });
  if (key !== null)
    await put(process, words.value('keyout') ?? 'privkey.pem', privateKeyPem(key.privateKey), 0o600);
  if (!words.has('noout')) await put(process, words.value('out'), certificate);
  return 0;
}

export async function x509(process: Process, args: readonly string[]): Promise<number> {
  const words = readWords(
    args,
    ['in', 'out', 'ext', 'checkend', 'checkhost', 'checkip', 'nameopt', 'inform', 'outform', 'dateopt'],
    [
      'noout',
      'subject',
      'issuer',
      'dates',
      'startdate',
      'enddate',
      'text',
      'pubkey',
      'fingerprint',
      'sha256',
      'sha1',
      'md5',
      'serial',
      'modulus',
      'hash',
      'subject_hash',
      'purpose',
      'email',
    ],
  );
  const source = words.value('in');
  const text = await get(process, source, 'certificate');
  const [block] = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/) ?? [];
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(block ?? text);
  } catch {
    throw new Failure(`Could not find certificate from ${source ?? '<stdin>'}`);
  }
  const shown = new CertificateWords(certificate);
  let status = 0;
  for (const [name, value] of words.order) {
    switch (name) {
      case 'checkend': {
        const ends = Date.parse(certificate.validTo) < process.kernel.now() + Number(value) * 1000;
        await process.out(ends ? 'Certificate will expire\n' : 'Certificate will not expire\n');
        if (ends) status = 1;
        break;
      }
      case 'checkhost':
      case 'checkip': {
        const fits = name === 'checkhost' ? certificate.checkHost(value) : certificate.checkIP(value);
        await process.out(
          `${name === 'checkhost' ? 'Hostname' : 'IP'} ${value} does ${fits === undefined ? 'NOT ' : ''}match certificate\n`,
        );
        break;
      }
      case 'fingerprint': {
        const kind = words.has('sha256') ? 'sha256' : words.has('md5') ? 'md5' : 'sha1';
        await process.out(shown.fingerprint(kind));
        break;
      }
      case 'ext':
        await process.out(shown.extensions(value.split(',')));
        break;
      default: {
        const line = shown.line(name);
        if (line !== null) await process.out(line);
      }
    }
  }
  if (!words.has('noout')) await put(process, words.value('out'), certificate.toString());
  return status;
}

export async function keys(process: Process, verb: string, args: readonly string[]): Promise<number> {
  const words: Words = readWords(
    args,
    ['in', 'out', 'algorithm', 'pkeyopt', 'inform', 'outform'],
    ['pubout', 'noout', 'text', 'check', 'modulus', 'pubin', 'traditional'],
  );
  if (verb === 'genrsa' || verb === 'genpkey') {
    const size =
      verb === 'genrsa'
        ? (words.operands[0] ?? '2048')
        : (/rsa_keygen_bits:(\d+)/.exec(words.value('pkeyopt') ?? '')?.[1] ?? '2048');
    const algorithm = (words.value('algorithm') ?? 'rsa').toLowerCase();
    const pair = makeKeyPair(algorithm === 'rsa' ? 'rsa' : 'ec', Number(size));
    await put(process, words.value('out'), privateKeyPem(pair.privateKey), 0o600);
    return 0;
  }
  const source = words.value('in');
  const text = await get(process, source, 'private key');
  if (words.has('modulus')) {
    const key = privateKey(text, source ?? '<stdin>');
    const { n = '' } = key.export({ format: 'jwk' });
    await process.out(`Modulus=${Buffer.from(n, 'base64url').toString('hex').toUpperCase()}\n`);
  }
  const key = words.has('pubin') ? createPublicKey(text) : privateKey(text, source ?? '<stdin>');
  if (words.has('check')) await process.out(verb === 'rsa' ? 'RSA key ok\n' : 'Key is valid\n');
  if (words.has('noout')) return 0;
  if (verb === 'rsa') await process.err('writing RSA key\n');
  const open = words.has('pubout') || words.has('pubin');
  const der = (words.value('outform') ?? 'pem').toLowerCase() === 'der';
  const publicKey = words.has('pubin') || !open ? key : createPublicKey(key);
  const shown = open
    ? der
      ? publicKey.export({ type: 'spki', format: 'der' })
      : publicKey.export({ type: 'spki', format: 'pem' })
    : der
      ? key.export({ type: 'pkcs8', format: 'der' })
      : privateKeyPem(key);
  await put(process, words.value('out'), Buffer.from(shown), open ? undefined : 0o600);
  return 0;
}

/** Parameters of a known group of that size: making new ones takes minutes, in reality too. */
export async function dhparam(process: Process, args: readonly string[]): Promise<number> {
  const words = readWords(args, ['out', 'in'], ['dsaparam', 'noout', 'check', 'text', '2', '5']);
  const bits = Number(words.operands[0] ?? 2048);
  const group = { 1024: 'modp2', 1536: 'modp5', 2048: 'modp14', 3072: 'modp15', 4096: 'modp16' }[bits];
  if (words.has('check') || words.value('in') !== undefined) {
    const text = await get(process, words.value('in'), 'DH parameters');
    if (!text.includes('BEGIN DH PARAMETERS')) throw new Failure('Could not read DH parameters');
    await process.out('DH parameters appear to be ok.\n');
    return 0;
  }
  if (group === undefined) return process.refuse(`DH parameters of ${bits} bits`);
  await process.err(`Generating DH parameters, ${bits} bit long safe prime\n${'.'.repeat(40)}+*++*++*++*\n`);
  await process.sleep(20_000);
  const made = getDiffieHellman(group);
  const prime = Buffer.concat([Buffer.from([0]), createDiffieHellman(made.getPrime()).getPrime()]);
  const length = (size: number) =>
    size < 128 ? Buffer.from([size]) : Buffer.from([0x82, size >> 8, size & 255]);
  const body = Buffer.concat([Buffer.from([2]), length(prime.length), prime, Buffer.from([2, 1, 2])]);
  await put(
    process,
    words.value('out'),
    pem('DH PARAMETERS', Buffer.concat([Buffer.from([0x30]), length(body.length), body])),
  );
  return 0;
}
