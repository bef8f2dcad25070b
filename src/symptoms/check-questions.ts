/** The graph of a symptom: every cause can be proved, every outcome leads somewhere, every question can be asked. Pure. */
import type { Diagnostic } from '../lab/types.js';
import { FIX, mistake, unknown } from '../runbook/mistakes.js';
import { placeholderNames, type PlaceholderNames } from '../runbook/names.js';
import { placeholdersOfText } from '../runbook/render.js';
import { findPlaceholders } from '../runbook/shell.js';
import type { Runbook } from '../runbook/types.js';
import type { Placer } from './known.js';
import type { Condition } from '../runbook/schema.js';
import { FOUND_NAMES, type CheckSource, type Symptom } from './types.js';
import { speaksOf } from './walk.js';

type Path = readonly PropertyKey[];

export function checkQuestions(symptom: Symptom, runbook: Runbook, placeOf: Placer, out: Diagnostic[]): void {
  const names = placeholderNames(runbook.parameters);
  symptom.causes.forEach((cause, c) => {
    const provable = symptom.checks.some((check) => check.outcomes.some((one) => one.proves === cause.id));
    if (!provable)
      out.push(
        mistake(
          placeOf(['causes', c]),
          { id: `tidak ada pemeriksaan yang membuktikan ${cause.id}`, en: `no check can prove ${cause.id}` },
          { id: 'Tambahkan pemeriksaan dengan `proves`.', en: 'Add a check whose outcome says `proves`.' },
        ),
      );
  });
  symptom.checks.forEach((check, n) => {
    const at: Placer = (path) => placeOf(['checks', n, ...path]);
    checkReach(symptom, check, at, out);
    checkProbe(check, names, at, out);
    checkOutcomes(symptom, check, names, at, out);
  });
}

/** A check that speaks of no cause and that no outcome leads to would never be asked. */
function checkReach(symptom: Symptom, check: CheckSource, at: Placer, out: Diagnostic[]): void {
  const led = symptom.checks.some((one) => one.outcomes.some((outcome) => outcome.next === check.id));
  if (led || symptom.causes.some((cause) => speaksOf(check, cause.id))) return;
  out.push(
    mistake(
      at([]),
      { id: `${check.id} tidak pernah ditanyakan`, en: `${check.id} would never be asked` },
      {
        id: 'Beri outcome-nya `proves` atau `rules-out`, atau sebut dia dalam `next`.',
        en: 'Give its outcomes `proves` or `rules-out`, or name it in a `next`.',
      },
    ),
  );
}

function checkProbe(check: CheckSource, names: PlaceholderNames, at: Placer, out: Diagnostic[]): void {
  const { probe } = check;
  const isCommand = 'command' in probe;
  const needsHost = isCommand || (!('compare' in probe) && JSON.stringify(probe).includes('{{host.'));
  if (needsHost !== (check.on !== undefined) || (check.follows === true && !needsHost))
    out.push(
      mistake(
        at(['on']),
        {
          id: '`on` (dan `follows`) untuk probe `command` dan yang menyebut {{host.…}}, dan hanya untuk itu',
          en: '`on` (and `follows`) belong to a `command` probe or one that names {{host.…}}, and to no other',
        },
        FIX,
      ),
    );
  if (isCommand) checkScript(probe.command, names, at, ['probe', 'command'], out);
  else if ('compare' in probe) {
    if (probe.compare.command !== undefined)
      checkScript(probe.compare.command, names, at, ['probe', 'compare', 'command'], out);
  } else {
    const text = 'http' in probe ? probe.http : 'tcp' in probe ? probe.tcp : probe.dns;
    checkNames(placeholdersOfText(text), names, at, ['probe'], out);
  }
}

/** Placeholders of a script stand where a shell word may stand, and are known. */
export function checkScript(
  script: string,
  names: PlaceholderNames,
  at: Placer,
  path: Path,
  out: Diagnostic[],
): void {
  const found = findPlaceholders(script);
  checkNames(
    found.map((one) => one.name),
    names,
    at,
    path,
    out,
  );
  for (const { name, context } of found) {
    if (context === 'word') continue;
    const what = {
      id: `{{${name}}} berada di dalam kutip, komentar, atau here-document`,
      en: `{{${name}}} stands inside quotes, a comment or a here-document`,
    };
    const remedy = {
      id: 'Simpan dulu tanpa tanda kutip: nama={{…}}, lalu pakai "$nama".',
      en: 'Assign it first, unquoted: name={{…}}, then use "$name".',
    };
    out.push(mistake(at(path), what, remedy));
  }
}

function checkNames(
  used: readonly string[],
  names: PlaceholderNames,
  at: Placer,
  path: Path,
  out: Diagnostic[],
): void {
  const found = FOUND_NAMES.map((name) => `found.${name}`);
  for (const name of used) {
    if (name.startsWith('found.')) {
      if (!found.includes(name)) out.push(unknown({ id: 'nama', en: 'placeholder' }, name, found, at(path)));
      continue;
    }
    const problem = names.problem(name, at(path));
    if (problem !== null) out.push(problem);
  }
}

function checkOutcomes(
  symptom: Symptom,
  check: CheckSource,
  names: PlaceholderNames,
  at: Placer,
  out: Diagnostic[],
): void {
  const causes = symptom.causes.map((one) => one.id);
  const checks = symptom.checks.map((one) => one.id);
  const last = check.outcomes.length - 1;
  check.outcomes.forEach((outcome, o) => {
    const here: Placer = (path) => at(['outcomes', o, ...path]);
    if ((o === last) !== (outcome.when === undefined))
      out.push(
        mistake(
          here([]),
          {
            id: 'hanya outcome terakhir, dan dia selalu, tanpa `when`',
            en: 'the last outcome, and only that, has no `when`',
          },
          FIX,
        ),
      );
    const said = [...(outcome.proves === undefined ? [] : [outcome.proves]), ...outcome['rules-out']];
    for (const id of said)
      if (!causes.includes(id)) out.push(unknown({ id: 'penyebab', en: 'cause' }, id, causes, here([])));
    if (outcome.next !== undefined && !checks.includes(outcome.next))
      out.push(unknown({ id: 'pemeriksaan', en: 'check' }, outcome.next, checks, here(['next'])));
    if ((said.length === 0 && outcome.next === undefined) !== (outcome.unclear === true))
      out.push(
        mistake(
          here([]),
          {
            id: 'outcome perlu `proves`, `rules-out`, atau `next`; yang tidak berkata apa-apa ditandai `unclear: true`',
            en: 'an outcome needs `proves`, `rules-out` or `next`; one that says nothing is marked `unclear: true`',
          },
          FIX,
        ),
      );
    checkNames(placeholdersOfText(JSON.stringify(outcome.when ?? null)), names, here, ['when'], out);
    if (outcome.when !== undefined) checkExpressions(outcome.when, here, out);
  });
}

function checkExpressions(condition: Condition, at: Placer, out: Diagnostic[]): void {
  for (const matcher of [condition.stdout, condition.stderr]) {
    if (matcher?.matches === undefined) continue;
    try {
      new RegExp(matcher.matches.replaceAll(/\{\{[^{}\n]*\}\}/g, 'x'), 'm');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      out.push(
        mistake(at(['when']), { id: `regex salah: ${reason}`, en: `bad regular expression: ${reason}` }, FIX),
      );
    }
  }
  const { each, some, not, all = [], any = [] } = condition;
  for (const inner of [each, some, not, ...all, ...any])
    if (inner !== undefined) checkExpressions(inner, at, out);
}
