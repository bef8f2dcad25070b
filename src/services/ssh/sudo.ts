/** How one becomes root on a host: found out once after each login, with nothing changed on the host. */
import type { Client } from 'ssh2';
import type { HostLogin, HostName } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import { runChannel } from './channel.js';
import type { SudoAccess } from './envelope.js';
import { envelop, MarkerGate, shellQuote } from './envelope.js';
import { shellTrouble } from './shell.js';

const PROBE = `if [ "$(id -u)" = 0 ]; then echo root
elif ! command -v sudo >/dev/null 2>&1; then echo absent
elif sudo -k -n true >/dev/null 2>&1; then echo nopasswd
else echo password; fi`;

async function ask(client: Client, host: HostName, script: string, signal: AbortSignal): Promise<string> {
  const none: SudoAccess = { kind: 'none', why: 'absent' };
  const wrapped = envelop(script, { as: 'user', withRoot: false, sudo: none, timeoutSeconds: null });
  const gate = new MarkerGate(wrapped.marker, wrapped.shellMarker);
  let answer = '';
  const end = await runChannel(
    client,
    host,
    wrapped.stdin,
    {
      onStdout: (chunk) => {
        answer = (answer + gate.push(chunk).toString('latin1')).slice(0, 1_000);
      },
      onStderr: () => undefined,
    },
    signal,
  );
  if (!gate.open) throw shellTrouble(host, gate.refused, end.exit);
  return answer.trim();
}

/**
 * Finds out how the user of a connection becomes root: without a password, with one of the passwords we have, or not.
 *
 * @throws Trouble `remote-shell`, `link-lost`, `ssh-channel`, `cancelled`
 */
export async function findSudo(client: Client, login: HostLogin, signal: AbortSignal): Promise<SudoAccess> {
  const first = await ask(client, login.name, PROBE, signal);
  if (first === 'root') return { kind: 'root' };
  if (first === 'nopasswd') return { kind: 'nopasswd' };
  if (first === 'absent') return { kind: 'none', why: 'absent' };
  const password = login.sudoPassword ?? login.password;
  if (password === undefined) return { kind: 'none', why: 'no-password' };
  const test = `printf '%s\\n' ${shellQuote(password)} | sudo -k -S -p '' true >/dev/null 2>&1 && echo yes`;
  const answer = await ask(client, login.name, test, signal);
  return answer === 'yes' ? { kind: 'password', password } : { kind: 'none', why: 'wrong-password' };
}

/** Why nothing can be run as root on a host, and both ways out. */
export function sudoTrouble(
  login: HostLogin,
  why: 'absent' | 'no-password' | 'wrong-password' | 'refused',
  detail = '',
): Trouble {
  const { name, user } = login;
  const rule = `echo '${user} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/${user} && chmod 440 /etc/sudoers.d/${user}`;
  const remedy = {
    id: `Tulis sudoPassword di berkas lab (mode 0600), atau sebagai root di konsol VM: ${rule}`,
    en: `Put sudoPassword into the lab file (mode 0600), or as root on the console of the VM: ${rule}`,
  };
  switch (why) {
    case 'absent':
      return new Trouble(
        'sudo-none',
        { id: `Di ${name} tidak ada sudo.`, en: `There is no sudo on ${name}.` },
        {
          id: `Sebagai root di konsol VM: apt-get install sudo, lalu ${rule}`,
          en: `As root on the console of the VM: apt-get install sudo, then ${rule}`,
        },
        name,
      );
    case 'no-password':
      return new Trouble(
        'sudo-none',
        {
          id: `sudo di ${name} meminta kata sandi untuk "${user}", dan tidak ada yang diberikan.`,
          en: `sudo on ${name} asks for a password of "${user}", and none was given.`,
        },
        remedy,
        name,
      );
    case 'wrong-password':
      return new Trouble(
        'sudo-password-wrong',
        {
          id: `sudo di ${name} tidak menerima kata sandi "${user}", atau "${user}" tidak boleh memakai sudo.`,
          en: `sudo on ${name} does not accept the password of "${user}", or "${user}" may not use sudo.`,
        },
        remedy,
        name,
      );
    case 'refused':
      return new Trouble(
        'sudo-none',
        { id: `sudo di ${name} menolak: ${detail}`, en: `sudo on ${name} refuses: ${detail}` },
        remedy,
        name,
      );
  }
}
