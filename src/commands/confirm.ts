/** Before something is changed: the plan in sentences, and a person's yes. */
import { riskWord } from '../i18n/texts/words.js';
import { Trouble } from '../lab/types.js';
import { variantKey } from '../runbook/render.js';
import { paintTone } from '../term/theme.js';
import { talk, type CommandContext } from './context.js';
import { plainSigns } from './output/text.js';
import { RISK_TONE } from './plan.js';
import type { PlannedStep } from './rendered.js';

const NAMES = {
  run: { id: 'Yang akan dijalankan', en: 'What will run' },
  undo: { id: 'Yang akan dikembalikan', en: 'What will be undone' },
} as const;

/** The sentences of what is about to happen, on stderr. */
export function announce(
  context: CommandContext,
  purpose: 'run' | 'undo',
  steps: readonly PlannedStep[],
): void {
  const { language, ascii, talkColor, streams } = context;
  const lines = steps.flatMap(({ step, actions, hosts }) => {
    const told =
      purpose === 'run'
        ? actions
        : actions.filter(({ on }) => on.some((one) => one.undo !== null)).toReversed();
    return [
      `  ${step.id} · ${step.title[language]}`,
      ...(told.length === 0 ? [`     (${hosts.join(', ')})`] : []),
      ...told.map(
        ({ action, on }) =>
          `     ${(purpose === 'undo' ? (action.restores ?? action.say) : action.say)[language]} [${paintTone(riskWord[action.risk][language], RISK_TONE[action.risk], talkColor)}] (${on.map((one) => one.host).join(', ')})`,
      ),
    ];
  });
  streams.talk(plainSigns([`${NAMES[purpose][language]}:`, ...lines].join('\n'), ascii));
}

/**
 * Asks for a yes, and for the typed name of every action that destroys something.
 * @param destroying names allowed beforehand, `STEP/ACTION`
 * @returns false when the person said no
 * @throws Trouble `not-confirmed` when there is nobody to be asked
 */
export async function confirm(
  context: CommandContext,
  purpose: 'run' | 'undo',
  steps: readonly PlannedStep[],
  destroying: readonly string[],
): Promise<boolean> {
  const { asking, line } = context;
  if (!line.options.has('yes')) {
    if (asking === null) throw notConfirmed(`--yes`);
    const yes = await asking.yes(
      purpose === 'run'
        ? { id: 'Jalankan? [y/T]', en: 'Run it? [y/N]' }
        : { id: 'Kembalikan? [y/T]', en: 'Undo it? [y/N]' },
    );
    if (!yes) return refused(context);
  }
  const dangerous = steps.flatMap(({ step, actions }) =>
    actions
      .filter(({ action, on }) =>
        purpose === 'run'
          ? action.risk === 'destroys'
          : action['undo-destroys'] === true && on.some((one) => one.undo !== null),
      )
      .map(({ action }) => variantKey(step.id, action.id)),
  );
  for (const key of dangerous) {
    if (destroying.includes(key)) continue;
    if (asking === null) throw notConfirmed(`--yes-destroy ${key}`);
    const typed = await asking.line({
      id: `${key} menghapus data. Ketik namanya untuk melanjutkan:`,
      en: `${key} destroys data. Type its name to go on:`,
    });
    if (typed !== key) return refused(context);
  }
  return true;
}

/** Tells that the person said no. */
export function refused(context: CommandContext): false {
  talk(context, { id: 'Tidak dijalankan; tidak ada yang diubah.', en: 'Not run; nothing was changed.' });
  return false;
}

/** There is nobody to be asked. @param option that says yes beforehand */
export function notConfirmed(option: string): Trouble {
  return new Trouble(
    'not-confirmed',
    {
      id: 'tidak ada terminal untuk bertanya, jadi tidak ada yang dijalankan',
      en: 'there is no terminal to ask, so nothing was run',
    },
    { id: `Bila rencananya benar, tambahkan ${option}.`, en: `If the plan is right, add ${option}.` },
  );
}
