/** `completion`: a script for the person's shell, with the names of the runbook in it. Contacts no lab. */
import { nearest } from '../lab/nearest.js';
import { HOST_NAMES } from '../lab/types.js';
import { completionModel, type KnownNames } from './completion-model.js';
import { bashCompletion, fishCompletion, zshCompletion } from './completion-shells.js';
import type { CommandContext, ExitCode } from './context.js';
import { catalogueIfAny } from './catalogue.js';
import { loadContent } from './lab-choice.js';
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
  const [catalogue, { FAULTS }] = await Promise.all([
    catalogueIfAny(context, runbook),
    import('../practice/faults.js'),
  ]);
  const steps = runbook.phases.flatMap((phase) => phase.steps);
  return {
    hosts: HOST_NAMES,
    phases: runbook.phases.filter((phase) => phase.steps.length > 0).map((phase) => phase.id),
    steps: steps.map((step) => step.id),
    actions: steps.flatMap((step) => step.actions.map((action) => `${step.id}/${action.id}`)),
    gates: steps.flatMap((step) => step.gates.map((gate) => gate.fullId)),
    symptoms: catalogue.symptoms.map((one) => one.id),
    faults: FAULTS.map((one) => one.id),
    secrets: runbook.parameters.filter((one) => one.type === 'secret').map((one) => one.name),
  };
}
