/** ssh from a practice host: its settings (-G), and what a login at GitLab's SSH server meets. */
import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { resolveName } from '../model/resolver.js';
import { matchesPattern } from '../shell/patterns.js';
import { OptionError, readOptions, type Options } from './options.js';
import { account, userName } from './owners.js';
import { withOptions } from './program.js';

/** The host key that GitLab publishes for gitlab.com, of the kind that clients prefer. */
const GITLAB_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf';
const SERVERS = ['gitlab.com', 'altssh.gitlab.com'];

interface Settings {
  readonly get: (key: string) => string;
  readonly identities: readonly string[];
}
/** Settings for a target as ssh_config gives them: the first value of a key counts. */
function settingsOf(
  process: Process,
  home: string,
  target: string,
  given: readonly (readonly [string, string])[],
): Settings {
  const values = new Map<string, string>();
  const identities: string[] = [];
  const set = (key: string, value: string): void => {
    const name = key.toLowerCase();
    if (name === 'identityfile') identities.push(value);
    else if (!values.has(name)) values.set(name, value);
  };
  for (const [key, value] of given) set(key, value);
  const file = `${home}/.ssh/config`;
  const text = process.view.access(file, 4) ? process.view.readText(file) : '';
  let applies = true;
  for (const raw of text.split('\n')) {
    const match = /^\s*(\w+)\s*[=\s]\s*(.*?)\s*$/.exec(raw.replace(/^\s*#.*/, ''));
    if (match === null) continue;
    const [, key = '', value = ''] = match;
    if (key.toLowerCase() === 'host') {
      const patterns = value.split(/\s+/);
      applies =
        patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(target, pattern)) &&
        !patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(target, pattern.slice(1)));
    } else if (applies) set(key, value.replace(/^"(.*)"$/, '$1'));
  }
  const defaults: Readonly<Record<string, string>> = {
    hostname: target,
    port: '22',
    user: userName(process.kernel.volume, process.credentials.uid),
    identitiesonly: 'no',
    stricthostkeychecking: 'ask',
    batchmode: 'no',
    connecttimeout: 'none',
  };
  return {
    get: (key) => values.get(key) ?? defaults[key] ?? '',
    identities:
      identities.length > 0 ? identities : ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519'],
  };
}
function knownKeys(process: Process, home: string, name: string): readonly string[] {
  const file = `${home}/.ssh/known_hosts`;
  if (!process.view.access(file, 4)) return [];
  return process.view
    .readText(file)
    .split('\n')
    .filter((line) => line.split(' ')[0]?.split(',').includes(name) === true)
    .map((line) => line.split(' ').slice(1, 3).join(' '));
}
const print = (key: string) =>
  `SHA256:${createHash('sha256')
    .update(Buffer.from(key.split(' ')[1] ?? '', 'base64'))
    .digest('base64')
    .replace(/=+$/, '')}`;

const OPTIONS = { flags: 'TGnvqNtfAaCXx46', values: 'oilpFJ', stopAtOperand: true } as const;

/** How an attempt to log in ended: the account at the other end, or an exit status and words on stderr. */
export interface SshLogin {
  readonly status: number;
  readonly account: string | null;
}
const over = (status: number): SshLogin => ({ status, account: null });

