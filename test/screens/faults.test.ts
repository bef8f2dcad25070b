/** Breaking something to practise on, as people see it: the chooser, the questions, the line while it is broken, the truth. */
import { describe, expect, it } from 'vitest';
import { keyOutcome } from '../../src/input/keys.js';
import { LANGUAGES, type Language } from '../../src/lab/types.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { drawn, lineWidth, plain } from '../../src/screens/ui/line.js';
import type { FaultRow, FaultTruth } from '../../src/state/faults-types.js';
import type { AppState, Effect, TerminalView } from '../../src/state/types.js';
import { update } from '../../src/state/update.js';
import { after, busyLab, effectsOf, result, start, viewOn, NOW } from './fixture.js';
import { frameOf } from './frames.js';
import { CATALOGUE, look } from './troubles-data.js';

const row = (over: Partial<FaultRow>): FaultRow => ({
  id: 'docker-stopped',
  layer: 'docker',
  title: { id: 'Docker mati', en: 'Docker is stopped' },
  breaks: { id: 'docker.service dihentikan', en: 'docker.service is stopped' },
  actions: [],
  gates: ['B1.docker-active'],
  metBy: [],
  ...over,
});
const ROWS: readonly FaultRow[] = [
  row({}),
  row({
    id: 'small-memory',
    layer: 'kubernetes',
    title: { id: 'Memori kecil', en: 'Too little memory' },
    metBy: ['C5'],
  }),
  ...Array.from({ length: 40 }, (_, i) =>
    row({
      id: `other-${i}`,
      layer: 'edge',
      title: { id: `Lain ${i}`, en: `Other ${i}` },
      gates: ['B4.edge-answers'],
    }),
  ),
];
const SCRIPTED = row({
  actions: [{ on: 'vm-docker', say: { id: 'Docker dihentikan.', en: 'Docker is stopped.' } }],
});
const TRUTH: FaultTruth = {
  id: 'docker-stopped',
  title: { id: 'Docker mati', en: 'Docker is stopped' },
  breaks: { id: 'docker.service dihentikan', en: 'docker.service is stopped' },
  hidden: true,
  found: {
    symptom: 'S16',
    title: { id: 'Docker tidak jalan', en: 'Docker is down' },
    cause: { id: 'Dihentikan.', en: 'It was stopped.' },
  },
  lasted: 61_000,
  at: NOW,
};

interface Options {
  readonly lang?: Language;
  readonly terminal?: Partial<TerminalView>;
  readonly asksName?: boolean;
  readonly known?: readonly FaultRow[];
}
function open({ asksName = false, known = ROWS, ...options }: Options = {}): AppState {
  return after(
    busyLab(start(options)),
    { type: 'gate.judged', result: result('B1.docker-active@vm-docker', 'pass') },
    { type: 'gate.judged', result: result('B4.edge-answers@vm-docker', 'fail') },
    { type: 'troubles.open', gate: null },
    { type: 'troubles.catalogue', catalogue: CATALOGUE },
    { type: 'troubles.looked', look: look() },
    { type: 'faults.known', known, asksName, broken: [] },
  );
}
const context = keyContextOf(viewOn(open()));
/** What the keys lead to, and all that is asked of the world on the way. */
function press(state: AppState, ...keys: readonly string[]): readonly [AppState, readonly Effect[]] {
  const effects: Effect[] = [];
  const end = keys.reduce((now, key) => {
    const outcome = keyOutcome(now, key, context);
    if (outcome === null || 'local' in outcome) return now;
    const [next, more] = update(now, outcome);
    effects.push(...more);
    return next;
  }, state);
  return [end, effects];
}
const pressed = (state: AppState, ...keys: readonly string[]): AppState => press(state, ...keys)[0];
const dialogOf = (state: AppState): string => plain(frameOf(state).dialog).join('\n');
const shown = (state: AppState): string => plain(frameOf(state).lines).join('\n');
const broken = (state: AppState, hidden: boolean): AppState =>
  after(state, {
    type: 'faults.broke',
    fault: hidden ? null : 'docker-stopped',
    result: { done: true, trouble: null },
    broken: [
      { fault: 'docker-stopped', name: hidden ? 'drill-ab12' : 'docker-stopped', hidden, at: NOW - 65_000 },
    ],
  });

it('opening troubleshooting asks what can be broken and what is', () => {
  const asked = effectsOf(busyLab(start()), { type: 'troubles.open', gate: null });
  expect(asked.map((one) => one.type)).toContain('faults.look');
});

describe('the chooser', () => {
  it('begins with a drill among what is there and well, and shows by itself', () => {
    const [state, effects] = press(open({ lang: 'en' }), 'B', 'enter', 'y');
    expect(dialogOf(pressed(open({ lang: 'en' }), 'B'))).toContain('A drill');
    expect(effects).toEqual([{ type: 'faults.break', among: ['docker-stopped'], hidden: true }]);
    expect(state.faults.doing).toEqual({ kind: 'breaking', fault: null });
  });

  it('is searched by typing, and moved in with arrows', () => {
    const [, effects] = press(open({ lang: 'en' }), 'B', ...'memory', 'enter', 'y');
    expect(effects).toEqual([{ type: 'faults.break', among: ['small-memory'], hidden: false }]);
    const down = pressed(open({ lang: 'en' }), 'B', 'down', 'pagedown', 'up');
    expect(down.ui.dialog).toMatchObject({ kind: 'choose-fault', cursor: 10 });
    expect(dialogOf(pressed(open({ lang: 'en' }), 'B', ...'zzz'))).toContain('No fault holds that');
  });

  it('says so when no drill is possible, and stays', () => {
    const state = pressed(open({ lang: 'en', known: ROWS.slice(1) }), 'B', 'enter');
    expect(state.ui.dialog?.kind).toBe('choose-fault');
    expect(dialogOf(state)).toContain('not yet');
  });

  it('says when a fault shows only while a step is run', () => {
    expect(dialogOf(pressed(open({ lang: 'en' }), 'B', ...'memory', 'enter'))).toContain('C5');
  });

  it('does not offer what is broken already', () => {
    const state = pressed(broken(open({ lang: 'en' }), false), 'B', ...'docker');
    expect(dialogOf(state)).not.toContain('docker-stopped');
  });
});

