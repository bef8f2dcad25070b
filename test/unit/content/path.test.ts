/** Every hop of the two flows against what its place really says: passing, broken, and what lies between. */
import { describe, expect, test } from 'vitest';
import type { Recording } from '../../../src/gates/types.js';
import { holds } from '../../../src/gates/match.js';
import { firstBroken, judgeHop, renderHops, type HopResult } from '../../../src/runbook/path.js';
import { labContext, ourRunbook } from './content.js';

const runbook = await ourRunbook();
const hops = renderHops(runbook, labContext(runbook));

type Case = readonly [
  hop: string,
  seen: string,
  verdict: HopResult['verdict'],
  symptom: string | null,
  exit?: number,
];
const CASES: readonly Case[] = [
  ['request.name', '192.168.56.42', 'pass', null],
  ['request.name', '10.0.0.9', 'fail', 'S24'],
  ['request.name', '', 'fail', 'S24', 1],
  ['request.door', 'server: nginx', 'pass', null, 502],
  ['request.door', '', 'fail', 'S26', 0],
  ['request.edge', 'container running\nhttp 200\nms 14', 'pass', null],
  ['request.edge', 'container running\nhttp 502\nms 3', 'warn', 'S27'],
  ['request.edge', 'container running\nhttp 404\nms 3', 'warn', 'S57'],
  ['request.edge', 'container no docker\ncurl 7', 'fail', 'S16'],
  ['request.edge', 'container absent\ncurl 7', 'fail', 'S26'],
  ['request.edge', 'container exited\ncurl 7', 'fail', 'S26'],
  ['request.nodeport', '30080 http 200\n30081 http 200\n30082 http 200\nms 1', 'pass', null],
  ['request.nodeport', '30080 http 200\n30081 curl 28\n30082 curl 28\nms 1', 'fail', 'S66'],
  ['request.nodeport', '30080 http 200\n30081 curl 7\n30082 http 200\nms 1', 'fail', 'S64'],
  ['request.nodeport', '30080 curl 56\n30081 http 200\n30082 http 200\nms 1', 'fail', 'S66'],
  ['request.service', 'frontend 1\ngo 1\nlaravel 2\nall three', 'pass', null],
  ['request.service', '', 'unknown', null, 1],
  ['request.pod', '\n', 'unknown', null, 0],
  ['request.service', 'frontend 1\ngo 0\nlaravel 1\nempty', 'fail', 'S64'],
  ['request.service', 'no Service', 'fail', 'S60'],
  ['request.service', 'error: The connection to the server 192.168.56.43:6443 was refused', 'fail', 'S45'],
  ['request.pod', '3 of 3 run', 'pass', null],
  ['request.pod', 'go Pending ImagePullBackOff\n2 of 3 run', 'fail', 'S49'],
  ['request.pod', 'laravel Running CrashLoopBackOff\n2 of 3 run', 'fail', 'S57'],
  ['request.pod', 'laravel Pending PodInitializing\n2 of 3 run', 'fail', 'S59'],
  ['request.pod', 'error: Unable to connect to the server: EOF\n0 of 3 run', 'fail', 'S45'],
  ['request.database', 'mysqld is alive', 'pass', null],
  ['request.database', 'ready 0/1', 'fail', 'S56'],
  ['request.database', 'ready absent', 'fail', 'S60'],
  ['request.database', 'error: Unable to connect to the server', 'fail', 'S45'],
  ['image.push', 'equal 1a2b3c4d', 'pass', null],
  ['image.push', 'other 1a2b3c4d', 'warn', 'S73'],
  ['image.push', 'unreachable', 'fail', 'S73'],
  ['image.push', 'no main', 'fail', 'S73'],
  ['image.runner', 'not needed', 'pass', null],
  ['image.runner', 'stopped', 'fail', 'S68'],
  ['image.runner', 'verify is alive\nasked', 'pass', null],
  ['image.runner', 'verify is removed\nasked', 'fail', 'S68'],
  ['image.build', '3 of 3 images of 1a2b3c4d', 'pass', null],
  ['image.build', '1 of 3 images of 1a2b3c4d', 'warn', null],
  ['image.build', 'no docker', 'fail', 'S16'],
  ['image.build', 'nothing pushed', 'fail', 'S73'],
  ['image.harbor', 'http 401\nms 8', 'pass', null],
  ['image.harbor', 'http 503\nms 8', 'fail', 'S21'],
  ['image.harbor', 'curl 7', 'fail', 'S21'],
  ['image.reach', 'http 200\nms 2', 'pass', null],
  ['image.reach', 'curl 6', 'fail', 'S11'],
  ['image.reach', 'curl 28', 'fail', 'S21'],
  ['image.pull', '3 images of the project', 'pass', null],
  ['image.pull', '12 images of the project', 'pass', null],
  ['image.pull', '1 images of the project', 'warn', null],
  ['image.pull', 'stopped', 'fail', 'S34'],
  ['image.pull', 'no hosts.toml', 'fail', 'S50'],
  ['image.running', 'all run 1a2b3c4d', 'pass', null],
  ['image.running', 'not deployed', 'fail', 'S60'],
  ['image.running', 'go 0/1', 'fail', 'S60'],
  ['image.running', 'error: Unable to connect to the server', 'fail', 'S45'],
];

