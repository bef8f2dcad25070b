/** Bringing an action's files together when its job is about to start: rendered, secret, fetched from a host, uploaded. */
import { secretVariable } from '../../lab/parameters.js';
import { Trouble, type HostName } from '../../lab/types.js';
import { FORMAT_SUFFIX } from '../../project/files.js';
import { renderText } from '../../runbook/render.js';
import type { RenderedAction, RenderedFile, RenderedSource } from '../../runbook/types.js';
import type { ProjectArchives, StagedFile } from '../ports.js';
import { cleanRemoteText } from '../text/clean.js';
import { checkLocalFile } from '../uploads/local-file.js';
import { composeFetch } from './compose.js';
import type { Session } from './session.js';

const FETCH_TIMEOUT_MS = 60_000;
/** What a command may print as the contents of a file: join commands, certificates, kubeconfigs are far smaller. */
const MAX_FETCHED_BYTES = 256 * 1024;
/** A shorter line of fetched contents would stand in half of all texts. */
const SHORTEST_HIDDEN_LINE = 8;

/**
 * The files that a job needs. Our own script has them all; for undo and for the runbook's own lines, which know nothing of
 * them, only those that are named there are brought.
 */
export function filesFor(action: RenderedAction, purpose: 'run' | 'undo'): readonly RenderedFile[] {
  if (purpose === 'run' && (action.variant === 'ours' || action.runbookScript === null))
    return action.files.filter((file) => file.absent !== true);
  const text = purpose === 'undo' ? action.undo : `${action.keep ?? ''}\n${action.runbookScript ?? ''}`;
  return action.files.filter(
    ({ name, source }) => source.kind === 'template' || text?.includes(name) === true,
  );
}

interface StageOptions {
  readonly signal: AbortSignal;
  /** A line for the host's log. */
  readonly log: (line: string) => void;
}

/** What has to be there before the first of some actions begins. */
export interface Needed {
  /** Names of secret parameters. */
  readonly secrets: readonly string[];
  /** Files of the operator's computer. */
  readonly uploads: readonly string[];
  /** Folders or archives of a person's own to be sent as the project; null is the one that the program brings. */
  readonly projects: readonly (string | null)[];
  /** Hosts that a file is fetched from, and whether as root. */
  readonly hosts: readonly { readonly host: HostName; readonly root: boolean }[];
}

export function neededBy(actions: readonly RenderedAction[], purpose: 'run' | 'undo'): Needed {
  // Undo may have a use for what the parameters do without by now, but nobody is asked for it.
  const sources = actions.flatMap((action) =>
    filesFor(action, purpose).flatMap((file) => (file.absent === true ? [] : [file.source])),
  );
  const uploads = sources.flatMap((one) => (one.kind === 'upload' && one.path !== null ? [one.path] : []));
  const secrets = sources.flatMap((one) => (one.kind === 'secret' ? [one.parameter] : []));
  return {
    secrets: [...new Set(secrets)],
    uploads: [...new Set(uploads)],
    projects: [...new Set(sources.flatMap((one) => (one.kind === 'project' ? [one.path] : [])))],
    hosts: sources.flatMap((one) =>
      one.kind === 'fetched' ? [{ host: one.from, root: one.as === 'root' }] : [],
    ),
  };
}

/**
 * Looks at what is to be sent from the operator's computer, before anything is begun.
 * @throws Trouble `upload-file`, `project-source`
 */
export async function checkSources(
  projects: ProjectArchives,
  needed: Pick<Needed, 'uploads' | 'projects'>,
): Promise<void> {
  for (const path of needed.uploads) await checkLocalFile(path);
  for (const path of needed.projects) if (path !== null) await projects.check(path);
}

/**
 * Brings an action's files; what is told meanwhile goes to the host's log.
 * @throws Trouble `secret-missing`, `fetch-failed`, those of ProjectArchives.make, Uploads.put and HostLink.run
 */
export async function stageFiles(
  session: Session,
  action: RenderedAction,
  purpose: 'run' | 'undo',
  options: StageOptions,
): Promise<readonly StagedFile[]> {
  const files = filesFor(action, purpose);
  const secrets = files.flatMap(({ source }) => (source.kind === 'secret' ? [source.parameter] : []));
  const missing = await session.secrets.prepare(secrets);
  if (missing.length > 0) throw missingSecrets(session, missing);
  const staged = new Map<string, readonly StagedFile[]>();
  // What takes longest first: a fetched token is fresh when the job starts.
  for (const { name, source } of files) {
    if (source.kind === 'project')
      staged.set(name, await sendProject(session, action.host, name, source.path, options));
    if (source.kind !== 'upload' || source.path === null) continue;
    const path = await session.uploads.put(action.host, source.path, name, {
      signal: options.signal,
      onProgress: options.log,
    });
    staged.set(name, [{ name, path }]);
  }
  for (const { name, source } of files) {
    const content = await contentOf(session, action, name, source, options);
    if (content === null) continue;
    staged.set(name, [source.kind === 'template' ? { name, content } : { name, content, secret: true }]);
  }
  return files.flatMap(({ name }) => staged.get(name) ?? []);
}

