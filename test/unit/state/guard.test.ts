/** However the program ends, the terminal is given back. */
import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { installTerminalGuard, RESTORE } from '../../../src/term/guard.js';

function install() {
  const host = new EventEmitter();
  const events: string[] = [];
  const killed: string[] = [];
  const guard = installTerminalGuard({
    process: Object.assign(host, {
      pid: 1,
      kill: (_pid: number, signal: string) => killed.push(signal),
      exit: (code: number) => void events.push(`exit ${code}`),
    }),
    stdout: { write: (text: string) => events.push(text === RESTORE ? 'restore' : text) },
    close: () => events.push('close'),
    onFatal: (error) => events.push(`fatal ${error instanceof Error ? error.message : ''}`),
    suspend: async (during) => {
      events.push('lend');
      await during();
      events.push('back');
    },
  });
  return { host, events, killed, guard };
}

describe('the terminal guard', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('restores on %s and ends as a shell expects', (signal, code) => {
    const { host, events } = install();
    host.emit(signal);
    expect(events).toEqual(['close', 'restore', `exit ${code}`]);
  });

  it('restores before an error is told', () => {
    const { host, events } = install();
    host.emit('uncaughtException', new Error('boom'));
    expect(events).toEqual(['close', 'restore', 'fatal boom', 'exit 70']);
  });

  it('restores once only', () => {
    const { host, events } = install();
    host.emit('SIGTERM');
    host.emit('exit', 143);
    expect(events.filter((one) => one === 'restore')).toHaveLength(1);
  });

  it('restores even when closing fails', () => {
    const host = new EventEmitter();
    const written: string[] = [];
    installTerminalGuard({
      process: Object.assign(host, { pid: 1, kill: () => true, exit: () => undefined }),
      stdout: { write: (text: string) => written.push(text) },
      close: () => {
        throw new Error('torn');
      },
      onFatal: () => undefined,
      suspend: (during) => during(),
    });
    expect(() => host.emit('exit')).toThrow('torn');
    expect(written).toEqual([RESTORE]);
  });

  it('lends the terminal to the shell and takes it back when continued', async () => {
    const { host, events, killed, guard } = install();
    const away = guard.suspend();
    expect(killed).toEqual(['SIGTSTP']);
    host.emit('SIGCONT');
    await away;
    expect(events).toEqual(['lend', 'back']);
    // A stop from outside does the same.
    host.emit('SIGTSTP');
    host.emit('SIGCONT');
    await vi.waitFor(() => expect(events).toEqual(['lend', 'back', 'lend', 'back']));
  });

  it('comes back by itself where stopping is not possible', async () => {
    const { guard, events } = install();
    await guard.suspend();
    expect(events).toEqual(['lend', 'back']);
  });

  it('can be taken off', () => {
    const { host, events, guard } = install();
    guard.remove();
    host.emit('SIGTERM');
    expect(events).toEqual([]);
    expect(host.eventNames()).toEqual([]);
  });
});
