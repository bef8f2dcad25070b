/** apt-get: update, install, remove, with the locks and the words of the real one. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { originOf, sourcesOf, trustOf } from '../model/archives.js';
import { LOCK_FILES, type Package } from '../model/packages.js';
import { matchesPattern } from '../shell/patterns.js';
import { SystemError } from '../vfs/inode.js';
import { OptionError, readOptions, type Options } from './options.js';
import { aptCache } from './apt.js';
import { type Call, SPEC, reachable, withLocks } from './apt-locks.js';

async function update(call: Call): Promise<number> {
  const { host, process } = call;
  const warnings: string[] = [];
  const errors: string[] = [];
  const fetched = new Set<string>();
  let unreached = 0;
  const settings = new Map(
    [...call.options.all('o'), ...call.options.all('option')].map((entry) => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at).toLowerCase(), entry.slice(at + 1)];
    }),
  );
  const only =
    settings.get('dir::etc::sourceparts') === '-' ? settings.get('dir::etc::sourcelist') : undefined;
  for (const [index, source] of sourcesOf(host, only).entries()) {
    const where = `${source.url} ${source.suite}`;
    const wrong = await reachable(call, source.site);
    const paths = host.world.archives.get(source.site)?.paths;
    if (wrong === null && paths?.test(new URL(source.url).pathname) === false) {
      await process.out(
        `Ign:${index + 1} ${where} InRelease\nErr:${index + 1} ${where} Release\n  404  Not Found\n`,
      );
      errors.push(`E: The repository '${where} Release' does not have a Release file.\n`);
    } else if (wrong === null) {
      const trust = trustOf(host, source);
      if (trust === null) {
        await process.out(`Hit:${index + 1} ${where} InRelease\n`);
        fetched.add(source.site);
      } else {
        await process.out(`Err:${index + 1} ${where} InRelease\n  ${trust}\n`);
        warnings.push(`W: GPG error: ${where} InRelease: ${trust}\n`);
        errors.push(`E: The repository '${where} InRelease' is not signed.\n`);
      }
      await process.sleep(300);
    } else {
      unreached += 1;
      await process.out(`Err:${index + 1} ${where} InRelease\n  ${wrong}\n`);
      warnings.push(`W: Failed to fetch ${source.url}/dists/${source.suite}/InRelease  ${wrong}\n`);
      if (host.packages.archives.has(source.site)) fetched.add(source.site);
    }
  }
  if (only === undefined) host.packages.archives.clear();
  for (const site of fetched) host.packages.archives.add(site);
  await process.out('Reading package lists...\n');
  await process.sleep(400);
  for (const line of [...warnings, ...errors]) await process.err(line);
  if (errors.length > 0) return 100;
  if (unreached > 0 && settings.get('apt::update::error-mode') === 'any') {
    await process.err(
      'E: Some index files failed to download. They have been ignored, or old ones used instead.\n',
    );
    return 100;
  }
  if (unreached > 0)
    await process.err(
      'W: Some index files failed to download. They have been ignored, or old ones used instead.\n',
    );
  else {
    await process.out(
      'Building dependency tree...\nReading state information...\nAll packages are up to date.\n',
    );
    host.volume.put('/var/lib/apt/lists/archive.ubuntu.com_ubuntu_dists_noble_InRelease', '');
  }
  return 0;
}

async function find(
  call: Call,
  names: readonly string[],
  versions: Map<Package, string> = new Map(),
): Promise<Package[] | null> {
  const found: Package[] = [];
  for (const name of names) {
    const [plain = '', version] = name.replace(/\/.*$/, '').split('=');
    const wanted = call.host.packages.find(plain);
    if (wanted === undefined || !call.host.packages.isKnown(wanted)) {
      await call.process.err(`E: Unable to locate package ${plain}\n`);
      return null;
    }
    const chosen = call.host.packages
      .candidatesOf(wanted)
      .find((candidate) => version === undefined || matchesPattern(candidate, version));
    if (version !== undefined && chosen !== undefined) versions.set(wanted, chosen);
    if (version !== undefined && chosen === undefined) {
      await call.process.err(`E: Version '${version}' for '${plain}' was not found\n`);
      return null;
    }
    found.push(wanted);
  }
  return found;
}

export async function install(call: Call, names: readonly string[]): Promise<number> {
  const { host, process, options } = call;
  await process.out('Reading package lists...\nBuilding dependency tree...\nReading state information...\n');
  await process.sleep(300);
  if (host.packages.broken.length > 0 && !options.has('f', 'fix-broken')) {
    await process.err(
      "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. \n",
    );
    return 100;
  }
  const versions = new Map<Package, string>();
  const wanted = await find(call, names, versions);
  if (wanted === null) return 100;
  const all = new Set<Package>();
  const add = (entry: Package): void => {
    if (all.has(entry)) return;
    for (const depend of entry.spec.depends ?? []) {
      const other = host.packages.find(depend);
      if (other !== undefined) add(other);
    }
    all.add(entry);
  };
  for (const entry of wanted) add(entry);
  const versionOf = (entry: Package) =>
    versions.get(entry) ?? host.packages.candidatesOf(entry)[0] ?? entry.version;
  const moved = (entry: Package) => versions.has(entry) && versions.get(entry) !== entry.version;
  const fresh = [...all].filter((entry) => entry.status !== 'installed' || moved(entry));
  const heldBack = fresh.filter((entry) => entry.held && entry.status === 'installed');
  for (const entry of fresh) if (entry.status !== 'installed') entry.version = versionOf(entry);
  for (const entry of wanted) {
    if (entry.status === 'installed' && !moved(entry))
      await process.out(`${entry.spec.name} is already the newest version (${entry.version}).\n`);
  }
  if (fresh.length > 0)
    await process.out(
      `The following NEW packages will be installed:\n  ${fresh.map((entry) => entry.spec.name).join(' ')}\n`,
    );
  const leaving = [...host.packages.all.values()].filter(
    (entry) =>
      entry.status === 'installed' &&
      fresh.some(
        ({ spec }) =>
          spec.conflicts?.includes(entry.spec.name) === true ||
          entry.spec.conflicts?.includes(spec.name) === true,
      ),
  );
  if (leaving.length > 0)
    await process.out(
      `The following packages will be REMOVED:\n  ${leaving.map((entry) => entry.spec.name).join(' ')}\n`,
    );
  await process.out(
    `0 upgraded, ${fresh.length} newly installed, ${leaving.length} to remove and 0 not upgraded.\n`,
  );
  if (
    (heldBack.length > 0 || leaving.some((entry) => entry.held)) &&
    !options.has('allow-change-held-packages')
  ) {
    await process.err(
      'E: Held packages were changed and -y was used without --allow-change-held-packages.\n',
    );
    return 100;
  }
  if (fresh.length === 0 || options.has('s', 'simulate', 'dry-run')) return 0;
  if (!options.has('y', 'yes', 'assume-yes')) {
    await process.out('Do you want to continue? [Y/n] Abort.\n');
    return 1;
  }
  const size = fresh.reduce((sum, entry) => sum + (entry.spec.sizeKiB ?? 500), 0);
  if (size * 4096 > host.freeBytes) {
    await process.err("E: You don't have enough free space in /var/cache/apt/archives/.\n");
    return 100;
  }
  const wrong = await reachable(call, 'archive.ubuntu.com');
  if (wrong !== null) {
    for (const entry of fresh)
      await process.err(
        `E: Failed to fetch http://archive.ubuntu.com/ubuntu/pool/main/${entry.spec.name}_${entry.version}_amd64.deb  ${wrong}\n`,
      );
    await process.err(
      'E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n',
    );
    return 100;
  }
  await process.out(`Need to get ${size} kB of archives.\n`);
  for (const [index, entry] of fresh.entries()) {
    await process.out(
      `Get:${index + 1} ${originOf(host, entry)} ${entry.spec.name} amd64 ${entry.version} [${entry.spec.sizeKiB ?? 500} kB]\n`,
    );
    await process.sleep(300);
  }
  for (const entry of leaving) {
    await process.out(`Removing ${entry.spec.name} (${entry.version}) ...\n`);
    await process.sleep(300);
    await host.packages.remove(entry, false);
  }
  for (const entry of fresh) {
    await process.out(`Unpacking ${entry.spec.name} (${entry.version}) ...\n`);
    entry.status = 'unpacked';
    await process.sleep(350);
  }
  for (const entry of fresh) {
    await process.out(`Setting up ${entry.spec.name} (${entry.version}) ...\n`);
    await process.sleep(350);
    await host.packages.install(entry, versionOf(entry));
  }
  for (const entry of wanted) entry.manual = true;
  host.machine.diskUsedBytes += size * 4096;
  return 0;
}

export async function remove(call: Call, names: readonly string[], purge: boolean): Promise<number> {
  const { host, process, options } = call;
  await process.out('Reading package lists...\nBuilding dependency tree...\nReading state information...\n');
  const wanted = await find(call, names);
  if (wanted === null) return 100;
  const there = wanted.filter(
    (entry) => entry.status === 'installed' || (purge && entry.status === 'config-files'),
  );
  for (const entry of wanted) {
    if (!there.includes(entry))
      await process.out(`Package '${entry.spec.name}' is not installed, so not removed\n`);
  }
  // What needs one of them cannot stay either.
  for (const entry of there)
    for (const other of host.packages.all.values())
      if (
        other.status === 'installed' &&
        !there.includes(other) &&
        other.spec.depends?.includes(entry.spec.name) === true
      )
        there.push(other);
  await process.out(`0 upgraded, 0 newly installed, ${there.length} to remove and 0 not upgraded.\n`);
  if (options.has('s', 'simulate', 'dry-run')) {
    for (const entry of there)
      await process.out(`${purge ? 'Purg' : 'Remv'} ${entry.spec.name} [${entry.version}]\n`);
    return 0;
  }
  if (there.length === 0) return 0;
  if (!options.has('y', 'yes', 'assume-yes')) {
    await process.out('Do you want to continue? [Y/n] Abort.\n');
    return 1;
  }
  for (const entry of there) {
    await process.out(`Removing ${entry.spec.name} (${entry.version}) ...\n`);
    await process.sleep(500);
    await host.packages.remove(entry, purge);
  }
  return 0;
}

export function aptGet(host: Host): Program {
  return async (process, args) => {
    let options: Options;
    try {
      options = readOptions(args, SPEC);
    } catch (error) {
      if (error instanceof OptionError) return process.refuse(`option ${error.option}`);
      throw error;
    }
    const [verb = '', ...names] = options.operands;
    const call = { host, process, options };
    if (['policy', 'show', 'list', 'search'].includes(verb)) return aptCache(host)(process, args);
    if (
      ![
        'update',
        'install',
        'remove',
        'purge',
        'autoremove',
        'upgrade',
        'full-upgrade',
        'dist-upgrade',
        'clean',
        'autoclean',
        'check',
      ].includes(verb)
    ) {
      return process.refuse(verb === '' ? 'being called without a command' : `command ${verb}`);
    }
    const changesPackages = !['update', 'clean', 'autoclean'].includes(verb);
    if (process.credentials.uid !== 0) {
      const file = changesPackages ? LOCK_FILES.frontend : LOCK_FILES.lists;
      await process.err(`E: Could not open lock file ${file} - open (13: Permission denied)\n`);
      await process.err(
        changesPackages
          ? `E: Unable to acquire the dpkg frontend lock (${file}), are you root?\n`
          : 'E: Unable to lock directory /var/lib/apt/lists/\n',
      );
      return 100;
    }
    const locks = changesPackages
      ? [LOCK_FILES.frontend, LOCK_FILES.dpkg, LOCK_FILES.archives]
      : [LOCK_FILES.lists];
    return withLocks(call, locks, async () => {
      try {
        switch (verb) {
          case 'update':
            return await update(call);
          case 'install':
            return await install(call, names);
          case 'remove':
          case 'purge':
            return await remove(call, names, verb === 'purge' || options.has('purge'));
          case 'clean':
          case 'autoclean':
          case 'check':
            return 0;
          default:
            await process.out(
              'Reading package lists...\nBuilding dependency tree...\nReading state information...\nCalculating upgrade...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n',
            );
            return 0;
        }
      } catch (error) {
        if (error instanceof SystemError && error.code === 'ENOSPC') {
          await process.err(`E: Write error - write (28: ${error.message})\n`);
          return 100;
        }
        throw error;
      }
    });
  };
}
