/** The overview of a host: what matters for its role, what is broken on it, where that is known from, and what stands there. */
import { age, bytes, clockTime, decimal, isoDate } from '../../i18n/format.js';
import { overviewText as text } from '../../i18n/texts/live-screens.js';
import type { HostName } from '../../lab/types.js';
import { allItems } from '../../state/live/listing.js';
import type { SourceName } from '../../state/live/rows.js';
import { BLANK, cell, line, prose, span, type Line } from '../ui/line.js';
import { glyphsOf, inLang, langOf, type View } from '../view.js';
import { isFresh, sourceTrouble } from './health.js';
import { roleLine } from './role-fact.js';
import { isAsked, roleFacts, roleSources } from './role.js';
import { itemRow } from './rows.js';

/** More broken things than this are counted only: the lists show them first. */
const BROKEN_SHOWN = 8;
const SOURCE_COLUMNS = 20;

function brokenLines(view: View, host: HostName, columns: number): Line[] {
  const workloads = host === 'vm-docker' ? 'containers' : 'Pod';
  const rows = (['services', workloads] as const).flatMap((name) => {
    const fresh = isFresh(
      view,
      name === 'services' ? `facts@${host}` : (roleSources(host)[0] ?? 'kubernetes'),
    );
    return allItems(view.state, view.live, host, name)
      .filter((item) => item.health === 'bad')
      .map((item) => itemRow(view, host, item, { mark: span(' '), chosen: false, fresh, columns }));
  });
  const unknown = [...roleSources(host), `facts@${host}` as const].some((source) => {
    const { kind } = view.live.status(source);
    return kind === 'lost' || kind === 'connecting' || kind === 'idle';
  });
  const title = line(inLang(view, text.troubles), 'title');
  if (rows.length === 0) {
    // Where a source is silent, nothing found is no good news; and what stands red above is broken, too.
    const above = roleFacts(view, host).some((fact) => fact.fresh && fact.health === 'bad');
    const words = unknown ? text.notKnown : above ? text.nothingElseBroken : text.nothingBroken;
    return [title, line(` ${inLang(view, words)}`, 'dim')];
  }
  const left = rows.length - BROKEN_SHOWN;
  return [title, ...rows.slice(0, BROKEN_SHOWN), ...(left > 0 ? [line(`    +${left}`, 'dim')] : [])];
}

function sourceLines(view: View, host: HostName, columns: number): Line[] {
  const sources: readonly SourceName[] = [...roleSources(host), `facts@${host}`, `journal@${host}`];
  const rows = sources.flatMap((source): Line[] => {
    const status = view.live.status(source);
    if (status.kind === 'idle') return [];
    const name = cell(source, SOURCE_COLUMNS, 'dim');
    if (status.kind === 'live') {
      return [[span(' '), name, span(`${glyphsOf(view).standing.pass} ${inLang(view, text.live)}`, 'ok')]];
    }
    const told = sourceTrouble(view, status, columns - SOURCE_COLUMNS - 2);
    return told.map((one, i): Line => [span(' '), i === 0 ? name : cell('', SOURCE_COLUMNS), ...one]);
  });
  return rows.length === 0 ? [] : [BLANK, line(inLang(view, text.sources), 'title'), ...rows];
}

function harborLines(view: View, columns: number): Line[] {
  const facts = view.live.harbor();
  if (facts === null) return [];
  const { lang } = view.state;
  const tone = isFresh(view, 'harbor') ? 'plain' : 'dim';
  return [
    BLANK,
    [span(inLang(view, text.harbor), 'title'), span(`  ${facts.version}`, 'dim')],
    ...facts.components
      .filter((one) => one.status !== 'healthy')
      .map((one): Line => [
        span(` ${glyphsOf(view).standing.fail} `, isFresh(view, 'harbor') ? 'bad' : 'dim'),
        cell(one.name, 18, tone),
        span(` ${one.status}`, tone),
        span(`  ${one.error}`, 'dim'),
      ]),
    ...(facts.access === 'no-password' || facts.access === 'refused'
      ? prose(
          inLang(view, text.harborAccess[facts.access]),
          columns - 2,
          facts.access === 'refused' ? 'warn' : 'dim',
          1,
        )
      : []),
    ...facts.projects.map((one): Line => {
      const used = one.usedBytes === null ? '' : bytes(lang, one.usedBytes);
      const quota =
        one.quotaBytes === null
          ? `${used}  ${inLang(view, text.noQuota)}`
          : inLang(view, text.quota({ used, of: bytes(lang, one.quotaBytes) }));
      return [
        span(' '),
        cell(one.name, 24, tone),
        span(` ${inLang(view, one.public ? text.public : text.private)}`, 'dim'),
        span(`  ${one.repositories} ${inLang(view, text.repositories)}  ${quota}`, 'dim'),
      ];
    }),
    ...facts.repositories.map((one): Line => [
      span('   '),
      cell(one.name, 36, tone),
      span(` ${one.tags.slice(0, 6).join(' ')}`),
      span(`  ${inLang(view, text.pulls({ count: one.pulls }))}`, 'dim'),
    ]),
  ];
}

