/** The screens before there is a lab, as a newcomer meets them: at every size, in both languages, in both sets of signs. */
import { describe, expect, it } from 'vitest';
import { dialogs } from '../../src/i18n/texts/dialogs.js';
import { formTexts } from '../../src/i18n/texts/form.js';
import { setup } from '../../src/i18n/texts/setup.js';
import { LANGUAGES } from '../../src/lab/types.js';
import { drawn, plain } from '../../src/screens/ui/line.js';
import type { AppState, ScreenName } from '../../src/state/types.js';
import { after, opened, start } from './fixture.js';
import { everyScreen, frameOf } from './frames.js';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 50],
] as const;

function rowsOf(state: AppState | undefined): string[] {
  const { lines } = frameOf(state ?? start());
  return plain(lines);
}
/** A text as it is wrapped on a screen. */
const flat = (rows: readonly string[]): string => rows.join(' ').replaceAll(/[│ ]+/g, ' ');

describe.each(SIZES)('at %i×%i', (columns, rows) => {
  describe.each(LANGUAGES)('in %s', (lang) => {
    it.each([false, true])('tells what is wrong beside each field (ascii: %s)', (ascii) => {
      const screen = rowsOf(everyScreen({ lang, columns, rows, ascii })['connect wrong']);
      const row = (label: string): string => screen.find((one) => one.includes(` ${label} `)) ?? '';
      const fail = ascii ? 'x' : '✗';
      expect(row('vm-docker')).toMatch(new RegExp(`${fail} ${formTexts.address.letters.short[lang]}`));
      expect(row(setup.field.port[lang])).toContain(`${fail} ${formTexts.port.short[lang]}`);
      expect(row(setup.field.key[lang])).toContain(`${fail} ${formTexts.key.unusable[lang]}`);
      expect(row('vm-k8s')).not.toContain(fail);
      // The field one is in tells it whole, and what to do, without a line of any file.
      expect(flat(screen)).toContain(formTexts.address.letters.detail[lang]);
      expect(screen.join('\n')).not.toMatch(/:\d+:\d+/);
    });

    it('warns when there is no public key, with the command that makes one', () => {
      const screen = rowsOf(everyScreen({ lang, columns, rows })['vagrant without key']);
      expect(flat(screen)).toContain(setup.noPublicKey({ path: '~/.ssh/id_ed25519.pub' })[lang]);
      expect(screen.map((one) => one.trim())).toContain('ssh-keygen -t ed25519');
      const found = after(start({ lang, terminal: { columns, rows } }), {
        type: 'ui.open',
        screen: 'vagrant',
      });
      const quiet = rowsOf(after(found, { type: 'vagrant.key', found: '~/.ssh/id_rsa.pub' }));
      expect(quiet.join('\n')).not.toContain('ssh-keygen');
    });

    it('tells the next steps in their order once the Vagrantfile is written', () => {
      const screen = rowsOf(everyScreen({ lang, columns, rows })['vagrant written']);
      const at = (text: string): number => screen.findIndex((one) => one.includes(text));
      const key = at('ssh-keygen -t ed25519');
      const up = at(`cd '/home/guru/lab tiga' && vagrant up`);
      const connect = at(setup.choice.own.title[lang]);
      expect(key).toBeGreaterThan(at('/home/guru/lab tiga/Vagrantfile'));
      expect(up).toBeGreaterThan(key);
      expect(connect).toBeGreaterThan(up);
      expect(screen.join('\n')).not.toContain('threebody-tui connect');
      expect(flat(screen)).toContain('guru');
    });

    it('asks before a Vagrantfile is replaced, and offers another place', () => {
      const state = everyScreen({ lang, columns, rows })['ask replace'] ?? start();
      const box = flat(plain(frameOf(state).dialog));
      expect(box).toContain(dialogs.replace.text({ path: '/home/guru/lab/Vagrantfile' })[lang]);
      expect(box).toContain(dialogs.replace.lost.vagrant[lang]);
      const keys = rowsOf(state).at(-1) ?? '';
      expect(keys).toMatch(
        lang === 'id' ? /y ganti +d tempat lain +n batal/ : /y replace +d another place +n cancel/,
      );
    });

    it('says on the first screen what a digit does', () => {
      const first = rowsOf(start({ lang, terminal: { columns, rows } }));
      expect(first.at(-1)).toMatch(lang === 'id' ? /1-3 pilih +Enter mulai/ : /1-3 choose +Enter start/);
      expect(first.join('\n')).not.toContain(setup.choice.last.title[lang]);
    });
  });
});

describe('secrets', () => {
  it('are shown on no screen, in no language, with or without colour', () => {
    const typed = ['password', 'sudoPassword', 'passphrase'] as const;
    for (const lang of LANGUAGES) {
      for (const name of typed) {
        let state = after(start({ lang, terminal: { columns: 80, rows: 24 } }), {
          type: 'ui.open',
          screen: 'connect',
        });
        const auth = name === 'passphrase' ? 'key' : 'password';
        state = {
          ...state,
          connect: { ...state.connect, draft: { ...state.connect.draft, auth, [name]: 'hunter2' } },
        };
        const screens: ScreenName[] = ['connect', 'vagrant', 'help', 'glossary', 'welcome'];
        const states = [
          ...screens.map((screen) => after(state, { type: 'ui.open', screen })),
          ...Array.from({ length: 12 }, (_, value) =>
            after(state, { type: 'ui.position', name: 'connect.field', value }, { type: 'draft.save' }),
          ),
          opened(state),
        ];
        for (const one of states) {
          const frame = frameOf(one);
          const text = [...frame.lines, ...frame.dialog]
            .flatMap((line) => drawn(line, 80, true))
            .map((part) => part.text);
          expect(text.join('')).not.toContain('hunter2');
        }
      }
    }
  });
});
