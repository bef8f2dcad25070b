/** A smoke test as JSON: all of a check's document, and what the smoke test adds to it. */
import type { Comparison } from '../smoke/diary.js';
import { instant, instantOrNull, jsonDocument } from './output/document.js';
import { gatesContent } from './output/json.js';
import type { SmokeReport } from './smoke-report.js';

/** @param mask hides secrets */
export function smokeJson(report: SmokeReport, mask: (text: string) => string): string {
  const { check, end, first, symptom } = report;
  return jsonDocument(
    'smoke',
    {
      tool: { name: 'threebody-tui', version: check.version },
      lab: check.lab,
      startedAt: instant(check.startedAt),
      finishedAt: instant(check.finishedAt),
      attempts: check.attempts,
      exit: check.exit,
      verdict: report.verdict,
      first:
        first === null
          ? null
          : {
              key: first.check.key,
              state: first.state,
              say: first.result?.say ?? null,
              symptom: symptom?.id ?? null,
              title: symptom?.title ?? null,
            },
      hops: report.hops.map(({ flow, hop, result }) => ({
        flow: flow.id,
        hop: hop.id,
        title: hop.title,
        say: result.say,
        symptom: result.symptom,
      })),
      hosts: [...end.arrivals].map(([host, arrival]) => ({
        host,
        up: arrival.kind === 'up',
        bootId: arrival.kind === 'up' ? arrival.bootId : null,
        bootedAt: arrival.kind === 'up' ? instant(arrival.bootedAt) : null,
      })),
      stages: end.stages.map(({ stage, checks }) => ({
        id: stage.id,
        title: stage.title,
        checks: checks.map((one) => ({
          key: one.check.key,
          state: one.state,
          until: instantOrNull(one.until),
        })),
      })),
      notPartOfLab: report.absent.map(({ id, title }) => ({ id, title })),
      diary: report.comparison === null ? null : comparisonContent(report.comparison),
      recorded: report.recorded,
      ...gatesContent(check.gates),
    },
    mask,
  );
}

/** What is different, as it stands in every document that has it. */
export function comparisonContent(comparison: Comparison): Readonly<Record<string, unknown>> {
  return {
    since: instant(comparison.since),
    by: comparison.by,
    rebooted: comparison.rebooted.map(({ host, bootId, bootedAt }) => ({
      host,
      bootId,
      bootedAt: instant(bootedAt),
    })),
    differences: comparison.differences,
    unread: comparison.unread,
  };
}
