/** Troubleshooting as people see and use it: the list, the walk, the fix; every size, both languages, ASCII. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { layerWord, outcomeWord, troubles as text, troubleReasons } from '../../src/i18n/texts/troubles.js';
import { keyOutcome } from '../../src/input/keys.js';
import { LANGUAGES, type Language } from '../../src/lab/types.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { newsBetween } from '../../src/screens/linear.js';
import { drawn, lineWidth, plain } from '../../src/screens/ui/line.js';
import type { FixPlan, UndoPlan } from '../../src/state/troubles-types.js';
import { TROUBLES_LIST } from '../../src/state/troubles-view.js';
import type { AppState, TerminalView } from '../../src/state/types.js';
import { after, busyLab, effectsOf, result, start, viewOn, NOW } from './fixture.js';
import { frameOf } from './frames.js';
import { answer, CATALOGUE, look, recognised } from './troubles-data.js';

const docker = recognised().findings.find((one) => one.symptom.id === 'S16');
if (docker === undefined) throw new Error('S16 is not recognised');

function empty(options: { lang?: Language; terminal?: Partial<TerminalView> } = {}): AppState {
  return after(
    busyLab(start(options)),
    { type: 'troubles.open', gate: null },
    { type: 'troubles.catalogue', catalogue: CATALOGUE },
  );
}
function looked(options: Parameters<typeof empty>[0] = {}): AppState {
  return after(empty(options), { type: 'troubles.looked', look: look() });
}
const choose = (state: AppState, key: string): AppState =>
  after(state, { type: 'ui.pick', name: TROUBLES_LIST, key, at: 0 });
const walking = (state: AppState): AppState =>
  after(choose(state, 'S16'), { type: 'troubles.focus', walk: true });
const answered = (state: AppState, check: string, outcome: number | null): AppState =>
  after(state, {
    type: 'troubles.answer',
    root: 'S16',
    symptom: 'S16',
    answer: answer(docker, check, outcome),
  });
const proved = (state: AppState): AppState => answered(answered(walking(state), 'state', 1), 'last-words', 1);

const fix = docker.symptom.fixes.find((one) => one.id === 'start');
if (fix === undefined) throw new Error('S16 has no fix "start"');
function plan(over: Partial<FixPlan> = {}): FixPlan {
  return {
    symptom: 'S16',
    fix:
      fix ??
      (() => {
        throw new Error('no fix');
      })(),
    actions: [
      {
        step: 'S16',
        action: 'start',
        host: 'vm-docker',
        variant: 'ours',
        as: 'root',
        risk: 'safe',
        say: { id: 'Jalankan Docker lagi.', en: 'Start Docker again.' },
        script: 'systemctl start docker.service\n# the end',
        satisfied: null,
        undo: null,
        files: [],
        keep: null,
        runbookScript: null,
        timeoutMs: 1000,
        reconnect: false,
      },
    ],
    risk: 'safe',
    byHand: null,
    ...over,
  };
}
const asked = (state: AppState, over: Partial<FixPlan> = {}): AppState =>
  after(proved(state), { type: 'troubles.planned', root: docker, plan: plan(over) });
/** docker.service is down since daemon.json is no JSON: for that there are two fixes. */
const twoFixes = (state: AppState): AppState => {
  const [first] = docker.symptom.fixes.filter((one) => one.for.includes('bad-config'));
  const wrong = answered(answered(walking(state), 'state', 1), 'config', 1);
  return after(wrong, { type: 'troubles.planned', root: docker, plan: plan(first && { fix: first }) });
};
const undoAsked = (state: AppState, over: Partial<UndoPlan> = {}): AppState =>
  after(proved(state), {
    type: 'troubles.undo-planned',
    plan: {
      root: 'S16',
      symptom: 'S16',
      fix: plan().fix,
      record: '20261122T150155Z-S16.start',
      at: NOW - 120_000,
      files: [{ host: 'vm-docker', path: '/etc/docker/daemon.json' }],
      stays: ['B1.start@vm-docker'],
      ...over,
    },
  });
