/** What programs that stay have in common: waiting for their end, and waits that keep pace with the cluster. */
import type { Process } from '../kernel/process.js';

/** Waits until somebody ends the process by a signal that it takes as a wish to stop. */
export function longRunning(process: Process): Promise<void> {
  return new Promise((resolve, reject) => {
    const before = process.onSignal;
    process.onSignal = (signal) => {
      if (signal === 'TERM' || signal === 'QUIT' || signal === 'INT') {
        process.onSignal = before;
        resolve();
        return true;
      }
      return signal === 'HUP' || signal === 'USR1' || signal === 'USR2';
    };
    process.signal.addEventListener('abort', () => reject(process.signal.reason), { once: true });
  });
}
/** Waits as long as the same time takes for the cluster, however compressed the lab's clock is. @param ms simulated */
export const patience = (process: Process, ms: number): Promise<void> =>
  process.kernel.clock.patience(ms, process.signal);
