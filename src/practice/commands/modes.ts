/** chmod, chown, chgrp: permission bits and owners. */
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import type { Inode } from '../vfs/inode.js';
import { joinPath } from '../vfs/volume.js';
import { groupId, ownerOf } from './owners.js';
import { each, named } from './program.js';

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
      if (letters.includes('x') || (letters.includes('X') && (isDirectory || (mode & 0o111) !== 0)))
        bits |= 1 << shift;
      if (letters.includes('s') && letter !== 'o') bits |= letter === 'u' ? 0o4000 : 0o2000;
    }
    if (letters.includes('t')) bits |= 0o1000;
    if (operator === '+') result |= bits;
    else if (operator === '-') result &= ~bits;
    else result = (result & ~mask) | bits;
  }
  return result;
}

function walkTree(
  process: Process,
  path: string,
  recursive: boolean,
  change: (path: string, inode: Inode) => void,
): void {
  const inode = process.view.getLink(path);
  change(path, inode);
  if (recursive && inode.kind === 'directory') {
    for (const name of process.view.list(path)) walkTree(process, joinPath(path, name), true, change);
  }
}

export const chmod: Program = async (process, args) => {
  const recursive = args.some((arg) => /^-[a-zA-Z]*R/.test(arg) || arg === '--recursive');
  const reference = args.find((arg) => arg.startsWith('--reference='))?.slice('--reference='.length);
  const words = args.filter((arg) => !/^-[Rfvc]+$|^--/.test(arg));
  const change =
    reference === undefined ? words[0] : process.view.get(process.path(reference)).mode.toString(8);
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

export const chown: Program = async (process, args) => {
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