const byHand = { id: 'Nyalakan VM itu.', en: 'Switch that VM on.' };

function everyState(options: Parameters<typeof empty>[0]): Readonly<Record<string, AppState>> {
  const found = looked(options);
  return {
    empty: empty(options),
    looking: after(empty(options), { type: 'troubles.progress', done: 12, all: 210 }),
    found,
    unfolded: after(choose(found, 'S16'), { type: 'ui.position', name: 'troubles.open.S16', value: 1 }),
    walk: walking(found),
    why: after(walking(found), { type: 'ui.position', name: 'troubles.why', value: 1 }),
    asking: after(walking(found), { type: 'troubles.asking', root: 'S16', symptom: 'S16', check: 'config' }),
    unasked: answered(walking(found), 'state', null),
    proved: proved(found),
    red: after(choose(found, 'red:A1.dpkg-clean@vm-docker'), { type: 'troubles.focus', walk: true }),
    expected: choose(found, 'expected:0'),
    browsing: after(
      found,
      { type: 'ui.type', name: 'troubles.filter' },
      { type: 'ui.edit', edit: { kind: 'insert', text: 'harbor' } },
    ),
    'no match': after(
      found,
      { type: 'ui.type', name: 'troubles.filter' },
      { type: 'ui.edit', edit: { kind: 'insert', text: 'zzzz' } },
    ),
    pasting: after(
      found,
      { type: 'ui.type', name: 'troubles.paste' },
      { type: 'ui.edit', edit: { kind: 'insert', text: 'x'.repeat(300) } },
    ),
    unknown: after(found, { type: 'troubles.recognised', text: 'what\nis \u001B[31mthis', findings: [] }),
    'ask fix': asked(found),
    'by hand': asked(found, { byHand, actions: [] }),
    'typed fix': after(asked(found, { risk: 'destroys' }), { type: 'dialog.accept' }),
    'one of two': twoFixes(found),
    fixing: after(asked(found), { type: 'dialog.accept' }),
    'ask undo': undoAsked(found),
    undoing: after(undoAsked(found), { type: 'dialog.accept' }),
    helped: after(
      asked(found),
      { type: 'dialog.accept' },
      {
        type: 'troubles.fixed',
        root: 'S16',
        outcome: {
          symptom: 'S16',
          fix: 'start',
          say: plan().fix.say,
          result: 'no-help',
          results: [result('B1.docker-active@vm-docker', 'fail')],
          at: NOW,
        },
      },
    ),
  };
}

const rowsOf = (state: AppState): string[] => plain(frameOf(state).lines);
const shownIn = (state: AppState): string => rowsOf(state).join('\n');
const dialogOf = (state: AppState): string => plain(frameOf(state).dialog).join('\n');
const context = keyContextOf(viewOn(empty()));
const press = (state: AppState, ...keys: readonly string[]): AppState =>
  keys.reduce((now, key) => {
    const outcome = keyOutcome(now, key, context);
    return outcome === null || 'local' in outcome ? now : after(now, outcome);
  }, state);

