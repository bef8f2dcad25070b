/** Every cause leads to a fix or to a deeper symptom, and every fix can be carried out. Pure. */
import type { Diagnostic } from '../lab/types.js';
import { FIX, mistake } from '../runbook/mistakes.js';
import { placeholderNames } from '../runbook/names.js';
import type { Runbook } from '../runbook/types.js';
import { checkScript } from './check-questions.js';
import { checkKnown, type KnownIds, type Placer } from './known.js';
import type { FixSource, Symptom } from './types.js';

export function checkFixes(
  symptom: Symptom,
  runbook: Runbook,
  known: KnownIds,
  placeOf: Placer,
  out: Diagnostic[],
): void {
  const causes = symptom.causes.map((one) => one.id);
  symptom.causes.forEach((cause, c) => {
    if (cause.symptom !== undefined || symptom.fixes.some((fix) => fix.for.includes(cause.id))) return;
    out.push(
      mistake(
        placeOf(['causes', c]),
        { id: `${cause.id} buntu: tidak ada perbaikan`, en: `${cause.id} is a dead end: nothing mends it` },
        {
          id: 'Tambahkan sebuah fix (boleh `by-hand`), atau `symptom` yang lebih dalam.',
          en: 'Add a fix (`by-hand` will do), or the deeper `symptom`.',
        },
      ),
    );
  });
  const names = placeholderNames(runbook.parameters);
  symptom.fixes.forEach((fix, f) => {
    const at: Placer = (path) => placeOf(['fixes', f, ...path]);
    checkKnown({ id: 'penyebab', en: 'cause' }, fix.for, causes, (n) => at(['for', n]), out);
    checkKnown({ id: 'gate', en: 'gate' }, fix.gates, known.gates, (n) => at(['gates', n]), out);
    checkKind(fix, at, out);
    checkSteps(fix, known, at, out);
    for (const key of ['script', 'undo', 'satisfied'] as const) {
      const script = fix[key];
      if (script !== undefined) checkScript(script, names, at, [key], out);
    }
  });
}

/** Exactly one way to do it, and with a script everything that agreeing to it takes. */
function checkKind(fix: FixSource, at: Placer, out: Diagnostic[]): void {
  const wrong = (id: string, en: string): void => {
    out.push(mistake(at([]), { id, en }, FIX));
  };
  const ways = [fix.steps, fix.script, fix['by-hand']].filter((one) => one !== undefined).length;
  if (ways !== 1)
    wrong(
      'perlu tepat satu dari `steps`, `script`, `by-hand`',
      'needs exactly one of `steps`, `script`, `by-hand`',
    );
  if (fix.script === undefined) {
    if (fix.risk !== undefined || fix.undo !== undefined)
      wrong('`risk` dan `undo` hanya untuk `script`', '`risk` and `undo` are for a `script` only');
    return;
  }
  if (fix.risk === undefined || fix.hosts === undefined)
    wrong('`script` perlu `risk` dan `hosts`', 'a `script` needs `risk` and `hosts`');
  if (fix.risk === 'config' && fix.undo === undefined)
    wrong(
      'yang mengubah pengaturan perlu `undo` (tb_backup di `script`, tb_restore di `undo`)',
      'what changes settings needs an `undo` (tb_backup in `script`, tb_restore in `undo`)',
    );
  if (fix.undo !== undefined && fix.restores === undefined)
    wrong('`undo` perlu `restores`: apa yang dikembalikan', '`undo` needs `restores`: what is put back');
}

function checkSteps(fix: FixSource, known: KnownIds, at: Placer, out: Diagnostic[]): void {
  (fix.steps ?? []).forEach((name, s) => {
    const [stepId = '', actionId = ''] = name.split('/');
    const step = known.steps.find((one) => one.id === stepId);
    const place = (): ReturnType<Placer> => at(['steps', s]);
    if (step === undefined) {
      checkKnown(
        { id: 'langkah', en: 'step' },
        [stepId],
        known.steps.map((one) => one.id),
        place,
        out,
      );
      return;
    }
    const actions = step.actions.map((one) => one.id);
    checkKnown({ id: `aksi ${stepId}`, en: `action of ${stepId}` }, [actionId], actions, place, out);
    const action = step.actions.find((one) => one.id === actionId);
    if (action === undefined) return;
    checkKnown(
      { id: `host dari ${name}`, en: `host of ${name}` },
      (fix.hosts ?? []).filter((host) => !anywhere(fix, known).includes(host)),
      action.hosts ?? step.hosts,
      place,
      out,
    );
  });
}

/** Hosts of any of its actions: C3 writes on vm-k8s what D1 writes on vm-worker, and one fix may name both. */
function anywhere(fix: FixSource, known: KnownIds): readonly string[] {
  return (fix.steps ?? []).flatMap((name) => {
    const [stepId = '', actionId = ''] = name.split('/');
    const step = known.steps.find((one) => one.id === stepId);
    const action = step?.actions.find((one) => one.id === actionId);
    return action === undefined ? [] : (action.hosts ?? step?.hosts ?? []);
  });
}
