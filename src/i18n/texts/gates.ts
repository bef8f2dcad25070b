import { form, say } from '../text.js';

export const gates = {
  title: say('Gate', 'Gates'),
  none: say('Belum ada gate. Buka lab dulu.', 'No gates yet. Open a lab first.'),
  noMatch: form<{ needle: string }>(
    (p) => `Tidak ada gate yang memuat “${p.needle}”. Esc mengosongkan pencarian.`,
    (p) => `No gate holds “${p.needle}”. Esc clears the search.`,
  ),
  filter: say('saring', 'filter'),
  group: {
    attention: say('Perlu perhatian', 'Needs attention'),
    unseen: say('Belum diperiksa atau basi', 'Not checked yet, or stale'),
    waived: say('Dilewati', 'Waived'),
    pass: say('Lulus', 'Passing'),
  },
  verdict: say('Putusan', 'Verdict'),
  never: say('Gate ini belum pernah diperiksa.', 'This gate has never been checked.'),
  stale: say(
    'Putusan ini sudah terlalu lama untuk dihitung; periksa lagi.',
    'This verdict is too old to count; check again.',
  ),
  running: say('Sedang diperiksa …', 'Being checked …'),
  was: form<{ verdict: string; age: string }>(
    (p) => `putusan terakhir: ${p.verdict}, ${p.age}`,
    (p) => `last verdict: ${p.verdict}, ${p.age}`,
  ),
  counts: form<{ time: string }>(
    (p) => `berlaku ${p.time} sejak diperiksa`,
    (p) => `counts for ${p.time} after a check`,
  ),
  blockedBy: say('Tertahan oleh', 'Blocked by'),
  needs: say('Perlu lebih dulu', 'Needs first'),
  waivedUntil: form<{ until: string; by: string; reason: string }>(
    (p) => `Dilewati sampai ${p.until} oleh ${p.by}: ${p.reason}`,
    (p) => `Waived until ${p.until} by ${p.by}: ${p.reason}`,
  ),
  waiverOver: form<{ until: string }>(
    (p) => `Pengecualian sudah berakhir pada ${p.until}.`,
    (p) => `The waiver ended on ${p.until}.`,
  ),
  hints: say('Petunjuk', 'Hints'),
  moreHints: form<{ left: number }>(
    (p) => `Space membuka petunjuk (${p.left} lagi)`,
    (p) => `Space shows a hint (${p.left} more)`,
  ),
  evidence: say('Bukti', 'Evidence'),
  noEvidence: say('tidak ada bukti', 'no evidence'),
  place: say('di', 'on'),
  asked: say('ditanya', 'asked'),
  exit: say('kode', 'exit'),
  noExit: say('tak ada jawaban', 'no answer'),
  took: say('lama', 'took'),
  seen: say('terlihat', 'seen'),
  when: say('kapan', 'when'),
  empty: say('(kosong)', '(empty)'),
  willAsk: say('Yang akan ditanyakan', 'What will be asked'),
  symptom: say('Gejala', 'Symptom'),
};
