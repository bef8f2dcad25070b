/** Words of what is live: how things are, where facts come from, what can be done. */
import type { Text } from '../../lab/types.js';
import type { HostTab } from '../../state/live/listing.js';
import type { FileLiveAct, LiveAct } from '../../state/live/targets.js';
import { form, say } from '../text.js';

/** How long ago, where the age itself may say so already. */
const lalu = (age: string): string => (age === 'baru saja' ? age : `${age} lalu`);
const ago = (age: string): string => (age === 'just now' ? age : `${age} ago`);

export const live = {
  /** Of a source. */
  notAsked: say('belum ditanya', 'not asked yet'),
  connecting: say('menyambung …', 'connecting …'),
  lostSince: form<{ time: string }>(
    (p) => `putus sejak ${p.time}`,
    (p) => `lost since ${p.time}`,
  ),
  factsOld: form<{ age: string }>(
    (p) => `yang tampak: ${lalu(p.age)}`,
    (p) => `shown: ${ago(p.age)}`,
  ),
  neverSeen: say('belum pernah terlihat', 'never seen'),
  retryIn: form<{ time: string }>(
    (p) => `mencoba lagi dalam ${p.time}`,
    (p) => `tries again in ${p.time}`,
  ),
  old: say('lama', 'old'),

  tabs: {
    overview: say('ringkasan', 'overview'),
    services: say('layanan', 'services'),
    workloads: say('pod', 'pods'),
    journal: say('journal', 'journal'),
    log: say('keluaran', 'output'),
    files: say('berkas', 'files'),
    system: say('sistem', 'system'),
    gates: say('gate', 'gates'),
  } satisfies Record<HostTab, Text>,
  ofSteps: say(
    'yang dicetak langkah dan tindakan di host ini',
    'what steps and actions printed on this host',
  ),
  containersTab: say('kontainer', 'containers'),
  kindsTab: say('kubernetes', 'kubernetes'),

  running: form<{ up: number; all: number }>(
    (p) => `${p.up}/${p.all} kontainer jalan`,
    (p) => `${p.up}/${p.all} containers running`,
  ),
  healthyOf: form<{ good: number; all: number }>(
    (p) => `${p.good}/${p.all} sehat`,
    (p) => `${p.good}/${p.all} healthy`,
  ),
  edgeUp: say('jalan', 'running'),
  edgeDown: say('tidak jalan', 'not running'),
  configWrong: say('konfigurasi salah', 'configuration wrong'),
  certificateDays: form<{ days: number }>(
    (p) => `sertifikat ${p.days} hari lagi`,
    (p) => `certificate ${p.days} ${p.days === 1 ? 'day' : 'days'} left`,
  ),
  certificateOver: form<{ days: number }>(
    (p) => `sertifikat habis ${p.days} hari lalu`,
    (p) => `certificate ended ${p.days} ${p.days === 1 ? 'day' : 'days'} ago`,
  ),
  noCertificate: say('tanpa sertifikat', 'no certificate'),
  runnerUp: say('aktif', 'active'),
  runnerDown: say('tidak aktif', 'not active'),
  registered: form<{ count: number }>(
    (p) => `${p.count} terdaftar`,
    (p) => `${p.count} registered`,
  ),
  notRegistered: say('belum terdaftar', 'not registered'),
  runnerRefused: say('ditolak servernya', 'refused by its server'),
  contact: form<{ age: string }>(
    (p) => `kontak ${lalu(p.age)}`,
    (p) => `contact ${ago(p.age)}`,
  ),
  nodesReady: form<{ ready: number; all: number }>(
    (p) => `${p.ready}/${p.all} siap`,
    (p) => `${p.ready}/${p.all} ready`,
  ),
  podsHere: form<{ good: number; all: number }>(
    (p) => `${p.good}/${p.all} baik`,
    (p) => `${p.good}/${p.all} good`,
  ),
  /** Beside the word for namespaces. */
  withPods: form<{ count: number }>(
    (p) => `${p.count} berisi pod`,
    (p) => `${p.count} with pods`,
  ),
  noPodsHere: say('tidak ada pod di sini', 'no pods here'),
  missingPod: say('tidak ada', 'none'),
  ready: say('siap', 'ready'),

  filter: say('saring', 'filter'),
  kind: say('jenis', 'kind'),
  counts: form<{ shown: number; all: number }>(
    (p) => (p.shown === p.all ? `${p.all}` : `${p.shown} dari ${p.all}`),
    (p) => (p.shown === p.all ? `${p.all}` : `${p.shown} of ${p.all}`),
  ),
  broken: form<{ count: number }>(
    (p) => `${p.count} rusak`,
    (p) => `${p.count} broken`,
  ),
  notServed: form<{ kinds: string }>(
    (p) => `server ini tidak punya: ${p.kinds}`,
    (p) => `this server has no: ${p.kinds}`,
  ),
  noMatch: form<{ needle: string }>(
    (p) => `Tidak ada yang memuat “${p.needle}”. Esc saat mengetik mengosongkan saringan.`,
    (p) => `Nothing holds “${p.needle}”. Esc while typing clears the filter.`,
  ),
  emptyList: say('Tidak ada satu pun.', 'There is none.'),
  waiting: say('Menunggu jawaban pertama …', 'Waiting for the first answer …'),
  moreRows: form<{ count: number }>(
    (p) => `… dan ${p.count} lagi`,
    (p) => `… and ${p.count} more`,
  ),

  chooseAct: say('Apa yang dilakukan?', 'What is to be done?'),
  chooseContainer: {
    log: say('Log kontainer yang mana?', 'The log of which container?'),
    shell: say('Shell di kontainer yang mana?', 'A shell in which container?'),
  },
  prepares: say('hanya menyiapkan pod', 'only prepares the pod'),
  confirmAct: say('Lakukan ini?', 'Do this?'),
  typeName: form<{ expected: string }>(
    (p) => `Ini tidak bisa dikembalikan. Ketik namanya untuk melanjutkan: ${p.expected}`,
    (p) => `This cannot be taken back. Type its name to go on: ${p.expected}`,
  ),
  recordedOnly: say('Dicatat di jurnal.', 'It goes into the journal.'),
  recorded: say(
    'Dicatat di jurnal; sesudahnya gate yang terkait diperiksa lagi.',
    'It goes into the journal; afterwards the gates it touches are checked again.',
  ),
};

