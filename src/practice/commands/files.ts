/** Programs that make, change and show files. Modes, owners and links are kept as on Linux, which just-bash's do not. */
import type { Program } from '../kernel/kernel.js';
import { openPath, readOperand } from '../kernel/open.js';
import { SystemError } from '../vfs/inode.js';
import { baseName, joinPath } from '../vfs/volume.js';
import { each, named, withOptions } from './program.js';
import { changeMode, chmod, chown } from './modes.js';
import { cp, install, mv } from './copying.js';

const mkdir = withOptions(
  { flags: 'pv', values: 'm', long: ['parents', 'mode=', 'verbose'] },
  async (process, options) => {
    const mode = options.value('m', 'mode');
    if (options.operands.length === 0) return process.fail('missing operand');
    return each(process, options.operands, named('cannot create directory'), (path) => {
      const { view } = process;
      const target = path.replace(/\/$/, '');
      if (options.has('p', 'parents')) {
        let walked = '';
        for (const part of target.split('/').filter((name) => name !== '')) {
          walked += `/${part}`;
          const there = view.peek(walked);
          if (there === undefined) {
            view.makeDirectory(walked);
            if (walked === target && mode !== undefined)
              view.chmod(walked, changeMode(0o777, mode, true) ?? 0o777);
          } else if (there.kind !== 'directory' && there.kind !== 'live-directory') {
            throw new SystemError(walked === target ? 'EEXIST' : 'ENOTDIR', walked);
          }
        }
        return;
      }
      view.makeDirectory(target);
      if (mode !== undefined) view.chmod(target, changeMode(0o777, mode, true) ?? 0o777);
    });
  },
);

const rmdir = withOptions({ flags: 'pv', long: ['ignore-fail-on-non-empty'] }, (process, options) =>
  each(process, options.operands, named('failed to remove'), (path) => process.view.removeDirectory(path)),
);

const rm = withOptions(
  { flags: 'rRfvdi', long: ['recursive', 'force', 'one-file-system', 'verbose', 'preserve-root'] },
  async (process, options) => {
    const force = options.has('f', 'force');
    if (options.operands.length === 0) return force ? 0 : process.fail('missing operand');
    return each(process, options.operands, named('cannot remove'), async (path, operand) => {
      const inode = process.view.peek(path, false);
      if (inode === undefined && force) return;
      if (path === '/') throw new SystemError('EPERM', path);
      if (options.has('r', 'R', 'recursive')) process.view.removeTree(path);
      else if (inode?.kind === 'directory' && options.has('d')) process.view.removeDirectory(path);
      else process.view.unlink(path);
      if (options.has('v', 'verbose')) await process.out(`removed '${operand}'\n`);
    });
  },
);

const ln = withOptions(
  { flags: 'sfnrvTL', long: ['symbolic', 'force', 'no-dereference', 'relative', 'no-target-directory'] },
  async (process, options) => {
    const [target, link = target === undefined ? undefined : baseName(target)] = options.operands;
    if (target === undefined || link === undefined) return process.fail('missing file operand');
    const hard = !options.has('s', 'symbolic');
    return each(process, [link], named(`failed to create ${hard ? 'hard' : 'symbolic'} link`), (path) => {
      const { view } = process;
      const literal = options.has('n', 'no-dereference', 'T', 'no-target-directory');
      const there = view.peek(path, !literal);
      const place = there?.kind === 'directory' ? joinPath(path, baseName(target)) : path;
      const old = view.peek(place, false);
      if (old !== undefined && options.has('f', 'force')) view.unlink(place);
      if (hard) view.link(process.path(target), place);
      else view.symlink(target, place);
    });
  },
);

const touch = withOptions(
  { flags: 'camh', values: 'dtr', long: ['no-create', 'date=', 'reference='] },
  (process, options) =>
    each(process, options.operands, named('cannot touch'), (path) => {
      const { view } = process;
      const date = options.value('d', 'date');
      const reference = options.value('r', 'reference');
      const at =
        reference !== undefined
          ? view.get(process.path(reference)).mtimeMs
          : date === undefined
            ? process.kernel.now()
            : date.startsWith('@')
              ? Number(date.slice(1)) * 1000
              : Date.parse(date);
      if (view.peek(path) === undefined) {
        if (options.has('c', 'no-create')) return;
        view.write(path, '');
      }
      view.touch(path, at);
    }),
);

