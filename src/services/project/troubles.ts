/** What can be wrong with a person's own project, for people. */
import { Trouble, type Text } from '../../lab/types.js';
import { PROJECT_SOURCE } from '../../project/files.js';

const REMEDY: Text = {
  id: `Betulkan ${PROJECT_SOURCE} di \`parameters\` berkas lab: sebuah folder, .zip, .tar atau .tar.gz. Kosong berarti proyek bawaan.`,
  en: `Correct ${PROJECT_SOURCE} in \`parameters\` of the lab file: a folder, a .zip, a .tar or a .tar.gz. Empty means the built-in project.`,
};

export function projectTrouble(path: string, reason: Text, remedy: Text = REMEDY): Trouble {
  return new Trouble(
    'project-source',
    {
      id: `proyek milik Anda tidak dapat dipakai: ${reason.id}`,
      en: `your own project cannot be used: ${reason.en}`,
    },
    remedy,
    path,
  );
}

export function projectChanged(path: string): Trouble {
  return new Trouble(
    'project-changed',
    {
      id: 'isi proyek ini berubah selagi dibaca; tidak ada yang dikirim',
      en: 'this project changed while it was being read; nothing was sent',
    },
    {
      id: 'Hentikan dulu build atau editor yang menulis di sana, lalu jalankan lagi.',
      en: 'End the build or editor that is writing there, then run this again.',
    },
    path,
    1,
  );
}

/** The archive has no room on this computer, or its directory cannot be written. */
export function archiveNotWritten(directory: string, reason: Text): Trouble {
  return new Trouble(
    'project-not-packed',
    {
      id: `arsip proyek tidak dapat ditulis di komputer ini: ${reason.id}`,
      en: `the project's archive cannot be written on this computer: ${reason.en}`,
    },
    {
      id: `Beri ruang dan izin di ${directory}, atau tunjuk direktori lain dengan TMPDIR.`,
      en: `Make room in ${directory} and see that it may be written, or name another directory by TMPDIR.`,
    },
    directory,
    1,
  );
}
