/** What a report says between its tables. */
import { duration } from '../../i18n/format.js';
import type { Language } from '../../lab/types.js';
import { endWord, when, type Account } from './account.js';

export const ACCOUNT_WORDS = {
  id: {
    title: 'Laporan lab',
    written: 'Ditulis',
    practice: 'lab praktik: simulasi, bukan VM sungguhan',
    host: 'Host',
    address: 'Alamat',
    summary: 'Ringkasan',
    gates: 'Gate',
    stands: 'Keadaan',
    about: 'Tentang',
    seen: 'Terlihat',
    when: 'Kapan (UTC)',
    evidence: 'Bukti',
    asked: 'Ditanyakan',
    exit: 'Keluar',
    took: 'Lama',
    runs: 'Yang dijalankan',
    action: 'Aksi',
    end: 'Akhir',
    by: 'Oleh',
    variant: 'Varian',
    waivers: 'Yang dilewati',
    reason: 'Alasan',
    until: 'Sampai',
    symptoms: 'Gejala dan perbaikan',
    symptom: 'Gejala',
    first: 'Pertama (UTC)',
    last: 'Terakhir (UTC)',
    open: 'masih ada',
    gone: 'sudah tidak ada',
    fixes: 'Perbaikan',
    none: 'Belum ada.',
    never: (count: number) => `Gate yang belum pernah ditanya: ${count}.`,
    undo: 'dikembalikan',
    ours: 'perintah program ini',
    runbook: 'perintah runbook',
    satisfied: 'sudah terpenuhi',
    withdrawn: 'ditarik kembali',
    damaged: (count: number) => `${count} baris jurnal rusak dan tidak ikut di sini.`,
    panes: 'Layar',
  },
  en: {
    title: 'Lab report',
    written: 'Written',
    practice: 'practice lab: a simulation, no real VMs',
    host: 'Host',
    address: 'Address',
    summary: 'Summary',
    gates: 'Gates',
    stands: 'Stands',
    about: 'About',
    seen: 'Seen',
    when: 'When (UTC)',
    evidence: 'Evidence',
    asked: 'Asked',
    exit: 'Exit',
    took: 'Took',
    runs: 'What was run',
    action: 'Action',
    end: 'End',
    by: 'By',
    variant: 'Variant',
    waivers: 'What was waived',
    reason: 'Reason',
    until: 'Until',
    symptoms: 'Symptoms and fixes',
    symptom: 'Symptom',
    first: 'First (UTC)',
    last: 'Last (UTC)',
    open: 'still there',
    gone: 'gone',
    fixes: 'Fixes',
    none: 'Nothing yet.',
    never: (count: number) => `Gates never asked: ${count}.`,
    undo: 'undone',
    ours: "this program's commands",
    runbook: "the runbook's commands",
    satisfied: 'satisfied already',
    withdrawn: 'taken back',
    damaged: (count: number) => `${count} lines of the journal are damaged and left out.`,
    panes: 'Screen',
  },
} as const;

/** One thing that was done, in plain words: whoever writes a table puts them into its cells. */
export interface RunRow {
  readonly at: string;
  readonly host: string;
  /** `A1/touch`, or a sentence when nothing of the runbook was run. */
  readonly what: string;
  /** Whether `what` is an id. */
  readonly id: boolean;
  /** `undone` and the like; empty for most. */
  readonly note: string;
  /** Whose commands were run; empty where there is no choice. */
  readonly variant: string;
  readonly end: string;
  readonly took: string;
  readonly by: string;
}

/** What was run and done by hand, oldest first. */
export function runRows(account: Account, language: Language): readonly RunRow[] {
  const words = ACCOUNT_WORDS[language];
  return account.entries.flatMap((entry): RunRow[] => {
    switch (entry.kind) {
      case 'job':
        return [
          {
            at: when(entry.startedAt),
            host: entry.host,
            what: `${entry.step}/${entry.action}`,
            id: true,
            note: entry.purpose === 'undo' ? words.undo : '',
            variant: entry.variant === 'runbook' ? words.runbook : words.ours,
            end: endWord(entry.end),
            took: duration(language, entry.endedAt - entry.startedAt),
            by: entry.by,
          },
        ];
      case 'satisfied':
        return [
          {
            at: when(entry.at),
            host: entry.host,
            what: `${entry.step}/${entry.action}`,
            id: true,
            note: '',
            variant: '',
            end: words.satisfied,
            took: '',
            by: entry.by,
          },
        ];
      case 'act':
        return [
          {
            at: when(entry.at),
            host: entry.host ?? 'kubernetes',
            what: entry.say[language],
            id: false,
            note: '',
            variant: '',
            end: entry.trouble === null ? 'ok' : entry.trouble[language],
            took: duration(language, entry.endedAt - entry.at),
            by: entry.by,
          },
        ];
      case 'gate':
      case 'waiver':
        return [];
    }
  });
}
