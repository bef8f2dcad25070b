/** What the program knows already, as observations: verdicts, failed logins, failed actions, pasted text. Pure. */
import type { GateResult } from '../gates/types.js';
import type { HostName } from '../lab/types.js';
import { LINE_LENGTH } from './match.js';
import type { Observation } from './types.js';

/** Lines of a pasted text that are looked at, and of a failed action's output. */
const MOST_PASTED_LINES = 2000;
const MOST_OUTPUT_LINES = 40;

/**
 * Verdicts that are not green, and what http probes among their evidence saw.
 * @param results of gates that mean something now; see `begunSteps`
 */
export function observeGates(results: readonly GateResult[]): readonly Observation[] {
  return results
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'warn' || verdict === 'unknown')
    .flatMap((result): readonly Observation[] => {
      const { subject, gate, verdict, symptom, evidence } = result;
      const excerpts = evidence.map((one) => one.excerpt).filter((text) => text !== '');
      const own: Observation = {
        source: 'gate',
        place: subject === 'lab' ? 'cluster' : subject,
        object: `${gate}@${subject}`,
        text: [result.say.en, ...excerpts].join('\n'),
        fields: { gate, verdict, symptom: symptom ?? '', step: gate.split('.', 1)[0] ?? '' },
        at: result.judgedAt,
      };
      return [own, ...evidence.flatMap(observeHttp)];
    });
}

function observeHttp({
  asked,
  exit,
  excerpt,
  startedAt,
}: GateResult['evidence'][number]): readonly Observation[] {
  const url = /^(?:GET|HEAD) (https?:\/\/\S+)$/.exec(asked)?.[1];
  if (url === undefined || exit === null) return [];
  const server = /^server: (.*)$/im.exec(excerpt)?.[1]?.trim() ?? '';
  const error = exit === 0 ? (excerpt.split('\n', 1)[0] ?? '') : '';
  return [
    {
      source: 'http',
      place: 'operator',
      object: url,
      text: excerpt,
      fields: { status: exit, server, error },
      at: startedAt,
    },
  ];
}

/** Gates that say what the site answers. */
const ABOUT_SITE = /site|nodeports|edge/;

/**
 * Leaves out what the edge logged some minutes ago when the site answers now: errors from before it was mended, or from
 * before there was anything behind it, are no news.
 */
export function withoutOldNews(observations: readonly Observation[]): readonly Observation[] {
  const red = observations.some(
    ({ source, fields }) =>
      source === 'gate' && fields['verdict'] === 'fail' && ABOUT_SITE.test(String(fields['gate'] ?? '')),
  );
  const down = observations.some(
    ({ source, object, fields }) =>
      source === 'docker' && object === 'edge-nginx' && fields['state'] !== 'running',
  );
  if (red && !down) return observations;
  const isEdgeLog = ({ source, object }: Observation): boolean => source === 'log' && object === 'edge-nginx';
  // Of an edge that is down only what stopped it counts: [emerg], not the requests that went wrong before.
  return observations.filter((one) => !isEdgeLog(one) || (down && !one.text.includes('[error]')));
}

/** A login or connection that failed. @param code of the Trouble, like `ssh-refused` @param text its English sentence */
export function observeLogin(host: HostName, code: string, text: string, at: number): Observation {
  return { source: 'ssh', place: host, object: host, text, fields: { code }, at };
}

/** The end of what a failed action printed, line by line. */
export function observeOutput(
  job: {
    readonly host: HostName;
    readonly step: string;
    readonly action: string;
    readonly exit: number;
    readonly tail: string;
  },
  at: number,
): readonly Observation[] {
  const { host, step, action, exit, tail } = job;
  return linesOf(tail)
    .slice(-MOST_OUTPUT_LINES)
    .map((text) => ({
      source: 'job',
      place: host,
      object: `${step}/${action}`,
      text,
      fields: { step, action, exit },
      at,
    }));
}

/**
 * Whether what a step said when it failed is no news any more: all its gates are well by now, in whatever way it came about.
 * @param step as the journal names it; of a fix, which has no gates of its own, all gates speak
 * @param results of all gates, judged now
 */
export function isOvercome(step: string, results: readonly GateResult[]): boolean {
  const own = results.filter(({ gate }) => gate.split('.', 1)[0] === step);
  const asked = own.length === 0 ? results : own;
  return asked.every(({ verdict }) => verdict === 'pass' || verdict === 'warn');
}

/** Text that a person pasted: an error, a log, a whole terminal. The newest lines count when it is very long. */
export function observePasted(text: string, at: number): readonly Observation[] {
  return linesOf(text)
    .slice(-MOST_PASTED_LINES)
    .map((line) => ({ source: 'pasted', place: 'operator', object: null, text: line, fields: {}, at }));
}

/** Lines with something on them, without control sequences, bounded. */
function linesOf(text: string): readonly string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) =>
      line
        .replaceAll(/\u001B\[[0-9;?]{0,20}[ -/]?[@-~]/g, '')
        .replaceAll(/\p{Cc}/gu, ' ')
        .trim()
        .slice(0, LINE_LENGTH),
    )
    .filter((line) => line !== '');
}
