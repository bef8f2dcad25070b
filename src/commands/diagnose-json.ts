/** A diagnosis as one JSON document. Sentences in both languages; ids, layers and standings as their English words. */
import type { GateResult } from '../gates/types.js';
import type { Lab } from '../lab/types.js';
import { deepestProof, firstBroken, type Diagnosed, type Diagnosis } from '../symptoms/diagnosis.js';
import type { Answer, Finding, FixSource, FoundEvidence, Walk } from '../symptoms/types.js';
import type { ExitCode } from './context.js';
import type { FixTried } from './diagnose-fix.js';
import { instant, jsonDocument } from './output/document.js';

export interface DiagnosisReport {
  readonly version: string;
  readonly lab: Pick<Lab, 'name' | 'file' | 'practice'> | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly asked: 'lab' | 'paste';
  readonly diagnosis: Diagnosis;
  readonly fixed: readonly FixTried[];
  /** What had been red, asked again after something was mended; null when nothing was. */
  readonly after: readonly GateResult[] | null;
  readonly exit: ExitCode;
  readonly mask: (text: string) => string;
}

type Content = Readonly<Record<string, unknown>>;

export function diagnosisJson(report: DiagnosisReport): string {
  const { diagnosis, lab, version, startedAt, finishedAt, asked, exit } = report;
  return jsonDocument(
    'diagnose',
    {
      tool: { name: 'threebody-tui', version },
      lab,
      asked,
      startedAt: instant(startedAt),
      finishedAt: instant(finishedAt),
      exit,
      firstBroken: firstBroken(diagnosis.diagnosed.filter((one) => one.recognised).map((one) => one.finding)),
      findings: diagnosis.diagnosed.map(diagnosedContent),
      expected: diagnosis.expected.map(({ symptom, observation, say }) => ({
        symptom,
        place: observation.place,
        object: observation.object,
        say,
      })),
      unexplained: diagnosis.unexplained.map(gateContent),
      unanswered: diagnosis.unanswered.map(gateContent),
      silent: diagnosis.silent,
      fixed: report.fixed.map(({ fix, gates, ...rest }) => ({
        ...rest,
        fix: fix.id,
        gates: gates.map(gateContent),
      })),
      after: report.after === null ? null : report.after.map(gateContent),
    },
    report.mask,
  );
}

/** What a gate said, as both documents of `diagnose` have it. */
export function gateContent({ gate, subject, verdict, say, symptom }: GateResult): Content {
  return { key: `${gate}@${subject}`, verdict, say, symptom };
}

function diagnosedContent({ finding, recognised, walks }: Diagnosed): Content {
  const { symptom } = finding;
  const proof = deepestProof(walks);
  return {
    ...findingContent(finding),
    recognised,
    title: symptom.title,
    sees: symptom.sees,
    why: symptom.why,
    folded: finding.folded.map(findingContent),
    cause:
      proof === null
        ? null
        : { symptom: proof.walk.symptom.id, id: proof.end.cause.id, say: proof.end.cause.say },
    walks: walks.map(({ walk, answers }) => walkContent(walk, answers)),
    fixes: proof === null ? [] : proof.end.fixes.map((fix) => fixContent(proof.walk.symptom.id, fix)),
    steps: symptom.steps,
    gates: symptom.gates,
    traps: symptom.traps,
    terms: symptom.terms,
  };
}

function findingContent({ symptom, evidence }: Finding): Content {
  return { symptom: symptom.id, layer: symptom.layer, evidence: evidence.map(evidenceContent) };
}

function evidenceContent({ observation, line, hints }: FoundEvidence): Content {
  const { source, place, object, fields, at } = observation;
  return { source, place, object, line, fields, hints, at: instant(at) };
}

function walkContent(walk: Walk, answers: readonly Answer[]): Content {
  const { symptom, causes, end } = walk;
  return {
    symptom: symptom.id,
    end: end?.kind ?? null,
    causes: causes.map(({ cause, standing, hinted, by }) => ({
      id: cause.id,
      say: cause.say,
      standing,
      hinted,
      by,
      symptom: cause.symptom ?? null,
    })),
    checks: answers.map(({ check, outcome, say, evidence, at }) => {
      const asked = symptom.checks.find((one) => one.id === check);
      return {
        id: check,
        question: asked?.say ?? null,
        expected: asked?.expected ?? null,
        asked: outcome !== null,
        say,
        proves: outcome === null ? null : (asked?.outcomes[outcome]?.proves ?? null),
        rulesOut: outcome === null ? [] : (asked?.outcomes[outcome]?.['rules-out'] ?? []),
        evidence: evidence.map(({ startedAt, ...rest }) => ({ ...rest, startedAt: instant(startedAt) })),
        at: instant(at),
      };
    }),
  };
}

function fixContent(symptom: string, fix: FixSource): Content {
  return {
    id: fix.id,
    say: fix.say,
    steps: fix.steps ?? [],
    risk: fix.risk ?? null,
    byHand: fix['by-hand'] ?? null,
    gates: fix.gates,
    command: fix['by-hand'] === undefined ? `threebody-tui diagnose ${symptom} --fix` : null,
  };
}