async function logIn(host: Host, process: Process, options: Options): Promise<SshLogin> {
  const [destination = ''] = options.operands;
  if (destination === '') {
    await process.err('usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] destination [command [argument ...]]\n');
    return over(255);
  }
  const home =
    account(process.kernel.volume, userName(process.kernel.volume, process.credentials.uid))?.home ?? '/root';
  const [user, target = destination] = destination.includes('@')
    ? destination.split('@')
    : [undefined, destination];
  const given: (readonly [string, string])[] = options.all('o').map((one) => {
    const [key = '', value = ''] = one.split(/[=\s](.*)/s);
    return [key, value];
  });
  if (user !== undefined) given.push(['user', user]);
  if (options.value('l') !== undefined) given.push(['user', options.value('l') ?? '']);
  if (options.value('p') !== undefined) given.push(['port', options.value('p') ?? '']);
  if (options.value('i') !== undefined) given.push(['identityfile', options.value('i') ?? '']);
  const settings = settingsOf(process, home, target, given);
  const name = settings.get('hostname');
  const port = settings.get('port');
  if (options.has('G')) {
    await process.out(
      `host ${target}\nuser ${settings.get('user')}\nhostname ${name}\nport ${port}\nbatchmode ${settings.get('batchmode')}\nidentitiesonly ${settings.get('identitiesonly')}\nstricthostkeychecking ${settings.get('stricthostkeychecking')}\n${settings.identities.map((file) => `identityfile ${file}\n`).join('')}`,
    );
    return over(0);
  }
  const [address] = await resolveName(host, process, name);
  if (address === undefined) {
    await process.err(`ssh: Could not resolve hostname ${name}: Name or service not known\n`);
    return over(255);
  }
  const reach = host.world.reach(host, address, Number(port));
  if (reach !== 'open') {
    const wait = Number(settings.get('connecttimeout'));
    if (reach === 'silent') await process.sleep((Number.isNaN(wait) ? 130 : wait) * 1000);
    await process.err(
      `ssh: connect to host ${name} port ${port}: ${reach === 'refused' ? 'Connection refused' : reach === 'silent' ? 'Connection timed out' : 'No route to host'}\n`,
    );
    return over(255);
  }
  if (!SERVERS.includes(name)) return over(await process.refuse(`logging in at ${name}`));
  const label = port === '22' ? name : `[${name}]:${port}`;
  const known = knownKeys(process, home, label);
  if (!known.includes(GITLAB_KEY)) {
    if (known.some((key) => key.startsWith('ssh-ed25519'))) {
      await process.err(
        `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\nHost key verification failed.\r\n`,
      );
      return over(255);
    }
    const strict = settings.get('stricthostkeychecking');
    if (strict === 'yes' || settings.get('batchmode') === 'yes') {
      await process.err(
        `No ED25519 host key is known for ${label} and you have requested strict checking.\r\nHost key verification failed.\r\n`,
      );
      return over(255);
    }
    if (strict === 'ask') {
      await process.err(
        `The authenticity of host '${label} (${address})' can't be established.\nED25519 key fingerprint is ${print(GITLAB_KEY)}.\nThis key is not known by any other names.\nHost key verification failed.\r\n`,
      );
      return over(255);
    }
    const file = `${home}/.ssh/known_hosts`;
    process.view.write(file, `${label} ${GITLAB_KEY}\n`, { append: true, mode: 0o600 });
  }
  const offered = settings.identities
    .map((file) => process.path(file.replace(/^~/, home)))
    .filter((path) => process.view.access(path, 4))
    .flatMap((path) => {
      const key = ssh2.utils.parseKey(process.view.readText(path));
      if (key instanceof Error) return [];
      const text = `${key.type} ${key.getPublicSSH().toString('base64')}`;
      // The practice account's owner pastes the key that the runbook makes for GitLab and shows.
      host.world.gitlab.keyShown(text, key.comment);
      return [text];
    });
  const owner = offered.map((key) => host.world.gitlab.accountOfKey(key)).find((one) => one !== null) ?? null;
  if (settings.get('user') !== 'git' || owner === null) {
    await process.err(`${settings.get('user')}@${name}: Permission denied (publickey).\r\n`);
    return over(255);
  }
  return { status: 0, account: owner };
}

/** What git does: ssh with these words, for a server that speaks git. */
export async function logInBySsh(host: Host, process: Process, words: readonly string[]): Promise<SshLogin> {
  try {
    return await logIn(host, process, readOptions(words, OPTIONS));
  } catch (error) {
    if (error instanceof OptionError) return over(await process.refuse(`ssh option ${error.option}`));
    throw error;
  }
}
export function ssh(host: Host): Program {
  return withOptions(OPTIONS, async (process, options) => {
    const { account: owner, status } = await logIn(host, process, options);
    if (owner !== null) await process.out(`Welcome to GitLab, @${owner}!\n`);
    return status;
  });
}
