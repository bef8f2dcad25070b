import { form, say } from '../text.js';

export const home = {
  lab: say('lab', 'lab'),
  noLab: say('belum ada lab', 'no lab yet'),
  idle: say('belum masuk', 'not connected'),
  connecting: form<{ attempt: number }>(
    (p) => (p.attempt <= 1 ? 'menyambung …' : `menyambung (${p.attempt}) …`),
    (p) => (p.attempt <= 1 ? 'connecting …' : `connecting (${p.attempt}) …`),
  ),
  up: say('tersambung', 'connected'),
  down: say('tak terjangkau', 'unreachable'),
  waitingSample: say('tersambung, menunggu data pertama …', 'connected, waiting for the first data …'),
  upFor: form<{ time: string }>(
    (p) => `nyala ${p.time}`,
    (p) => `up ${p.time}`,
  ),
  lastSeen: form<{ time: string }>(
    (p) => `terakhir terlihat ${p.time}`,
    (p) => `last seen ${p.time}`,
  ),
  neverSeen: say('belum pernah terlihat', 'never seen'),
  retryIn: form<{ time: string }>(
    (p) => `mencoba lagi dalam ${p.time}`,
    (p) => `tries again in ${p.time}`,
  ),
  retryByHand: say('o untuk mencoba lagi', 'o to try again'),
  rebootPending: say('perlu reboot', 'reboot needed'),
  load: say('beban', 'load'),
  mem: say('mem', 'mem'),
  disk: say('disk', 'disk'),
  noUnits: say('belum ada layanan yang diamati', 'no services watched yet'),
  staleData: form<{ age: string }>(
    (p) => `data ${p.age} lalu`,
    (p) => `data ${p.age} old`,
  ),
  phase: say('Fase', 'Phase'),
  noSteps: say(
    'Versi ini belum punya langkah untuk fase ini.',
    'This version has no steps for this phase yet.',
  ),
  gates: say('Gate', 'Gates'),
  noGates: say('belum ada gate', 'no gates yet'),
  log: say('Keluaran', 'Output'),
  noLog: say('belum ada keluaran', 'no output yet'),
  runsFor: form<{ time: string }>(
    (p) => `berjalan ${p.time}`,
    (p) => `running ${p.time}`,
  ),
  took: form<{ time: string }>(
    (p) => `lama ${p.time}`,
    (p) => `took ${p.time}`,
  ),
  waitsFor: form<{ steps: string }>(
    (p) => `menunggu ${p.steps}`,
    (p) => `waits for ${p.steps}`,
  ),
  gatesShort: form<{ done: number; all: number }>(
    (p) => `${p.done}/${p.all} gate`,
    (p) => `${p.done}/${p.all} gates`,
  ),
  gatesDone: form<{ done: number; all: number }>(
    (p) => `${p.done}/${p.all} gate hijau`,
    (p) => `${p.done}/${p.all} gates green`,
  ),
  running: form<{ what: string; time: string }>(
    (p) => `${p.what} berjalan ${p.time}`,
    (p) => `${p.what} running ${p.time}`,
  ),
  cancelling: form<{ what: string; time: string }>(
    (p) => `${p.what} dibatalkan … ${p.time}`,
    (p) => `${p.what} being cancelled … ${p.time}`,
  ),
  gating: form<{ what: string }>(
    (p) => `${p.what}: memeriksa gate …`,
    (p) => `${p.what}: checking gates …`,
  ),
  reattached: say('diikuti lagi', 'picked up again'),
  more: form<{ count: number }>(
    (p) => `… dan ${p.count} lagi`,
    (p) => `… and ${p.count} more`,
  ),
  opensOn: form<{ key: string }>(
    (p) => `${p.key} membuka daftar`,
    (p) => `${p.key} opens the list`,
  ),
};
