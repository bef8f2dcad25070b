import type { CheckedGate } from '../../../src/commands/verdicts.js';
import { gateKey, type Verdict } from '../../../src/gates/types.js';
import type { Subject } from '../../../src/lab/types.js';

/** One checked gate; `said` goes wherever a text from outside can stand. */
export function checkedOf(gate: string, subject: Subject, standing: Verdict, said = 'seen'): CheckedGate {
  const key = gateKey(gate, subject);
  const say = { id: `id ${said}`, en: `en ${said}` };
  const at = Date.UTC(2026, 10, 22, 1, 2, 4);
  return {
    gate: {
      key,
      gate,
      step: gate.split('.')[0] ?? '',
      subject,
      title: { id: `Judul ${said}`, en: `Title ${said}` },
      probes: {},
      outcomes: [],
      needs: [],
      freshMs: 60_000,
    },
    result: {
      gate,
      subject,
      verdict: standing === 'waived' ? 'fail' : standing,
      say,
      hints: standing === 'fail' ? [say] : [],
      symptom: null,
      evidence: [
        { place: 'vm-k8s', asked: `ask ${said}`, exit: 1, excerpt: said, startedAt: at, durationMs: 1234 },
      ],
      blockedBy: standing === 'blocked' ? [gateKey('A1.three', 'vm-k8s')] : [],
      judgedAt: at,
    },
    standing,
    waiver:
      standing === 'waived' ? { key, reason: said, by: 'me@here', until: '2026-12-31', madeAt: at } : null,
  };
}
