/** `diagnose --undo`: puts back what the newest fix changed, after showing it and asking. */
import type { Language } from '../lab/types.js';
import { HOST_NAMES } from '../lab/types.js';
import type { Catalogue, Symptom } from '../symptoms/types.js';
import type { PlannedUndo, Undone } from '../services/engine/diagnose-undo.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { undoJson } from './diagnose-undo-json.js';
import { createNarrator } from './narrate.js';
import { plainSigns } from './output/text.js';
import { usageTrouble } from './parse.js';
import { openLab, type OpenLab } from './session.js';

const WORDS = {
  id: {
    of: 'dijalankan',
    files: 'Berkas yang dikembalikan seperti tepat sebelum perbaikan itu',
    own: 'Yang dikembalikan',
    stays: 'Yang tetap (di cluster, atau layanan yang dimulai ulang)',
    undone: 'Dikembalikan.',
    red: 'Sekarang merah',
    green: 'Gate perbaikan itu masih hijau.',
    failed: 'Pengembaliannya sendiri gagal; lihat keluarannya di atas.',
  },
  en: {
    of: 'carried out',
    files: 'Files that are put back as they were just before that fix',
    own: 'What is put back',
    stays: 'What stays (in the cluster, or a service that was restarted)',
    undone: 'Put back.',
    red: 'Red now',
    green: "The fix's gates are still green.",
    failed: 'Undoing itself failed; see its output above.',
  },
} as const;

/** @param named symptoms whose newest fix is meant; none = the newest of all */
export async function undoFix(
  context: CommandContext,
  catalogue: Catalogue,
  named: readonly Symptom[],
): Promise<ExitCode> {
  refuseOthers(context);
  const { asking, line } = context;
  const startedAt = context.now();
  const narrator = createNarrator(context, () => lab.runbook);
  const lab: OpenLab = await openLab(context, { logs: narrator.logs });
  try {
    const troubles = await lab.login(HOST_NAMES, { root: true });
    for (const trouble of troubles.values()) context.problem(trouble);
    const { newestUndo, carryOutUndo } = await import('../services/engine/diagnose-undo.js');
    const ids = named.map(({ id }) => id);
    const planned = await newestUndo(lab.session, catalogue, ids, context.signal);
    const told = (undone: Undone | null, exit: ExitCode): ExitCode => {
      if (!line.options.has('json')) return exit;
      const { name, file, practice } = lab.session.lab;
      context.streams.result(
        undoJson({
          version: context.version,
          lab: { name, file, practice },
          startedAt,
          finishedAt: context.now(),
          planned,
          undone,
          exit,
          mask: lab.session.mask,
        }),
      );
      return exit;
    };
    if (planned === null) {
      talk(context, {
        id: 'Tidak ada perbaikan yang menyimpan sesuatu untuk dikembalikan.',
        en: 'No fix has kept anything that could be put back.',
      });
      return told(null, troubles.size > 0 ? 3 : 0);
    }
    tell(context, planText(planned, context.language));
    if (!line.options.has('yes')) {
      if (asking === null) throw notAsked();
      if (!(await asking.yes({ id: 'Kembalikan? [y/T]', en: 'Undo it? [y/N]' }))) {
        talk(context, { id: 'Tidak ada yang diubah.', en: 'Nothing was changed.' });
        return told(null, 2);
      }
    }
    const undone = await carryOutUndo(lab.session, planned, {
      signal: context.signal,
      onRun: (run) => narrator.onRun(run),
    });
    if (!line.options.has('json'))
      context.streams.result(plainSigns(resultText(undone, context.language), context.ascii));
    return told(undone, undone.carriedOut ? 0 : 1);
  } finally {
    await lab.close();
  }
}

function tell({ streams, ascii }: CommandContext, text: string): void {
  streams.talk(plainSigns(text, ascii));
}

function planText({ done, fix, files, stays, symptom }: PlannedUndo, language: Language): string {
  const words = WORDS[language];
  const when = new Date(done.at).toISOString().replace(/\.\d+Z$/, 'Z');
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((one) => `  ${one}`)];
  return [
    `${symptom.id}/${fix.id} · ${fix.say[language]} (${words.of} ${when})`,
    ...list(words.own, fix.restores === undefined ? [] : [fix.restores[language]]),
    ...list(
      words.files,
      files.map(({ host, path }) => `${host}: ${path}`),
    ),
    ...list(words.stays, stays),
  ].join('\n');
}

function resultText({ carriedOut, results }: Undone, language: Language): string {
  const words = WORDS[language];
  if (!carriedOut) return `${words.failed}\n`;
  const red = results.filter(({ verdict }) => verdict === 'fail');
  const told = red.map(({ gate, subject, say }) => `  ${gate}@${subject}  ${say[language]}`);
  return [words.undone, ...(red.length === 0 ? [words.green] : [`${words.red}:`, ...told]), ''].join('\n');
}

function refuseOthers({ line }: CommandContext): void {
  const other = (['fix', 'paste', 'bundle'] as const).find((name) => line.options.has(name));
  if (other === undefined) return;
  throw usageTrouble(
    {
      id: `--undo tidak dapat dipakai bersama --${other}`,
      en: `--undo cannot go together with --${other}`,
    },
    {
      id: 'Kembalikan dulu, lalu jalankan diagnose lagi.',
      en: 'Undo first, then run diagnose again.',
    },
  );
}

function notAsked(): Error {
  return usageTrouble(
    {
      id: 'tidak ada terminal untuk bertanya, jadi tidak ada yang dikembalikan',
      en: 'there is no terminal to ask, so nothing was put back',
    },
    { id: 'Bila itu maksudnya, tambahkan --yes.', en: 'If that is meant, add --yes.' },
  );
}
