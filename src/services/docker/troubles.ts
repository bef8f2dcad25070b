/** What Docker's daemon refuses, and how a conversation with it can break off, as a person reads it. */
import { z } from 'zod';
import { Trouble } from '../../lab/types.js';
import type { HostName, Text } from '../../lab/types.js';
import { errorText } from '../ssh/errors.js';
import { cancelledTrouble } from '../ssh/troubles.js';
import { cleanRemoteText } from '../text/clean.js';

/** What docker-modem throws when the daemon answered with an error: the status, and the body as it came. */
const refusalSchema = z.object({
  statusCode: z.number().int(),
  json: z.union([z.object({ message: z.string() }), z.unknown()]),
  message: z.string(),
});

/** The daemon's own words; null when the error is none of its. */
function refusalOf(error: unknown): { readonly status: number; readonly words: string } | null {
  const found = refusalSchema.safeParse(error);
  if (!found.success) return null;
  const { statusCode, json, message } = found.data;
  const said = z.object({ message: z.string() }).safeParse(json);
  // A stream's refusal has no body kept; docker-modem puts its words behind a preamble of its own.
  const words = said.success ? said.data.message : message.replace(/^\(HTTP code \d+\) [^-]* - /, '');
  return { status: statusCode, words: cleanRemoteText(words).replaceAll('\n', ' ').trim().slice(0, 500) };
}

function remedyOf(status: number): Text {
  switch (status) {
    case 404:
      return {
        id: 'Container itu mungkin baru saja dihapus atau dibuat ulang; lihat daftarnya lagi.',
        en: 'That container may have been removed or made anew just now; look at the list again.',
      };
    case 409:
      return {
        id: 'Container itu sedang dalam keadaan lain; lihat keadaannya, lalu coba lagi.',
        en: 'That container is in another state; see which one, then try again.',
      };
    default:
      return {
        id: 'Baca log daemon: sudo journalctl -u docker -n 30.',
        en: "Read the daemon's log: sudo journalctl -u docker -n 30.",
      };
  }
}

/** True when nothing had to be done: a container that runs was to be started, one that does not was to be stopped. */
export function isDoneAlready(error: unknown): boolean {
  return refusalOf(error)?.status === 304;
}

/** True when the daemon says that there is no such container or exec. */
export function isGone(error: unknown): boolean {
  return refusalOf(error)?.status === 404;
}

/**
 * The Trouble for anything that a request to the daemon was rejected with.
 * @param signal of the person or screen that asked: once it has fired, everything is a cancellation
 */
export function dockerTrouble(host: HostName, error: unknown, signal?: AbortSignal): Trouble {
  if (error instanceof Trouble) return error;
  if (signal?.aborted === true) return cancelledTrouble(host);
  const refusal = refusalOf(error);
  if (refusal !== null) {
    return new Trouble(
      'docker-refused',
      {
        id: `Docker di ${host} menolak: ${refusal.words}`,
        en: `Docker on ${host} refuses: ${refusal.words}`,
      },
      remedyOf(refusal.status),
      host,
      3,
      { cause: error },
    );
  }
  return silentTrouble(host, error);
}

/** The daemon, or the way to it, went away in the middle. */
export function silentTrouble(host: HostName, error?: unknown): Trouble {
  // Node's words for our own patience having ended say nothing to a person.
  const ours = error instanceof Error && /^(?:AbortError|TimeoutError)$/.test(error.name);
  const detail = error === undefined || ours ? '' : ` (${errorText(error)})`;
  return new Trouble(
    'docker-silent',
    {
      id: `Docker di ${host} tidak menjawab lagi${detail}.`,
      en: `Docker on ${host} does not answer any more${detail}.`,
    },
    {
      id: 'Lihat apakah layanannya hidup: systemctl status docker. Program menyambung lagi sendiri.',
      en: 'See whether its service runs: systemctl status docker. The program reconnects by itself.',
    },
    host,
    3,
    error === undefined ? undefined : { cause: error },
  );
}
