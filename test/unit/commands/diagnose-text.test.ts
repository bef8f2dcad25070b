/** What `diagnose` says in words. */
import { expect, it } from 'vitest';
import { diagnosisText } from '../../../src/commands/diagnose-text.js';
import type { GateResult } from '../../../src/gates/types.js';
import { LANGUAGES, type Language } from '../../../src/lab/types.js';

const unanswered: GateResult = {
  gate: 'C3.names',
  subject: 'vm-k8s',
  verdict: 'unknown',
  say: {
    id: 'Pertanyaannya tidak dijawab dalam 20 detik.',
    en: 'The question was not answered within 20 seconds.',
  },
  hints: [],
  evidence: [],
  symptom: null,
  blockedBy: [],
  judgedAt: 0,
};
const textOf = (gates: readonly GateResult[], language: Language): string =>
  diagnosisText(
    {
      version: '1',
      lab: null,
      startedAt: 0,
      finishedAt: 9,
      asked: 'lab',
      diagnosis: { diagnosed: [], expected: [], unexplained: [], unanswered: gates, silent: [] },
      fixed: [],
      after: null,
      exit: gates.length === 0 ? 0 : 3,
      mask: (text) => text,
    },
    { language, ascii: false, color: false },
  );

it.each(LANGUAGES)('calls nothing green that could not be judged, and names it (%s)', (language) => {
  const healthy = textOf([], language);
  const open = textOf([unanswered], language);
  expect(healthy).toMatch(language === 'id' ? /semua gate .* hijau/i : /all gates .* green/i);
  expect(open).not.toMatch(/hijau|green/i);
  expect(open).toContain('C3.names@vm-k8s');
  expect(open).toContain(unanswered.say[language]);
});
