/** The first screen, and the Vagrantfile for those who have no VMs yet. */
import { stopwatch } from '../i18n/format.js';
import { setup } from '../i18n/texts/setup.js';
import { welcomeChoices } from '../input/choices.js';
import { HOST_NAMES } from '../lab/types.js';
import { position } from '../state/lists.js';
import { inputSpans } from './ui/field.js';
import { block, line, prose, span, BLANK, type Line } from './ui/line.js';
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

// ---------------------------------------------------------------- vagrant

/** A path as it stands in a shell command. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

function keyMissing(view: View): boolean {
  return view.state.vagrant.keyFound === false;
}

/** What is left to be done once the file is there, in order, each with its command. */
function nextSteps(view: View, written: string, columns: number): Line[] {
  const { plan } = view.state.vagrant;
  const directory = written.replace(/\/[^/]*$/, '');
  const last = (address: string): string => `.${address.split('.').at(-1) ?? ''}`;
  const [first, ...others] = HOST_NAMES.map((host) => plan.addresses[host]);
  const addresses = [first ?? '', ...others.map(last)].join(', ');
  const steps: readonly { readonly say: Text; readonly command: string | null }[] = [
    ...(keyMissing(view) ? [{ say: setup.next.key, command: inLang(view, setup.makeKey) }] : []),
    { say: setup.next.up, command: `cd ${quoted(directory)} && vagrant up` },
    {
      say: setup.next.connect({
        choice: inLang(view, setup.choice.own.title),
        user: plan.user,
        addresses,
      }),
      command: null,
    },
  ];
  return [
    [
      span(` ${glyphsOf(view).standing.pass} `, 'plain'),
      span(inLang(view, setup.written({ path: written })), 'title'),
    ],
    BLANK,
    line(` ${inLang(view, setup.nextTitle)}`, 'title'),
    ...steps.flatMap(({ say, command }, i) => {
      const [head = [], ...rest] = prose(inLang(view, say), columns - 1, 'plain', 4);
      return [
        [span(`  ${i + 1} `, 'accent'), ...head.map((one) => span(one.text.slice(4), one.tone))],
        ...rest,
        ...(command === null ? [] : prose(command, columns - 1, 'accent', 6)),
      ];
    }),
  ];
}

function vagrantTop(view: View, columns: number): Line[] {
  const { vagrant } = view.state;
  const title = line(` ${inLang(view, setup.vagrantTitle)}`, 'title');
  const directory: Line = [
    span(` ${inLang(view, setup.directory)}  `, 'dim'),
    ...inputSpans(view, 'vagrant.path', Math.min(80, columns - 16)),
  ];
  if (vagrant.written !== null) {
    return [title, directory, BLANK, ...nextSteps(view, vagrant.written, columns), BLANK];
  }
  const warning = keyMissing(view)
    ? [
        ...prose(inLang(view, setup.noPublicKey({ path: vagrant.plan.publicKey })), columns - 1, 'warn', 1),
        line(`      ${inLang(view, setup.makeKey)}`, 'accent'),
      ]
    : [];
  return [
    title,
    ...prose(inLang(view, setup.vagrantLead), columns - 1, 'plain', 1),
    directory,
    ...warning,
    BLANK,
  ];
}

/** Rows that stand above the text of the Vagrantfile. */
export function vagrantChromeRows(view: View, columns: number): number {
  return vagrantTop(view, columns).length;
}

export function vagrantText(view: View, columns: number): Line[] {
  return code(view, view.vagrantText(view.state.vagrant.plan), columns);
}

export function vagrantScreen(view: View, columns: number, rows: number): Line[] {
  const top = vagrantTop(view, columns);
  const text = vagrantText(view, columns - 4).map((one): Line => [span(' '), ...one]);
  return [
    ...top,
    ...scrolled(
      view,
      text,
      position(view.state, 'vagrant.scroll'),
      columns - 1,
      Math.max(0, rows - top.length),
    ),
  ];
}
