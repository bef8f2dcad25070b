/** openssl: keys, self-signed certificates and looking at them, made and read for real. */
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import type { Host } from '../../host.js';
import type { Program } from '../../kernel/kernel.js';
import { readOperand } from '../../kernel/open.js';
import type { Process } from '../../kernel/process.js';
import { resolveName } from '../../model/resolver.js';
import { serverAt } from '../../web/connect.js';
import { CertificateWords } from './certificate.js';
import { dhparam, Failure, get, keys, put, readWords, req, x509 } from './make.js';

async function verify(process: Process, args: readonly string[]): Promise<number> {
  const words = readWords(args, ['CAfile', 'verify_hostname', 'verify_ip'], ['verbose']);
  const [file = ''] = words.operands;
  const certificate = new X509Certificate(await get(process, file, 'certificate'));
  const trusted = words.value('CAfile');
  const authority =
    trusted === undefined ? null : new X509Certificate(await get(process, trusted, 'certificate'));
  const fail = async (code: number, why: string) => {
    await process.err(
      `${certificate.subject.split('\n').join(', ')}\nerror ${code} at 0 depth lookup: ${why}\nerror ${file}: verification failed\n`,
    );
    return 2;
  };
  if (authority === null || !(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)))
    return certificate.subject === certificate.issuer
      ? fail(18, 'self-signed certificate')
      : fail(20, 'unable to get local issuer certificate');
  if (Date.parse(certificate.validTo) < process.kernel.now()) return fail(10, 'certificate has expired');
  const host = words.value('verify_hostname');
  if (host !== undefined && certificate.checkHost(host) === undefined) return fail(62, 'hostname mismatch');
  await process.out(`${file}: OK\n`);
  return 0;
}

async function client(host: Host, process: Process, args: readonly string[]): Promise<number> {
  const words = readWords(
    args,
    ['connect', 'servername', 'CAfile', 'verify', 'alpn'],
    ['showcerts', 'brief', 'verify_return_error', 'quiet', 'tls1_2', 'tls1_3'],
  );
  const [name = '', port = '443'] = (words.value('connect') ?? '').split(':');
  const [address] = await resolveName(host, process, name);
  if (address === undefined || host.world.reach(host, address, Number(port)) !== 'open') {
    await process.err(`connect:errno=111\n`);
    return 1;
  }
  const { tls } = serverAt(host, address, Number(port), name);
  if (tls === null || tls === 'trusted' || tls === 'broken')
    return process.refuse('talking TLS with this server');
  const certificate = new X509Certificate(tls.cert);
  const shown = new CertificateWords(certificate);
  await process.out(
    `CONNECTED(00000003)\n---\nCertificate chain\n 0 s:${shown.name(certificate.subject)}\n   i:${shown.name(certificate.issuer)}\n---\nServer certificate\n${certificate.toString()}${shown.line('subject') ?? ''}${shown.line('issuer') ?? ''}---\nVerify return code: ${certificate.subject === certificate.issuer ? '18 (self-signed certificate)' : '21 (unable to verify the first certificate)'}\n---\n`,
  );
  return 0;
}

export function openssl(host: Host): Program {
  return async (process, args) => {
    const [verb = '', ...rest] = args;
    try {
      switch (verb) {
        case 'version':
          await process.out('OpenSSL 3.0.13 30 Jan 2024 (Library: OpenSSL 3.0.13 30 Jan 2024)\n');
          return 0;
        case 'req':
          return await req(process, rest);
        case 'x509':
          return await x509(process, rest);
        case 'pkey':
        case 'rsa':
        case 'ec':
        case 'genrsa':
        case 'genpkey':
          return await keys(process, verb, rest);
        case 'dhparam':
          return await dhparam(process, rest);
        case 'verify':
          return await verify(process, rest);
        case 's_client':
          return await client(host, process, rest);
        case 'rand': {
          const words = readWords(rest, ['out'], ['hex', 'base64']);
          const bytes = randomBytes(Number(words.operands[0] ?? 16));
          if (!words.has('hex') && !words.has('base64')) await process.out(bytes);
          else
            await put(
              process,
              words.value('out'),
              `${bytes.toString(words.has('hex') ? 'hex' : 'base64')}\n`,
            );
          return 0;
        }
        case 'dgst':
        case 'sha256':
        case 'md5': {
          const words = readWords(rest, [], ['sha256', 'sha1', 'sha512', 'md5', 'r']);
          const kind =
            ['sha1', 'sha512', 'md5'].find((name) => words.has(name)) ?? (verb === 'md5' ? 'md5' : 'sha256');
          for (const file of words.operands.length === 0 ? ['-'] : words.operands) {
            const digest = createHash(kind)
              .update(await readOperand(process, file))
              .digest('hex');
            await process.out(
              words.has('r')
                ? `${digest} *${file}\n`
                : `${kind.toUpperCase().replace(/^SHA/, 'SHA2-').replace('SHA2-1', 'SHA1')}(${file === '-' ? 'stdin' : file})= ${digest}\n`,
            );
          }
          return 0;
        }
        default:
          return await process.refuse(verb === '' ? 'being called without a command' : `command ${verb}`);
      }
    } catch (error) {
      if (error instanceof Failure) {
        if (error.message.startsWith('Unknown option'))
          return process.refuse(`${verb} ${error.message.toLowerCase()}`);
        await process.err(`${error.message}\n`);
        return 1;
      }
      throw error;
    }
  };
}
