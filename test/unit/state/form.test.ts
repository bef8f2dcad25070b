/** The form for one's own VMs: what is wrong is told beside the field, when it is left and when it is sent. */
import { describe, expect, it } from 'vitest';
import { formTexts } from '../../../src/i18n/texts/form.js';
import { fieldProblem, toldProblem, wrongFields } from '../../../src/state/form.js';
import type { Message } from '../../../src/state/messages.js';
import type { AppState, ConnectField, LabDraft } from '../../../src/state/types.js';
import { connectField, connectFields } from '../../../src/state/typing.js';
import { update } from '../../../src/state/update.js';
import { after, DRAFT, effectsOf, start } from '../../screens/fixture.js';

const open = after(start(), { type: 'ui.open', screen: 'connect' });
const filled = (draft: Partial<LabDraft>): AppState => ({
  ...open,
  connect: { ...open.connect, draft: { ...DRAFT, ...draft } },
});
const addresses = (docker: string, k8s = '192.168.56.43'): Pick<LabDraft, 'addresses'> => ({
  addresses: { 'vm-docker': docker, 'vm-k8s': k8s, 'vm-worker': '192.168.56.44' },
});
const goTo = (state: AppState, field: ConnectField): Message => ({
  type: 'ui.position',
  name: 'connect.field',
  value: connectFields(state.connect.draft).indexOf(field),
});
const type = (text: string): Message => ({ type: 'ui.edit', edit: { kind: 'insert', text } });

describe('what is wrong with an answer', () => {
  it.each([
    ['', formTexts.blank],
    ['vm-docker', formTexts.address.letters.short],
    ['192.168.56.42 ', formTexts.address.letters.short],
    ['192.168.56.42:2222', formTexts.address.port.short],
    ['192.168.56.421', formTexts.address.wrong.short],
    ['192.168.56', formTexts.address.wrong.short],
    ['127.0.0.1', formTexts.address.wrong.short],
    ['192.168.56.42', undefined],
  ])('address %j', (address, short) =>
    expect(fieldProblem(filled(addresses(address)).connect, 'address.vm-docker')?.short).toEqual(short),
  );

  it('an address that another VM has already is told at the later one', () => {
    const { connect } = filled(addresses('192.168.56.43'));
    expect(fieldProblem(connect, 'address.vm-docker')).toBeNull();
    expect(fieldProblem(connect, 'address.vm-k8s')?.short).toEqual(
      formTexts.address.same({ host: 'vm-docker' }),
    );
  });

  it.each([
    ['port', { port: '0' }, formTexts.port.short],
    ['port', { port: '70000' }, formTexts.port.short],
    ['port', { port: '22x' }, formTexts.port.short],
    ['port', { port: '2222' }, undefined],
    ['user', { user: 'dua kata' }, formTexts.user.short],
    ['user', { user: '' }, formTexts.blank],
    ['key', { key: '' }, formTexts.blank],
    ['key', { key: '~/.ssh/id_ed25519.pub' }, formTexts.key.public.short],
    ['password', { auth: 'password', password: '' }, formTexts.blank],
    ['name', { name: ' ' }, formTexts.name.short],
    ['path', { path: '' }, formTexts.blank],
  ] as const)('%s %j', (field, draft, short) =>
    expect(fieldProblem(filled(draft).connect, field)?.short).toEqual(short),
  );

  it('only fields that are asked for count', () => {
    expect(wrongFields(filled({ auth: 'agent', key: '', password: '' }).connect)).toEqual([]);
  });
});

describe('when it is told', () => {
  it('letters in an address at once, all else when the field is left', () => {
    const cleared = after(open, { type: 'ui.edit', edit: { kind: 'clear' } });
    expect(toldProblem(cleared.connect, 'address.vm-docker')).toBeNull();
    expect(toldProblem(after(cleared, type('192.168.')).connect, 'address.vm-docker')).toBeNull();
    expect(toldProblem(after(cleared, type('har')).connect, 'address.vm-docker')).toBe(
      formTexts.address.letters,
    );
    const left = after(cleared, goTo(cleared, 'address.vm-k8s'));
    expect(toldProblem(left.connect, 'address.vm-docker')?.short).toEqual(formTexts.blank);
    // And it goes as soon as it is mended.
    const back = after(left, goTo(left, 'address.vm-docker'), type('10.0.0.7'));
    expect(toldProblem(back.connect, 'address.vm-docker')).toBeNull();
  });

  it('all of it when the form is sent, which then goes nowhere but to the first wrong field', () => {
    const wrong = filled({ ...addresses('192.168.56.42', 'x'), port: '', name: '' });
    for (const message of [{ type: 'draft.try' }, { type: 'draft.save' }] as const) {
      const [state, effects] = update(after(wrong, goTo(wrong, 'write')), message);
      expect(effects).toEqual([]);
      expect(connectField(state)).toBe('address.vm-k8s');
      expect(state.ui.caret).toBe(1);
      expect(state.ui.notice).toMatchObject({ tone: 'bad' });
      expect(state.ui.notice?.text.en).toContain('3 answers');
      expect(toldProblem(state.connect, 'port')).not.toBeNull();
      expect(Object.values(state.connect.tests).every((test) => test.kind === 'untested')).toBe(true);
    }
    expect(effectsOf(filled({}), { type: 'draft.try' })).toMatchObject([{ type: 'draft.test' }]);
    expect(effectsOf(filled({ port: '2222' }), { type: 'draft.save' })).toMatchObject([
      { type: 'draft.write', replace: false, draft: { port: '2222' } },
    ]);
  });
});

describe('the key file', () => {
  const problem = { short: formTexts.key.unusable, detail: { id: 'tidak ada', en: 'not there' } };
  const onKey = after(filled({}), goTo(filled({}), 'key'));

  it('is looked at when its field is left', () => {
    expect(effectsOf(onKey, goTo(onKey, 'passphrase'))).toEqual([{ type: 'draft.key', path: DRAFT.key }]);
    expect(effectsOf(onKey, { type: 'ui.edit', edit: { kind: 'left' } })).toEqual([]);
  });
  it('is told of beside the field, until another one is named', () => {
    const left = after(onKey, goTo(onKey, 'name'));
    const told = after(left, { type: 'draft.key', path: DRAFT.key, problem, submitted: false });
    expect(connectField(told)).toBe('name');
    expect(toldProblem(told.connect, 'key')).toEqual(problem);
    const renamed = after(told, goTo(told, 'key'), type('2'));
    expect(toldProblem(renamed.connect, 'key')).toBeNull();
    // A late answer about the name before says nothing about this one.
    const late = after(renamed, { type: 'draft.key', path: DRAFT.key, problem, submitted: true });
    expect(toldProblem(late.connect, 'key')).toBeNull();
  });
  it('brings the cursor back when the form was sent with it, and nothing seems to be tried any more', () => {
    const sent = after(filled({}), { type: 'draft.try' });
    expect(sent.connect.tests['vm-docker'].kind).toBe('testing');
    const told = after(sent, { type: 'draft.key', path: DRAFT.key, problem, submitted: true });
    expect(connectField(told)).toBe('key');
    expect(told.connect.tests['vm-docker'].kind).toBe('untested');
  });
});
