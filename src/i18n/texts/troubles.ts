/** Troubleshooting: what was found, the walk to its cause, the fix. */
import type { Text } from '../../lab/types.js';
import type { CauseStanding, FixOutcome, Layer } from '../../state/troubles-types.js';
import { form, say } from '../text.js';

export const troubles = {
  title: say('Masalah', 'Troubles'),
  looking: form<{ done: number; all: number }>(
    (p) => `melihat lab: ${p.done} dari ${p.all} gate`,
    (p) => `looking at the lab: ${p.done} of ${p.all} gates`,
  ),
  lookingHosts: say('melihat lab: membaca setiap host …', 'looking at the lab: reading every host …'),
  looked: form<{ count: number; age: string }>(
    (p) => `${p.count} gejala, dilihat ${p.age}`,
    (p) => `${p.count} ${p.count === 1 ? 'symptom' : 'symptoms'}, looked ${p.age}`,
  ),
  notLooked: say('lab belum dilihat', 'the lab was not looked at yet'),
  reading: say('membaca katalog gejala …', 'reading the catalogue of symptoms …'),
  nothing: say(
    'Tidak ada gejala yang dikenali, dan semua gate yang berarti hijau.',
    'No symptom is recognised, and all gates that count are green.',
  ),
  nothingYet: say(
    'g melihat seluruh lab; P menempelkan pesan galat; / mencari di katalog.',
    'g looks at the whole lab; P takes a pasted error; / searches the catalogue.',
  ),
  first: form<{ layer: string; places: string }>(
    (p) => `putus pertama: ${p.layer}, di ${p.places}`,
    (p) => `first break: ${p.layer}, at ${p.places}`,
  ),
  silent: form<{ hosts: string }>(
    (p) => `tidak menjawab: ${p.hosts}`,
    (p) => `no answer: ${p.hosts}`,
  ),
  section: {
    found: say('Ditemukan, yang terdalam dulu', 'Found, deepest first'),
    red: say('Merah, tanpa gejala yang cocok', 'Red, with no symptom that fits'),
    pasted: say('Ditempel, tidak dikenali', 'Pasted, not recognised'),
    kept: say('Ditelusuri atau ditempel', 'Looked into or pasted'),
    expected: say('Memang begitu di sini', 'As intended here'),
    catalogue: say('Semua gejala', 'All symptoms'),
  },
  noMatch: form<{ needle: string }>(
    (p) => `Tidak ada gejala yang memuat "${p.needle}". Esc mengosongkan pencarian.`,
    (p) => `No symptom holds "${p.needle}". Esc clears the search.`,
  ),
  search: say('cari gejala', 'search symptoms'),
  paste: say('tempel galat', 'paste an error'),
  choose: say('Pilih sebuah gejala di daftar.', 'Choose a symptom in the list.'),
  sees: say('Yang terlihat', 'What you see'),
  evidence: say('Buktinya di lab ini', 'Its evidence in this lab'),
  more: form<{ count: number }>(
    (p) => `… dan ${p.count} lagi`,
    (p) => `… and ${p.count} more`,
  ),
  unseenYet: say(
    'Lab sedang dilihat; yang tampak dari gejala ini muncul di sini.',
    'The lab is being looked at; what shows of this appears here.',
  ),
  unseen: say('Tidak terlihat di lab ini sekarang.', 'Not seen in this lab now.'),
  why: say('Mengapa ini terjadi', 'Why this happens'),
  runbook: say('Kata runbook', "The runbook's words"),
  whyHint: say('e menjelaskan mengapa', 'e explains why'),
  causes: say('Kemungkinan penyebab', 'Possible causes'),
  points: say('pesannya menunjuk ke sini', 'its message points here'),
  transcript: say('Pemeriksaan', 'Checks'),
  deeper: form<{ title: string }>(
    (p) => `Lebih dalam: ${p.title}`,
    (p) => `Further down: ${p.title}`,
  ),
  deeperThere: form<{ symptom: string }>(
    (p) => `penyebab yang sama terlihat lebih dalam sebagai ${p.symptom}`,
    (p) => `the same break is seen further down as ${p.symptom}`,
  ),
  where: say('di', 'where'),
  command: say('perintah', 'command'),
  expected: say('harapan', 'expected'),
  got: say('didapat', 'got'),
  so: say('jadi', 'so'),
  printedNothing: say('tidak mencetak apa-apa', 'printed nothing'),
  exit: form<{ exit: string }>(
    (p) => `kode ${p.exit}`,
    (p) => `exit ${p.exit}`,
  ),
  unasked: say('tidak bisa ditanyakan', 'could not be asked'),
  asking: say('sedang ditanyakan …', 'being asked …'),
  starting: say('memulai …', 'starting …'),
  next: say('Berikutnya (Enter)', 'Next (Enter)'),
  cause: say('Penyebab', 'Cause'),
  fix: say('Perbaikan', 'Fix'),
  byHand: say('oleh Anda', 'by you'),
  readStep: form<{ steps: string }>(
    (p) => `Baca langkah ${p.steps} (o).`,
    (p) => `Read step ${p.steps} (o).`,
  ),
  noFix: say(
    'Untuk penyebab ini tidak ada perbaikan di katalog.',
    'The catalogue holds no fix for this cause.',
  ),
  press: say('f menjalankannya, sesudah bertanya', 'f carries it out, after asking'),
  tried: say('Yang sudah dicoba', 'What was tried'),
  fixing: say('sedang diperbaiki', 'being mended'),
  preparing: say('menyiapkan …', 'preparing …'),
  undoing: say('sedang dikembalikan', 'being undone'),
  gating: say('selesai; menunggu gate menjadi hijau …', 'done; waiting for the gates to turn green …'),
  unproved: say(
    'Tidak ada penyebab yang terbukti. Yang tidak diketahui tetap tidak diketahui.',
    'No cause is proved. What is not known stays unknown.',
  ),
  ruledOut: say('Sudah dikesampingkan', 'Ruled out'),
  stillOpen: say('Masih mungkin', 'Still open'),
  bundle: say(
    'Untuk bertanya pada orang lain: y menyalin ini; `threebody-tui bundle` membuat berkas bukti tanpa rahasia.',
    'To ask somebody else: y copies this; `threebody-tui bundle` makes a file of evidence without secrets.',
  ),
  folded: say('Ikut terjelaskan oleh ini', 'Explained by this'),
  redGates: say('Gate yang merah', 'Red gates'),
  greenSince: say(
    'Gate-nya sudah hijau sejak dilihat; g melihat lagi',
    'Its gates turned green since the look; g looks again',
  ),
  gateUnknown: say(
    'Gate ini merah dan tidak ada gejala yang cocok. Inilah bukti mentahnya.',
    'This gate is red and no symptom fits. Here is the raw evidence.',
  ),
  pastedUnknown: say(
    'Tidak satu pun gejala mengenali teks ini. Inilah yang ditempel.',
    'No symptom recognises this text. Here is what was pasted.',
  ),
  meant: say(
    'Terlihat seperti gejala, tetapi di lab ini memang begitu.',
    'Looks like a symptom, but is meant to be so in this lab.',
  ),
  cluster: say('klaster', 'cluster'),
  count: form<{ count: number }>(
    (p) => `${p.count} gejala`,
    (p) => (p.count === 1 ? '1 symptom' : `${p.count} symptoms`),
  ),
};

