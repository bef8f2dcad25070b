/** Jobs: actions that run on a host by themselves, whatever becomes of the connection or of this program. */
import type { HostName } from '../../lab/types.js';
import type { JobRecord, Jobs, JobSpec, Links, RunOptions } from '../ports.js';
import { nonce } from '../ssh/envelope.js';
import { runLines } from '../ssh/lines.js';
import { followJob } from './follow.js';
import { cancelScript, isPlainName, listScript, secretsScript, startScript } from './host-scripts.js';
import { parseRecord, specLine } from './record.js';
import { busyTrouble, notStarted, unknownJob } from './troubles.js';

/** Uploading and starting, and a cancel that has to wait for KILL. */
const START_TIMEOUT_MS = 60_000;
const CANCEL_TIMEOUT_MS = 30_000;
const LIST_TIMEOUT_MS = 20_000;

export interface JobsOptions {
  /** Hides secrets in a line of text. */
  readonly mask: (text: string) => string;
}

interface Answer {
  readonly records: readonly JobRecord[];
  readonly words: readonly string[];
  readonly stderr: string;
}

function checkName(name: string, what: string): void {
  // Names come from our own content; one that could leave its quotes or its directory is a programming error.
  if (!isPlainName(name)) throw new RangeError(`${what} is not a plain name: ${JSON.stringify(name)}`);
}

/** The jobs of a lab's hosts. Every method throws the Troubles of HostLink.run as well. */
export function createJobs(links: Links, { mask }: JobsOptions): Jobs {
  /** Runs a script and reads what it says: `J …` lines become records, other lines are handed back. */
  const ask = async (host: HostName, script: string, options: RunOptions): Promise<Answer> => {
    const records: JobRecord[] = [];
    const words: string[] = [];
    const onLine = (line: string): void => {
      const record = parseRecord(host, line, mask);
      if (record !== null) records.push(record);
      else words.push(line);
    };
    const { stderr } = await runLines(links.link(host), script, onLine, options);
    return { records, words, stderr };
  };
  return {
    async start(spec: JobSpec): Promise<JobRecord> {
      checkName(spec.id, 'job id');
      for (const file of spec.files) checkName(file.name, 'file name');
      const script = startScript({
        id: spec.id,
        as: spec.as,
        limitSeconds: Math.max(1, Math.ceil(spec.timeoutMs / 1000)),
        spec: specLine(spec),
        script: spec.script,
        files: spec.files,
        end: nonce(),
      });
      const link = links.link(spec.host);
      await link.open();
      // Without sudo this throws why, before anything is put on the host.
      const status = link.status();
      if (spec.as === 'root' && status.kind === 'up' && status.sudo === 'none')
        await link.run(':', { as: 'root' });
      const answer = await ask(spec.host, script, {
        withRoot: spec.as === 'root',
        timeoutMs: START_TIMEOUT_MS,
      });
      const record = answer.records[0];
      if (record !== undefined && answer.words.includes('B')) throw busyTrouble(spec.host, record);
      if (record === undefined || record.id !== spec.id) throw notStarted(spec.host, answer.stderr);
      return record;
    },

    async follow(host, id, options): Promise<JobRecord> {
      checkName(id, 'job id');
      return followJob(links.link(host), id, mask, options);
    },

    async secrets(host, id): Promise<readonly string[]> {
      checkName(id, 'job id');
      const { words } = await ask(host, secretsScript(id), { timeoutMs: LIST_TIMEOUT_MS });
      return words.flatMap((line) => {
        const found = /^S ([A-Za-z0-9+/]+={0,2})$/.exec(line)?.[1];
        return found === undefined ? [] : [Buffer.from(found, 'base64').toString('utf8')];
      });
    },

    async list(host): Promise<readonly JobRecord[]> {
      const { records } = await ask(host, listScript(), { timeoutMs: LIST_TIMEOUT_MS });
      return records.toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
    },

    async cancel(host, id): Promise<JobRecord> {
      checkName(id, 'job id');
      const answer = await ask(host, cancelScript(id, nonce()), {
        withRoot: true,
        timeoutMs: CANCEL_TIMEOUT_MS,
      });
      const record = answer.records[0];
      if (record === undefined) throw unknownJob(host, id);
      return record;
    },
  };
}
