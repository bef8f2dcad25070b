import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { keysDocument } from '../../../scripts/keys-doc.js';
import { isTyping } from '../../../src/state/typing.js';
import type { KeyContext } from '../../../src/input/binding.js';
import {
  bindingsNow,
  footerKeyText,
  footerRows,
  keyOutcome,
  keysText,
  KEY_TABLE,
} from '../../../src/input/keys.js';
import { misc } from '../../../src/i18n/texts/misc.js';
import { reasons } from '../../../src/i18n/texts/reasons.js';
import { keyContextOf } from '../../../src/screens/key-context.js';
import { plain } from '../../../src/screens/ui/line.js';
import { helpText } from '../../../src/screens/reference.js';
import { LANGUAGES } from '../../../src/lab/types.js';
import type { AppState } from '../../../src/state/types.js';
import { after, busyLab, opened, someLogs, start, viewOn } from '../../screens/fixture.js';
import { everyScreen } from '../../screens/frames.js';

const logs = someLogs();
const context: KeyContext = keyContextOf(viewOn(start(), logs));
/** Presses keys one after another; effects are dropped. */
function press(state: AppState, ...keys: readonly string[]): AppState {
  return keys.reduce((now, key) => {
    const outcome = keyOutcome(now, key, context);
    return outcome === null || 'local' in outcome ? now : after(now, outcome);
  }, state);
}
const screens = everyScreen({ lang: 'en', columns: 80, rows: 24 });

describe('the key table', () => {
  it('has one row for each id, with texts in both languages', () => {
    const ids = KEY_TABLE.map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const row of KEY_TABLE) {
      expect(row.keys.length, row.id).toBeGreaterThan(0);
      for (const text of [row.label, row.describe]) {
        expect(text.id.trim(), row.id).not.toBe('');
        expect(text.en.trim(), row.id).not.toBe('');
      }
    }
  });

  it('gives every key one meaning on every screen', () => {
    for (const [name, state] of Object.entries(screens)) {
      const taken = new Map<string, string>();
      const rows = bindingsNow(state).filter(
        (row) => state.ui.dialog === null || !row.places.includes('anywhere'),
      );
      for (const row of rows) {
        for (const key of row.keys) {
          expect(taken.get(key) ?? row.id, `${key} on ${name}`).toBe(row.id);
          taken.set(key, row.id);
        }
      }
    }
  });

  it('lets every row work somewhere or say why not, without throwing', () => {
    for (const [name, state] of Object.entries(screens)) {
      for (const row of bindingsNow(state)) {
        const why = row.disabled(state, context.live);
        expect(why?.id, `${row.id} on ${name}`).not.toBe('');
        for (const key of row.keys) {
          expect(() => why ?? row.act(state, context, key), `${row.id} on ${name}`).not.toThrow();
        }
      }
    }
  });

  it('says in the narrowest row where a key works that does nothing here', () => {
    for (const { where } of KEY_TABLE) {
      if (where === undefined) continue;
      for (const lang of LANGUAGES)
        expect(` ! ${reasons.elsewhere({ where })[lang]}`.length, where[lang]).toBeLessThanOrEqual(80);
    }
  });

  it('shows in the footer only what works now, help and quit always', () => {
    for (const [name, state] of Object.entries(screens)) {
      const rows = footerRows(state, context.live);
      for (const row of rows) expect(row.disabled(state, context.live), `${row.id} on ${name}`).toBeNull();
      expect(
        rows.map((row) => row.id),
        name,
      ).toContain('app.quit');
    }
  });

  it('is what docs/keys.md says', async () => {
    const path = fileURLToPath(new URL('../../../docs/keys.md', import.meta.url));
    expect(await readFile(path, 'utf8')).toBe(await keysDocument());
  });

  it('tells in help why a key cannot be used', () => {
    const help = after(busyLab(start({ lang: 'en' })), { type: 'ui.open', screen: 'help' });
    const text = plain(helpText(viewOn(help), 100)).join('\n');
    expect(text).toContain(reasons.noActions.en);
    for (const row of KEY_TABLE.filter((one) => one.places.includes('home'))) {
      expect(text).toContain(keysText(help, row));
    }
  });

  const helpOn = (state: AppState): string =>
    plain(helpText(viewOn(after(state, { type: 'ui.open', screen: 'help' })), 100)).join('\n');

  it('lists in help each key once, and where on the screen it works while it does not', () => {
    const home = helpOn(busyLab(start({ lang: 'en' })));
    expect(home.match(/^ {2}v {2}/gm)).toHaveLength(1);
    expect(home).toContain("Check this step's gates again.");
    expect(home).toMatch(/w +Waive this gate[^\n]*\n +on a gate: Tab to their pane/);
    const gates = helpOn(after(busyLab(start({ lang: 'en' })), { type: 'ui.focus', by: 1 }));
    expect(gates.match(/^ {2}v {2}/gm)).toHaveLength(1);
    expect(gates).toContain('Check the chosen gate again.');
    expect(gates).not.toContain('on a gate: Tab');
  });

  it('lists no choice in help that is not there', () => {
    expect(helpOn(start({ lang: 'en' }))).toMatch(/^ {2}1-3 /m);
    expect(helpOn(start({ lang: 'en', lastLab: '/x/lab.yaml' }))).toMatch(/^ {2}1-4 /m);
  });

  it('says in help what a number like T05 is', () => {
    for (const lang of LANGUAGES) {
      const text = helpOn(after(busyLab(start({ lang })), { type: 'ui.open', screen: 'step' }));
      expect(text).toContain(misc.helpTraps[lang]);
      expect(text).toContain('T05');
    }
  });
});

