/** A check as JSON. Sentences are given in both languages, verdicts as their English words. */
import { summaryOf, type CheckedGate, type CheckReport } from '../verdicts.js';
import { instant, jsonDocument } from './document.js';

export function checkJson(report: CheckReport): string {
  return jsonDocument('check', {
    tool: { name: 'threebody-tui', version: report.version },
    lab: report.lab,
    startedAt: instant(report.startedAt),
    finishedAt: instant(report.finishedAt),
    attempts: report.attempts,
    exit: report.exit,
    ...gatesContent(report.gates),
  });
}

/** `summary` and `gates`, as they stand in every document about gates. */
export function gatesContent(gates: readonly CheckedGate[]): Readonly<Record<string, unknown>> {
  return { summary: summaryOf(gates), gates: gates.map(resultContent) };
}

function resultContent({ gate, result, standing, waiver }: CheckedGate): Readonly<Record<string, unknown>> {
  return {
    key: gate.key,
    gate: gate.gate,
    step: gate.step,
    subject: gate.subject,
    title: gate.title,
    verdict: standing,
    judged: result.verdict,
    say: result.say,
    hints: result.hints,
    symptom: result.symptom,
    blockedBy: result.blockedBy,
    waiver:
      waiver === null
        ? null
        : { reason: waiver.reason, by: waiver.by, until: waiver.until, madeAt: instant(waiver.madeAt) },
    judgedAt: instant(result.judgedAt),
    evidence: result.evidence.map(({ startedAt, ...rest }) => ({ ...rest, startedAt: instant(startedAt) })),
  };
}
