/** A smoke test told while it runs, to stderr: a line when a stage is through, or waits for something else than before. */
import { duration, stopwatch } from '../i18n/format.js';
import type { JudgedCheck, JudgedStage, SmokeProgress } from '../smoke/progress.js';
import { plainSigns } from './output/text.js';
import { talk, type CommandContext } from './context.js';

/** Milliseconds between two lines about the same check of a stage. */
const AGAIN_MS = 15_000;

/** @returns called after every round */
export function createSmokeNarrator(context: CommandContext): (progress: SmokeProgress) => void {
  const told = new Map<string, { readonly what: string; readonly said: string; readonly at: number }>();
  return (progress) => {
    const { now, startedAt, deadline } = progress;
    for (const stage of progress.stages) {
      const state = stateOf(stage);
      const what = `${state.kind} ${state.check?.check.key ?? ''}`;
      const said = state.check?.result?.say.en ?? '';
      const last = told.get(stage.stage.id);
      // The same thing with other numbers in it is told now and then only.
      if (last?.what === what && (last.said === said || now - last.at < AGAIN_MS)) continue;
      told.set(stage.stage.id, { what, said, at: now });
      const green = stage.checks.filter((one) => one.state === 'green').length;
      const head = `[${stopwatch(now - startedAt)}]`;
      const count = `${green}/${stage.checks.length}`;
      const { title } = stage.stage;
      const { check } = state;
      const say = check?.result?.say ?? { id: '…', en: '…' };
      const seen = { id: `${check?.check.key}: ${say.id}`, en: `${check?.check.key}: ${say.en}` };
      // A check has its own time; the whole test has its own, too.
      const left = Math.max(0, Math.min(check?.until ?? deadline, deadline) - now);
      const more =
        left < 1000
          ? { id: 'diperiksa sekali lagi', en: 'looking once more' }
          : { id: `ditunggu ${duration('id', left)} lagi`, en: `waiting for ${duration('en', left)} more` };
      const text = {
        green: { id: `${title.id}: hijau ${count}`, en: `${title.en}: green ${count}` },
        behind: {
          id: `${title.id}: ${count}, tertahan yang di atas`,
          en: `${title.en}: ${count}, held up by the above`,
        },
        rising: {
          id: `${title.id}: ${count}, masih menyala: ${seen.id} (${more.id})`,
          en: `${title.en}: ${count}, still booting: ${seen.en} (${more.en})`,
        },
        broken: {
          id: `${title.id}: ${count}, rusak: ${seen.id}`,
          en: `${title.en}: ${count}, broken: ${seen.en}`,
        },
      }[state.kind];
      talk(context, {
        id: plainSigns(`${head} ${text.id}`, context.ascii),
        en: plainSigns(`${head} ${text.en}`, context.ascii),
      });
    }
  };
}

/** A stage in one word, with the check that it stands for. */
function stateOf({ checks }: JudgedStage): {
  readonly kind: 'green' | 'broken' | 'rising' | 'behind';
  readonly check: JudgedCheck | null;
} {
  const broken = checks.find((one) => one.state === 'broken');
  if (broken !== undefined) return { kind: 'broken', check: broken };
  const rising = checks.filter((one) => one.state === 'rising' || one.state === 'open');
  const named = rising.find((one) => one.result?.verdict !== 'blocked') ?? rising[0];
  if (named !== undefined) return { kind: 'rising', check: named };
  const behind = checks.find((one) => one.state === 'behind');
  return behind === undefined ? { kind: 'green', check: null } : { kind: 'behind', check: behind };
}
