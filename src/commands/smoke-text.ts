/** A smoke test for the person at the terminal. */
import { duration } from '../i18n/format.js';
import type { HostName, Language } from '../lab/types.js';
import type { Arrival, JudgedStage, SmokeVerdict } from '../smoke/progress.js';
import { paintTone } from '../term/theme.js';
import { diaryLines, localTime } from './diary-text.js';
import { gateLines, plainSigns, summaryLine, type Style } from './output/text.js';
import type { SmokeReport } from './smoke-report.js';
import type { CheckedGate } from './verdicts.js';

const WORDS = {
  id: {
    up: 'menyala',
    away: 'tidak bisa dimasuki',
    first: 'Putus pertama',
    hop: 'Hop pertama yang putus',
    waits: 'masih menyala ketika uji asap berakhir',
    symptom: 'Gejala',
    walk: 'Telusuri',
    absent: 'Belum menjadi bagian lab ini',
    recorded: 'Keadaan ini dicatat sebagai keadaan hijau terakhir.',
    took: 'setelah',
  },
  en: {
    up: 'up for',
    away: 'cannot be logged in to',
    first: 'First broken',
    hop: 'First broken hop',
    waits: 'still coming up when the smoke test ended',
    symptom: 'Symptom',
    walk: 'Walk it',
    absent: 'Not part of this lab yet',
    recorded: 'This state is written down as the last green one.',
    took: 'after',
  },
} as const;

const VERDICT: Readonly<Record<SmokeVerdict, Readonly<Record<Language, string>>>> = {
  green: { id: 'HIJAU: lab ini siap dipakai', en: 'GREEN: this lab is ready' },
  broken: {
    id: 'RUSAK: ada yang tidak akan pulih sendiri',
    en: 'BROKEN: something will not come up by itself',
  },
  'out-of-time': {
    id: 'BELUM: waktunya habis selagi ada yang masih menyala',
    en: 'NOT YET: time is over, something is still coming up',
  },
};

export function smokeText(report: SmokeReport, style: Style): string {
  const { language, color } = style;
  const words = WORDS[language];
  const { check, end, first, symptom } = report;
  const byKey = new Map(check.gates.map((one) => [one.gate.key, one]));
  const width = Math.max(0, ...check.gates.map(({ gate }) => gate.key.length));
  const lines = end.stages.flatMap((stage) => [
    paintTone(stageTitle(stage, end.arrivals, end.now, language), 'title', color),
    ...stage.checks.flatMap((one): readonly string[] => {
      const checked: CheckedGate | undefined = byKey.get(one.check.key);
      if (checked === undefined) return [];
      const more = one.state === 'rising' && checked.standing !== 'blocked' ? [`      ${words.waits}`] : [];
      return [...gateLines(checked, width, style), ...more.map((line) => paintTone(line, 'dim', color))];
    }),
  ]);
  lines.push(summaryLine(check.gates, style), '');
  if (report.absent.length > 0)
    lines.push(`${words.absent}: ${report.absent.map(({ title }) => title[language]).join(', ')}`);
  if (report.comparison !== null) lines.push(...diaryLines(report.comparison, style));
  if (first !== null) {
    lines.push(`${words.first}: ${first.check.key}: ${first.result?.say[language] ?? '…'}`);
    for (const { flow, hop, result } of report.hops)
      lines.push(`${words.hop}: ${flow.title[language]} → ${hop.title[language]}: ${result.say[language]}`);
    if (symptom !== null) {
      lines.push(`${words.symptom}: ${symptom.id} ${symptom.title[language]}`);
      lines.push(`${words.walk}: threebody-tui diagnose ${symptom.id}`);
    }
  }
  if (report.recorded) lines.push(words.recorded);
  const tone = report.verdict === 'green' ? 'ok' : report.verdict === 'broken' ? 'bad' : 'warn';
  const took = duration(language, check.finishedAt - check.startedAt);
  lines.push(paintTone(`${VERDICT[report.verdict][language]} (${words.took} ${took})`, tone, color));
  return plainSigns(`${lines.join('\n')}\n`, style.ascii);
}

/** `Harbor`, and for a stage about one host since when it is up: the first stage of each host only has it, by its boot. */
function stageTitle(
  { stage }: JudgedStage,
  arrivals: ReadonlyMap<HostName, Arrival>,
  now: number,
  language: Language,
): string {
  const words = WORDS[language];
  const [host] = stage.hosts;
  const title = stage.title[language];
  const arrival = stage.hosts.length === 1 && host !== undefined ? arrivals.get(host) : undefined;
  switch (arrival?.kind) {
    case undefined:
      return title;
    case 'up':
      return `${title} · ${words.up} ${duration(language, now - arrival.bootedAt)} (${localTime(arrival.bootedAt)})`;
    case 'away':
      return `${title} · ${host} ${words.away}`;
  }
}
