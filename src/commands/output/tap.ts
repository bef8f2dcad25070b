/** A check as TAP, https://testanything.org/tap-version-14-specification.html */
import type { Language } from '../../lab/types.js';
import { durationOf, type CheckedGate, type CheckReport } from '../verdicts.js';
import { oneLine, printable } from './plain.js';

/** `#` begins a directive and `\` an escape in a description. */
function description(text: string): string {
  return oneLine(text).replaceAll(/[\\#]/g, (sign) => `\\${sign}`);
}

/** JSON is YAML, and cannot be broken out of. */
function value(text: string | number | readonly string[]): string {
  return JSON.stringify(typeof text === 'string' ? printable(text) : text);
}

function point(checked: CheckedGate, number: number, language: Language): string[] {
  const { gate, result, standing, waiver } = checked;
  // What was never asked, in a report, is no failure either: it is left out, and says so.
  const green = ['pass', 'warn', 'waived', 'never'].includes(standing);
  const skipped =
    waiver !== null
      ? `waived until ${waiver.until}: ${waiver.reason}`
      : standing === 'never'
        ? 'never asked'
        : null;
  const directive = skipped === null ? '' : ` # SKIP ${description(skipped)}`;
  const lines = [
    `${green ? 'ok' : 'not ok'} ${number} - ${description(`${gate.key} ${gate.title[language]}`)}${directive}`,
  ];
  if (standing === 'pass' || standing === 'never') return lines;
  const [evidence] = result.evidence;
  return [
    ...lines,
    '  ---',
    `  verdict: ${standing}`,
    `  message: ${value(result.say[language])}`,
    ...(result.hints.length === 0
      ? []
      : [`  hints: ${value(result.hints.map((hint) => printable(hint[language])))}`]),
    ...(result.blockedBy.length === 0 ? [] : [`  blocked_by: ${value(result.blockedBy)}`]),
    ...(evidence === undefined
      ? []
      : [`  asked: ${value(evidence.asked)}`, `  seen: ${value(evidence.excerpt)}`]),
    `  duration_ms: ${durationOf(checked)}`,
    '  ...',
  ];
}

export function checkTap(report: CheckReport, language: Language): string {
  return [
    'TAP version 14',
    `1..${report.gates.length}`,
    ...report.gates.flatMap((gate, index) => point(gate, index + 1, language)),
    '',
  ].join('\n');
}
