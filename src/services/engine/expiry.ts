/** Reading what runs out, on all hosts in one round. */
import { HOST_NAMES } from '../../lab/types.js';
import type { Calendar } from '../../smoke/expiry-schema.js';
import { expiryRows, type ExpiryRead } from '../../smoke/expiry.js';
import type { Session } from './session.js';
import { readHosts } from './smoke-hosts.js';

/** Asks every host for what runs out there. */
export async function readExpiry(
  session: Session,
  calendar: Calendar,
  signal?: AbortSignal,
): Promise<ExpiryRead> {
  const wanted = [...calendar.dates, ...calendar.ends].flatMap(({ id, on, read }) =>
    on.map((host) => ({ id: `${id}@${host}`, entry: id, host, script: read })),
  );
  const answers = await readHosts(session, wanted, signal);
  const silent = HOST_NAMES.filter((host) =>
    wanted.every((one) => one.host !== host || (answers.get(one.id) ?? null) === null),
  );
  const rows = expiryRows(
    calendar,
    wanted.flatMap(({ id, entry, host }) => {
      const pairs = answers.get(id) ?? null;
      return pairs === null ? [] : [{ entry, host, pairs }];
    }),
    session.now(),
  );
  const unread = wanted.flatMap(({ id, host }) =>
    (answers.get(id) ?? null) === null && !silent.includes(host) ? [id] : [],
  );
  return { rows, silent, unread };
}
