/** The path screen: every hop in its place at every size, the first broken one named, what is old never green. */
import { describe, expect, it } from 'vitest';
import { keyOutcome } from '../../src/input/keys.js';
import { LANGUAGES } from '../../src/lab/types.js';
import type { HopResult } from '../../src/runbook/path.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { width } from '../../src/screens/ui/cells.js';
import { drawn, lineWidth, plain } from '../../src/screens/ui/line.js';
import { TROUBLES_LIST } from '../../src/state/troubles-view.js';
import { contentOf } from '../../src/state/content.js';
import type { AppState } from '../../src/state/types.js';
import { after, busyLab, effectsOf, result as judgedAs, start, viewOn, NOW } from './fixture.js';
import { frameOf } from './frames.js';

const found = (
  hop: HopResult['hop'],
  verdict: HopResult['verdict'],
  latencyMs: number | null,
  en: string,
  judgedAt = NOW - 3000,
): HopResult => ({
  hop,
  verdict,
  say: { id: en, en },
  symptom: verdict === 'fail' ? 'S64' : null,
  latencyMs,
  judgedAt,
  evidence: {
    place: 'vm-docker',
    asked: 'curl http://192.168.56.44:30081/healthz',
    exit: 0,
    excerpt: '30080 http 200\n30081 curl 7',
    startedAt: judgedAt,
    durationMs: 20,
  },
});
const WHOLE = [
  'image.push',
  'image.runner',
  'image.build',
  'image.harbor',
  'image.reach',
  'image.pull',
  'image.running',
] as const;
const BROKEN: readonly HopResult[] = [
  found('request.name', 'pass', 3, 'leads to vm-docker'),
  found('request.door', 'pass', 21, 'opens'),
  found('request.edge', 'warn', 1412, 'alive, but nothing behind it answers'),
  found('request.nodeport', 'fail', null, 'refused: nobody listens'),
  found('request.service', 'fail', null, 'a Service has no ready Pod'),
  found('request.pod', 'pass', null, 'all run'),
  found('request.database', 'pass', null, 'answers'),
  ...WHOLE.map((hop) => found(hop, 'pass', 8, 'fine')),
];
const shown = (state: AppState, results: readonly HopResult[]): AppState =>
  after(
    results.reduce((now, result) => after(now, { type: 'path.result', result }), state),
    { type: 'ui.open', screen: 'path' },
  );
const questionOf = (state: AppState): string[] => plain(frameOf(state).dialog);
const rowsOf = (state: AppState): string[] => plain(frameOf(state).lines);
const press = (state: AppState, key: string): AppState => {
  const outcome = keyOutcome(state, key, keyContextOf(viewOn(state)));
  return outcome === null || 'local' in outcome ? state : after(state, outcome);
};
/** With the cursor on the first hop of the flow. */
const first = (state: AppState): AppState => Array.from({ length: 10 }, () => 'left').reduce(press, state);
const lab = (columns = 120, rows = 40, lang: 'id' | 'en' = 'en'): AppState =>
  busyLab(start({ lang, terminal: { columns, rows } }));

