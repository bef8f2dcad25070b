/** What every command of apt-get begins with: its options, its locks, its servers. */
import type { Host } from '../host.js';
import type { Process } from '../kernel/process.js';
import { LOCK_FILES } from '../model/packages.js';
import { resolveName } from '../model/resolver.js';
import type { Options } from './options.js';

export const SPEC = {
  flags: 'yqfdsmVuA',
  values: 'oct',
  long: [
    'yes',
    'assume-yes',
    'quiet',
    'quiet=',
    'no-install-recommends',
    'install-recommends',
    'option=',
    'allow-downgrades',
    'allow-change-held-packages',
    'fix-broken',
    'purge',
    'simulate',
    'dry-run',
    'reinstall',
    'only-upgrade',
    'no-upgrade',
    'autoremove',
    'auto-remove',
    'download-only',
    'target-release=',
    'allow-releaseinfo-change',
    'force-yes',
    'no-show-upgraded',
  ],
} as const;

export interface Call {
  readonly host: Host;
  readonly process: Process;
  readonly options: Options;
}

/** How long apt waits for a lock, seconds; -1 for ever. */
function patience(options: Options): number {
  const given = [...options.all('o'), ...options.all('option')].find((option) =>
    /^dpkg::lock::timeout=/i.test(option),
  );
  return given === undefined ? 0 : Number(given.split('=')[1] ?? 0);
}

/** Takes locks; says what the real apt says while and when it cannot. */
export async function withLocks(
  call: Call,
  files: readonly string[],
  run: () => Promise<number>,
): Promise<number> {
  const { host, process } = call;
  const holder = { pid: process.pid, command: 'apt-get' };
  let left = patience(call.options);
  for (;;) {
    const held = host.packages.acquire(files, holder);
    if (held === null) break;
    const { by, file } = held;
    if (left === 0) {
      await process.err(`E: Could not get lock ${file}. It is held by process ${by.pid} (${by.command})\n`);
      if (file === LOCK_FILES.frontend || file === LOCK_FILES.dpkg) {
        await process.err(
          `E: Unable to acquire the dpkg frontend lock (${LOCK_FILES.frontend}), is another process using it?\n`,
        );
      } else {
        await process.err(
          `N: Be aware that removing the lock file is not a solution and may break your system.\nE: Unable to lock directory ${file.replace(/lock$/, '')}\n`,
        );
      }
      return 100;
    }
    await process.out(
      `Waiting for cache lock: Could not get lock ${file}. It is held by process ${by.pid} (${by.command})... ${call.options.has('q', 'quiet') ? '\n' : '\r'}`,
    );
    await process.sleep(1000);
    left -= 1;
  }
  const release = () => host.packages.release(process.pid);
  process.signal.addEventListener('abort', release, { once: true });
  try {
    return await run();
  } finally {
    release();
  }
}

export async function reachable(call: Call, name: string): Promise<string | null> {
  const [address] = await resolveName(call.host, call.process, name);
  if (address === undefined) return `Temporary failure resolving '${name}'`;
  const reach = call.host.world.reach(call.host, address, 80);
  if (reach === 'open') return null;
  return `Could not connect to ${name}:80 (${address}). - connect (${reach === 'refused' ? '111: Connection refused' : '113: No route to host'})`;
}
