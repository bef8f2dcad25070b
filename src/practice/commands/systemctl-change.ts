/** systemctl: the verbs that change units. */
import type { Unit } from '../model/units.js';
import { type Call, select } from './systemctl-call.js';

export async function eachUnit(
  call: Call,
  verb: string,
  names: readonly string[],
  run: (unit: Unit) => Promise<number> | number,
): Promise<number> {
  if (names.length === 0) {
    await call.process.err('Too few arguments.\n');
    return 1;
  }
  let status = 0;
  for (const name of select(call, names)) {
    const unit = call.host.systemd.find(name);
    const full = call.host.systemd.fullName(name);
    if (unit === undefined) {
      const start = verb === 'start' || verb === 'stop' || verb.includes('restart') || verb === 'reload';
      await call.process.err(
        start
          ? `Failed to ${verb} ${full}: Unit ${full} not ${verb === 'stop' ? 'loaded' : 'found'}.\n`
          : `Failed to ${verb} unit: Unit file ${full} does not exist.\n`,
      );
      status = start ? 5 : 1;
      continue;
    }
    if (unit.masked && ['start', 'restart', 'reload-or-restart', 'enable'].includes(verb)) {
      await call.process.err(
        verb === 'enable'
          ? `Failed to enable unit: Unit file /etc/systemd/system/${full} is masked.\n`
          : `Failed to ${verb} ${full}: Unit ${full} is masked.\n`,
      );
      status = 1;
      continue;
    }
    status = (await run(unit)) || status;
  }
  return status;
}

export async function startUnit(call: Call, unit: Unit, restart: boolean): Promise<number> {
  const { systemd } = call.host;
  await call.process.sleep(unit.active === 'active' && !restart ? 5 : 120);
  const work = restart ? systemd.restart(unit) : systemd.start(unit);
  if (call.options.has('no-block')) return 0;
  const began = await call.process.until(work);
  if (began) return 0;
  if (unit.active !== 'failed') {
    await call.process.err(
      `A dependency job for ${unit.spec.name} failed. See 'journalctl -xe' for details.\n`,
    );
    return 1;
  }
  await call.process.err(
    `Job for ${unit.spec.name} failed because the control process exited with error code.\nSee "systemctl status ${unit.spec.name}" and "journalctl -xeu ${unit.spec.name}" for details.\n`,
  );
  return 1;
}

export const wantedBy = (unit: Unit) =>
  unit.spec.wantedBy?.[0] ??
  (unit.spec.name.endsWith('.timer')
    ? 'timers.target'
    : unit.spec.name.endsWith('.socket')
      ? 'sockets.target'
      : 'multi-user.target');

export async function setEnabled(
  call: Call,
  verb: 'enable' | 'disable',
  names: readonly string[],
): Promise<number> {
  const status = await eachUnit(call, verb, names, async (unit) => {
    const links = (
      unit.spec.wantedBy === undefined || unit.spec.wantedBy.length === 0
        ? [wantedBy(unit)]
        : unit.spec.wantedBy
    ).map((target) => `/etc/systemd/system/${target}.wants/${unit.spec.name}`);
    const { volume } = call.host;
    if (unit.enablement === 'static' || unit.enablement === 'generated') {
      if (verb === 'enable' && !call.quiet)
        await call.process.err(
          'The unit files have no installation config (WantedBy=, RequiredBy=, Also=, Alias= settings in the [Install] section). This means they are not meant to be enabled or disabled using systemctl.\n',
        );
      return 0;
    }
    if (verb === 'enable' && unit.enablement !== 'enabled') {
      unit.enablement = 'enabled';
      const target = unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`;
      for (const link of links) {
        volume.place(link, volume.make.symlink(target));
        if (!call.quiet) await call.process.err(`Created symlink ${link} → ${target}.\n`);
      }
    } else if (verb === 'disable' && unit.enablement === 'enabled') {
      unit.enablement = 'disabled';
      for (const link of links) {
        volume.drop(link);
        if (!call.quiet) await call.process.err(`Removed "${link}".\n`);
      }
    }
    return 0;
  });
  if (!call.options.has('now')) return status;
  const rest = await eachUnit(call, verb === 'enable' ? 'start' : 'stop', names, async (unit) => {
    if (verb === 'enable') return startUnit(call, unit, false);
    await call.process.sleep(60);
    await call.host.systemd.stop(unit);
    return 0;
  });
  return status || rest;
}

export async function setMasked(call: Call, names: readonly string[], masked: boolean): Promise<number> {
  const { volume, systemd } = call.host;
  let status = 0;
  for (const name of select(call, names)) {
    const full = systemd.fullName(name);
    const unit = systemd.find(name);
    const path = `/etc/systemd/system/${full}`;
    if (unit === undefined) {
      await call.process.err(`Unit ${full} does not exist, proceeding anyway.\n`);
      status = masked ? 0 : 1;
      continue;
    }
    if (unit.masked === masked) continue;
    unit.masked = masked;
    if (masked) volume.place(path, volume.make.symlink('/dev/null'));
    else volume.drop(path);
    if (!call.quiet)
      await call.process.err(masked ? `Created symlink ${path} → /dev/null.\n` : `Removed "${path}".\n`);
    if (masked && call.options.has('now')) await systemd.stop(unit);
  }
  return status;
}
