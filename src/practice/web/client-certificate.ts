/** The certificate that curl shows of itself. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { NoAnswer } from './fetch.js';

/**
 * @param cert path of a PEM file; undefined when none is shown
 * @param key path of its key; undefined when it stands in the same file
 * @throws NoAnswer 58 when the key does not fit
 */
export function clientCertificate(
  cert: string | undefined,
  key: string | undefined,
  read: (path: string) => string,
): string | null {
  if (cert === undefined) return null;
  const text = read(cert);
  let fits = false;
  try {
    fits = new X509Certificate(text).checkPrivateKey(createPrivateKey(read(key ?? cert)));
  } catch {
    fits = false;
  }
  if (!fits) throw new NoAnswer(58, `unable to set private key file: '${key ?? cert}' type PEM`);
  return text;
}
