/** Carries out probes wherever they are asked: on hosts in one batch each, and from this computer. */
import type { ProbeRequest, Recording, RenderedProbe } from '../../gates/types.js';
import type { HostName, Text } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import type { HostLink, ProbeRunner } from '../ports.js';
import { nonce } from '../ssh/envelope.js';
import { runLines } from '../ssh/lines.js';
import type { MaskedLinks } from '../ssh/links.js';
import { cleanRemoteText } from '../text/clean.js';
import { askedText, batchScript, MAX_PROBE_BYTES, parseAnswer, parseRefusal } from './batch.js';
import type { CommandProbe, ProbeAnswer } from './batch.js';

/** Over the longest limit of its probes, for the batch as a whole. */
const BATCH_GRACE_MS = 5_000;
/** timeout(1) says so when it ended a command. */
const TIMED_OUT_EXITS = new Set([124, 137]);

interface CommandRequest {
  readonly id: string;
  readonly probe: CommandProbe;
}
type Deliver = (id: string, recording: Recording) => void;

function timedOut(probe: CommandProbe): Text {
  const seconds = Math.round(probe.timeoutMs / 1000);
  return { id: `Tidak selesai dalam ${seconds} detik.`, en: `Not finished within ${seconds} seconds.` };
}

const NO_ANSWER: Text = {
  id: 'Host tidak mengirim jawaban untuk ini.',
  en: 'The host sent no answer to this.',
};

function textOf(error: unknown): Text {
  if (error instanceof Trouble) return error.what;
  return { id: 'Terjadi galat di program ini.', en: 'An error occurred in this program.' };
}

function describeProbe(probe: RenderedProbe): string {
  switch (probe.kind) {
    case 'command':
      return askedText(probe);
    case 'http':
      return `${probe.method} ${probe.url}`;
    case 'tcp':
      return `${probe.host}:${probe.port}`;
    case 'dns':
      return probe.name;
    case 'routes':
    case 'clock':
    case 'hosts-file':
      return probe.kind;
  }
}

function failed(probe: RenderedProbe, error: Text, startedAt: number): Recording {
  return {
    place: probe.on,
    asked: describeProbe(probe),
    exit: null,
    stdout: '',
    stderr: '',
    error,
    startedAt,
    durationMs: Date.now() - startedAt,
  };
}

/** One long line of stdout stays whole: it may be JSON that a gate reads. */
function answered(
  probe: CommandProbe,
  answer: ProbeAnswer,
  startedAt: number,
  mask: (text: string) => string,
): Recording {
  const over = TIMED_OUT_EXITS.has(answer.exit) && answer.durationMs >= probe.timeoutMs;
  return {
    place: probe.on,
    asked: mask(askedText(probe)),
    exit: over ? null : answer.exit,
    stdout: cleanRemoteText(answer.stdout.toString('utf8'), { mask, maxLineChars: MAX_PROBE_BYTES }),
    stderr: cleanRemoteText(answer.stderr.toString('utf8'), { mask }),
    error: over ? timedOut(probe) : null,
    startedAt,
    durationMs: answer.durationMs,
  };
}

/** Why root's probes cannot be asked on this link; null when they can. */
async function rootRefusal(link: HostLink): Promise<Text | null> {
  const status = link.status();
  if (status.kind !== 'up' || status.sudo !== 'none') return null;
  try {
    // The link refuses by itself, with the reason, before anything is sent.
    await link.run(':', { as: 'root' });
    return null;
  } catch (error) {
    return textOf(error);
  }
}

