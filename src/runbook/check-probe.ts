/** What is asked and judged, in steps and on the path: scripts whose values cannot break out, probes, outcomes that can fail. Pure. */
import type { Diagnostic, SourcePlace, Text } from '../lab/types.js';
import { FIX, mistake } from './mistakes.js';
import type { PlaceholderNames } from './names.js';
import { placeholdersOfText } from './render.js';
import type { Condition, OutcomeSource, ProbeSource } from './schema.js';
import { findPlaceholders } from './shell.js';

type Path = readonly PropertyKey[];

/** Place of an offset inside a scalar: block scalars (`|`) begin on the line after their indicator. */
export function linePlacer(file: string, start: SourcePlace): (text: string, offset: number) => SourcePlace {
  const line = file.split('\n')[start.line - 1] ?? '';
  const block = /^[|>]/.test(line.slice(start.column - 1));
  return (text, offset) => {
    const before = text.slice(0, offset);
    const lines = before.split('\n').length - 1;
    if (!block) return start;
    const column = offset - (before.lastIndexOf('\n') + 1) + 1 + indentAfter(file, start.line);
    return { file: start.file, line: start.line + 1 + lines, column };
  };
}

function indentAfter(file: string, line: number): number {
  return /^ */.exec(file.split('\n')[line] ?? '')?.[0].length ?? 0;
}

export function checkScript(
  text: string,
  names: PlaceholderNames,
  place: (text: string, offset: number) => SourcePlace,
): readonly Diagnostic[] {
  return findPlaceholders(text).flatMap((found): Diagnostic[] => {
    const at = place(text, found.start);
    const problem = names.problem(found.name, at);
    if (problem !== null) return [problem];
    if (found.context === 'word') return [];
    const what = {
      id: `{{${found.name}}} berada di dalam ${CONTEXT[found.context].id}, jadi nilainya bisa keluar dari sana`,
      en: `{{${found.name}}} stands inside ${CONTEXT[found.context].en}, where a value could break out`,
    };
    const remedy = {
      id: `Simpan dulu tanpa tanda kutip: nama={{${found.name}}}, lalu pakai "$nama".`,
      en: `Assign it first, unquoted: name={{${found.name}}}, then use "$name".`,
    };
    return [mistake(at, what, remedy)];
  });
}

const CONTEXT: Readonly<Record<'single' | 'double' | 'heredoc' | 'comment', Text>> = {
  single: { id: "kutip tunggal '…'", en: "single quotes '…'" },
  double: { id: 'kutip ganda "…"', en: 'double quotes "…"' },
  heredoc: { id: 'here-document', en: 'a here-document' },
  comment: { id: 'komentar', en: 'a comment' },
};

export function checkProbe(
  probe: ProbeSource,
  names: PlaceholderNames,
  at: (path: Path) => SourcePlace,
  script: (text: string, path: Path) => void,
  out: Diagnostic[],
): void {
  const plain = (text: string, key: string): void => {
    out.push(...placeholdersOfText(text).flatMap((name) => names.problem(name, at([key])) ?? []));
  };
  if ('command' in probe) script(probe.command, ['command']);
  else if ('http' in probe) plain(probe.http, 'http');
  else if ('dns' in probe) plain(probe.dns, 'dns');
  else if ('tcp' in probe) {
    plain(probe.tcp, 'tcp');
    if (!/:[0-9]+$/.test(probe.tcp))
      out.push(mistake(at(['tcp']), { id: 'bukan host:port', en: 'not host:port' }, FIX));
  } else {
    const { command, operator, on } = probe.compare;
    if (command !== undefined) script(command, ['compare', 'command']);
    const asksHosts = on.some((place) => place !== 'operator');
    if (asksHosts !== (command !== undefined) || on.includes('operator') !== (operator !== undefined)) {
      const what = {
        id: '`on` tidak cocok: host butuh `command`, operator butuh `operator`',
        en: '`on` does not fit: hosts need `command`, the operator needs `operator`',
      };
      out.push(mistake(at(['compare']), what, FIX));
    }
  }
}

/** A gate that cannot fail, or cannot pass, is a defect. */
export function checkOutcomes(
  gate: { readonly probe: ProbeSource; readonly outcomes: readonly OutcomeSource[] },
  names: PlaceholderNames,
  at: (path: Path) => SourcePlace,
  out: Diagnostic[],
): void {
  const last = gate.outcomes.length - 1;
  gate.outcomes.forEach((outcome, o) => {
    if (o < last && outcome.when === undefined) {
      const what = {
        id: 'hanya outcome terakhir boleh tanpa `when`',
        en: 'only the last outcome may have no `when`',
      };
      out.push(mistake(at([o]), what, { id: 'Tambahkan `when`.', en: 'Add a `when`.' }));
    }
    if (o === last && (outcome.when !== undefined || outcome.verdict === 'pass')) {
      const what = {
        id: 'outcome terakhir menangkap sisanya: tanpa `when`, dan tidak boleh pass (gate yang tidak bisa gagal adalah cacat)',
        en: 'the last outcome catches the rest: no `when`, and it must not be pass (a gate that cannot fail is a defect)',
      };
      out.push(
        mistake(at([o]), what, {
          id: 'Jadikan fail, warn atau unknown.',
          en: 'Make it fail, warn or unknown.',
        }),
      );
    }
    if (outcome.verdict !== 'pass' && outcome.say === undefined) {
      const what = {
        id: 'outcome yang tidak hijau butuh `say`',
        en: 'an outcome that is not green needs a `say`',
      };
      out.push(mistake(at([o]), what, { id: 'Tulis satu kalimat.', en: 'Write one sentence.' }));
    }
    const used = placeholdersOfText(JSON.stringify(outcome.when ?? null));
    out.push(...used.flatMap((name) => names.problem(name, at([o, 'when'])) ?? []));
    if (outcome.when !== undefined)
      checkCondition(outcome.when, 'compare' in gate.probe, at([o, 'when']), out);
  });
  if (!gate.outcomes.some((outcome) => outcome.verdict === 'pass')) {
    const what = { id: 'gate ini tidak pernah bisa pass', en: 'this gate can never pass' };
    out.push(mistake(at([]), what, { id: 'Tambahkan outcome pass.', en: 'Add an outcome that passes.' }));
  }
}

function checkCondition(condition: Condition, compare: boolean, place: SourcePlace, out: Diagnostic[]): void {
  const { each, some, not, all = [], any = [], distinct, same, spread, stdout, stderr } = condition;
  if (!compare && [each, some, distinct, same, spread].some((one) => one !== undefined)) {
    const what = {
      id: '`each`, `some`, `distinct`, `same`, `spread` hanya untuk probe `compare`',
      en: '`each`, `some`, `distinct`, `same`, `spread` are for `compare` probes only',
    };
    out.push(mistake(place, what, FIX));
  }
  for (const matcher of [stdout, stderr]) {
    if (matcher?.matches === undefined) continue;
    try {
      new RegExp(matcher.matches, 'm');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      out.push(
        mistake(place, { id: `regex salah: ${reason}`, en: `bad regular expression: ${reason}` }, FIX),
      );
    }
  }
  for (const inner of [each, some]) if (inner !== undefined) checkCondition(inner, false, place, out);
  for (const inner of [not, ...all, ...any])
    if (inner !== undefined) checkCondition(inner, compare, place, out);
}
