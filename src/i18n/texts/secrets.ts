/** What is said about secrets on the screen. */
import { form, say } from '../text.js';

export const secrets = {
  title: form<{ name: string }>(
    (p) => `Rahasia: ${p.name}`,
    (p) => `Secret: ${p.name}`,
  ),
  text: say(
    'Langkah ini memerlukannya. Yang diketik tidak terlihat, dan tidak pernah masuk ke log, jurnal, atau laporan.',
    'This step needs it. What you type is not shown, and never goes into a log, the journal or a report.',
  ),
  optional: say(
    'Boleh dikosongkan: Enter saja, dan langkahnya jalan tanpa ini.',
    'It may be left empty: just Enter, and the step goes on without it.',
  ),
  field: say('nilai', 'value'),
  keep: say('simpan?', 'keep?'),
  memory: say(
    'tidak: hanya diingat selama program ini terbuka',
    'no: remembered only while this program is open',
  ),
  file: form<{ path: string }>(
    (p) => `ya: disimpan di ${p.path} (hanya Anda yang dapat membacanya)`,
    (p) => `yes: kept in ${p.path} (only you can read it)`,
  ),
  other: form<{ variable: string }>(
    (p) => `Cara lain: ${p.variable}, atau \`secrets:\` di berkas lab (chmod 600).`,
    (p) => `Other ways: ${p.variable}, or \`secrets:\` in the lab file (chmod 600).`,
  ),
  files: say('Berkas untuk skrip ini ($TB_FILES)', 'Files for this script ($TB_FILES)'),
  show: form<{ name: string }>(
    (p) => `Melihat nilainya: threebody-tui secret ${p.name}`,
    (p) => `To see its value: threebody-tui secret ${p.name}`,
  ),
};
