/** Writing a report from the screen, and what the pictures in a report are. */
import type { Text } from '../../lab/types.js';
import { form, say } from '../text.js';

export const report = {
  title: say('Tulis laporan', 'Write a report'),
  forms: {
    html: say('HTML', 'HTML'),
    markdown: say('Markdown', 'Markdown'),
    json: say('JSON', 'JSON'),
    junit: say('JUnit', 'JUnit'),
    tap: say('TAP', 'TAP'),
  },
  about: {
    html: say(
      'satu halaman untuk dicetak, dengan gambar layar',
      'one page for printing, with pictures of the screen',
    ),
    markdown: say('teks dengan tabel, untuk wiki atau tiket', 'text with tables, for a wiki or a ticket'),
    json: say('semuanya, untuk program lain', 'all of it, for other programs'),
    junit: say('hasil gate untuk CI (XML)', 'results of the gates for CI (XML)'),
    tap: say('hasil gate, satu baris satu gate', 'results of the gates, a line each'),
  },
  note: say(
    'Ditulis ke direktori tempat program ini dijalankan. Hanya Anda yang dapat membacanya (0600), dan tidak ada rahasia di dalamnya.',
    'Written into the directory that this program was started in. Only you can read it (0600), and it holds no secrets.',
  ),
  wrote: form<{ path: string }>(
    (p) => `Laporan ditulis: ${p.path}`,
    (p) => `The report is written: ${p.path}`,
  ),
};

/** What the pictures in a report are. */
export const pictureCaption = {
  /** Drawn where no screen is open. */
  stored: (at: string): Text => ({
    id: `Layar utama menurut catatan di komputer ini pada ${at} UTC. Host tidak ditanya: yang dari host belum terlihat di sini.`,
    en: `The home screen from the records on this computer at ${at} UTC. No host was asked: what comes from them is not in it.`,
  }),
  screen: (name: Text, at: string): Text => ({
    id: `Layar ${name.id} seperti terlihat pada ${at} UTC.`,
    en: `The screen "${name.en}" as it was seen at ${at} UTC.`,
  }),
};