describe('on a lab that may be dear to somebody', () => {
  const asked = pressed(open({ lang: 'en', asksName: true, known: [SCRIPTED] }), 'B', ...'docker', 'enter');

  it('tells what is done where, and wants the name of the lab', () => {
    expect(dialogOf(asked)).toContain('vm-docker');
    const name = asked.lab?.name ?? '';
    expect(press(asked, 'y', ...'nonsense', 'enter')[1]).toEqual([]);
    const [, effects] = press(asked, 'y', ...name, 'enter');
    expect(effects).toEqual([{ type: 'faults.break', among: ['docker-stopped'], hidden: false }]);
  });

  it('does nothing when the person says no', () => {
    const [state, effects] = press(asked, 'n');
    expect([state.ui.dialog, effects]).toEqual([null, []]);
  });
});

describe('while something is broken', () => {
  it('one line says what, since when, and the key; a drill has no name there', () => {
    expect(shown(broken(open({ lang: 'en' }), false))).toMatch(
      /Broken on purpose: Docker is stopped, 1 min 5 s · H takes it back/,
    );
    const drill = broken(open({ lang: 'en' }), true);
    expect(shown(drill)).toContain('an unnamed fault');
    expect(shown(drill) + dialogOf(pressed(drill, 'H'))).not.toMatch(/Docker is stopped|docker-stopped/);
  });

  it('H takes it back after a question, then the truth is told and the lab looked at again', () => {
    const [asked, effects] = press(broken(open({ lang: 'en' }), true), 'H', 'y');
    expect(effects).toEqual([{ type: 'faults.heal', name: 'drill-ab12' }]);
    const healed = {
      type: 'faults.healed',
      name: 'drill-ab12',
      result: { done: true, trouble: null },
      truth: TRUTH,
      broken: [],
    } as const;
    expect(effectsOf(asked, healed).map((one) => one.type)).toEqual(['troubles.gather']);
    const text = shown(after(asked, healed));
    expect(text).toContain('It was docker-stopped, for 1 min 1 s');
    expect(text).toContain('S16');
    expect(text).toContain('It was stopped.');
  });

  it('what could not be taken back stays, and says so', () => {
    const asked = pressed(broken(open({ lang: 'en' }), false), 'H', 'y');
    const state = after(asked, {
      type: 'faults.healed',
      name: 'docker-stopped',
      result: { done: false, trouble: null },
      truth: null,
      broken: asked.faults.broken,
    });
    expect(state.ui.notice?.tone).toBe('bad');
    expect(shown(state)).toContain('Broken on purpose');
  });

  it('H is refused with a reason when nothing is broken', () => {
    expect(pressed(open({ lang: 'en' }), 'H').ui.notice?.text.en).toMatch(/Nothing is broken/);
  });
});

describe.each([
  [80, 24],
  [120, 40],
  [200, 50],
] as const)('at %i×%i', (columns, rows) => {
  it.each(LANGUAGES)('fits, also in ASCII: %s', (lang) => {
    for (const ascii of [false, true]) {
      const terminal = { columns, rows, ascii };
      const base = open({ lang, terminal });
      const real = open({ lang, terminal, asksName: true, known: [SCRIPTED] });
      const states = {
        chooser: pressed(base, 'B', 'pagedown', 'pagedown'),
        drill: pressed(base, 'B', 'enter'),
        question: pressed(real, 'B', ...'docker', 'enter'),
        typed: pressed(real, 'B', ...'docker', 'enter', 'y'),
        'typed drill': pressed(real, 'B', 'enter', 'y'),
        broken: broken(base, false),
        breaking: pressed(base, 'B', 'enter', 'y'),
        heal: pressed(broken(base, true), 'H'),
        truth: after(broken(base, true), {
          type: 'faults.healed',
          name: 'drill-ab12',
          result: { done: true, trouble: null },
          truth: TRUTH,
          broken: [],
        }),
      };
      for (const [name, state] of Object.entries(states)) {
        const { lines, dialog } = frameOf(state);
        expect(lines, name).toHaveLength(rows);
        expect(dialog.length, name).toBeLessThanOrEqual(rows - 4);
        for (const line of [...lines, ...dialog]) {
          expect(lineWidth(line), name).toBeLessThanOrEqual(columns);
          const text = drawn(line, columns, ascii)
            .map((one) => one.text)
            .join('');
          const beyond = [...text].filter((char) => char > '~' || char < ' ');
          expect(ascii ? beyond : [], name).toEqual([]);
        }
      }
    }
  });
});
