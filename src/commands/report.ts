/** `report`: what was done and seen in a lab, from its journal and its last verdicts. Asks no host. */
import { resolve } from 'node:path';
import { usageTrouble } from './parse.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { reportJson, reportMarkdown, type Account } from './output/account.js';
import { openLab } from './session.js';
import { standing } from '../state/standing.js';

/** Enough for months of work; older entries stay in the journal's files. */
const MOST_ENTRIES = 5000;

export async function report(context: CommandContext): Promise<ExitCode> {
  const { options } = context.line;
  const out = options.text('out');
  if (out === undefined && options.has('replace'))
    throw usageTrouble(
      { id: '--replace memerlukan --out', en: '--replace needs --out' },
      { id: 'Tulis --out FILE --replace.', en: 'Write --out FILE --replace.' },
    );
  const lab = await openLab(context);
  try {
    const { session, runbook } = lab;
    const { entries, damaged } = await session.journal.read({ limit: MOST_ENTRIES });
    const now = context.now();
    const account: Account = {
      version: context.version,
      lab: session.lab,
      by: session.by,
      at: now,
      runbook,
      gates: session.gates.map((gate) => {
        const result = session.memory.results.get(gate.key) ?? null;
        const waiver = session.memory.waivers.get(gate.key) ?? null;
        return {
          gate,
          result,
          waiver,
          standing: standing({ key: gate.key, result, waiver, running: false }, gate.freshMs, now),
        };
      }),
      entries,
      damaged,
    };
    const text = options.has('json')
      ? reportJson(account, session.mask)
      : session.mask(reportMarkdown(account, context.language));
    if (out === undefined) context.streams.result(text);
    else await writeReport(context, out, text);
    return 0;
  } finally {
    await lab.close();
  }
}

async function writeReport(context: CommandContext, out: string, text: string): Promise<void> {
  const { createFile, PRIVATE_FILE, replaceFile } = await import('../services/files/atomic.js');
  const path = resolve(context.cwd, out);
  const write = context.line.options.has('replace') ? replaceFile : createFile;
  await write(path, text, PRIVATE_FILE);
  context.streams.result(`${path}\n`);
  talk(context, { id: 'Laporan ditulis.', en: 'The report is written.' });
}
