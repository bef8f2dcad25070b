/** The content of smoke test, diary and calendar for a call: ours, or that of `--runbook`. */
import type { Runbook } from '../runbook/types.js';
import type { SmokeContent } from '../services/engine/smoke-desk.js';
import type { DiaryContent } from '../smoke/diary-schema.js';
import type { Calendar } from '../smoke/expiry-schema.js';
import type { Loaded } from '../smoke/load.js';
import type { Checklist } from '../smoke/schema.js';
import type { CommandContext } from './context.js';
import { contentDirectories, contentTrouble } from './lab-choice.js';

/** @throws Trouble `runbook` that lists every mistake */
export async function smokeContent(
  context: CommandContext,
  runbook: Runbook,
): Promise<{ readonly checklist: Checklist; readonly diary: DiaryContent }> {
  const { loadChecklist, loadDiary } = await import('../smoke/load.js');
  const directories = directoriesOf(context);
  const [checklist, diary] = await Promise.all([loadChecklist(directories, runbook), loadDiary(directories)]);
  return { checklist: valid(directories, checklist), diary: valid(directories, diary) };
}

/** @throws Trouble `runbook` that lists every mistake */
export async function calendarContent(context: CommandContext): Promise<Calendar> {
  const { loadCalendar } = await import('../smoke/load.js');
  const directories = directoriesOf(context);
  return valid(directories, await loadCalendar(directories));
}

/**
 * All three, for the screen.
 * @param directories laid out like assets/: ours first, then a person's pack
 * @throws Trouble `runbook` that lists every mistake
 */
export async function readSmokeContent(
  directories: readonly string[],
  runbook: Runbook,
): Promise<SmokeContent> {
  const { loadCalendar, loadChecklist, loadDiary } = await import('../smoke/load.js');
  const [checklist, diary, calendar] = await Promise.all([
    loadChecklist(directories, runbook),
    loadDiary(directories),
    loadCalendar(directories),
  ]);
  return {
    checklist: valid(directories, checklist),
    diary: valid(directories, diary),
    calendar: valid(directories, calendar),
  };
}

function directoriesOf({ line, assets, cwd }: CommandContext): readonly string[] {
  return contentDirectories(line.options.text('runbook'), assets, cwd);
}

function valid<T>(directories: readonly string[], { value, diagnostics }: Loaded<T>): T {
  if (value !== null) return value;
  throw contentTrouble(diagnostics, directories.at(-1) ?? '');
}
