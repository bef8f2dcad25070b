/** `report`: what was done and seen in a lab, from its journal and its last verdicts. Asks no host. */
import { resolve } from 'node:path';
import { standing } from '../state/standing.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { catalogueIfAny } from './catalogue.js';
import { accountAsCheck, maskAccount, reportJson, symptomsOf, type Account } from './output/account.js';
import { usageTrouble } from './parse.js';
import { openLab, type OpenLab } from './session.js';

/** Enough for months of work; older entries stay in the journal's files. */
const MOST_ENTRIES = 5000;

type Form = 'markdown' | 'html' | 'junit' | 'tap' | 'json';

interface Wanted {
  readonly form: Form;
  /** null: stdout. */
  readonly file: string | null;
}

export async function report(context: CommandContext): Promise<ExitCode> {
  const wanted = wantedForms(context);
  const lab = await openLab(context);
  try {
    const account = maskAccount(await accountOf(context, lab), lab.session.mask);
    for (const { form, file } of wanted) {
      const text = await formText(form, account, context, lab.session.mask);
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
  const toStdout: Form[] = [];
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

async function accountOf(context: CommandContext, { session, runbook }: OpenLab): Promise<Account> {
  const [{ entries, damaged }, catalogue] = await Promise.all([
    session.journal.read({ limit: MOST_ENTRIES }),
    catalogueIfAny(context, runbook),
  ]);
  const now = context.now();
  const gates = session.gates.map((gate) => {
    const result = session.memory.results.get(gate.key) ?? null;
    const waiver = session.memory.waivers.get(gate.key) ?? null;
    return {
      gate,
      result,
      waiver,
      standing: standing({ key: gate.key, result, waiver, running: false }, gate.freshMs, now),
    };
  });
  return {
    version: context.version,
    lab: session.lab,
    by: session.by,
    at: now,
    gates,
    entries,
    damaged,
    symptoms: symptomsOf(gates, entries, (id) => catalogue.byId.get(id)?.title ?? null),
  };
}

async function formText(
  form: Form,
  account: Account,
  { language }: CommandContext,
  mask: (text: string) => string,
): Promise<string> {
  switch (form) {
    case 'markdown':
      return (await import('./output/account-markdown.js')).reportMarkdown(account, language);
    case 'html':
      return (await import('./output/account-html.js')).reportHtml(account, language);
    case 'junit':
      return (await import('./output/junit.js')).checkJunit(accountAsCheck(account), language);
    case 'tap':
      return (await import('./output/tap.js')).checkTap(accountAsCheck(account), language);
    case 'json':
      return reportJson(account, mask);
  }
}

async function writeReport(context: CommandContext, file: string, text: string): Promise<void> {
  const { createFile, PRIVATE_FILE, replaceFile } = await import('../services/files/atomic.js');
  const path = resolve(context.cwd, file);
  const write = context.line.options.has('replace') ? replaceFile : createFile;
  await write(path, text, PRIVATE_FILE);
  context.streams.result(`${path}\n`);
  talk(context, { id: 'Laporan ditulis.', en: 'The report is written.' });
}
