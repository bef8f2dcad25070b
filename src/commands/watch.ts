/** `check --watch`: asks gates round after round on open connections, tells what changes, and serves metrics to this computer. */
import { setTimeout as pause } from 'node:timers/promises';
import { duration } from '../i18n/format.js';
import { HOST_NAMES, Trouble, type HostName } from '../lab/types.js';
import type { GateKey, GateResult, Standing } from '../gates/types.js';
import type { RenderedGate } from '../runbook/types.js';
import { parseListen, servePages, type Answer, type PageServer } from '../services/monitor/page.js';
import { standing } from '../state/standing.js';
import { neededHosts } from './check.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { parseDuration } from './duration.js';
import { metricsText, type Measured } from './output/metrics.js';
import { summaryLine } from './output/text.js';
import { changeJson, changeText, type Change } from './output/watch-lines.js';
import { usageTrouble } from './parse.js';
import { selectGates, selectHosts } from './selection.js';
import { openLab, type OpenLab } from './session.js';
import { checkedGates } from './verdicts.js';

const EVERY_MS = 60_000;
const SHORTEST_MS = 1000;
/** A verdict counts for this many rounds, when its own time is shorter: between two rounds nothing can be fresher. */
const ROUNDS_FRESH = 3;

export async function watch(context: CommandContext): Promise<ExitCode> {
  const { options, words } = context.line;
  refuseForms(context);
  const everyMs = everyOf(options.text('every'));
  const listen = options.text('listen');
  const address = listen === undefined ? null : parseListen(listen);
  const hosts = selectHosts(options.list('host'));
  const lab = await openLab(context);
  let server: PageServer | null = null;
  try {
    const keys = selectGates(lab.runbook, lab.session.gates, words, hosts);
    const asked = neededHosts(lab.session, keys);
    const seen = createSeen(context, lab, keys, asked, everyMs);
    if (address !== null) {
      server = await servePages(address, pagesOf(seen));
      talk(context, {
        id: `Disajikan di ${server.url}/metrics dan ${server.url}/healthz`,
        en: `Served on ${server.url}/metrics and ${server.url}/healthz`,
      });
    }
    await goRound(context, lab, keys, asked, everyMs, seen);
    return 0;
  } finally {
    await server?.close();
    await lab.close();
  }
}

function refuseForms({ line: { options } }: CommandContext): void {
  for (const name of ['tap', 'junit', 'markdown', 'retry-timeout'] as const)
    if (options.has(name))
      throw usageTrouble(
        { id: `--watch dan --${name} tidak dapat bersamaan`, en: `--watch and --${name} exclude each other` },
        {
          id: 'Dengan --watch ada satu baris untuk setiap perubahan, atau dengan --json satu objek JSON per baris.',
          en: 'With --watch there is one line for every change or, with --json, one JSON object a line.',
        },
      );
}

function everyOf(text: string | undefined): number {
  if (text === undefined) return EVERY_MS;
  const ms = parseDuration(text, 'every');
  if (ms >= SHORTEST_MS) return ms;
  throw usageTrouble(
    { id: `--every ${text} terlalu pendek`, en: `--every ${text} is too short` },
    { id: 'Paling pendek 1s.', en: 'It is 1s at least.' },
  );
}

/** What is kept between rounds: one standing for each gate and host, and the last round. Does not grow. */
interface Seen {
  /** A gate was judged in this round. */
  take(results: readonly GateResult[]): void;
  /** How the connections are now. */
  takeHosts(): void;
  roundDone(startedAt: number): void;
  measured(): Measured;
  healthy(): boolean;
}

