/** Following the output of a job, over as many connections as it takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostLink, JobId, JobRecord, Jobs } from '../ports.js';
import { runLines } from '../ssh/lines.js';
import { cancelledTrouble } from '../ssh/troubles.js';
import { isPassing, waitForLink } from '../ssh/wait.js';
import { RemoteTextDecoder } from '../text/clean.js';
import { followScript } from './host-scripts.js';
import { parseRecord } from './record.js';
import { unknownJob } from './troubles.js';

/** After this long without a byte an unfinished line is shown: it may be a question that waits for an answer. */
const UNFINISHED_MS = 700;
const PAUSE_MS = 200;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Hands on a job's output until it ends. Bytes are asked for from where the last connection broke off, so a character or a
 * secret that a cut fell into comes out whole.
 *
 * @throws Trouble `job-unknown`, `cancelled` when the signal fires, and what needs a person before the link can come back
 */
export async function followJob(
  link: HostLink,
  id: JobId,
  mask: (text: string) => string,
  options: Parameters<Jobs['follow']>[2],
): Promise<JobRecord> {
  const { fromByte, signal, onOutput } = options;
  const decoder = new RemoteTextDecoder({ mask }, fromByte);
  let received = fromByte;
  let unfinished: NodeJS.Timeout | null = null;
  const give = (text: string): void => {
    if (text !== '' && !signal.aborted) onOutput(text, decoder.nextByte);
  };
  const take = (base64: string): void => {
    if (!BASE64.test(base64)) return;
    const bytes = Buffer.from(base64, 'base64');
    received += bytes.length;
    if (unfinished !== null) clearTimeout(unfinished);
    give(decoder.push(bytes));
    unfinished = setTimeout(() => give(decoder.flush()), UNFINISHED_MS);
  };
  // A loop that breaks off again and again while the link is up must not become a busy one.
  const pause = (): Promise<void> =>
    sleep(PAUSE_MS, undefined, { signal }).catch(() => {
      throw cancelledTrouble(link.host);
    });
  try {
    for (;;) {
      let record: JobRecord | null = null;
      let unknown = false;
      const onLine = (line: string): void => {
        if (line.startsWith('D ')) take(line.slice(2));
        else if (line === 'X') unknown = true;
        else record = parseRecord(link.host, line, mask) ?? record;
      };
      try {
        await waitForLink(link, signal);
        await runLines(link, followScript(id, received), onLine, { signal });
      } catch (error) {
        if (signal.aborted) throw cancelledTrouble(link.host);
        if (!isPassing(error)) throw error;
        await pause();
        continue;
      }
      if (unknown) throw unknownJob(link.host, id);
      const ended = endedRecord(record);
      if (ended !== null) {
        give(decoder.end());
        return ended;
      }
      await pause();
    }
  } finally {
    if (unfinished !== null) clearTimeout(unfinished);
  }
}

/** A record that says how the job ended. One without an end means that the loop on the host broke off: ask again. */
function endedRecord(record: JobRecord | null): JobRecord | null {
  return record === null || record.end === null ? null : record;
}
