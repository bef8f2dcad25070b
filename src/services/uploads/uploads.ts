/** Large files of the operator's computer on hosts: sent once, gone on with after a loss, checked before they count. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostName } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import type { HostLink, Links, RunResult, Uploads } from '../ports.js';
import { cancelledTrouble } from '../ssh/troubles.js';
import { isPassing, waitForLink } from '../ssh/wait.js';
import { lookScript, receiveScript, UPLOADS, type Wanted } from './host-scripts.js';
import { checkLocalFile, hashLocalFile, readLocalFile } from './local-file.js';
import { megabytes } from './size.js';
import { beingSent, changedFile, diskFull, notWritten } from './troubles.js';

const LOOK_TIMEOUT_MS = 30_000;
const PROGRESS_MS = 2_000;
/** A connection that breaks off again and again must not make this a busy loop. */
const PAUSE_MS = 200;
/** Losses in a row in which not a byte more arrived. */
const ATTEMPTS = 4;
/** What a disk keeps for itself beyond the bytes of the file: directories, and what others write meanwhile. */
const SPARE_BYTES = 16 * 1024 * 1024;

export interface UploadsOptions {
  /** Directory on the hosts. Default `/var/lib/threebody/uploads`. */
  readonly root?: string;
  /** Milliseconds, for the pace of progress lines. */
  readonly now?: () => number;
}

type Put = Parameters<Uploads['put']>[3];

/** Every method throws the Troubles of HostLink.run as well, and `upload-…`; see troubles.ts. */
export function createUploads(links: Links, options: UploadsOptions = {}): Uploads {
  const { root = UPLOADS, now = Date.now } = options;
  return {
    async put(host, path, name, put): Promise<string> {
      const bytes = await checkLocalFile(path);
      put.onProgress(`${name}: reading ${path} (${megabytes(bytes)})`);
      const sha256 = await hashLocalFile(path, put.signal);
      if (put.signal?.aborted === true) throw cancelledTrouble(host);
      const wanted: Wanted = { root, sha256, name, bytes };
      await bring(links.link(host), path, wanted, put, now);
      return `${root}/${sha256}/${name}`;
    },
  };
}

async function bring(
  link: HostLink,
  path: string,
  wanted: Wanted,
  put: Put,
  now: () => number,
): Promise<void> {
  const signal = put.signal ?? new AbortController().signal;
  let best = -1;
  let failures = 0;
  let damaged = 0;
  for (;;) {
    try {
      await waitForLink(link, signal);
      const there = await look(link, wanted, put);
      if (there === null)
        return put.onProgress(`${wanted.name}: ${link.host} has it (sha256 ${wanted.sha256})`);
      failures = there > best ? 0 : failures + 1;
      best = Math.max(best, there);
      const word = await send(link, path, wanted, there, { ...put, signal }, now);
      switch (word) {
        case 'C':
          return put.onProgress(`${wanted.name}: sent and checked (sha256 ${wanted.sha256})`);
        case 'B':
          throw beingSent(link.host, wanted.name);
        case 'X':
          // A part left from before may have been what was wrong: once more from the first byte.
          damaged += 1;
          if (there === 0 || damaged > 1) throw changedFile(path);
          best = -1;
          break;
        case 'I':
          // All that we have was sent and read, and it was less than at first.
          throw changedFile(path);
        case 'R':
          break;
      }
    } catch (error) {
      if (signal.aborted) throw cancelledTrouble(link.host);
      if (!isPassing(error) || (error instanceof Trouble && error.code === 'upload-busy')) throw error;
      put.onProgress(`${wanted.name}: the connection to ${link.host} was lost, going on when it is back`);
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
    if (failures >= ATTEMPTS) throw notWritten(link.host, wanted.name, 'no progress');
  }
}

/** @returns bytes that the host has of it already; null when it has all */
async function look(link: HostLink, wanted: Wanted, put: Put): Promise<number | null> {
  const result = await link.run(lookScript(wanted), {
    as: 'root',
    timeoutMs: LOOK_TIMEOUT_MS,
    ...(put.signal === undefined ? {} : { signal: put.signal }),
  });
  const answer = result.stdout.trim();
  if (answer === 'C') return null;
  const match = /^P (\d+) (\d*)$/.exec(answer);
  if (match === null) throw hostTrouble(link.host, wanted, result);
  const have = Number(match[1]);
  const free = match[2] === '' ? null : Number(match[2]) * 1024;
  if (free !== null && free < wanted.bytes - have + SPARE_BYTES)
    throw diskFull(link.host, wanted.name, wanted.bytes - have + SPARE_BYTES, free);
  return have;
}

type Word = 'C' | 'B' | 'R' | 'I' | 'X';

async function send(
  link: HostLink,
  path: string,
  wanted: Wanted,
  from: number,
  put: Put & { readonly signal: AbortSignal },
  now: () => number,
): Promise<Word> {
  const { name, bytes } = wanted;
  if (from > 0) put.onProgress(`${name}: ${megabytes(from)} are there already, going on from there`);
  let sent = from;
  let told = now();
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of readLocalFile(path, from, put.signal)) {
      yield piece;
      sent += piece.length;
      if (now() - told < PROGRESS_MS || sent >= bytes) continue;
      told = now();
      put.onProgress(
        `${name}: ${megabytes(sent)} of ${megabytes(bytes)} (${Math.floor((sent / bytes) * 100)} %)`,
      );
    }
    put.onProgress(`${name}: ${megabytes(bytes)} sent, ${link.host} is checking them`);
  }
  const result = await link.run(receiveScript(wanted, from), {
    as: 'root',
    input: counted(),
    signal: put.signal,
  });
  const word = result.stdout.trim();
  switch (word) {
    case 'C':
    case 'B':
    case 'R':
    case 'I':
    case 'X':
      return word;
    default:
      throw hostTrouble(link.host, wanted, result);
  }
}

function hostTrouble(host: HostName, wanted: Wanted, { stderr }: RunResult): Trouble {
  return /no space left|disk quota/i.test(stderr)
    ? diskFull(host, wanted.name, wanted.bytes, null)
    : notWritten(host, wanted.name, stderr);
}