describe('the path', () => {
  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [200, 50],
  ] as const)
    for (const lang of LANGUAGES)
      for (const ascii of [false, true])
        it(`fits ${columns}x${rows} (${lang}${ascii ? ', ASCII' : ''}) and names the first broken hop once`, () => {
          const base = busyLab(start({ lang, terminal: { columns, rows, ascii } }));
          const { lines } = frameOf(first(shown(base, BROKEN)));
          expect(lines).toHaveLength(rows);
          for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(columns);
          const text = plain(lines.map((line) => drawn(line, columns, ascii))).join('\n');
          expect(text.match(/refused: nobody listens/g)?.length).toBe(1);
          expect(text).toContain(lang === 'id' ? 'putus di NodePort' : 'broken at NodePort');
          expect(text).toContain('MySQL');
          expect(/[→✗✓⊘└]/.test(text)).toBe(!ascii);
        });

  it('asks all hops when it is opened, and again while somebody looks', () => {
    const home = lab();
    expect(effectsOf(home, { type: 'ui.open', screen: 'path' })).toContainEqual({ type: 'path.probe' });
    const open = after(home, { type: 'ui.open', screen: 'path' });
    expect(effectsOf(open, { type: 'clock', now: NOW + 5000 })).toEqual([]);
    expect(effectsOf(open, { type: 'clock', now: NOW + 16_000 })).toEqual([{ type: 'path.probe' }]);
    expect(effectsOf(after(open, { type: 'ui.back' }), { type: 'clock', now: NOW + 16_000 })).toEqual([]);
  });

  it('never asks twice at once', () => {
    const asking = after(
      lab(),
      { type: 'ui.open', screen: 'path' },
      { type: 'path.running', hops: ['request.edge'] },
    );
    expect(effectsOf(asking, { type: 'path.ask' })).toEqual([]);
    expect(effectsOf(after(asking, { type: 'path.done' }), { type: 'path.ask' })).toEqual([
      { type: 'path.probe' },
    ]);
  });

  it('says of a whole flow that it is whole only when every hop was seen to be', () => {
    const state = shown(lab(), BROKEN);
    expect(rowsOf(state).join('\n')).toContain('whole from end to end');
    const missing = shown(
      lab(),
      BROKEN.filter((one) => one.hop !== 'image.pull'),
    );
    expect(rowsOf(missing).join('\n')).not.toContain('whole from end to end');
  });

  it('calls nothing whole while a hop is still being asked', () => {
    const fine = BROKEN.map((one) => ({ ...one, verdict: 'pass' as const }));
    const asking = after(shown(lab(), fine), { type: 'path.running', hops: ['image.pull'] });
    expect(rowsOf(asking).filter((row) => row.includes('whole from end to end'))).toHaveLength(1);
  });

  it('does not show an old answer as one of now', () => {
    const old = shown(
      lab(),
      BROKEN.map((one) => ({ ...one, verdict: 'pass' as const, judgedAt: NOW - 120_000 })),
    );
    const text = rowsOf(old).join('\n');
    expect(text).not.toContain('whole from end to end');
    expect(text).toContain('stale');
  });

  it('shows what was seen at the chosen hop; a key goes to the next one, another to the other flow', () => {
    let state = first(shown(lab(), BROKEN));
    expect(rowsOf(state).join('\n')).toContain('A3.site-from-operator');
    for (let n = 0; n < 3; n += 1) state = press(state, 'right');
    const text = rowsOf(state).join('\n');
    expect(text).toContain('30081 curl 7');
    expect(text).toContain('E3.nodeports');
    expect(rowsOf(press(state, 'tab')).join('\n')).toContain('B3.health');
  });

  const atNodePorts = (columns = 120, rows = 40, lang: 'id' | 'en' = 'en'): AppState =>
    ['right', 'right', 'right'].reduce(press, first(shown(lab(columns, rows, lang), BROKEN)));

  const marked = (state: AppState): string =>
    /▸([^→]*?) *(?:→|$|  )/.exec(rowsOf(state).find((row) => row.includes('▸')) ?? '')?.[1]?.trim() ?? '';
  const told = (state: AppState, ...results: readonly HopResult[]): AppState =>
    after(
      results.reduce((now, result) => after(now, { type: 'path.result', result }), state),
      {
        type: 'path.done',
      },
    );

  it('begins at the first broken hop, and stays where it is when others break or it is mended', () => {
    const opened = shown(lab(), BROKEN);
    expect(marked(opened)).toBe('NodePort');
    const mended = told(opened, ...BROKEN.map((one) => ({ ...one, verdict: 'pass' as const })));
    expect(marked(mended)).toBe('NodePort');
    const moved = press(press(opened, 'right'), 'right');
    expect(marked(told(moved, found('request.name', 'fail', null, 'gone')))).toBe(marked(moved));
    expect(marked(told(moved, found('request.name', 'fail', null, 'gone')))).not.toBe('NodePort');
    // Opened again it begins anew.
    const again = after(press(moved, 'esc'), { type: 'ui.open', screen: 'path' });
    expect(marked(again)).toBe('NodePort');
  });

  it('goes to the first broken hop when the first answers are there, unless one has moved before', () => {
    const asking = after(lab(), { type: 'ui.open', screen: 'path' });
    expect(marked(told(asking, ...BROKEN))).toBe('NodePort');
    const moved = press(asking, 'right');
    expect(marked(told(moved, ...BROKEN))).toBe(marked(moved));
    // Where nothing was broken then, what breaks later does not take the cursor away.
    const whole = told(asking, ...BROKEN.map((one) => ({ ...one, verdict: 'pass' as const })));
    expect(marked(told(whole, ...BROKEN))).toBe(marked(whole));
    expect(marked(whole)).not.toBe('NodePort');
  });

  it('begins at the other flow when only that is broken', () => {
    const pass = BROKEN.map((one) => ({ ...one, verdict: 'pass' as const }));
    const image = [
      ...pass.filter((one) => one.hop !== 'image.pull'),
      found('image.pull', 'fail', null, 'refused'),
    ];
    expect(shown(lab(), image).ui.positions['path.flow']).toBe(1);
    const asking = press(after(lab(), { type: 'ui.open', screen: 'path' }), 'tab');
    const back = press(asking, 'tab');
    expect(told(back, ...image).ui.positions['path.flow']).toBe(0);
  });

  it.each(LANGUAGES)('says how old it is, above all when a flow is broken (%s)', (lang) => {
    const open = after(shown(lab(120, 40, lang), BROKEN), { type: 'clock', now: NOW + 12_000 });
    const rows = rowsOf(open).filter((row) => /(?:putus di|broken at) NodePort/.test(row));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(lang === 'id' ? /diperiksa .*12/ : /asked .*12/);
  });

  it('says in the help which way each arrow goes', () => {
    const help = rowsOf(after(shown(lab(), BROKEN), { type: 'ui.open', screen: 'help' })).join('\n');
    expect(help).toMatch(/→ or n: the next hop; ← or p: the hop before/);
    expect(help).not.toMatch(/←→ +The next hop/);
  });

  it('opens the gates and symptoms of a hop: what is seen first, then what is red', () => {
    const state = atNodePorts();
    const red = contentOf(state).gates.findLast((gate) => /^(?:D4|E3)\.nodeports@/.test(gate.key));
    if (red === undefined) throw new Error('no gate of the NodePorts');
    const judged = after(state, { type: 'gate.judged', result: judgedAs(red.key, 'fail') });
    const asked = press(judged, 'enter');
    expect(asked.ui.dialog?.kind).toBe('choose-hop');
    const rows = questionOf(asked);
    expect(rows[3]).toMatch(/1 +symptom +S64 +seen now/);
    expect(rows[4]).toMatch(new RegExp(`2 +✗ fail +${red.gate}`));
    const gate = press(press(asked, 'down'), 'enter');
    expect(gate.ui.stack.at(-1)).toBe('gate');
    expect(gate.ui.gate).toBe(red.key);
    expect(press(gate, 'esc').ui.stack.at(-1)).toBe('path');
  });

  it('leads from the symptom of a hop to its cause, by Enter and by t', () => {
    const state = atNodePorts();
    for (const opened of [press(press(state, 'enter'), 'enter'), press(state, 't')]) {
      expect(opened.ui.stack.at(-1)).toBe('troubles');
      expect(opened.ui.picks[TROUBLES_LIST]).toBe('S64');
      expect(press(press(opened, 'esc'), 'esc').ui.stack.at(-1)).toBe('path');
    }
    // Where nothing is broken, t looks at the whole lab.
    expect(press(first(shown(lab(), BROKEN)), 't').ui.picks[TROUBLES_LIST]).toBeUndefined();
  });

  it.each([
    [80, 24, 'id'],
    [80, 24, 'en'],
    [120, 40, 'id'],
    [200, 50, 'en'],
  ] as const)('asks within %i×%i (%s)', (columns, rows, lang) => {
    const flows = lab().runbook.path;
    for (const [index, flow] of flows.entries()) {
      for (const at of flow.hops.keys()) {
        let state = first(shown(lab(columns, rows, lang), BROKEN));
        if (index > 0) state = press(state, 'tab');
        for (let n = 0; n < at; n += 1) state = press(state, 'right');
        const asked = press(state, 'enter');
        const last = asked.ui.dialog?.kind === 'choose-hop' ? asked.ui.dialog.choices.length : 0;
        // A hop with one thing only opens that; of others every row is there.
        expect(last === 0 ? ['gate', 'troubles'] : [asked.ui.stack.at(-1)]).toContain(asked.ui.stack.at(-1));
        const question = questionOf(asked);
        expect(question).toHaveLength(last === 0 ? 0 : last + 4);
        for (const row of question) expect(width(row)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('copies the hop with what was asked and answered', () => {
    const outcome = keyOutcome(shown(lab(), BROKEN), 'y', keyContextOf(viewOn(shown(lab(), BROKEN))));
    expect(outcome).toMatchObject({ type: 'copy' });
    expect(JSON.stringify(outcome)).toContain('curl http://192.168.56.44:30081/healthz');
  });
});
