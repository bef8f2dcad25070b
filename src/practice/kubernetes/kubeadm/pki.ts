/** Certificates and kubeconfig files of a control plane, as kubeadm lays them out. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import type { Host } from '../../host.js';
import { makeCertificate, makeKeyPair, privateKeyPem, type DistinguishedName } from '../../model/x509.js';
import { kubeconfigText } from '../kubeconfig.js';

export const PKI = '/etc/kubernetes/pki';
const YEAR = 365 * 86_400_000;

interface Authority {
  readonly file: string;
  readonly name: string;
}
export const AUTHORITIES: readonly Authority[] = [
  { file: 'ca', name: 'kubernetes' },
  { file: 'front-proxy-ca', name: 'front-proxy-ca' },
  { file: 'etcd/ca', name: 'etcd-ca' },
];
interface Leaf {
  readonly file: string;
  readonly authority: string;
  readonly subject: DistinguishedName;
  /** The words of `kubeadm init` for it. */
  readonly names?: (host: Host, node: string, extra: readonly string[]) => readonly string[];
}
export const LEAVES: readonly Leaf[] = [
  {
    file: 'apiserver',
    authority: 'ca',
    subject: [['CN', 'kube-apiserver']],
    names: (_host, node, extra) => [
      ...new Set([
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
        node,
        ...extra,
      ]),
    ],
  },
  {
    file: 'apiserver-kubelet-client',
    authority: 'ca',
    subject: [
      ['O', 'kubeadm:cluster-admins'],
      ['CN', 'kube-apiserver-kubelet-client'],
    ],
  },
  { file: 'front-proxy-client', authority: 'front-proxy-ca', subject: [['CN', 'front-proxy-client']] },
  {
    file: 'etcd/server',
    authority: 'etcd/ca',
    subject: [['CN', 'etcd']],
    names: (_host, node, extra) => [node, 'localhost', '127.0.0.1', ...extra.slice(1, 2)],
  },
  {
    file: 'etcd/peer',
    authority: 'etcd/ca',
    subject: [['CN', 'etcd']],
    names: (_host, node, extra) => [node, 'localhost', '127.0.0.1', ...extra.slice(1, 2)],
  },
  {
    file: 'etcd/healthcheck-client',
    authority: 'etcd/ca',
    subject: [['CN', 'kube-etcd-healthcheck-client']],
  },
  { file: 'apiserver-etcd-client', authority: 'etcd/ca', subject: [['CN', 'kube-apiserver-etcd-client']] },
];
const put = (host: Host, file: string, text: string, mode = 0o644) =>
  host.volume.put(`${PKI}/${file}`, text, { mode });

/** Makes an authority unless it is there. True when it was made. */
export function makeAuthority(host: Host, { file, name }: Authority): boolean {
  if (host.volume.text(`${PKI}/${file}.crt`) !== null) return false;
  // As the real one: people take the CA's fingerprint with `openssl rsa`.
  const pair = makeKeyPair('rsa');
  const subject: DistinguishedName = [['CN', name]];
  const now = host.machine.now();
  put(
    host,
    `${file}.crt`,
    makeCertificate({
      subject,
      issuer: subject,
      publicKey: pair.publicKey,
      signedBy: pair.privateKey,
      notBefore: now,
      notAfter: now + 10 * YEAR,
      alternativeNames: [name],
      authority: true,
    }),
  );
  put(host, `${file}.key`, privateKeyPem(pair.privateKey), 0o600);
  return true;
}
function authority(host: Host, file: string) {
  const found = AUTHORITIES.find((one) => one.file === file);
  const key = host.volume.text(`${PKI}/${file}.key`);
  return {
    issuer: [['CN', found?.name ?? file]] as DistinguishedName,
    signedBy: createPrivateKey(key ?? ''),
  };
}
/** Makes one certificate of a component unless it is there. Gives its names, or null when it was there. */
export function makeLeaf(
  host: Host,
  leaf: Leaf,
  node: string,
  extra: readonly string[],
): readonly string[] | null {
  if (host.volume.text(`${PKI}/${leaf.file}.crt`) !== null) return null;
  const pair = makeKeyPair();
  const now = host.machine.now();
  const names = leaf.names?.(host, node, extra) ?? [];
  put(
    host,
    `${leaf.file}.crt`,
    makeCertificate({
      subject: leaf.subject,
      ...authority(host, leaf.authority),
      publicKey: pair.publicKey,
      notBefore: now,
      notAfter: now + YEAR,
      alternativeNames: names,
    }),
  );
  put(host, `${leaf.file}.key`, privateKeyPem(pair.privateKey), 0o600);
  return names;
}
export function makeServiceAccountKey(host: Host): void {
  if (host.volume.text(`${PKI}/sa.key`) !== null) return;
  const pair = makeKeyPair();
  put(host, 'sa.key', privateKeyPem(pair.privateKey), 0o600);
  put(host, 'sa.pub', pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 0o600);
}

