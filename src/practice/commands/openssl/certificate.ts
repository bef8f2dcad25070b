/** A certificate in the words of `openssl x509`. */
import { createHash, type X509Certificate } from 'node:crypto';

export class CertificateWords {
  readonly #certificate: X509Certificate;
  constructor(certificate: X509Certificate) {
    this.#certificate = certificate;
  }
  /** OpenSSL 3.0 writes `CN = hit.local`. */
  name(text: string): string {
    return text
      .split('\n')
      .map((part) => part.replace('=', ' = '))
      .join(', ');
  }
  fingerprint(kind: string): string {
    const digest = createHash(kind).update(this.#certificate.raw).digest('hex').toUpperCase();
    return `${kind === 'sha1' ? 'SHA1' : kind} Fingerprint=${digest.replace(/(..)(?!$)/g, '$1:')}\n`;
  }
  /** `-ext`: those that are there, or the complaint that none is. */
  extensions(names: readonly string[]): string {
    const { subjectAltName, ca } = this.#certificate;
    const found = names.flatMap((name) => {
      if (name === 'subjectAltName' && subjectAltName !== undefined)
        return [`X509v3 Subject Alternative Name: \n    ${subjectAltName}\n`];
      if (name === 'basicConstraints')
        return [`X509v3 Basic Constraints: critical\n    CA:${ca ? 'TRUE' : 'FALSE'}\n`];
      return [];
    });
    return found.length > 0 ? found.join('') : 'No extensions matches\n';
  }
  /** What one option prints; null when it prints nothing. */
  line(option: string): string | null {
    const certificate = this.#certificate;
    const start = `notBefore=${certificate.validFrom}\n`;
    const end = `notAfter=${certificate.validTo}\n`;
    switch (option) {
      case 'subject':
        return `subject=${this.name(certificate.subject)}\n`;
      case 'issuer':
        return `issuer=${this.name(certificate.issuer)}\n`;
      case 'startdate':
        return start;
      case 'enddate':
        return end;
      case 'dates':
        return start + end;
      case 'serial':
        return `serial=${certificate.serialNumber}\n`;
      case 'pubkey':
        return certificate.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      case 'modulus': {
        const { n = '' } = certificate.publicKey.export({ format: 'jwk' });
        return `Modulus=${Buffer.from(n, 'base64url').toString('hex').toUpperCase()}\n`;
      }
      case 'hash':
      case 'subject_hash':
        return `${createHash('sha1').update(certificate.subject).digest('hex').slice(0, 8)}\n`;
      case 'text':
        return `Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number: ${certificate.serialNumber}\n        Signature Algorithm: sha256WithRSAEncryption\n        Issuer: ${this.name(certificate.issuer)}\n        Validity\n            Not Before: ${certificate.validFrom}\n            Not After : ${certificate.validTo}\n        Subject: ${this.name(certificate.subject)}\n${certificate.subjectAltName === undefined ? '' : `        X509v3 extensions:\n            X509v3 Subject Alternative Name: \n                ${certificate.subjectAltName}\n`}`;
      default:
        return null;
    }
  }
}
