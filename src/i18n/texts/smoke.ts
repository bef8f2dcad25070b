/** The smoke test with its diary and its calendar of what runs out. */
import type { Text } from '../../lab/types.js';
import type { SmokeOutcome } from '../../state/smoke-types.js';
import type { CheckStanding, SmokeTab } from '../../state/smoke-view.js';
import { form, say } from '../text.js';

export const smokeTabs: Readonly<Record<SmokeTab, Text>> = {
  test: say('Uji asap', 'Smoke test'),
  diary: say('Buku harian', 'Diary'),
  calendar: say('Masa berlaku', 'What runs out'),
};

export const checkWord: Readonly<Record<CheckStanding, Text>> = {
  waiting: say('belum', 'not yet'),
  asked: say('ditanya', 'being asked'),
  pass: say('lulus', 'pass'),
  warn: say('perhatian', 'warning'),
  waived: say('dilewati', 'waived'),
  rising: say('masih menyala', 'still booting'),
  broken: say('rusak', 'broken'),
  behind: say('tertahan', 'held up'),
};
/** Columns that the longest of these words takes, in either language. */
export const CHECK_COLUMNS = 14;

export const smokeVerdict: Readonly<Record<SmokeOutcome['verdict'], Text>> = {
  green: say('HIJAU: lab ini siap dipakai', 'GREEN: this lab is ready'),
  broken: say('RUSAK: ada yang tidak akan pulih sendiri', 'BROKEN: something will not come up by itself'),
  'out-of-time': say(
    'BELUM: waktunya habis selagi ada yang masih menyala',
    'NOT YET: time is over, something is still coming up',
  ),
};

export const smoke = {
  count: form<{ green: number; all: number }>(
    (p) => `${p.green} dari ${p.all} hijau`,
    (p) => `${p.green} of ${p.all} green`,
  ),
  clock: form<{ time: string; limit: string }>(
    (p) => `${p.time} dari paling lama ${p.limit}`,
    (p) => `${p.time} of ${p.limit} at most`,
  ),
  after: form<{ time: string }>(
    (p) => `setelah ${p.time}`,
    (p) => `after ${p.time}`,
  ),
  old: say(
    'Ini sudah lama, atau ada host yang hilang atau boot sesudahnya: r menguji lagi.',
    'This is old, or a host went away or booted since: r tests again.',
  ),
  none: say('Belum ada uji asap di lab ini. r memulainya.', 'No smoke test yet in this lab. r starts one.'),
  finding: say(
    'Masuk ke setiap host dan melihat apa saja yang dimiliki lab ini …',
    'Logging in to every host and seeing what this lab has …',
  ),
  asking: say('Semua host ditanya …', 'All hosts are being asked …'),
  concluding: say('Semua sudah ditanya; putusannya disusun …', 'All is asked; the verdict is put together …'),
  stopped: say(
    'Dihentikan sebelum ada putusan. r memulai lagi.',
    'Stopped before there was a verdict. r runs it again.',
  ),
  rising: form<{ what: string }>(
    (p) => `Masih menyala: ${p.what}`,
    (p) => `Still booting: ${p.what}`,
  ),
  broken: form<{ what: string }>(
    (p) => `Rusak: ${p.what}`,
    (p) => `Broken: ${p.what}`,
  ),
  left: form<{ time: string }>(
    (p) => `sisa ${p.time}`,
    (p) => `${p.time} left`,
  ),
  once: say('sekali lagi', 'once more'),
  /** In place of the word for what still boots. */
  askedAgain: say('ditanya lagi', 'asked again'),
  onceMore: form<{ what: string }>(
    (p) => `Merah, ditanya sekali lagi: ${p.what}`,
    (p) => `Red, asked once more: ${p.what}`,
  ),
  bootOver: say(
    'Waktu untuk menyala sudah lewat; ditanya sekali lagi sebelum disebut rusak.',
    'The time to come up is over; asked once more before it is called broken.',
  ),
  at: form<{ time: string }>(
    (p) => `pada ${p.time}`,
    (p) => `at ${p.time}`,
  ),
  up: form<{ host: string; time: string }>(
    (p) => `${p.host} menyala ${p.time}`,
    (p) => `${p.host} up for ${p.time}`,
  ),
  away: form<{ host: string; time: string }>(
    (p) => `${p.host} tidak bisa dimasuki ${p.time}`,
    (p) => `${p.host} cannot be logged in to for ${p.time}`,
  ),
  hop: form<{ flow: string; hop: string; say: string }>(
    (p) => `Hop pertama yang putus: ${p.flow}, ${p.hop}: ${p.say}`,
    (p) => `First broken hop: ${p.flow}, ${p.hop}: ${p.say}`,
  ),
  recorded: say(
    'Keadaan ini dicatat di buku harian sebagai hijau terakhir.',
    'This state is in the diary as the last green one.',
  ),
  absent: say('belum dibangun', 'not built yet'),
  greenSoFar: say('HIJAU: semua yang sudah dibangun menyala', 'GREEN: all that is built so far is up'),
  absentMore: form<{ steps: string }>(
    (p) => `Tidak diperiksa, dan tidak membuat lab merah. Dibangun di langkah ${p.steps}.`,
    (p) => `Not checked, and no reason for red. Step ${p.steps} builds it.`,
  ),
  explain: {
    waiting: say('Belum ditanya dalam uji ini.', 'Not asked in this test yet.'),
    asked: say('Jawabannya sedang ditunggu.', 'Its answer is awaited.'),
    warn: say('Dihitung hijau, tetapi baca peringatannya.', 'Counts as green, but read the warning.'),
    waived: say(
      'Dilewati oleh seseorang, dengan alasan dan tanggal akhir.',
      'Waived by a person, with a reason and an end date.',
    ),
    rising: say(
      'Wajar sesaat setelah boot; ditanya lagi sampai hijau atau waktunya habis.',
      'Normal shortly after a boot; asked again until it is green or its time is over.',
    ),
    broken: say('Tidak akan pulih sendiri: menunggu tidak menolong.', 'It will not come up by itself.'),
    behind: say('Bergantung pada yang belum hijau:', 'It stands on what is not green:'),
  } satisfies Record<Exclude<CheckStanding, 'pass'>, Text>,
  notWaited: say(
    'Masih menyala ketika uji asap berakhir.',
    'It was still coming up when the smoke test ended.',
  ),
  opens: form<{ id: string }>(
    (p) => `Enter membuka gejalanya: ${p.id}`,
    (p) => `Enter opens its symptom: ${p.id}`,
  ),
  stageOpens: form<{ count: number }>(
    (p) => `Enter menampilkan ${p.count} pemeriksaannya.`,
    (p) => `Enter shows its ${p.count} checks.`,
  ),
  opensStep: form<{ step: string }>(
    (p) => `Enter membuka langkah ${p.step}`,
    (p) => `Enter opens step ${p.step}`,
  ),
  seen: say('yang terlihat', 'what was seen'),
};

