/** Which lines of a unit's journal are read: what a unit said before it was mended is no news. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { questionsFor } from '../../../src/symptoms/facts/hosts.js';

interface UnitNow {
  readonly active: string;
  readonly restarts: number;
  /** Seconds since its process began. */
  readonly age: number;
}

/** Runs the question about units by bash on a host whose only unit is a kubelet, which failed as 800 and runs as 900. */
function journalLines({ active, restarts, age }: UnitNow): readonly string[] {
  const question = questionsFor('vm-worker').find(({ id }) => id === 'units');
  const host = `systemctl() {
  case "$*" in
    *LoadState*kubelet*) echo loaded ;;
    *LoadState*) echo not-found ;;
    *ActiveState*) echo ${active} ;;
    *NRestarts*) echo ${restarts} ;;
    *MainPID*) echo ${active === 'active' ? 900 : 0} ;;
    *) echo unsaid ;;
  esac
}
ps() { echo ' ${age}'; }
journalctl() {
  case "$*" in
    *_PID=900*) echo 'lines of now' ;;
    *_PID=*) ;;
    *) printf '%s\\n' 'failed to run Kubelet: swap is on' 'lines of now' ;;
  esac
}
`;
  const { stdout } = spawnSync('bash', ['-c', `${host}${question?.script ?? ''}`], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .flatMap((line) => (line.startsWith('journal|kubelet.service|') ? [line.slice(24)] : []));
}

it('of a unit that is down all its last words are read', () => {
  expect(journalLines({ active: 'activating', restarts: 4, age: 0 })).toEqual([
    'failed to run Kubelet: swap is on',
    'lines of now',
  ]);
});
it('of one that was just started again by systemd only what it said since then', () => {
  expect(journalLines({ active: 'active', restarts: 4, age: 20 })).toEqual(['lines of now']);
});
it('of one that runs well nothing is read', () => {
  expect(journalLines({ active: 'active', restarts: 0, age: 5 })).toEqual([]);
  expect(journalLines({ active: 'active', restarts: 4, age: 600 })).toEqual([]);
});
