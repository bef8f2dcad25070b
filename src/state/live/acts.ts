/** Acts in words: what would be done, what it costs, and what to call it afterwards. */
import { form, say } from '../../i18n/text.js';
import type { HostName, Text } from '../../lab/types.js';
import type { Runbook } from '../../runbook/types.js';
import { fileActRisk, fileActSentence } from './file-acts.js';
import type { LiveAct, LiveTarget } from './targets.js';

const sentence = {
  restartUnit: form<{ unit: string; host: string }>(
    (p) => `Mulai ulang ${p.unit} di ${p.host}`,
    (p) => `Restart ${p.unit} on ${p.host}`,
  ),
  container: {
    'restart-container': form<{ name: string; host: string }>(
      (p) => `Mulai ulang kontainer ${p.name} di ${p.host}`,
      (p) => `Restart container ${p.name} on ${p.host}`,
    ),
    'stop-container': form<{ name: string; host: string }>(
      (p) => `Hentikan kontainer ${p.name} di ${p.host}`,
      (p) => `Stop container ${p.name} on ${p.host}`,
    ),
    'start-container': form<{ name: string; host: string }>(
      (p) => `Jalankan kontainer ${p.name} di ${p.host}`,
      (p) => `Start container ${p.name} on ${p.host}`,
    ),
  },
  deletePod: form<{ pod: string }>(
    (p) => `Hapus pod ${p.pod}`,
    (p) => `Delete pod ${p.pod}`,
  ),
  scale: form<{ what: string; from: number; to: number }>(
    (p) => `Ubah jumlah pod ${p.what} dari ${p.from} menjadi ${p.to}`,
    (p) => `Scale ${p.what} from ${p.from} to ${p.to}`,
  ),
  rollout: form<{ what: string }>(
    (p) => `Ganti semua pod ${p.what} satu per satu`,
    (p) => `Replace all pods of ${p.what}, one after another`,
  ),
};

/** What an act is, as one sentence without a full stop. */
export function actSentence(act: LiveAct): Text {
  switch (act.act) {
    case 'restart-unit':
      return sentence.restartUnit(act);
    case 'restart-container':
    case 'stop-container':
    case 'start-container':
      return sentence.container[act.act](act);
    case 'delete-pod':
      return sentence.deletePod({ pod: `${act.namespace}/${act.name}` });
    case 'scale':
      return sentence.scale({ what: actAbout(act), from: act.from, to: act.to });
    case 'restart-rollout':
      return sentence.rollout({ what: actAbout(act) });
    case 'restore-file':
    case 'keep-file':
    case 'adopt-file':
      return fileActSentence(act);
  }
}

