/** apt-get, apt, apt-cache, apt-mark, apt-config: the words and locks of the real ones, over the model's packages. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { originOf } from '../model/archives.js';

export function aptCache(host: Host): Program {
  return async (process, args) => {
    const [verb = '', ...names] = args.filter((arg) => !arg.startsWith('-'));
    if (verb === 'search') {
      const [pattern = ''] = names;
      const byName = args.includes('--names-only') || args.includes('-n');
      for (const entry of host.packages.all.values()) {
        const text = byName ? entry.spec.name : `${entry.spec.name} ${entry.spec.description}`;
        if (host.packages.isKnown(entry) && new RegExp(pattern).test(text))
          await process.out(`${entry.spec.name} - ${entry.spec.description}\n`);
      }
      return 0;
    }
    if (verb !== 'policy' && verb !== 'show' && verb !== 'madison') return process.refuse(`command ${verb}`);
    for (const name of names) {
      const entry = host.packages.find(name);
      if (entry === undefined || !host.packages.isKnown(entry)) {
        if (verb === 'policy') {
          if (process.name === 'apt-cache') await process.err(`N: Unable to locate package ${name}\n`);
          continue;
        }
        await process.err(`N: Unable to locate package ${name}\nE: No packages found\n`);
        return 100;
      }
      const installed = entry.status === 'installed' ? entry.version : '(none)';
      const candidates = host.packages.candidatesOf(entry);
      if (verb === 'policy') {
        await process.out(
          `${name}:\n  Installed: ${installed}\n  Candidate: ${candidates[0] ?? '(none)'}\n  Version table:\n${candidates.map((version) => ` ${version === installed ? '***' : '   '} ${version} 500\n        500 ${originOf(host, entry)} Packages\n`).join('')}`,
        );
      } else if (verb === 'madison') {
        for (const version of candidates)
          await process.out(
            `${name.padStart(10)} | ${version} | ${originOf(host, entry).replace(/ amd64$/, '')} Packages\n`,
          );
      } else
        await process.out(
          `Package: ${name}\nVersion: ${entry.spec.version}\nDescription: ${entry.spec.description}\n\n`,
        );
    }
    return 0;
  };
}

export function aptMark(host: Host): Program {
  return async (process, args) => {
    const [verb = '', ...names] = args.filter((arg) => !arg.startsWith('-'));
    if (verb === 'showhold') {
      const chosen = [...host.packages.all.values()].filter(
        (entry) => entry.held && (names.length === 0 || names.includes(entry.spec.name)),
      );
      for (const entry of chosen) await process.out(`${entry.spec.name}\n`);
      return 0;
    }
    if (verb === 'showmanual' || verb === 'showauto') {
      const chosen = [...host.packages.all.values()].filter(
        (entry) =>
          entry.status === 'installed' &&
          entry.manual === (verb === 'showmanual') &&
          (names.length === 0 || names.includes(entry.spec.name)),
      );
      for (const entry of chosen) await process.out(`${entry.spec.name}\n`);
      return 0;
    }
    if (!['hold', 'unhold', 'manual', 'auto'].includes(verb)) return process.refuse(`command ${verb}`);
    if (process.credentials.uid !== 0) {
      await process.err(
        'E: Could not create temporary file for /var/lib/apt/extended_states - mkstemp (13: Permission denied)\n',
      );
      return 100;
    }
    for (const name of names) {
      const entry = host.packages.find(name);
      if (entry === undefined) {
        await process.err(`E: Unable to locate package ${name}\nE: No packages found\n`);
        return 100;
      }
      if (verb === 'hold' || verb === 'unhold') {
        const was = entry.held;
        entry.held = verb === 'hold';
        await process.out(
          was === entry.held
            ? `${name} was already ${verb === 'hold' ? 'set on hold' : 'not on hold'}.\n`
            : `${name} set on hold.\n`.replace(
                'set on hold',
                verb === 'hold' ? 'set on hold' : 'was on hold: Canceled hold',
              ),
        );
      } else entry.manual = verb === 'manual';
    }
    return 0;
  };
}

export function aptConfig(host: Host): Program {
  return async (process, args) => {
    const [verb = '', ...rest] = args.filter((arg) => !arg.startsWith('-'));
    const dir = host.volume.find('/etc/apt/apt.conf.d');
    const values = new Map<string, string>();
    if (dir?.kind === 'directory') {
      for (const name of [...dir.entries.keys()].toSorted()) {
        for (const match of (host.volume.text(`/etc/apt/apt.conf.d/${name}`) ?? '').matchAll(
          /^\s*([\w:-]+)\s+"([^"]*)";/gm,
        ))
          values.set(match[1] ?? '', match[2] ?? '');
      }
    }
    if (verb === 'dump') {
      for (const [key, value] of values) await process.out(`${key} "${value}";\n`);
      return 0;
    }
    if (verb === 'shell') {
      for (let at = 0; at + 1 < rest.length; at += 2) {
        const value = values.get((rest[at + 1] ?? '').replace(/\/[a-z]$/, ''));
        if (value !== undefined) await process.out(`${rest[at] ?? ''}='${value}'\n`);
      }
      return 0;
    }
    return process.refuse(`command ${verb}`);
  };
}
