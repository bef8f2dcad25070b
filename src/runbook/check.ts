/** What a schema cannot say: ids that are unique and exist, placeholders that are safe, gates that can fail. Pure. */
import type { Diagnostic, SourcePlace } from '../lab/types.js';
import { checkParameter } from '../lab/parameters.js';
import { duplicate, FIX, mistake, unknown } from './mistakes.js';
import { checkFiles } from './check-files.js';
import { checkOutcomes, checkProbe, checkScript, linePlacer } from './check-probe.js';
import { placeholderNames, type PlaceholderNames } from './names.js';
import { expandRepeats } from './repeat.js';
import type { StepOrigin } from './steps.js';
import type { Action, Gate, Runbook, Step } from './types.js';

type Path = readonly PropertyKey[];

/**
 * @param runbook as written, `repeats` not yet written out
 * @param origins where each step is written
 * @param placeInTrack place of a path inside track.yaml
 */
export function checkContent(
  runbook: Runbook,
  origins: ReadonlyMap<Step, StepOrigin>,
  placeInTrack: (path: Path) => SourcePlace,
): readonly Diagnostic[] {
  const out: Diagnostic[] = [];
  const steps = runbook.phases.flatMap((phase) => phase.steps);
  const stepIds = steps.map((step) => step.id);
  const whole = expandRepeats(runbook.phases).flatMap((phase) => phase.steps);
  const gateIds = whole.flatMap((step) => step.gates.map((gate) => gate.fullId));
  const terms = new Set(runbook.glossary.map((term) => term.id));
  const names = placeholderNames(runbook.parameters);

  runbook.parameters.forEach((parameter, index) => {
    const problem = parameter.type === 'secret' ? null : checkParameter(parameter, parameter.default);
    if (problem !== null) out.push(mistake(placeInTrack(['parameters', index, 'default']), problem, FIX));
  });
  const seen = new Set<string>();
  for (const [step, { placeOf: at, text: file }] of origins) {
    if (seen.has(step.id)) out.push(duplicate({ id: 'langkah', en: 'step' }, step.id, at(['id'])));
    seen.add(step.id);
    step.needs.forEach((id, n) => {
      if (!stepIds.includes(id))
        out.push(unknown({ id: 'langkah', en: 'step' }, id, stepIds, at(['needs', n])));
    });
    step.terms.forEach((id, n) => {
      if (!terms.has(id))
        out.push(unknown({ id: 'istilah', en: 'glossary term' }, id, [...terms], at(['terms', n])));
    });
    checkRepeats(step, steps, at, out);
    const script = (text: string, path: Path): void => {
      out.push(...checkScript(text, names, linePlacer(file, at(path))));
    };
    checkActions(runbook, step, names, at, script, out);
    checkGates(step, gateIds, names, at, script, out);
  }
  out.push(...cycles(whole));
  return out;
}

/** A step without a gate could never be seen to have worked; a step is repeated from where it is written. */
function checkRepeats(
  step: Step,
  steps: readonly Step[],
  at: (path: Path) => SourcePlace,
  out: Diagnostic[],
): void {
  if (step.gates.length === 0 && step.repeats.length === 0) {
    const what = { id: `${step.id} tidak punya gate`, en: `${step.id} has no gate` };
    out.push(mistake(at([]), what, { id: 'Tambahkan `gates`.', en: 'Add `gates`.' }));
  }
  const written = steps.filter((one) => one.repeats.length === 0).map((one) => one.id);
  step.repeats.forEach((id, r) => {
    if (!written.includes(id))
      out.push(
        unknown({ id: 'langkah yang bisa diulang', en: 'step to repeat' }, id, written, at(['repeats', r])),
      );
  });
}

