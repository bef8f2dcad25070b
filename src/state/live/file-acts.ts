/** What can be decided about a file of ours, in words: what it means, what it costs, how it comes back. */
import { isPutWhole, restoredTo, type FileAct } from '../../drift/acts.js';
import type { OurFile } from '../../drift/files.js';
import { form, say } from '../../i18n/text.js';
import type { Text } from '../../lab/types.js';
import type { Runbook } from '../../runbook/types.js';
import type { FileLiveAct } from './targets.js';

const sentence = {
  restore: form<{ path: string; host: string }>(
    (p) => `Pulihkan ${p.path} di ${p.host}`,
    (p) => `Restore ${p.path} on ${p.host}`,
  ),
  giveUp: form<{ path: string; host: string; step: string }>(
    (p) => `Kembalikan ${p.path} di ${p.host} ke versi langkah ${p.step}`,
    (p) => `Give ${p.path} on ${p.host} back to what step ${p.step} wrote`,
  ),
  keep: form<{ path: string; host: string }>(
    (p) => `Biarkan ${p.path} di ${p.host} seperti sekarang`,
    (p) => `Keep ${p.path} on ${p.host} as it is`,
  ),
  adopt: form<{ path: string; host: string }>(
    (p) => `Adopsi ${p.path} di ${p.host} sebagai versi lab ini`,
    (p) => `Adopt ${p.path} on ${p.host} as this lab's own version`,
  ),
};

const risk = {
  restore: form<{ place: string }>(
    (p) =>
      `Yang ada sekarang diganti; salinannya disimpan dulu di host, di ${p.place}. Layanan yang membaca berkas ini baru memakai isinya setelah dimulai ulang atau langkahnya dijalankan lagi.`,
    (p) =>
      `What is there now is replaced; a copy of it is kept on the host first, in ${p.place}. A service that reads this file uses it only after a restart, or after its step has run again.`,
  ),
  again: form<{ step: string }>(
    (p) => `Berkas ini hilang; ditulis lagi seperti langkah ${p.step} meninggalkannya.`,
    (p) => `This file is gone; it is written again as step ${p.step} left it.`,
  ),
  keep: form<{ step: string }>(
    (p) =>
      `Berkasnya tidak disentuh, hanya tidak disebut berubah lagi sampai isinya berubah lagi. Bila langkah ${p.step} dijalankan lagi, isinya tetap diganti; salinannya disimpan dulu.`,
    (p) =>
      `The file is not touched; it is only not called changed any more until it changes again. When step ${p.step} runs again it is still replaced; a copy of it is kept first.`,
  ),
  adoptWhole: form<{ step: string }>(
    (p) =>
      `Isinya yang sekarang menjadi versi lab ini di host ini: langkah ${p.step} yang dijalankan lagi membiarkannya. Gate yang memeriksa isinya tetap menilai seperti biasa.`,
    (p) =>
      `What it holds now becomes this lab's own version on this host: step ${p.step}, run again, leaves it alone. Gates that look into it still judge as always.`,
  ),
  adoptPart: form<{ step: string }>(
    (p) =>
      `Isinya yang sekarang menjadi versi lab ini di host ini. Tetapi langkah ${p.step} mengubah berkas ini dengan perintahnya sendiri: dijalankan lagi, ia mungkin mengubahnya; itu disebut di keluarannya, dan versi ini disimpan dulu.`,
    (p) =>
      `What it holds now becomes this lab's own version on this host. But step ${p.step} changes this file with commands of its own: run again it may change it; its output says so, and this version is kept first.`,
  ),
};

const undo = {
  restore: form<{ place: string }>(
    (p) => `Kembali: salinan yang tadi ada di ${p.place}.`,
    (p) => `Back: the copy of what was there is in ${p.place}.`,
  ),
  nothingBack: say(
    'Kembali: hapus berkasnya lagi; sebelumnya tidak ada apa-apa di sana.',
    'Back: delete the file again; nothing was there before.',
  ),
  decided: say('Kembali: pulihkan berkas ini.', 'Back: restore the file.'),
};

/** Where a host keeps what people made of our files; see tb_set_aside in the prelude. */
function asidePlace(file: OurFile): string {
  return file.as === 'root' ? '/var/lib/threebody/edited' : '~/.local/state/threebody/edited';
}

/** What is decided, as in drift/acts.ts. */
export function fileActOf(act: FileLiveAct): FileAct {
  switch (act.act) {
    case 'restore-file':
      return 'restore';
    case 'keep-file':
      return 'keep';
    case 'adopt-file':
      return 'adopt';
  }
}

/** Whether restoring gives up a version of the lab's own: where there is one, the step's comes back only from that. */
export function givesUpOwn(file: OurFile): boolean {
  return file.state === 'adopted' && restoredTo(file) === 'left';
}

/** As one sentence without a full stop. */
export function fileActSentence({ act, host, file }: FileLiveAct): Text {
  const { path, step } = file;
  switch (act) {
    case 'restore-file':
      return givesUpOwn(file) ? sentence.giveUp({ path, host, step }) : sentence.restore({ path, host });
    case 'keep-file':
      return sentence.keep({ path, host });
    case 'adopt-file':
      return sentence.adopt({ path, host });
  }
}

/** What it costs. */
export function fileActRisk({ act, file }: FileLiveAct, runbook: Runbook): Text {
  switch (act) {
    case 'restore-file':
      return file.there ? risk.restore({ place: asidePlace(file) }) : risk.again(file);
    case 'keep-file':
      return risk.keep(file);
    case 'adopt-file': {
      const scripts = runbook.phases
        .flatMap((phase) => phase.steps)
        .filter((step) => step.id === file.step)
        .flatMap((step) => step.actions)
        .filter((action) => action.id === file.action)
        .map((action) => action.script);
      return isPutWhole(scripts, file.path) ? risk.adoptWhole(file) : risk.adoptPart(file);
    }
  }
}

/** How it is taken back. */
export function fileActUndo({ act, file }: FileLiveAct): Text {
  if (act !== 'restore-file') return undo.decided;
  return file.there ? undo.restore({ place: asidePlace(file) }) : undo.nothingBack;
}