export const layerWord: Readonly<Record<Layer, Text>> = {
  host: say('mesin, SSH', 'machine, SSH'),
  system: say('sistem', 'system'),
  docker: say('Docker', 'Docker'),
  harbor: say('Harbor', 'Harbor'),
  kubernetes: say('Kubernetes', 'Kubernetes'),
  application: say('aplikasi', 'application'),
  edge: say('edge', 'edge'),
  delivery: say('pengiriman', 'delivery'),
  monitoring: say('pemantauan', 'monitoring'),
};

export const causeWord: Readonly<Record<CauseStanding, Text>> = {
  proved: say('terbukti', 'proved'),
  open: say('mungkin', 'open'),
  'ruled-out': say('bukan', 'ruled out'),
};
/** Columns of the longest of these words, in either language. */
export const CAUSE_COLUMNS = 9;

export const outcomeWord: Readonly<Record<FixOutcome['result'], Text>> = {
  helped: say('menolong: gate yang merah sudah hijau', 'helped: the gates that were red are green'),
  'no-help': say('tidak menolong: gate-nya belum hijau', 'did not help: the gates are not green'),
  'carried-out': say(
    'dijalankan; tidak ada gate yang menilainya, telusuri lagi (w)',
    'carried out; no gate tells, walk again (w)',
  ),
  failed: say('gagal sendiri; lihat jurnal (J)', 'failed itself; see the journal (J)'),
  'not-run': say('tidak dijalankan', 'not run'),
};

