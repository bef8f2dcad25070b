import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is held in memory now, MiB. Twice, because what has a finalizer goes with the second round only. */
export function heldMiB(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('no garbage collector');
  collect();
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
