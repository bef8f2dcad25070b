/** Programs that make, change and show files. Modes, owners and links are kept as on Linux, which just-bash's do not. */
import type { Program } from '../kernel/kernel.js';
import { openPath, readOperand } from '../kernel/open.js';
import type { Process } from '../kernel/process.js';
import { SystemError, type Inode } from '../vfs/inode.js';
import { baseName, joinPath } from '../vfs/volume.js';
import { OptionError, readOptions, type OptionSpec, type Options } from './options.js';
import { groupId, ownerOf, userId } from './owners.js';

/** Runs a program's body with its options; an unknown one is refused. */
export function withOptions(
  spec: OptionSpec,
  body: (process: Process, options: Options) => Promise<number> | number,
): Program {
  return async (process, args) => {
    let options: Options;
    try {
      options = readOptions(args, spec);
    } catch (error) {
      if (error instanceof OptionError) return process.refuse(`option ${error.option}`);
      throw error;
    }
    return body(process, options);
  };
}

/** Does something for each operand; a failed system call is said as `<program>: <doing> '<operand>': <why>`. */
export async function each(
  process: Process,
  operands: readonly string[],
  doing: (operand: string) => string,
  run: (path: string, operand: string) => Promise<void> | void,
): Promise<number> {
  let status = 0;
  for (const operand of operands) {
    try {
      await run(process.path(operand), operand);
    } catch (error) {
      status = 1;
      if (error instanceof Said) continue;
      if (!(error instanceof SystemError)) throw error;
      await process.err(`${process.name}: ${doing(operand)}: ${error.message}\n`);
    }
  }
  return status;
}
/** An operand's failure that was told on stderr already. */
class Said extends Error {
  override readonly name = 'Said';
}
const named = (words: string) => (operand: string) => `${words} '${operand}'`;

/** `u+x,go-w`, `755`, `a=r`: what a mode becomes. Null when it is not a mode. */
export function changeMode(mode: number, change: string, isDirectory: boolean): number | null {
  if (/^[0-7]{1,4}$/.test(change)) return Number.parseInt(change, 8);
  let result = mode;
  for (const clause of change.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause);
    if (match === null) return null;
    const [, who = '', operator = '', letters = ''] = match;
    const all = who === '' || who.includes('a');
    let bits = 0;
    let mask = 0;
    for (const [letter, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      if (!all && !who.includes(letter)) continue;
      mask |= (7 << shift) | (letter === 'u' ? 0o4000 : letter === 'g' ? 0o2000 : 0);
      if (letters.includes('r')) bits |= 4 << shift;
      if (letters.includes('w') && !(who === '' && letter !== 'u')) bits |= 2 << shift;
      if (letters.includes('x') || (letters.includes('X') && (isDirectory || (mode & 0o111) !== 0))) bits |= 1 << shift;
      if (letters.includes('s') && letter !== 'o') bits |= letter === 'u' ? 0o4000 : 0o2000;
    }
    if (letters.includes('t')) bits |= 0o1000;
    if (operator === '+') result |= bits;
    else if (operator === '-') result &= ~bits;
    else result = (result & ~mask) | bits;
  }
  return result;
}

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
            if (walked === target && mode !== undefined) view.chmod(walked, changeMode(0o777, mode, true) ?? 0o777);
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

/** Where a file lands: inside the target when that is a directory. */
function destination(process: Process, target: string, source: string, asFile: boolean): string {
  const path = process.path(target);
  const inode = asFile ? undefined : process.view.peek(path);
  return inode?.kind === 'directory' ? joinPath(path, baseName(source.replace(/\/+$/, ''))) : path.replace(/(.)\/$/, '$1');
}

const mv = withOptions(
  { flags: 'fnvTi', values: 't', long: ['force', 'no-clobber', 'no-target-directory', 'verbose', 'target-directory='] },
  async (process, options) => {
    const into = options.value('t', 'target-directory');
    const sources = into === undefined ? options.operands.slice(0, -1) : options.operands;
    const target = into ?? options.operands.at(-1);
    if (target === undefined || sources.length === 0) return process.fail('missing file operand');
    return each(
      process,
      sources,
      (operand) => `cannot move '${operand}' to '${target}'`,
      (path, operand) => {
        const to = destination(process, target, operand, options.has('T', 'no-target-directory'));
        if (options.has('n', 'no-clobber') && process.view.peek(to, false) !== undefined) return;
        process.view.rename(path.replace(/(.)\/$/, '$1'), to);
      },
    );
  },
);

