/** A smoke test with something on it: the real checklist, with checks in every state that there is. */
import { fileURLToPath } from 'node:url';
import type { GateKey, GateResult } from '../../src/gates/types.js';
import { HOST_NAMES, type HostName } from '../../src/lab/types.js';
import { planChecks } from '../../src/smoke/checklist.js';
import type { Comparison } from '../../src/smoke/diary.js';
import { loadCalendar, loadChecklist } from '../../src/smoke/load.js';
import {
  firstNotGreen,
  type Arrival,
  type JudgedCheck,
  type SmokeProgress,
} from '../../src/smoke/progress.js';
import { expiryRows } from '../../src/smoke/expiry.js';
import { contentOf } from '../../src/state/content.js';
import type { CalendarRead, SmokeOutcome } from '../../src/state/smoke-types.js';
import type { AppState } from '../../src/state/types.js';
import { after, busyLab, opened, result, sample, start, NOW, RUNBOOK } from './fixture.js';

const assets = [fileURLToPath(new URL('../../assets', import.meta.url))];
const [list, dates] = await Promise.all([loadChecklist(assets, RUNBOOK), loadCalendar(assets)]);
if (list.value === null || dates.value === null) throw new Error('the content has mistakes');
export const CHECKLIST = list.value;
const CALENDAR = dates.value;

/** What of a lab without an application is in a state other than green. */
export interface Sketch {
  readonly rising?: readonly GateKey[];
  readonly broken?: readonly GateKey[];
  readonly behind?: readonly GateKey[];
  readonly warn?: readonly GateKey[];
  /** Not asked yet, all of them. */
  readonly open?: boolean;
  readonly away?: readonly HostName[];
}

const gates = contentOf(opened(start())).gates;
const parts = new Set(CHECKLIST.parts.map(({ id }) => id).filter((id) => id !== 'app'));

function said(key: GateKey, verdict: GateResult['verdict']): GateResult {
  return result(key, verdict, {
    say: { id: `Yang dikatakan ${key}.`, en: `What ${key} says.` },
    symptom: key.startsWith('R2.harbor-containers') && verdict === 'fail' ? 'S21' : null,
    blockedBy: verdict === 'blocked' ? ['R2.harbor-containers@vm-docker'] : [],
    judgedAt: NOW + 12_000,
  });
}

/** How a test of the lab stands, 42 seconds after it began at NOW. */
export function progress(sketch: Sketch = {}): SmokeProgress {
  const judged = (check: JudgedCheck['check']): JudgedCheck => {
    const { key } = check;
    if (sketch.open === true) return { check, result: null, state: 'open', until: null };
    if (sketch.rising?.includes(key) === true)
      return { check, result: said(key, 'fail'), state: 'rising', until: NOW + 102_000 };
    if (sketch.broken?.includes(key) === true)
      return { check, result: said(key, 'fail'), state: 'broken', until: null };
    if (sketch.behind?.includes(key) === true)
      return { check, result: said(key, 'blocked'), state: 'behind', until: null };
    return {
      check,
      result: said(key, sketch.warn?.includes(key) === true ? 'warn' : 'pass'),
      state: 'green',
      until: null,
    };
  };
  const arrivals = new Map(
    HOST_NAMES.map((host): [HostName, Arrival] => [
      host,
      sketch.away?.includes(host) === true
        ? { kind: 'away', since: NOW, final: false }
        : { kind: 'up', bootId: 'b1', bootedAt: NOW - 10_000 },
    ]),
  );
  return {
    stages: planChecks(CHECKLIST, gates, parts).map(({ stage, checks }) => ({
      stage,
      checks: checks.map(judged),
    })),
    arrivals,
    parts,
    attempts: sketch.open === true ? 0 : 3,
    startedAt: NOW,
    now: NOW + 42_000,
    deadline: NOW + 300_000,
  };
}

