/** A check with one gate of every verdict, and with texts that try to break out of each format. */
import { checkedOf } from './checked.js';
import type { CheckReport } from '../../../src/commands/verdicts.js';

export const NASTY = 'a|b <b>&"\'\u0007\u001B[31m ]]> `c` # \\ -->\nsecond\tline \u0000 😀 \uD800';

export const REPORT: CheckReport = {
  version: '1.2.3',
  lab: { name: `lab ${NASTY}`, file: '/tmp/lab.yaml', practice: true },
  startedAt: Date.UTC(2026, 10, 22, 1, 2, 3),
  finishedAt: Date.UTC(2026, 10, 22, 1, 2, 9),
  attempts: 1,
  gates: [
    checkedOf('A1.one', 'vm-docker', 'pass'),
    checkedOf('A1.two', 'vm-docker', 'warn'),
    checkedOf('A1.three', 'vm-k8s', 'fail', NASTY),
    checkedOf('A2.four', 'vm-k8s', 'blocked'),
    checkedOf('A2.five', 'lab', 'unknown'),
    checkedOf('A2.six', 'operator', 'waived', NASTY),
  ],
  exit: 1,
};
