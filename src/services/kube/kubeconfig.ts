/**
 * The cluster's kubeconfig, as it lies on the control plane. It comes from another machine, so it may only tell where the
 * API is and who we are: a kubeconfig that runs a program or points to files would have them run and read on this computer.
 */
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Trouble } from '../../lab/types.js';
import type { Text } from '../../lab/types.js';
import { ensurePrivateDirectory, PRIVATE_FILE, replaceFile } from '../files/atomic.js';
import type { HostLink } from '../ports.js';

/** Where the API is and how one shows who one is. PEM texts are base64, as they stand in a kubeconfig. */
export interface Access {
  /** `https://192.0.2.1:6443`, without a slash at its end. */
  readonly server: string;
  readonly host: string;
  readonly port: number;
  /** The name in the server's certificate when it is another than the host. */
  readonly serverName: string | null;
  readonly caData: string;
  readonly certData: string | null;
  readonly keyData: string | null;
  readonly token: string | null;
}

/** Which file: the user's own (step C5 makes it), or the one that kubeadm wrote, for root only. */
export type KubeconfigPlace = 'user' | 'admin';
export interface FoundKubeconfig {
  readonly place: KubeconfigPlace;
  readonly text: string;
}

const ADMIN_FILE = '/etc/kubernetes/admin.conf';
const LARGEST = 1 << 20;
/** 0 with the file's text, or this where there is none. */
const NOT_THERE = 44;
const SCRIPTS: Readonly<Record<KubeconfigPlace, string>> = {
  user: `[ -r "$HOME/.kube/config" ] || exit ${NOT_THERE}; cat -- "$HOME/.kube/config"`,
  admin: `[ -r ${ADMIN_FILE} ] || exit ${NOT_THERE}; cat -- ${ADMIN_FILE}`,
};

async function readPlace(
  link: HostLink,
  place: KubeconfigPlace,
  signal: AbortSignal,
): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const result = await link.run(SCRIPTS[place], {
    as: place === 'admin' ? 'root' : 'user',
    timeoutMs: 20_000,
    signal,
    // As bytes: text would come with the very keys masked that are wanted here.
    onBytes: (chunk) => {
      size += chunk.length;
      if (size <= LARGEST) chunks.push(chunk);
    },
  });
  if (result.exit !== 0 || size === 0 || size > LARGEST) return null;
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Reads the kubeconfig on the control plane.
 * @param first which one is looked for first; the other one is taken where it is missing
 * @returns null when the host has neither: there is no cluster yet
 * @throws Trouble those of the link
 */
export async function fetchKubeconfig(
  link: HostLink,
  first: KubeconfigPlace,
  signal: AbortSignal,
): Promise<FoundKubeconfig | null> {
  const order: readonly KubeconfigPlace[] = first === 'user' ? ['user', 'admin'] : ['admin', 'user'];
  for (const place of order) {
    try {
      const text = await readPlace(link, place, signal);
      if (text !== null) return { place, text };
    } catch (error) {
      // Without sudo the admin's file cannot be read; that of the user may do.
      if (!(error instanceof Trouble) || !error.code.startsWith('sudo-')) throw error;
    }
  }
  return null;
}

/** Each entry has its name and one part, `cluster`, `user` or `context`, which is looked into when it is the one in use. */
const entrySchema = z.looseObject({ name: z.string() });
const clusterSchema = z.looseObject({
  server: z.url({ protocol: /^https$/ }),
  'certificate-authority-data': z.string().optional(),
  'tls-server-name': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
});
const userSchema = z.looseObject({
  'client-certificate-data': z.string().optional(),
  'client-key-data': z.string().optional(),
  token: z.string().optional(),
});
const contextSchema = z.looseObject({ cluster: z.string(), user: z.string() });
const fileSchema = z.looseObject({
  'current-context': z.string(),
  clusters: z.array(entrySchema),
  users: z.array(entrySchema),
  contexts: z.array(entrySchema),
});

function unusable(what: Text): Trouble {
  return new Trouble(
    'kube-config',
    {
      id: `kubeconfig di vm-k8s tidak dapat dipakai: ${what.id}.`,
      en: `The kubeconfig on vm-k8s cannot be used: ${what.en}.`,
    },
    {
      id: `Salin ulang yang dibuat kubeadm, seperti pada langkah C5: sudo cp ${ADMIN_FILE} ~/.kube/config`,
      en: `Copy the one that kubeadm made again, as in step C5: sudo cp ${ADMIN_FILE} ~/.kube/config`,
    },
    'vm-k8s',
    3,
  );
}

function pick<T>(
  list: readonly z.infer<typeof entrySchema>[],
  key: string,
  name: string,
  schema: z.ZodType<T>,
): T {
  const found = list.find((one) => one.name === name)?.[key];
  const parsed = schema.safeParse(found);
  if (parsed.success) return parsed.data;
  throw unusable({
    id: `bagian "${key}" tidak ada atau tidak lengkap`,
    en: `its part "${key}" is missing or incomplete`,
  });
}

/**
 * What a kubeconfig says of the current context.
 * @throws Trouble `kube-config` for anything else than an HTTPS server with its CA and a certificate or token inside
 */
export function readAccess(text: string): Access {
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 0 });
  } catch {
    throw unusable({ id: 'isinya bukan YAML yang benar', en: 'it is no proper YAML' });
  }
  const file = fileSchema.safeParse(document);
  if (!file.success)
    throw unusable({ id: 'bentuknya bukan kubeconfig', en: 'it does not have the form of one' });
  const { 'current-context': current, clusters, users, contexts } = file.data;
  const context = pick(contexts, 'context', current, contextSchema);
  const cluster = pick(clusters, 'cluster', context.cluster, clusterSchema);
  const user = pick(users, 'user', context.user, userSchema);
  const ca = cluster['certificate-authority-data'];
  if (ca === undefined || cluster['insecure-skip-tls-verify'] === true)
    throw unusable({
      id: 'CA server tidak ada di dalamnya, jadi server tidak dapat dikenali',
      en: "the server's CA is not in it, so the server could not be recognised",
    });
  const cert = user['client-certificate-data'] ?? null;
  const key = user['client-key-data'] ?? null;
  const token = user.token ?? null;
  if (token === null && (cert === null || key === null))
    throw unusable({
      id: 'tidak ada sertifikat atau token pengguna di dalamnya (yang menunjuk ke berkas atau program tidak dipakai)',
      en: "there is no user's certificate or token in it (what points to files or programs is not used)",
    });
  const url = new URL(cluster.server);
  return {
    server: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 443 : Number(url.port),
    serverName: cluster['tls-server-name'] ?? null,
    caData: ca,
    certData: cert,
    keyData: key,
    token,
  };
}

/** Keeps the kubeconfig beside the lab's other state, for its owner only. @throws Trouble `file-not-written` */
export async function keepKubeconfig(stateDir: string, text: string): Promise<void> {
  await ensurePrivateDirectory(stateDir);
  await replaceFile(join(stateDir, 'kubeconfig'), text, PRIVATE_FILE);
}
