/** The containers of one daemon as they were last read; only those that something happened to are read again. */
import type Dockerode from 'dockerode';
import { z } from 'zod';
import { readContainer } from './rows.js';
import type { SeenContainer } from './rows.js';
import { isGone } from './troubles.js';

/** Events come in bursts (kill, die, stop, destroy); the container is read once after each. */
const PAUSE_MS = 100;
const AT_ONCE = 4;

const listSchema = z.array(z.object({ Id: z.string() }));

export interface Containers {
  readonly seen: ReadonlyMap<string, SeenContainer>;
  /** Reads the list and every container on it. @throws what docker-modem throws */
  readAll(): Promise<void>;
  /** Something happened to this one. */
  touch(id: string): void;
  /** Rejects when a container could not be read again; resolves when the signal fires. */
  readonly failed: Promise<void>;
}

/** @param onChange called after each reading that may have changed something */
export function createContainers(
  api: Dockerode,
  parts: {
    readonly mask: (text: string) => string;
    readonly signal: AbortSignal;
    readonly onChange: () => void;
  },
): Containers {
  const { mask, signal, onChange } = parts;
  const seen = new Map<string, SeenContainer>();
  const touched = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let reading = false;
  const failed = Promise.withResolvers<void>();
  failed.promise.catch(() => undefined);

  const read = async (id: string): Promise<void> => {
    try {
      const options: object = { abortSignal: signal };
      const answer: unknown = await api.getContainer(id).inspect(options);
      seen.set(id, readContainer(answer, mask));
    } catch (error) {
      if (!isGone(error)) throw error;
      seen.delete(id);
    }
  };
  const readThese = async (ids: readonly string[]): Promise<void> => {
    const queue = [...ids];
    const worker = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) await read(id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
  const readTouched = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      while (touched.size > 0 && !signal.aborted) {
        const ids = [...touched];
        touched.clear();
        await readThese(ids);
        if (!signal.aborted) onChange();
      }
    } catch (error) {
      failed.reject(error);
    } finally {
      reading = false;
    }
  };
  signal.addEventListener(
    'abort',
    () => {
      if (timer !== null) clearTimeout(timer);
      failed.resolve();
    },
    { once: true },
  );

  return {
    seen,
    failed: failed.promise,
    async readAll() {
      const options: Dockerode.ContainerListOptions = { all: true, abortSignal: signal };
      const listed = listSchema.parse(await api.listContainers(options));
      await readThese(listed.map(({ Id }) => Id));
    },
    touch(id) {
      touched.add(id);
      if (reading || signal.aborted) return;
      timer ??= setTimeout(() => {
        timer = null;
        void readTouched();
      }, PAUSE_MS);
    },
  };
}
