/** `list`: what the runbook, its glossary and the practice lab hold. Needs no lab; with one, `--json` shows everything rendered. */
import { nearest } from '../lab/nearest.js';
import { HOST_NAMES, type HostName, type Lab } from '../lab/types.js';
import { renderGates } from '../runbook/render.js';
import type { RenderContext, RenderedAction, RenderedGate, Runbook, Step } from '../runbook/types.js';
import { paintTone } from '../term/theme.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { findLab, loadContent } from './lab-choice.js';
import { jsonDocument } from './output/document.js';
import { plainSigns } from './output/text.js';
import { usageTrouble } from './parse.js';
import { fileContent, planStep } from './rendered.js';
import { stepsOf } from './selection.js';
import { LISTS, type ListName } from './table.js';

export async function list(context: CommandContext): Promise<ExitCode> {
  const name = listName(context.line.words[0] ?? '');
  const json = context.line.options.has('json');
  const { line, assets, cwd } = context;
  const runbook = await loadContent(line.options.text('runbook'), assets, cwd);
  switch (name) {
    case 'steps':
    case 'gates':
      await (json ? listRendered(context, name, runbook) : listNames(context, name, runbook));
      return 0;
    case 'symptoms':
      await listSymptoms(context, runbook, json);
      return 0;
    case 'glossary':
      listGlossary(context, runbook, json);
      return 0;
    case 'faults':
      await listFaults(context, runbook, json);
      return 0;
  }
}

