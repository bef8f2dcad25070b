/** The record of all that was done: a list by day, and each entry whole. */
import { clockTime, duration, isoDate } from '../i18n/format.js';
import { live as liveText } from '../i18n/texts/live.js';
import { misc } from '../i18n/texts/misc.js';
import { step as stepTexts } from '../i18n/texts/step.js';
import { actionWord, standingWord, words } from '../i18n/texts/words.js';
import type { Text } from '../lab/types.js';
import type { JobEnd, JournalEntry } from '../services/ports.js';
import { stepOf } from '../state/content.js';
import { chosenEntry, JOURNAL_FILTER, journalCursor, newestEntries } from '../state/entries.js';
import { position, windowStart } from '../state/lists.js';
import type { Rollup } from '../state/standing.js';
import { evidenceLines } from './gate.js';
import { code } from './step-commands.js';
import { width } from './ui/cells.js';
import { inputSpans } from './ui/field.js';
import { block, cell, line, prose, span, spread, BLANK, type Line } from './ui/line.js';
import { scrolled } from './ui/scroll.js';
import { STANDING_TONE, subjectWord } from './ui/standing.js';
import { glyphsOf, inLang, langOf, type View } from './view.js';

/** Title and filter; of one entry, an empty row. */
export const JOURNAL_CHROME_ROWS = 2;
const LABEL_COLUMNS = 12;

/** How a job ended, in words, and the sign for it. */
function endOf(end: JobEnd): { readonly text: Text; readonly standing: Rollup } {
  switch (end.kind) {
    case 'exited':
      return { text: stepTexts.exit({ code: end.exit }), standing: end.exit === 0 ? 'pass' : 'fail' };
    case 'flooded':
      return { text: misc.flooded, standing: 'fail' };
    case 'timed-out':
    case 'cancelled':
      return { text: actionWord[end.kind], standing: 'warn' };
    case 'lost':
      return { text: misc.lost[end.reason], standing: 'unknown' };
  }
}

interface Told {
  readonly standing: Rollup;
  readonly subject: string;
  /** For the list, where the sign and the last column say the rest. */
  readonly brief: string;
  /** As a sentence of its own. */
  readonly what: string;
  readonly more: string;
}

/** An entry in the words of one row. */
function told(view: View, entry: JournalEntry): Told {
  switch (entry.kind) {
    case 'job': {
      const { text, standing } = endOf(entry.end);
      const { step, action } = entry;
      const time = duration(langOf(view), entry.endedAt - entry.startedAt);
      return {
        standing,
        subject: entry.host,
        brief: `${entry.purpose === 'undo' ? `${inLang(view, misc.undone)} ` : ''}${step}/${action}`,
        what: inLang(view, misc.ranJob({ step, action, undo: entry.purpose === 'undo' })),
        more: `${inLang(view, text)}, ${time}`,
      };
    }
    case 'satisfied':
      return {
        standing: 'pass',
        subject: entry.host,
        brief: `${entry.step}/${entry.action}`,
        what: inLang(view, misc.satisfied(entry)),
        more: inLang(view, actionWord.satisfied),
      };
    case 'gate': {
      const { gate, subject, verdict } = entry.result;
      return {
        standing: verdict,
        subject: subjectWord(view, subject),
        brief: inLang(view, misc.judged({ gate })),
        what: inLang(view, misc.judged({ gate })),
        more: inLang(view, standingWord[verdict]),
      };
    }
    case 'waiver': {
      const { key, until, by } = entry.waiver;
      const text = entry.withdrawn ? misc.unwaived({ gate: key }) : misc.waived({ gate: key, until });
      const what = inLang(view, text);
      return { standing: 'waived', subject: '', brief: what, what, more: by };
    }
    case 'act': {
      const what = inLang(view, entry.say);
      return {
        standing: entry.trouble === null ? 'pass' : 'fail',
        subject: entry.host ?? '',
        brief: what,
        what,
        more: entry.by,
      };
    }
  }
}

/** Cursor, time and sign; then whom it was done to. */
const LEAD_COLUMNS = 14;
const SUBJECT_COLUMNS = 14;

