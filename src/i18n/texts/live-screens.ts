/** Sentences of the screens for details, followed logs and events, and why a key cannot be used there. */
import type { Text } from '../../lab/types.js';
import type { LabEvent } from '../../state/live/rows.js';
import { form, say } from '../text.js';

export const eventSource: Readonly<Record<LabEvent['source'], Text>> = {
  docker: say('docker', 'docker'),
  kubernetes: say('kubernetes', 'kubernetes'),
  systemd: say('systemd', 'systemd'),
  step: say('langkah', 'step'),
  gate: say('gate', 'gate'),
  link: say('sambungan', 'link'),
};

export const eventsText = {
  title: say('Kejadian', 'Events'),
  all: say('semua', 'all'),
  source: say('sumber', 'source'),
  host: say('host', 'host'),
  onlyBad: say('hanya masalah', 'only trouble'),
  sinceGreen: form<{ time: string }>(
    (p) => `sejak hijau terakhir ${p.time}`,
    (p) => `since the last green ${p.time}`,
  ),
  counts: form<{ shown: number; all: number }>(
    (p) => (p.shown === p.all ? `${p.all} kejadian` : `${p.shown} dari ${p.all}`),
    (p) => (p.shown === p.all ? `${p.all} events` : `${p.shown} of ${p.all}`),
  ),
  dropped: form<{ count: number }>(
    (p) => `${p.count} yang lebih lama sudah dibuang`,
    (p) => `${p.count} older ones dropped`,
  ),
  following: say('mengikuti', 'following'),
  held: form<{ newer: number }>(
    (p) => (p.newer === 0 ? 'ditahan' : `ditahan, ${p.newer} yang baru menunggu`),
    (p) => (p.newer === 0 ? 'held' : `held, ${p.newer} newer waiting`),
  ),
  none: say(
    'Belum ada kejadian. Kejadian dari Docker, Kubernetes, systemd, langkah, gate dan sambungan muncul di sini.',
    'No events yet. What Docker, Kubernetes, systemd, steps, gates and links tell appears here.',
  ),
  noMatch: say('Tidak ada kejadian yang lolos saringan ini.', 'No event passes these filters.'),
};

export const describeText = {
  asking: say('Sedang ditanyakan …', 'Being asked …'),
  nothing: say('Tidak ada yang dipilih untuk dijelaskan.', 'Nothing is chosen to be described.'),
  empty: say('Jawabannya kosong.', 'The answer is empty.'),
  hits: form<{ at: number; all: number }>(
    (p) => (p.all === 0 ? 'tidak ada yang cocok' : `cocok ${p.at}/${p.all}`),
    (p) => (p.all === 0 ? 'no match' : `match ${p.at}/${p.all}`),
  ),
  lines: form<{ count: number }>(
    (p) => `${p.count} baris`,
    (p) => `${p.count} ${p.count === 1 ? 'line' : 'lines'}`,
  ),
  trouble: say('Tidak bisa dijelaskan:', 'It cannot be described:'),
};

export const streamText = {
  log: say('log', 'log'),
  previous: say('log kontainer sebelumnya', 'log of the container before'),
  nothing: say('Tidak ada log yang diikuti.', 'No log is followed.'),
  waiting: say('Menunggu baris pertama …', 'Waiting for the first line …'),
  following: say('mengikuti', 'following'),
  held: form<{ below: number }>(
    (p) => `ditahan, ${p.below} baris baru; tidak ada yang hilang`,
    (p) => `held, ${p.below} newer ${p.below === 1 ? 'line' : 'lines'}; none is lost`,
  ),
  heldLost: form<{ below: number; lost: number }>(
    (p) => `ditahan, ${p.below} baris baru; ${p.lost} baris terbuang selama ditahan`,
    (p) => `held, ${p.below} newer ${p.below === 1 ? 'line' : 'lines'}; ${p.lost} lines dropped meanwhile`,
  ),
  dropped: form<{ count: number }>(
    (p) => `${p.count} baris lama dibuang`,
    (p) => `${p.count} older lines dropped`,
  ),
  ended: say('log ini sudah berakhir', 'this log has ended'),
  empty: say('Log ini tidak berisi apa-apa.', 'There is nothing in this log.'),
  hits: form<{ at: number; all: number }>(
    (p) => (p.all === 0 ? 'tidak ada yang cocok' : `cocok ${p.at}/${p.all}`),
    (p) => (p.all === 0 ? 'no match' : `match ${p.at}/${p.all}`),
  ),
};

