/** This process as the terminal guard sees it. */
import type { GuardedProcess } from './term/guard.js';

type Listener = Parameters<GuardedProcess['on']>[1];

/**
 * Node's own types let a listener take anything, the guard's let each listener say what it takes; the events that the
 * guard listens to do bring that.
 * @param exit ends the process
 */
export function guardedProcess(exit: (code: number) => void): GuardedProcess {
  const wrapped = new Map<Listener, (...args: readonly unknown[]) => void>();
  const wrap = (listener: Listener): ((...args: readonly unknown[]) => void) => {
    const known = wrapped.get(listener);
    if (known !== undefined) return known;
    const made = (...args: readonly unknown[]): void => void Reflect.apply(listener, process, args);
    wrapped.set(listener, made);
    return made;
  };
  return {
    pid: process.pid,
    on: (event, listener) => process.on(event, wrap(listener)),
    removeListener: (event, listener) => process.removeListener(event, wrap(listener)),
    kill: (pid, signal) => process.kill(pid, signal),
    exit,
  };
}
