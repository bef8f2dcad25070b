/** Builtins about children and signals: trap, wait, kill, jobs. */
import { SIGNALS, signalByName, type SignalName } from '../../kernel/process.js';
import type { Shell } from '../shell.js';
import type { TrapName } from '../state.js';
import type { Builtin } from './builtin.js';

const NOT_SIGNALS: readonly string[] = ['EXIT', 'ERR', 'DEBUG', 'RETURN'];

function trapName(word: string): TrapName | null {
  if (word === '0' || NOT_SIGNALS.includes(word.toUpperCase())) {
    return (word === '0' ? 'EXIT' : word.toUpperCase()) as TrapName;
  }
  return signalByName(word);
}

export const trap: Builtin = async (shell, args) => {
  const words = args[0] === '--' ? args.slice(1) : args;
  if (words.length === 0 || words[0] === '-p') {
    for (const [name, action] of shell.traps) {
      const label = NOT_SIGNALS.includes(name) ? name : `SIG${name}`;
      await shell.process.out(`trap -- '${action.replaceAll("'", "'\\''")}' ${label}\n`);
    }
    return 0;
  }
  const single = words.length === 1;
  const action = single ? '-' : (words[0] ?? '-');
  for (const word of single ? words : words.slice(1)) {
    const name = trapName(word);
    if (name === null) {
      await shell.complain(`trap: ${word}: invalid signal specification`);
      return 1;
    }
    const signal = NOT_SIGNALS.includes(name) ? null : (name as SignalName);
    if (signal !== null) shell.process.ignored.delete(signal);
    if (action === '-') shell.traps.delete(name);
    else shell.traps.set(name, action);
    if (action === '' && signal !== null) shell.process.ignored.add(signal);
  }
  return 0;
};

export const wait: Builtin = async (shell, args) => {
  const next = args.includes('-n');
  const wanted = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  const interruptible = async (done: () => boolean) => {
    while (!done()) {
      await shell.interrupts.wait(shell.process.signal);
      if (shell.interrupted) return 130;
      const [signal] = shell.pendingTraps;
      if (signal !== undefined) return 128 + SIGNALS[signal];
    }
    return null;
  };
  if (next) {
    if (shell.children.size === 0) return 127;
    const interrupted = await interruptible(() =>
      [...shell.children.keys()].some((pid) => shell.finished.has(pid)),
    );
    if (interrupted !== null) return interrupted;
    const pid = [...shell.children.keys()].find((child) => shell.finished.has(child)) ?? 0;
    shell.children.delete(pid);
    return shell.finished.get(pid) ?? 0;
  }
  let status = 0;
  for (const pid of wanted.length > 0 ? wanted : [...shell.children.keys()]) {
    if (!shell.children.has(pid) && !shell.finished.has(pid)) {
      await shell.complain(`wait: pid ${pid} is not a child of this shell`);
      status = 127;
      continue;
    }
    const interrupted = await interruptible(() => shell.finished.has(pid));
    if (interrupted !== null) return interrupted;
    status = shell.finished.get(pid) ?? 0;
    shell.children.delete(pid);
  }
  return wanted.length > 0 ? status : 0;
};

/** kill: also the program of that name. */
export const kill: Builtin = async (shell, args) => {
  if (args[0] === '-l' || args[0] === '-L') {
    const words = args.slice(1);
    if (words.length === 0) {
      await shell.process.out(`${Object.keys(SIGNALS).join(' ')}\n`);
      return 0;
    }
    for (const word of words) {
      const number = Number(word) > 128 ? String(Number(word) - 128) : word;
      await shell.process.out(`${signalByName(number) ?? word}\n`);
    }
    return 0;
  }
  let signal: SignalName | 0 = 'TERM';
  let at = 0;
  const first = args[0] ?? '';
  if (first === '-s' || first === '-n') {
    const named = args[1] === '0' ? 0 : signalByName(args[1] ?? '');
    if (named === null) {
      await shell.complain(`kill: ${args[1] ?? ''}: invalid signal specification`);
      return 1;
    }
    signal = named;
    at = 2;
  } else if (/^-./.test(first) && first !== '--') {
    const named = first === '-0' ? 0 : signalByName(first.slice(1));
    if (named === null) {
      await shell.complain(`kill: ${first.slice(1)}: invalid signal specification`);
      return 1;
    }
    signal = named;
    at = 1;
  }
  if (args[at] === '--') at += 1;
  const targets = args.slice(at);
  if (targets.length === 0) {
    await shell.process.err(
      'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n',
    );
    return 2;
  }
  let status = 0;
  for (const target of targets) {
    const words = await killOne(shell, target, signal);
    if (words !== null) {
      await shell.complain(`kill: ${words}`);
      status = 1;
    }
  }
  return status;
};

async function killOne(shell: Shell, target: string, signal: SignalName | 0): Promise<string | null> {
  if (!/^-?\d+$/.test(target)) return `${target}: arguments must be process or job IDs`;
  const { kernel, credentials } = shell.process;
  const number = Number(target);
  const hit = kernel.processes.filter((process) =>
    number > 0
      ? process.pid === number
      : number === 0
        ? process.pgid === shell.process.pgid
        : process.pgid === -number,
  );
  if (hit.length === 0) {
    if (number > 0 && kernel.serviceAlive(number))
      return credentials.uid === 0 && signal === 0 ? null : `(${target}) - Operation not permitted`;
    return `(${target}) - No such process`;
  }
  const allowed = hit.filter(
    (process) => credentials.uid === 0 || process.credentials.uid === credentials.uid,
  );
  if (allowed.length === 0) return `(${target}) - Operation not permitted`;
  if (signal !== 0) for (const process of allowed) process.kill(signal);
  // The signal reaches a process before the sender goes on.
  await shell.process.sleep(0);
  return null;
}

export const jobs: Builtin = async (shell, args) => {
  const known = shell.children.size > 0 ? [...shell.children.values()] : shell.jobs;
  for (const { pid } of known.filter((process) => process.alive)) {
    await shell.process.out(args.includes('-p') ? `${pid}\n` : `[1]+  Running                 ${pid} &\n`);
  }
  return 0;
};
