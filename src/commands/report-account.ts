/** The account of an open lab, and each form that it is written in: for the command and for the screen. */
import type { Language } from '../lab/types.js';
import type { LabSession } from '../services/engine/assemble.js';
import { symptomsOf } from '../state/account.js';
import type { ReportForm } from '../state/report-types.js';
import { standing } from '../state/standing.js';
import type { Catalogue } from '../symptoms/types.js';
import type { ReportPicture } from './context.js';
import { accountAsCheck, maskAccount, reportJson, type Account } from './output/account.js';

/** Enough for months of work; older entries stay in the journal's files. */
const MOST_ENTRIES = 5000;

/**
 * What was done and seen in a lab, from its journal and its last verdicts, without secrets. Asks no host.
 * @param now milliseconds since the epoch
 */
export async function accountOf(
  session: LabSession,
  catalogue: Catalogue,
  { version, now }: { readonly version: string; readonly now: number },
): Promise<Account> {
  const { entries, damaged } = await session.journal.read({ limit: MOST_ENTRIES });
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
  const account: Account = {
    version,
    lab: session.lab,
    by: session.by,
    at: now,
    gates,
    entries,
    damaged,
    symptoms: symptomsOf(gates, entries, (id) => catalogue.byId.get(id)?.title ?? null),
  };
  return maskAccount(account, session.mask);
}

/** @param options.pictures drawn only for the form that holds pictures */
export async function reportText(
  form: ReportForm,
  account: Account,
  {
    language,
    mask,
    pictures,
  }: {
    readonly language: Language;
    readonly mask: (text: string) => string;
    readonly pictures: () => Promise<readonly ReportPicture[]>;
  },
): Promise<string> {
  switch (form) {
    case 'markdown':
      return (await import('./output/account-markdown.js')).reportMarkdown(account, language);
    case 'html': {
      const { reportHtml } = await import('./output/account-html.js');
      return reportHtml(account, language, await pictures());
    }
    case 'junit':
      return (await import('./output/junit.js')).checkJunit(accountAsCheck(account), language);
    case 'tap':
      return (await import('./output/tap.js')).checkTap(accountAsCheck(account), language);
    case 'json':
      return reportJson(account, mask);
  }
}
