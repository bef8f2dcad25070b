/** Glossary, help, journal, host. */
import { form, say } from '../text.js';

export const misc = {
  glossary: say('Istilah', 'Terms'),
  noTerms: say('Belum ada daftar istilah.', 'There is no glossary yet.'),
  noTermFound: form<{ needle: string }>(
    (p) => `Tidak ada istilah yang memuat “${p.needle}”.`,
    (p) => `No term holds “${p.needle}”.`,
  ),
  search: say('cari', 'search'),
  also: say('juga', 'also'),
  see: say('lihat', 'see'),
  help: say('Tombol', 'Keys'),
  helpHere: form<{ screen: string }>(
    (p) => `Di layar ${p.screen}`,
    (p) => `On the screen ${p.screen}`,
  ),
  helpMove: say('Bergerak', 'Moving'),
  helpAnywhere: say('Di mana saja', 'Everywhere'),
  helpSigns: say('Tanda', 'Signs'),
  notNow: say('belum bisa', 'not now'),
  danger: say('mengubah host', 'changes hosts'),
  journal: say('Jurnal', 'Journal'),
  journalReading: say('Jurnal sedang dibaca …', 'The journal is being read …'),
  journalEmpty: say('Belum ada yang dijalankan di lab ini.', 'Nothing has been run in this lab yet.'),
  journalDamaged: form<{ count: number }>(
    (p) => `${p.count} baris rusak dilewati`,
    (p) => `${p.count} damaged lines skipped`,
  ),
  ranJob: form<{ step: string; action: string; undo: boolean }>(
    (p) => `${p.undo ? 'mengembalikan' : 'menjalankan'} ${p.step}/${p.action}`,
    (p) => `${p.undo ? 'undid' : 'ran'} ${p.step}/${p.action}`,
  ),
  satisfied: form<{ step: string; action: string }>(
    (p) => `${p.step}/${p.action} sudah terpenuhi, tidak dijalankan`,
    (p) => `${p.step}/${p.action} satisfied already, not run`,
  ),
  judged: form<{ gate: string }>(
    (p) => `gate ${p.gate}`,
    (p) => `gate ${p.gate}`,
  ),
  waived: form<{ gate: string; until: string }>(
    (p) => `melewati ${p.gate} sampai ${p.until}`,
    (p) => `waived ${p.gate} until ${p.until}`,
  ),
  unwaived: form<{ gate: string }>(
    (p) => `mencabut pengecualian ${p.gate}`,
    (p) => `withdrew the waiver of ${p.gate}`,
  ),
  facts: say('Fakta', 'Facts'),
  hostname: say('nama', 'hostname'),
  os: say('sistem', 'system'),
  kernel: say('kernel', 'kernel'),
  cpus: say('CPU', 'CPUs'),
  clock: say('jam', 'clock'),
  clockOff: form<{ seconds: string }>(
    (p) => `${p.seconds} dtk dari jam komputer ini`,
    (p) => `${p.seconds} s off this computer's clock`,
  ),
  units: say('layanan', 'services'),
  screens: {
    welcome: say('pembuka', 'welcome'),
    connect: say('sambungkan', 'connect'),
    vagrant: say('Vagrantfile', 'Vagrantfile'),
    home: say('utama', 'home'),
    step: say('langkah', 'step'),
    gates: say('daftar gate', 'gate list'),
    gate: say('gate', 'gate'),
    host: say('host', 'host'),
    glossary: say('istilah', 'terms'),
    help: say('tombol', 'keys'),
    journal: say('jurnal', 'journal'),
    dialog: say('pertanyaan', 'question'),
    typing: say('mengetik', 'typing'),
    anywhere: say('di mana saja', 'everywhere'),
  },
};
