/** The account of a lab as one HTML file: no script, nothing loaded from elsewhere, readable on paper. */
import { standingWord } from '../../i18n/texts/words.js';
import { duration } from '../../i18n/format.js';
import type { Standing } from '../../gates/types.js';
import { HOST_NAMES, type Language } from '../../lab/types.js';
import { glyphs } from '../../term/glyphs.js';
import { ACCOUNT_WORDS, runRows } from './account-words.js';
import { endWord, waiversOf, when, type Account } from './account.js';
import type { AccountGate } from '../../state/account.js';
import { SVG_STYLE } from '../../term/svg.js';
import type { ReportPicture } from '../context.js';
import { printable } from './plain.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Signs that turn the direction of a text, or are not there to be seen: they could make a line say something else. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Text of unknown origin as content or attribute value. */
export function html(text: string): string {
  return printable(text)
    .replaceAll(INVISIBLE, '')
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1f24; --ground: #fff; --soft: #4a5260; --line: #e3e6eb; --edge: #ccd1d9; --fill: #f6f7f9; --head: #f3f5f8; --pass: #16693a; --fail: #b3201f; --warn: #8a5200; --idle: #59606c; }
body { font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--edge); }
p.head, figcaption { color: var(--soft); } p.head { margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { background: var(--head); } thead { display: table-header-group; } tr { break-inside: avoid; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .86em; }
pre { white-space: pre-wrap; background: var(--fill); border: 1px solid var(--line); padding: .4rem .6rem; margin: .2rem 0 .6rem; overflow-wrap: anywhere; }
td.nowrap, td.state { white-space: nowrap; } .state { font-weight: 600; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .warn, .unknown, .waived { color: var(--warn); } .blocked, .stale, .never, .running { color: var(--idle); }
ul.summary { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; }
figure { margin: 0 0 1rem; break-inside: avoid; } figcaption { font-size: .9em; margin-top: .3rem; } svg { display: block; width: 100%; height: auto; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #d6dae1; --ground: #101214; --soft: #a2a9b6; --line: #2a2e35; --edge: #3a404a; --fill: #181b1f; --head: #1d2126; --pass: #8fce9b; --fail: #ef8a85; --warn: #e5c07b; --idle: #a2a9b6; }
}
@media print { body { margin: 0; max-width: none; font-size: 10.5px; } h2 { break-after: avoid; } a { color: inherit; } }
`.trim();

type Cell = { readonly html: string; readonly kind?: string };
const text = (value: string, kind?: string): Cell => ({
  html: html(value),
  ...(kind === undefined ? {} : { kind }),
});
const code = (value: string): Cell => ({ html: value === '' ? '' : `<code>${html(value)}</code>` });

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const body = rows.map((row) => {
    const cells = row.map(
      (one) => `<td${one.kind === undefined ? '' : ` class="${one.kind}"`}>${one.html}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return [
    `<table><thead><tr>${head.map((one) => `<th scope="col">${html(one)}</th>`).join('')}</tr></thead><tbody>`,
    ...body,
    '</tbody></table>',
  ].join('\n');
}

function state(standing: Standing, language: Language): string {
  return `${glyphs(false).standing[standing]} ${standingWord[standing][language]}`;
}
function stateCell(standing: Standing, language: Language): Cell {
  return text(state(standing, language), `state ${standing}`);
}

/**
 * @param pictures of the screen; their SVG was made by this program and is set in as it is
 */
export function reportHtml(
  account: Account,
  language: Language,
  pictures: readonly ReportPicture[] = [],
): string {
  const words = ACCOUNT_WORDS[language];
  const { lab } = account;
  const title = `${words.title}: ${lab.name}`;
  const sections: readonly (readonly [string, string])[] = [
    [words.summary, summary(account, language)],
    ...(pictures.length === 0
      ? []
      : [[words.panes, pictures.map((one) => figure(one, language)).join('\n')] as const]),
    [words.gates, gates(account, language)],
    [words.evidence, evidence(account, language)],
    [words.runs, runs(account, language)],
    [words.waivers, waivers(account, language)],
    [words.symptoms, symptoms(account, language)],
  ];
  const practice = lab.practice ? ` · ${words.practice}` : '';
  return [
    '<!doctype html>',
    `<html lang="${language}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${html(title)}</title>`,
    `<style>\n${STYLE}${pictures.length === 0 ? '' : `\n${SVG_STYLE}`}\n</style>`,
    '</head>',
    '<body>',
    `<h1>${html(title)}</h1>`,
    `<p class="head">${html(`${words.written}: ${when(account.at)} UTC · ${account.by} · threebody-tui ${account.version}${practice}`)}</p>`,
    ...sections.map(([heading, body]) => `<section>\n<h2>${html(heading)}</h2>\n${body}\n</section>`),
    ...(account.damaged > 0 ? [`<p>${html(words.damaged(account.damaged))}</p>`] : []),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function figure({ svg, caption }: ReportPicture, language: Language): string {
  return `<figure>${svg}<figcaption>${html(caption[language])}</figcaption></figure>`;
}

function none(language: Language): string {
  return `<p>${html(ACCOUNT_WORDS[language].none)}</p>`;
}

const ORDER: readonly Standing[] = ['fail', 'unknown', 'blocked', 'warn', 'waived', 'stale', 'pass', 'never'];

function summary(account: Account, language: Language): string {
  const words = ACCOUNT_WORDS[language];
  const counts = ORDER.flatMap((standing) => {
    const count = account.gates.filter((one) => one.standing === standing).length;
    return count === 0
      ? []
      : [`<li><span class="state ${standing}">${html(state(standing, language))}</span> ${count}</li>`];
  });
  return [
    `<ul class="summary">${counts.join('')}</ul>`,
    table(
      [words.host, words.address],
      HOST_NAMES.map((name) => [text(name), code(account.lab.hosts[name].address)]),
    ),
  ].join('\n');
}

function judged(account: Account): readonly AccountGate[] {
  return account.gates.filter((one) => one.result !== null || one.waiver !== null);
}

function gates(account: Account, language: Language): string {
  const words = ACCOUNT_WORDS[language];
  const rows = judged(account);
  const left = account.gates.length - rows.length;
  return [
    rows.length === 0
      ? none(language)
      : table(
          [words.stands, words.gates, words.about, words.seen, words.when],
          rows.map(({ gate, result, standing }) => [
            stateCell(standing, language),
            code(gate.key),
            text(gate.title[language]),
            text(result?.say[language] ?? ''),
            text(result === null ? '' : when(result.judgedAt), 'nowrap'),
          ]),
        ),
    ...(left === 0 ? [] : [`<p>${html(words.never(left))}</p>`]),
  ].join('\n');
}

function evidence(account: Account, language: Language): string {
  const words = ACCOUNT_WORDS[language];
  const blocks = judged(account).flatMap(({ gate, result, standing }) =>
    (result?.evidence ?? []).map((one) => {
      const facts = `${one.place} · ${words.exit} ${one.exit ?? '–'} · ${when(one.startedAt)} · ${duration(language, one.durationMs)}`;
      return [
        `<p><span class="state ${standing}">${html(state(standing, language))}</span> <code>${html(gate.key)}</code> · ${html(facts)}</p>`,
        `<pre>${html(one.asked)}${one.excerpt === '' ? '' : `\n\n${html(one.excerpt)}`}</pre>`,
      ].join('\n');
    }),
  );
  return blocks.length === 0 ? none(language) : blocks.join('\n');
}

function runs(account: Account, language: Language): string {
  const words = ACCOUNT_WORDS[language];
  const rows = runRows(account, language);
  if (rows.length === 0) return none(language);
  return table(
    [words.when, words.host, words.action, words.variant, words.end, words.took, words.by],
    rows.map((row) => [
      text(row.at, 'nowrap'),
      text(row.host),
      {
        html: `${row.id ? code(row.what).html : html(row.what)}${row.note === '' ? '' : ` (${html(row.note)})`}`,
      },
      text(row.variant),
      text(row.end),
      text(row.took, 'nowrap'),
      text(row.by),
    ]),
  );
}

function waivers(account: Account, language: Language): string {
  const words = ACCOUNT_WORDS[language];
  const rows = waiversOf(account);
  if (rows.length === 0) return none(language);
  return table(
    [words.when, words.gates, words.reason, words.until, words.by],
    rows.map(({ at, waiver, withdrawn }) => [
      text(when(at), 'nowrap'),
      code(waiver.key),
      text(withdrawn ? words.withdrawn : waiver.reason),
      text(withdrawn ? '' : waiver.until, 'nowrap'),
      text(waiver.by),
    ]),
  );
}

function symptoms(account: Account, language: Language): string {
  const words = ACCOUNT_WORDS[language];
  if (account.symptoms.length === 0) return none(language);
  return table(
    [words.symptom, words.about, words.stands, words.first, words.last, words.gates, words.fixes],
    account.symptoms.map((one) => [
      text(one.id),
      text(one.title[language]),
      text(one.open ? words.open : words.gone),
      text(one.firstSeen === null ? '' : when(one.firstSeen), 'nowrap'),
      text(one.lastSeen === null ? '' : when(one.lastSeen), 'nowrap'),
      { html: one.gates.map((key) => code(key).html).join(', ') },
      {
        html: one.fixes
          .map(
            (fix) => `${html(when(fix.at))} ${code(`${fix.fix}@${fix.host}`).html} ${html(endWord(fix.end))}`,
          )
          .join('<br>'),
      },
    ]),
  );
}