export const overviewText = {
  sources: say('Sumber', 'Sources'),
  troubles: say('Yang rusak', 'Broken'),
  nothingBroken: say('Tidak ada yang rusak.', 'Nothing is broken.'),
  nothingElseBroken: say(
    'Selain yang merah di atas tidak ada yang rusak.',
    'Nothing but what is red above is broken.',
  ),
  notKnown: say('Belum diketahui: sumbernya tidak menjawab.', 'Not known: the source does not answer.'),
  live: say('langsung', 'live'),
  harbor: say('Harbor', 'Harbor'),
  projects: say('proyek', 'projects'),
  repositories: say('repositori', 'repositories'),
  tags: say('tag', 'tags'),
  runner: say('Runner', 'Runner'),
  edge: say('Edge', 'Edge'),
  reboot: form<{ packages: string }>(
    (p) => (p.packages === '' ? 'perlu reboot' : `perlu reboot: ${p.packages}`),
    (p) => (p.packages === '' ? 'reboot needed' : `reboot needed: ${p.packages}`),
  ),
  ports: say('Port yang mendengar', 'Listening ports'),
  mounts: say('Mount', 'Mounts'),
  processes: say('Proses teratas', 'Top processes'),
  processesHow: form<{ time: string }>(
    (p) => `CPU, memori, PID, pemilik · dibaca ${p.time}`,
    (p) => `CPU, memory, PID, owner · read at ${p.time}`,
  ),
  unknownProcess: say('tidak diketahui', 'not known'),
  inodes: say('inode', 'inodes'),
  quota: form<{ used: string; of: string }>(
    (p) => `${p.used} dari ${p.of}`,
    (p) => `${p.used} of ${p.of}`,
  ),
  noQuota: say('tanpa kuota', 'no quota'),
  public: say('publik', 'public'),
  private: say('privat', 'private'),
  pulls: form<{ count: number }>(
    (p) => `${p.count} kali diambil`,
    (p) => `${p.count} ${p.count === 1 ? 'pull' : 'pulls'}`,
  ),
  lastContact: say('kontak terakhir', 'last contact'),
  harborAccess: {
    'no-password': say(
      'Proyek dan image belum tampil: kata sandi admin Harbor belum diketahui di sini. Langkah B3 membuat atau menanyakannya.',
      "Projects and images are not shown: Harbor's admin password is not known here. Step B3 makes it or asks for it.",
    ),
    refused: say(
      'Proyek dan image tidak tampil: Harbor menolak kata sandi admin yang kita simpan. Mungkin sudah diganti di Harbor; gate B3.login memeriksanya.',
      'Projects and images are not shown: Harbor refuses the admin password that we have. Perhaps it was changed in Harbor; the gate B3.login asks about it.',
    ),
  },
};

export const liveReasons = {
  nothingChosen: say('Daftar ini kosong; tidak ada yang dipilih.', 'This list is empty; nothing is chosen.'),
  noList: say(
    'Tab ini tidak punya daftar. Tab pindah ke tab lain.',
    'This tab has no list. Tab goes to another one.',
  ),
  noLog: say(
    'Yang ini tidak punya log sendiri; pilih unit, kontainer atau pod.',
    'This has no log of its own; choose a unit, a container or a pod.',
  ),
  noShell: say(
    'Shell hanya ada di host, kontainer dan pod.',
    'A shell is there only on hosts, in containers and in pods.',
  ),
  asLeft: say(
    'Tidak ada yang perlu diputuskan tentang berkas ini.',
    'There is nothing to decide about this file.',
  ),
  noActs: say('Jenis ini hanya dilihat dari sini.', 'This kind can only be looked at from here.'),
  hostDown: say('Host ini tidak tersambung; o mencoba lagi.', 'This host is not connected; o tries again.'),
  noDetailNow: say('Tidak ada yang sedang dijelaskan.', 'Nothing is being described.'),
  noStream: say('Tidak ada log yang diikuti.', 'No log is followed.'),
  noPrevious: say(
    'Hanya kontainer di dalam pod yang punya log sebelumnya.',
    'Only containers of pods have a log of the one before.',
  ),
  noSearch: say('Cari dulu dengan /.', 'Search first with /.'),
  noHit: form<{ needle: string }>(
    (p) => `Tidak ada yang memuat “${p.needle}”.`,
    (p) => `Nothing holds “${p.needle}”.`,
  ),
  neverGreen: say('Sejauh ini belum pernah semua gate hijau.', 'So far the gates have never all been green.'),
  stopped: say('Yang tidak jalan tidak punya shell.', 'What does not run has no shell.'),
};
