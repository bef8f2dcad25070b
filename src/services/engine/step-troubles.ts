/** What can go wrong while a step is carried out, for people. */
import { Trouble, type HostName, type Text } from '../../lab/types.js';

/** A job that neither TERM nor KILL ended. */
export function stillRunning(action: string, host: HostName): Trouble {
  return new Trouble(
    'job-not-ended',
    { id: `${action} masih berjalan setelah TERM dan KILL`, en: `${action} still runs after TERM and KILL` },
    {
      id: 'Lihat prosesnya di host (ps -ef). Yang menunggu disk atau jaringan baru berakhir setelah itu selesai; kalau tidak, reboot VM.',
      en: 'Look at the process on the host (ps -ef). One that waits for a disk or the network ends only after that; if it does not, reboot the VM.',
    },
    host,
    3,
  );
}

/** The link went away while it was asked whether there is anything to do. */
export function linkLost(host: HostName, reason: Text): Trouble {
  const remedy = {
    id: 'Periksa koneksi ke host ini, lalu jalankan lagi: yang sudah beres dilewati.',
    en: 'Check the connection to this host, then run again: what is done is skipped.',
  };
  return new Trouble('link-lost', reason, remedy, host, 3);
}

/** The host is there, but the question whether there is anything to do got no answer in time. */
export function notFoundOut(host: HostName, reason: Text): Trouble {
  return new Trouble(
    'satisfied-unanswered',
    {
      id: `Tidak jelas apakah aksi ini sudah beres di ${host}: ${reason.id}`,
      en: `It could not be found out whether this is done already on ${host}: ${reason.en}`,
    },
    {
      id: 'Host mungkin sibuk: lihat beban di panelnya, lalu jalankan lagi. Menjalankan tanpa bertanya dulu: paksa (--force, atau R di layar langkah).',
      en: 'The host may be busy: look at the load in its pane, then run again. To run without asking first: force it (--force, or R on the step screen).',
    },
    host,
    3,
  );
}

/** The wrapper on the host ends what writes more than it may keep: see MAX_OUTPUT_BYTES in jobs/host-scripts.ts. */
export function floodedTrouble(host: HostName): Trouble {
  return new Trouble(
    'job-flooded',
    {
      id: `Aksi ini menulis lebih dari 50 MiB keluaran di ${host} dan dihentikan agar disk tidak penuh.`,
      en: `This wrote more than 50 MiB of output on ${host} and was ended, so that the disk would not fill.`,
    },
    {
      id: 'Lihat baris terakhirnya di log: perintah yang mengulang terus biasanya terlihat di sana. Perbaiki penyebabnya, lalu jalankan lagi.',
      en: 'Look at its last lines in the log: a command that repeats for ever usually shows there. Mend the cause, then run again.',
    },
    host,
    1,
  );
}
