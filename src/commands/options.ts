/** Every option of the command line, in both languages. */
import type { Text } from '../lab/types.js';

/** How an option is written: alone, with a value, or with a value and as often as one likes. */
export type OptionKind = 'flag' | 'text' | 'list';

export interface OptionSpec {
  readonly kind: OptionKind;
  /** Stands for the value in the help. */
  readonly value?: string;
  readonly short?: string;
  readonly about: Text;
}

export const OPTIONS = {
  lab: {
    kind: 'text',
    value: 'FILE',
    about: {
      id: 'berkas lab (atau THREEBODY_LAB, ./threebody.yaml, ~/.config/threebody-tui/lab.yaml)',
      en: 'lab file (or THREEBODY_LAB, ./threebody.yaml, ~/.config/threebody-tui/lab.yaml)',
    },
  },
  practice: {
    kind: 'flag',
    about: { id: 'pakai lab praktik: simulasi, tanpa VM', en: 'use the practice lab: a simulation, no VMs' },
  },
  lang: { kind: 'text', value: 'id|en', about: { id: 'bahasa', en: 'language' } },
  ascii: { kind: 'flag', about: { id: 'hanya karakter ASCII', en: 'ASCII characters only' } },
  'no-color': { kind: 'flag', about: { id: 'tanpa warna', en: 'no colour' } },
  linear: {
    kind: 'flag',
    about: {
      id: 'teks baris demi baris, untuk pembaca layar',
      en: 'text line by line, for screen readers',
    },
  },
  debug: {
    kind: 'flag',
    about: {
      id: 'tulis rincian kesalahan ke berkas log program',
      en: "write the details of errors to the program's log file",
    },
  },
  runbook: {
    kind: 'text',
    value: 'DIR',
    about: {
      id: 'direktori paket runbook sendiri, dilapiskan di atas bawaan',
      en: 'directory with a runbook pack of your own, laid over the built-in one',
    },
  },
  help: { kind: 'flag', short: 'h', about: { id: 'tampilkan bantuan', en: 'show help' } },
  version: { kind: 'flag', about: { id: 'tampilkan versi', en: 'show the version' } },

  json: { kind: 'flag', about: { id: 'satu dokumen JSON di stdout', en: 'one JSON document on stdout' } },
  tap: { kind: 'flag', about: { id: 'TAP versi 14 di stdout', en: 'TAP version 14 on stdout' } },
  junit: {
    kind: 'text',
    value: 'FILE',
    about: {
      id: 'tulis juga JUnit XML ke berkas (- = stdout)',
      en: 'also write JUnit XML to a file (- = stdout)',
    },
  },
  markdown: { kind: 'flag', about: { id: 'tabel Markdown di stdout', en: 'a Markdown table on stdout' } },
  html: {
    kind: 'text',
    value: 'FILE',
    about: {
      id: 'tulis satu berkas HTML yang siap cetak (- = stdout)',
      en: 'write one printable HTML file (- = stdout)',
    },
  },
  'retry-timeout': {
    kind: 'text',
    value: '120s',
    about: {
      id: 'periksa berulang sampai hijau atau waktu ini habis',
      en: 'check again and again until green or this time is up',
    },
  },
  wait: {
    kind: 'text',
    value: '300s',
    about: {
      id: 'paling lama menunggu yang masih menyala, bawaan 300s; 0s = tidak menunggu',
      en: 'how long to wait for what is still coming up, 300s by default; 0s = do not wait',
    },
  },
  watch: {
    kind: 'flag',
    about: {
      id: 'terus memeriksa sampai dihentikan; satu baris untuk setiap perubahan',
      en: 'go on checking until stopped; one line for every change',
    },
  },
  every: {
    kind: 'text',
    value: '60s',
    about: {
      id: 'jarak antarputaran --watch, bawaan 60s',
      en: 'time between rounds of --watch, 60s by default',
    },
  },
  listen: {
    kind: 'text',
    value: '127.0.0.1:PORT',
    about: {
      id: 'sajikan /metrics (Prometheus) dan /healthz; hanya di komputer ini',
      en: 'serve /metrics (Prometheus) and /healthz; on this computer only',
    },
  },
  host: {
    kind: 'list',
    value: 'HOST',
    about: { id: 'hanya host ini; boleh diulang', en: 'only this host; may be repeated' },
  },
  yes: { kind: 'flag', short: 'y', about: { id: 'jangan bertanya dulu', en: 'do not ask first' } },
  'yes-destroy': {
    kind: 'list',
    value: 'STEP/ACTION',
    about: {
      id: 'izinkan aksi yang menghapus data ini; boleh diulang',
      en: 'allow this action, which destroys data; may be repeated',
    },
  },
  all: {
    kind: 'flag',
    about: {
      id: 'semua langkah menurut urutan runbook, kecuali yang boleh dilewati',
      en: 'every step in the order of the runbook, but for the optional ones',
    },
  },
  force: {
    kind: 'flag',
    about: { id: 'jalankan juga yang sudah beres', en: 'run also what is done already' },
  },
  variant: {
    kind: 'list',
    value: 'STEP/ACTION=runbook',
    about: {
      id: 'pakai perintah runbook sendiri untuk aksi ini; boleh diulang',
      en: "use the runbook's own commands for this action; may be repeated",
    },
  },
  bundle: {
    kind: 'text',
    value: 'FILE',
    about: {
      id: 'baca bundel ini sebagai ganti lab; tidak ada yang dihubungi',
      en: 'read this bundle instead of a lab; nothing is contacted',
    },
  },
  paste: {
    kind: 'text',
    value: 'FILE|-',
    about: {
      id: 'kenali gejala dari pesan galat di berkas ini (- = stdin)',
      en: 'recognise the symptom in the error text of this file (- = stdin)',
    },
  },
  fix: {
    kind: 'flag',
    about: {
      id: 'perbaiki penyebab yang terbukti, setelah bertanya',
      en: 'mend the cause that is proved, after asking',
    },
  },
  with: {
    kind: 'text',
    value: 'FIX',
    about: {
      id: 'dengan --fix: perbaikan ini saja, mis. deploy-again',
      en: 'with --fix: this fix only, e.g. deploy-again',
    },
  },
  undo: {
    kind: 'flag',
    about: {
      id: 'kembalikan berkas yang diubah perbaikan terakhir (gejala itu)',
      en: 'put back the files that the newest fix (of that symptom) changed',
    },
  },
  restore: {
    kind: 'flag',
    about: {
      id: 'tulis lagi berkas ini seperti langkahnya meninggalkannya, setelah bertanya',
      en: 'write this file again as its step left it, after asking',
    },
  },
  keep: {
    kind: 'flag',
    about: {
      id: 'biarkan berkas ini seperti sekarang, sampai berubah lagi',
      en: 'let this file be as it is, until it changes again',
    },
  },
  adopt: {
    kind: 'flag',
    about: {
      id: 'jadikan isinya versi lab ini, yang dibiarkan langkahnya',
      en: "make its content this lab's own version, which its step leaves alone",
    },
  },
  reason: { kind: 'text', value: 'TEXT', about: { id: 'alasan', en: 'the reason' } },
  until: {
    kind: 'text',
    value: 'YYYY-MM-DD',
    about: { id: 'hari terakhir berlakunya', en: 'the last day on which it holds' },
  },
  withdraw: { kind: 'flag', about: { id: 'tarik kembali', en: 'take it back' } },
  fault: {
    kind: 'list',
    value: 'ID',
    about: { id: 'kerusakan yang dipasang; boleh diulang', en: 'a fault to put in; may be repeated' },
  },
  heal: {
    kind: 'flag',
    about: { id: 'kembalikan yang sengaja dirusak', en: 'take back what was broken on purpose' },
  },
  out: { kind: 'text', value: 'FILE', about: { id: 'berkas yang ditulis', en: 'the file to write' } },
  replace: { kind: 'flag', about: { id: 'timpa berkas yang sudah ada', en: 'replace files that exist' } },
  name: { kind: 'text', value: 'NAME', about: { id: 'nama lab', en: 'name of the lab' } },
  user: { kind: 'text', value: 'USER', about: { id: 'pengguna di ketiga VM', en: 'user on all three VMs' } },
  key: { kind: 'text', value: 'FILE', about: { id: 'kunci privat SSH', en: 'private SSH key' } },
  agent: {
    kind: 'flag',
    about: { id: 'pakai kunci dari agen SSH', en: 'use the keys of the SSH agent' },
  },
  'password-stdin': {
    kind: 'flag',
    about: {
      id: 'baca kata sandi dari stdin; disimpan di berkas lab (mode 0600)',
      en: 'read the password from stdin; it is kept in the lab file (mode 0600)',
    },
  },
  'docker-ip': { kind: 'text', value: 'IP', about: { id: 'alamat vm-docker', en: 'address of vm-docker' } },
  'k8s-ip': { kind: 'text', value: 'IP', about: { id: 'alamat vm-k8s', en: 'address of vm-k8s' } },
  'worker-ip': { kind: 'text', value: 'IP', about: { id: 'alamat vm-worker', en: 'address of vm-worker' } },
  vagrant: {
    kind: 'text',
    value: 'DIR',
    about: {
      id: 'tulis juga Vagrantfile untuk ketiga VM ke direktori ini',
      en: 'also write a Vagrantfile for the three VMs into this directory',
    },
  },
  'accept-host-keys': {
    kind: 'flag',
    about: {
      id: 'terima kunci host yang baru pertama kali terlihat, tanpa bertanya',
      en: 'accept host keys seen for the first time without asking',
    },
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof OPTIONS;
export type NameOfKind<K extends OptionKind> = {
  [N in OptionName]: (typeof OPTIONS)[N]['kind'] extends K ? N : never;
}[OptionName];
