/** Trying the logins of a lab that is not written yet, host by host, for the guided set-up. */
import { HOST_NAMES, type HostName, type Lab } from '../../lab/types.js';
import type { ServiceMessage } from '../../state/types.js';
import type { LabSession } from './assemble.js';
import { troubleView } from './trouble.js';

const FACTS = 'hostname; . /etc/os-release 2>/dev/null; echo "${PRETTY_NAME:-?}"';

/**
 * Logs in to all three hosts at once and reports each; changes nothing on them.
 * @param makeLab throws Trouble when the answers do not make a lab
 */
export async function tryDraft(
  makeLab: () => Lab,
  open: (lab: Lab) => Promise<LabSession>,
  dispatch: (message: ServiceMessage) => void,
): Promise<void> {
  let session: LabSession;
  try {
    session = await open(makeLab());
  } catch (error) {
    dispatch({ type: 'draft.failed', trouble: troubleView(error) });
    return;
  }
  try {
    await Promise.all(HOST_NAMES.map((host) => tryHost(session, host, dispatch)));
  } finally {
    await session.links.close();
  }
}

async function tryHost(
  session: LabSession,
  host: HostName,
  dispatch: (message: ServiceMessage) => void,
): Promise<void> {
  dispatch({ type: 'draft.test', host, test: { kind: 'testing' } });
  try {
    const link = session.links.link(host);
    await link.open();
    const status = link.status();
    const { stdout } = await link.run(FACTS, { timeoutMs: 10_000 });
    const [hostname = '', os = ''] = stdout.split('\n');
    const sudo = status.kind === 'up' ? status.sudo : 'none';
    dispatch({ type: 'draft.test', host, test: { kind: 'ok', hostname, os, sudo } });
  } catch (error) {
    dispatch({ type: 'draft.test', host, test: { kind: 'failed', trouble: troubleView(error) } });
  }
}
