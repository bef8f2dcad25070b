/** Reading a bundle back, with suspicion: it may come from anybody. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import type { GateResult, Waiver } from '../../gates/types.js';
import { Trouble } from '../../lab/types.js';
import { errorCode, fileReason } from '../files/atomic.js';
import { journalEntrySchema } from '../journal/journal-schema.js';
import type { JournalEntry } from '../ports.js';
import {
  bundledLabSchema,
  FILES,
  gatesSchema,
  manifestSchema,
  recordedSchema,
  ROOT,
  type BundledLab,
  type Manifest,
  type Recorded,
} from './format.js';

/** A bundle as it was written. */
export interface Bundle {
  readonly manifest: Manifest;
  readonly lab: BundledLab;
  readonly recorded: readonly Recorded[];
  readonly results: readonly GateResult[];
  readonly waivers: readonly Waiver[];
  /** Oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Every file in it by its path below the bundle's directory. */
  readonly files: ReadonlyMap<string, string>;
}

/** Bytes unpacked, and files: far more than we ever write, far less than would hurt. */
const MOST_BYTES = 192 * 1024 * 1024;
const MOST_FILES = 500;

/**
 * @param path absolute
 * @throws Trouble `bundle-not-read` for a file that is missing, and `bundle-damaged` for one that is no bundle of ours
 */
export async function readBundle(path: string): Promise<Bundle> {
  const files = await unpack(path);
  const manifest = json(path, files, FILES.manifest, manifestSchema);
  const { results, waivers } = json(path, files, FILES.gates, gatesSchema);
  return {
    manifest,
    lab: json(path, files, FILES.lab, bundledLabSchema),
    recorded: json(path, files, FILES.recordings, z.array(recordedSchema)),
    results,
    waivers,
    entries: (files.get(FILES.journal) ?? '').split('\n').flatMap((line): JournalEntry[] => {
      const entry = journalEntrySchema.safeParse(parsed(line));
      return entry.success ? [entry.data] : [];
    }),
    files,
  };
}

async function unpack(path: string): Promise<ReadonlyMap<string, string>> {
  const { default: tarStream } = await import('tar-stream');
  const files = new Map<string, string>();
  const extract = tarStream.extract();
  let bytes = 0;
  const collect = async (): Promise<void> => {
    for await (const entry of extract) {
      const parts: Buffer[] = [];
      for await (const part of entry) {
        if (!(part instanceof Buffer)) continue;
        bytes += part.length;
        if (bytes > MOST_BYTES) throw damaged(path, 'size');
        parts.push(part);
      }
      const { name, type } = entry.header;
      if (type === 'file' && name.startsWith(`${ROOT}/`))
        files.set(name.slice(ROOT.length + 1), Buffer.concat(parts).toString('utf8'));
      if (files.size > MOST_FILES) throw damaged(path, 'files');
    }
  };
  try {
    await Promise.all([pipeline(createReadStream(path), createGunzip(), extract), collect()]);
  } catch (error) {
    if (error instanceof Trouble) throw error;
    const code = errorCode(error);
    if (code === null || code.startsWith('Z_') || code.startsWith('ERR_'))
      throw damaged(path, 'archive', error);
    const reason = fileReason(error);
    throw new Trouble(
      'bundle-not-read',
      code === 'ENOENT'
        ? { id: 'bundel ini tidak ada', en: 'there is no such bundle' }
        : { id: `bundel tidak dapat dibaca: ${reason.id}`, en: `the bundle cannot be read: ${reason.en}` },
      { id: `Periksa: ls -l ${path}`, en: `Check: ls -l ${path}` },
      path,
      2,
      { cause: error },
    );
  }
  return files;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function json<T>(path: string, files: ReadonlyMap<string, string>, name: string, schema: z.ZodType<T>): T {
  const checked = schema.safeParse(parsed(files.get(name) ?? ''));
  if (checked.success) return checked.data;
  throw damaged(path, name, checked.error);
}

function damaged(path: string, part: string, cause?: unknown): Trouble {
  return new Trouble(
    'bundle-damaged',
    {
      id: `ini bukan bundel yang dapat dibaca versi ini (${part})`,
      en: `this is no bundle that this version can read (${part})`,
    },
    {
      id: 'Minta dibuatkan lagi: threebody-tui bundle FILE.tar.gz',
      en: 'Have it made again: threebody-tui bundle FILE.tar.gz',
    },
    path,
    2,
    cause === undefined ? {} : { cause },
  );
}