function copyTree(
  process: Process,
  from: string,
  to: string,
  how: { readonly recursive: boolean; readonly keep: boolean; readonly links: boolean },
): void {
  const { view } = process;
  const inode = how.links ? view.getLink(from) : view.get(from);
  if (inode.kind === 'symlink') {
    if (view.peek(to, false) !== undefined) view.unlink(to);
    view.symlink(inode.target, to);
    return;
  }
  if (inode.kind === 'directory' || inode.kind === 'live-directory') {
    if (!how.recursive) throw new SystemError('EISDIR', from);
    if (view.peek(to) === undefined) view.makeDirectory(to, inode.mode);
    for (const name of view.list(from)) copyTree(process, joinPath(from, name), joinPath(to, name), how);
  } else {
    const bytes = view.readBytes(from);
    view.write(to, bytes, { mode: inode.mode & 0o777 });
  }
  if (how.keep) {
    view.chmod(to, inode.mode);
    if (process.credentials.uid === 0) view.chown(to, inode);
    view.touch(to, inode.mtimeMs);
  }
}
const cp = withOptions(
  {
    flags: 'apfrRndvTPLHi',
    values: 't',
    long: ['archive', 'force', 'recursive', 'no-clobber', 'preserve', 'preserve=', 'no-target-directory', 'no-preserve=', 'remove-destination', 'update', 'dereference', 'no-dereference', 'verbose', 'sparse=', 'reflink=', 'backup='],
  },
  async (process, options) => {
    const into = options.value('t');
    const sources = into === undefined ? options.operands.slice(0, -1) : options.operands;
    const target = into ?? options.operands.at(-1);
    if (target === undefined || sources.length === 0) return process.fail('missing file operand');
    const archive = options.has('a', 'archive');
    const recursive = archive || options.has('r', 'R', 'recursive');
    return each(process, sources, named('cannot copy'), async (path, operand) => {
      const to = destination(process, target, operand, options.has('T', 'no-target-directory'));
      const inode = process.view.peek(path);
      if (inode === undefined && process.view.peek(path, false) === undefined) {
        await process.err(`cp: cannot stat '${operand}': No such file or directory\n`);
        throw new Said();
      }
      if (inode?.kind === 'directory' && !recursive) {
        await process.err(`cp: -r not specified; omitting directory '${operand}'\n`);
        throw new Said();
      }
      if (options.has('n', 'no-clobber') && process.view.peek(to) !== undefined) return;
      try {
        copyTree(process, path, to, {
          recursive,
          keep: archive || options.has('p', 'preserve'),
          links: archive || options.has('d', 'P', 'no-dereference'),
        });
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        await process.err(`cp: cannot create regular file '${target}': ${error.message}\n`);
        throw new Said();
      }
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

function walkTree(process: Process, path: string, recursive: boolean, change: (path: string, inode: Inode) => void): void {
  const inode = process.view.getLink(path);
  change(path, inode);
  if (recursive && inode.kind === 'directory') {
    for (const name of process.view.list(path)) walkTree(process, joinPath(path, name), true, change);
  }
}
const chmod: Program = async (process, args) => {
  const recursive = args.some((arg) => /^-[a-zA-Z]*R/.test(arg) || arg === '--recursive');
  const reference = args.find((arg) => arg.startsWith('--reference='))?.slice('--reference='.length);
  const words = args.filter((arg) => !/^-[Rfvc]+$|^--/.test(arg));
  const change = reference === undefined ? words[0] : process.view.get(process.path(reference)).mode.toString(8);
  const operands = reference === undefined ? words.slice(1) : words;
  if (change === undefined || operands.length === 0) return process.fail('missing operand');
  if (changeMode(0, change, false) === null) return process.fail(`invalid mode: '${change}'`);
  return each(process, operands, named('changing permissions of'), (path) =>
    walkTree(process, path, recursive, (place, inode) => {
      if (inode.kind === 'symlink' && recursive) return;
      const real = process.view.get(place);
      const wanted = changeMode(real.mode, change, real.kind === 'directory');
      if (wanted !== null) process.view.chmod(place, wanted);
    }),
  );
};
const chown: Program = async (process, args) => {
  const recursive = args.some((arg) => /^-[a-zA-Z]*R/.test(arg) || arg === '--recursive');
  const link = args.some((arg) => /^-[a-zA-Z]*h/.test(arg) || arg === '--no-dereference');
  const reference = args.find((arg) => arg.startsWith('--reference='))?.slice('--reference='.length);
  const words = args.filter((arg) => !/^-[Rfvch]+$|^--/.test(arg));
  const spec = reference === undefined ? words[0] : undefined;
  const operands = reference === undefined ? words.slice(1) : words;
  if (operands.length === 0) return process.fail('missing operand');
  const owner =
    spec === undefined
      ? process.view.get(process.path(reference ?? '/'))
      : process.name === 'chgrp'
        ? { gid: groupId(process, spec) }
        : ownerOf(process, spec);
  if (owner === null || ('gid' in owner && owner.gid === null)) {
    return process.fail(`invalid ${process.name === 'chgrp' ? 'group' : 'user'}: '${spec ?? ''}'`);
  }
  const wanted = {
    ...('uid' in owner && owner.uid !== undefined ? { uid: owner.uid } : {}),
    ...(owner.gid === undefined || owner.gid === null ? {} : { gid: owner.gid }),
  };
  return each(process, operands, named('changing ownership of'), (path) =>
    walkTree(process, path, recursive, (place) => process.view.chown(place, wanted, !link && !recursive)),
  );
};

const install = withOptions(
  { flags: 'dDvcpT', values: 'mogt', long: ['mode=', 'owner=', 'group=', 'directory', 'backup', 'verbose', 'no-target-directory', 'target-directory=', 'compare', 'preserve-timestamps'] },
  async (process, options) => {
    const { view } = process;
    const mode = changeMode(0, options.value('m', 'mode') ?? '755', false) ?? 0o755;
    const user = options.value('o', 'owner');
    const group = options.value('g', 'group');
    const uid = user === undefined ? undefined : userId(process, user);
    const gid = group === undefined ? undefined : groupId(process, group);
    if (uid === null) return process.fail(`invalid user: '${user ?? ''}'`);
    if (gid === null) return process.fail(`invalid group: '${group ?? ''}'`);
    const settle = (path: string) => {
      view.chmod(path, mode);
      if (uid !== undefined || gid !== undefined) {
        view.chown(path, { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) });
      }
    };
    const makeParents = (path: string) => {
      let walked = '';
      for (const part of path.split('/').filter((name) => name !== '')) {
        walked += `/${part}`;
        if (view.peek(walked) === undefined) view.makeDirectory(walked, 0o755);
      }
    };
    if (options.has('d', 'directory')) {
      return each(process, options.operands, named('cannot create directory'), (path) => {
        makeParents(path.replace(/\/$/, ''));
        settle(path);
      });
    }
    const into = options.value('t', 'target-directory');
    const sources = into === undefined ? options.operands.slice(0, -1) : options.operands;
    const target = into ?? options.operands.at(-1);
    if (target === undefined || sources.length === 0) return process.fail('missing file operand');
    return each(process, sources, (operand) => `cannot install '${operand}' to '${target}'`, async (_path, operand) => {
      const bytes = await readOperand(process, operand);
      const to = destination(process, target, operand, options.has('T', 'no-target-directory'));
      if (options.has('D')) makeParents(to.slice(0, to.lastIndexOf('/')));
      if (view.peek(to, false) !== undefined) view.unlink(to);
      view.write(to, bytes, { mode: 0o600 });
      settle(to);
    });
  },
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
      return process.fail(`failed to create ${what} via template '${dir === '' ? '' : `${dir}/`}${template}': ${error.message}`);
    }
    await process.out(`${shown}\n`);
    return 0;
  },
);

const readlink = withOptions(
  { flags: 'fenmsvqz', long: ['canonicalize', 'canonicalize-existing', 'canonicalize-missing', 'no-newline'] },
  async (process, options) => {
    let status = 0;
    for (const operand of options.operands) {
      const path = process.path(operand);
      try {
        const real = process.name === 'realpath' || options.has('f', 'e', 'm', 'canonicalize', 'canonicalize-existing', 'canonicalize-missing');
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
  let status = await each(process, options.operands, (operand) => operand, (path) => {
    const append = options.has('a', 'append');
    const file = openPath(process, path, { write: true, create: true, append, truncate: !append }).retain();
    outputs.push({ write: (bytes) => file.write(bytes, process.signal), close: () => file.close() });
  });
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
      await process.err(`cmp: EOF on ${first.length < second.length ? a : b} after byte ${at}, in line ${line}\n`);
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
