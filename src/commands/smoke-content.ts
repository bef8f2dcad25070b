/** The content of smoke test, diary and calendar for a call: ours, or that of `--runbook`. */
import { join } from 'node:path';
import type { Runbook } from '../runbook/types.js';
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
  return { checklist: valid(context, checklist), diary: valid(context, diary) };
}

/** @throws Trouble `runbook` that lists every mistake */
export async function calendarContent(context: CommandContext): Promise<Calendar> {
  const { loadCalendar } = await import('../smoke/load.js');
  return valid(context, await loadCalendar(directoriesOf(context)));
}

function directoriesOf({ line, assets, cwd }: CommandContext): readonly string[] {
  return contentDirectories(line.options.text('runbook'), assets, cwd);
}

function valid<T>(context: CommandContext, { value, diagnostics }: Loaded<T>): T {
  if (value !== null) return value;
  throw contentTrouble(diagnostics, join(directoriesOf(context).at(-1) ?? context.assets));
}
