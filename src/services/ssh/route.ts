/** From a login to the connections that have to be made: ~/.ssh/config, forwards and jump hosts worked in. */
import { join, resolve } from 'node:path';
import type { Endpoint, HostLogin } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import { readClientConfig, type ConfigEntry } from './client-config.js';
import { knownName } from './known-hosts.js';

/** One SSH connection on the way; the last hop is the host itself. */
export interface Hop {
  readonly user: string;
  readonly endpoint: Endpoint;
  /** Names to look its key up by; a new key is stored under the first. */
  readonly knownNames: readonly string[];
  /** `required`: named in the lab file, so its absence is a mistake; others are tried when they are there. */
  readonly keys: readonly { readonly path: string; readonly required: boolean }[];
  readonly passphrase: string | undefined;
  readonly password: string | undefined;
}

/** What of the environment matters for logging in. */
export type LoginEnvironment = Readonly<Record<string, string | undefined>>;

const MAX_JUMPS = 4;
/** What OpenSSH tries when nothing is configured, best first. */
const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

function homeOf(env: LoginEnvironment): string {
  return env['HOME'] ?? env['USERPROFILE'] ?? '/';
}

function expandPath(path: string, env: LoginEnvironment): string {
  const home = homeOf(env);
  return resolve(
    path
      .replace(/^~(?=\/|$)/, home)
      .replaceAll('%d', home)
      .replaceAll('%%', '%'),
  );
}

function parseJump(
  text: string,
  login: HostLogin,
): { user: string | undefined; host: string; port: number | undefined } {
  const match = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(\[[^\]\s]+\]|[^:@\s]+)(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[2];
  if (match === null || host === undefined) {
    throw new Trouble(
      'ssh-jump-invalid',
      {
        id: `Mesin perantara "${text}" tidak dapat dipahami.`,
        en: `The jump host "${text}" cannot be understood.`,
      },
      { id: 'Tulis sebagai pengguna@host:port.', en: 'Write it as user@host:port.' },
      login.name,
    );
  }
  return {
    user: match[1],
    host: host.replace(/^\[|\]$/g, ''),
    port: match[3] === undefined ? undefined : Number(match[3]),
  };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/**
 * The hops from this computer to a host, in the order in which they are dialled.
 *
 * @throws Trouble `ssh-config-unreadable`, `ssh-config-invalid`, `ssh-jump-invalid`
 */
export async function resolveRoute(login: HostLogin, env: LoginEnvironment): Promise<readonly Hop[]> {
  const usesConfig = login.sshConfigHost !== undefined || login.proxyJump !== undefined;
  const lookup = usesConfig ? await readClientConfig(homeOf(env)) : null;
  const own = login.sshConfigHost === undefined ? null : (lookup?.(login.sshConfigHost) ?? null);
  const keysOf = (entry: ConfigEntry | null): Hop['keys'] => {
    const named = login.keyFile === undefined ? [] : [{ path: login.keyFile, required: true }];
    const configured = (entry?.identityFiles ?? []).map((path) => ({
      path: expandPath(path, env),
      required: false,
    }));
    if (named.length + configured.length > 0) return [...named, ...configured];
    return DEFAULT_KEYS.map((name) => ({ path: join(homeOf(env), '.ssh', name), required: false }));
  };
  const hops: Hop[] = [];
  const addJumps = (text: string, depth: number): void => {
    for (const part of text.split(',')) {
      const jump = parseJump(part, login);
      const entry = lookup?.(jump.host) ?? null;
      if (entry?.proxyJump !== undefined && depth < MAX_JUMPS) addJumps(entry.proxyJump, depth + 1);
      const endpoint = { host: entry?.hostName ?? jump.host, port: jump.port ?? entry?.port ?? 22 };
      hops.push({
        user: jump.user ?? entry?.user ?? login.user,
        endpoint,
        knownNames: [knownName(endpoint)],
        keys: keysOf(entry),
        passphrase: login.passphrase,
        // The password is the host's; a jump host is another machine and must not see it.
        password: undefined,
      });
    }
  };
  const jumps = login.proxyJump ?? own?.proxyJump;
  if (jumps !== undefined) addJumps(jumps, 0);
  const plain = { host: own?.hostName ?? login.address, port: own?.port ?? login.port };
  const endpoint = jumps === undefined ? (login.forwards[String(login.port)] ?? plain) : plain;
  hops.push({
    user: own?.user ?? login.user,
    endpoint,
    // The address inside the lab comes first: a forwarded port of this computer is somebody else's tomorrow.
    knownNames: unique([knownName({ host: login.address, port: login.port }), knownName(endpoint)]),
    keys: keysOf(own),
    passphrase: login.passphrase,
    password: login.password,
  });
  return hops;
}