/** Headings of columns. */
export const column = {
  name: say('nama', 'name'),
  state: say('keadaan', 'state'),
  health: say('kesehatan', 'health'),
  restarts: say('ulang', 'rest.'),
  age: say('umur', 'age'),
  cpu: say('cpu', 'cpu'),
  memory: say('memori', 'memory'),
  image: say('image', 'image'),
  ports: say('port', 'ports'),
  namespace: say('namespace', 'namespace'),
  ready: say('siap', 'ready'),
  node: say('node', 'node'),
  roles: say('peran', 'roles'),
  version: say('versi', 'version'),
  address: say('alamat', 'address'),
  updated: say('terbaru', 'updated'),
  type: say('jenis', 'type'),
  capacity: say('kapasitas', 'capacity'),
  boundTo: say('terikat ke', 'bound to'),
  failed: say('gagal', 'failed'),
  enabled: say('saat boot', 'at boot'),
  description: say('keterangan', 'description'),
  path: say('berkas', 'file'),
  step: say('langkah', 'step'),
  mode: say('izin', 'mode'),
  owner: say('pemilik', 'owner'),
  size: say('ukuran', 'size'),
  changed: say('diubah', 'changed'),
  notReady: say('belum siap', 'not ready'),
};

/** How much an act takes away. */
export const actRiskWord = {
  safe: say('aman', 'safe'),
  changes: say('mengubah', 'changes'),
  destroys: say('MENGHAPUS', 'DESTROYS'),
} satisfies Record<string, Text>;

const undo = {
  start: say('Kembali: hentikan lagi dengan a.', 'Back: stop it again with a.'),
  stop: say('Kembali: jalankan lagi dengan a.', 'Back: start it again with a.'),
  scale: form<{ from: number }>(
    (p) => `Kembali: ubah jumlahnya lagi menjadi ${p.from} dengan a.`,
    (p) => `Back: scale to ${p.from} again with a.`,
  ),
  nothing: say(
    'Tidak ada yang perlu dikembalikan: sesudahnya berjalan seperti sebelumnya.',
    'Nothing has to be taken back: afterwards it runs as before.',
  ),
};

/** How what an act changes is taken back; null when it cannot be. Of files: see state/live/file-acts.ts. */
export function undoOf(act: Exclude<LiveAct, FileLiveAct>): Text | null {
  switch (act.act) {
    case 'restart-unit':
    case 'restart-container':
      return undo.nothing;
    case 'start-container':
      return undo.start;
    case 'stop-container':
      return undo.stop;
    case 'delete-pod':
      return null;
    case 'scale':
      return undo.scale(act);
    case 'restart-rollout':
      return undo.nothing;
  }
}
