/** Lock files that say who holds them and are recognised when their holder is gone. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Trouble } from '../../lab/types.js';
import { ensurePrivateDirectory, errorCode, PRIVATE_FILE } from './atomic.js';

const holderSchema = z.object({
  token: z.string().min(1),
  pid: z.number().int().positive(),
  computer: z.string(),
  boot: z.string(),
  /** When the process was started, in the kernel's ticks; null where the system does not tell. */
  born: z.string().nullable(),
  since: z.number(),
});
type Holder = z.infer<typeof holderSchema>;

export interface LabLock {
  /** Gives the lab free; does nothing when it has been given free already. */
  release(): Promise<void>;
}

/** A lock file without readable content is being written, or was left by a crash: this long it counts as held. */
const GRACE_MS = 10_000;
/** How often a lock is asked for anew while others take a dead one away, and how long one waits in between. */
const ATTEMPTS = 40;
const BREAK_LOOK_MS = 10;

/**
 * Takes the lab's lock. A lock whose process is gone (other boot, no such process, or its number reused) is replaced.
 * @param stateDir absolute path of the lab's state directory; made when needed
 * @throws Trouble `lab-in-use` that names the process and since when
 */
export async function acquireLabLock(stateDir: string): Promise<LabLock> {
  await ensurePrivateDirectory(stateDir);
  return acquire(join(stateDir, 'lock'));
}

/** How long one program waits for another to finish writing, and how often it looks. */
const WRITE_PATIENCE_MS = 5_000;
const WRITE_LOOK_MS = 15;

/**
 * Does work while no other program that asks in this way works on the same file. Waits up to five seconds for it.
 * @param path the file; the lock stands beside it as `<path>.lock`
 * @throws Trouble `lab-in-use`
 */
export async function whileLocked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + WRITE_PATIENCE_MS;
  for (;;) {
    let lock: LabLock;
    try {
      lock = await acquire(`${path}.lock`);
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== 'lab-in-use' || Date.now() > deadline) throw error;
      await sleep(WRITE_LOOK_MS);
      continue;
    }
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }
}

async function acquire(path: string): Promise<LabLock> {
  const mine: Holder = {
    token: randomUUID(),
    pid: process.pid,
    computer: hostname(),
    boot: await bootId(),
    born: await bornAt(process.pid),
    since: Date.now(),
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await claim(path, mine)) return { release: () => release(path, mine) };
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) continue;
    const holder = parse(text);
    if (!(await isGone(holder, path, mine.boot))) throw inUse(path, holder);
    await breakLock(path, text);
  }
  throw inUse(path, null);
}

/** Puts the lock there with its content in one step; false when somebody has it. */
async function claim(path: string, holder: Holder): Promise<boolean> {
  const text = JSON.stringify(holder);
  const draft = `${path}.${holder.token}`;
  try {
    await writeFile(draft, text, { flag: 'wx', mode: PRIVATE_FILE });
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // File systems without hard links (shared folders, FAT): create and write, in two steps.
    return await writeFile(path, text, { flag: 'wx', mode: PRIVATE_FILE }).then(
      () => true,
      (other: unknown) => {
        if (errorCode(other) === 'EEXIST') return false;
        throw other;
      },
    );
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Takes a dead lock away. Many programs may find the same dead lock, and a slow one must not take away what a fast one has
 * put there since: so one at a time does it, and looks once more before.
 */
async function breakLock(path: string, dead: string): Promise<void> {
  const guard = `${path}.breaking`;
  try {
    await writeFile(guard, '', { flag: 'wx', mode: PRIVATE_FILE });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const facts = await stat(guard).catch(() => null);
    if (facts !== null && Date.now() - facts.mtimeMs > GRACE_MS) await rm(guard, { force: true });
    await sleep(BREAK_LOOK_MS);
    return;
  }
  try {
    const now = await readFile(path, 'utf8').catch(() => null);
    if (now === dead) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function release(path: string, mine: Holder): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text !== null && parse(text)?.token === mine.token) await rm(path, { force: true });
}

function parse(text: string): Holder | null {
  try {
    const checked = holderSchema.safeParse(JSON.parse(text));
    return checked.success ? checked.data : null;
  } catch {
    return null;
  }
}

async function isGone(holder: Holder | null, path: string, boot: string): Promise<boolean> {
  if (holder === null) {
    const facts = await stat(path).catch(() => null);
    return facts === null || Date.now() - facts.mtimeMs > GRACE_MS;
  }
  // A state directory on a shared home: the other computer's processes cannot be seen from here.
  if (holder.computer !== hostname()) return false;
  if (holder.boot !== boot || !isAlive(holder.pid)) return true;
  const born = await bornAt(holder.pid);
  return born !== null && holder.born !== null && born !== holder.born;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** What tells one boot from the next; where the kernel gives no id, boots are not told apart. */
async function bootId(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null);
  return id?.trim() ?? 'unknown';
}

/** Field 22 of /proc/<pid>/stat (proc(5)): start time in ticks since boot. The name in brackets may hold anything. */
async function bornAt(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function inUse(path: string, holder: Holder | null): Trouble {
  if (holder === null)
    return new Trouble(
      'lab-in-use',
      { id: 'lab ini sedang dipakai program lain', en: 'another program is using this lab' },
      {
        id: `Tutup program itu. Bila tidak ada, hapus ${path}.`,
        en: `Close that program. If there is none, remove ${path}.`,
      },
      path,
    );
  const since = new Date(holder.since).toISOString().replace(/\.\d+Z$/, 'Z');
  const here = holder.computer === hostname();
  return new Trouble(
    'lab-in-use',
    {
      id: `lab ini sedang dipakai threebody-tui lain: proses ${holder.pid}${here ? '' : ` di ${holder.computer}`}, sejak ${since}`,
      en: `another threebody-tui is using this lab: process ${holder.pid}${here ? '' : ` on ${holder.computer}`}, since ${since}`,
    },
    here
      ? {
          id: `Kembali ke terminal itu; lihat dengan \`ps -p ${holder.pid}\`. Bila itu bukan threebody-tui, hapus ${path}.`,
          en: `Go back to that terminal; see it with \`ps -p ${holder.pid}\`. If it is no threebody-tui, remove ${path}.`,
        }
      : {
          id: `Tutup di komputer itu. Bila sudah tidak berjalan, hapus ${path}.`,
          en: `Close it on that computer. If it runs no more, remove ${path}.`,
        },
    path,
  );
}
