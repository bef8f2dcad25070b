import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLabLock, type LabLock } from '../../../src/services/files/lab-lock.js';
import { Trouble } from '../../../src/lab/types.js';
import { scratch, troubleOf } from './support.js';

async function change(dir: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const path = join(dir, 'lock');
  const holder: unknown = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...Object(holder), ...changes }));
}
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('the lock of a lab', () => {
  it('tells the second one who holds it and since when, and is free after release', async () => {
    const dir = await scratch();
    const lock = await acquireLabLock(dir);
    const trouble = await troubleOf(acquireLabLock(dir));
    expect(trouble.code).toBe('lab-in-use');
    for (const text of Object.values(trouble.what)) {
      expect(text).toContain(String(process.pid));
      expect(text).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
    }
    await lock.release();
    await lock.release();
    await (await acquireLabLock(dir)).release();
    expect(await readdir(dir)).toEqual([]);
  });

  it('passes over a holder whose process is gone, whose number is another process, or whose boot is over', async () => {
    for (const left of [{ pid: await deadPid() }, { born: '1' }, { boot: 'another' }]) {
      const dir = await scratch();
      await acquireLabLock(dir);
      await change(dir, left);
      await (await acquireLabLock(dir)).release();
      expect(await readdir(dir)).toEqual([]);
    }
  });

  it('does not release what another one has taken meanwhile', async () => {
    const dir = await scratch();
    const first = await acquireLabLock(dir);
    await change(dir, { pid: await deadPid() });
    await acquireLabLock(dir);
    await first.release();
    expect((await troubleOf(acquireLabLock(dir))).code).toBe('lab-in-use');
  });

  it('believes another computer that shares the directory', async () => {
    const dir = await scratch();
    await acquireLabLock(dir);
    await change(dir, { computer: 'other', pid: await deadPid() });
    expect((await troubleOf(acquireLabLock(dir))).what.en).toContain('on other');
  });

  it('waits with an unreadable lock until it is old', async () => {
    const dir = await scratch();
    await writeFile(join(dir, 'lock'), '{');
    expect((await troubleOf(acquireLabLock(dir))).code).toBe('lab-in-use');
    await utimes(join(dir, 'lock'), 1, 1);
    await (await acquireLabLock(dir)).release();
  });

  it('goes to exactly one of many, also over a dead one', async () => {
    for (const dead of [false, true]) {
      const dir = await scratch();
      if (dead) {
        await acquireLabLock(dir);
        await change(dir, { boot: 'another' });
      }
      const all = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLabLock(dir)));
      const won = all.filter((one): one is PromiseFulfilledResult<LabLock> => one.status === 'fulfilled');
      const lost = all.filter((one) => one.status === 'rejected').map((one): unknown => one.reason);
      expect(won).toHaveLength(1);
      expect(lost.every((reason) => reason instanceof Trouble && reason.code === 'lab-in-use')).toBe(true);
    }
  });
});
