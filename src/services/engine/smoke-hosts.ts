/** What the smoke test asks hosts beside gates: since when they are up, and which parts of the lab they have. */
import type { ProbeRequest, Recording } from '../../gates/types.js';
import { HOST_NAMES, type HostName } from '../../lab/types.js';
import { renderScript } from '../../runbook/render.js';
import { pairsOf, type Pair } from '../../smoke/lines.js';
import type { Arrival } from '../../smoke/progress.js';
import type { Checklist } from '../../smoke/schema.js';
import type { Session } from './session.js';

/** One command to be read as root on one host. */
interface Reading {
  readonly id: string;
  readonly host: HostName;
  readonly script: string;
}
const BOOT_MS = 15_000;
/** Reading certificates, containers and Pods of a busy host. */
const READ_MS = 30_000;

/** Asks hosts for their boot and parts, in one channel each. Whoever gives no answer is not in what comes back. */
export async function askHosts(
  session: Session,
  checklist: Checklist,
  signal: AbortSignal | undefined,
): Promise<{
  readonly boots: ReadonlyMap<HostName, Arrival>;
  readonly parts: ReadonlyMap<string, boolean>;
}> {
  const there = HOST_NAMES.filter((host) => session.links.link(host).status().kind === 'up');
  const requests: ProbeRequest[] = there.map((host) => ({
    id: `boot/${host}`,
    probe: {
      kind: 'command',
      on: host,
      as: 'user',
      timeoutMs: BOOT_MS,
      script: rendered(session, host, checklist.boot),
    },
  }));
  for (const part of checklist.parts)
    if (there.includes(part.on))
      requests.push({
        id: `part/${part.id}`,
        probe: {
          kind: 'command',
          on: part.on,
          as: 'root',
          timeoutMs: BOOT_MS,
          script: rendered(session, part.on, part.there),
        },
      });
  const answers = await session.probes.run(requests, signal === undefined ? {} : { signal });
  const boots = new Map<HostName, Arrival>();
  for (const host of there) {
    const arrival = bootOf(answers.get(`boot/${host}`), session.now());
    if (arrival !== null) boots.set(host, arrival);
  }
  const parts = new Map<string, boolean>();
  for (const { id } of checklist.parts) {
    const answer = answers.get(`part/${id}`);
    if (answer !== undefined && answer.exit !== null && answer.error === null)
      parts.set(id, answer.exit === 0);
  }
  return { boots, parts };
}

function rendered(session: Session, host: HostName, script: string): string {
  return renderScript(script, { ...session.context, host });
}

function bootOf(recording: Recording | undefined, now: number): Arrival | null {
  const bootId = /^boot-id ([0-9a-f-]{8,64})$/m.exec(recording?.stdout ?? '')?.[1];
  const up = /^up (\d{1,12})$/m.exec(recording?.stdout ?? '')?.[1];
  if (bootId === undefined || up === undefined) return null;
  return { kind: 'up', bootId, bootedAt: now - Number(up) * 1000 };
}

/** What was read; null where the command did not end well or could not be asked. */
export type Read = ReadonlyMap<string, readonly Pair[] | null>;

/** Carries out many readings as root, in one channel a host. @param readings ids are unique */
export async function readHosts(
  session: Session,
  readings: readonly Reading[],
  signal: AbortSignal | undefined,
): Promise<Read> {
  const answers = await session.probes.run(
    readings.map(({ id, host, script }): ProbeRequest => ({
      id,
      probe: {
        kind: 'command',
        on: host,
        as: 'root',
        timeoutMs: READ_MS,
        script: `set -o pipefail\n${rendered(session, host, script)}`,
      },
    })),
    signal === undefined ? {} : { signal },
  );
  return new Map(
    readings.map(({ id }) => {
      const answer = answers.get(id);
      return [id, answer?.exit === 0 && answer.error === null ? pairsOf(answer.stdout) : null];
    }),
  );
}

/** Steps that were carried out from this computer, and not undone since. */
export async function stepsDone(session: Session): Promise<ReadonlySet<string>> {
  const { entries } = await session.journal.read();
  const done = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'satisfied') done.add(entry.step);
    if (entry.kind !== 'job') continue;
    if (entry.purpose === 'undo') done.delete(entry.step);
    else if (entry.end.kind === 'exited' && entry.end.exit === 0) done.add(entry.step);
  }
  return done;
}
