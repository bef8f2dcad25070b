/** `smoke`: the checklist after a restart, from a cold start to a verdict without a key. */
import { duration } from '../i18n/format.js';
import { HOST_NAMES } from '../lab/types.js';
import { SMOKE_WAIT_MS } from '../smoke/progress.js';
import { formatOf, writeReport } from './check.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { loadCatalogue } from './diagnose.js';
import { parseDuration } from './duration.js';
import { openLab } from './session.js';
import { smokeContent } from './smoke-content.js';
import { createSmokeNarrator } from './smoke-narrate.js';
import { gatesInOrder, reportOf } from './smoke-report.js';
import { exitOf } from './verdicts.js';

export async function smoke(context: CommandContext): Promise<ExitCode> {
  const format = formatOf(context);
  const wait = context.line.options.text('wait');
  const waitMs = wait === undefined ? SMOKE_WAIT_MS : parseDuration(wait, 'wait');
  const lab = await openLab(context);
  try {
    const content = await smokeContent(context, lab.runbook);
    const [{ runSmoke }, { createDiaryFile }, { concludeSmoke }] = await Promise.all([
      import('../services/engine/smoke.js'),
      import('../services/files/diary-file.js'),
      import('../services/engine/smoke-end.js'),
    ]);
    const startedAt = context.now();
    const troubles = await lab.login(HOST_NAMES, { root: true });
    for (const trouble of troubles.values()) context.problem(trouble);
    const { session } = lab;
    const file = createDiaryFile(session.lab.stateDir);
    const before = await file.read();
    if (troubles.size > 0 && waitMs > 0)
      talk(context, {
        id: `Ditunggu sampai menyala, paling lama ${duration('id', waitMs)}.`,
        en: `Waiting for it to come up, ${duration('en', waitMs)} at most.`,
      });
    const narrate = createSmokeNarrator(context);
    const { signal } = context;
    const end = await runSmoke(session, content.checklist, {
      signal,
      waitMs,
      before,
      onProgress: narrate,
      onUnwritten: context.problem,
    });
    const gates = gatesInOrder(session, end);
    // A login that the lab file has wrong is a wrong lab file, unless there is a failing gate to tell of first.
    const wrongLogin = [...troubles.values()].some((trouble) => trouble.exit === 2);
    const found = exitOf(gates);
    const exit: ExitCode = found === 3 && wrongLogin ? 2 : found;
    if (signal.aborted) return exit;
    const ended = await concludeSmoke(session, end, {
      diary: content.diary,
      before,
      loadCatalogue: () => loadCatalogue(context, lab.runbook),
      write: (entry) => file.write(entry),
      signal,
    });
    if (ended === null) return exit;
    const { name, file: labFile, practice } = session.lab;
    const report = reportOf(
      {
        version: context.version,
        lab: { name, file: labFile, practice },
        startedAt,
        finishedAt: ended.finishedAt,
        attempts: end.attempts,
        gates,
        exit,
      },
      content.checklist,
      ended,
    );
    await writeReport(context, report.check, format, {
      text: async () => (await import('./smoke-text.js')).smokeText(report, context),
      json: async () => (await import('./smoke-json.js')).smokeJson(report, session.mask),
    });
    return exit;
  } finally {
    await lab.close();
  }
}