function hopOf(id: string): (typeof hops)[number] {
  const hop = hops.find((one) => one.id === id);
  if (hop === undefined) throw new Error(`no hop ${id}`);
  return hop;
}
function recorded(id: string, stdout: string, exit = 0): Recording {
  const place = hopOf(id).probe.on;
  return { place, asked: '', exit, stdout, stderr: '', error: null, startedAt: 0, durationMs: 21 };
}

describe('a hop judges what was seen there', () => {
  test.each(CASES.map((one) => [`${one[0]}: ${one[1]}`, one] as const))('%s', (_name, one) => {
    const [id, seen, verdict, symptom, exit] = one;
    const result = judgeHop(hopOf(id), recorded(id, seen, exit), 0);
    expect(result).toMatchObject({ verdict, symptom });
    expect(result.say.id).not.toMatch(/\{\{|^$/);
  });
  test('every outcome of every hop is reached', () => {
    for (const hop of hops) {
      const reached = CASES.filter(([id]) => id === hop.id).map(([id, seen, , , exit]) => {
        const recordings = new Map([[hop.probe.on, recorded(id, seen, exit)]]);
        return hop.outcomes.findIndex(({ when }) => when === undefined || holds(when, recordings));
      });
      expect([...new Set(reached)].sort(), hop.id).toEqual(hop.outcomes.map((_one, n) => n));
    }
  });
  test('a hop that nobody could ask is unknown, never green', () => {
    const error = { id: 'tidak ada jalan', en: 'no way there' };
    const silent = { ...recorded('request.edge', ''), exit: null, error };
    expect(judgeHop(hopOf('request.edge'), silent, 0).verdict).toBe('unknown');
  });
  test('latency is what the command measured; of other probes the time that they took', () => {
    const edge = judgeHop(hopOf('request.edge'), recorded('request.edge', 'http 200\nms 14'), 0);
    expect(edge.latencyMs).toBe(14);
    expect(judgeHop(hopOf('request.name'), recorded('request.name', '192.168.56.42'), 0).latencyMs).toBe(21);
    const pods = judgeHop(hopOf('request.pod'), recorded('request.pod', '3 of 3 run'), 0);
    expect(pods.latencyMs).toBeNull();
  });
});

test('the first broken hop of a flow is named, not those behind it', () => {
  const found = (id: string, seen: string): readonly [string, HopResult] => [
    id,
    judgeHop(hopOf(id), recorded(id, seen), 0),
  ];
  const results = Object.fromEntries([
    found('request.name', '192.168.56.42'),
    found('request.edge', 'container running\nhttp 502\nms 3'),
    found('request.nodeport', '30080 curl 7\n30081 curl 7\n30082 curl 7'),
    found('request.service', 'no Service'),
  ]);
  expect(firstBroken(runbook, 'request', results)).toBe('request.nodeport');
  expect(firstBroken(runbook, 'image', results)).toBeNull();
});
