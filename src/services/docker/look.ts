/**
 * What a host's own shell says of Docker, asked before its API is dialled: systemd listens on Docker's socket in its place,
 * so that whoever dials it starts a daemon that a person has stopped.
 */
import { z } from 'zod';
import { Trouble } from '../../lab/types.js';
import type { HostName, Text } from '../../lab/types.js';
import type { HostLink } from '../ports.js';
import { cleanRemoteText } from '../text/clean.js';

export const DOCKER_SOCKET = '/var/run/docker.sock';
const LOOK_TIMEOUT_MS = 15_000;

const SCRIPT = `
socket=${DOCKER_SOCKET}
yes() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }
may() { [ -r "$socket" ] && [ -w "$socket" ]; }
member() { getent group docker | cut -d : -f 4 | tr ',' '\\n' | grep -qx "$(id -un)"; }
echo "command=$(yes command -v docker)"
echo "socket=$(yes test -S "$socket")"
echo "may=$(yes may)"
echo "member=$(yes member)"
echo "active=$(systemctl is-active docker.service 2>/dev/null)"
echo "loaded=$(systemctl show --property=LoadState docker.service 2>/dev/null | cut -d = -f 2)"
echo "clock=$(date +%s)"
`.trim();

const answer = z.enum(['yes', 'no']).transform((word) => word === 'yes');
const seenSchema = z.object({
  command: answer,
  socket: answer,
  may: answer,
  member: answer,
  active: z.string().max(100),
  loaded: z.string().max(100),
  clock: z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
});
type Seen = z.infer<typeof seenSchema>;

/** What can be done now with the Docker of a host. */
export type Look =
  | { readonly kind: 'absent'; readonly why: Text }
  /** It may be dialled. `aheadMs`: by how much the host's clock is ahead of ours. */
  | { readonly kind: 'ready'; readonly aheadMs: number }
  /** Not now; a moment later perhaps. */
  | { readonly kind: 'not-now'; readonly trouble: Trouble };

function absentText(host: HostName): Text {
  return host === 'vm-docker'
    ? {
        id: 'Docker belum terpasang di sini; langkah B1 memasangnya.',
        en: 'Docker is not installed here yet; step B1 does that.',
      }
    : {
        id: 'Host ini tidak memakai Docker; container-nya dijalankan Kubernetes.',
        en: 'This host does without Docker; Kubernetes runs its containers.',
      };
}

/** The login is older than the group: another login is let in. */
export const OLD_LOGIN = 'docker-old-login';

function forbidden(host: HostName, member: boolean): Trouble {
  return new Trouble(
    member ? OLD_LOGIN : 'docker-permission',
    member
      ? {
          id: `Sambungan ke ${host} ini dibuat sebelum penggunanya masuk grup docker, jadi soket Docker menolaknya.`,
          en: `This connection to ${host} is older than its user's membership in the group docker, so Docker's socket refuses it.`,
        }
      : {
          id: `Soket Docker di ${host} menolak pengguna ini: ia bukan anggota grup docker.`,
          en: `Docker's socket on ${host} refuses this user, who is not in the group docker.`,
        },
    member
      ? {
          id: 'Sambungkan ulang host ini; login baru membawa grup baru.',
          en: 'Reconnect this host; a new login brings the new group along.',
        }
      : {
          id: 'Jalankan langkah B1: pengguna dimasukkan ke grup docker dan sambungan dibuat ulang.',
          en: 'Run step B1: it puts the user into the group docker and reconnects.',
        },
    host,
    3,
  );
}

function stopped(host: HostName, active: string): Trouble {
  const failed = active === 'failed';
  return new Trouble(
    'docker-stopped',
    failed
      ? {
          id: `Layanan Docker di ${host} berhenti karena gagal.`,
          en: `The Docker service on ${host} has stopped with a failure.`,
        }
      : { id: `Layanan Docker di ${host} sedang mati.`, en: `The Docker service on ${host} is stopped.` },
    failed
      ? {
          id: 'Baca alasannya: sudo journalctl -u docker -n 30. Sering kali /etc/docker/daemon.json yang salah tulis.',
          en: 'Read the reason: sudo journalctl -u docker -n 30. Often it is a mistake in /etc/docker/daemon.json.',
        }
      : {
          id: 'Nyalakan: sudo systemctl start docker. Program ini sengaja tidak membangunkannya.',
          en: 'Start it: sudo systemctl start docker. This program does not wake it up on purpose.',
        },
    host,
    3,
  );
}