export const diary = {
  since: form<{ at: string; by: string }>(
    (p) => `Dibandingkan dengan keadaan hijau terakhir: ${p.at}, ${p.by}`,
    (p) => `Compared with the last green state: ${p.at}, ${p.by}`,
  ),
  read: form<{ age: string }>(
    (p) => `dibaca ${p.age}`,
    (p) => `read ${p.age}`,
  ),
  reading: say('membaca semua host …', 'reading all hosts …'),
  notRead: say('Belum dibaca. r membacanya.', 'Not read yet. r reads it.'),
  never: say(
    'Belum ada yang dicatat. Uji asap yang hijau mencatat keadaan lab, lalu di sini tampak apa yang berubah sejak itu.',
    'Nothing is written down yet. A green smoke test writes down the state of the lab; from then on this shows what has changed.',
  ),
  same: say('Tidak ada yang berbeda.', 'Nothing is different.'),
  quiet: say('Selain itu tidak ada yang berbeda.', 'Nothing else is different.'),
  rebooted: say('boot', 'booted'),
  gone: say('hilang', 'gone'),
  added: say('baru', 'new'),
  changed: say('berubah', 'changed'),
  unread: say('tidak terbaca', 'not read'),
  unreadMore: say(
    'Tidak menjawab, jadi tidak diketahui apa yang berbeda di sana.',
    'It gave no answer, so nobody knows what is different there.',
  ),
  bootedMore: form<{ at: string }>(
    (p) => `Boot terakhir pada ${p.at}.`,
    (p) => `Last booted at ${p.at}.`,
  ),
  bootedWhy: say(
    'Yang berbeda di bawah ini bisa jadi akibatnya.',
    'What differs below may be because of it.',
  ),
  before: say('dulu', 'before'),
  after: say('sekarang', 'now'),
  nothing: say('tidak ada', 'not there'),
};
/** Columns of the longest of the words that say how a thing differs. */
export const DIFFERENCE_COLUMNS = 13;

export const expiry = {
  tables: form<{ date: string }>(
    (p) => `Akhir dukungan menurut daftar per ${p.date}`,
    (p) => `Ends of support as they stood on ${p.date}`,
  ),
  none: say('Belum ada yang punya masa berlaku di lab ini.', 'Nothing in this lab has an end yet.'),
  days: form<{ days: number }>(
    (p) => `${p.days} hari`,
    (p) => `${p.days} ${p.days === 1 ? 'day' : 'days'}`,
  ),
  ago: form<{ days: number }>(
    (p) => `lewat ${p.days} hari`,
    (p) => `over ${p.days} d`,
  ),
  today: say('kurang sehari', 'under a day'),
  overToday: say('baru habis', 'just over'),
  never: say('tanpa batas', 'no end'),
  open: say('tak diumumkan', 'no date yet'),
  unknown: say('tak diketahui', 'not known'),
  step: form<{ step: string }>(
    (p) => `langkah ${p.step}`,
    (p) => `step ${p.step}`,
  ),
  ends: form<{ date: string }>(
    (p) => `Berakhir ${p.date}.`,
    (p) => `Ends ${p.date}.`,
  ),
  renew: say('memperbarui', 'to renew'),
  command: say('perintah', 'command'),
  source: say('sumber', 'source'),
  unreadMore: say('Ini tidak bisa dibaca dari host-nya.', 'This could not be read from its host.'),
};
/** Columns of the longest of the words for how much is left, of a year or more, and a space. */
export const LEFT_COLUMNS = 16;

export const smokeReasons = {
  running: say('Uji asap sedang berjalan; c menghentikannya.', 'A smoke test is under way; c stops it.'),
  notRunning: say('Tidak ada uji asap yang sedang berjalan.', 'No smoke test is under way.'),
  reading: say('Sedang dibaca.', 'It is being read already.'),
  noRow: say('Belum ada yang bisa dibuka di sini.', 'There is nothing to open here yet.'),
  noPlace: say('Tidak ada yang bisa dibuka untuk baris ini.', 'There is nothing to open for this row.'),
  noStep: say(
    'Tidak ada langkah yang memperbaruinya; caranya tertulis di bawah.',
    'No step renews it; how to do it stands below.',
  ),
  noRed: say('Tidak ada yang merah di daftar ini.', 'Nothing in this list is red.'),
};
