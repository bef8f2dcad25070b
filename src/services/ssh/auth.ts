/** How a login is proven: the methods we have, in the order in which they are tried, and a record of what came of it. */
import type * as Ssh2Module from 'ssh2';
import type { AnyAuthMethod, AuthenticationType, ParsedKey } from 'ssh2';
import { Trouble } from '../../lab/types.js';
import { loadKey } from './keys.js';
import type { Hop, LoginEnvironment } from './route.js';

interface Candidate {
  readonly type: AuthenticationType;
  /** As told to a person when it fails. */
  readonly label: string;
  readonly method: AnyAuthMethod;
}

/** What became of an attempt to log in. */
export interface AuthRecord {
  /** Methods the server offers, as it said itself; null before it said so. */
  offered: readonly string[] | null;
  readonly tried: string[];
  /** Why a key that was asked for could not be used; told when nothing else worked. */
  keyTrouble: Trouble | null;
}

/** Ready for ssh2's `authHandler`. */
export interface Auth {
  readonly record: AuthRecord;
  readonly handler: (left: AuthenticationType[] | null, partial: boolean | null) => AnyAuthMethod | false;
}

/** The parts of ssh2 that are needed here; it is loaded by whoever dials. */
export type Ssh2 = Pick<typeof Ssh2Module, 'createAgent' | 'utils'>;

async function agentHasKeys(ssh2: Ssh2, socket: string): Promise<boolean> {
  try {
    const agent = ssh2.createAgent(socket);
    const keys = await new Promise<number>((resolve, reject) => {
      agent.getIdentities((error, found) => (error ? reject(error) : resolve(found?.length ?? 0)));
    });
    return keys > 0;
  } catch {
    // An agent that is gone (a stale SSH_AUTH_SOCK) is the same as none.
    return false;
  }
}

function agentSocket(env: LoginEnvironment): string | null {
  const named = env['SSH_AUTH_SOCK'];
  if (named !== undefined && named !== '') return named;
  return process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null;
}

/**
 * Collects what we can log in with: the key files, then the agent, then the password (also keyboard-interactive, which
 * is how PAM asks for it).
 *
 * @throws Trouble `key-missing`, `key-open-to-others`, `key-needs-passphrase`, `key-unreadable` for a key that was asked
 *   for, unless the agent or a password may do instead
 */
export async function prepareAuth(hop: Hop, env: LoginEnvironment, ssh2: Ssh2): Promise<Auth> {
  const username = hop.user;
  const record: AuthRecord = { offered: null, tried: [], keyTrouble: null };
  const candidates: Candidate[] = [];
  const parse = (text: Buffer, passphrase?: string): ParsedKey | Error =>
    ssh2.utils.parseKey(text, passphrase);
  const socket = agentSocket(env);
  const agent = socket !== null && (await agentHasKeys(ssh2, socket)) ? socket : null;
  for (const { path, required } of hop.keys) {
    try {
      const key = await loadKey(path, hop.passphrase, parse);
      candidates.push({
        type: 'publickey',
        label: `key ${path}`,
        method: { type: 'publickey', username, key },
      });
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      if (required) {
        const instead = agent !== null || hop.password !== undefined;
        if (error.code !== 'key-needs-passphrase' || hop.passphrase !== undefined || !instead) throw error;
        record.keyTrouble = error;
      } else if (error.code !== 'key-missing') {
        record.keyTrouble ??= error;
      }
    }
  }
  if (agent !== null) {
    candidates.push({ type: 'agent', label: 'agent', method: { type: 'agent', username, agent } });
  }
  const { password } = hop;
  if (password !== undefined) {
    candidates.push({
      type: 'password',
      label: 'password',
      method: { type: 'password', username, password },
    });
    candidates.push({
      type: 'keyboard-interactive',
      label: 'keyboard-interactive',
      method: {
        type: 'keyboard-interactive',
        username,
        // One hidden question is the password. Anything else (a one-time code) we cannot answer.
        prompt: (_name, _instructions, _lang, prompts, finish) => {
          finish(prompts.map((prompt) => (prompt.echo === true ? '' : password)));
        },
      },
    });
  }
  let asked = false;
  return {
    record,
    handler: (left, partial) => {
      if (!asked) {
        // RFC 4252, 5.2: "none" is how a client learns what the server accepts.
        asked = true;
        return { type: 'none', username };
      }
      if (left !== null && partial !== true) record.offered ??= [...left];
      for (;;) {
        const candidate = candidates.shift();
        if (candidate === undefined) return false;
        const name = candidate.type === 'agent' ? 'publickey' : candidate.type;
        if (left !== null && !left.includes(name)) continue;
        // The same wrong password again would only count as one more failure against the account.
        if (candidate.type === 'keyboard-interactive' && record.tried.includes('password')) continue;
        record.tried.push(candidate.label);
        return candidate.method;
      }
    },
  };
}