function listName(word: string): ListName {
  const found = LISTS.find((one) => one === word);
  if (found !== undefined) return found;
  const close = nearest(word, LISTS);
  throw usageTrouble(
    { id: `tidak ada daftar ${word}`, en: `there is no list of ${word}` },
    close === null
      ? { id: `Yang ada: ${LISTS.join(', ')}.`, en: `Known: ${LISTS.join(', ')}.` }
      : { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` },
  );
}

function show(context: CommandContext, lines: readonly string[]): void {
  context.streams.result(plainSigns(lines.map((line) => `${line}\n`).join(''), context.ascii));
}

function listNames(context: CommandContext, name: 'steps' | 'gates', runbook: Runbook): void {
  const { language, color } = context;
  const rows = runbook.phases.flatMap((phase) =>
    phase.steps.length === 0
      ? []
      : [
          paintTone(`${phase.id} · ${phase.title[language]}`, 'title', color),
          ...phase.steps.flatMap((step) =>
            name === 'steps'
              ? [`  ${step.id.padEnd(4)} ${step.title[language]}  (${step.hosts.join(', ')})`]
              : gateRows(step).map(([id, title]) => `  ${id.padEnd(28)} ${title[language]}`),
          ),
        ],
  );
  show(context, rows);
}

function gateRows(step: Step): readonly (readonly [string, Step['title']])[] {
  return step.gates.map((gate) => [gate.fullId, gate.title] as const);
}

/** The lab of the call, if there is one: what is listed is rendered for it. */
async function listRendered(
  context: CommandContext,
  name: 'steps' | 'gates',
  runbook: Runbook,
): Promise<void> {
  const { line, env, cwd } = context;
  const choice = { lab: line.options.text('lab'), practice: line.options.has('practice') };
  const chosen = await findLab(choice, runbook, env, cwd);
  if (chosen === null)
    talk(context, {
      id: 'Tidak ada berkas lab: skrip dan probe ditampilkan tanpa nilai lab (rendered: null).',
      en: "There is no lab file: scripts and probes are shown without a lab's values (rendered: null).",
    });
  try {
    const lab = chosen?.lab ?? null;
    const render = lab === null ? null : contextOf(lab);
    const gates = render === null ? [] : renderGates(runbook, render);
    const about = lab === null ? null : { name: lab.name, file: lab.file, practice: lab.practice };
    const content =
      name === 'gates'
        ? { gates: stepsOf(runbook).flatMap((step) => gateContents(step, gates, lab !== null)) }
        : { steps: stepsOf(runbook).map((step) => stepContent(runbook, step, render, gates)) };
    context.streams.result(jsonDocument(name, { lab: about, ...content }, await maskOf(lab)));
  } finally {
    await chosen?.close();
  }
}

async function maskOf(lab: Lab | null): Promise<((text: string) => string) | undefined> {
  if (lab === null) return undefined;
  const { createRedactor, labSecrets } = await import('../services/redaction/redactor.js');
  return createRedactor(labSecrets(lab)).mask;
}

function contextOf(lab: Lab): Omit<RenderContext, 'host'> {
  const addresses: Record<HostName, string> = { 'vm-docker': '', 'vm-k8s': '', 'vm-worker': '' };
  for (const host of HOST_NAMES) addresses[host] = lab.hosts[host].address;
  return { addresses, user: lab.hosts['vm-docker'].user, parameters: lab.parameters };
}

type Content = Readonly<Record<string, unknown>>;

function stepContent(
  runbook: Runbook,
  step: Step,
  render: Omit<RenderContext, 'host'> | null,
  gates: readonly RenderedGate[],
): Content {
  const planned = render === null ? null : planStep(runbook, render, step, HOST_NAMES, {});
  const { id, phase, title, hosts, needs, why, effect, success, pitfalls, terms } = step;
  return {
    id,
    phase,
    title,
    hosts,
    needs,
    why,
    effect,
    success,
    pitfalls,
    terms,
    actions: step.actions.map((action) => ({
      id: action.id,
      say: action.say,
      risk: action.risk,
      as: action.as,
      hosts: action.hosts ?? step.hosts,
      script: action.script,
      runbook: action.runbook ?? null,
      differs: action.differs ?? null,
      explain: action.explain,
      traps: action.trap,
      rendered: renderedContent(
        planned === null ? null : (planned.actions.find((one) => one.action.id === action.id)?.on ?? []),
      ),
    })),
    gates: gateContents(step, gates, render !== null),
  };
}

function renderedContent(on: readonly RenderedAction[] | null): Content | null {
  if (on === null) return null;
  return Object.fromEntries(
    on.map((one) => [
      one.host,
      {
        script: one.script,
        runbookScript: one.runbookScript,
        satisfied: one.satisfied,
        undo: one.undo,
        files: one.files.map(fileContent),
        keep: one.keep,
        timeoutSeconds: one.timeoutMs / 1000,
      },
    ]),
  );
}

function gateContents(step: Step, gates: readonly RenderedGate[], hasLab: boolean): readonly Content[] {
  return step.gates.map((gate) => ({
    id: gate.fullId,
    step: step.id,
    title: gate.title,
    probe: gate.probe,
    outcomes: gate.outcomes,
    needs: gate.needs,
    freshSeconds: gate.fresh,
    rendered: hasLab
      ? gates
          .filter((one) => one.gate === gate.fullId)
          .map((one) => ({ key: one.key, subject: one.subject, probes: one.probes, needs: one.needs }))
      : null,
  }));
}

function listGlossary(context: CommandContext, runbook: Runbook, json: boolean): void {
  const { language, color } = context;
  if (json) return context.streams.result(jsonDocument('glossary', { terms: runbook.glossary }));
  const lines = runbook.glossary.flatMap((term) => [
    paintTone(term.term, 'title', color) + (term.also.length === 0 ? '' : ` (${term.also.join(', ')})`),
    `  ${term.text[language].trim().replaceAll(/\s+/g, ' ')}`,
  ]);
  show(context, lines);
}

async function listSymptoms(context: CommandContext, runbook: Runbook, json: boolean): Promise<void> {
  const [{ loadCatalogue }, { LAYER_WORD }] = await Promise.all([
    import('./diagnose.js'),
    import('./diagnose-text.js'),
  ]);
  const { symptoms } = await loadCatalogue(context, runbook);
  const { language, color } = context;
  if (json) {
    const content = symptoms.map(({ place: _place, ...symptom }) => symptom);
    return context.streams.result(jsonDocument('symptoms', { symptoms: content }));
  }
  show(
    context,
    symptoms.map(
      ({ id, layer, title }) =>
        `${paintTone(id, 'title', color)}  ${title[language]}  (${LAYER_WORD[layer][language]})`,
    ),
  );
}

async function listFaults(context: CommandContext, runbook: Runbook, json: boolean): Promise<void> {
  const { faultContent } = await import('./faults-content.js');
  const faults = await faultContent(context, runbook);
  const { language, color } = context;
  if (json) {
    const untold = { symptom: null, cause: null, mends: null };
    const content = faults.map(({ id, layer, title, breaks, practice, hosts, 'met-by': metBy = [] }) => ({
      id,
      layer,
      title,
      breaks,
      metBy,
      practice: practice === 'untold' ? untold : (practice ?? null),
      hosts: hosts ?? null,
    }));
    return context.streams.result(jsonDocument('faults', { faults: content }));
  }
  const width = Math.max(0, ...faults.map((fault) => fault.id.length));
  show(
    context,
    faults.map(({ id, breaks }) => `${paintTone(id.padEnd(width), 'title', color)}  ${breaks[language]}`),
  );
}