describe('keys', () => {
  it('move with arrows and with j k, and stop at the ends', () => {
    const home = opened(start());
    expect(press(home, 'down', 'j').ui.step).toBe('A2');
    expect(press(home, 'up', 'k', 'up').ui.step).toBe('A0');
    expect(press(home, ...Array.from({ length: 30 }, () => 'down')).ui.step).toBe('A4');
  });

  it('choose by number, wherever rows have one; Enter goes on', () => {
    expect(press(opened(start()), '3').ui.focusedHost).toBe('vm-worker');
    const first = press(start(), '3');
    expect(first.ui.stack).toEqual(['welcome']);
    expect(first.ui.positions['welcome.cursor']).toBe(2);
    expect(press(first, 'enter').ui.stack).toEqual(['welcome', 'vagrant']);
    // There is no fourth choice without a last lab.
    expect(press(start(), '4').ui.positions['welcome.cursor']).toBeUndefined();
    const asked = press(screens['ask where'] ?? start(), '3');
    expect(asked.ui.dialog).toMatchObject({ kind: 'choose-host', cursor: 3 });
    expect(press(asked, 'enter').ui.dialog).toMatchObject({ kind: 'confirm-run', hosts: ['vm-worker'] });
  });

  it('tell in the footer what a digit does wherever one works, and nowhere else', () => {
    const digit = (state: AppState): string | undefined => {
      const row = footerRows(state, context.live).find((one) => one.id.endsWith('.digit'));
      return row === undefined ? undefined : `${footerKeyText(state, row)} ${row.label.en}`;
    };
    expect(digit(start())).toBe('1-3 choose');
    expect(digit(start({ lastLab: '/x' }))).toBe('1-4 choose');
    for (const name of ['home', 'step commands', 'host']) {
      expect(digit(screens[name] ?? start()), name).toBe('1-3 host');
    }
    expect(digit(screens['ask where'] ?? start())).toBe('0-3 choose host');
    for (const [name, state] of Object.entries(screens)) {
      const works = keyOutcome(state, '1', context) !== null && !isTyping(state);
      expect(digit(state) !== undefined, name).toBe(works);
    }
  });

  it('are text while text is typed', () => {
    const state = press(screens['gates'] ?? start(), '/', 'q', 'l', 'r', 'space', '?');
    expect(state.ui.inputs['gates.filter']).toBe('qlr ?');
    expect(state.lang).toBe('en');
    expect(press(state, 'ctrl-g').lang).toBe('id');
    expect(press(state, 'esc').ui.inputs['gates.filter']).toBe('');
    expect(press(state, 'enter').ui.typing).toBeNull();
  });

  it('scroll as far as there is text and no further', () => {
    const help = screens['help'] ?? start();
    const end = press(help, ...Array.from({ length: 400 }, () => 'down'));
    const { max } = context.extent(end);
    expect(max).toBeGreaterThan(0);
    expect(end.ui.positions['help.scroll']).toBe(max);
    expect(press(end, 'up').ui.positions['help.scroll']).toBe(max - 1);
    expect(press(end, 'home').ui.positions['help.scroll']).toBe(0);
  });

  it('hold the log when scrolled up, and follow again at its end', () => {
    const host = screens['host'] ?? start();
    const up = press(host, 'up', 'up');
    expect(up.ui.positions['log.vm-docker']).toBe(38);
    expect(press(up, 'down', 'down').ui.positions['log.vm-docker']).toBe(0);
    expect(press(up, 'f').ui.positions['log.vm-docker']).toBe(0);
    expect(press(host, 'f').ui.positions['log.vm-docker']).toBe(40);
  });

  it('never trust a host key by Enter', () => {
    const asked = screens['ask key'] ?? start();
    expect(keyOutcome(asked, 'enter', context)).toBeNull();
    expect(keyOutcome(asked, 'y', context)).toEqual({ type: 'dialog.accept' });
    expect(keyOutcome(asked, 'esc', context)).toEqual({ type: 'dialog.reject' });
  });

  it('do nothing behind an open question', () => {
    for (const key of ['r', 'V', 'g', '1', 'X', '?']) {
      const asked = screens['ask plan'] ?? start();
      expect(keyOutcome(asked, key, context), key).toBeNull();
    }
  });

  it('say why when they cannot be used', () => {
    expect(keyOutcome(screens['home'] ?? start(), 'r', context)).toEqual({
      type: 'ui.refuse',
      why: reasons.noActions,
    });
    expect(keyOutcome(opened(start()), 'V', context)).toEqual({ type: 'ui.refuse', why: reasons.nobodyUp });
  });

  it('walk the form of own VMs without a mouse', () => {
    const form = screens['connect'] ?? start();
    const walked = press(form, 'tab', 'down', 'enter', 'ctrl-u', 'a', 'd', 'i');
    expect(walked.connect.draft.user).toBe('adi');
    expect(press(walked, 'shift-tab', 'up').ui.positions['connect.field']).toBe(1);
  });
});