export const BOOTING: Sketch = {
  rising: ['R1.booted@vm-docker', 'R2.harbor-containers@vm-docker'],
  behind: ['R2.registry@vm-docker'],
  warn: ['A0.clock@lab'],
};
export const BROKEN: Sketch = {
  broken: ['R2.harbor-containers@vm-docker', 'B4.certificate@vm-docker'],
  behind: ['R2.registry@vm-docker'],
};
export const GREEN: Sketch = {};

export function outcome(sketch: Sketch, over: Partial<SmokeOutcome> = {}): SmokeOutcome {
  const first = firstNotGreen(progress(sketch).stages);
  return {
    verdict: first === null ? 'green' : first.state === 'broken' ? 'broken' : 'out-of-time',
    first,
    symptom: first === null ? null : { id: 'S21', title: { id: 'Harbor mati', en: 'Harbor is down' } },
    hops: [],
    recorded: first === null,
    ...over,
  };
}

/** All three hosts up, by the boots of `progress`. */
export function steady(options: Parameters<typeof start>[0] = {}): AppState {
  return after(
    busyLab(start(options)),
    ...HOST_NAMES.flatMap((host) => [
      { type: 'link', host, status: { kind: 'up', since: NOW, sudo: 'nopasswd' } } as const,
      { type: 'sample', host, sample: sample(host) } as const,
    ]),
  );
}
const begun = {
  type: 'smoke.begun',
  startedAt: NOW,
  deadline: NOW + 300_000,
  parts: CHECKLIST.parts,
} as const;

/** On the screen, asking; 42 seconds in. */
export function asking(state: AppState, sketch: Sketch): AppState {
  return after(
    state,
    { type: 'smoke.open' },
    begun,
    { type: 'smoke.progress', progress: progress(sketch) },
    { type: 'clock', now: NOW + 42_000 },
  );
}
/** On the screen, with its verdict. */
export function ended(state: AppState, sketch: Sketch, over: Partial<SmokeOutcome> = {}): AppState {
  return after(asking(state, sketch), {
    type: 'smoke.ended',
    at: NOW + 42_000,
    outcome: outcome(sketch, over),
  });
}

export const COMPARISON: Comparison = {
  since: NOW - 86_400_000,
  by: 'guru@meja-1',
  rebooted: [{ host: 'vm-docker', bootId: 'b2', bootedAt: NOW - 60_000 }],
  differences: [
    {
      host: 'vm-worker',
      kind: 'swap',
      title: { id: 'swap', en: 'swap' },
      name: '/swap.img',
      before: null,
      after: 'on',
    },
    {
      host: 'vm-docker',
      kind: 'container',
      title: { id: 'container', en: 'container' },
      name: 'harbor-core\u001B[31m',
      before: `running ${'x'.repeat(200)}`,
      after: 'exited',
    },
    {
      host: 'vm-docker',
      kind: 'container',
      title: { id: 'container', en: 'container' },
      name: 'redis',
      before: 'running',
      after: null,
    },
  ],
  unread: ['vm-k8s'],
};

const DAY_S = 86_400;
/** A certificate that is over, a token whose end hurts nothing, and one that has time. */
export const CALENDAR_READ: CalendarRead = {
  at: NOW,
  asOf: CALENDAR.asOf,
  rows: expiryRows(
    CALENDAR,
    [
      {
        entry: 'edge-certificate',
        host: 'vm-docker',
        pairs: [{ name: 'tls.crt', value: String(Math.floor(NOW / 1000) - 3 * DAY_S) }],
      },
      {
        entry: 'join-token',
        host: 'vm-k8s',
        pairs: [{ name: 'abcdef', value: String(Math.floor(NOW / 1000) - DAY_S / 2) }],
      },
      {
        entry: 'kubelet-certificate',
        host: 'vm-worker',
        pairs: [{ name: 'kubelet-client', value: String(Math.floor(NOW / 1000) + 200 * DAY_S + 60) }],
      },
    ],
    NOW,
  ),
  silent: ['vm-k8s'],
  unread: ['kubeconfig@vm-docker'],
};
