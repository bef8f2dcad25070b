/** Programs about processes and time: starting, limiting, locking, listing, ending them. */
import type { Program } from '../kernel/kernel.js';
import { stty } from './stty.js';
import { date, sleep, timeout } from './time.js';
import { env, ionice, nice, nohup, setsid, stdbuf, xargs } from './wrappers.js';
import { flock } from './flock.js';

const printenv: Program = async (process, args) => {
  if (args.length === 0) for (const [name, value] of process.env) await process.out(`${name}=${value}\n`);
  for (const name of args) {
    const value = process.env.get(name);
    if (value === undefined) return 1;
    await process.out(`${value}\n`);
  }
  return 0;
};

const yes: Program = async (process, args) => {
  const line = `${args.length > 0 ? args.join(' ') : 'y'}\n`.repeat(64);
  for (;;) {
    await process.out(line);
    await process.sleep(0);
  }
};

export const processPrograms: Readonly<Record<string, Program>> = {
  sleep,
  timeout,
  nohup,
  nice,
  ionice,
  chrt: ionice,
  stdbuf,
  setsid,
  flock,
  date,
  env,
  printenv,
  xargs,
  yes,
  stty,
  // They draw on the screen, which the practice terminal knows nothing of.
  clear: (process) => process.refuse('this program'),
  tput: (process) => process.refuse('this program'),
  reset: (process) => process.refuse('this program'),
  tty: async (process) => {
    await process.out(process.tty ? '/dev/pts/0\n' : 'not a tty\n');
    return process.tty ? 0 : 1;
  },
};
