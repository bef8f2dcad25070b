/** A certificate authority for a test, made by openssl, and a kubeconfig as kubeadm writes one. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';

interface Pair {
  readonly cert: string;
  readonly key: string;
}
export interface Certificates {
  readonly ca: string;
  readonly server: Pair;
  readonly client: Pair;
}

/** @param address that the server's certificate is good for */
export async function makeCertificates(address = '127.0.0.1'): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'kube-ca-'));
  const at = (name: string): string => join(directory, name);
  const openssl = (...words: readonly string[]) => promisify(execFile)('openssl', [...words]);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  try {
    await openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.crt'),
      '-subj',
      '/CN=kubernetes',
    );
    const sign = async (name: string, subject: string, extension: string): Promise<Pair> => {
      const [key, cert, request] = [at(`${name}.key`), at(`${name}.crt`), at(`${name}.csr`)];
      await openssl('req', ...newKey.slice(0, 5), '-keyout', key, '-out', request, '-subj', subject);
      await writeFile(at(`${name}.ext`), extension);
      const by = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
      await openssl('x509', '-req', '-in', request, ...by, '-out', cert, '-extfile', at(`${name}.ext`));
      return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
    };
    return {
      ca: await readFile(at('ca.crt'), 'utf8'),
      server: await sign('server', '/CN=kube-apiserver', `subjectAltName=IP:${address}\n`),
      client: await sign('client', '/O=system:masters/CN=kubernetes-admin', 'extendedKeyUsage=clientAuth\n'),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What kubeadm writes into admin.conf. `cluster` and `user` add to it or replace. */
export function kubeconfig(
  { ca, client }: Certificates,
  server: string,
  more: { readonly cluster?: object; readonly user?: object } = {},
): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'kubernetes-admin@kubernetes',
    clusters: [
      { name: 'kubernetes', cluster: { server, 'certificate-authority-data': base64(ca), ...more.cluster } },
    ],
    contexts: [
      { name: 'kubernetes-admin@kubernetes', context: { cluster: 'kubernetes', user: 'kubernetes-admin' } },
    ],
    users: [
      {
        name: 'kubernetes-admin',
        user: {
          'client-certificate-data': base64(client.cert),
          'client-key-data': base64(client.key),
          ...more.user,
        },
      },
    ],
  });
}
