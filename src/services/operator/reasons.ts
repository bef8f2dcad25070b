/** Why something did not answer the operator's computer, in both languages. Codes as Node gives them (errno, DNS, OpenSSL). */
import type { Text } from '../../lab/types.js';
import { errorCode } from '../files/atomic.js';

const REASONS: Readonly<Record<string, Text>> = {
  ECONNREFUSED: {
    id: 'koneksi ditolak: tidak ada yang mendengarkan di port itu',
    en: 'connection refused: nothing listens on that port',
  },
  NOT_FORWARDED: {
    id: 'port itu tidak diteruskan ke komputer ini (`forwards` di berkas lab)',
    en: 'that port is not forwarded to this computer (`forwards` in the lab file)',
  },
  ETIMEDOUT: {
    id: 'tidak ada jawaban sampai batas waktu: mati, salah alamat, atau tertahan firewall',
    en: 'no answer in time: off, wrong address, or held back by a firewall',
  },
  EHOSTUNREACH: { id: 'host tidak terjangkau', en: 'host unreachable' },
  EHOSTDOWN: { id: 'host mati', en: 'host is down' },
  ENETUNREACH: {
    id: 'jaringan tidak terjangkau: komputer ini tidak punya rute ke sana',
    en: 'network unreachable: this computer has no route to it',
  },
  ECONNRESET: { id: 'koneksi diputus oleh pihak sana', en: 'connection reset by the other side' },
  EPIPE: { id: 'koneksi diputus oleh pihak sana', en: 'connection reset by the other side' },
  EACCES: { id: 'komputer ini melarang koneksi itu', en: 'this computer forbids that connection' },
  EPERM: { id: 'komputer ini melarang koneksi itu', en: 'this computer forbids that connection' },
  ENOTFOUND: { id: 'nama itu tidak dikenal', en: 'the name is not known' },
  ENODATA: { id: 'nama itu tidak punya alamat IPv4', en: 'the name has no IPv4 address' },
  EAI_AGAIN: {
    id: 'DNS komputer ini tidak menjawab; coba lagi',
    en: "this computer's DNS does not answer; try again",
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    id: 'sertifikatnya self-signed dan tidak dipercaya komputer ini',
    en: 'its certificate is self-signed and this computer does not trust it',
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    id: 'sertifikatnya berasal dari CA yang tidak dipercaya komputer ini',
    en: 'its certificate comes from a CA that this computer does not trust',
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    id: 'sertifikatnya berasal dari CA yang tidak dipercaya komputer ini',
    en: 'its certificate comes from a CA that this computer does not trust',
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    id: 'sertifikat penerbitnya tidak ikut dikirim atau tidak dipercaya',
    en: "its issuer's certificate is not sent along, or not trusted",
  },
  CERT_HAS_EXPIRED: { id: 'sertifikatnya sudah kedaluwarsa', en: 'its certificate has expired' },
  CERT_NOT_YET_VALID: {
    id: 'sertifikatnya belum berlaku; periksa jam',
    en: 'its certificate is not valid yet; look at the clocks',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    id: 'sertifikatnya bukan untuk nama itu',
    en: 'its certificate is not for that name',
  },
  EPROTO: {
    id: 'TLS gagal: mungkin port itu berbicara HTTP tanpa TLS',
    en: 'TLS failed: that port may speak HTTP without TLS',
  },
};

/** The code of a failure: errno, DNS or certificate; `UNKNOWN` for anything else. */
export function reasonCode(error: unknown): string {
  const code = errorCode(error) ?? 'UNKNOWN';
  return code.startsWith('ERR_SSL_') ? 'EPROTO' : code;
}

/** What a code means. */
export function reasonText(code: string): Text {
  if (code.startsWith('HPE_'))
    return { id: 'yang menjawab di sana bukan HTTP', en: 'what answers there is not HTTP' };
  return REASONS[code] ?? { id: `tidak ada jawaban (${code})`, en: `no answer (${code})` };
}
