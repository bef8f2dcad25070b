/** Gathering what goes into a bundle: read-only, each host by batches in one channel, bounded in time and size. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeRequest } from '../../gates/types.js';
import { HOST_NAMES, type HostName, type Text, type Trouble } from '../../lab/types.js';
import { createRecogniser } from '../../symptoms/recognise.js';
import { fillFor } from '../../symptoms/render.js';
import type { Catalogue } from '../../symptoms/types.js';
import { gather } from '../engine/diagnose-gather.js';
import { walkDown } from '../engine/diagnose.js';
import type { Session } from '../engine/session.js';
import { errorCode } from '../files/atomic.js';
import type { JournalEntry } from '../ports.js';
import { BUNDLE_VERSION, FILES, type BundledLab, type Manifest } from './format.js';
import { countMasked } from './masked.js';
import { bundleQuestions, leftOutPaths } from './questions.js';
import { readme } from './readme.js';
import { recordProbes } from './record.js';
import type { BundleFile } from './write.js';

/** Entries of the journal, newest, and characters of an older job's output. */
const MOST_ENTRIES = 5000;
const OLD_TAIL = 600;
const RECENT_MS = 24 * 3_600_000;
/** Bytes of the program's own log, from its end. */
const LOG_BYTES = 128 * 1024;
/** Symptoms whose causes are looked into; more at once are one break seen from many sides. */
const MOST_WALKS = 12;

export interface BundleOptions {
  readonly version: string;
  readonly signal: AbortSignal;
  /** Directory with the program's own log. */
  readonly logDirectory: string;
  /** Why a host could not be logged in to. */
  readonly troubles: ReadonlyMap<HostName, Trouble>;
  /** A sentence on what is done now. */
  readonly onProgress: (text: Text) => void;
  readonly onUnwritten: (error: unknown) => void;
}

export interface BundleContents {
  readonly manifest: Manifest;
  /** With manifest and README, in the order of the archive. */
  readonly files: readonly BundleFile[];
}

interface Named extends BundleFile {
  readonly about: Text;
}

/**
 * Looks at the lab as a diagnosis would, and at what a person helping from afar would ask for.
 * @returns null when the signal fired
 */
export async function gatherBundle(
  session: Session,
  catalogue: Catalogue,
  options: BundleOptions,
): Promise<BundleContents | null> {
  const { signal, onProgress } = options;
  // As it is before anything is asked: what this call itself finds out is in the gates.
  const { entries, damaged } = await session.journal.read({ limit: MOST_ENTRIES });
  const recorder = recordProbes(session.probes);
  const recording: Session = { ...session, probes: recorder.probes };
  onProgress({ id: 'Gate dan keadaan setiap host …', en: 'Gates, and the state of every host …' });
  const { observations, results } = await gather(recording, { signal, onUnwritten: options.onUnwritten });
  const { findings } = createRecogniser(catalogue, fillFor(session.context)).recognise(observations);
  for (const { symptom, evidence } of findings.slice(0, MOST_WALKS)) {
    if (signal.aborted) return null;
    onProgress({ id: `Penyebab ${symptom.id} …`, en: `Causes of ${symptom.id} …` });
    await walkDown(recording, catalogue, { symptom, evidence }, { signal });
  }
  if (signal.aborted) return null;
  onProgress({ id: 'Jurnal, konfigurasi, dan versi …', en: 'Journals, configurations and versions …' });
  const hosts = await askHosts(session, signal);
  if (signal.aborted) return null;
  const log = await tailOf(join(options.logDirectory, 'program.log'));

  const lab = bundledLab(session);
  const files: Named[] = [
    jsonFile(FILES.lab, lab, session.mask, { id: 'lab, tanpa login', en: 'the lab, without logins' }),
    jsonFile(FILES.recordings, recorder.recorded, session.mask, {
      id: 'setiap probe dan jawabannya, untuk diagnosis tanpa lab',
      en: 'every probe and its answer, for a diagnosis without the lab',
    }),
    jsonFile(FILES.gates, { results, waivers: [...session.memory.waivers.values()] }, session.mask, {
      id: 'gate dengan bukti, dan yang dilewati',
      en: 'gates with evidence, and what is waived',
    }),
    {
      path: FILES.journal,
      text: journalText(entries, session.now(), session.mask),
      about: { id: 'jurnal program ini, terlama dulu', en: "this program's journal, oldest first" },
    },
    ...hosts.files.map((one) => ({ ...one, text: session.mask(one.text) })),
    ...(log === null
      ? []
      : [
          {
            path: 'program/program.log',
            text: session.mask(log),
            about: { id: 'log galat program ini', en: "this program's log of errors" },
          },
        ]),
  ];
  const manifest = manifestOf(session, options, files, [
    ...ALWAYS_LEFT_OUT,
    ...hosts.leftOut,
    ...(damaged === 0 ? [] : [{ what: FILES.journal, why: damagedLines(damaged) }]),
    ...(entries.length < MOST_ENTRIES ? [] : [{ what: FILES.journal, why: OLDER_ENTRIES }]),
  ]);
  return {
    manifest,
    files: [
      { path: FILES.manifest, text: `${JSON.stringify(manifest, null, 2)}\n` },
      { path: FILES.readme, text: readme(manifest) },
      ...files.map(({ path, text }) => ({ path, text })),
    ],
  };
}

