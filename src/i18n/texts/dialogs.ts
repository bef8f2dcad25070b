/** Questions, and what one should know before answering. */
import type { Text } from '../../lab/types.js';
import { form, say } from '../text.js';

export const dialogs = {
  hostKey: {
    title: say('Host ini belum dikenal', 'This host is not known yet'),
    text: form<{ host: string; endpoint: string }>(
      (p) => `${p.host} (${p.endpoint}) menunjukkan kunci ini untuk pertama kali:`,
      (p) => `${p.host} (${p.endpoint}) shows this key for the first time:`,
    ),
    how: say(
      'Bandingkan dengan yang dicetak VM itu sendiri (di konsolnya): ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
      'Compare with what the VM itself prints (on its console): ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    ),
    ask: say('y bila sama; n bila ragu.', 'y if it is the same; n when in doubt.'),
  },
  run: {
    title: form<{ step: string }>(
      (p) => `Jalankan ${p.step}?`,
      (p) => `Run ${p.step}?`,
    ),
    force: say('Juga yang sudah terpenuhi.', 'Also what is satisfied already.'),
    skips: say('Yang sudah terpenuhi akan dilewati.', 'What is satisfied already will be skipped.'),
    nothing: say('Tidak ada tindakan untuk host ini.', 'There is no action for these hosts.'),
    gates: say('Sesudahnya gate langkah ini diperiksa.', "Afterwards this step's gates are checked."),
    variant: say('baris runbook', "the runbook's lines"),
    unmet: form<{ steps: string }>(
      (p) => `${p.steps} belum hijau; langkah ini mengandalkannya.`,
      (p) => `${p.steps} not green yet; this step relies on it.`,
    ),
    away: form<{ hosts: string }>(
      (p) => `Belum tersambung: ${p.hosts}.`,
      (p) => `Not connected: ${p.hosts}.`,
    ),
    more: form<{ count: number }>(
      (p) => `… dan ${p.count} tindakan lagi`,
      (p) => `… and ${p.count} more actions`,
    ),
  },
  undo: {
    title: form<{ step: string }>(
      (p) => `Kembalikan ${p.step}?`,
      (p) => `Undo ${p.step}?`,
    ),
    text: say('Sesudah ini, dari yang terakhir dikerjakan:', 'Afterwards, what was done last first:'),
    of: ({ say: { id, en } }: { say: Text }): Text => ({
      id: `Dikembalikan: ${id}`,
      en: `Put back: ${en}`,
    }),
    cannot: say(
      'ini tetap: tidak bisa dikembalikan otomatis',
      'this stays: it cannot be put back automatically',
    ),
    untouched: say(
      'Yang tidak pernah diubah dari sini dibiarkan apa adanya. Sesudahnya gate diperiksa.',
      'What was never changed from here is left as it is. Afterwards the gates are checked.',
    ),
    looked: form<{ count: number }>(
      (p) => `${p.count} tindakan hanya melihat; tidak ada yang perlu dikembalikan.`,
      (p) => `${p.count} ${p.count === 1 ? 'action' : 'actions'} only looked; there is nothing to put back.`,
    ),
  },
  typed: {
    title: say('Ini menghapus data', 'This destroys data'),
    text: form<{ expected: string }>(
      (p) => `Ketik ${p.expected} untuk menyetujui:`,
      (p) => `Type ${p.expected} to agree:`,
    ),
    differs: say('belum sama', 'not the same yet'),
    same: say('Enter menjalankan', 'Enter runs it'),
  },
  waive: {
    title: say('Lewati gate', 'Waive a gate'),
    text: say(
      'Gate yang dilewati tidak pernah hijau; sesudah tanggal akhirnya ia dihitung lagi.',
      'A waived gate is never green; after its end date it counts again.',
    ),
    reason: say('alasan', 'reason'),
    until: say('sampai', 'until'),
  },
  choose: {
    run: say('Jalankan di mana?', 'Run where?'),
    undo: say('Kembalikan di mana?', 'Undo where?'),
    cancel: say('Batalkan di mana?', 'Cancel where?'),
    all: form<{ count: number }>(
      (p) => `semua (${p.count} host)`,
      (p) => `all (${p.count} hosts)`,
    ),
  },
  replace: {
    title: say('Berkas sudah ada', 'The file exists'),
    text: form<{ path: string }>(
      (p) => `${p.path} sudah ada. Ganti isinya?`,
      (p) => `${p.path} exists. Replace its content?`,
    ),
    lost: {
      lab: say(
        'Isinya yang sekarang hilang, juga kata sandi di dalamnya.',
        'What it holds now is lost, passwords in it too.',
      ),
      vagrant: say(
        'Isinya yang sekarang hilang. VM yang sudah dibuat darinya tidak berubah.',
        'What it holds now is lost. VMs that were made from it do not change.',
      ),
    },
  },
  quit: {
    title: say('Keluar?', 'Quit?'),
    text: say(
      'Ini masih berjalan di host, dan akan jalan terus sesudah Anda keluar. Saat dibuka lagi, program ini menyambungnya kembali.',
      'This is still running on the hosts, and will go on after you quit. When opened again, this program picks it up.',
    ),
    passing: say(
      'Lab ini hidup di dalam program: ketiga hostnya, dan yang sudah dikerjakan di sana, berakhir bersamanya. Lab yang bertahan: threebody-tui practice di terminal lain.',
      'This lab lives inside the program: its three hosts, and what was done there, end with it. For one that stays: threebody-tui practice in another terminal.',
    ),
  },
  trouble: {
    title: say('Ada masalah', 'There is a problem'),
    where: say('di mana', 'where'),
    remedy: say('lakukan', 'do this'),
    waiting: form<{ count: number }>(
      (p) => `${p.count} pertanyaan lagi menunggu`,
      (p) => `${p.count} more questions waiting`,
    ),
  },
};
