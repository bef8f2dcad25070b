/** Why something cannot be done now, and what is wrong with an answer. */
import type { Text } from '../../lab/types.js';
import { form, say } from '../text.js';

export const reasons = {
  waiverReason: say(
    'Tulis alasannya, paling sedikit tiga huruf.',
    'Give a reason of at least three letters.',
  ),
  waiverDate: say(
    'Tanggal ditulis TTTT-BB-HH, misalnya 2026-12-31.',
    'Write the date as YYYY-MM-DD, like 2026-12-31.',
  ),
  waiverPast: say('Tanggal itu sudah lewat.', 'That date is past.'),
  waiverFar: say('Paling lama satu tahun dari hari ini.', 'At most one year from today.'),
  elsewhere: form<{ where: Text }>(
    ({ where }) => `Hanya bekerja ${where.id}.`,
    ({ where }) => `Works only ${where.en}.`,
  ),
  noLab: say('Belum ada lab yang dibuka.', 'No lab is open yet.'),
  noStep: say('Fase ini belum punya langkah di versi ini.', 'This phase has no steps in this version yet.'),
  noEntry: say('Belum ada catatan di sini.', 'There is no entry here yet.'),
  noGate: say('Tidak ada gate di sini.', 'There is no gate here.'),
  noActions: say(
    'Langkah ini hanya memeriksa; tidak ada perintah untuk dijalankan.',
    'This step only checks; it has no commands to run.',
  ),
  noUndo: say(
    'Langkah ini tidak mengubah apa pun yang perlu dikembalikan.',
    'This step changes nothing that could be put back.',
  ),
  nothingRuns: say('Tidak ada yang sedang berjalan pada langkah ini.', 'Nothing of this step is running.'),
  allRunning: form<{ step: string }>(
    (p) => `${p.step} sedang berjalan di semua host. Tunggu, atau batalkan dengan c.`,
    (p) => `${p.step} is running on every host. Wait, or cancel it with c.`,
  ),
  nobodyUp: say(
    'Tidak satu pun host tersambung. Buka host (Enter) untuk melihat sebabnya.',
    'No host is connected. Open a host (Enter) to see why.',
  ),
  noHints: say('Gate ini tidak punya petunjuk.', 'This gate has no hints.'),
  allHints: say('Semua petunjuk sudah dibuka.', 'All hints are shown.'),
  notWaivable: say(
    'Gate ini lulus; tidak ada yang perlu dilewati.',
    'This gate passes; there is nothing to waive.',
  ),
  oneVariant: say(
    'Perintah kami sama dengan runbook; tidak ada pilihan.',
    "Our commands are the runbook's; there is nothing to choose.",
  ),
  linkUp: say('Host ini sudah tersambung.', 'This host is connected already.'),
  opening: say('Lab sedang dibuka …', 'The lab is being opened …'),
  rootScreen: say('Ini layar pertama. q untuk keluar.', 'This is the first screen. q to quit.'),
  nothingToCopy: say('Tidak ada yang bisa disalin di sini.', 'There is nothing to copy here.'),
  testing: say('Sedang dicoba …', 'Being tried …'),
  needPath: say('Isi dulu nama direktorinya.', 'Fill in the directory first.'),
};
