/** cp, mv, install: files that go from one place to another, with their modes and owners. */
import { readOperand } from '../kernel/open.js';
import type { Process } from '../kernel/process.js';
import { SystemError } from '../vfs/inode.js';
import { baseName, joinPath } from '../vfs/volume.js';
import { groupId, userId } from './owners.js';
import { Said, each, named, withOptions } from './program.js';
import { changeMode } from './modes.js';

/** Where a file lands: inside the target when that is a directory. */
function destination(process: Process, target: string, source: string, asFile: boolean): string {
  const path = process.path(target);
  const inode = asFile ? undefined : process.view.peek(path);
  return inode?.kind === 'directory'
    ? joinPath(path, baseName(source.replace(/\/+$/, '')))
    : path.replace(/(.)\/$/, '$1');
}

export const mv = withOptions(
  {
    flags: 'fnvTi',
    values: 't',
    long: ['force', 'no-clobber', 'no-target-directory', 'verbose', 'target-directory='],
  },
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

export const cp = withOptions(
  {
    flags: 'apfrRndvTPLHi',
    values: 't',
    long: [
      'archive',
      'force',
      'recursive',
      'no-clobber',
      'preserve',
      'preserve=',
      'no-target-directory',
      'no-preserve=',
      'remove-destination',
      'update',
      'dereference',
      'no-dereference',
      'verbose',
      'sparse=',
      'reflink=',
      'backup=',
    ],
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

export const install = withOptions(
  {
    flags: 'dDvcpT',
    values: 'mogt',
    long: [
      'mode=',
      'owner=',
      'group=',
      'directory',
      'backup',
      'verbose',
      'no-target-directory',
      'target-directory=',
      'compare',
      'preserve-timestamps',
    ],
  },
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
    return each(
      process,
      sources,
      (operand) => `cannot install '${operand}' to '${target}'`,
      async (_path, operand) => {
        const bytes = await readOperand(process, operand);
        const to = destination(process, target, operand, options.has('T', 'no-target-directory'));
        if (options.has('D')) makeParents(to.slice(0, to.lastIndexOf('/')));
        if (view.peek(to, false) !== undefined) view.unlink(to);
        view.write(to, bytes, { mode: 0o600 });
        settle(to);
      },
    );
  },
);
