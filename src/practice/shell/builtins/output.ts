/** echo and printf. */
import { printf, unescape } from './format.js';
import type { Builtin } from './builtin.js';

export const echo: Builtin = async (shell, args) => {
  let line = true;
  let escapes = shell.shopt.has('xpg_echo');
  let at = 0;
  for (; at < args.length && /^-[neE]+$/.test(args[at] ?? ''); at += 1) {
    for (const letter of (args[at] ?? '').slice(1)) {
      if (letter === 'n') line = false;
      else escapes = letter === 'e';
    }
  }
  const text = args.slice(at).join(' ');
  const { bytes, stopped } = escapes ? unescape(text, true) : { bytes: Buffer.from(text), stopped: false };
  await shell.process.out(line && !stopped ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes);
  return 0;
};

export const printfBuiltin: Builtin = async (shell, args) => {
  const variable = args[0] === '-v' ? args[1] : undefined;
  const rest = variable === undefined ? args : args.slice(2);
  const [format, ...values] = rest[0] === '--' ? rest.slice(1) : rest;
  if (format === undefined) {
    await shell.complain('printf: usage: printf [-v var] format [arguments]');
    return 2;
  }
  const { bytes, complaints } = printf(format, values, shell.process.kernel.now());
  if (variable === undefined) await shell.process.out(bytes);
  else await shell.assign(variable, bytes.toString('utf8'), false);
  for (const complaint of complaints) await shell.complain(`printf: ${complaint}`);
  return complaints.length > 0 ? 1 : 0;
};
