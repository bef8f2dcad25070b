/** The account of a lab in Markdown. */
import { standingWord } from '../../i18n/texts/words.js';
import { duration } from '../../i18n/format.js';
import { HOST_NAMES, type Language } from '../../lab/types.js';
import { ACCOUNT_WORDS, runRows } from './account-words.js';
import { endWord, waiversOf, when, type Account } from './account.js';
import { cell, code, table } from './markdown.js';

export function reportMarkdown(account: Account, language: Language): string {
  const words = ACCOUNT_WORDS[language];
  const { lab } = account;
  const practice = lab.practice ? ` · ${words.practice}` : '';
  return [
    `# ${words.title}: ${cell(lab.name)}`,
    '',
    `${words.written}: ${when(account.at)} UTC · ${cell(account.by)} · threebody-tui ${account.version}${practice}`,
    '',
    table(
      [words.host, words.address],
      HOST_NAMES.map((name) => [name, code(lab.hosts[name].address)]),
    ),
    ...part(words.gates, gatesPart(account, language)),
    ...part(words.evidence, evidencePart(account, language)),
    ...part(words.runs, runsPart(account, language)),
    ...part(words.waivers, waiversPart(account, language)),
    ...part(words.symptoms, symptomsPart(account, language)),
    ...(account.damaged > 0 ? ['', words.damaged(account.damaged)] : []),
    '',
  ].join('\n');
}

function part(title: string, body: readonly string[]): readonly string[] {
  return ['', `## ${title}`, '', ...body];
}

function gatesPart(account: Account, language: Language): readonly string[] {
  const words = ACCOUNT_WORDS[language];
  const judged = account.gates.filter((one) => one.result !== null || one.waiver !== null);
  const never = account.gates.length - judged.length;
  const left = never === 0 ? [] : ['', words.never(never)];
  if (judged.length === 0) return [words.none, ...left];
  return [
    table(
      [words.stands, words.gates, words.about, words.seen, words.when],
      judged.map(({ gate, result, standing }) => [
        standingWord[standing][language],
        code(gate.key),
        cell(gate.title[language]),
        cell(result?.say[language] ?? ''),
        result === null ? '' : when(result.judgedAt),
      ]),
    ),
    ...left,
  ];
}

/** Of what is not green: what was asked and what came back. The other forms have the rest. */
function evidencePart(account: Account, language: Language): readonly string[] {
  const words = ACCOUNT_WORDS[language];
  const rows = account.gates.flatMap(({ gate, result, standing }) =>
    result === null || standing === 'pass'
      ? []
      : result.evidence.map((one) => [
          code(gate.key),
          one.place,
          code(one.asked),
          one.exit === null ? '–' : String(one.exit),
          code(one.excerpt),
          duration(language, one.durationMs),
        ]),
  );
  if (rows.length === 0) return [words.none];
  return [table([words.gates, words.host, words.asked, words.exit, words.seen, words.took], rows)];
}

function runsPart(account: Account, language: Language): readonly string[] {
  const words = ACCOUNT_WORDS[language];
  const rows = runRows(account, language).map((row) => [
    row.at,
    row.host,
    `${row.id ? code(row.what) : cell(row.what)}${row.note === '' ? '' : ` (${row.note})`}`,
    row.variant,
    cell(row.end),
    row.took,
    cell(row.by),
  ]);
  if (rows.length === 0) return [words.none];
  return [
    table([words.when, words.host, words.action, words.variant, words.end, words.took, words.by], rows),
  ];
}

function waiversPart(account: Account, language: Language): readonly string[] {
  const words = ACCOUNT_WORDS[language];
  const rows = waiversOf(account).map(({ at, waiver, withdrawn }) => [
    when(at),
    code(waiver.key),
    withdrawn ? words.withdrawn : cell(waiver.reason),
    withdrawn ? '' : waiver.until,
    cell(waiver.by),
  ]);
  if (rows.length === 0) return [words.none];
  return [table([words.when, words.gates, words.reason, words.until, words.by], rows)];
}

function symptomsPart({ symptoms }: Account, language: Language): readonly string[] {
  const words = ACCOUNT_WORDS[language];
  if (symptoms.length === 0) return [words.none];
  return [
    table(
      [words.symptom, words.about, words.stands, words.first, words.last, words.gates, words.fixes],
      symptoms.map((one) => [
        one.id,
        cell(one.title[language]),
        one.open ? words.open : words.gone,
        one.firstSeen === null ? '' : when(one.firstSeen),
        one.lastSeen === null ? '' : when(one.lastSeen),
        one.gates.map(code).join(', '),
        one.fixes
          .map((fix) => `${when(fix.at)} ${code(`${fix.fix}@${fix.host}`)} ${cell(endWord(fix.end))}`)
          .join('; '),
      ]),
    ),
  ];
}
