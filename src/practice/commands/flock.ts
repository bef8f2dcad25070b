/** flock: locks on files, held by open file descriptions as on Linux. */
import { openPath } from '../kernel/open.js';
import { Waiters } from '../kernel/pipe.js';
import type { Description } from '../kernel/description.js';
import type { FileInode } from '../vfs/inode.js';
import { withOptions } from './program.js';
import { runAs } from './wrappers.js';

interface Lock {
  readonly holders: Set<Description>;
  exclusive: boolean;
  readonly freed: Waiters;
}

/** flock's locks: on the inode, held by the open file description, gone when its last descriptor is closed. */
const locks = new WeakMap<FileInode, Lock>();

function lockOf(file: FileInode): Lock {
  let lock = locks.get(file);
  if (lock === undefined) {
    lock = { holders: new Set(), exclusive: false, freed: new Waiters() };
    locks.set(file, lock);
  }
  return lock;
}

function unlock(file: FileInode, holder: Description): void {
  const lock = lockOf(file);
  if (!lock.holders.delete(holder)) return;
  if (lock.holders.size === 0) lock.exclusive = false;
  lock.freed.wake();
}

function tryLock(file: FileInode, holder: Description, exclusive: boolean): boolean {
  const lock = lockOf(file);
  const others = [...lock.holders].filter((other) => other !== holder).length;
  if (others > 0 && (exclusive || lock.exclusive)) return false;
  if (!lock.holders.has(holder)) {
    lock.holders.add(holder);
    holder.onRelease(() => unlock(file, holder));
  }
  lock.exclusive = exclusive;
  return true;
}

export const flock = withOptions(
  {
    flags: 'snxueonF',
    values: 'wEc',
    long: [
      'shared',
      'exclusive',
      'nonblock',
      'nb',
      'unlock',
      'close',
      'timeout=',
      'wait=',
      'conflict-exit-code=',
      'no-fork',
      'command=',
    ],
    stopAtOperand: true,
  },
  async (process, options) => {
    const [target = '', ...words] = options.operands;
    const conflict = Number(options.value('E', 'conflict-exit-code') ?? 1);
    const byNumber = /^\d+$/.test(target) && words.length === 0 && !options.has('c', 'command');
    const opened = byNumber
      ? process.descriptors.get(Number(target))
      : openPath(process, process.path(target), {
          read: true,
          write:
            process.view.access(process.path(target), 2) ||
            process.view.peek(process.path(target)) === undefined,
          create: true,
        });
    if (opened === undefined) return process.fail(`${target}: Bad file descriptor`, 65);
    const { file } = opened;
    if (file === null) return process.fail(`${target}: Bad file descriptor`, 65);
    if (options.has('u', 'unlock')) {
      unlock(file, opened);
      return 0;
    }
    if (!byNumber) process.setDescriptor(200, opened);
    const exclusive = !options.has('s', 'shared');
    const wait = options.value('w', 'timeout', 'wait');
    const limit =
      options.has('n', 'nonblock', 'nb') || wait === undefined
        ? process.signal
        : AbortSignal.any([
            process.signal,
            AbortSignal.timeout(Number(wait) * 1000 * process.kernel.clock.scale),
          ]);
    while (!tryLock(file, opened, exclusive)) {
      if (options.has('n', 'nonblock', 'nb')) return conflict;
      try {
        await lockOf(file).freed.wait(limit);
      } catch (error) {
        process.signal.throwIfAborted();
        if (limit.aborted) return conflict;
        throw error;
      }
    }
    if (byNumber) return 0;
    const command = options.value('c', 'command') ?? (words[0] === '-c' ? words[1] : undefined);
    const argv = command === undefined ? words : ['/bin/sh', '-c', command];
    const descriptors = new Map(process.descriptors);
    if (options.has('o', 'close')) descriptors.delete(200);
    const child = process.kernel.spawn({ parent: process, argv, descriptors }, (started) =>
      runAs(started, 'flock', argv),
    );
    return process.until(child.exited);
  },
);