const mktemp = withOptions(
  { flags: 'dqut', values: 'p', long: ['directory', 'quiet', 'tmpdir', 'tmpdir=', 'suffix=', 'dry-run'] },
  async (process, options) => {
    const [template = 'tmp.XXXXXXXXXX'] = options.operands;
    const suffix = options.value('suffix') ?? '';
    const explicit = options.value('p') ?? options.value('tmpdir');
    const inTmp = options.operands.length === 0 || options.has('t', 'p', 'tmpdir');
    const dir = inTmp ? explicit || process.env.get('TMPDIR') || '/tmp' : '';
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    const name = template.replace(/X{3,}(?=[^X]*$)/, (run) =>
      Array.from(run, () => letters[Math.floor(Math.random() * letters.length)] ?? 'x').join(''),
    );
    if (name === template) return process.fail(`too few X's in template '${template}'`);
    const shown = (dir === '' ? name : `${dir}/${name}`) + suffix;
    const path = process.path(shown);
    try {
      if (options.has('d', 'directory')) process.view.makeDirectory(path, 0o700);
      else process.view.open(path, { write: true, create: true, exclusive: true, mode: 0o600 });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const what = options.has('d', 'directory') ? 'directory' : 'file';
      return process.fail(
        `failed to create ${what} via template '${dir === '' ? '' : `${dir}/`}${template}': ${error.message}`,
      );
    }
    await process.out(`${shown}\n`);
    return 0;
  },
);

const readlink = withOptions(
  {
    flags: 'fenmsvqz',
    long: ['canonicalize', 'canonicalize-existing', 'canonicalize-missing', 'no-newline'],
  },
  async (process, options) => {
    let status = 0;
    for (const operand of options.operands) {
      const path = process.path(operand);
      try {
        const real =
          process.name === 'realpath' ||
          options.has('f', 'e', 'm', 'canonicalize', 'canonicalize-existing', 'canonicalize-missing');
        const must = options.has('e', 'canonicalize-existing');
        const shown = !real
          ? process.view.readLink(path)
          : options.has('m', 'canonicalize-missing') && process.view.peek(path) === undefined
            ? path
            : process.view.realPath(path, must);
        await process.out(options.has('n', 'no-newline') ? shown : `${shown}\n`);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        if (process.name === 'realpath') await process.err(`realpath: ${operand}: ${error.message}\n`);
        status = 1;
      }
    }
    return status;
  },
);

const truncate = withOptions({ flags: 'c', values: 's', long: ['size=', 'no-create'] }, (process, options) =>
  each(process, options.operands, named('cannot open'), (path) => {
    const match = /^(\d+)([KMG]?)$/.exec(options.value('s', 'size') ?? '0');
    const factor = { K: 1 << 10, M: 1 << 20, G: 1 << 30 }[match?.[2] ?? ''] ?? 1;
    const inode = process.view.open(path, { write: true, create: true });
    if (inode.kind === 'file') process.kernel.volume.truncate(inode, Number(match?.[1] ?? 0) * factor);
  }),
);

const tee = withOptions({ flags: 'aip', long: ['append'] }, async (process, options) => {
  const outputs: { write: (bytes: Buffer) => Promise<void>; close: () => void }[] = [];
  let status = await each(
    process,
    options.operands,
    (operand) => operand,
    (path) => {
      const append = options.has('a', 'append');
      const file = openPath(process, path, { write: true, create: true, append, truncate: !append }).retain();
      outputs.push({ write: (bytes) => file.write(bytes, process.signal), close: () => file.close() });
    },
  );
  const input = process.descriptor(0);
  try {
    for (;;) {
      const chunk = await input.read(65_536, process.signal);
      if (chunk === null) break;
      await process.out(chunk);
      for (const output of outputs) await output.write(chunk);
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    status = await process.fail(error.message);
  } finally {
    for (const output of outputs) output.close();
  }
  return status;
});

const cmp = withOptions({ flags: 'sl', long: ['silent', 'quiet'] }, async (process, options) => {
  const [a = '-', b = '-'] = options.operands;
  const silent = options.has('s', 'silent', 'quiet');
  const contents: Buffer[] = [];
  for (const operand of [a, b]) {
    try {
      contents.push(await readOperand(process, operand));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (!silent) await process.err(`cmp: ${operand}: ${error.message}\n`);
      return 2;
    }
  }
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = contents;
  if (first.equals(second)) return 0;
  let at = 0;
  while (at < Math.min(first.length, second.length) && first[at] === second[at]) at += 1;
  if (!silent) {
    const line = first.subarray(0, at).filter((byte) => byte === 10).length + 1;
    if (at === Math.min(first.length, second.length)) {
      await process.err(
        `cmp: EOF on ${first.length < second.length ? a : b} after byte ${at}, in line ${line}\n`,
      );
    } else await process.out(`${a} ${b} differ: byte ${at + 1}, line ${line}\n`);
  }
  return 1;
});

export const filePrograms: Readonly<Record<string, Program>> = {
  mkdir,
  rmdir,
  rm,
  mv,
  cp,
  ln,
  touch,
  chmod,
  chown,
  chgrp: chown,
  install,
  mktemp,
  readlink,
  realpath: readlink,
  truncate,
  tee,
  cmp,
  sync: () => 0,
  unlink: (process, args) => each(process, args, named('cannot unlink'), (path) => process.view.unlink(path)),
};
