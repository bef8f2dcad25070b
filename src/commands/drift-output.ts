/** What became of the files of ours, for the person at the terminal and as JSON. */
import { actsFor } from '../drift/acts.js';
import { diffLine, explainDiff } from '../drift/explain.js';
import { isDrifted, type FileState, type OurFile } from '../drift/files.js';
import { FILE_STATE_COLUMNS, fileStateWord } from '../i18n/texts/drift.js';
import type { Lab, Parameters } from '../lab/types.js';
import type { Decided, HostDrift, LabDrift } from '../services/engine/drift.js';
import { fileNotes } from '../state/live/file-notes.js';
import { glyphs } from '../term/glyphs.js';
import { paintTone, type Tone } from '../term/theme.js';
import type { ExitCode } from './context.js';
import { localTime } from './diary-text.js';
import { instant, instantOrNull, jsonDocument } from './output/document.js';
import { gatesContent } from './output/json.js';
import { oneLine, printable } from './output/plain.js';
import { gateLines, plainSigns, type Style } from './output/text.js';
import type { CheckedGate } from './verdicts.js';

export interface DriftReport {
  readonly version: string;
  readonly lab: Pick<Lab, 'name' | 'file' | 'practice'>;
  readonly parameters: Parameters;
  /** Epoch ms. */
  readonly at: number;
  readonly found: LabDrift;
  /** What was decided in this call, in order. */
  readonly done: readonly Decided[];
  /** Asked after files were restored. */
  readonly gates: readonly CheckedGate[];
  readonly exit: ExitCode;
}

const WORDS = {
  id: {
    none: 'tidak ada berkas kami yang tercatat',
    step: 'langkah',
    silent: 'Tidak dapat dilihat',
    decide: 'Putuskan',
    gates: 'Gate sesudahnya',
  },
  en: {
    none: 'no file of ours is on record',
    step: 'step',
    silent: 'Could not be looked at',
    decide: 'To decide',
    gates: 'Gates afterwards',
  },
} as const;

type Sign = 'pass' | 'warn' | 'fail' | 'never';
const LOOK: Readonly<Record<FileState, { readonly sign: Sign; readonly tone: Tone }>> = {
  'as-left': { sign: 'pass', tone: 'ok' },
  adopted: { sign: 'pass', tone: 'ok' },
  kept: { sign: 'never', tone: 'dim' },
  edited: { sign: 'warn', tone: 'warn' },
  mode: { sign: 'warn', tone: 'warn' },
  missing: { sign: 'fail', tone: 'bad' },
  replaced: { sign: 'fail', tone: 'bad' },
  unreadable: { sign: 'warn', tone: 'warn' },
  unknown: { sign: 'never', tone: 'dim' },
};

export function driftText(report: DriftReport, style: Style): string {
  const { language, ascii } = style;
  const words = WORDS[language];
  const { hosts, silent } = report.found;
  const lines = hosts.flatMap((one) => hostLines(one, report.parameters, style));
  if (silent.size > 0) lines.push(`${words.silent}: ${[...silent.keys()].join(', ')}`);
  if (report.gates.length > 0) {
    const width = Math.max(...report.gates.map(({ gate }) => gate.key.length));
    lines.push(`${words.gates}:`, ...report.gates.flatMap((gate) => gateLines(gate, width, style)));
  }
  return plainSigns(`${lines.join('\n')}\n`, ascii);
}

function hostLines(found: HostDrift, parameters: Parameters, style: Style): string[] {
  const { language, color } = style;
  const { host, files, differences } = found;
  const words = WORDS[language];
  const head = paintTone(host, 'title', color);
  if (files.length === 0) return [head, paintTone(`  ${words.none}`, 'dim', color)];
  const quiet = (file: OurFile): boolean => file.state === 'as-left' && files.length > 1;
  const shown = files.filter((file) => !quiet(file));
  const rest = files.filter(quiet).length;
  const counted = `${rest} ${fileStateWord['as-left'][language]}`;
  return [
    head,
    ...shown.flatMap((file) => fileLines(host, file, differences.get(file.path) ?? [], parameters, style)),
    ...(rest === 0 ? [] : [paintTone(`  ${counted}`, 'dim', color)]),
  ];
}

function fileLines(
  host: string,
  file: OurFile,
  diff: readonly string[],
  parameters: Parameters,
  style: Style,
): string[] {
  const { language, color, ascii } = style;
  const { state, path } = file;
  const { sign, tone } = LOOK[state];
  const word = fileStateWord[state][language].padEnd(FILE_STATE_COLUMNS);
  const when = file.writtenAt === null ? '' : `, ${localTime(file.writtenAt)}`;
  const head = `  ${paintTone(`${glyphs(ascii).standing[sign]} ${word}`, tone, color)} ${oneLine(path)}  ${paintTone(`${WORDS[language].step} ${oneLine(file.step)}${when}`, 'dim', color)}`;
  const acts = actsFor(file);
  if (!isDrifted(state)) return [head];
  const notes = fileNotes(file, diff, parameters).map((note) => `      ${oneLine(note[language])}`);
  const way = acts.map((act) => `--${act}`).join(' | ');
  return [
    head,
    ...notes,
    ...diff.map((line) => `      ${paintTone(printable(line), DIFF_TONE[diffLine(line)], color)}`),
    paintTone(
      `      ${WORDS[language].decide}: threebody-tui drift ${way} ${host}:${oneLine(path)}`,
      'dim',
      color,
    ),
  ];
}

const DIFF_TONE = { head: 'dim', gone: 'bad', come: 'info', same: 'plain' } as const satisfies Record<
  string,
  Tone
>;

/** @param mask hides secrets */
export function driftJson(report: DriftReport, mask: (text: string) => string): string {
  const { found, done, parameters } = report;
  return jsonDocument(
    'drift',
    {
      tool: { name: 'threebody-tui', version: report.version },
      lab: report.lab,
      at: instant(report.at),
      exit: report.exit,
      hosts: found.hosts.map(({ host, files, differences }) => ({
        host,
        files: files.map((file) => fileContent(file, differences.get(file.path) ?? null, parameters)),
      })),
      silent: [...found.silent.keys()],
      done: done.map(({ act, aside, trouble }) => ({
        host: act.host,
        path: act.file.path,
        act: act.act.replace(/-file$/, ''),
        aside,
        trouble:
          trouble === null
            ? null
            : { code: trouble.code, what: trouble.what, remedy: trouble.remedy, where: trouble.where },
      })),
      ...gatesContent(report.gates),
    },
    mask,
  );
}

function fileContent(
  file: OurFile,
  diff: readonly string[] | null,
  parameters: Parameters,
): Readonly<Record<string, unknown>> {
  const { path, step, action, state, hidden, adopted, mode, owner, leftMode, leftOwner } = file;
  return {
    path,
    step,
    action,
    state,
    drifted: isDrifted(state),
    writtenAt: instantOrNull(file.writtenAt),
    changedAt: instantOrNull(file.changedAt),
    mode,
    owner,
    leftMode,
    leftOwner,
    adopted,
    hidden,
    diff,
    parameters: explainDiff(diff ?? [], parameters),
    acts: actsFor(file),
  };
}
