/** What steps need besides their scripts, looked at before anything is changed: secrets, files to upload, other hosts. */
import { checkSecret } from '../lab/parameters.js';
import { Trouble, type Text } from '../lab/types.js';
import { checkSources, missingSecrets, neededBy, type Needed } from '../services/engine/stage.js';
import { talk, type CommandContext } from './context.js';
import type { PlannedStep } from './rendered.js';
import type { OpenLab } from './session.js';

/** Times a secret is asked for before it counts as not given. */
const ATTEMPTS = 3;

export function needsOf(steps: readonly PlannedStep[], purpose: 'run' | 'undo'): Needed {
  return neededBy(
    steps.flatMap((step) => step.actions.flatMap(({ on }) => on)),
    purpose,
  );
}

/**
 * Before the person is asked anything.
 * @throws Trouble `upload-file` or `project-source` for what cannot be sent, `secret-missing` when there is nobody to ask for one
 */
export async function checkNeeds(context: CommandContext, lab: OpenLab, needed: Needed): Promise<void> {
  await checkSources(lab.session.projects, needed);
  const missing = lab.session.secrets.missing(needed.secrets);
  if (missing.length > 0 && context.asking === null) throw missingSecrets(lab.session, missing);
}

/**
 * Makes the secrets that the program makes, and asks for the others, unseen.
 * @throws Trouble `secret-missing` when one is not given after all
 */
export async function provideSecrets(context: CommandContext, lab: OpenLab, needed: Needed): Promise<void> {
  const { secrets } = lab.session;
  const before = needed.secrets.filter((name) => secrets.value(name) === null);
  const missing = await secrets.prepare(needed.secrets);
  for (const name of before) {
    if (secrets.origin(name) !== 'generated') continue;
    talk(context, {
      id: `Rahasia ${name} dibuat dan disimpan di ${secrets.file}. Melihatnya: threebody-tui secret ${name}`,
      en: `The secret ${name} was made and is kept in ${secrets.file}. To see it: threebody-tui secret ${name}`,
    });
  }
  for (const name of missing) await askFor(context, lab, name, false);
  if (context.asking !== null)
    for (const name of secrets.optional(needed.secrets)) await askFor(context, lab, name, true);
}

async function askFor(context: CommandContext, lab: OpenLab, name: string, optional: boolean): Promise<void> {
  const { asking, language } = context;
  const { secrets } = lab.session;
  const about = lab.runbook.parameters.find((one) => one.name === name)?.about;
  if (asking === null) throw missingSecrets(lab.session, [name]);
  if (about !== undefined) context.streams.talk(`${name}: ${about[language]}`);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const value = (await asking.secret(optional ? optionalQuestion(name) : question(name))).trim();
    if (value === '' && optional) return;
    if (value === '') break;
    const wrong = checkSecret(value);
    if (wrong !== null) {
      talk(context, { id: `Rahasia ini ${wrong.id}.`, en: `This secret ${wrong.en}.` });
      continue;
    }
    const keep = await asking.yes({
      id: `Simpan di ${secrets.file} (mode 0600) untuk lain kali? [y/T]`,
      en: `Keep it in ${secrets.file} (mode 0600) for the next time? [y/N]`,
    });
    await secrets.give(name, value, { keep });
    return;
  }
  const { what, remedy } = missingSecrets(lab.session, [name]);
  throw new Trouble('secret-missing', what, remedy);
}

function question(name: string): Text {
  return { id: `Rahasia ${name} (tidak terlihat):`, en: `Secret ${name} (not shown):` };
}

function optionalQuestion(name: string): Text {
  return {
    id: `Rahasia ${name} (tidak terlihat; Enter saja bila tidak ada):`,
    en: `Secret ${name} (not shown; just Enter if there is none):`,
  };
}
