/** Tables in GitHub-flavoured Markdown, of text that may hold anything. */
import type { Language } from '../../lab/types.js';
import { SHOWN_STANDINGS, summaryOf, type CheckReport } from '../verdicts.js';
import { oneLine } from './plain.js';

/** A text as one table cell: nothing in it is markup, and it stays in its cell. */
export function cell(text: string): string {
  return oneLine(text).replaceAll(/[\\|`*_<>[\]~&]/g, (sign) =>
    sign === '<' ? '&lt;' : sign === '&' ? '&amp;' : `\\${sign}`,
  );
}

/** Text that shows as code, whatever it holds, in a table cell. */
export function code(text: string): string {
  const line = oneLine(text).replaceAll('|', '\\|');
  if (line === '') return '';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

const WORDS = {
  id: { title: 'Pemeriksaan', verdict: 'Verdict', gate: 'Gate', about: 'Tentang', seen: 'Yang terlihat' },
  en: { title: 'Check', verdict: 'Verdict', gate: 'Gate', about: 'About', seen: 'What was seen' },
} as const;

export function checkMarkdown(report: CheckReport, language: Language): string {
  const words = WORDS[language];
  const summary = summaryOf(report.gates);
  const counts = SHOWN_STANDINGS.filter((name) => summary[name] > 0).map(
    (name) => `${summary[name]} ${name}`,
  );
  return [
    `## ${words.title}: ${cell(report.lab.name)}`,
    '',
    `${counts.join(' · ')} · ${new Date(report.finishedAt).toISOString()}`,
    '',
    table(
      [words.verdict, words.gate, words.about, words.seen],
      report.gates.map(({ gate, result, standing }) => [
        standing === 'pass' ? standing : `**${standing}**`,
        code(gate.key),
        cell(gate.title[language]),
        cell(result.say[language]),
      ]),
    ),
    '',
  ].join('\n');
}