describe.each([
  [80, 24],
  [120, 40],
  [200, 50],
] as const)('at %i×%i', (columns, rows) => {
  it.each(LANGUAGES)('fills the terminal and never leaves it: %s', (lang) => {
    for (const [name, state] of Object.entries(everyState({ lang, terminal: { columns, rows } }))) {
      const { lines, dialog } = frameOf(state);
      expect(lines, name).toHaveLength(rows);
      expect(dialog.length, name).toBeLessThanOrEqual(rows - 4);
      for (const line of [...lines, ...dialog]) {
        expect(lineWidth(line), `${name}: ${plain([line])[0] ?? ''}`).toBeLessThanOrEqual(columns);
        const painted = drawn(line, columns, false)
          .map((one) => one.text)
          .join('');
        expect(painted).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/);
        expect(stringWidth(painted)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it.each(LANGUAGES)('draws ASCII only where only that can be drawn: %s', (lang) => {
    for (const [name, state] of Object.entries(
      everyState({ lang, terminal: { columns, rows, ascii: true } }),
    )) {
      const { lines, dialog } = frameOf(state);
      const all = plain([...lines, ...dialog].map((line) => drawn(line, columns, true))).join('');
      expect(
        [...all].filter((char) => char > '~' || char < ' '),
        name,
      ).toEqual([]);
    }
  });

  it.each(LANGUAGES)(
    'lists the deepest first, says where it is broken first, and what is meant: %s',
    (lang) => {
      const lines = rowsOf(looked({ lang, terminal: { columns, rows } }));
      const ssh = lines.findIndex((line) => line.includes('S01'));
      const dockerRow = lines.findIndex((line) => line.includes('S16'));
      expect(ssh).toBeGreaterThan(0);
      expect(dockerRow).toBeGreaterThan(ssh);
      expect(lines[3]).toContain(layerWord.host[lang]);
      expect(lines.join('\n')).toContain(text.section.expected[lang]);
      expect(lines.join('\n')).toContain('A1.dpkg-clean');
    },
  );
});

describe('the list', () => {
  it('folds what a deeper break explains, with its count, and unfolds it', () => {
    const folded = choose(looked({ lang: 'en' }), 'S16');
    const row = (state: AppState, id: string): string =>
      rowsOf(state).find((line) => line.slice(0, 44).includes(id)) ?? '';
    expect(row(folded, 'S16')).toContain('+1');
    expect(row(folded, 'S21')).toBe('');
    const open = press(folded, 'space');
    expect(row(open, 'S16')).toContain('-1');
    expect(row(open, 'S21')).not.toBe('');
  });

  it('takes turns with the walk where there is no room for both', () => {
    const list = choose(looked({ terminal: { columns: 80, rows: 24 } }), 'S16');
    expect(shownIn(list)).not.toContain(text.sees.id);
    expect(shownIn(list)).toContain('S01');
    const walk = press(list, 'enter');
    expect(shownIn(walk)).not.toContain('S01');
    expect(shownIn(walk)).toContain(text.evidence.id);
    const back = press(walk, 'esc');
    expect(back.ui.stack.at(-1)).toBe('troubles');
    expect(shownIn(back)).toContain('S01');
    expect(press(back, 'esc').ui.stack.at(-1)).toBe('home');
  });

  it('searches all symptoms, by what a person would type', () => {
    const found = press(looked({ lang: 'en' }), '/', ...'imagepull');
    expect(shownIn(found)).toContain('S49');
    expect(shownIn(press(found, 'enter', 'esc'))).toContain('S01');
  });

  it('says that all is well only when it was looked at', () => {
    expect(shownIn(empty({ lang: 'en' }))).not.toContain('No symptom is recognised');
    const well = after(empty({ lang: 'en' }), {
      type: 'troubles.looked',
      look: look({ findings: [], unexplained: [], expected: [], silent: [] }),
    });
    expect(shownIn(well)).toContain('No symptom is recognised');
  });
});

describe('the walk', () => {
  it('shows each check with where, command, what came, what was expected and what it means', () => {
    const state = after(
      answered(walking(looked({ lang: 'en', terminal: { columns: 120, rows: 70 } })), 'state', 1),
      {
        type: 'ui.position',
        name: 'troubles.scroll',
        value: 0,
      },
    );
    const shown = shownIn(state);
    for (const part of ['vm-docker', 'systemctl is-active docker.service', 'failed', 'exit 3'])
      expect(shown).toContain(part);
    for (const word of [text.where, text.command, text.got, text.expected, text.so])
      expect(shown).toContain(word.en);
    expect(shown).toContain(text.next.en);
  });

  it('ends with the cause and its fix, and only then a fix can be asked for', () => {
    const open = walking(looked({ lang: 'en' }));
    expect(keyOutcome(open, 'f', context)).toEqual({ type: 'ui.refuse', why: troubleReasons.notProved });
    const end = proved(looked({ lang: 'en' }));
    expect(shownIn(end)).toContain(fix.say.en);
    expect(effectsOf(end, { type: 'troubles.fix' })).toMatchObject([
      { type: 'troubles.plan', symptom: 'S16', fix: 'start' },
    ]);
  });

  it('leaves unknown what is unknown: raw evidence, and how to ask somebody else', () => {
    const red = after(choose(looked({ lang: 'en' }), 'red:A1.dpkg-clean@vm-docker'), {
      type: 'troubles.focus',
      walk: true,
    });
    expect(shownIn(red)).toContain('hostnamectl --static');
    expect(shownIn(red)).toContain('threebody-tui bundle');
    const pasted = after(looked({ lang: 'en' }), {
      type: 'troubles.recognised',
      text: 'the cat ate it',
      findings: [],
    });
    expect(shownIn(pasted)).toContain('the cat ate it');
    expect(shownIn(pasted)).toContain('No symptom recognises this text');
  });

  it('explains why with e', () => {
    const state = walking(looked({ lang: 'en' }));
    expect(shownIn(state)).not.toContain(text.why.en);
    expect(shownIn(press(state, 'e'))).toContain(text.why.en);
  });
});

describe('a fix', () => {
  it('is read before it is agreed to: sentence, host, risk and the script; Enter does not agree', () => {
    const state = asked(looked({ lang: 'en' }));
    const shown = dialogOf(state);
    for (const part of [fix.say.en, 'vm-docker', 'S16/start', 'systemctl start docker.service'])
      expect(shown).toContain(part);
    expect(press(state, 'enter').ui.dialog).not.toBeNull();
    expect(press(state, 'n').ui.dialog).toBeNull();
    expect(press(state, 'y').troubles.doing?.kind).toBe('fixing');
  });

  it('that destroys wants the name of the lab typed', () => {
    const typed = press(asked(looked({ lang: 'en' }), { risk: 'destroys' }), 'y');
    expect(typed.ui.dialog?.kind).toBe('typed-fix');
    expect(press(typed, ...'kelas', 'enter').troubles.doing).toBeNull();
    expect(press(typed, ...'kelas-a', 'enter').troubles.doing?.kind).toBe('fixing');
  });

  it('that only a person can do is told, and closes', () => {
    const state = asked(looked({ lang: 'en' }), { byHand, actions: [] });
    expect(dialogOf(state)).toContain(byHand.en);
    expect(press(state, 'enter').ui.dialog).toBeNull();
    expect(press(state, 'enter').troubles.doing).toBeNull();
  });

  it('that did not help says so, and the next one is offered', () => {
    const state = after(everyState({ lang: 'en' })['helped'] ?? empty(), {
      type: 'ui.position',
      name: 'troubles.scroll',
      value: 1000,
    });
    expect(shownIn(state)).toContain(outcomeWord['no-help'].en);
    expect(shownIn(state)).toContain('B1.docker-active');
  });
});

it('is read out in the linear mode: what was found, and what each check answered', () => {
  const before = empty({ lang: 'en' });
  const found = looked({ lang: 'en' });
  expect(newsBetween(before, viewOn(found)).join('\n')).toContain('S01');
  const news = newsBetween(walking(found), viewOn(answered(walking(found), 'state', 1)));
  expect(news.join('\n')).toContain(docker.symptom.checks.find((one) => one.id === 'state')?.say.en);
});

it('counts on home what was found last, while that is news', () => {
  const home = after(looked({ lang: 'en' }), { type: 'ui.open', screen: 'home' });
  expect(rowsOf(home)[0]).toContain('2 symptoms');
  expect(rowsOf(after(home, { type: 'clock', now: NOW + 20 * 60_000 }))[0]).not.toContain('symptoms');
});

it('does not go on counting what was mended since, and says so where it was found', () => {
  const found = looked({ lang: 'en' });
  const mended = after(found, {
    type: 'gate.judged',
    result: result('A0.reachable@vm-worker', 'pass', { judgedAt: NOW + 5_000 }),
  });
  expect(rowsOf(after(mended, { type: 'ui.open', screen: 'home' }))[0]).toContain('1 symptom ');
  expect(shownIn(found)).toContain('Red gates');
  expect(shownIn(mended)).toContain('Its gates turned green since the look');
  expect(shownIn(mended)).not.toContain('Red gates');
});

describe('one of several fixes', () => {
  it('is told apart from the others, and tab reads the next', () => {
    const state = twoFixes(looked({ lang: 'en' }));
    expect(dialogOf(state)).toContain('Fix 1 of 2');
    expect(keyOutcome(state, 'tab', context)).toEqual({ type: 'troubles.other-fix' });
    expect(effectsOf(state, { type: 'troubles.other-fix' })).toMatchObject([
      { type: 'troubles.plan', symptom: 'S16', fix: 'start' },
    ]);
    const other = after(state, { type: 'troubles.planned', root: docker, plan: plan() });
    expect(dialogOf(other)).toContain('Fix 2 of 2');
    expect(other.ui.waiting).toEqual([]);
  });

  it('of a single fix nothing is said, and tab is no key there', () => {
    const state = asked(looked({ lang: 'en' }));
    expect(dialogOf(state)).not.toContain(' of ');
    expect(effectsOf(state, { type: 'troubles.other-fix' })).toEqual([]);
  });
});

describe('taking a fix back', () => {
  it('asks the hosts for what the newest fix of this symptom kept', () => {
    expect(effectsOf(proved(looked()), { type: 'troubles.undo-fix' })).toEqual([
      { type: 'troubles.plan-undo', root: 'S16', symptoms: ['S16'] },
    ]);
    expect(effectsOf(start(), { type: 'troubles.undo-fix' })).toEqual([]);
  });

  it('shows the files and what stays, and puts back only after a yes', () => {
    const state = undoAsked(looked({ lang: 'en' }));
    expect(dialogOf(state)).toContain('/etc/docker/daemon.json');
    expect(dialogOf(state)).toContain('B1.start@vm-docker');
    expect(press(state, 'enter').ui.dialog).not.toBeNull();
    expect(press(state, 'n').troubles.doing).toBeNull();
    expect(effectsOf(state, { type: 'dialog.accept' })).toEqual([
      { type: 'troubles.undo', record: '20261122T150155Z-S16.start', symptom: 'S16', fix: 'start' },
    ]);
    const doing = press(state, 'y');
    expect(shownIn(doing)).toContain('being undone: S16/start');
    const done = after(doing, { type: 'troubles.undone', what: 'S16/start', result: 'undone' });
    expect(done.troubles.doing).toBeNull();
    expect(done.ui.notice?.text.en).toContain('put back');
    // What hung on it is looked at anew.
    expect(done.troubles.gathering).not.toBeNull();
  });

  it('a symptom without evidence is called unseen only once the lab has been looked at', () => {
    const gate = 'R2.harbor-containers@vm-docker';
    for (const lang of LANGUAGES) {
      // As the smoke test opens it: while the look has just begun.
      const opened = after(empty({ lang }), { type: 'smoke.symptom', gate, symptom: 'S60' });
      expect(shownIn(opened)).toContain(text.unseenYet[lang]);
      expect(shownIn(opened)).not.toContain(text.unseen[lang]);
      const seen = after(opened, { type: 'troubles.looked', look: look() });
      expect(shownIn(seen)).toContain(text.unseen[lang]);
    }
  });

  it('says so when nothing was kept', () => {
    const none = after(proved(looked()), { type: 'troubles.undo-planned', plan: null });
    expect(none.ui.dialog).toBeNull();
    expect(none.ui.notice?.text.en).toContain('No fix has kept anything');
  });
});
