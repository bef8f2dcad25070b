/** Words that stand beside signs, the same on every screen. */
import type { Text } from '../../lab/types.js';
import type { Rollup } from '../../state/standing.js';
import type { ActionPhase } from '../../state/types.js';
import type { UnitState } from '../../services/ports.js';
import { form, say } from '../text.js';

export const standingWord: Readonly<Record<Rollup, Text>> = {
  pass: say('lulus', 'pass'),
  warn: say('perhatian', 'warning'),
  fail: say('gagal', 'fail'),
  blocked: say('tertahan', 'blocked'),
  unknown: say('tak tahu', 'unknown'),
  waived: say('dilewati', 'waived'),
  stale: say('basi', 'stale'),
  never: say('belum', 'not yet'),
  running: say('berjalan', 'running'),
  partial: say('sebagian', 'partly'),
};
/** Columns that the longest of these words takes, in either language. */
export const STANDING_COLUMNS = 9;

export const actionWord: Readonly<Record<ActionPhase, Text>> = {
  waiting: say('menunggu', 'waiting'),
  checking: say('memeriksa', 'checking'),
  satisfied: say('sudah terpenuhi', 'satisfied already'),
  running: say('berjalan', 'running'),
  ok: say('selesai', 'done'),
  failed: say('gagal', 'failed'),
  cancelling: say('membatalkan', 'cancelling'),
  cancelled: say('dibatalkan', 'cancelled'),
  'timed-out': say('lewat waktu', 'timed out'),
  lost: say('terputus', 'lost'),
  unreachable: say('tak terjangkau', 'unreachable'),
};
/** Columns that the longest of these words takes, in either language, and a gap. */
export const ACTION_COLUMNS = 19;

export const unitWord: Readonly<Record<UnitState, Text>> = {
  active: say('jalan', 'active'),
  inactive: say('mati', 'inactive'),
  failed: say('gagal', 'failed'),
  activating: say('mulai', 'starting'),
  absent: say('tidak ada', 'absent'),
};

export const riskWord = {
  safe: say('aman: hanya membaca', 'safe: only reads'),
  config: say('mengubah pengaturan', 'changes settings'),
  destroys: say('MENGHAPUS DATA', 'DESTROYS DATA'),
} satisfies Record<string, Text>;

export const sudoWord = {
  nopasswd: say('sudo tanpa sandi', 'sudo without password'),
  password: say('sudo dengan sandi', 'sudo with password'),
  none: say('sudo TIDAK bisa', 'NO sudo'),
} satisfies Record<string, Text>;

export const words = {
  practice: say('PRAKTIK (simulasi)', 'PRACTICE (simulation)'),
  practiceShort: say('PRAKTIK', 'PRACTICE'),
  operator: say('komputer ini', 'this computer'),
  wholeLab: say('seluruh lab', 'whole lab'),
  ours: say('kami', 'ours'),
  runbook: say('runbook', 'runbook'),
  allHosts: say('semua host', 'all hosts'),
  ago: form<{ age: string }>(
    (p) => (p.age === 'baru saja' ? p.age : `${p.age} lalu`),
    (p) => (p.age === 'just now' ? p.age : `${p.age} ago`),
  ),
  page: form<{ from: number; to: number; of: number }>(
    (p) => `${p.from}–${p.to} dari ${p.of}`,
    (p) => `${p.from}–${p.to} of ${p.of}`,
  ),
  tooSmall: say('Layar terlalu kecil', 'The screen is too small'),
  tooSmallHow: form<{ columns: number; rows: number }>(
    (p) => `Perlu 60×16, sekarang ${p.columns}×${p.rows}. Perbesar jendelanya.`,
    (p) => `60×16 is needed, this is ${p.columns}×${p.rows}. Enlarge the window.`,
  ),
  tooSmallQuit: form<{ keys: readonly string[] }>(
    (p) => `Pekerjaan jalan terus. ${p.keys.join(' atau ')} keluar.`,
    (p) => `Work goes on. ${p.keys.join(' or ')} ${p.keys.length === 1 ? 'quits' : 'quit'}.`,
  ),
  /** A question whether to quit is open, and cannot be read. */
  tooSmallSure: say(
    'Pekerjaan jalan terus. Ctrl-C sekali lagi keluar.',
    'Work goes on. Ctrl-C once more quits.',
  ),
  copied: form<{ bytes: string }>(
    (p) => `Disalin ke papan klip (${p.bytes}), bila terminal ini mengizinkan OSC 52.`,
    (p) => `Copied to the clipboard (${p.bytes}), if this terminal allows OSC 52.`,
  ),
  copyTooLong: form<{ bytes: string }>(
    (p) => `Terlalu panjang untuk disalin (${p.bytes}; paling banyak 74 KB).`,
    (p) => `Too long to copy (${p.bytes}; at most 74 KB).`,
  ),
};