function entryRow(view: View, entry: JournalEntry, chosen: boolean, columns: number): Line {
  const { standing, subject, brief, more } = told(view, entry);
  const all = columns - LEAD_COLUMNS - 1;
  const moreColumns = columns < 100 ? 24 : 30;
  const usual = Math.max(10, Math.min(60, all - SUBJECT_COLUMNS - moreColumns));
  // What is longer than its column takes what the others leave: the subject of what is about none, the end of the row.
  const wanted = width(brief);
  const begins = wanted > usual && subject === '' ? 0 : SUBJECT_COLUMNS;
  const room = all - begins - Math.min(moreColumns, width(more));
  const briefColumns = Math.max(SUBJECT_COLUMNS + usual - begins, Math.min(wanted, room));
  return [
    span(chosen ? glyphsOf(view).focus : ' ', 'accent'),
    span(' '),
    cell(clockTime(entry.at), 8, 'dim'),
    span('  '),
    // What was green then may not be now: the past has no green.
    span(glyphsOf(view).standing[standing], standing === 'pass' ? 'plain' : STANDING_TONE[standing]),
    span(' '),
    cell(subject, Math.max(0, begins - 1)),
    span(begins === 0 ? '' : ' '),
    cell(brief, briefColumns, chosen ? 'pick' : 'plain'),
    span(' '),
    cell(more, Math.min(moreColumns, Math.max(0, all - begins - briefColumns)), 'dim'),
  ];
}

/** Newest first, a heading for each day. */
export function journalScreen(view: View, columns: number, rows: number): Line[] {
  const { journal } = view.state.ui;
  const damaged = journal?.damaged ?? 0;
  const entries = newestEntries(view.state);
  const all = journal?.entries.length ?? 0;
  const top: Line[] = [
    spread(
      [span(` ${inLang(view, misc.journal)}`, 'title'), span(`  ${inLang(view, misc.newestFirst)}`, 'dim')],
      damaged === 0 ? [] : [span(`${inLang(view, misc.journalDamaged({ count: damaged }))} `, 'warn')],
      columns,
    ),
    spread(
      [
        span(` ${inLang(view, liveText.filter)} / `, 'dim'),
        ...inputSpans(view, JOURNAL_FILTER, Math.max(10, columns - 40)),
      ],
      [span(`${inLang(view, liveText.counts({ shown: entries.length, all }))} `, 'dim')],
      columns,
    ),
  ];
  if (journal === null) return block([...top, line(`  ${inLang(view, misc.journalReading)}`, 'dim')], rows);
  if (entries.length === 0) {
    const needle = (view.state.ui.inputs[JOURNAL_FILTER] ?? '').trim();
    const why = all === 0 ? misc.journalEmpty : liveText.noMatch({ needle });
    return block([...top, ...prose(inLang(view, why), columns - 4, 'dim', 2)], rows);
  }
  const cursor = journalCursor(view.state);
  const lines: Line[] = [];
  let at = 0;
  entries.forEach((entry, i) => {
    const day = isoDate(entry.at);
    const before = entries[i - 1];
    if (before === undefined || isoDate(before.at) !== day) lines.push(line(` ${day}`, 'title'));
    if (i === cursor) at = lines.length;
    lines.push(entryRow(view, entry, i === cursor, columns - 1));
  });
  const room = rows - JOURNAL_CHROME_ROWS;
  const start = windowStart(at, room, lines.length);
  return block([...top, ...lines.slice(start, start + room)], rows);
}

// ---------------------------------------------------------------- one entry

function labelled(view: View, label: Text, text: string, columns: number): Line[] {
  const body = prose(text, columns - LABEL_COLUMNS);
  return body.map((one, i) => [cell(i === 0 ? inLang(view, label) : '', LABEL_COLUMNS, 'dim'), ...one]);
}

