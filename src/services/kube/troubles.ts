/** What goes wrong with the API, in the server's words where it has any, with a way out. */
import { Trouble } from '../../lab/types.js';
import type { Text } from '../../lab/types.js';
import { errorCode, errorText } from '../ssh/errors.js';
import { textAt } from './rows/fields.js';

/** The server answered, but not with what was asked for: its `Status`. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  /** HTTP status, or the code of a `Status` object in a watch. */
  readonly code: number;
  /** `Forbidden`, `NotFound` …; empty when the answer was no Status. */
  readonly reason: string;

  constructor(code: number, reason: string, words: string) {
    super(words);
    this.code = code;
    this.reason = reason;
  }
}

/** The refusal that an answer is. What stands between us and the server may answer with anything: then that is the words. */
export function refusalOf(code: number, body: string): ApiRefusal {
  let status: unknown;
  try {
    status = JSON.parse(body);
  } catch {
    status = undefined;
  }
  const words = textAt(status, 'message') || body.trim().slice(0, 500) || `HTTP ${code}`;
  return new ApiRefusal(code, textAt(status, 'reason'), words);
}

/** Node says `The operation was aborted`; what for is behind that. */
function rootOf(error: unknown): unknown {
  let found = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (!(found instanceof Error) || found instanceof Trouble || !(found.cause instanceof Error))
      return found;
    found = found.cause;
  }
  return found;
}

const CERTIFICATE =
  /^(?:ERR_TLS_CERT_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL_|ERR_SSL_TLSV1_ALERT_UNKNOWN_CA|ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE|ERR_SSL_TLSV1_ALERT_DECRYPT)/;

/** True when another kubeconfig may help: the cluster was made anew, or its certificates were. */
export function wantsFreshConfig(error: unknown): boolean {
  if (error instanceof ApiRefusal) return error.code === 401;
  const root = rootOf(error);
  if (root instanceof Trouble) return root.code === 'kube-config';
  return CERTIFICATE.test(errorCode(root) ?? '');
}

const WHERE = 'vm-k8s';

function refusalRemedy({ code }: ApiRefusal): Text {
  switch (code) {
    case 401:
      return {
        id: 'kubeconfig di vm-k8s tidak lagi dikenal server: salin ulang seperti pada langkah C5.',
        en: 'The server no longer knows the kubeconfig on vm-k8s: copy it again as in step C5.',
      };
    case 403:
      return {
        id: 'Pengguna kubeconfig ini tidak berhak: pakai yang dibuat kubeadm (langkah C5), atau beri hak dengan RBAC.',
        en: "This kubeconfig's user has no right to it: use the one that kubeadm made (step C5), or grant it by RBAC.",
      };
    case 404:
      return {
        id: 'Mungkin baru saja dihapus atau diganti: lihat daftarnya lagi.',
        en: 'It may just have been deleted or replaced: look at the list again.',
      };
    case 409:
      return {
        id: 'Objeknya berubah pada saat yang sama: lihat keadaannya, lalu coba lagi.',
        en: 'The object changed at the same moment: look at it, then try again.',
      };
    case 400:
    case 422:
      return {
        id: 'Server menolak isinya: perbaiki menurut pesan itu.',
        en: 'The server does not accept the contents: put right what its message says.',
      };
    case 429:
    case 503:
    case 504:
      return {
        id: 'Server sedang sibuk atau baru menyala: tunggu sebentar, lalu coba lagi.',
        en: 'The server is busy or just starting: wait a moment, then try again.',
      };
    default:
      return {
        id: 'Baca log kube-apiserver di vm-k8s: sudo crictl logs $(sudo crictl ps -q --name kube-apiserver)',
        en: "Read the kube-apiserver's log on vm-k8s: sudo crictl logs $(sudo crictl ps -q --name kube-apiserver)",
      };
  }
}

const CODES: Readonly<Record<number, string>> = {
  400: 'kube-invalid',
  401: 'kube-unauthorized',
  403: 'kube-forbidden',
  404: 'kube-not-found',
  409: 'kube-conflict',
  422: 'kube-invalid',
};

/** Any failure of a conversation with the API as a Trouble; a Trouble stays what it is. */
export function asKubeTrouble(error: unknown, mask: (text: string) => string): Trouble {
  const root = rootOf(error);
  if (root instanceof Trouble) return root;
  const words = mask(errorText(root));
  if (root instanceof ApiRefusal) {
    return new Trouble(
      CODES[root.code] ?? 'kube-refused',
      {
        id: `Server Kubernetes menjawab ${root.code}: ${words}`,
        en: `The Kubernetes server answers ${root.code}: ${words}`,
      },
      refusalRemedy(root),
      WHERE,
      3,
      { cause: error },
    );
  }
  if (CERTIFICATE.test(errorCode(root) ?? '')) {
    return new Trouble(
      'kube-certificate',
      {
        id: `Sertifikat server Kubernetes tidak cocok dengan kubeconfig: ${words}`,
        en: `The Kubernetes server's certificate does not fit the kubeconfig: ${words}`,
      },
      {
        id: 'Bila cluster dibuat ulang, salin ulang kubeconfig (C5); bila tidak, periksa jam dan sudo kubeadm certs check-expiration.',
        en: 'If the cluster was made anew, copy the kubeconfig again (C5); else check the clocks and sudo kubeadm certs check-expiration.',
      },
      WHERE,
      3,
      { cause: error },
    );
  }
  return new Trouble(
    'kube-unreachable',
    {
      id: `Server Kubernetes tidak dapat dihubungi atau memutus sambungan: ${words}`,
      en: `The Kubernetes server cannot be reached or broke off: ${words}`,
    },
    {
      id: 'Periksa di vm-k8s: systemctl status kubelet, lalu sudo crictl ps -a --name kube-apiserver. Program ini mencoba lagi sendiri.',
      en: 'Check on vm-k8s: systemctl status kubelet, then sudo crictl ps -a --name kube-apiserver. This program tries again by itself.',
    },
    WHERE,
    3,
    { cause: error },
  );
}

/** Nothing was heard for longer than a healthy server needs to answer. */
export function silentTrouble(): Trouble {
  return new Trouble(
    'kube-silent',
    {
      id: 'Server Kubernetes tidak menjawab lagi, meski sambungannya masih terbuka.',
      en: 'The Kubernetes server no longer answers, though its connection is still open.',
    },
    {
      id: 'Periksa beban dan memori vm-k8s serta etcd (sudo crictl ps -a --name etcd). Program ini mencoba lagi sendiri.',
      en: "Check vm-k8s' load and memory, and etcd (sudo crictl ps -a --name etcd). This program tries again by itself.",
    },
    WHERE,
    3,
  );
}

export function closedTrouble(): Trouble {
  return new Trouble(
    'kube-absent',
    { id: 'Belum ada cluster Kubernetes yang tersambung.', en: 'No Kubernetes cluster is connected.' },
    {
      id: 'Selesaikan langkah C4 dan C5 di vm-k8s, atau tunggu sampai tersambung lagi.',
      en: 'Finish steps C4 and C5 on vm-k8s, or wait until it is connected again.',
    },
    WHERE,
    3,
  );
}
