/** `diary`: what is different on the hosts since the last green smoke test. Changes and writes nothing. */
import { HOST_NAMES } from '../lab/types.js';
import { compareDiary } from '../smoke/diary.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { diaryLines } from './diary-text.js';
import { jsonDocument } from './output/document.js';
import { plainSigns } from './output/text.js';
import { openLab } from './session.js';
import { smokeContent } from './smoke-content.js';
import { comparisonContent } from './smoke-json.js';

export async function diary(context: CommandContext): Promise<ExitCode> {
  const lab = await openLab(context);
  try {
    const content = await smokeContent(context, lab.runbook);
    const [{ createDiaryFile }, { readDiary }, { askHosts }, { bootsOf }] = await Promise.all([
      import('../services/files/diary-file.js'),
      import('../services/engine/diary.js'),
      import('../services/engine/smoke-hosts.js'),
      import('../services/engine/smoke.js'),
    ]);
    const json = context.line.options.has('json');
    const { streams, version, signal } = context;
    const before = await createDiaryFile(lab.session.lab.stateDir).read();
    const head = { tool: { name: 'threebody-tui', version }, lab: { name: lab.session.lab.name } };
    if (before === null) {
      talk(context, {
        id: 'Belum ada yang dicatat. Uji asap yang hijau mencatat keadaan lab: threebody-tui smoke',
        en: 'Nothing is written down yet. A green smoke test writes down the state of the lab: threebody-tui smoke',
      });
      if (json) streams.result(jsonDocument('diary', { ...head, exit: 0, diary: null }));
      return 0;
    }
    const troubles = await lab.login(HOST_NAMES, { root: true });
    for (const trouble of troubles.values()) context.problem(trouble);
    const { session } = lab;
    const { boots } = await askHosts(session, content.checklist, signal);
    const now = await readDiary(
      session,
      content.diary,
      { boots: bootsOf(boots), parts: new Set(before.parts) },
      signal,
    );
    if (signal.aborted) return 3;
    const comparison = compareDiary(content.diary, before, now);
    const exit: ExitCode = comparison.unread.length > 0 ? 3 : 0;
    streams.result(
      json
        ? jsonDocument('diary', { ...head, exit, diary: comparisonContent(comparison) }, session.mask)
        : plainSigns(`${diaryLines(comparison, context).join('\n')}\n`, context.ascii),
    );
    return exit;
  } finally {
    await lab.close();
  }
}
