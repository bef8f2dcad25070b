/** `smoke`: the checklist after a restart, from a cold start to a verdict without a key. */
import { duration } from '../i18n/format.js';
import { HOST_NAMES } from '../lab/types.js';
import type { LabSession } from '../services/engine/assemble.js';
import type { SmokeProgress } from '../services/engine/smoke.js';
import { compareDiary, type Comparison } from '../smoke/diary.js';
import { allGreen, firstNotGreen } from '../smoke/progress.js';
import { formatOf, writeReport } from './check.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { loadCatalogue } from './diagnose.js';
import { parseDuration } from './duration.js';
import { openLab } from './session.js';
import { smokeContent } from './smoke-content.js';
import { createSmokeNarrator } from './smoke-narrate.js';
import { brokenHops, reportOf, symptomOf, type SmokeReport } from './smoke-report.js';
import { checkedGates, exitOf } from './verdicts.js';

const DEFAULT_WAIT = '300s';

export async function smoke(context: CommandContext): Promise<ExitCode> {
  const format = formatOf(context);
  const waitMs = parseDuration(context.line.options.text('wait') ?? DEFAULT_WAIT, 'wait');
  const lab = await openLab(context);
  try {
    const content = await smokeContent(context, lab.runbook);
    const [{ runSmoke, bootsOf }, { createDiaryFile }, { readDiary }] = await Promise.all([
      import('../services/engine/smoke.js'),
      import('../services/files/diary-file.js'),
      import('../services/engine/diary.js'),
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
    const green = exit === 0 && allGreen(end.stages);
    const now =
      green || before !== null
        ? await readDiary(session, content.diary, { boots: bootsOf(end.arrivals), parts: end.parts }, signal)
        : null;
    const comparison: Comparison | null =
      before === null || now === null ? null : compareDiary(content.diary, before, now);
    const first = green ? null : firstNotGreen(end.stages);
    const symptom =
      first === null ? null : symptomOf(session, await loadCatalogue(context, lab.runbook), first);
    const report: SmokeReport = reportOf({
      check: {
        version: context.version,
        lab: { name: session.lab.name, file: session.lab.file, practice: session.lab.practice },
        startedAt,
        finishedAt: context.now(),
        attempts: end.attempts,
        gates,
        exit,
      },
      end,
      checklist: content.checklist,
      first,
      symptom,
      hops: green || !end.parts.has('app') ? [] : await brokenHops(session, lab.runbook, signal),
      comparison,
      recorded: green,
    });
    if (green && now !== null) await file.write(now);
    await writeReport(context, report.check, format, {
      text: async () => (await import('./smoke-text.js')).smokeText(report, context),
      json: async () => (await import('./smoke-json.js')).smokeJson(report, session.mask),
    });
    return exit;
  } finally {
    await lab.close();
  }
}

/** Every gate that was asked, in boot order. */
function gatesInOrder(session: LabSession, { stages }: SmokeProgress): ReturnType<typeof checkedGates> {
  const results = stages.flatMap(({ checks }) => checks.flatMap(({ result }) => result ?? []));
  const checked = new Map(checkedGates(session, results).map((one) => [one.gate.key, one]));
  return stages.flatMap(({ checks }) => checks.flatMap(({ check }) => checked.get(check.key) ?? []));
}