/** Units whose restart is felt by more than themselves. */
const UNIT_RISKS: Readonly<Record<string, Text>> = {
  'docker.service': say(
    'Semua kontainer di host ini ikut berhenti: Harbor dan edge putus, lalu kembali dalam hitungan menit. Job CI yang sedang berjalan di sini gagal.',
    'Every container on this host stops with it: Harbor and edge are gone, and come back within minutes. CI jobs that run here fail.',
  ),
  'containerd.service': say(
    'Pod yang sedang berjalan tetap berjalan, tetapi selama itu tidak ada pod yang dapat dimulai atau dihentikan di host ini.',
    'Pods that run go on running, but meanwhile none can be started or stopped on this host.',
  ),
  'kubelet.service': say(
    'Pod yang sedang berjalan tetap berjalan. Node ini tidak melapor selama beberapa detik.',
    'Pods that run go on running. The node does not report for a few seconds.',
  ),
  'ssh.service': say(
    'Koneksi yang sudah terbuka tetap ada. Bila konfigurasi sshd salah, tidak ada yang dapat masuk lagi: uji dulu dengan `sudo sshd -t`.',
    'Connections that are open stay. If the configuration of sshd is wrong nobody can log in any more: test it first with `sudo sshd -t`.',
  ),
  'gitlab-runner.service': say(
    'Job CI yang sedang dikerjakan runner ini terputus dan gagal.',
    'CI jobs that this runner is working on are cut off and fail.',
  ),
  'systemd-resolved.service': say(
    'Pencarian nama di host ini tersendat sebentar.',
    'Looking up names falters on this host for a moment.',
  ),
};
const risks = {
  unit: say(
    'Yang dilayani unit ini terputus sampai ia berjalan lagi.',
    'What the unit serves is cut off until it runs again.',
  ),
  'restart-container': say(
    'Yang dilayani kontainer ini terputus sampai ia berjalan lagi. Datanya di volume tetap; yang hanya ada di dalam kontainer juga tetap.',
    'What the container serves is cut off until it runs again. Its data in volumes stay, and so does what is inside of it.',
  ),
  'stop-container': say(
    'Yang dilayani kontainer ini berhenti sampai ada yang menjalankannya lagi; Docker tidak melakukannya sendiri.',
    'What the container serves is gone until somebody starts it again; Docker does not do so by itself.',
  ),
  'start-container': say(
    'Kontainer berjalan lagi seperti saat terakhir berhenti.',
    'The container runs again as it was when it stopped.',
  ),
  podAgain: form<{ owner: string }>(
    (p) =>
      `${p.owner} langsung membuat penggantinya. Permintaan yang sedang dilayani pod ini terputus; isi emptyDir-nya hilang, volumenya tetap.`,
    (p) =>
      `${p.owner} makes a new one at once. Requests that this pod is serving are cut off; what is in its emptyDirs is lost, its volumes stay.`,
  ),
  podGone: say(
    'Tidak ada yang membuat pod ini lagi: ia hilang untuk seterusnya, bersama semua yang hanya ada di dalamnya.',
    'Nothing makes this pod anew: it is gone for good, with everything that was only in it.',
  ),
  podOfNode: say(
    'Pod ini milik kubelet di node-nya: yang dihapus hanya bayangannya di API, kontainernya tetap berjalan.',
    'This pod belongs to the kubelet of its node: only its mirror in the API is deleted, its containers go on running.',
  ),
  scaleToZero: say(
    'Tidak ada pod yang tersisa: layanannya mati sampai jumlahnya dinaikkan lagi. Volume dan datanya tetap.',
    'No pod is left: the service is down until it is scaled up again. Volumes and data stay.',
  ),
  scaleDown: say(
    'Pod yang berlebih dihentikan; permintaan yang sedang dilayaninya terputus. Volume dan datanya tetap.',
    'Pods that are too many are stopped; requests that they serve are cut off. Volumes and data stay.',
  ),
  scaleUp: say(
    'Pod baru memerlukan CPU dan memori di worker; bila tidak cukup, pod itu menunggu (Pending).',
    'New pods need CPU and memory on the worker; where there is not enough they wait (Pending).',
  ),
  scaleDatabase: say(
    'Basis data lab ini dibuat untuk satu pod: pod kedua tidak berbagi data dengan yang pertama.',
    'The database of this lab is made for one pod: a second one shares no data with the first.',
  ),
  rollout: say(
    'Yang lama berhenti setelah yang baru siap. Dengan satu pod saja atau pada StatefulSet, layanan terputus sebentar.',
    'Old ones stop when new ones are ready. With one pod only, or in a StatefulSet, the service is cut off for a moment.',
  ),
};

/** What an act costs, in a sentence or two. */
export function actRisk(act: LiveAct, runbook: Runbook): Text {
  switch (act.act) {
    case 'restart-unit':
      return UNIT_RISKS[act.unit] ?? risks.unit;
    case 'restart-container':
    case 'stop-container':
    case 'start-container':
      return risks[act.act];
    case 'delete-pod':
      if (act.owner === '') return risks.podGone;
      return act.owner.startsWith('Node/') ? risks.podOfNode : risks.podAgain(act);
    case 'scale':
      if (act.to === 0) return risks.scaleToZero;
      if (act.to < act.from) return risks.scaleDown;
      return act.object === 'StatefulSet' ? risks.scaleDatabase : risks.scaleUp;
    case 'restart-rollout':
      return risks.rollout;
    case 'restore-file':
    case 'keep-file':
    case 'adopt-file':
      return fileActRisk(act, runbook);
  }
}

/** What has to be typed before an act that cannot be taken back; null for all others. */
export function actExpected(act: LiveAct): string | null {
  return act.act === 'delete-pod' && act.owner === '' ? act.name : null;
}

/** What an act is about, without words of a language. */
export function actAbout(act: LiveAct): string {
  switch (act.act) {
    case 'restart-unit':
      return act.unit;
    case 'restart-container':
    case 'stop-container':
    case 'start-container':
      return act.name;
    case 'delete-pod':
      return `${act.namespace}/${act.name}`;
    case 'scale':
    case 'restart-rollout':
      return `${act.object} ${act.namespace}/${act.name}`;
    case 'restore-file':
    case 'keep-file':
    case 'adopt-file':
      return act.file.path;
  }
}

/** The host that an act is done on; null: the cluster. */
export function actHost(act: LiveAct): HostName | null {
  return 'host' in act ? act.host : null;
}

/** A target as people call it, without words of a language. */
export function targetName(target: LiveTarget): string {
  switch (target.kind) {
    case 'host':
      return target.host;
    case 'unit':
      return `${target.unit} @ ${target.host}`;
    case 'file':
      return `${target.path} @ ${target.host}`;
    case 'container':
      return `${target.name} @ ${target.host}`;
    case 'object': {
      const name = target.namespace === '' ? target.name : `${target.namespace}/${target.name}`;
      return target.container === ''
        ? `${target.object} ${name}`
        : `${target.object} ${name} (${target.container})`;
    }
  }
}
