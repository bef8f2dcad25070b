/** Acts in few words, for a list of what can be done to one thing whose name stands above it. */
import { form, say } from '../../i18n/text.js';
import type { Text } from '../../lab/types.js';
import { givesUpOwn } from './file-acts.js';
import type { LiveAct } from './targets.js';

const verb = {
  restart: say('Mulai ulang', 'Restart'),
  stop: say('Hentikan', 'Stop'),
  start: say('Jalankan', 'Start'),
  remove: say('Hapus', 'Delete'),
  scale: form<{ from: number; to: number }>(
    (p) => `Ubah jumlah pod dari ${p.from} menjadi ${p.to}`,
    (p) => `Scale from ${p.from} to ${p.to}`,
  ),
  rollout: say('Ganti semua pod satu per satu', 'Replace all pods, one after another'),
  restore: say('Pulihkan', 'Restore'),
  giveUp: form<{ step: string }>(
    (p) => `Kembalikan ke versi langkah ${p.step}`,
    (p) => `Give back to what step ${p.step} wrote`,
  ),
  keep: say('Biarkan seperti sekarang', 'Keep as it is'),
  adopt: say('Adopsi sebagai versi lab ini', "Adopt as this lab's own version"),
};

/** What an act does, without the name of what it is done to. */
export function actVerb(act: LiveAct): Text {
  switch (act.act) {
    case 'restart-unit':
    case 'restart-container':
      return verb.restart;
    case 'stop-container':
      return verb.stop;
    case 'start-container':
      return verb.start;
    case 'delete-pod':
      return verb.remove;
    case 'scale':
      return verb.scale(act);
    case 'restart-rollout':
      return verb.rollout;
    case 'restore-file':
      return givesUpOwn(act.file) ? verb.giveUp(act.file) : verb.restore;
    case 'keep-file':
      return verb.keep;
    case 'adopt-file':
      return verb.adopt;
  }
}