function starting(host: HostName, active: string): Trouble {
  return new Trouble(
    'docker-starting',
    {
      id: `Layanan Docker di ${host} sedang berganti keadaan (${active}).`,
      en: `The Docker service on ${host} is changing state (${active}).`,
    },
    {
      id: 'Tunggu sebentar; program mencoba lagi sendiri.',
      en: 'Wait a moment; the program tries again by itself.',
    },
    host,
    3,
  );
}

function noSocket(host: HostName): Trouble {
  return new Trouble(
    'docker-socket',
    {
      id: `Di ${host} tidak ada soket ${DOCKER_SOCKET}.`,
      en: `There is no socket ${DOCKER_SOCKET} on ${host}.`,
    },
    {
      id: 'Nyalakan ulang Docker: sudo systemctl restart docker.socket docker',
      en: 'Restart Docker: sudo systemctl restart docker.socket docker',
    },
    host,
    3,
  );
}

function judge(host: HostName, seen: Seen, now: number): Look {
  const installed = seen.loaded !== '' && seen.loaded !== 'not-found';
  if (!installed && !seen.socket) return { kind: 'absent', why: absentText(host) };
  if (installed) {
    switch (seen.active) {
      case 'active':
      case 'reloading':
        break;
      case 'activating':
      case 'deactivating':
        return { kind: 'not-now', trouble: starting(host, seen.active) };
      default:
        return { kind: 'not-now', trouble: stopped(host, seen.active) };
    }
  }
  if (!seen.socket) return { kind: 'not-now', trouble: noSocket(host) };
  if (!seen.may) return { kind: 'not-now', trouble: forbidden(host, seen.member) };
  return { kind: 'ready', aheadMs: seen.clock * 1000 - now };
}

/**
 * Looks, with one script as the login user; changes nothing.
 * @param now operator's clock, epoch ms
 * @throws Trouble those of `HostLink.run`, `docker-unclear` when the answer makes no sense
 */
export async function lookAtDocker(link: HostLink, now: () => number, signal: AbortSignal): Promise<Look> {
  const { stdout } = await link.run(SCRIPT, { timeoutMs: LOOK_TIMEOUT_MS, signal });
  const fields = stdout.split('\n').flatMap((line) => {
    const equals = line.indexOf('=');
    return equals === -1 ? [] : [[line.slice(0, equals), line.slice(equals + 1)] as const];
  });
  const seen = seenSchema.safeParse(Object.fromEntries(fields));
  if (seen.success) return judge(link.host, seen.data, now());
  const text = cleanRemoteText(stdout).trim().slice(0, 200);
  throw new Trouble(
    'docker-unclear',
    {
      id: `Jawaban ${link.host} tentang Docker tidak dapat dipahami: ${text}`,
      en: `What ${link.host} says of Docker cannot be understood: ${text}`,
    },
    {
      id: 'Periksa shell login pengguna di host itu.',
      en: 'Check the login shell of the user on that host.',
    },
    link.host,
    3,
  );
}

const DIAL_SCRIPT = 'systemctl show --property=LoadState,ActiveState,Job docker.service 2>/dev/null || true';

/**
 * The last question before a stream is opened: a daemon that is being stopped no longer takes streams, and the one that waits
 * in systemd's socket would start it again. While its stop is queued, behind units that need it, it still counts as active.
 * @throws Trouble `docker-starting`, `docker-stopped`; those of `HostLink.run`
 */
export async function askToDial(link: HostLink, signal: AbortSignal): Promise<void> {
  const { stdout } = await link.run(DIAL_SCRIPT, { timeoutMs: LOOK_TIMEOUT_MS, signal });
  const field = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  // Without a unit of that name nobody listens in the daemon's place.
  if (field('LoadState') !== 'loaded') return;
  const active = field('ActiveState');
  if (active === 'inactive' || active === 'failed') throw stopped(link.host, active);
  if (active === 'activating' || active === 'deactivating') throw starting(link.host, active);
  if (/^[1-9]/.test(field('Job'))) throw starting(link.host, 'job queued');
}
