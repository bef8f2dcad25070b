/** What can go wrong with uploads, for people. */
import type { HostName, Text } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import { megabytes } from './size.js';

/** The file on this computer cannot be used. */
export function localTrouble(path: string, reason: Text): Trouble {
  return new Trouble(
    'upload-file',
    {
      id: `berkas untuk dikirim ke host tidak dapat dipakai: ${reason.id}`,
      en: `the file to be sent to a host cannot be used: ${reason.en}`,
    },
    {
      id: 'Unduh dulu berkasnya ke komputer ini, atau betulkan (atau kosongkan) path-nya di `parameters` berkas lab.',
      en: 'Download it to this computer first, or correct (or empty) its path in `parameters` of the lab file.',
    },
    path,
  );
}

/** @param free bytes; null when the host did not say */
export function diskFull(host: HostName, name: string, needed: number, free: number | null): Trouble {
  const room = free === null ? '' : megabytes(free);
  return new Trouble(
    'upload-disk-full',
    {
      id: `Tidak cukup ruang di ${host} untuk ${name}: perlu ${megabytes(needed)}${room === '' ? '' : `, tersisa ${room}`}.`,
      en: `There is not enough room on ${host} for ${name}: ${megabytes(needed)} needed${room === '' ? '' : `, ${room} left`}.`,
    },
    {
      id: `Kosongkan disk di ${host} (df -h /var/lib; unggahan lama ada di /var/lib/threebody/uploads), lalu jalankan lagi.`,
      en: `Make room on ${host} (df -h /var/lib; old uploads lie in /var/lib/threebody/uploads), then run it again.`,
    },
    host,
    1,
  );
}

/** @param detail what the host said */
export function notWritten(host: HostName, name: string, detail: string): Trouble {
  const words = detail.trim().slice(0, 300);
  return new Trouble(
    'upload-failed',
    {
      id: `${name} tidak dapat ditulis di ${host}${words === '' ? '.' : `: ${words}`}`,
      en: `${name} cannot be written on ${host}${words === '' ? '.' : `: ${words}`}`,
    },
    {
      id: 'Periksa /var/lib di host itu: ruang (df -h), inode (df -i), hanya-baca (mount).',
      en: 'Look at /var/lib on that host: room (df -h), inodes (df -i), read-only (mount).',
    },
    host,
    1,
  );
}

export function changedFile(path: string): Trouble {
  return new Trouble(
    'upload-changed',
    {
      id: 'berkas ini berubah selagi dikirim, atau rusak di jalan: isinya di host tidak sama',
      en: 'this file changed while it was being sent, or was damaged on the way: the host has other contents',
    },
    {
      id: 'Tunggu sampai unduhannya selesai, lalu jalankan lagi.',
      en: 'Wait until its download has ended, then run it again.',
    },
    path,
    1,
  );
}

export function beingSent(host: HostName, name: string): Trouble {
  return new Trouble(
    'upload-busy',
    {
      id: `${name} sedang dikirim ke ${host} oleh program lain.`,
      en: `${name} is being sent to ${host} by another program.`,
    },
    { id: 'Tunggu sampai selesai, lalu jalankan lagi.', en: 'Wait until it has ended, then run this again.' },
    host,
    3,
  );
}
