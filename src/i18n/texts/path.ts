/** The path screen. */
import type { HopStanding } from '../../state/hops.js';
import type { Text } from '../../lab/types.js';
import { form, say } from '../text.js';

export const path = {
  title: say('Jalur', 'Path'),
  none: say('Runbook ini tidak menulis jalur.', 'This runbook writes no path down.'),
  whole: say('utuh dari ujung ke ujung', 'whole from end to end'),
  broken: form<{ hop: string }>(
    (p) => `putus di ${p.hop}`,
    (p) => `broken at ${p.hop}`,
  ),
  here: say('putus di sini', 'broken here'),
  asking: say('memeriksa …', 'asking …'),
  notAsked: say('belum diperiksa', 'not asked yet'),
  partly: say('belum semua diketahui', 'not all of it known'),
  asked: form<{ age: string }>(
    (p) => `diperiksa ${p.age}`,
    (p) => `asked ${p.age}`,
  ),
  at: say('tempat', 'place'),
  askedFrom: form<{ place: string; from: string }>(
    (p) => `${p.place}, ditanyakan di ${p.from}`,
    (p) => `${p.place}, asked on ${p.from}`,
  ),
  found: say('ditemukan', 'found'),
  latency: say('waktu', 'time'),
  gates: say('gate', 'gates'),
  choose: say('Buka apa dari hop ini?', 'Open what of this hop?'),
  seenNow: say('terlihat sekarang', 'seen now'),
  symptom: say('gejala', 'symptom'),
  /** Beside the symptoms of a hop at which none is seen. */
  ifBroken: say('bila putus', 'if broken'),
  command: say('perintah', 'asked'),
  seen: say('jawaban', 'answer'),
  after: say(
    'Gagal sesudah titik putus; betulkan yang di depan dulu.',
    'Fails behind the break; mend what comes before first.',
  ),
  noHopGates: say('Tidak ada gate untuk hop ini.', 'There is no gate for this hop.'),
  nothingToOpen: say('Hop ini tidak punya gate atau gejala.', 'This hop has neither gates nor symptoms.'),
  askingAlready: say('Jalur sedang diperiksa.', 'The path is being asked already.'),
};

/** Beside the sign; the same words as for gates where it is the same thing. */
export const hopWord: Readonly<Record<HopStanding, Text>> = {
  pass: say('lewat', 'passes'),
  warn: say('awas', 'warning'),
  fail: say('putus', 'broken'),
  unknown: say('tak tahu', 'unknown'),
  never: say('belum', 'not yet'),
  old: say('basi', 'stale'),
  after: say('terikut', 'behind'),
};
