/** secrets.json of a lab: the secrets that the program made, or that a person chose to keep. Readable by its owner alone. */
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Trouble, type Text } from '../../lab/types.js';
import { ensurePrivateDirectory, errorCode, fileReason, PRIVATE_FILE, replaceFile } from './atomic.js';

const fileSchema = z.strictObject({
  version: z.literal(1),
  secrets: z.record(
    z.string(),
    z.strictObject({
      value: z.string().min(1),
      origin: z.enum(['generated', 'typed']),
      /** When it was kept, epoch ms. */
      at: z.number(),
    }),
  ),
});
export type KeptSecret = z.infer<typeof fileSchema>['secrets'][string];
type Content = z.infer<typeof fileSchema>;

export interface SecretsFile {
  /** Absolute path, also before there is such a file. */
  readonly path: string;
  /** @throws Trouble `secrets-unreadable` when it is damaged, open to others, or cannot be read: it is never replaced then */
  read(): Promise<ReadonlyMap<string, KeptSecret>>;
  /**
   * Keeps a secret, unless one of that name is kept already: what was used once must not be lost.
   * @returns the value that is kept now
   */
  keep(name: string, secret: KeptSecret): Promise<string>;
}

const MAX_BYTES = 1024 * 1024;
/** A lock that is older was left behind by a crash: keeping one secret takes milliseconds. */
const STALE_LOCK_MS = 10_000;
const LOCK_PAUSE_MS = 20;

/** @param stateDir absolute path of the lab's state directory; made when something is kept */
export function createSecretsFile(stateDir: string): SecretsFile {
  const path = join(stateDir, 'secrets.json');
  const read = async (): Promise<Content> => {
    const text = await readPrivate(path);
    if (text === null) return { version: 1, secrets: {} };
    const checked = fileSchema.safeParse(parseJson(text));
    if (checked.success) return checked.data;
    throw unreadable(
      path,
      { id: 'isinya rusak', en: 'its contents are damaged' },
      {
        id: 'Betulkan isinya, atau pindahkan ke tempat lain: rahasia yang dibuat dulu lalu tidak dikenal lagi.',
        en: 'Correct it, or move it elsewhere: secrets that were made before are not known any more then.',
      },
    );
  };
  return {
    path,
    async read() {
      return new Map(Object.entries((await read()).secrets));
    },
    async keep(name, secret) {
      await ensurePrivateDirectory(stateDir);
      return locked(`${path}.lock`, async () => {
        const content = await read();
        const before = Object.hasOwn(content.secrets, name) ? content.secrets[name] : undefined;
        if (before !== undefined) return before.value;
        const next: Content = { version: 1, secrets: { ...content.secrets, [name]: secret } };
        await replaceFile(path, `${JSON.stringify(next, null, 2)}\n`, PRIVATE_FILE);
        return secret.value;
      });
    },
  };
}

/** Two programs on one lab must not each make a password of their own: one after the other. */
async function locked<T>(lock: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      await (await open(lock, 'wx', PRIVATE_FILE)).close();
      break;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw unreadable(lock, fileReason(error), lookAt(lock));
      const age = await stat(lock).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > STALE_LOCK_MS) await rm(lock, { force: true });
      else await sleep(LOCK_PAUSE_MS);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** The file's text; null when there is none. */
async function readPrivate(path: string): Promise<string | null> {
  let handle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw unreadable(path, fileReason(error), lookAt(path));
  }
  try {
    const facts = await handle.stat();
    if (!facts.isFile() || facts.size > MAX_BYTES)
      throw unreadable(
        path,
        { id: 'ini bukan berkas rahasia kita', en: 'this is not a secrets file of ours' },
        lookAt(path),
      );
    if ((facts.mode & 0o077) !== 0)
      throw unreadable(
        path,
        { id: 'berkas ini terbuka bagi pengguna lain', en: 'others can open this file' },
        { id: `Jalankan: chmod 600 ${path}`, en: `Run: chmod 600 ${path}` },
      );
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function lookAt(path: string): Text {
  return { id: `Periksa dengan: ls -l ${path}`, en: `Look at it with: ls -l ${path}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreadable(path: string, reason: Text, remedy: Text): Trouble {
  return new Trouble(
    'secrets-unreadable',
    {
      id: `rahasia lab ini tidak dapat dibaca: ${reason.id}`,
      en: `the secrets of this lab cannot be read: ${reason.en}`,
    },
    remedy,
    path,
  );
}
