/** What can go wrong with jobs, for people. */
import type { HostName } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import type { JobId, JobRecord } from '../ports.js';

function clock(milliseconds: number): string {
  return new Date(milliseconds)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

/** Another job has the host's lock. */
export function busyTrouble(host: HostName, owner: JobRecord): Trouble {
  const since = clock(owner.startedAt);
  return new Trouble(
    'job-busy',
    {
      id: `Di ${host} masih berjalan pekerjaan lain: ${owner.step} (${owner.action}), oleh ${owner.by}, sejak ${since}.`,
      en: `Another job is still running on ${host}: ${owner.step} (${owner.action}), by ${owner.by}, since ${since}.`,
    },
    {
      id: 'Ikuti pekerjaan itu sampai selesai atau batalkan, lalu jalankan lagi.',
      en: 'Follow that job to its end or cancel it, then run this again.',
    },
    host,
    3,
  );
}

/** The host took the job, but nothing began. @param detail what the host said */
export function notStarted(host: HostName, detail: string): Trouble {
  const words = detail.trim().slice(0, 300);
  return new Trouble(
    'job-not-started',
    {
      id: `Pekerjaan di ${host} tidak mau mulai${words === '' ? '.' : `: ${words}`}`,
      en: `The job on ${host} did not start${words === '' ? '.' : `: ${words}`}`,
    },
    {
      id: 'Periksa ruang disk di direktori home, dan apakah setsid, flock, timeout, base64 dan ps ada di host.',
      en: 'Check disk space in the home directory, and that the host has setsid, flock, timeout, base64 and ps.',
    },
    host,
    3,
  );
}

/** There is no job with this id on the host. */
export function unknownJob(host: HostName, id: JobId): Trouble {
  return new Trouble(
    'job-unknown',
    { id: `Di ${host} tidak ada pekerjaan ${id}.`, en: `There is no job ${id} on ${host}.` },
    {
      id: 'Mungkin sudah dihapus (lebih dari 14 hari) atau host dipasang ulang; jalankan langkahnya lagi.',
      en: 'It may have been pruned (more than 14 days) or the host was rebuilt; run the step again.',
    },
    host,
    3,
  );
}