export const fixDialog = {
  title: form<{ what: string }>(
    (p) => `Perbaikan ${p.what}`,
    (p) => `Fix ${p.what}`,
  ),
  ask: say('y menjalankannya; n tidak.', 'y carries it out; n does not.'),
  several: form<{ at: number; all: number }>(
    (p) => `Perbaikan ${p.at} dari ${p.all} untuk penyebab ini; Tab menunjukkan yang lain.`,
    (p) => `Fix ${p.at} of ${p.all} for this cause; Tab shows another.`,
  ),
  undoTitle: form<{ what: string }>(
    (p) => `Kembalikan ${p.what}`,
    (p) => `Undo ${p.what}`,
  ),
  undoWhen: form<{ age: string }>(
    (p) => `Dijalankan ${p.age}.`,
    (p) => `Carried out ${p.age}.`,
  ),
  undoFiles: say(
    'Berkas yang dikembalikan seperti tepat sebelum perbaikan itu:',
    'Files that are put back as they were just before that fix:',
  ),
  undoStays: say(
    'Yang tetap, sebab terjadi di cluster atau hanya memulai ulang layanan:',
    'What stays, since it happened in the cluster or only restarted a service:',
  ),
  undoRestart: say(
    'Layanan memakai isi lama berkas itu sampai dimulai ulang. Sesudahnya lab dilihat lagi.',
    'Services go on with what they have read until they are restarted. Afterwards the lab is looked at again.',
  ),
  undoAsk: say('y mengembalikannya; n tidak.', 'y puts it back; n does not.'),
  afterwards: say(
    'Berkas yang diubah dicadangkan dulu; semuanya masuk jurnal. Sesudahnya gate yang merah ditanya lagi.',
    'Files are backed up before they are changed; all is journalled. Afterwards the red gates are asked again.',
  ),
  script: say('Yang dijalankan', 'What runs'),
  byHand: say('Ini hanya bisa Anda lakukan sendiri:', 'Only you can do this:'),
  byHandAfter: say(
    'Sesudahnya tekan g: lab dilihat lagi.',
    'Afterwards press g: the lab is looked at again.',
  ),
  nothing: say(
    'Tidak ada yang perlu dijalankan di host yang terlihat rusak.',
    'There is nothing to run on the host where it was seen.',
  ),
  away: form<{ hosts: string }>(
    (p) => `Belum tersambung: ${p.hosts}.`,
    (p) => `Not connected: ${p.hosts}.`,
  ),
};

export const troubleReasons = {
  noSymptom: say('Pilih dulu sebuah gejala.', 'Choose a symptom first.'),
  looking: say('Lab sedang dilihat.', 'The lab is being looked at already.'),
  busy: say(
    'Masih ada yang berjalan; c menghentikan pertanyaannya.',
    'Something is under way; c stops the asking.',
  ),
  notProved: say(
    'Belum ada penyebab yang terbukti. w menelusurinya.',
    'No cause is proved yet. w walks to it.',
  ),
  noFix: say(
    'Untuk penyebab ini tidak ada perbaikan di katalog.',
    'The catalogue holds no fix for this cause.',
  ),
  walked: say(
    'Penelusuran ini sudah sampai ujung; w mengulanginya dari awal.',
    'This walk has come to its end; w walks it anew.',
  ),
  nothingAsked: say('Tidak ada yang sedang ditanyakan.', 'Nothing is being asked.'),
  fixing: say(
    'Sebuah perbaikan sedang berjalan; ia dibawa sampai selesai.',
    'A fix is under way; it is carried to its end.',
  ),
  noneBelow: say('Tidak ada yang terlipat di sini.', 'Nothing is folded here.'),
  noStep: say('Gejala ini tidak menunjuk langkah.', 'This symptom points to no step.'),
  noGate: say('Gejala ini tidak punya gate.', 'This symptom has no gate.'),
  noCatalogue: say('Katalog gejala belum terbaca.', 'The catalogue of symptoms is not read yet.'),
};
