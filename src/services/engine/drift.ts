/** Files of ours on the lab's hosts: looked at all together, and decided about one by one. */
import { Trouble, type HostName } from '../../lab/types.js';
import { actAbout, actSentence } from '../../state/live/acts.js';
import { fileActOf } from '../../state/live/file-acts.js';
import type { FileLiveAct } from '../../state/live/targets.js';
import { lookAtFiles, settleFile, type HostFiles } from '../drift/drift.js';
import type { Session } from './session.js';

/** What was found on one host. */
export interface HostDrift extends HostFiles {
  readonly host: HostName;
}
export interface LabDrift {
  readonly hosts: readonly HostDrift[];
  /** Hosts that could not be looked at, and why. */
  readonly silent: ReadonlyMap<HostName, Trouble>;
}

/** Looks at the files of ours on the hosts, side by side, one round trip each; changes nothing. */
export async function lookAtLab(
  { links, mask }: Pick<Session, 'links' | 'mask'>,
  hosts: readonly HostName[],
  signal: AbortSignal,
): Promise<LabDrift> {
  const silent = new Map<HostName, Trouble>();
  const found = await Promise.all(
    hosts.map(async (host): Promise<HostDrift | null> => {
      try {
        return { host, ...(await lookAtFiles(links.link(host), 'all', { mask, signal })) };
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        silent.set(host, error);
        return null;
      }
    }),
  );
  return { hosts: found.filter((one) => one !== null), silent };
}

/** What came of a decision. */
export interface Decided {
  readonly act: FileLiveAct;
  /** Where what was there before is kept on the host. */
  readonly aside: string | null;
  /** Why it was not done; null when it was. */
  readonly trouble: Trouble | null;
}

/** Carries out a decision about a file, and puts it into the journal whatever came of it. */
export async function decide(session: Session, act: FileLiveAct): Promise<Decided> {
  const { links, jobs, runbook, journal, now, by } = session;
  const { host, file } = act;
  const at = now();
  let decided: Decided;
  try {
    const parts = { link: links.link(host), jobs, prelude: runbook.prelude };
    const { aside } = await settleFile(parts, file, fileActOf(act));
    decided = { act, aside, trouble: null };
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    decided = { act, aside: null, trouble: error };
  }
  await journal.append({
    kind: 'act',
    at,
    by,
    host,
    act: act.act,
    about: actAbout(act),
    say: actSentence(act),
    endedAt: now(),
    trouble: decided.trouble?.what ?? null,
  });
  return decided;
}
