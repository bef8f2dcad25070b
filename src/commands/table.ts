/** The command line as data: every command in both languages. Help, parsing and its messages come from here and from options.ts. */
import type { Text } from '../lab/types.js';
import { OPTIONS, type OptionName, type OptionSpec } from './options.js';

/** Options that every command takes. */
export const GLOBAL_OPTIONS = [
  'lab',
  'practice',
  'lang',
  'ascii',
  'no-color',
  'linear',
  'debug',
  'runbook',
  'help',
  'version',
] as const satisfies readonly OptionName[];

interface CommandSpec {
  /** What may stand behind the name. */
  readonly words: string;
  /** How many words: at least, at most. */
  readonly count: readonly [number, number];
  readonly about: Text;
  readonly options: readonly OptionName[];
  /** More for `COMMAND --help`. */
  readonly more?: Text;
}

const MANY = Number.POSITIVE_INFINITY;
export const LISTS = ['steps', 'gates', 'symptoms', 'faults', 'glossary'] as const;
export type ListName = (typeof LISTS)[number];

export const COMMANDS = {
  init: {
    words: '',
    count: [0, 0],
    about: { id: 'tulis berkas lab, dipandu atau dari opsi', en: 'write a lab file, guided or from options' },
    options: [
      'name',
      'user',
      'key',
      'agent',
      'password-stdin',
      'docker-ip',
      'k8s-ip',
      'worker-ip',
      'out',
      'replace',
      'vagrant',
    ],
    more: {
      id: 'Di terminal, yang belum diberikan sebagai opsi akan ditanyakan. Path berkasnya ditulis ke stdout.',
      en: 'On a terminal, whatever is not given as an option is asked. The path of the file goes to stdout.',
    },
  },
  connect: {
    words: '',
    count: [0, 0],
    about: {
      id: 'coba login, kunci host, dan sudo pada setiap host',
      en: 'try login, host keys and sudo on every host',
    },
    options: ['accept-host-keys', 'host', 'json'],
  },
  list: {
    words: LISTS.join('|'),
    count: [1, 1],
    about: { id: 'sebutkan isi runbook', en: 'list what is in the runbook' },
    options: ['json'],
    more: {
      id: 'Dengan --json dan sebuah lab: setiap langkah dengan skrip per host, setiap gate dengan probe-nya, persis seperti dijalankan.',
      en: 'With --json and a lab: every step with its script per host, every gate with its probe, exactly as they run.',
    },
  },
  plan: {
    words: '[STEP…]',
    count: [0, MANY],
    about: {
      id: 'tampilkan apa yang akan dijalankan; tidak mengubah apa pun',
      en: 'show what would run; changes nothing',
    },
    options: ['host', 'variant', 'json'],
  },
  run: {
    words: 'STEP…|PHASE…|--all',
    count: [0, MANY],
    about: { id: 'jalankan langkah, lalu periksa gate-nya', en: 'run steps, then ask their gates' },
    options: ['all', 'yes', 'yes-destroy', 'host', 'force', 'variant', 'json'],
    more: {
      id: 'Langkah dijalankan berurutan; berhenti pada langkah pertama yang tidak hijau. Fase (misalnya B) berarti semua langkahnya kecuali yang boleh dilewati. Diulang, yang sudah beres dilewati. Pekerjaan yang tertinggal di host diikuti lebih dulu.',
      en: 'Steps run in the order given and stop at the first one that is not green. A phase (say B) is all of its steps but the optional ones. Run again, what is done already is skipped. Jobs left on the hosts are followed first.',
    },
  },
  undo: {
    words: 'STEP…',
    count: [1, MANY],
    about: { id: 'kembalikan apa yang diubah langkah', en: 'put back what steps changed' },
    options: ['yes', 'yes-destroy', 'host', 'json'],
    more: {
      id: 'Langkah dikembalikan dalam urutan yang diberikan, sebuah fase dari belakang. Setelah itu gate langkah memang biasanya tidak lulus: kode keluar hanya menilai pengembaliannya.',
      en: 'Steps are undone in the order given, a phase from its end. Their gates usually fail afterwards, as they should: the exit code is about the undoing alone.',
    },
  },
  cancel: {
    words: 'STEP',
    count: [1, 1],
    about: { id: 'hentikan pekerjaan langkah di host', en: 'end the jobs of a step on the hosts' },
    options: ['host', 'json'],
  },
  check: {
    words: '[STEP|GATE|GATE@HOST…]',
    count: [0, MANY],
    about: { id: 'periksa gate', en: 'ask gates' },
    options: ['json', 'tap', 'junit', 'markdown', 'retry-timeout', 'watch', 'every', 'listen', 'host'],
    more: {
      id: 'warn dihitung hijau. Gate yang menjadi landasan gate yang diminta ikut diperiksa. Dengan --watch program berjalan terus pada koneksi yang terbuka; dihentikan dengan Ctrl-C atau SIGTERM, kode keluarnya 0.',
      en: 'A warn counts as green. Gates on which a wanted gate stands are asked as well. With --watch the program goes on over open connections; stopped by Ctrl-C or SIGTERM it exits with 0.',
    },
  },
  smoke: {
    words: '',
    count: [0, 0],
    about: {
      id: 'daftar periksa setelah VM dinyalakan, menurut urutan menyala; menunggu yang masih menyala',
      en: 'the checklist after the VMs were switched on, in boot order; waits for what is still coming up',
    },
    options: ['wait', 'json', 'tap', 'junit', 'markdown'],
    more: {
      id: 'Yang masih menyala ditunggu, yang rusak langsung disebut: gate pertama yang putus, hop-nya, dan gejalanya. Bagian lab yang belum dibuat tidak ikut. Bila semua hijau, keadaan ketiga VM dicatat; sesudah reboot ditunjukkan apa yang berbeda.',
      en: 'What is still coming up is waited for, what is broken is told: the first broken gate, its hop, and its symptom. Parts of the lab that were not made yet are left out. When all is green the state of the three VMs is written down; after a reboot you see what is different.',
    },
  },
  diary: {
    words: '',
    count: [0, 0],
    about: {
      id: 'apa yang berbeda di ketiga VM sejak uji asap hijau yang terakhir',
      en: 'what is different on the three VMs since the last green smoke test',
    },
    options: ['json'],
  },
  drift: {
    words: '[HOST:PATH…]',
    count: [0, MANY],
    about: {
      id: 'berkas kami yang diubah di host sejak ditulis, dengan perbedaannya; pulihkan, biarkan, atau adopsi',
      en: 'files of ours that were changed on a host since, with the difference; restore, keep or adopt them',
    },
    options: ['restore', 'keep', 'adopt', 'yes', 'host', 'json'],
    more: {
      id: 'Tanpa --restore, --keep atau --adopt hanya membaca. Sebelum dipulihkan, yang ada sekarang disimpan di host; sesudahnya gate langkahnya diperiksa. Isi yang mungkin rahasia tidak ditunjukkan. Kode keluar: 0 tidak ada yang berubah, 1 ada, 3 ada host yang tidak dapat dilihat.',
      en: 'Without --restore, --keep or --adopt it only reads. Before a file is restored what is there is kept on the host; afterwards the gates of its step are asked. Content that may be secret is not shown. Exit code: 0 nothing has changed, 1 something has, 3 a host could not be looked at.',
    },
  },
  expiry: {
    words: '',
    count: [0, 0],
    about: {
      id: 'apa yang akan habis masa berlakunya, berapa hari lagi, dan apa yang memperbaruinya',
      en: 'what runs out, in how many days, and what renews it',
    },
    options: ['json'],
    more: {
      id: 'Kode keluar 1 bila sebuah sertifikat, kunci, atau token yang masih dibutuhkan sudah habis masa berlakunya.',
      en: 'Exit code 1 when a certificate, key or token that is still needed has run out.',
    },
  },
  diagnose: {
    words: '[SYMPTOM…]',
    count: [0, MANY],
    about: {
      id: 'cari apa yang rusak, di mana pertama kali putus, dan apa yang memperbaikinya',
      en: 'find what is broken, where it broke first, and what mends it',
    },
    options: ['paste', 'bundle', 'fix', 'with', 'undo', 'yes', 'yes-destroy', 'json'],
    more: {
      id: 'Tanpa nama gejala, seluruh lab dilihat. Dengan --paste cukup sebuah pesan galat, juga tanpa lab; dengan --bundle dibaca sebuah bundel. --undo mengembalikan berkas yang diubah oleh perbaikan terakhir; yang terjadi di cluster tetap. Kode keluar: 0 tidak ada yang rusak, 1 ada, 3 ada yang tidak bisa dilihat.',
      en: 'Without the name of a symptom the whole lab is looked at. With --paste an error message will do, even without a lab; with --bundle a bundle is read. --undo puts back the files that the newest fix changed; what happened in the cluster stays. Exit code: 0 nothing is broken, 1 something is, 3 something could not be looked at.',
    },
  },
  fault: {
    words: '[ID]',
    count: [0, 1],
    about: {
      id: 'rusakkan lab dengan sengaja untuk berlatih, dan kembalikan; tanpa nama: apa yang bisa dan apa yang rusak',
      en: 'break the lab on purpose to practise on, and take that back; without a name: what can be, and what is',
    },
    options: ['heal', 'yes', 'yes-destroy', 'json'],
    more: {
      id: 'Skripnya berjalan sebagai root di host dan tercatat di jurnal; namanya diketik dulu, atau --yes-destroy ID. --heal mengembalikan yang terakhir, atau ID. Di layar: t, lalu B (juga sebagai latihan tanpa nama) dan H. Kode keluar: 0 selesai, 1 tidak semuanya, 3 sebuah host tidak dapat dihubungi.',
      en: 'Its scripts run as root on the hosts and are journalled; the name is typed first, or --yes-destroy ID. --heal takes back the newest, or ID. On the screen: t, then B (also as a drill without a name) and H. Exit code: 0 done, 1 not all of it, 3 a host could not be reached.',
    },
  },
  secret: {
    words: 'NAME',
    count: [1, 1],
    about: {
      id: 'tampilkan satu rahasia lab di stdout, mis. kata sandi yang dibuat program',
      en: 'show one secret of the lab on stdout, such as a password that the program made',
    },
    options: [],
  },
  waive: {
    words: 'GATE@HOST',
    count: [1, 1],
    about: {
      id: 'lewati gate, dengan alasan dan tanggal akhir',
      en: 'skip a gate, with a reason and an end date',
    },
    options: ['reason', 'until', 'withdraw'],
  },
  report: {
    words: '',
    count: [0, 0],
    about: {
      id: 'apa yang dijalankan dan terlihat, dari catatan; tidak bertanya ke host',
      en: 'what was done and seen, from the record; asks no host',
    },
    options: ['markdown', 'html', 'junit', 'tap', 'json', 'out', 'replace'],
    more: {
      id: 'Markdown bila tidak diminta bentuk lain. --html dan --junit menulis ke berkas, mode 0600, dan boleh menyertai bentuk lain di stdout. Berkas yang sudah ada hanya diganti dengan --replace.',
      en: 'Markdown unless another form is asked for. --html and --junit write to a file, mode 0600, and can go with another form on stdout. A file that exists is only replaced with --replace.',
    },
  },
  bundle: {
    words: 'FILE.tar.gz',
    count: [1, 1],
    about: {
      id: 'kumpulkan keadaan lab ke satu arsip tanpa rahasia, untuk dimintakan bantuan',
      en: 'gather the state of the lab into one archive without secrets, to ask for help with',
    },
    options: ['replace', 'json'],
    more: {
      id: 'Hanya membaca. Host yang mati disebut di dalamnya. manifest.json menyebut setiap berkas, apa yang disamarkan, dan apa yang tidak ikut. Dibaca lagi tanpa lab oleh: threebody-tui diagnose --bundle FILE. Kode keluar 3: ada host yang tidak menjawab, arsipnya tetap ditulis.',
      en: 'It only reads. A host that is down is named in it. manifest.json lists every file, what was masked and what was left out. Read again without the lab by: threebody-tui diagnose --bundle FILE. Exit code 3: a host did not answer; the archive is written all the same.',
    },
  },
  completion: {
    words: 'bash|zsh|fish',
    count: [1, 1],
    about: {
      id: 'tulis skrip pelengkap untuk shell ke stdout',
      en: 'print a completion script for the shell on stdout',
    },
    options: [],
    more: {
      id: 'bash: `source <(threebody-tui completion bash)` di ~/.bashrc · zsh: simpan sebagai _threebody-tui di sebuah direktori $fpath · fish: simpan sebagai ~/.config/fish/completions/threebody-tui.fish. Langkah, gate, gejala, dan kerusakan ikut ditawarkan, untuk drift juga berkas yang menurut jurnal lab pernah ditulis saat skrip ini dibuat; lab tidak dihubungi.',
      en: 'bash: `source <(threebody-tui completion bash)` in ~/.bashrc · zsh: keep it as _threebody-tui in a directory of $fpath · fish: keep it as ~/.config/fish/completions/threebody-tui.fish. Steps, gates, symptoms and faults are offered too, and to drift the files that the journal of the lab knew of when the script was made; no lab is contacted.',
    },
  },
  scaffold: {
    words: 'DIR',
    count: [1, 1],
    about: {
      id: 'tulis repositori lab dan Vagrantfile ke sebuah folder',
      en: "write the lab's repository and a Vagrantfile into a folder",
    },
    options: ['replace', 'yes', 'json'],
    more: {
      id: 'Diisi dengan alamat dan parameter lab, atau nilai bawaan bila lab belum ada. Folder yang tidak kosong hanya diisi dengan --replace; berkas yang akan diganti disebut dulu.',
      en: "Filled in with the lab's addresses and parameters, or the defaults when there is no lab yet. A folder that is not empty is only written to with --replace; the files to be replaced are told first.",
    },
  },
  practice: {
    words: '',
    count: [0, 0],
    about: {
      id: 'layani lab praktik sampai Ctrl-C; path berkas labnya ke stdout',
      en: 'serve the practice lab until Ctrl-C; the path of its lab file goes to stdout',
    },
    options: ['fault', 'out', 'replace'],
  },
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type CommandName = keyof typeof COMMANDS;

export function commandSpec(name: CommandName): CommandSpec {
  return COMMANDS[name];
}
export function optionSpec(name: OptionName): OptionSpec {
  return OPTIONS[name];
}
export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}
export function isOption(word: string): word is OptionName {
  return Object.hasOwn(OPTIONS, word);
}
export function commandNames(): readonly CommandName[] {
  return Object.keys(COMMANDS).filter(isCommand);
}
export function optionNames(): readonly OptionName[] {
  return Object.keys(OPTIONS).filter(isOption);
}