/** A client certificate of the cluster with its key, both PEM. @param host where the CA's key is */
export function makeClient(
  host: Host,
  subject: DistinguishedName,
): { readonly certificate: string; readonly key: string } {
  const pair = makeKeyPair();
  const now = host.machine.now();
  return {
    certificate: makeCertificate({
      subject,
      ...authority(host, 'ca'),
      publicKey: pair.publicKey,
      notBefore: now,
      notAfter: now + YEAR,
    }),
    key: privateKeyPem(pair.privateKey),
  };
}
export interface KubeconfigFile {
  readonly file: string;
  readonly user: string;
  readonly subject: (node: string) => DistinguishedName;
}
export const KUBECONFIGS: readonly KubeconfigFile[] = [
  {
    file: 'admin.conf',
    user: 'kubernetes-admin',
    subject: () => [
      ['O', 'kubeadm:cluster-admins'],
      ['CN', 'kubernetes-admin'],
    ],
  },
  {
    file: 'super-admin.conf',
    user: 'kubernetes-super-admin',
    subject: () => [
      ['O', 'system:masters'],
      ['CN', 'kubernetes-super-admin'],
    ],
  },
  {
    file: 'kubelet.conf',
    user: 'system:node',
    subject: (node) => [
      ['O', 'system:nodes'],
      ['CN', `system:node:${node}`],
    ],
  },
  {
    file: 'controller-manager.conf',
    user: 'system:kube-controller-manager',
    subject: () => [['CN', 'system:kube-controller-manager']],
  },
  { file: 'scheduler.conf', user: 'system:kube-scheduler', subject: () => [['CN', 'system:kube-scheduler']] },
];
export function makeKubeconfig(host: Host, file: KubeconfigFile, server: string, node: string): void {
  const path = `/etc/kubernetes/${file.file}`;
  if (host.volume.text(path) !== null) return;
  const ca = host.volume.text(`${PKI}/ca.crt`) ?? '';
  const client = makeClient(host, file.subject(node));
  const code = (text: string) => Buffer.from(text).toString('base64');
  host.volume.put(
    path,
    kubeconfigText({
      server,
      ca,
      user: file.user === 'system:node' ? `system:node:${node}` : file.user,
      credentials: {
        'client-certificate-data': code(client.certificate),
        'client-key-data': code(client.key),
      },
    }),
    { mode: 0o600 },
  );
}
/** The certificate that a kubelet uses, and the kubeconfig that points at it. @param signer host of the CA's key */
export function installKubeletClient(host: Host, signer: Host, server: string, node: string): void {
  const client = makeClient(signer, [
    ['O', 'system:nodes'],
    ['CN', `system:node:${node}`],
  ]);
  const current = '/var/lib/kubelet/pki/kubelet-client-current.pem';
  const dated = `/var/lib/kubelet/pki/kubelet-client-${new Date(host.machine.now()).toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '-')}.pem`;
  host.volume.put(dated, client.certificate + client.key, { mode: 0o600 });
  host.volume.drop(current);
  host.volume.place(current, host.volume.make.symlink(dated));
  const ca = signer.volume.text(`${PKI}/ca.crt`) ?? '';
  host.volume.put(
    '/etc/kubernetes/kubelet.conf',
    kubeconfigText({
      server,
      ca,
      user: 'default-auth',
      credentials: { 'client-certificate': current, 'client-key': current },
    }),
    { mode: 0o600 },
  );
}
/** `sha256:…` of the CA's public key, as join commands carry it. */
export function caHash(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}
