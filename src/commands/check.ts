/** `check`: asks gates, as often as wanted, and writes what was found in the form that was asked for. */
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { GateKey } from '../gates/types.js';
import { duration } from '../i18n/format.js';
import { withNeeds } from '../gates/schedule.js';
import { HOST_NAMES, type HostName, type Trouble } from '../lab/types.js';
import type { LabSession } from '../services/engine/assemble.js';
import type { CommandContext, ExitCode } from './context.js';
import { talk } from './context.js';
import { parseDuration } from './duration.js';
import { usageTrouble } from './parse.js';
import { selectGates, selectHosts } from './selection.js';
import { openLab, type OpenLab } from './session.js';
import { checkedGates, exitOf, type CheckReport } from './verdicts.js';

export type Format = 'text' | 'json' | 'tap' | 'markdown' | 'junit';

export async function check(context: CommandContext): Promise<ExitCode> {
  const { options, words } = context.line;
  if (options.has('watch')) return (await import('./watch.js')).watch(context);
  for (const name of ['every', 'listen'] as const)
    if (options.has(name))
      throw usageTrouble(
        { id: `--${name} memerlukan --watch`, en: `--${name} needs --watch` },
        { id: `Tulis check --watch --${name} ….`, en: `Write check --watch --${name} ….` },
      );
  const format = formatOf(context);
  const retry = options.text('retry-timeout');
  const retryMs = retry === undefined ? 0 : parseDuration(retry, 'retry-timeout');
  const hosts = selectHosts(options.list('host'));
  const lab = await openLab(context);
  try {
    const keys = selectGates(lab.runbook, lab.session.gates, words, hosts);
    const report = await checkUntilGreen(context, lab, keys, retryMs);
    if (context.signal.aborted) return report.exit;
    await writeReport(context, report, format, {
      text: async () => (await import('./output/text.js')).checkText(report.gates, lab.runbook, context),
      json: async () => (await import('./output/json.js')).checkJson(report),
    });
    return report.exit;
  } finally {
    await lab.close();
  }
}

/** The form in which results go to stdout. @throws Trouble `usage` when two are asked for */
export function formatOf(context: CommandContext): Format {
  const { options } = context.line;
  const chosen: Format[] = [];
  if (options.has('json')) chosen.push('json');
  if (options.has('tap')) chosen.push('tap');
  if (options.has('markdown')) chosen.push('markdown');
  if (options.text('junit') === '-') chosen.push('junit');
  if (chosen.length > 1)
    throw usageTrouble(
      {
        id: `stdout hanya muat satu bentuk, diminta: ${chosen.join(', ')}`,
        en: `stdout holds one form only, asked for: ${chosen.join(', ')}`,
      },
      {
        id: 'Pilih satu; --junit FILE dapat menyertai yang lain.',
        en: 'Choose one; --junit FILE can go with another.',
      },
    );
  return chosen[0] ?? 'text';
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;

async function checkUntilGreen(
  context: CommandContext,
  lab: OpenLab,
  keys: readonly GateKey[],
  retryMs: number,
): Promise<CheckReport> {
  const { signal, now, language } = context;
  const { checkGates } = await import('../services/engine/gates.js');
  const startedAt = now();
  const deadline = startedAt + retryMs;
  for (let attempts = 1; ; attempts += 1) {
    const troubles = await lab.login(neededHosts(lab.session, keys));
    const last = now() >= deadline;
    if (attempts === 1 || last) for (const trouble of troubles.values()) context.problem(trouble);
    const { session } = lab;
    const gates = checkedGates(
      session,
      await checkGates(session, keys, { signal, onUnwritten: context.problem }),
    );
    const exit = exitWith(exitOf(gates), troubles);
    if (exit === 0 || now() >= deadline || signal.aborted) {
      const { name, file, practice } = session.lab;
      return {
        version: context.version,
        lab: { name, file, practice },
        startedAt,
        finishedAt: now(),
        attempts,
        gates,
        exit,
      };
    }
    const wait = Math.min(FIRST_PAUSE_MS * attempts, LONGEST_PAUSE_MS, Math.max(0, deadline - now()));
    const open = gates.filter((one) => !['pass', 'warn', 'waived'].includes(one.standing)).length;
    talk(context, {
      id: `${open} dari ${gates.length} gate belum hijau; diperiksa lagi, sisa waktu ${duration(language, deadline - now())}`,
      en: `${open} of ${gates.length} gates are not green; checking again, ${duration(language, deadline - now())} left`,
    });
    await pause(wait, undefined, { signal }).catch(() => undefined);
  }
}

/** Hosts that are asked anything: by the wanted gates, or by those on which these stand. */
export function neededHosts({ gates }: LabSession, keys: readonly GateKey[]): readonly HostName[] {
  const asked = new Set(withNeeds(new Set(keys), gates).flatMap((gate) => Object.keys(gate.probes)));
  return HOST_NAMES.filter((host) => asked.has(host));
}

/** A login that the lab file has wrong is a wrong lab file, unless there is a failing gate to tell of first. */
function exitWith(exit: ExitCode, troubles: ReadonlyMap<HostName, Trouble>): ExitCode {
  return exit === 3 && [...troubles.values()].some((trouble) => trouble.exit === 2) ? 2 : exit;
}

/** Writes a report in the form asked for, and beside it as JUnit into the file of `--junit`. */
export async function writeReport(
  context: CommandContext,
  report: CheckReport,
  format: Format,
  own: { readonly text: () => Promise<string>; readonly json: () => Promise<string> },
): Promise<void> {
  const { language, streams, line } = context;
  const junit = line.options.text('junit');
  if (junit !== undefined && junit !== '-') {
    const [{ checkJunit }, { replaceFile }] = await Promise.all([
      import('./output/junit.js'),
      import('../services/files/atomic.js'),
    ]);
    await replaceFile(resolve(context.cwd, junit), checkJunit(report, language), 0o644);
  }
  switch (format) {
    case 'text':
      return streams.result(await own.text());
    case 'json':
      return streams.result(await own.json());
    case 'tap':
      return streams.result((await import('./output/tap.js')).checkTap(report, language));
    case 'junit':
      return streams.result((await import('./output/junit.js')).checkJunit(report, language));
    case 'markdown':
      return streams.result((await import('./output/markdown.js')).checkMarkdown(report, language));
  }
}
