/** Writing the reboot diary: what the hosts are like now, read in one channel each. */
import type { DiaryContent } from '../../smoke/diary-schema.js';
import type { DiaryBoot, DiaryEntry } from '../../smoke/diary.js';
import type { Session } from './session.js';
import { readHosts } from './smoke-hosts.js';

/** Reads everything that the diary writes down; a kind that could not be read whole on a host is left out there. */
export async function readDiary(
  session: Session,
  content: DiaryContent,
  known: { readonly boots: readonly DiaryBoot[]; readonly parts: ReadonlySet<string> },
  signal?: AbortSignal,
): Promise<DiaryEntry> {
  const wanted = content.kinds.flatMap(({ id, on, read }) =>
    on.map((host) => ({ id: `${id}@${host}`, kind: id, host, script: read })),
  );
  const answers = await readHosts(session, wanted, signal);
  return {
    at: session.now(),
    by: session.by,
    boots: known.boots,
    parts: [...known.parts],
    sections: wanted.flatMap(({ id, kind, host }) => {
      const pairs = answers.get(id) ?? null;
      if (pairs === null) return [];
      return [{ host, kind, facts: Object.fromEntries(pairs.map(({ name, value }) => [name, value])) }];
    }),
  };
}
