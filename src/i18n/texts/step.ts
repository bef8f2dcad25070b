import { form, say } from '../text.js';

export const step = {
  none: say('Tidak ada langkah yang dipilih.', 'No step is chosen.'),
  tabs: {
    explain: say('penjelasan', 'explanation'),
    commands: say('perintah', 'commands'),
    output: say('keluaran', 'output'),
    gates: say('gate', 'gates'),
  },
  why: say('Mengapa', 'Why'),
  effect: say('Yang berubah', 'What changes'),
  success: say('Tanda berhasil', 'Sign of success'),
  pitfalls: say('Jebakan', 'Pitfalls'),
  needs: say('Perlu lebih dulu', 'Needs first'),
  hosts: say('Di host', 'On hosts'),
  minutes: form<{ minutes: string }>(
    (p) => `biasanya ${p.minutes} menit`,
    (p) => `usually ${p.minutes} ${p.minutes === '1' ? 'minute' : 'minutes'}`,
  ),
  terms: say('Istilah (i)', 'Terms (i)'),
  noActions: say(
    'Langkah ini hanya memeriksa. Lihat gate-nya; tidak ada perintah yang mengubah apa pun.',
    'This step only checks. See its gates; no command changes anything.',
  ),
  action: form<{ at: number; of: number }>(
    (p) => `Tindakan ${p.at}/${p.of}`,
    (p) => `Action ${p.at}/${p.of}`,
  ),
  onHost: form<{ host: string }>(
    (p) => `di ${p.host}`,
    (p) => `on ${p.host}`,
  ),
  notHere: form<{ host: string; shown: string }>(
    (p) => `Tidak untuk ${p.host}; yang tampak untuk ${p.shown}.`,
    (p) => `Not for ${p.host}; shown for ${p.shown}.`,
  ),
  asRoot: say('sebagai root', 'as root'),
  asUser: say('sebagai pengguna biasa', 'as the ordinary user'),
  ours: say('Perintah kami', 'Our commands'),
  theirs: say('Baris runbook', "The runbook's lines"),
  chosen: say('yang dipakai', 'in use'),
  swap: say('x menukar', 'x swaps'),
  differs: say('Mengapa berbeda', 'Why it differs'),
  same: say('sama dengan runbook', 'same as the runbook'),
  explained: say('Arti tiap bagian', 'What each part means'),
  undo: say('Cara mengembalikan', 'How it is undone'),
  noUndo: say('tidak bisa dikembalikan otomatis', 'cannot be undone automatically'),
  satisfied: say('Tidak dijalankan lagi bila ini sudah berhasil', 'Not run again when this already succeeds'),
  neverRun: say('belum pernah dijalankan', 'never run'),
  ranFor: form<{ time: string }>(
    (p) => `${p.time}`,
    (p) => `${p.time}`,
  ),
  exit: form<{ code: number }>(
    (p) => `kode ${p.code}`,
    (p) => `exit ${p.code}`,
  ),
  undoing: say('mengembalikan', 'undoing'),
  following: say('mengikuti', 'following'),
  paused: form<{ below: number }>(
    (p) => `ditahan, ${p.below} baris di bawah`,
    (p) => `held, ${p.below} lines below`,
  ),
  dropped: form<{ count: number }>(
    (p) => `${p.count} baris lama sudah dibuang`,
    (p) => `${p.count} older lines dropped`,
  ),
  hits: form<{ count: number }>(
    (p) => `${p.count} baris cocok`,
    (p) => `${p.count} lines match`,
  ),
  search: say('cari', 'search'),
  runPhase: {
    running: say('berjalan', 'running'),
    gating: say('memeriksa gate', 'checking gates'),
    done: say('selesai', 'done'),
    failed: say('gagal', 'failed'),
    cancelled: say('dibatalkan', 'cancelled'),
  },
};
