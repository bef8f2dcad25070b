/** `completion`: a script for the person's shell, with the names of the runbook and of the lab's journal. Contacts no lab. */
import { nearest } from '../lab/nearest.js';
import { HOST_NAMES, Trouble } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';
import { completionModel, type KnownNames } from './completion-model.js';
import { bashCompletion, fishCompletion, zshCompletion } from './completion-shells.js';
import type { CommandContext, ExitCode } from './context.js';
import { catalogueIfAny } from './catalogue.js';
import { faultsIfAny } from './faults-content.js';
import { findLab, loadContent } from './lab-choice.js';
import { usageTrouble } from './parse.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
type Shell = keyof typeof SHELLS;

function isShell(word: string): word is Shell {
  return Object.hasOwn(SHELLS, word);
}

export async function completion(context: CommandContext): Promise<ExitCode> {
  const [word = ''] = context.line.words;
  if (!isShell(word)) {
    const known = Object.keys(SHELLS);
    const close = nearest(word, known);
    throw usageTrouble(
      { id: `tidak ada pelengkap untuk ${word}`, en: `there is no completion for ${word}` },
      close === null
        ? { id: `Yang ada: ${known.join(', ')}.`, en: `Known: ${known.join(', ')}.` }
        : { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` },
    );
  }
  context.streams.result(SHELLS[word](completionModel(await namesOf(context), context.language)));
  return 0;
}

async function namesOf(context: CommandContext): Promise<KnownNames> {
  const { line, assets, cwd } = context;
  const runbook = await loadContent(line.options.text('runbook'), assets, cwd);
  const [catalogue, faults, files] = await Promise.all([
    catalogueIfAny(context, runbook),
    faultsIfAny(context, runbook),
    filesOf(context, runbook),
  ]);
  const steps = runbook.phases.flatMap((phase) => phase.steps);
  return {
    hosts: HOST_NAMES,
    phases: runbook.phases.filter((phase) => phase.steps.length > 0).map((phase) => phase.id),
    steps: steps.map((step) => step.id),
    actions: steps.flatMap((step) => step.actions.map((action) => `${step.id}/${action.id}`)),
    gates: steps.flatMap((step) => step.gates.map((gate) => gate.fullId)),
    symptoms: catalogue.symptoms.map((one) => one.id),
    faults: faults.map((one) => one.id),
    secrets: runbook.parameters.filter((one) => one.type === 'secret').map((one) => one.name),
    files,
  };
}

/**
 * Files that the journal of this computer's lab says were written, as `drift` wants them.
 * @throws Trouble when the lab was named. Otherwise a lab that cannot be read has no files: this runs whenever a shell starts,
 * and every other command says what is wrong with it
 */
async function filesOf({ line, env, cwd }: CommandContext, runbook: Runbook): Promise<readonly string[]> {
  const named = line.options.text('lab');
  try {
    const found = await findLab({ lab: named, practice: false }, runbook, env, cwd);
    if (found === null) return [];
    const [{ createJournal }, { writtenFiles }] = await Promise.all([
      import('../services/journal/journal.js'),
      import('../services/journal/written-files.js'),
    ]);
    // Nothing is written, so there is nothing to be masked: of what is read only paths come out.
    const { entries } = await createJournal(found.lab.stateDir, { mask: (text) => text }).read();
    return writtenFiles(entries).map(({ host, path }) => `${host}:${path}`);
  } catch (error) {
    if (error instanceof Trouble && named === undefined) return [];
    throw error;
  }
}
