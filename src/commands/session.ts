/** A lab as a command works on it: chosen, opened, logged in to, closed again. */
import { HOST_NAMES, Trouble, type HostLogin, type HostName, type Lab, type Text } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';
import type { HostKey } from '../services/ports.js';
import type { LabSession } from '../services/engine/assemble.js';
import { createLogBook, type LogBook } from '../state/logs.js';
import type { CommandContext } from './context.js';
import { talk } from './context.js';
import { chooseLab, contentDirectories, loadContent } from './lab-choice.js';

export interface OpenLab {
  readonly runbook: Runbook;
  /** Changes when `login` had to ask for a secret: read it anew afterwards. */
  readonly session: LabSession;
  /**
   * Connects to the hosts; at a terminal asks for a passphrase or sudo password that is missing (kept in memory only).
   * @returns why a host cannot be used, for those that cannot
   */
  login(
    hosts: readonly HostName[],
    options?: { readonly root?: boolean },
  ): Promise<ReadonlyMap<HostName, Trouble>>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Receives what jobs print. Default: nobody. */
  readonly logs?: LogBook;
  /** Accept keys seen for the first time. */
  readonly acceptHostKeys?: boolean;
}

/** Times a secret is asked for before the host counts as unusable. */
const ATTEMPTS = 3;

/** Opens the lab of a call. Nothing is dialled yet. @throws Trouble */
export async function openLab(context: CommandContext, options: OpenOptions = {}): Promise<OpenLab> {
  const { line, assets, cwd, env } = context;
  const runbook = await loadContent(line.options.text('runbook'), assets, cwd);
  const choice = { lab: line.options.text('lab'), practice: line.options.has('practice') };
  const chosen = await chooseLab(choice, runbook, env, cwd);
  let session: LabSession;
  try {
    session = await open(context, chosen.lab, runbook, options);
  } catch (error) {
    await chosen.close();
    throw error;
  }
  if (session.setAside !== null)
    talk(context, {
      id: `Catatan keadaan lab rusak dan disisihkan: ${session.setAside}`,
      en: `The lab's saved state was damaged and has been set aside: ${session.setAside}`,
    });
  return {
    runbook,
    get session() {
      return session;
    },
    async login(hosts, { root = false } = {}) {
      for (let attempt = 1; ; attempt += 1) {
        const troubles = await tryLogins(session, hosts, root);
        if (context.asking === null && [...troubles.values()].some((one) => one.code === 'host-key-refused'))
          talk(context, {
            id: 'Tidak ada terminal untuk bertanya. Bandingkan sidik jarinya, lalu: threebody-tui connect --accept-host-keys',
            en: 'There is no terminal to ask. Compare the fingerprints, then: threebody-tui connect --accept-host-keys',
          });
        const patched = attempt > ATTEMPTS ? null : await askSecrets(context, session.lab, [...troubles]);
        if (patched === null) return troubles;
        await session.close();
        session = await open(context, patched, runbook, options);
      }
    },
    async close() {
      try {
        await session.close();
      } finally {
        await chosen.close();
      }
    },
  };
}

async function open(
  context: CommandContext,
  lab: Lab,
  runbook: Runbook,
  options: OpenOptions,
): Promise<LabSession> {
  const { openLabSession } = await import('../services/engine/assemble.js');
  const session = await openLabSession(lab, runbook, {
    askHostKey: (key) => answerHostKey(context, key, options.acceptHostKeys === true),
    logs: options.logs ?? createLogBook(1),
    env: context.env,
    content: contentDirectories(context.line.options.text('runbook'), context.assets, context.cwd),
  });
  context.maskWith((text) => session.mask(text));
  return session;
}

async function answerHostKey(context: CommandContext, key: HostKey, accept: boolean): Promise<boolean> {
  const shown = `${key.host} (${key.endpoint}) ${key.type} ${key.fingerprint}`;
  if (accept) {
    talk(context, { id: `Kunci host diterima: ${shown}`, en: `Host key accepted: ${shown}` });
    return true;
  }
  talk(context, { id: `Kunci host baru: ${shown}`, en: `New host key: ${shown}` });
  if (context.asking !== null)
    return context.asking.yes({
      id: 'Sama dengan sidik jari di konsol VM itu? Terima? [y/T]',
      en: 'Is it the fingerprint shown on the console of that VM? Accept? [y/N]',
    });
  return false;
}

async function tryLogins(
  session: LabSession,
  hosts: readonly HostName[],
  root: boolean,
): Promise<ReadonlyMap<HostName, Trouble>> {
  const troubles = new Map<HostName, Trouble>();
  await Promise.all(
    hosts.map(async (host) => {
      const link = session.links.link(host);
      try {
        // Kept: a host that boots is dialled again by itself, and one that is down is not dialled again for every probe.
        await link.open({ keep: true });
        const status = link.status();
        // Asking for root is how the link says why there is none.
        if (root && status.kind === 'up' && status.sudo === 'none')
          await link.run('true', { as: 'root', timeoutMs: 15_000 });
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        troubles.set(host, error);
      }
    }),
  );
  // In the order of the lab, not in the order in which they failed.
  return new Map(
    HOST_NAMES.flatMap((host) => {
      const trouble = troubles.get(host);
      return trouble === undefined ? [] : [[host, trouble] as const];
    }),
  );
}

/** The lab with the secrets that were asked for; null when there is nothing to ask or nobody to be asked. */
async function askSecrets(
  context: CommandContext,
  lab: Lab,
  troubles: readonly (readonly [HostName, Trouble])[],
): Promise<Lab | null> {
  const { asking } = context;
  if (asking === null) return null;
  const hosts: Record<HostName, HostLogin> = { ...lab.hosts };
  const given = new Map<string, string>();
  let changed = false;
  for (const [host, trouble] of troubles) {
    const login = lab.hosts[host];
    const wanted = wantedSecret(trouble, login);
    if (wanted === null) continue;
    // One key or one user on several hosts: asked once.
    const secret = given.get(wanted.id) ?? (await asking.secret(wanted.question));
    given.set(wanted.id, secret);
    if (secret === '') continue;
    hosts[host] = { ...login, [wanted.field]: secret };
    changed = true;
  }
  return changed ? { ...lab, hosts } : null;
}

interface WantedSecret {
  readonly id: string;
  readonly field: 'passphrase' | 'sudoPassword';
  readonly question: Text;
}

function wantedSecret(trouble: Trouble, login: HostLogin): WantedSecret | null {
  switch (trouble.code) {
    case 'key-needs-passphrase':
      return {
        id: `key ${trouble.where ?? ''}`,
        field: 'passphrase',
        question: {
          id: `Frasa sandi kunci ${trouble.where ?? ''}:`,
          en: `Passphrase of the key ${trouble.where ?? ''}:`,
        },
      };
    case 'sudo-none':
    case 'sudo-password-wrong':
      return {
        id: `sudo ${login.user}`,
        field: 'sudoPassword',
        question: {
          id: `Kata sandi sudo untuk ${login.user}@${login.name}:`,
          en: `sudo password of ${login.user}@${login.name}:`,
        },
      };
    default:
      return null;
  }
}
