/** What a step needs besides its scripts, seen to before anything is changed, for the screen. */
import type { HostName, Text } from '../../lab/types.js';
import { renderActions } from '../../runbook/render.js';
import type { StepId, Variant } from '../../runbook/types.js';
import type { SecretDesk } from './secret-desk.js';
import { stepOf, type Session } from './session.js';
import { checkSources, neededBy, type Needed } from './stage.js';

/**
 * @param options.tell a sentence for the person
 * @returns false when a secret was not given: nothing is to be run then
 * @throws Trouble `upload-file`, `project-source`, `secrets-unreadable`
 */
export async function beforeStep(
  session: Session,
  desk: SecretDesk,
  step: StepId,
  hosts: readonly HostName[],
  options: {
    readonly purpose: 'run' | 'undo';
    readonly variants: Readonly<Record<string, Variant>>;
    readonly tell: (text: Text) => void;
  },
): Promise<boolean> {
  const { runbook, context } = session;
  const actions = hosts.flatMap((host) =>
    renderActions(runbook, context, stepOf(runbook, step), host, options.variants),
  );
  return provideNeeds(session, desk, neededBy(actions, options.purpose), { what: step, tell: options.tell });
}

/**
 * The same for any actions, such as those of a fix.
 * @param options.what what is about to run, as a person calls it
 * @returns false when a secret was not given: nothing is to be run then
 * @throws Trouble `upload-file`, `project-source`, `secrets-unreadable`
 */
export async function provideNeeds(
  session: Session,
  desk: SecretDesk,
  needed: Needed,
  options: { readonly what: string; readonly tell: (text: Text) => void },
): Promise<boolean> {
  const { runbook, secrets } = session;
  await checkSources(session.projects, needed);
  const unknown = needed.secrets.filter((name) => secrets.value(name) === null);
  const missing = await secrets.prepare(needed.secrets);
  const made = unknown.filter((name) => secrets.origin(name) === 'generated').join(', ');
  if (made !== '')
    options.tell({
      id: `Rahasia ${made} dibuat. Melihatnya: threebody-tui secret ${made}`,
      en: `The secret ${made} was made. To see it: threebody-tui secret ${made}`,
    });
  for (const name of [...missing, ...secrets.optional(needed.secrets)]) {
    // Another step may have asked for it meanwhile.
    if (secrets.value(name) !== null) continue;
    const optional = !missing.includes(name);
    const about = runbook.parameters.find((one) => one.name === name)?.about ?? { id: '', en: '' };
    const typed = await desk.ask({ name, about, file: secrets.file, optional });
    if (typed === null) {
      options.tell({
        id: `${options.what} tidak dijalankan: rahasia ${name} tidak diberikan.`,
        en: `${options.what} was not run: the secret ${name} was not given.`,
      });
      return false;
    }
    if (typed.value === '' && optional) continue;
    await secrets.give(name, typed.value, { keep: typed.keep });
  }
  return true;
}
