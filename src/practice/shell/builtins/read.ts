/** read and mapfile: input into variables. */
import { readLine } from '../../kernel/description.js';
import type { Shell } from '../shell.js';
import { splitFields } from '../pieces.js';
import type { Builtin } from './builtin.js';

export const read: Builtin = async (shell, args) => {
  const flags = { raw: false, delimiter: 0x0a, list: '', fd: 0, count: 0, timeout: -1 };
  let at = 0;
  for (; at < args.length && /^-./.test(args[at] ?? ''); at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at += 1;
      break;
    }
    for (let index = 1; index < arg.length; index += 1) {
      const letter = arg[index] ?? '';
      if (letter === 'r') flags.raw = true;
      if (letter === 'r' || letter === 's' || letter === 'e') continue;
      const value = arg.slice(index + 1) || (args[(at += 1)] ?? '');
      if (letter === 'd') flags.delimiter = value === '' ? 0 : (Buffer.from(value)[0] ?? 0);
      else if (letter === 'a') flags.list = value;
      else if (letter === 'u') flags.fd = Number(value);
      else if (letter === 'n' || letter === 'N') flags.count = Number(value);
      else if (letter === 't') flags.timeout = Number(value);
      else if (letter === 'p') await shell.process.err(shell.process.tty ? value : '');
      else {
        await shell.complain(`read: -${letter}: invalid option`);
        return 2;
      }
      break;
    }
  }
  const names = args.slice(at);
  const description = shell.process.descriptor(flags.fd);
  const limit = new AbortController();
  const signal =
    flags.timeout >= 0 ? AbortSignal.any([shell.process.signal, limit.signal]) : shell.process.signal;
  const timer =
    flags.timeout >= 0
      ? setTimeout(
          () => limit.abort(new Error('timeout')),
          flags.timeout * 1000 * shell.process.kernel.clock.scale,
        )
      : undefined;
  let text = '';
  let ended = false;
  try {
    if (flags.count > 0) {
      const bytes = await description.read(flags.count, signal);
      text = bytes?.toString('utf8') ?? '';
      ended = text.length === flags.count;
    } else {
      let result = await readLine(description, signal, flags.delimiter);
      text = result.line.toString('utf8');
      while (!flags.raw && result.ended && /(?:^|[^\\])(?:\\\\)*\\$/.test(text)) {
        result = await readLine(description, signal, flags.delimiter);
        text = text.slice(0, -1) + result.line.toString('utf8');
      }
      ended = result.ended;
    }
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    return 142;
  } finally {
    clearTimeout(timer);
  }
  await storeFields(shell, text, names, flags);
  return ended ? 0 : 1;
};

async function storeFields(
  shell: Shell,
  text: string,
  names: readonly string[],
  flags: { readonly raw: boolean; readonly list: string },
): Promise<void> {
  const plain = flags.raw ? text : text.replaceAll(/\\(.)/g, '$1');
  const cut = (value: string) =>
    splitFields([{ kind: 'text', text: value, quoted: false, split: true, active: false }], shell.ifs).map(
      (field) => field.map((piece) => piece.text).join(''),
    );
  if (flags.list !== '') {
    shell.vars.setList(flags.list, cut(plain));
    return;
  }
  if (names.length === 0) {
    shell.vars.set('REPLY', plain);
    return;
  }
  const spaces = [...shell.ifs].filter((char) => ' \t\n'.includes(char)).join('');
  const edge = (value: string) => {
    let from = 0;
    let to = value.length;
    while (from < to && spaces.includes(value[from] ?? 'x')) from += 1;
    while (to > from && spaces.includes(value[to - 1] ?? 'x')) to -= 1;
    return value.slice(from, to);
  };
  let rest = edge(plain);
  for (const [index, name] of names.entries()) {
    if (index === names.length - 1) {
      const fields = cut(rest);
      const trailing = shell.ifs.includes(rest.at(-1) ?? '') && rest !== '' && fields.length === 1;
      await shell.assign(name, trailing ? (fields[0] ?? '') : rest, false);
      return;
    }
    let end = 0;
    while (end < rest.length && !shell.ifs.includes(rest[end] ?? '')) end += 1;
    await shell.assign(name, rest.slice(0, end), false);
    let next = end;
    while (next < rest.length && spaces.includes(rest[next] ?? 'x')) next += 1;
    if (next < rest.length && shell.ifs.includes(rest[next] ?? '') && !spaces.includes(rest[next] ?? ''))
      next += 1;
    while (next < rest.length && spaces.includes(rest[next] ?? 'x')) next += 1;
    rest = rest.slice(next);
  }
}

export const mapfile: Builtin = async (shell, args) => {
  let strip = false;
  let delimiter = '\n';
  let name = 'MAPFILE';
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-t') strip = true;
    else if (arg === '-d') {
      at += 1;
      delimiter = args[at] === '' ? '\0' : (args[at] ?? '\n');
    } else if (arg.startsWith('-')) {
      await shell.complain(`mapfile: ${arg}: not simulated`);
      return 64;
    } else name = arg;
  }
  const text = await shell.process.readText(0);
  const lines = text.split(delimiter);
  if (lines.at(-1) === '') lines.pop();
  shell.vars.setList(name, strip ? lines : lines.map((line) => line + delimiter));
  return 0;
};