function checkActions(
  runbook: Runbook,
  step: Step,
  names: PlaceholderNames,
  at: (path: Path) => SourcePlace,
  script: (text: string, path: Path) => void,
  out: Diagnostic[],
): void {
  const seen = new Set<string>();
  step.actions.forEach((action: Action, a) => {
    const path: Path = ['actions', a];
    if (seen.has(action.id))
      out.push(duplicate({ id: 'aksi', en: 'action' }, action.id, at([...path, 'id'])));
    seen.add(action.id);
    for (const key of ['script', 'satisfied', 'keep', 'undo', 'runbook'] as const) {
      const text = action[key];
      if (text !== undefined) script(text, [...path, key]);
    }
    if ((action.runbook === undefined) !== (action.differs === undefined)) {
      const what = {
        id: '`runbook` dan `differs` harus ada berdua: baris aslinya, dan mengapa punya kita berbeda',
        en: '`runbook` and `differs` belong together: the original line, and why ours is different',
      };
      out.push(mistake(at(path), what, { id: 'Tambahkan yang kurang.', en: 'Add the missing one.' }));
    }
    if (action.runbook !== undefined && action.undo !== undefined && action.keep === undefined) {
      const what = {
        id: 'ada `runbook` dan `undo` tetapi tidak ada `keep`: undo tidak bisa mengembalikan yang diubah baris runbook',
        en: 'there are `runbook` and `undo` but no `keep`: undo could not bring back what the runbook changes',
      };
      const remedy = {
        id: 'Tambahkan `keep`, misalnya tb_backup BERKAS.',
        en: 'Add `keep`, for example tb_backup FILE.',
      };
      out.push(mistake(at(path), what, remedy));
    }
    (action.hosts ?? []).forEach((host, h) => {
      if (!step.hosts.includes(host))
        out.push(
          unknown(
            { id: 'host di langkah ini', en: 'host in this step' },
            host,
            step.hosts,
            at([...path, 'hosts', h]),
          ),
        );
    });
    const inAction = (more: Path): SourcePlace => at([...path, ...more]);
    out.push(
      ...checkFiles(runbook, action, names, inAction, (text, more) => script(text, [...path, ...more])),
    );
  });
}

function checkGates(
  step: Step,
  gateIds: readonly string[],
  names: PlaceholderNames,
  at: (path: Path) => SourcePlace,
  script: (text: string, path: Path) => void,
  out: Diagnostic[],
): void {
  const seen = new Set<string>();
  step.gates.forEach((gate: Gate, g) => {
    const path: Path = ['gates', g];
    if (seen.has(gate.id)) out.push(duplicate({ id: 'gate', en: 'gate' }, gate.id, at([...path, 'id'])));
    seen.add(gate.id);
    gate.needs.forEach((need, n) => {
      const id = need.includes('.') ? need : `${step.id}.${need}`;
      if (!gateIds.includes(id))
        out.push(unknown({ id: 'gate', en: 'gate' }, id, gateIds, at([...path, 'needs', n])));
    });
    checkProbe(
      gate.probe,
      names,
      (more) => at([...path, 'probe', ...more]),
      (text, more) => script(text, [...path, 'probe', ...more]),
      out,
    );
    checkOutcomes(gate, names, (more) => at([...path, 'outcomes', ...more]), out);
  });
}

/** Gates that wait for one another could never be asked; steps likewise. */
function cycles(steps: readonly Step[]): readonly Diagnostic[] {
  const edges = new Map<string, { readonly needs: readonly string[]; readonly place: SourcePlace }>();
  for (const step of steps) {
    edges.set(step.id, { needs: step.needs, place: step.place });
    for (const gate of step.gates) {
      const needs = gate.needs.map((id) => (id.includes('.') ? id : `${step.id}.${id}`));
      edges.set(gate.fullId, { needs, place: gate.place });
    }
  }
  const done = new Set<string>();
  const out: Diagnostic[] = [];
  const visit = (id: string, path: readonly string[]): void => {
    const edge = edges.get(id);
    if (edge === undefined || done.has(id)) return;
    if (path.includes(id)) {
      const ring = [...path.slice(path.indexOf(id)), id].join(' → ');
      const what = { id: `saling menunggu: ${ring}`, en: `these wait for one another: ${ring}` };
      out.push(
        mistake(edge.place, what, { id: 'Hapus salah satu `needs`.', en: 'Remove one of the `needs`.' }),
      );
      done.add(id);
      return;
    }
    for (const need of edge.needs) visit(need, [...path, id]);
    done.add(id);
  };
  for (const id of edges.keys()) visit(id, []);
  return out;
}
