/** Troubleshooting with something on it: the real catalogue, findings made of observations as a lab gives them. */
import { fileURLToPath } from 'node:url';
import { loadSymptoms } from '../../src/symptoms/load.js';
import { createRecogniser } from '../../src/symptoms/recognise.js';
import { fillUnknown } from '../../src/symptoms/render.js';
import type { Answer, Catalogue, Finding, Observation, Recognition } from '../../src/symptoms/types.js';
import type { Look } from '../../src/state/troubles-types.js';
import { result, RUNBOOK, NOW } from './fixture.js';

const loaded = await loadSymptoms([fileURLToPath(new URL('../../assets', import.meta.url))], RUNBOOK);
if (loaded.catalogue === null) throw new Error(JSON.stringify(loaded.diagnostics[0]));
export const CATALOGUE: Catalogue = loaded.catalogue;

function seen(over: Partial<Observation>): Observation {
  return { source: 'ssh', place: 'vm-worker', object: 'vm-worker', text: '', fields: {}, at: NOW, ...over };
}

/** A worker that refuses SSH, and a Docker that has stopped. */
const OBSERVED: readonly Observation[] = [
  seen({ text: '192.168.56.44:22 refuses the connection.', fields: { code: 'ssh-refused' } }),
  seen({
    source: 'unit',
    place: 'vm-docker',
    object: 'docker.service',
    text: 'docker.service active=failed sub=failed result=exit-code enabled=enabled',
    fields: { active: 'failed', sub: 'failed', result: 'exit-code', enabled: 'enabled', restarts: 3 },
  }),
  seen({
    source: 'docker',
    place: 'vm-docker',
    object: 'harbor-core',
    text: 'harbor-core exited Exited (255) 2 minutes ago',
    fields: { state: 'exited', status: 'Exited (255)', health: '', image: 'goharbor/harbor-core', exit: 255 },
  }),
];

export function recognised(observations: readonly Observation[] = OBSERVED): Recognition {
  return createRecogniser(CATALOGUE, fillUnknown).recognise(observations);
}

/** One look: what was recognised, a red gate that nobody explains, something that is meant to be so. */
export function look(over: Partial<Look> = {}): Look {
  const { findings } = recognised();
  const red = result('A1.dpkg-clean@vm-docker', 'fail');
  return {
    findings,
    expected: [
      {
        symptom: 'S44',
        observation: seen({
          source: 'workload',
          place: 'cluster',
          object: 'x/Deployment/go',
          text: 'go 0/0',
        }),
        say: { id: 'Replika 0 sebelum migrasi.', en: 'Replicas 0 before the migration.' },
      },
    ],
    unexplained: [red],
    counted: [red, result('A0.reachable@vm-worker', 'fail', { symptom: 'S01' })],
    silent: ['vm-worker'],
    at: NOW - 120_000,
    ...over,
  };
}

/** An answer to a check of that symptom: its outcome, or null where it could not be asked. */
export function answer(finding: Finding, check: string, outcome: number | null): Answer {
  const found = finding.symptom.checks.find((one) => one.id === check);
  return {
    check,
    outcome,
    say: (outcome === null ? undefined : found?.outcomes[outcome]?.say) ?? {
      id: 'tidak ada jawaban',
      en: 'no answer',
    },
    evidence: [
      {
        place: 'vm-docker',
        asked: 'systemctl is-active docker.service',
        exit: 3,
        excerpt: 'failed\nsecond line',
        startedAt: NOW,
        durationMs: 12,
      },
    ],
    at: NOW,
  };
}
