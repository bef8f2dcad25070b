/** `report`: what was done and seen in a lab, from its journal and its last verdicts. Asks no host. */
import { resolve } from 'node:path';
import type { Language } from '../lab/types.js';
import type { ReportForm } from '../state/report-types.js';
import { talk, type CommandContext, type ExitCode, type HomeSeen } from './context.js';
import { catalogueIfAny } from './catalogue.js';
import type { Account } from './output/account.js';
import { usageTrouble } from './parse.js';
import { accountOf, reportText } from './report-account.js';
import { openLab, type OpenLab } from './session.js';

interface Wanted {
  readonly form: ReportForm;
  /** null: stdout. */
  readonly file: string | null;
}

export async function report(context: CommandContext): Promise<ExitCode> {
  const wanted = wantedForms(context);
  const lab = await openLab(context);
  try {
    const { language, version } = context;
    const account = await accountOf(lab.session, await catalogueIfAny(context, lab.runbook), {
      version,
      now: context.now(),
    });
    for (const { form, file } of wanted) {
      const text = await reportText(form, account, {
        language,
        mask: lab.session.mask,
        pictures: async () => [await context.drawHome(homeSeen(account, lab, language))],
      });
      if (file === null) context.streams.result(text);
      else await writeReport(context, file, text);
    }
    return 0;
  } finally {
    await lab.close();
  }
}

/** @throws Trouble `usage` when stdout is to hold two forms */
function wantedForms({ line: { options } }: CommandContext): readonly Wanted[] {
  const out = options.text('out') ?? null;
  const toFile: Wanted[] = [];
  const toStdout: ReportForm[] = [];
  for (const form of ['html', 'junit'] as const) {
    const file = options.text(form);
    if (file === '-') toStdout.push(form);
    else if (file !== undefined) toFile.push({ form, file });
  }
  for (const form of ['markdown', 'tap', 'json'] as const) if (options.has(form)) toStdout.push(form);
  if (toStdout.length > 1)
    throw usageTrouble(
      {
        id: `stdout hanya muat satu bentuk, diminta: ${toStdout.join(', ')}`,
        en: `stdout holds one form only, asked for: ${toStdout.join(', ')}`,
      },
      {
        id: 'Pilih satu; --html FILE dan --junit FILE dapat menyertai yang lain.',
        en: 'Choose one; --html FILE and --junit FILE can go with another.',
      },
    );
  // A file of another form is enough; Markdown is for those who asked for nothing, or for a file of no other form.
  const [first = toFile.length === 0 || out !== null ? ('markdown' as const) : null] = toStdout;
  if (first !== null) toFile.push({ form: first, file: out });
  if (options.has('replace') && toFile.every((one) => one.file === null))
    throw usageTrouble(
      { id: '--replace memerlukan berkas yang ditulis', en: '--replace needs a file to be written' },
      {
        id: 'Tulis --out FILE, --html FILE atau --junit FILE.',
        en: 'Write --out FILE, --html FILE or --junit FILE.',
      },
    );
  return toFile;
}

/** What home is drawn from: the same verdicts at the same moment as the tables beside it. */
function homeSeen(account: Account, { session, runbook }: OpenLab, language: Language): HomeSeen {
  const { file, name, practice, parameters } = account.lab;
  const { user, addresses } = session.context;
  return {
    runbook,
    lab: { file, name, practice, user, addresses, parameters },
    results: account.gates.flatMap(({ result }) => result ?? []),
    waivers: account.gates.flatMap(({ waiver }) => waiver ?? []),
    variants: session.memory.variants,
    cursor: session.memory.cursor,
    language,
    now: account.at,
    mask: session.mask,
  };
}

async function writeReport(context: CommandContext, file: string, text: string): Promise<void> {
  const { createFile, PRIVATE_FILE, replaceFile } = await import('../services/files/atomic.js');
  const path = resolve(context.cwd, file);
  const write = context.line.options.has('replace') ? replaceFile : createFile;
  await write(path, text, PRIVATE_FILE);
  context.streams.result(`${path}\n`);
  talk(context, { id: 'Laporan ditulis.', en: 'The report is written.' });
}
