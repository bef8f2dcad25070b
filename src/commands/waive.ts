/** `waive`: skips a gate with a reason and an end date, or takes that back. Asks no host. */
import { isoDate } from '../i18n/format.js';
import { reasons } from '../i18n/texts/reasons.js';
import type { Waiver } from '../gates/types.js';
import type { Text } from '../lab/types.js';
import { MAX_WAIVER_DAYS } from '../state/waiving.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { usageTrouble } from './parse.js';
import { selectGate } from './selection.js';
import { openLab } from './session.js';

const DAY_MS = 86_400_000;

export async function waive(context: CommandContext): Promise<ExitCode> {
  const { options, words } = context.line;
  const withdraw = options.has('withdraw');
  const terms = withdraw ? null : termsOf(context);
  const lab = await openLab(context);
  try {
    const { session } = lab;
    const gate = selectGate(session.gates, words[0] ?? '');
    const before = session.memory.waivers.get(gate.key);
    if (terms === null) {
      if (before === undefined)
        throw usageTrouble(
          { id: `${gate.key} tidak sedang dilewati`, en: `${gate.key} is not waived` },
          { id: 'Tidak ada yang perlu ditarik.', en: 'There is nothing to take back.' },
        );
      session.memory.unwaive(gate.key);
      await session.journal.append({ kind: 'waiver', at: context.now(), waiver: before, withdrawn: true });
      talk(context, { id: `${gate.key} diperiksa lagi.`, en: `${gate.key} counts again.` });
      return 0;
    }
    if (session.memory.results.get(gate.key)?.verdict === 'pass') throw refuse(reasons.notWaivable);
    const { until } = terms;
    // Somebody may well put into the reason what the password is.
    const reason = session.mask(terms.reason);
    const waiver: Waiver = { key: gate.key, reason, until, by: session.by, madeAt: context.now() };
    session.memory.waive(waiver);
    await session.journal.append({ kind: 'waiver', at: context.now(), waiver, withdrawn: false });
    talk(context, {
      id: `${gate.key} dilewati sampai ${waiver.until}: ${waiver.reason}`,
      en: `${gate.key} is waived until ${waiver.until}: ${waiver.reason}`,
    });
    return 0;
  } finally {
    await lab.close();
  }
}

function refuse(what: Text): ReturnType<typeof usageTrouble> {
  return usageTrouble(what, {
    id: 'Tulis: threebody-tui waive GATE@HOST --reason ALASAN --until TTTT-BB-HH',
    en: 'Write: threebody-tui waive GATE@HOST --reason TEXT --until YYYY-MM-DD',
  });
}

function termsOf(context: CommandContext): Pick<Waiver, 'reason' | 'until'> {
  const { options } = context.line;
  const reason = (options.text('reason') ?? '').trim();
  const until = options.text('until') ?? '';
  if (reason.length < 3) throw refuse(reasons.waiverReason);
  const day = Date.parse(`${until}T00:00:00Z`);
  // Date.parse moves 30 February on to March in some engines: compare what it made of it.
  const real =
    /^\d{4}-\d{2}-\d{2}$/.test(until) && !Number.isNaN(day) && new Date(day).toISOString().startsWith(until);
  if (!real) throw refuse(reasons.waiverDate);
  if (until < isoDate(context.now())) throw refuse(reasons.waiverPast);
  if (until > isoDate(context.now() + MAX_WAIVER_DAYS * DAY_MS)) throw refuse(reasons.waiverFar);
  return { reason: reason.replaceAll(/[\u0000-\u001f\u007f]+/g, ' '), until };
}
