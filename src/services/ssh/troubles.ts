/** Every way in which a connection can fail, as a sentence with a remedy. */
import { Trouble } from '../../lab/types.js';
import type { HostName, Text } from '../../lab/types.js';
import type { HostKey, LinkStatus } from '../ports.js';
import { cleanRemoteText } from '../text/clean.js';
import { errorCode, errorLevel, errorText } from './errors.js';

/** What was known when a connection failed. */
export interface DialFacts {
  readonly host: HostName;
  /** `address:port` that was dialled. */
  readonly endpoint: string;
  readonly user: string;
  /** Authentication methods that the server offers; null when it was not reached. */
  readonly offered: readonly string[] | null;
  /** Methods that were tried, with the key or agent used, in order. */
  readonly tried: readonly string[];
  /** What the server said before the login, as it came. */
  readonly banner: string;
  /** True when a connection had been made before: it was lost, it did not fail to come up. */
  readonly wasUp: boolean;
}

const REFUSED = new Set(['ECONNREFUSED']);
const TIMED_OUT = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT']);
const UNREACHABLE = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'EINVAL',
]);

function said(facts: DialFacts): Text {
  const banner = cleanRemoteText(facts.banner).trim().slice(0, 300);
  if (banner === '') return { id: '', en: '' };
  return { id: ` Katanya: "${banner}"`, en: ` It said: "${banner}"` };
}

function authTrouble(facts: DialFacts, cause: unknown): Trouble {
  const offered = cleanRemoteText(facts.offered?.join(', ') ?? '?').slice(0, 200);
  const nothing: Text = { id: 'tidak ada', en: 'nothing' };
  const tried = facts.tried.join(', ');
  const note = said(facts);
  return new Trouble(
    'ssh-auth',
    {
      id:
        `${facts.endpoint} menolak login sebagai "${facts.user}". Server menerima: ${offered}; ` +
        `dicoba: ${tried || nothing.id}.${note.id}`,
      en:
        `${facts.endpoint} refuses the login as "${facts.user}". The server accepts: ${offered}; ` +
        `tried: ${tried || nothing.en}.${note.en}`,
    },
    {
      id: `Periksa nama pengguna, kunci, atau kata sandi di berkas lab. Untuk memasang kunci: ssh-copy-id ${facts.user}@HOST`,
      en: `Check user name, key or password in the lab file. To install a key: ssh-copy-id ${facts.user}@HOST`,
    },
    facts.host,
    2,
    { cause },
  );
}

