/** Why a file of ours could not be looked at or put right. */
import { Trouble, type HostName } from '../../lab/types.js';
import { NOT_DONE } from './host-scripts.js';

export function cannotLook(host: HostName, said: string): Trouble {
  return new Trouble(
    'drift-look',
    {
      id: `Berkas kami di ${host} tidak dapat dilihat: ${said}`,
      en: `Our files on ${host} cannot be looked at: ${said}`,
    },
    {
      id: 'Catatannya milik root: periksa sudo dengan `threebody-tui connect`.',
      en: 'The records of them belong to root: check sudo with `threebody-tui connect`.',
    },
    host,
    3,
  );
}

export function jobRuns(host: HostName, job: string): Trouble {
  return new Trouble(
    'drift-busy',
    {
      id: `Di ${host} sedang berjalan pekerjaan ${job}, yang mungkin menulis berkas yang sama.`,
      en: `The job ${job} is running on ${host} and may be writing the same file.`,
    },
    { id: 'Tunggu sampai selesai, lalu ulangi.', en: 'Wait until it has ended, then try again.' },
    host,
  );
}

/** @param exit of the script @param step that wrote the file */
export function notDone(
  host: HostName,
  path: string,
  step: string,
  exit: number | null,
  said: string,
): Trouble {
  const where = `${host}:${path}`;
  switch (exit) {
    case NOT_DONE.changed:
      return new Trouble(
        'drift-changed',
        {
          id: `${path} berubah lagi sejak terakhir dilihat; tidak ada yang dilakukan.`,
          en: `${path} has changed again since it was looked at; nothing was done.`,
        },
        { id: 'Lihat lagi perbedaannya, lalu putuskan.', en: 'Look at the difference again, then decide.' },
        where,
      );
    case NOT_DONE.forgotten:
      return new Trouble(
        'drift-forgotten',
        {
          id: `Di ${host} tidak ada lagi catatan tentang ${path}: langkah ${step} sudah dikembalikan.`,
          en: `Nothing is on record about ${path} on ${host} any more: step ${step} was undone.`,
        },
        {
          id: 'Jalankan langkah itu lagi bila berkasnya diperlukan.',
          en: 'Run the step again if the file is needed.',
        },
        where,
      );
    case NOT_DONE.noCopy:
      return new Trouble(
        'drift-no-copy',
        {
          id: `Isi ${path} seperti ditulis langkah ${step} tidak tersimpan di host.`,
          en: `What step ${step} wrote at ${path} was not kept on the host.`,
        },
        {
          id: `Tulis lagi dengan menjalankan langkahnya: threebody-tui run ${step} --force`,
          en: `Write it again by running the step: threebody-tui run ${step} --force`,
        },
        where,
      );
    case NOT_DONE.directory:
      return new Trouble(
        'drift-directory',
        { id: `${path} sekarang sebuah direktori.`, en: `${path} is a directory now.` },
        { id: 'Pindahkan dulu direktori itu.', en: 'Move the directory away first.' },
        where,
      );
    case NOT_DONE.noFile:
      return new Trouble(
        'drift-no-file',
        { id: `${path} bukan berkas biasa.`, en: `${path} is no regular file.` },
        {
          id: 'Hanya isi berkas biasa yang dapat diadopsi; pilih pulihkan atau biarkan.',
          en: 'Only the content of a regular file can be adopted; restore it or keep it.',
        },
        where,
      );
    default:
      return new Trouble(
        'drift-failed',
        { id: `${path} di ${host}: ${said}`, en: `${path} on ${host}: ${said}` },
        {
          id: 'Periksa ruang disk dan izin direktorinya, lalu ulangi. Berkas itu diganti dalam satu gerakan: yang ada sekarang utuh.',
          en: 'Check disk space and the permissions of its directory, then try again. A file is replaced in one move: what is there now is whole.',
        },
        where,
      );
  }
}
