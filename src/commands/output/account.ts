/** The account of a lab: how its gates stand, what was run, what was waived. */
import { duration } from '../../i18n/format.js';
import type { GateResult, Standing, Waiver } from '../../gates/types.js';
import { HOST_NAMES, type Lab, type Language } from '../../lab/types.js';
import type { RenderedGate, Runbook } from '../../runbook/types.js';
import type { JobEnd, JournalEntry } from '../../services/ports.js';
import { standingWord } from '../../i18n/texts/words.js';
import { instant, jsonDocument } from './document.js';
import { cell, code, table } from './markdown.js';

export interface Account {
  readonly version: string;
  readonly lab: Lab;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly runbook: Runbook;
  readonly gates: readonly {
    readonly gate: RenderedGate;
    readonly result: GateResult | null;
    readonly waiver: Waiver | null;
    readonly standing: Standing;
  }[];
  /** Oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Lines of the journal that could not be read. */
  readonly damaged: number;
}

/** @param mask hides secrets */
export function reportJson(account: Account, mask: (text: string) => string): string {
  const { lab } = account;
  return jsonDocument(
    'report',
    {
      tool: { name: 'threebody-tui', version: account.version },
      lab: { name: lab.name, file: lab.file, practice: lab.practice },
      hosts: HOST_NAMES.map((name) => ({ name, address: lab.hosts[name].address })),
      writtenAt: instant(account.at),
      writtenBy: account.by,
      gates: account.gates.map(({ gate, result, waiver, standing }) => ({
        key: gate.key,
        title: gate.title,
        standing,
        say: result?.say ?? null,
        judgedAt: result === null ? null : instant(result.judgedAt),
        waiver,
      })),
      journal: account.entries,
      damagedJournalLines: account.damaged,
    },
    mask,
  );
}

const WORDS = {
  id: {
    title: 'Laporan lab',
    written: 'Ditulis',
    host: 'Host',
    address: 'Alamat',
    gates: 'Gate',
    stands: 'Keadaan',
    about: 'Tentang',
    seen: 'Terlihat',
    when: 'Kapan (UTC)',
    runs: 'Yang dijalankan',
    action: 'Aksi',
    end: 'Akhir',
    took: 'Lama',
    by: 'Oleh',
    waivers: 'Yang dilewati',
    reason: 'Alasan',
    until: 'Sampai',
    none: 'Belum ada.',
    undo: 'dikembalikan',
    runbook: 'perintah runbook',
    satisfied: 'sudah terpenuhi',
    withdrawn: 'ditarik kembali',
    damaged: (count: number) => `${count} baris jurnal rusak dan tidak ikut di sini.`,
  },
  en: {
    title: 'Lab report',
    written: 'Written',
    host: 'Host',
    address: 'Address',
    gates: 'Gates',
    stands: 'Stands',
    about: 'About',
    seen: 'Seen',
    when: 'When (UTC)',
    runs: 'What was run',
    action: 'Action',
    end: 'End',
    took: 'Took',
    by: 'By',
    waivers: 'What was waived',
    reason: 'Reason',
    until: 'Until',
    none: 'Nothing yet.',
    undo: 'undone',
    runbook: "the runbook's commands",
    satisfied: 'satisfied already',
    withdrawn: 'taken back',
    damaged: (count: number) => `${count} lines of the journal are damaged and left out.`,
  },
} as const;

/** `2026-11-22 02:10:07` */
function when(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

function endWord(end: JobEnd): string {
  switch (end.kind) {
    case 'exited':
      return end.exit === 0 ? 'ok' : `exit ${end.exit}`;
    case 'timed-out':
    case 'flooded':
    case 'cancelled':
      return end.kind;
    case 'lost':
      return `lost (${end.reason})`;
  }
}

export function reportMarkdown(account: Account, language: Language): string {
  const words = WORDS[language];
  const { lab } = account;
  return [
    `# ${words.title}: ${cell(lab.name)}`,
    '',
    `${words.written}: ${when(account.at)} UTC · ${cell(account.by)} · threebody-tui ${account.version}`,
    '',
    table(
      [words.host, words.address],
      HOST_NAMES.map((name) => [name, code(lab.hosts[name].address)]),
    ),
    '',
    `## ${words.gates}`,
    '',
    ...gatesPart(account, language),
    '',
    `## ${words.runs}`,
    '',
    ...runsPart(account, language),
    '',
    `## ${words.waivers}`,
    '',
    ...waiversPart(account, language),
    ...(account.damaged > 0 ? ['', words.damaged(account.damaged)] : []),
    '',
  ].join('\n');
}

function gatesPart(account: Account, language: Language): string[] {
  const words = WORDS[language];
  const judged = account.gates.filter((one) => one.result !== null || one.waiver !== null);
  if (judged.length === 0) return [words.none];
  return [
    table(
      [words.stands, words.gates, words.about, words.seen, words.when],
      judged.map(({ gate, result, standing }) => [
        standingWord[standing][language],
        code(gate.key),
        cell(gate.title[language]),
        cell(result?.say[language] ?? ''),
        result === null ? '' : when(result.judgedAt),
      ]),
    ),
  ];
}

function runsPart(account: Account, language: Language): string[] {
  const words = WORDS[language];
  const rows = account.entries.flatMap((entry): string[][] => {
    switch (entry.kind) {
      case 'job': {
        const notes = [
          ...(entry.purpose === 'undo' ? [words.undo] : []),
          ...(entry.variant === 'runbook' ? [words.runbook] : []),
        ];
        const name = code(`${entry.step}/${entry.action}`);
        return [
          [
            when(entry.startedAt),
            entry.host,
            notes.length === 0 ? name : `${name} (${notes.join(', ')})`,
            cell(endWord(entry.end)),
            duration(language, entry.endedAt - entry.startedAt),
            cell(entry.by),
          ],
        ];
      }
      case 'satisfied':
        return [
          [
            when(entry.at),
            entry.host,
            code(`${entry.step}/${entry.action}`),
            words.satisfied,
            '',
            cell(entry.by),
          ],
        ];
      case 'gate':
      case 'waiver':
        return [];
    }
  });
  if (rows.length === 0) return [words.none];
  return [table([words.when, words.host, words.action, words.end, words.took, words.by], rows)];
}

function waiversPart(account: Account, language: Language): string[] {
  const words = WORDS[language];
  const rows = account.entries.flatMap((entry) =>
    entry.kind === 'waiver'
      ? [
          [
            when(entry.at),
            code(entry.waiver.key),
            entry.withdrawn ? words.withdrawn : cell(entry.waiver.reason),
            entry.withdrawn ? '' : entry.waiver.until,
            cell(entry.waiver.by),
          ],
        ]
      : [],
  );
  if (rows.length === 0) return [words.none];
  return [table([words.when, words.gates, words.reason, words.until, words.by], rows)];
}