function createSeen(
  context: CommandContext,
  lab: OpenLab,
  keys: readonly GateKey[],
  asked: readonly HostName[],
  everyMs: number,
): Seen {
  const { line, streams, now, version } = context;
  const json = line.options.has('json');
  const wanted = new Set(keys);
  const gates = lab.session.gates.filter((gate) => wanted.has(gate.key));
  const last = new Map<GateKey, Standing>();
  const up = new Map<HostName, boolean>();
  const startedAt = now();
  let rounds = 0;
  let lastRound: Measured['lastRound'] = null;

  const tell = (change: Change): void => {
    const { mask } = lab.session;
    streams.result(json ? changeJson(change, mask) : mask(changeText(change, context)));
  };
  const standingNow = (gate: RenderedGate): Standing => {
    const { results, waivers } = lab.session.memory;
    // A verdict of an earlier call of the program is not what this watch has seen.
    const known = last.has(gate.key) ? (results.get(gate.key) ?? null) : null;
    const waiver = waivers.get(gate.key) ?? null;
    const freshMs = Math.max(gate.freshMs, ROUNDS_FRESH * everyMs);
    return standing({ key: gate.key, result: known, waiver, running: false }, freshMs, now());
  };

  return {
    take(results) {
      for (const { gate, result, standing: found } of checkedGates(lab.session, results)) {
        if (!wanted.has(gate.key)) continue;
        const from = last.get(gate.key) ?? null;
        last.set(gate.key, found);
        if (from === found || (from === null && !json && found === 'pass')) continue;
        const { say, symptom, judgedAt } = result;
        const { key, subject } = gate;
        tell({
          kind: 'gate',
          at: judgedAt,
          key,
          gate: gate.gate,
          subject,
          from,
          verdict: found,
          say,
          symptom,
        });
      }
    },
    takeHosts() {
      for (const host of asked) {
        const status = lab.session.links.link(host).status();
        const isUp = status.kind === 'up';
        const was = up.get(host);
        up.set(host, isUp);
        if (was === isUp || (was === undefined && isUp && !json)) continue;
        tell({ kind: 'host', at: now(), host, up: isUp, say: status.kind === 'down' ? status.reason : null });
      }
    },
    roundDone(began) {
      rounds += 1;
      lastRound = { endedAt: now(), ms: now() - began };
    },
    measured: () => ({
      version,
      lab: lab.session.lab.name,
      now: now(),
      gates: gates.map((gate) => {
        const result = last.has(gate.key) ? lab.session.memory.results.get(gate.key) : undefined;
        return {
          gate: gate.gate,
          subject: gate.subject,
          standing: standingNow(gate),
          judgedAt: result?.judgedAt ?? null,
          durationMs:
            result === undefined ? null : Math.max(0, ...result.evidence.map((one) => one.durationMs)),
        };
      }),
      hosts: HOST_NAMES.filter((host) => asked.includes(host)).map((host) => ({
        host,
        up: lab.session.links.link(host).status().kind === 'up',
      })),
      rounds,
      lastRound,
    }),
    // Rounds of a lab that does not answer take long: what counts is that they come to their end at all.
    healthy: () => now() - (lastRound?.endedAt ?? startedAt) < ROUNDS_FRESH * everyMs + 120_000,
  };
}

function pagesOf(seen: Seen): ReadonlyMap<string, () => Answer> {
  return new Map([
    [
      '/metrics',
      () => ({
        status: 200,
        type: 'text/plain; version=0.0.4; charset=utf-8',
        body: metricsText(seen.measured()),
      }),
    ],
    ['/healthz', () => healthAnswer(seen)],
  ]);
}

/** Whether this program does its work; how the lab is, is in the summary and in the metrics. */
function healthAnswer(seen: Seen): Answer {
  const { now, rounds, lastRound, gates, hosts } = seen.measured();
  const ok = seen.healthy();
  const counted: Record<string, number> = {};
  for (const { standing: found } of gates) counted[found] = (counted[found] ?? 0) + 1;
  const body = {
    status: ok ? 'ok' : 'stuck',
    rounds,
    lastRoundAt: lastRound === null ? null : new Date(lastRound.endedAt).toISOString(),
    ageSeconds: lastRound === null ? null : Math.round((now - lastRound.endedAt) / 1000),
    gates: counted,
    hostsUp: hosts.filter((one) => one.up).length,
    hosts: hosts.length,
  };
  return { status: ok ? 200 : 503, type: 'application/json', body: `${JSON.stringify(body)}\n` };
}

async function goRound(
  context: CommandContext,
  lab: OpenLab,
  keys: readonly GateKey[],
  asked: readonly HostName[],
  everyMs: number,
  seen: Seen,
): Promise<void> {
  const { signal, now, language } = context;
  const { checkGates } = await import('../services/engine/gates.js');
  const troubles = await lab.login(asked);
  for (const trouble of troubles.values()) context.problem(trouble);
  for (let first = true; !signal.aborted; first = false) {
    const began = now();
    if (!first) await openAgain(lab, asked, signal);
    // A waiver given or taken back by another call counts from the next round on.
    await lab.session.memory.refresh();
    const results = await checkGates(lab.session, keys, { signal, onUnwritten: context.problem });
    if (signal.aborted) return;
    seen.takeHosts();
    seen.take(results);
    seen.roundDone(began);
    if (first) {
      const wanted = new Set(keys);
      const checked = checkedGates(lab.session, results).filter(({ gate }) => wanted.has(gate.key));
      context.streams.talk(summaryLine(checked, { ...context, color: context.talkColor }));
      talk(context, {
        id: `Diperiksa lagi setiap ${duration(language, everyMs)}; yang berubah disebut. Ctrl-C berhenti.`,
        en: `Checked again every ${duration(language, everyMs)}; what changes is told. Ctrl-C stops.`,
      });
    }
    const left = Math.max(SHORTEST_MS, everyMs - (now() - began));
    await pause(left, undefined, { signal }).catch(() => undefined);
  }
}

/** Connections that come back by themselves do so; one that gave up (a wrong login, mended since) is tried anew. */
async function openAgain(lab: OpenLab, hosts: readonly HostName[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    hosts.map(async (host) => {
      const link = lab.session.links.link(host);
      const status = link.status();
      if (status.kind !== 'idle' && !(status.kind === 'down' && status.retryAt === null)) return;
      await link.open({ keep: true, signal }).catch((error: unknown) => {
        if (!(error instanceof Trouble)) throw error;
      });
    }),
  );
}
