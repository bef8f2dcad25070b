/** Looking at the files of ours on a host, and putting one right. */
import { restoredTo, type FileAct } from '../../drift/acts.js';
import { keepLine, type OurFile } from '../../drift/files.js';
import type { HostLink, Jobs } from '../ports.js';
import { runLines } from '../ssh/lines.js';
import { cleanRemoteText } from '../text/clean.js';
import { adoptScript, keepScript, lookScript, restoreScript } from './host-scripts.js';
import { readFiles } from './read.js';
import { cannotLook, jobRuns, notDone } from './troubles.js';

const LOOK_MS = 60_000;
const ACT_MS = 60_000;
/** Whatever else a file holds, with this in it none of it is shown. */
const PRIVATE_KEY = /PRIVATE KEY/;
/** How the prelude's tb_set_aside says where it put a copy. */
const SET_ASIDE = /it is kept in (\/\S+)$/m;

/** What is known of the files of ours on a host. */
export interface HostFiles {
  readonly files: readonly OurFile[];
  /** Path → unified diff from what was left to what is there, without secrets; only where there is one to be shown. */
  readonly differences: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads what was left and what is there now; changes nothing.
 * @param diffs which differences come along: of all files, or of one path
 * @throws Trouble those of `HostLink.run`, and `drift-look` where the records cannot be read
 */
export async function lookAtFiles(
  link: HostLink,
  diffs: 'all' | { readonly path: string },
  options: { readonly mask: (text: string) => string; readonly signal?: AbortSignal },
): Promise<HostFiles> {
  const { mask, signal } = options;
  const lines: string[] = [];
  const { stderr } = await runLines(link, lookScript(diffs), (line) => lines.push(decode(line)), {
    as: 'user',
    withRoot: true,
    timeoutMs: LOOK_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  // Said last: a script that was cut off has not said it.
  if (lines.at(-1) !== 'root\t0') throw cannotLook(link.host, firstLine(stderr));
  const files = readFiles(lines.join('\n'));
  const told = new Map<string, string>();
  for (const line of lines) {
    const [tag, whose = '', record = '', path = '', text = ''] = line.split('\t');
    if (tag === 'D') told.set(`${whose} ${record} ${path}`, text);
  }
  const differences = new Map<string, readonly string[]>();
  for (const file of files) {
    const whose = file.as === 'user' ? 'u' : 'r';
    const record = file.action === '' ? file.step : `${file.step}.${file.action}`;
    const text = told.get(`${whose} ${record} ${file.path}`);
    if (text === undefined || file.hidden) continue;
    const shown = Buffer.from(text, 'base64').toString('utf8').trimEnd();
    if (!PRIVATE_KEY.test(shown)) differences.set(file.path, cleanRemoteText(shown, { mask }).split('\n'));
  }
  return { files, differences };
}

/** Frames come as Latin-1; a path may be more than that. */
function decode(line: string): string {
  return Buffer.from(line, 'latin1').toString('utf8');
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 300) ?? '';
}

export interface Settled {
  /** Where what was there until now is kept on the host; null when there was nothing to be kept. */
  readonly aside: string | null;
}

/**
 * Carries out what a person decided about a file. Nothing is done when the file is not as the person saw it.
 * @param parts.prelude the functions that stand before every action script
 * @throws Trouble those of `HostLink.run`, `drift-busy` while a job runs on the host, and `drift-…` of troubles.ts
 */
export async function settleFile(
  parts: { readonly link: HostLink; readonly jobs: Pick<Jobs, 'list'>; readonly prelude: string },
  file: OurFile,
  act: FileAct,
): Promise<Settled> {
  const { link, jobs, prelude } = parts;
  const { host } = link;
  const running = (await jobs.list(host)).find((job) => job.end === null);
  if (running !== undefined) throw jobRuns(host, `${running.step}/${running.action}`);
  const script = ['set -euo pipefail', prelude, scriptOf(file, act)].join('\n');
  const { exit, stdout, stderr } = await link.run(script, { as: file.as, timeoutMs: ACT_MS });
  if (exit !== 0) throw notDone(host, file.path, file.step, exit, firstLine(stderr));
  return { aside: SET_ASIDE.exec(stdout)?.[1] ?? null };
}

function scriptOf(file: OurFile, act: FileAct): string {
  switch (act) {
    case 'keep':
      return keepScript(file, file.print, keepLine(file.print, file.mode, file.owner));
    case 'adopt':
      return adoptScript(file, file.print);
    case 'restore':
      return restoreScript(file, file.print, restoredTo(file));
  }
}