function edgeLines(view: View, columns: number): Line[] {
  const facts = view.live.edge();
  if (facts === null) return [];
  const { certificate } = facts;
  return [
    BLANK,
    [span(inLang(view, text.edge), 'title'), span(`  ${facts.container}`, 'dim')],
    ...prose(facts.configWords, columns - 2, facts.configOk ? 'dim' : 'bad', 1),
    ...(certificate === null
      ? []
      : [
          [
            span(` ${certificate.subject}`),
            span(`  ${certificate.names.join(' ')}  ${isoDate(certificate.notAfter)}`, 'dim'),
          ],
        ]),
  ];
}

function runnerLines(view: View): Line[] {
  const facts = view.live.runner();
  if (facts === null) return [];
  const contact =
    facts.lastContactAt === null
      ? ''
      : `  ${inLang(view, text.lastContact)} ${clockTime(facts.lastContactAt)} (${age(langOf(view), view.state.now - facts.lastContactAt)})`;
  return [
    BLANK,
    [span(inLang(view, text.runner), 'title'), span(`  ${facts.version}${contact}`, 'dim')],
    ...facts.runners.map((one): Line => [
      span(' '),
      cell(one.name, 24),
      span(` ${one.executor}  ${one.url}`, 'dim'),
    ]),
  ];
}

/** Everything below the facts of the machine, as long as it is. */
export function overviewLines(view: View, host: HostName, columns: number): Line[] {
  if (!isAsked(view, host)) return sourceLines(view, host, columns);
  return [
    ...roleFacts(view, host).map((fact): Line => [span(' '), ...roleLine(view, fact)]),
    BLANK,
    ...brokenLines(view, host, columns),
    ...sourceLines(view, host, columns),
    ...(host === 'vm-docker'
      ? [...harborLines(view, columns), ...edgeLines(view, columns), ...runnerLines(view)]
      : []),
  ];
}

/** Ports, mounts and processes of a host, as long as they are. */
export function systemLines(view: View, host: HostName, columns: number): Line[] {
  const { lang } = view.state;
  const facts = view.live.facts(host);
  const source = `facts@${host}` as const;
  const status = view.live.status(source);
  const trouble = sourceTrouble(view, status, columns);
  if (facts === null) return trouble.length === 0 ? [line(inLang(view, text.notKnown), 'dim')] : trouble;
  const fresh = status.kind === 'live';
  const tone = fresh ? 'plain' : 'dim';
  const full = (used: number, total: number): boolean => total > 0 && used / total > 0.9;
  return [
    ...trouble,
    ...(facts.rebootPending
      ? [
          ...prose(inLang(view, text.reboot({ packages: facts.rebootFor.join(', ') })), columns, 'warn'),
          BLANK,
        ]
      : []),
    line(inLang(view, text.ports), 'title'),
    ...facts.ports.map((one): Line => [
      cell(one.protocol, 4, 'dim'),
      cell(String(one.port), 6, tone, 'right'),
      span('  '),
      cell(one.address, 26, 'dim'),
      span(
        ` ${one.process === '' ? inLang(view, text.unknownProcess) : one.process}`,
        one.process === '' ? 'dim' : tone,
      ),
    ]),
    BLANK,
    line(inLang(view, text.mounts), 'title'),
    ...facts.mounts.map((one): Line => {
      const inodes = one.inodesUsedPercent;
      const used = one.totalBytes === 0 ? 0 : Math.round((one.usedBytes / one.totalBytes) * 100);
      return [
        cell(`${used}%`, 5, fresh && full(one.usedBytes, one.totalBytes) ? 'bad' : tone, 'right'),
        cell(bytes(lang, one.usedBytes), 11, 'dim', 'right'),
        span(' / ', 'dim'),
        cell(bytes(lang, one.totalBytes), 10, 'dim'),
        cell(
          inodes === null ? '' : `${inLang(view, text.inodes)} ${Math.round(inodes)}%`,
          12,
          fresh && inodes !== null && inodes > 90 ? 'bad' : 'dim',
        ),
        span(` ${one.path}`, tone),
        span(`  ${one.device} ${one.type}`, 'dim'),
      ];
    }),
    BLANK,
    [
      span(inLang(view, text.processes), 'title'),
      span(`  ${inLang(view, text.processesHow({ time: clockTime(facts.at) }))}`, 'dim'),
    ],
    ...facts.processes.map((one): Line => [
      cell(`${decimal(lang, one.cpuPercent, 1)}%`, 7, tone, 'right'),
      cell(bytes(lang, one.memoryBytes), 11, tone, 'right'),
      cell(String(one.pid), 8, 'dim', 'right'),
      span('  '),
      cell(one.user, 12, 'dim'),
      span(` ${one.command}`, tone),
    ]),
  ];
}
