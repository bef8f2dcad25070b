/** The guided form for one's own three VMs: answers, what is wrong with them, and whether one gets in. */
import { setup } from '../i18n/texts/setup.js';
import { sudoWord } from '../i18n/texts/words.js';
import { HOST_NAMES, type HostName, type Text } from '../lab/types.js';
import { fieldName, hostOfField, toldProblem } from '../state/form.js';
import { windowStart } from '../state/lists.js';
import { connectField, connectFields, draftText } from '../state/typing.js';
import type { ConnectField, LoginTest } from '../state/types.js';
import { fieldSpans } from './ui/field.js';
import { block, cell, line, prose, span, BLANK, type Line } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

const LABEL_COLUMNS = 15;
/** Columns between the left edge and the answers. */
const HEAD_COLUMNS = LABEL_COLUMNS + 3;
/** Columns that what is wrong needs beside an answer. */
const PROBLEM_COLUMNS = 32;

function aboutText(field: ConnectField): Text {
  switch (field) {
    case 'address.vm-docker':
    case 'address.vm-k8s':
    case 'address.vm-worker':
      return setup.about.address;
    default:
      return setup.about[field];
  }
}

const SECRET: readonly ConnectField[] = ['passphrase', 'password', 'sudoPassword'];

/** Columns of an answer: what is always short gets no more than it can fill. */
function answerColumns(field: ConnectField, columns: number): number {
  const room = Math.max(8, columns - HEAD_COLUMNS);
  if (hostOfField(field) !== null) return Math.min(18, room);
  if (field === 'port') return Math.min(7, room);
  return field === 'user' ? Math.min(20, room) : room;
}

function fieldLine(view: View, field: ConnectField, chosen: boolean, columns: number): Line {
  const { connect } = view.state;
  const { draft } = connect;
  const mark = span(chosen ? glyphsOf(view).focus : ' ', 'accent');
  const label = inLang(view, fieldName(field));
  if (field === 'test' || field === 'write') {
    return [mark, span(` [ ${label} ]`, chosen ? 'title' : 'plain')];
  }
  const head = [mark, span(' '), cell(label, LABEL_COLUMNS, chosen ? 'title' : 'dim')];
  if (field === 'auth') {
    const answer = span(inLang(view, setup.auth[draft.auth]), chosen ? 'title' : 'plain');
    return [...head, answer, span(chosen ? '  < >' : '', 'accent')];
  }
  const caret = chosen && view.state.ui.dialog === null ? view.state.ui.caret : null;
  const problem = toldProblem(connect, field);
  const wide = answerColumns(field, columns);
  const room =
    problem === null ? wide : Math.min(wide, Math.max(12, columns - HEAD_COLUMNS - PROBLEM_COLUMNS));
  const wrong =
    problem === null ? [] : [span(` ${glyphsOf(view).standing.fail} ${inLang(view, problem.short)}`, 'bad')];
  const answer = fieldSpans(view, draftText(draft, field) ?? '', caret, room, SECRET.includes(field));
  return [...head, ...answer, ...wrong];
}

function testLines(view: View, host: HostName, test: LoginTest, columns: number): Line[] {
  const glyph = glyphsOf(view).standing;
  const head = cell(host, 10);
  const word = inLang(view, setup.test[test.kind]);
  switch (test.kind) {
    case 'untested':
      return [[head, span(`${glyph.never} ${word}`, 'dim')]];
    case 'testing':
      return [[head, span(`${glyph.running} ${word}`, 'info')]];
    case 'ok':
      return [
        [
          head,
          span(`${glyph.pass} ${word}`, 'ok'),
          span(`  ${test.os}; ${inLang(view, setup.hostname({ name: test.hostname }))}; `, 'dim'),
          span(inLang(view, sudoWord[test.sudo]), test.sudo === 'none' ? 'bad' : 'plain'),
        ],
      ];
    case 'failed':
      return [
        [head, span(`${glyph.fail} ${word}: ${inLang(view, test.trouble.what)}`, 'bad')],
        ...prose(inLang(view, test.trouble.remedy), columns, 'plain', 12).slice(0, 2),
      ];
  }
}

/** Two rows on the field one is in: what it is for, or what is wrong with it. What stands below never moves. */
function aboutLines(view: View, field: ConnectField, columns: number): Line[] {
  const problem = toldProblem(view.state.connect, field);
  const text = problem === null ? aboutText(field) : problem.detail;
  return block(prose(inLang(view, text), columns, problem === null ? 'dim' : 'warn', 2), 2);
}

export function connectScreen(view: View, columns: number, rows: number): Line[] {
  const { connect } = view.state;
  const current = connectField(view.state);
  const inner = columns - 2;
  const names = connectFields(connect.draft);
  const fields = names.map((field): Line => [
    span(' '),
    ...fieldLine(view, field, field === current, Math.min(inner, 90)),
  ]);
  const tests = HOST_NAMES.flatMap((host) => testLines(view, host, connect.tests[host], inner - 2)).map(
    (one): Line => [span('  '), ...one],
  );
  const problem =
    connect.problem === null
      ? []
      : [
          ...prose(inLang(view, connect.problem.what), inner - 2, 'bad', 2),
          ...prose(inLang(view, connect.problem.remedy), inner - 2, 'plain', 2),
        ];
  const below = [...aboutLines(view, current, inner - 2), ...problem, ...tests];
  const gaps = rows >= 1 + fields.length + below.length + 2 ? [BLANK] : [];
  const room = Math.max(4, Math.min(fields.length, rows - 1 - gaps.length * 2 - below.length));
  const from = windowStart(names.indexOf(current), room, fields.length);
  const title = line(` ${inLang(view, setup.connectTitle)}`, 'title');
  return block([title, ...gaps, ...fields.slice(from, from + room), ...gaps, ...below], rows);
}