/** The project's archive on the host, and beside it the file that tells its format. */
async function sendProject(
  session: Session,
  host: HostName,
  name: string,
  own: string | null,
  { signal, log }: StageOptions,
): Promise<readonly StagedFile[]> {
  const fill = (text: string): string => renderText(text, { ...session.context, host: null });
  const archive = await session.projects.make(own, fill, signal);
  try {
    const { files, format, leftOut } = archive;
    log(`${name}: ${own ?? 'the project'}${files === null ? ` (${format})` : `, ${files} files`}`);
    if (leftOut.length > 0) log(`${name}: left out: ${leftOut.join(', ')}`);
    const path = await session.uploads.put(host, archive.path, name, { signal, onProgress: log });
    return [
      { name, path },
      { name: `${name}${FORMAT_SUFFIX}`, content: `${format}\n` },
    ];
  } finally {
    await archive.remove();
  }
}

async function contentOf(
  session: Session,
  action: RenderedAction,
  name: string,
  source: RenderedSource,
  options: StageOptions,
): Promise<string | null> {
  switch (source.kind) {
    case 'template':
      return source.content;
    case 'secret':
      return session.secrets.value(source.parameter);
    case 'upload':
    case 'project':
      return null;
    case 'fetched':
      options.log(`${name}: from ${source.from}`);
      return fetch(session, action, name, source, options.signal);
  }
}

async function fetch(
  session: Session,
  action: RenderedAction,
  name: string,
  source: Extract<RenderedSource, { kind: 'fetched' }>,
  signal: AbortSignal,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const result = await session.links
    .link(source.from)
    .run(composeFetch(session.runbook, action, source.script), {
      as: source.as,
      timeoutMs: FETCH_TIMEOUT_MS,
      signal,
      onBytes(piece) {
        bytes += piece.length;
        if (bytes <= MAX_FETCHED_BYTES) pieces.push(Uint8Array.from(piece));
      },
    });
  const text = decoded(Buffer.concat(pieces));
  // Before anything is said about it: the error itself may quote what was printed.
  if (text !== null) hideContents(session, text);
  if (result.exit !== 0) {
    const words = cleanRemoteText(result.stderr, { mask: session.mask }).trim().slice(-600);
    const how = result.exit === null ? `${result.signal ?? '?'}` : `exit ${result.exit}`;
    throw fetchFailed(source.from, name, words === '' ? how : `${how}: ${words}`);
  }
  if (bytes > MAX_FETCHED_BYTES) throw fetchFailed(source.from, name, `more than ${MAX_FETCHED_BYTES} bytes`);
  if (text === null) throw fetchFailed(source.from, name, 'not UTF-8 text');
  if (text.trim() === '') throw fetchFailed(source.from, name, 'no output');
  return text;
}

/** From now on neither the text nor any line of it is shown. */
export function hideContents(session: Pick<Session, 'hide'>, text: string): void {
  const lines = text.split('\n').map((line) => line.trim());
  session.hide(text.trim());
  for (const line of lines) if (line.length >= SHORTEST_HIDDEN_LINE) session.hide(line);
}

function decoded(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function fetchFailed(host: HostName, name: string, detail: string): Trouble {
  return new Trouble(
    'fetch-failed',
    {
      id: `isi ${name} tidak didapat dari ${host}; tidak ada yang dijalankan: ${detail}`,
      en: `the contents of ${name} could not be had from ${host}; nothing was run: ${detail}`,
    },
    {
      id: `Periksa ${host} (gate langkah yang mendahului), lalu jalankan lagi.`,
      en: `Look at ${host} (the gates of the steps before this one), then run this again.`,
    },
    host,
    1,
  );
}

/** A secret that nobody gave, and the three ways to give it. */
export function missingSecrets(session: Session, names: readonly string[]): Trouble {
  const list = names.join(', ');
  const variables = names.map(secretVariable).join(', ');
  const file = session.lab.file;
  return new Trouble(
    'secret-missing',
    { id: `rahasia ${list} belum diberikan`, en: `the secret ${list} has not been given` },
    {
      id: `Tiga cara: jalankan di terminal (nilainya ditanyakan, tidak terlihat); atau di lingkungan: ${variables}; atau di bawah \`secrets:\` pada ${file ?? 'berkas lab'} (chmod 600).`,
      en: `Three ways: run this at a terminal (it is asked for, unseen); or in the environment: ${variables}; or below \`secrets:\` in ${file ?? 'the lab file'} (chmod 600).`,
    },
  );
}
