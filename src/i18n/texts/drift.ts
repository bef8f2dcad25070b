/** Words of files that steps of ours wrote, and of what became of them since. */
import type { FileState } from '../../drift/files.js';
import type { Text } from '../../lab/types.js';
import { form, say } from '../text.js';

export const fileStateWord: Readonly<Record<FileState, Text>> = {
  'as-left': say('utuh', 'as written'),
  adopted: say('diadopsi', 'adopted'),
  kept: say('dibiarkan', 'kept'),
  edited: say('diedit', 'edited'),
  mode: say('izin beda', 'mode differs'),
  missing: say('hilang', 'gone'),
  replaced: say('diganti', 'replaced'),
  unreadable: say('tak terbaca', 'unreadable'),
  unknown: say('tak tercatat', 'not noted'),
};
/** Columns that the longest of these words takes, in either language. */
export const FILE_STATE_COLUMNS = 12;

export const fileStateSaid: Readonly<Record<FileState, Text>> = {
  'as-left': say('Persis seperti langkahnya meninggalkannya.', 'Exactly as its step left it.'),
  adopted: say(
    'Versi lab ini sendiri: pernah diadopsi, dan tidak berubah sejak itu.',
    "This lab's own version: it was adopted, and has not changed since.",
  ),
  kept: say(
    'Berubah sejak langkahnya menulisnya, dan seseorang memutuskan bahwa itu boleh.',
    'Changed since its step wrote it, and somebody decided that it may be so.',
  ),
  edited: say(
    'Isinya berubah sejak langkahnya menulisnya.',
    'Its content has changed since its step wrote it.',
  ),
  mode: say(
    'Isinya masih sama, tetapi izin atau pemiliknya berubah.',
    'Its content is the same, but its mode or owner has changed.',
  ),
  missing: say('Berkas ini tidak ada lagi.', 'The file is not there any more.'),
  replaced: say(
    'Di tempatnya sekarang ada yang lain jenisnya: tautan, direktori, atau berkas.',
    'Something of another kind stands in its place now: a link, a directory or a file.',
  ),
  unreadable: say(
    'Tidak dapat dibaca, jadi tidak dapat dibandingkan.',
    'It cannot be read, so it cannot be compared.',
  ),
  unknown: say(
    'Tidak tercatat bagaimana langkahnya meninggalkannya: langkah itu terputus, atau dijalankan oleh program versi lama.',
    'How its step left it was not noted: the step was cut off, or an older version of the program ran it.',
  ),
};

export const driftText = {
  /** Beside a host on home; as short as it can be. */
  hint: form<{ count: number; key: string }>(
    (p) => `${p.count} berkas diubah (${p.key})`,
    (p) => `${p.count} ${p.count === 1 ? 'file' : 'files'} changed (${p.key})`,
  ),
  noneSeen: say(
    'Tidak ada berkas kami yang terlihat diubah di host yang sudah menjawab.',
    'No file of ours is seen to be changed on the hosts that have answered.',
  ),
  wroteBy: form<{ step: string; when: string }>(
    (p) => (p.when === '' ? `Ditulis langkah ${p.step}.` : `Ditulis langkah ${p.step}, ${p.when}.`),
    (p) => (p.when === '' ? `Written by step ${p.step}.` : `Written by step ${p.step}, ${p.when}.`),
  ),
  modeWas: form<{ now: string; left: string }>(
    (p) => `Izin dan pemilik sekarang ${p.now}, dulu ${p.left}.`,
    (p) => `Mode and owner are ${p.now} now, and were ${p.left}.`,
  ),
  pointsTo: form<{ target: string }>(
    (p) => `Sekarang menunjuk ke ${p.target}.`,
    (p) => `It points to ${p.target} now.`,
  ),
  hidden: say(
    'Isinya tidak ditunjukkan: berkas ini mungkin berisi rahasia, atau tidak boleh dibaca semua orang di host itu.',
    'Its content is not shown: it may hold a secret, or not everybody on that host may read it.',
  ),
  noCopy: say(
    'Yang ditulis langkahnya tidak tersimpan di host, jadi perbedaannya tidak dapat ditunjukkan.',
    'What its step wrote was not kept on the host, so the difference cannot be shown.',
  ),
  parameter: form<{ names: string; from: string; to: string }>(
    (p) =>
      `Perbedaannya sepenuhnya nilai parameter ${p.names}: dari ${p.from} menjadi ${p.to}. Diubah di berkas lab, nilai itu berlaku di semua langkah.`,
    (p) =>
      `The whole difference is the value of the parameter ${p.names}: from ${p.from} to ${p.to}. Changed in the lab file, it holds for every step.`,
  ),
};
