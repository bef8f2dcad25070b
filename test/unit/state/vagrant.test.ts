/** The Vagrantfile: its own plan, its own questions, and what comes after it. */
import { describe, expect, it } from 'vitest';
import type { AppState } from '../../../src/state/types.js';
import { after, effectsOf, start } from '../../screens/fixture.js';

const open = after(start(), { type: 'ui.open', screen: 'vagrant' });

describe('the Vagrantfile', () => {
  it('is made of its own plan, whatever is typed into the form', () => {
    const typed = after(
      start(),
      { type: 'ui.open', screen: 'connect' },
      { type: 'ui.edit', edit: { kind: 'clear' } },
      { type: 'ui.edit', edit: { kind: 'insert', text: 'not an address' } },
    );
    expect(typed.connect.draft.addresses['vm-docker']).toBe('not an address');
    expect(effectsOf(typed, { type: 'vagrant.save' })).toEqual([
      { type: 'vagrant.write', directory: 'lab', plan: start().vagrant.plan, replace: false },
    ]);
  });

  it('looks for a public key when its screen opens, and uses the one that is there', () => {
    expect(effectsOf(start(), { type: 'ui.open', screen: 'vagrant' })).toEqual([{ type: 'vagrant.key' }]);
    const rsa = after(open, { type: 'vagrant.key', found: '~/.ssh/id_rsa.pub' });
    expect(rsa.vagrant).toMatchObject({ keyFound: true, plan: { publicKey: '~/.ssh/id_rsa.pub' } });
    const none = after(open, { type: 'vagrant.key', found: null });
    expect(none.vagrant).toMatchObject({ keyFound: false, plan: { publicKey: '~/.ssh/id_ed25519.pub' } });
  });

  it('asks before one that is there is replaced', () => {
    const asked = after(open, { type: 'vagrant.exists', path: '/lab/Vagrantfile' });
    expect(asked.ui.dialog).toEqual({ kind: 'confirm-replace', file: 'vagrant', path: '/lab/Vagrantfile' });
    expect(effectsOf(asked, { type: 'dialog.accept' })).toEqual([
      { type: 'vagrant.write', directory: 'lab', plan: start().vagrant.plan, replace: true },
    ]);
    expect(effectsOf(asked, { type: 'dialog.reject' })).toEqual([]);
  });

  it('can go elsewhere instead', () => {
    const asked = after(open, { type: 'vagrant.exists', path: '/lab/Vagrantfile' });
    const typing = after(asked, { type: 'dialog.elsewhere' });
    expect(typing.ui).toMatchObject({ dialog: null, typing: 'vagrant.path', caret: 3 });
    const named = after(
      typing,
      { type: 'ui.edit', edit: { kind: 'insert', text: '2' } },
      { type: 'ui.submit' },
    );
    expect(effectsOf(named, { type: 'vagrant.save' })).toMatchObject([{ directory: 'lab2', replace: false }]);
  });

  it('fills in the form for the VMs that it makes', () => {
    const rsa = after(
      open,
      { type: 'vagrant.key', found: '~/.ssh/id_rsa.pub' },
      { type: 'ui.open', screen: 'connect' },
      { type: 'draft.auth', by: 1 },
      { type: 'ui.back' },
    );
    const written: AppState = after(rsa, { type: 'vagrant.written', path: '/lab/Vagrantfile' });
    expect(written.connect.draft).toMatchObject({
      addresses: start().vagrant.plan.addresses,
      user: 'guru',
      port: '22',
      auth: 'key',
      key: '~/.ssh/id_rsa',
    });
    expect(written.vagrant.written).toBe('/lab/Vagrantfile');
    // In another directory nothing is written yet.
    const elsewhere = after(
      written,
      { type: 'ui.type', name: 'vagrant.path' },
      { type: 'ui.edit', edit: { kind: 'insert', text: 'x' } },
    );
    expect(elsewhere.vagrant.written).toBeNull();
  });
});
