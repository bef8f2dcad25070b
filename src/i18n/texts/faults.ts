/** Faults that a lab is given on purpose, and drills. */
import { form, say } from '../text.js';

export const faults = {
  choose: say('Rusakkan sesuatu untuk berlatih', 'Break something to practise on'),
  filter: say('cari', 'search'),
  drill: say(
    'Latihan: satu gangguan, tanpa diberi tahu yang mana',
    'A drill: one fault, without being told which',
  ),
  drillAmong: form<{ count: number }>(
    (p) => `dipilih dari ${p.count}`,
    (p) => `chosen from ${p.count}`,
  ),
  drillNone: say(
    'belum bisa: tidak ada gate hijau yang dapat dirusak; lihat lab dulu dengan g',
    'not yet: no green gate that could be broken; look at the lab first with g',
  ),
  noMatch: say('Tidak ada gangguan yang memuat itu.', 'No fault holds that.'),
  more: form<{ at: number; all: number }>(
    (p) => `${p.at} dari ${p.all}`,
    (p) => `${p.at} of ${p.all}`,
  ),
  confirm: form<{ fault: string }>(
    (p) => `Rusakkan: ${p.fault}`,
    (p) => `Break: ${p.fault}`,
  ),
  confirmDrill: say('Latihan', 'A drill'),
  drillText: form<{ count: number }>(
    (p) =>
      `Satu dari ${p.count} gangguan dipilih acak dan diberikan kepada lab ini. Yang mana, baru dikatakan setelah H mengembalikannya. Temukan gejalanya dengan g, telusuri sebabnya dengan w.`,
    (p) =>
      `One of ${p.count} faults is chosen at random and given to this lab. Which one is told only when H has taken it back. Find the symptom with g, walk to its cause with w.`,
  ),
  metBy: form<{ steps: string }>(
    (p) => `Baru terlihat saat langkah ini dijalankan: ${p.steps}.`,
    (p) => `It shows only when one of these steps is run: ${p.steps}.`,
  ),
  done: say('Yang dilakukan', 'What is done'),
  inside: say(
    'Simulasi ini dirusak dari dalam; H memulihkannya. Tidak ada yang dipertaruhkan.',
    'This simulation is broken from inside; H mends it again. Nothing is at stake.',
  ),
  overSsh: say(
    'Skrip ini dijalankan sebagai root di host sungguhan, dan dicatat di jurnal. H menjalankan kebalikannya. Aplikasi di lab ini terganggu selama itu.',
    'These scripts run as root on real hosts, and are journalled. H runs their opposite. The application of this lab suffers meanwhile.',
  ),
  overSshDrill: say(
    'Skripnya dijalankan sebagai root di host sungguhan, dan H menjalankan kebalikannya. Aplikasi di lab ini terganggu selama itu.',
    'Its scripts run as root on real hosts, and H runs their opposite. The application of this lab suffers meanwhile.',
  ),
  ask: say('Rusakkan sekarang? (y/n)', 'Break it now? (y/n)'),
  askDrill: say('Mulai latihan? (y/n)', 'Begin the drill? (y/n)'),
  typeName: form<{ expected: string }>(
    (p) => `Ketik nama lab ini untuk melanjutkan: ${p.expected}`,
    (p) => `Type the name of this lab to go on: ${p.expected}`,
  ),
  healTitle: say('Kembalikan', 'Take it back'),
  healText: form<{ fault: string; lasted: string }>(
    (p) => `${p.fault}, sudah ${p.lasted} rusak.`,
    (p) => `${p.fault}, broken for ${p.lasted}.`,
  ),
  healDrill: form<{ lasted: string }>(
    (p) =>
      `Latihan yang sudah berjalan ${p.lasted}. Sesudah ini dikatakan apa yang rusak: bandingkan dengan temuan Anda.`,
    (p) =>
      `The drill that has gone on for ${p.lasted}. Afterwards you are told what was broken: compare it with what you found.`,
  ),
  healAsk: say('Kembalikan sekarang? (y/n)', 'Take it back now? (y/n)'),
  unnamed: say('satu gangguan tanpa nama', 'an unnamed fault'),
  inForce: form<{ what: string; lasted: string; others: number }>(
    (p) =>
      `Sengaja dirusak: ${p.what}${p.others > 0 ? ` dan ${p.others} lagi` : ''}, ${p.lasted} · H mengembalikan`,
    (p) =>
      `Broken on purpose: ${p.what}${p.others > 0 ? ` and ${p.others} more` : ''}, ${p.lasted} · H takes it back`,
  ),
  breaking: say('sedang merusak …', 'breaking it …'),
  healing: say('sedang mengembalikan …', 'taking it back …'),
  truth: form<{ fault: string; breaks: string; lasted: string }>(
    (p) => `Ternyata ${p.fault}, selama ${p.lasted}: ${p.breaks}.`,
    (p) => `It was ${p.fault}, for ${p.lasted}: ${p.breaks}.`,
  ),
  found: form<{ symptom: string; title: string; cause: string }>(
    (p) => `Gejalanya ${p.symptom} (${p.title}); sebabnya: ${p.cause}`,
    (p) => `Its symptom is ${p.symptom} (${p.title}); the cause: ${p.cause}`,
  ),
  notFound: say(
    'Sebagai gejala apa ia ditemukan belum diuji.',
    'As which symptom it is found has not been tested.',
  ),
  broke: form<{ fault: string }>(
    (p) => `${p.fault} dirusak: g melihat lab, w menelusuri, H mengembalikan`,
    (p) => `${p.fault} is broken: g looks, w walks to the cause, H takes it back`,
  ),
  drillBegun: say(
    'Latihan dimulai: g melihat lab, w menelusuri sebabnya, H mengakhiri',
    'The drill has begun: g looks at the lab, w walks to the cause, H ends it',
  ),
  breakFailed: say(
    'Tidak semua bisa dirusak; H mengembalikan yang sudah. Rinciannya di jurnal (J).',
    'Not all of it could be broken; H takes back what was. The journal (J) has the details.',
  ),
  healFailed: say(
    'Tidak bisa dikembalikan seluruhnya; rinciannya di jurnal (J). H mencoba lagi.',
    'It could not be taken back as a whole; the journal (J) has the details. H tries again.',
  ),
  healed: say('Dikembalikan; lab dilihat lagi.', 'Taken back; the lab is looked at again.'),
};

export const faultReasons = {
  reading: say('Daftar gangguan masih dibaca.', 'The list of faults is still being read.'),
  none: say('Lab ini tidak dapat diberi gangguan apa pun.', 'There is no fault that this lab can be given.'),
  busy: say('Sesuatu sedang dirusak atau dikembalikan.', 'Something is being broken or taken back.'),
  nothing: say('Tidak ada yang sengaja dirusak.', 'Nothing is broken on purpose.'),
};