/** Asks everything in one script and hands on each answer as it comes; throws when the connection does not last. */
async function askBatch(
  link: HostLink,
  requests: readonly CommandRequest[],
  mask: (text: string) => string,
  signal: AbortSignal | undefined,
  deliver: Deliver,
): Promise<void> {
  const status = link.status();
  if (status.kind !== 'up' && !(status.kind === 'down' && status.retryAt !== null)) {
    await link.open(signal === undefined ? {} : { signal });
  }
  let asked = requests;
  if (requests.some(({ probe }) => probe.as === 'root')) {
    const refusal = await rootRefusal(link);
    if (refusal !== null) {
      for (const { id, probe } of requests)
        if (probe.as === 'root') deliver(id, failed(probe, refusal, Date.now()));
      asked = requests.filter(({ probe }) => probe.as === 'user');
    }
  }
  if (asked.length === 0) return;
  const sentAt = Date.now();
  let refused: Text | null = null;
  const onLine = (line: string): void => {
    const words = parseRefusal(line);
    if (words !== null) refused = refusedText(link.host, cleanRemoteText(words, { mask }).trim());
    const answer = parseAnswer(line);
    const request = answer === null ? undefined : asked[answer.index];
    if (answer !== null && request !== undefined)
      deliver(request.id, answered(request.probe, answer, sentAt, mask));
  };
  const longest = Math.max(...asked.map(({ probe }) => probe.timeoutMs));
  await runLines(
    link,
    batchScript(
      asked.map(({ probe }) => probe),
      nonce(),
    ),
    onLine,
    {
      withRoot: asked.some(({ probe }) => probe.as === 'root'),
      timeoutMs: longest + BATCH_GRACE_MS,
      ...(signal === undefined ? {} : { signal }),
    },
  );
  if (refused === null) return;
  for (const { id, probe } of asked) if (probe.as === 'root') deliver(id, failed(probe, refused, sentAt));
}

/** sudo let everything through when the link came up, and does so no more. */
function refusedText(host: HostName, words: string): Text {
  const said = words.split('\n', 1)[0] ?? '';
  return { id: `sudo di ${host} menolak: ${said}`, en: `sudo on ${host} refuses: ${said}` };
}

async function runBatch(
  link: HostLink,
  requests: readonly CommandRequest[],
  mask: (text: string) => string,
  signal: AbortSignal | undefined,
  deliver: Deliver,
): Promise<void> {
  const startedAt = Date.now();
  const open = new Map<string, CommandProbe>(requests.map(({ id, probe }) => [id, probe]));
  const give: Deliver = (id, recording) => {
    if (open.delete(id)) deliver(id, recording);
  };
  const ask = (): Promise<void> =>
    askBatch(
      link,
      requests.filter(({ id }) => open.has(id)),
      mask,
      signal,
      give,
    );
  let missing: Text = NO_ANSWER;
  try {
    try {
      await ask();
    } catch (error) {
      // A connection that died of something long past (a cable pulled and put back, a host that booted anew) is often found
      // out by the first question on it. Probes only read, so what is unanswered is asked once more on a new one.
      const lost = error instanceof Trouble && error.code === 'link-lost';
      if (!lost || signal?.aborted === true || link.status().kind === 'idle') throw error;
      await link.open(signal === undefined ? {} : { signal });
      await ask();
    }
  } catch (error) {
    missing = textOf(error);
  }
  for (const [id, probe] of open) deliver(id, failed(probe, missing, startedAt));
}

/**
 * A runner of probes.
 *
 * @param links from createLinks; their mask hides secrets in what comes back
 * @param operator asks from this computer: http, tcp, dns, routes
 */
export function createProbeRunner(
  links: MaskedLinks,
  operator: (probe: RenderedProbe) => Promise<Recording>,
): ProbeRunner {
  const mask = (text: string): string => links.mask(text);
  return {
    async run(requests, { signal, onRecording } = {}) {
      const recordings = new Map<string, Recording>();
      const deliver: Deliver = (id, recording) => {
        recordings.set(id, recording);
        onRecording?.(id, recording);
      };
      const byHost = new Map<HostName, CommandRequest[]>();
      const work: Promise<void>[] = [];
      const ask = async ({ id, probe }: ProbeRequest): Promise<void> => {
        const startedAt = Date.now();
        let recording: Recording;
        try {
          recording = await operator(probe);
        } catch (error) {
          recording = failed(probe, textOf(error), startedAt);
        }
        deliver(id, recording);
      };
      for (const request of requests) {
        const { id, probe } = request;
        if (probe.kind === 'command') {
          const list = byHost.get(probe.on);
          if (list === undefined) byHost.set(probe.on, [{ id, probe }]);
          else list.push({ id, probe });
        } else work.push(ask(request));
      }
      for (const [host, list] of byHost) work.push(runBatch(links.link(host), list, mask, signal, deliver));
      await Promise.all(work);
      return recordings;
    },
  };
}
