/** Looking at the lab before anything is said about it: every gate, then one round of reading a host. Changes nothing. */
import type { GateKey, GateResult, ProbeRequest } from '../../gates/types.js';
import { HOST_NAMES, type HostName } from '../../lab/types.js';
import { historyOf, meaningful, type Past } from '../../symptoms/begun.js';
import { questionsFor } from '../../symptoms/facts/hosts.js';
import { observeHost } from '../../symptoms/facts/read-hosts.js';
import {
  isOvercome,
  observeGates,
  observeLogin,
  observeOutput,
  withoutOldNews,
} from '../../symptoms/observe.js';
import type { Observation } from '../../symptoms/types.js';
import type { JournalEntry } from '../ports.js';
import { checkGates, type CheckOptions } from './gates.js';
import type { Session } from './session.js';

/** What was seen of a lab. */
export interface Gathered {
  readonly observations: readonly Observation[];
  /** Every gate that was asked. */
  readonly results: readonly GateResult[];
  /** Those of them that speak of a break and not of a step that was never done. */
  readonly counted: readonly GateResult[];
  /** Hosts that gave no facts. */
  readonly silent: readonly HostName[];
}

/** Ends of failed actions that are worth reading: of the last half hour. */
const RECENT_MS = 30 * 60_000;

/**
 * Asks all gates and then every host that answers.
 * @returns what was seen; fewer when the signal fired
 */
export async function gather(session: Session, options: CheckOptions = {}): Promise<Gathered> {
  const keys: readonly GateKey[] = session.gates.map((gate) => gate.key);
  const { entries } = await session.journal.read();
  const results = await checkGates(session, keys, options);
  const counted = meaningful(session.runbook, results, historyOf(entries.flatMap(pastOf))).filter(
    ({ gate, subject }) => !session.memory.waivers.has(`${gate}@${subject}`),
  );
  const links = HOST_NAMES.flatMap((host) => loginOf(session, host));
  const facts =
    options.signal?.aborted === true
      ? { observations: [], silent: [] }
      : await askHosts(session, options.signal);
  return {
    observations: withoutOldNews([
      ...links,
      ...observeGates(counted),
      ...facts.observations,
      ...failedJobs(session, entries).filter(({ fields }) => !isOvercome(String(fields['step']), results)),
    ]),
    results,
    counted,
    silent: facts.silent,
  };
}

function pastOf(entry: JournalEntry): readonly Past[] {
  switch (entry.kind) {
    case 'job':
      if (entry.purpose === 'undo') return [{ kind: 'undo', step: entry.step }];
      return entry.end.kind === 'exited' && entry.end.exit === 0 ? [{ kind: 'run', step: entry.step }] : [];
    case 'satisfied':
      return [{ kind: 'run', step: entry.step }];
    case 'gate':
      return entry.result.verdict === 'pass'
        ? [{ kind: 'pass', gate: `${entry.result.gate}@${entry.result.subject}` }]
        : [];
    case 'waiver':
    case 'act':
      return [];
  }
}

function loginOf(session: Session, host: HostName): readonly Observation[] {
  const status = session.links.link(host).status();
  if (status.kind !== 'down') return [];
  return [observeLogin(host, status.code, status.reason.en, session.now())];
}

async function askHosts(
  session: Session,
  signal: AbortSignal | undefined,
): Promise<{ readonly observations: readonly Observation[]; readonly silent: readonly HostName[] }> {
  const open = HOST_NAMES.filter((host) => session.links.link(host).status().kind === 'up');
  const requests = open.flatMap((host) =>
    questionsFor(host).map(({ id, script, timeoutMs }): ProbeRequest => ({
      id: `${host}/${id}`,
      probe: { kind: 'command', on: host, script, as: 'root', timeoutMs },
    })),
  );
  const recordings = await session.probes.run(requests, signal === undefined ? {} : { signal });
  const answered = (host: HostName): Readonly<Record<string, string>> =>
    Object.fromEntries(
      questionsFor(host).flatMap(({ id }) => {
        const recording = recordings.get(`${host}/${id}`);
        return recording === undefined || recording.exit === null ? [] : [[id, recording.stdout]];
      }),
    );
  const answers = open.map((host) => [host, answered(host)] as const);
  const silent = HOST_NAMES.filter(
    (host) => Object.keys(answers.find(([name]) => name === host)?.[1] ?? {}).length === 0,
  );
  return {
    observations: answers.flatMap(([host, texts]) => observeHost(host, texts, session.now())),
    silent,
  };
}

/** The last words of actions that failed not long ago and were not done again since. */
function failedJobs(session: Session, entries: readonly JournalEntry[]): readonly Observation[] {
  const last = new Map<string, Extract<JournalEntry, { kind: 'job' }>>();
  for (const entry of entries)
    if (entry.kind === 'job') last.set(`${entry.host}/${entry.step}/${entry.action}`, entry);
  return [...last.values()].flatMap(({ host, step, action, end, outputTail, endedAt }) => {
    if (end.kind !== 'exited' || end.exit === 0 || session.now() - endedAt > RECENT_MS) return [];
    return observeOutput({ host, step, action, exit: end.exit, tail: outputTail }, endedAt);
  });
}
