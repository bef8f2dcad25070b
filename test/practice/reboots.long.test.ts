/**
 * Reboots without end: one open session on a practice lab whose hosts go away and come back, all at once and one by one. After
 * each the smoke test becomes green by itself, the diary says which hosts were booted and that nothing else is different, and
 * neither the lab nor the session holds on to what is gone. Ten reboots, or as many as THREEBODY_REBOOTS says.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { HOST_NAMES, type HostName } from '../../src/lab/types.js';
import { concludeSmoke, type SmokeEnd } from '../../src/services/engine/smoke-end.js';
import { runSmoke } from '../../src/services/engine/smoke.js';
import type { DiaryContent } from '../../src/smoke/diary-schema.js';
import type { DiaryEntry } from '../../src/smoke/diary.js';
import { loadChecklist, loadDiary } from '../../src/smoke/load.js';
import type { Checklist } from '../../src/smoke/schema.js';
import { heldMiB } from '../support/heap.js';
import { DiagnosedLab } from './diagnose-lab.js';
import { Rehearsal } from './runbook.js';

const REBOOTS = z.coerce
  .number()
  .int()
  .min(4)
  .parse(process.env['THREEBODY_REBOOTS'] ?? 10);
/** All three at once, then each alone. */
const TURNS: readonly (readonly HostName[])[] = [HOST_NAMES, ...HOST_NAMES.map((host) => [host])];
/** The hosts' and the session's clocks run as much faster: nobody waits ten seconds for a kubelet that has just begun. */
const HASTE = 4;
/**
 * How often these clocks are wound on, and how much time at most counts each time, ms. On a computer that is too busy for
 * this process the simulated hosts stand still, and so does the time that the smoke test gives them.
 */
const BEAT_MS = 10;
const LONGEST_BEAT_MS = 30;
/**
 * What may be held more at the end than after the first turns, MiB, however many reboots there were: journals of three hosts,
 * which stay over a reboot and end at 2000 lines each.
 */
const KEPT_MIB = 6;
const ASSETS = join(import.meta.dirname, '../../assets');

const now = Date.now.bind(Date);
let beat: NodeJS.Timeout | undefined;
let practice: DiagnosedLab;
let checklist: Checklist;
let diary: DiaryContent;

beforeAll(async () => {
  let hastened = now();
  let last = hastened;
  beat = setInterval(() => {
    hastened += Math.min(now() - last, LONGEST_BEAT_MS) * HASTE;
    last = now();
  }, BEAT_MS);
  // Not a spy: it would write down every call, which is what grows then.
  Date.now = () => hastened;
  practice = await DiagnosedLab.open();
  const rehearsal = await Rehearsal.open(practice.lab);
  await rehearsal.performAB();
  for (const phase of rehearsal.runbook.phases.filter(({ id }) => id === 'C' || id === 'D'))
    for (const { id, hosts } of phase.steps.filter(({ optional }) => !optional))
      for (const host of hosts) await rehearsal.perform(id, host);
  rehearsal.close();
  const [list, content] = await Promise.all([
    loadChecklist([ASSETS], practice.session.runbook),
    loadDiary([ASSETS]),
  ]);
  if (list.value === null || content.value === null) throw new Error('the checklist has mistakes');
  checklist = list.value;
  diary = content.value;
});
afterAll(async () => {
  clearInterval(beat);
  Date.now = now;
  await practice.close();
});

async function smoke(before: DiaryEntry | null): Promise<readonly [SmokeEnd, DiaryEntry | null]> {
  const { session, catalogue } = practice;
  let written: DiaryEntry | null = null;
  const end = await runSmoke(session, checklist, { waitMs: 300_000 * HASTE, before });
  const ended = await concludeSmoke(session, end, {
    diary,
    before,
    loadCatalogue: () => Promise.resolve(catalogue),
    write: (entry) => {
      written = entry;
      return Promise.resolve();
    },
    signal: AbortSignal.timeout(600_000),
  });
  if (ended === null) throw new Error('it took too long');
  return [ended, written];
}

const whyNot = ({ first }: SmokeEnd): string =>
  `${first?.check.key} ${first?.state}: ${first?.result?.say.en}`;

/** Kinds of open handles → how many. */
function handles(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

it(
  `${REBOOTS} reboots: green by itself after each, and nothing is left behind`,
  { timeout: 60_000 + REBOOTS * 30_000 },
  async ({ annotate }) => {
    let [last, entry] = await smoke(null);
    expect(last.verdict, whyNot(last)).toBe('green');
    const held: number[] = [];
    const sockets: number[] = [];
    const from = now();
    for (let turn = 0; turn < REBOOTS; turn += 1) {
      const hosts = TURNS[turn % TURNS.length] ?? HOST_NAMES;
      await Promise.all(hosts.map((host) => practice.lab.hosts[host].powerOff()));
      const back = Promise.all(hosts.map((host) => practice.lab.hosts[host].powerOn()));
      [last, entry] = await smoke(entry);
      await back;
      expect(last.verdict, `reboot ${turn + 1}: ${whyNot(last)}`).toBe('green');
      const rebooted = last.comparison?.rebooted.map(({ host }) => host);
      expect(rebooted, `reboot ${turn + 1}, held ${held.join(' ')} MiB`).toEqual([...hosts]);
      expect(last.comparison?.differences, `reboot ${turn + 1}`).toEqual([]);
      // Compared from the fourth on: caches have filled, and every host has been away twice.
      if (turn % TURNS.length === TURNS.length - 1) {
        held.push(heldMiB());
        sockets.push(handles().get('TCPSocketWrap') ?? 0);
      }
    }
    const seconds = (now() - from) / 1000;
    const [first = 0] = held;
    const end = held.at(-1) ?? 0;
    await annotate(
      `${REBOOTS} reboots in ${seconds.toFixed(0)} s; held ${held.map((mib) => mib.toFixed(1)).join(' ')} MiB; sockets ${sockets.join(' ')}; resident ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`,
    );
    expect(end - first, `held ${held.join(' ')} MiB`).toBeLessThan(KEPT_MIB);
    expect(sockets.at(-1) ?? 0).toBeLessThanOrEqual(sockets[0] ?? 0);
  },
);