function jobLines(view: View, entry: Extract<JournalEntry, { kind: 'job' }>, columns: number): Line[] {
  const action = stepOf(view.state, entry.step)?.actions.find((one) => one.id === entry.action);
  const { text, standing } = endOf(entry.end);
  const variant = entry.variant === 'ours' ? words.ours : words.runbook;
  const left = entry.end.kind === 'cancelled' ? entry.end.left.trim() : '';
  return [
    BLANK,
    ...(action === undefined ? [] : [...prose(inLang(view, action.say), columns), BLANK]),
    [
      cell(inLang(view, misc.entry.end), LABEL_COLUMNS, 'dim'),
      span(
        `${glyphsOf(view).standing[standing]} ${inLang(view, text)}`,
        standing === 'pass' ? 'plain' : STANDING_TONE[standing],
      ),
    ],
    ...(left === '' ? [] : labelled(view, misc.entry.left, left, columns)),
    ...labelled(
      view,
      misc.entry.took,
      `${duration(langOf(view), entry.endedAt - entry.startedAt)} (${clockTime(entry.startedAt)}–${clockTime(entry.endedAt)})`,
      columns,
    ),
    ...labelled(view, misc.entry.commands, inLang(view, variant), columns),
    ...labelled(view, misc.entry.job, entry.job, columns),
    ...labelled(view, misc.entry.hash, entry.scriptHash, columns),
    BLANK,
    line(inLang(view, misc.entry.output), 'title'),
    ...(entry.outputTail.trim() === ''
      ? [line(inLang(view, misc.entry.noOutput), 'dim')]
      : code(view, entry.outputTail, columns)),
  ];
}

/** All there is to say of the chosen entry, wrapped. */
export function entryText(view: View, columns: number): Line[] {
  const entry = chosenEntry(view.state);
  if (entry === null) return [];
  const by = entry.kind === 'gate' ? '' : entry.kind === 'waiver' ? entry.waiver.by : entry.by;
  const head = [
    ...labelled(view, misc.entry.when, `${isoDate(entry.at)} ${clockTime(entry.at)}`, columns),
    ...(by === '' ? [] : labelled(view, misc.entry.by, by, columns)),
  ];
  switch (entry.kind) {
    case 'job':
      return [...head, ...jobLines(view, entry, columns)];
    case 'satisfied': {
      const action = stepOf(view.state, entry.step)?.actions.find((one) => one.id === entry.action);
      return [...head, ...(action === undefined ? [] : [BLANK, ...prose(inLang(view, action.say), columns)])];
    }
    case 'gate':
      return [
        ...head,
        BLANK,
        ...prose(inLang(view, entry.result.say), columns),
        BLANK,
        ...entry.result.evidence.flatMap((one) => evidenceLines(view, one, columns)),
      ];
    case 'waiver':
      return [
        ...head,
        ...labelled(view, misc.entry.until, entry.waiver.until, columns),
        ...labelled(view, misc.entry.reason, entry.waiver.reason, columns),
      ];
    case 'act':
      return [
        ...head,
        ...labelled(view, misc.entry.end, inLang(view, entry.trouble ?? actionWord.ok), columns),
        ...labelled(view, misc.entry.took, duration(langOf(view), entry.endedAt - entry.at), columns),
      ];
  }
}

export function entryScreen(view: View, columns: number, rows: number): Line[] {
  const entry = chosenEntry(view.state);
  if (entry === null) return block([line(` ${inLang(view, misc.journalEmpty)}`, 'dim')], rows);
  const { standing, subject, what } = told(view, entry);
  const top: Line[] = [
    [
      span(` ${glyphsOf(view).standing[standing]} `, standing === 'pass' ? 'plain' : STANDING_TONE[standing]),
      span(what, 'title'),
      span(subject === '' ? '' : `  ${subject}`, 'dim'),
    ],
    BLANK,
  ];
  const text = entryText(view, columns - 4).map((one): Line => [span(' '), ...one]);
  return [
    ...top,
    ...scrolled(view, text, position(view.state, 'entry.scroll'), columns - 1, rows - JOURNAL_CHROME_ROWS),
  ];
}

/** The chosen entry as text, for copying. */
export function entryCopy(view: View): string | null {
  const entry = chosenEntry(view.state);
  if (entry === null) return null;
  const { subject, what, more } = told(view, entry);
  const head = [isoDate(entry.at), clockTime(entry.at), subject, what, more]
    .filter((one) => one !== '')
    .join('  ');
  switch (entry.kind) {
    case 'job':
      return `${head}\n${entry.outputTail}`;
    case 'satisfied':
      return head;
    case 'gate': {
      const evidence = entry.result.evidence.map(
        (one) => `[${one.place}] $ ${one.asked}\nexit ${one.exit ?? '-'}\n${one.excerpt}`,
      );
      return [head, inLang(view, entry.result.say), ...evidence].join('\n\n');
    }
    case 'waiver':
      return `${head}\n${entry.waiver.reason}`;
    case 'act':
      return entry.trouble === null ? head : `${head}\n${inLang(view, entry.trouble)}`;
  }
}
