import { describe, expect, it } from 'vitest';
import { secrets as text } from '../../../src/i18n/texts/secrets.js';
import { plain } from '../../../src/screens/ui/line.js';
import { screenText } from '../../../src/screens/linear.js';
import type { Message } from '../../../src/state/messages.js';
import type { AppState } from '../../../src/state/types.js';
import { after, effectsOf, opened, start, viewOn } from '../../screens/fixture.js';
import { frameOf } from '../../screens/frames.js';

const VALUE = 'glrt-0123456789';
const FILE = '/home/guru/state/secrets.json';
const ask: Message = {
  type: 'secret.ask',
  ask: 7,
  name: 'runner_token',
  about: { id: 'Token dari GitLab.', en: 'The token of GitLab.' },
  file: FILE,
  optional: false,
};
const type = (typed: string): Message => ({ type: 'ui.edit', edit: { kind: 'insert', text: typed } });
const accept: Message = { type: 'dialog.accept' };
const asked = (lang: 'id' | 'en' = 'en'): AppState => after(opened(start({ lang })), ask);
const shown = (state: AppState): string => plain(frameOf(state).dialog).join('\n');

describe('the question for a secret', () => {
  it.each(['id', 'en'] as const)('says what it is for, where it goes, and shows dots only (%s)', (lang) => {
    const state = after(asked(lang), type(VALUE));
    const box = shown(state);
    expect(box).toContain(lang === 'id' ? 'Token dari GitLab.' : 'The token of GitLab.');
    expect(box).toContain(text.memory[lang]);
    expect(box).toContain('THREEBODY_SECRET_RUNNER_TOKEN');
    expect(box).toContain('•'.repeat(VALUE.length));
    for (const seen of [box, plain(frameOf(state).lines).join(''), screenText(viewOn(state)).join('')])
      expect(seen).not.toContain('glrt');
  });

  it('gives what was typed to the step that waits, and forgets it', () => {
    const typed = after(asked(), type(` ${VALUE} `));
    expect(effectsOf(typed, accept)).toEqual([
      { type: 'secret.answer', ask: 7, typed: { value: VALUE, keep: false } },
    ]);
    expect(JSON.stringify(after(typed, accept).ui)).not.toContain(VALUE);
  });

  it('keeps it in the file when the person chooses so', () => {
    const typed = after(asked(), type(VALUE), { type: 'dialog.move', by: 1 });
    expect(shown(typed).replaceAll(/[│\n ]+/g, ' ')).toContain(FILE);
    expect(effectsOf(typed, accept)).toMatchObject([{ typed: { keep: true } }]);
    expect(effectsOf(after(typed, { type: 'dialog.move', by: 1 }), accept)).toMatchObject([
      { typed: { keep: false } },
    ]);
  });

  it('refuses what cannot be one, says why, and goes on asking', () => {
    const state = after(asked(), type('short'), accept);
    expect(effectsOf(after(asked(), type('short')), accept)).toEqual([]);
    expect(shown(state)).toContain('must have 8 to 1024 characters');
    expect(shown(after(state, type('-enough')))).not.toContain('must have');
  });

  it('may be left empty when the step can do without it', () => {
    const empty = after(opened(start({ lang: 'en' })), { ...ask, optional: true });
    expect(shown(empty)).toContain('just Enter');
    expect(effectsOf(empty, accept)).toEqual([
      { type: 'secret.answer', ask: 7, typed: { value: '', keep: false } },
    ]);
    expect(effectsOf(asked(), accept)).toEqual([]);
  });

  it('can be left, which the waiting step is told', () => {
    expect(effectsOf(after(asked(), type(VALUE)), { type: 'dialog.reject' })).toEqual([
      { type: 'secret.answer', ask: 7, typed: null },
    ]);
  });
});
