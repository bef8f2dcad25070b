/** `diagnose --undo` as one JSON document: what the newest fix had changed, whether it was put back, and what is red now. */
import type { Lab } from '../lab/types.js';
import type { PlannedUndo, Undone } from '../services/engine/diagnose-undo.js';
import type { ExitCode } from './context.js';
import { gateContent } from './diagnose-json.js';
import { instant, jsonDocument } from './output/document.js';
import { runContent } from './run-content.js';

interface UndoReport {
  readonly version: string;
  readonly lab: Pick<Lab, 'name' | 'file' | 'practice'>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Null when no fix has kept anything that could be put back. */
  readonly planned: PlannedUndo | null;
  /** Null when nobody agreed to it. */
  readonly undone: Undone | null;
  readonly exit: ExitCode;
  readonly mask: (text: string) => string;
}

export function undoJson(report: UndoReport): string {
  const { version, lab, startedAt, finishedAt, planned, undone, exit } = report;
  return jsonDocument(
    'fix-undo',
    {
      tool: { name: 'threebody-tui', version },
      lab,
      startedAt: instant(startedAt),
      finishedAt: instant(finishedAt),
      exit,
      fix: planned === null ? null : fixContent(planned),
      declined: planned !== null && undone === null,
      carriedOut: undone?.carriedOut ?? false,
      runs: (undone?.runs ?? []).map(runContent),
      gates: (undone?.results ?? []).map(gateContent),
    },
    report.mask,
  );
}

function fixContent({ done, symptom, fix, files, stays }: PlannedUndo): Readonly<Record<string, unknown>> {
  return {
    record: done.id,
    symptom: symptom.id,
    id: fix.id,
    say: fix.say,
    carriedOutAt: instant(done.at),
    restores: fix.restores ?? null,
    files,
    stays,
  };
}
