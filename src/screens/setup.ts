/** The screens before there is a lab: welcome, connect, Vagrantfile. */
import { stopwatch } from '../i18n/format.js';
import { setup } from '../i18n/texts/setup.js';
import { sudoWord } from '../i18n/texts/words.js';
import { welcomeChoices } from '../input/choices.js';
import { HOST_NAMES, type HostName } from '../lab/types.js';
import { position, windowStart } from '../state/lists.js';
import { connectField, connectFields, draftText, type ConnectField } from '../state/typing.js';
import type { LoginTest } from '../state/types.js';
import { fieldSpans, inputSpans } from './ui/field.js';
import { block, cell, line, prose, span, BLANK, type Line } from './ui/line.js';
import { scrolled } from './ui/scroll.js';
import { code } from './step-commands.js';
import { glyphsOf, inLang, type View } from './view.js';
import type { Text } from '../lab/types.js';

export function welcomeScreen(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const inner = Math.min(columns - 8, 84);
  const cursor = Math.min(position(state, 'welcome.cursor'), welcomeChoices(state).length - 1);
  const lines: Line[] = [
    BLANK,
    ...prose(inLang(view, setup.lead), inner + 4, 'plain', 4),
    BLANK,
    line(`    ${inLang(view, setup.ask)}`, 'title'),
    BLANK,
  ];
  welcomeChoices(state).forEach((choice, i) => {
    const chosen = i === cursor;
    const { title, text } = setup.choice[choice];
    lines.push([
      span(`  ${chosen ? glyphsOf(view).focus : ' '} `, 'accent'),
      span(`${i + 1}  `, 'dim'),
      span(inLang(view, title), chosen ? 'title' : 'plain'),
      ...(choice === 'last' ? [span(`  ${state.ui.lastLab ?? ''}`, 'dim')] : []),
    ]);
    // Where there is little room only the choice one stands on is told about.
    if (chosen || rows >= 16) lines.push(...prose(inLang(view, text), inner, 'dim', 7));
    if (rows >= 18) lines.push(BLANK);
  });
  const { opening } = state;
  lines.push(
    opening === null
      ? line(`    ${inLang(view, setup.nothingYet)}`, 'dim')
      : line(
          `    ${inLang(view, setup.opening({ time: stopwatch(state.now - opening.since), practice: opening.practice }))}`,
          'info',
        ),
  );
  return block(lines, rows);
}

// ---------------------------------------------------------------- connect

const LABEL_COLUMNS = 15;

function fieldLabel(view: View, field: ConnectField): string {
  const host = HOST_NAMES.find((name) => field === `address.${name}`);
  if (host !== undefined) return host;
  return field.startsWith('address.') ? field : inLang(view, labelText(field));
}
function labelText(field: ConnectField): Text {
  switch (field) {
    case 'address.vm-docker':
    case 'address.vm-k8s':
    case 'address.vm-worker':
      return setup.about.address;
    default:
      return setup.field[field];
  }
}
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

function fieldLine(view: View, field: ConnectField, chosen: boolean, columns: number): Line {
  const { draft } = view.state.connect;
  const mark = span(chosen ? glyphsOf(view).focus : ' ', 'accent');
  const label = fieldLabel(view, field);
  if (field === 'test' || field === 'write') {
    return [mark, span(` [ ${label} ]`, chosen ? 'title' : 'plain')];
  }
  const head = [mark, span(' '), cell(label, LABEL_COLUMNS, chosen ? 'title' : 'dim')];
  if (field === 'auth') {
    const arrows = chosen ? ['< ', ' >'] : ['  ', '  '];
    return [
      ...head,
      span(arrows[0] ?? '', 'accent'),
      span(inLang(view, setup.auth[draft.auth])),
      span(arrows[1] ?? '', 'accent'),
    ];
  }
  const caret = chosen && view.state.ui.dialog === null ? view.state.ui.caret : null;
  const room = Math.max(8, columns - LABEL_COLUMNS - 3);
  return [...head, ...fieldSpans(view, draftText(draft, field) ?? '', caret, room, SECRET.includes(field))];
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

export function connectScreen(view: View, columns: number, rows: number): Line[] {
  const { connect } = view.state;
  const current = connectField(view.state);
  const inner = columns - 2;
  const names = connectFields(connect.draft);
  const fields = names.map((field): Line => [
    span(' '),
    ...fieldLine(view, field, field === current, Math.min(inner, 90)),
  ]);
  // Always two rows for the explanation, so that what stands below does not move with its length.
  const about = block(prose(inLang(view, aboutText(current)), inner - 2, 'dim', 2), 2);
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
  const below = [...about, ...problem, ...tests];
  const gaps = rows >= 1 + fields.length + below.length + 2 ? [BLANK] : [];
  const room = Math.max(4, Math.min(fields.length, rows - 1 - gaps.length * 2 - below.length));
  const from = windowStart(names.indexOf(current), room, fields.length);
  const title = line(` ${inLang(view, setup.connectTitle)}`, 'title');
  return block([title, ...gaps, ...fields.slice(from, from + room), ...gaps, ...below], rows);
}

// ---------------------------------------------------------------- vagrant

/** Title, sentence (two rows), directory, empty row. */
export const VAGRANT_CHROME_ROWS = 5;

export function vagrantText(view: View, columns: number): Line[] {
  return code(view, view.vagrantText(view.state.connect.draft.addresses), columns);
}

export function vagrantScreen(view: View, columns: number, rows: number): Line[] {
  const top: Line[] = [
    line(` ${inLang(view, setup.vagrantTitle)}`, 'title'),
    ...block(prose(inLang(view, setup.vagrantLead), columns - 2, 'plain', 1), 2),
    [
      span(` ${inLang(view, setup.directory)}  `, 'dim'),
      ...inputSpans(view, 'vagrant.path', Math.min(80, columns - 16)),
    ],
    BLANK,
  ];
  const text = vagrantText(view, columns - 4).map((one): Line => [span(' '), ...one]);
  return [
    ...top,
    ...scrolled(view, text, position(view.state, 'vagrant.scroll'), columns - 1, rows - VAGRANT_CHROME_ROWS),
  ];
}
