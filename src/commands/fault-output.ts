/** What a lab can be broken with and what is broken, for the person at the terminal and as JSON. */
import { duration } from '../i18n/format.js';
import { faults as text } from '../i18n/texts/faults.js';
import type { Lab, Language } from '../lab/types.js';
import type { BrokenFault, FaultResult, FaultRow, FaultTruth } from '../state/faults-types.js';
import { paintTone } from '../term/theme.js';
import type { ExitCode } from './context.js';
import { LAYER_WORD } from './diagnose-text.js';
import { instant, jsonDocument } from './output/document.js';
import { plainSigns, type Style } from './output/text.js';

export interface FaultReport {
  readonly version: string;
  readonly lab: Pick<Lab, 'name' | 'file' | 'practice'>;
  /** Epoch ms. */
  readonly at: number;
  /** What this lab can be given. */
  readonly rows: readonly FaultRow[];
  readonly broken: readonly BrokenFault[];
  /** What was done in this call. */
  readonly done:
    | (FaultResult & {
        readonly act: 'break' | 'heal';
        readonly fault: string;
        readonly truth: FaultTruth | null;
      })
    | null;
  readonly exit: ExitCode;
}

const WORDS = {
  id: {
    can: 'Yang dapat dirusak di lab ini',
    broken: 'Sengaja dirusak',
    none: 'tidak ada',
    since: 'selama',
    how: 'Rusakkan: threebody-tui fault ID · kembalikan: threebody-tui fault --heal',
  },
  en: {
    can: 'What can be broken in this lab',
    broken: 'Broken on purpose',
    none: 'nothing',
    since: 'for',
    how: 'Break: threebody-tui fault ID · take back: threebody-tui fault --heal',
  },
} as const;

export function faultText({ rows, broken, at }: FaultReport, { language, color, ascii }: Style): string {
  const words = WORDS[language];
  const width = Math.max(0, ...rows.map((one) => one.id.length));
  const lines = [
    paintTone(words.broken, 'title', color),
    ...(broken.length === 0 ? [`  ${words.none}`] : []),
    ...broken.map(
      (one) =>
        `  ${one.hidden ? text.unnamed[language] : one.fault}  ${words.since} ${duration(language, at - one.at)}`,
    ),
    paintTone(words.can, 'title', color),
    ...rows.map(
      ({ id, layer, breaks }) =>
        `  ${id.padEnd(width)}  ${breaks[language]}  ${paintTone(`[${LAYER_WORD[layer][language]}]`, 'dim', color)}`,
    ),
    words.how,
  ];
  return plainSigns(`${lines.join('\n')}\n`, ascii);
}

/** One fault and what is done for it. */
export function rowText(
  { id, breaks, actions }: FaultRow,
  { language, ascii }: Pick<Style, 'language' | 'ascii'>,
): string {
  const lines = actions.map(({ on, say }) => `  ${on.padEnd(9)}  ${say[language]}`);
  return plainSigns([`${id} · ${breaks[language]}`, ...lines].join('\n'), ascii);
}

/** What a fault was, and what it is found as. */
export function truthText({ id, breaks, lasted, found }: FaultTruth, language: Language): string {
  const was = text.truth({ fault: id, breaks: breaks[language], lasted: duration(language, lasted) });
  const as =
    found === null
      ? text.notFound
      : text.found({ symptom: found.symptom, title: found.title[language], cause: found.cause[language] });
  return `${was[language]}\n${as[language]}`;
}

/** @param mask hides secrets */
export function faultJson(report: FaultReport, mask: (text: string) => string): string {
  const { rows, broken, done } = report;
  return jsonDocument(
    'fault',
    {
      tool: { name: 'threebody-tui', version: report.version },
      lab: report.lab,
      at: instant(report.at),
      exit: report.exit,
      can: rows.map(({ id, layer, title, breaks, metBy, actions }) => ({
        id,
        layer,
        title,
        breaks,
        metBy,
        actions,
      })),
      broken: broken.map(({ fault, hidden, at }) => ({ fault: hidden ? null : fault, at: instant(at) })),
      done:
        done === null
          ? null
          : {
              act: done.act,
              fault: done.fault,
              done: done.done,
              trouble: done.trouble,
              found: done.truth?.found ?? null,
            },
    },
    mask,
  );
}