const ALWAYS_LEFT_OUT: Manifest['leftOut'] = [
  {
    what: 'lab file, secrets.json, known_hosts',
    why: { id: 'berisi login dan rahasia', en: 'they hold logins and secrets' },
  },
  {
    what: 'Kubernetes Secrets, kubeconfig, *.key',
    why: { id: 'tidak pernah dibaca untuk bundel', en: 'never read for a bundle' },
  },
];
const OLDER_ENTRIES: Text = {
  id: `hanya ${MOST_ENTRIES} catatan terbaru`,
  en: `only the newest ${MOST_ENTRIES} entries`,
};
function damagedLines(count: number): Text {
  return { id: `${count} baris rusak`, en: `${count} damaged lines` };
}

async function askHosts(
  session: Session,
  signal: AbortSignal,
): Promise<{ readonly files: readonly Named[]; readonly leftOut: Manifest['leftOut'] }> {
  const reached = HOST_NAMES.filter((host) => session.links.link(host).status().kind === 'up');
  const asked = reached.flatMap((host) => bundleQuestions(host).map((question) => ({ host, question })));
  const idOf = (host: HostName, name: string): string => `bundle/${host}/${name}`;
  const requests = asked.map(({ host, question: { name, script, timeoutMs } }): ProbeRequest => ({
    id: idOf(host, name),
    probe: { kind: 'command', on: host, script, as: 'root', timeoutMs },
  }));
  const recordings = await session.probes.run(requests, { signal });
  const files: Named[] = [];
  const leftOut: Manifest['leftOut'] = [];
  for (const { host, question } of asked) {
    const path = `hosts/${host}/${question.name}.txt`;
    const recording = recordings.get(idOf(host, question.name));
    if (recording === undefined || recording.error !== null) {
      leftOut.push({ what: path, why: recording?.error ?? { id: 'tidak dijawab', en: 'not answered' } });
      continue;
    }
    const said = recording.stderr === '' ? '' : `\n== stderr\n${recording.stderr}`;
    files.push({ path, text: `${recording.stdout}${said}`, about: question.about });
    if (question.name === 'configs')
      for (const what of leftOutPaths(recording.stdout))
        leftOut.push({ what: `${host}:${what}`, why: MAY_HOLD });
  }
  for (const host of HOST_NAMES)
    if (!reached.includes(host))
      leftOut.push({
        what: `hosts/${host}/`,
        why: { id: 'host tidak menjawab', en: 'the host did not answer' },
      });
  return { files, leftOut };
}
const MAY_HOLD: Text = { id: 'mungkin berisi rahasia', en: 'may hold secrets' };

/** Text by text, since a mask in the finished document would cut into the quoting. */
function maskedJson(value: unknown, mask: (text: string) => string, indent?: number): string {
  const replace = (_key: string, one: unknown): unknown => (typeof one === 'string' ? mask(one) : one);
  return JSON.stringify(value, replace, indent);
}
function jsonFile(path: string, value: unknown, mask: (text: string) => string, about: Text): Named {
  return { path, text: `${maskedJson(value, mask, 1)}\n`, about };
}

function journalText(entries: readonly JournalEntry[], now: number, mask: (text: string) => string): string {
  return entries
    .map((entry) =>
      entry.kind === 'job' && now - entry.endedAt > RECENT_MS
        ? { ...entry, outputTail: entry.outputTail.slice(-OLD_TAIL) }
        : entry,
    )
    .map((entry) => `${maskedJson(entry, mask)}\n`)
    .join('');
}

function bundledLab({ lab }: Session): BundledLab {
  const [docker, k8s, worker] = HOST_NAMES;
  const parameters: BundledLab['parameters'] = {};
  for (const [name, value] of Object.entries(lab.parameters))
    parameters[name] = typeof value === 'object' ? [...value] : value;
  return {
    name: lab.name,
    practice: lab.practice,
    user: lab.hosts[docker].user,
    addresses: {
      [docker]: lab.hosts[docker].address,
      [k8s]: lab.hosts[k8s].address,
      [worker]: lab.hosts[worker].address,
    },
    parameters,
  };
}

/** The end of a file of ours; null when there is none. */
async function tailOf(path: string): Promise<string | null> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const from = Math.max(0, size - LOG_BYTES);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
      return buffer.subarray(0, bytesRead).toString('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return null;
  }
}

function manifestOf(
  session: Session,
  { version, troubles }: BundleOptions,
  files: readonly Named[],
  leftOut: Manifest['leftOut'],
): Manifest {
  const kinds = countMasked(files.map((one) => one.text));
  return {
    schemaVersion: BUNDLE_VERSION,
    kind: 'bundle',
    tool: { name: 'threebody-tui', version },
    lab: { name: session.mask(session.lab.name), practice: session.lab.practice },
    writtenAt: new Date(session.now()).toISOString(),
    writtenBy: session.by,
    hosts: HOST_NAMES.map((name) => {
      const status = session.links.link(name).status();
      const trouble = status.kind === 'down' ? { ...status, what: status.reason } : troubles.get(name);
      return {
        name,
        address: session.lab.hosts[name].address,
        up: status.kind === 'up',
        trouble:
          trouble === undefined || status.kind === 'up'
            ? null
            : { code: trouble.code, what: trouble.what, remedy: trouble.remedy },
      };
    }),
    files: files.map(({ path, text, about }) => ({ path, bytes: Buffer.byteLength(text), about })),
    masked: {
      total: [...kinds.values()].reduce((sum, one) => sum + one, 0),
      kinds: Object.fromEntries(kinds),
    },
    leftOut,
  };
}