/** The Trouble for whatever a failed attempt to connect has thrown or emitted. A Trouble is handed back as it is. */
export function dialTrouble(error: unknown, facts: DialFacts): Trouble {
  if (error instanceof Trouble) return error;
  const { host, endpoint } = facts;
  const code = errorCode(error);
  const level = errorLevel(error);
  const text = errorText(error);
  const note = said(facts);
  const options = { cause: error };
  if (level === 'client-authentication' || /too many authentication failures/i.test(text)) {
    return authTrouble(facts, error);
  }
  if (facts.wasUp) return lostTrouble(host, error);
  if (code !== null && REFUSED.has(code)) {
    return new Trouble(
      'ssh-refused',
      { id: `${endpoint} menolak sambungan.`, en: `${endpoint} refuses the connection.` },
      {
        id: 'Mesinnya hidup, tetapi sshd tidak mendengarkan di sana: di konsol VM jalankan "systemctl status ssh", atau periksa port.',
        en: 'The machine is up, but no sshd listens there: on its console run "systemctl status ssh", or check the port.',
      },
      host,
      3,
      options,
    );
  }
  if ((code !== null && TIMED_OUT.has(code)) || level === 'client-timeout') {
    return new Trouble(
      'ssh-timeout',
      { id: `${endpoint} tidak menjawab pada waktunya.`, en: `${endpoint} did not answer in time.` },
      {
        id: 'Periksa apakah VM menyala, alamatnya benar, dan tidak ada firewall yang membuang paket.',
        en: 'Check that the VM is running, that the address is right, and that no firewall drops packets.',
      },
      host,
      3,
      options,
    );
  }
  if (code !== null && UNREACHABLE.has(code)) {
    return new Trouble(
      'ssh-unreachable',
      { id: `Tidak ada jalan ke ${endpoint} (${code}).`, en: `There is no way to ${endpoint} (${code}).` },
      {
        id: 'Periksa apakah VM menyala dan jaringan host-only ada di komputer ini.',
        en: 'Check that the VM is running and that this computer has the host-only network.',
      },
      host,
      3,
      options,
    );
  }
  if (/channel open failure/i.test(text)) {
    return new Trouble(
      'ssh-unreachable',
      {
        id: `Mesin perantara (ProxyJump) tidak dapat mencapai ${endpoint}: ${text}.`,
        en: `The jump host cannot reach ${endpoint}: ${text}.`,
      },
      {
        id: 'Periksa apakah VM menyala dan sshd di mesin perantara mengizinkan AllowTcpForwarding.',
        en: 'Check that the VM is running and that sshd on the jump host permits AllowTcpForwarding.',
      },
      host,
      3,
      options,
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new Trouble(
      'ssh-name',
      { id: `Nama "${endpoint}" tidak dapat diterjemahkan.`, en: `The name "${endpoint}" does not resolve.` },
      {
        id: 'Tulis alamat IP di berkas lab, atau perbaiki nama itu di DNS atau ~/.ssh/config.',
        en: 'Put the IP address in the lab file, or mend the name in DNS or ~/.ssh/config.',
      },
      host,
      code === 'ENOTFOUND' ? 2 : 3,
      options,
    );
  }
  if (level === 'handshake') {
    return new Trouble(
      'ssh-protocol',
      {
        id: `${endpoint} dan program ini tidak menemukan cara enkripsi yang sama: ${text}.`,
        en: `${endpoint} and this program found no common way to encrypt: ${text}.`,
      },
      {
        id: 'Perbarui OpenSSH di VM, atau periksa KexAlgorithms, Ciphers, MACs, HostKeyAlgorithms di sshd_config.',
        en: 'Update OpenSSH on the VM, or check KexAlgorithms, Ciphers, MACs, HostKeyAlgorithms in sshd_config.',
      },
      host,
      3,
      options,
    );
  }
  return new Trouble(
    'ssh-closed',
    {
      id: `${endpoint} menutup sambungan sebelum login selesai.${note.id}`,
      en: `${endpoint} closed the connection before the login was done.${note.en}`,
    },
    {
      id: 'Mungkin VM sedang boot, sshd sedang penuh, atau port itu bukan SSH. Tunggu sebentar, lalu coba lagi.',
      en: 'The VM may be booting, sshd may be busy, or that port is not SSH. Wait a moment, then try again.',
    },
    host,
    3,
    options,
  );
}

/** A connection that was up is gone. */
export function lostTrouble(host: HostName, cause?: unknown): Trouble {
  const timeout = errorLevel(cause) === 'client-timeout';
  return new Trouble(
    'link-lost',
    timeout
      ? {
          id: `Sambungan ke ${host} putus: 15 detik tanpa jawaban.`,
          en: `The connection to ${host} is lost: 15 seconds without an answer.`,
        }
      : { id: `Sambungan ke ${host} putus.`, en: `The connection to ${host} is lost.` },
    {
      id: 'Pekerjaan di host tetap berjalan. Periksa VM dan jaringan; program menyambung lagi bila bisa.',
      en: 'Jobs on the host go on. Check the VM and the network; the program reconnects when it can.',
    },
    host,
    3,
    cause === undefined ? undefined : { cause },
  );
}

/** A host shows another key than the one we know. */
export function hostKeyChanged(
  key: HostKey,
  known: readonly string[],
  file: string,
  lines: readonly number[],
): Trouble {
  const where = lines.join(', ');
  return new Trouble(
    'host-key-changed',
    {
      id: `${key.endpoint} menunjukkan kunci lain: ${key.type} ${key.fingerprint}; yang dikenal: ${known.join(', ')}. Sambungan ditolak.`,
      en: `${key.endpoint} shows another key: ${key.type} ${key.fingerprint}; known: ${known.join(', ')}. The connection is refused.`,
    },
    {
      id:
        `Bila VM dibuat ulang, bandingkan dulu di konsolnya: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub. ` +
        `Bila sama, hapus baris ${where} dari ${file}. Bila tidak, ada mesin lain di alamat itu.`,
      en:
        `If the VM was rebuilt, compare on its console first: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub. ` +
        `If they agree, remove line ${where} from ${file}. If not, another machine answers at that address.`,
    },
    key.host,
  );
}

/** A person said no to a key seen for the first time. */
export function hostKeyRefused(key: HostKey): Trouble {
  return new Trouble(
    'host-key-refused',
    {
      id: `Kunci host ${key.endpoint} (${key.fingerprint}) tidak diterima.`,
      en: `The host key of ${key.endpoint} (${key.fingerprint}) was not accepted.`,
    },
    {
      id: 'Bandingkan sidik jari di konsol VM (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), lalu sambungkan lagi dan terima.',
      en: 'Compare the fingerprint on the console of the VM (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then connect again and accept it.',
    },
    key.host,
  );
}

/** Work was given up because somebody asked for it. */
export function cancelledTrouble(host: HostName): Trouble {
  return new Trouble(
    'cancelled',
    { id: 'Dibatalkan.', en: 'Cancelled.' },
    { id: 'Jalankan lagi bila perlu.', en: 'Run it again if needed.' },
    host,
    3,
  );
}

/** The Trouble that a link which is down stands for. */
export function downTrouble(host: HostName, status: Extract<LinkStatus, { kind: 'down' }>): Trouble {
  return new Trouble(status.code, status.reason, status.remedy, host, 3);
}
