/** systemctl: the verbs that change units. */
import type { Host } from '../host.js';
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
  const began = restart ? await systemd.restart(unit) : await systemd.start(unit);
  if (began) return 0;
  await call.process.err(
    `Job for ${unit.spec.name} failed because the control process exited with error code.\nSee "systemctl status ${unit.spec.name}" and "journalctl -xeu ${unit.spec.name}" for details.\n`,
  );
  return 1;
}

export const wantedBy = (unit: Unit) =>
  unit.spec.name.endsWith('.timer')
    ? 'timers.target'
    : unit.spec.name.endsWith('.socket')
      ? 'sockets.target'
      : 'multi-user.target';

export async function setEnabled(
  call: Call,
  verb: 'enable' | 'disable',
  names: readonly string[],
): Promise<number> {
  const status = await eachUnit(call, verb, names, async (unit) => {
    const link = `/etc/systemd/system/${wantedBy(unit)}.wants/${unit.spec.name}`;
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
      volume.place(
        link,
        volume.make.symlink(unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`),
      );
      if (!call.quiet)
        await call.process.err(
          `Created symlink ${link} → ${unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`}.\n`,
        );
    } else if (verb === 'disable' && unit.enablement === 'enabled') {
      unit.enablement = 'disabled';
      volume.drop(link);
      if (!call.quiet) await call.process.err(`Removed "${link}".\n`);
    }
    return 0;
  });
  if (!call.options.has('now')) return status;
  const rest = await eachUnit(call, verb === 'enable' ? 'start' : 'stop', names, async (unit) => {
    if (verb === 'enable') return startUnit(call, unit, false);
    await call.process.sleep(60);
    call.host.systemd.stop(unit);
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
    if (masked && call.options.has('now')) systemd.stop(unit);
  }
  return status;
}

/** Units that somebody wrote into /etc/systemd/system become known. */
export function daemonReload(host: Host): void {
  const dir = host.volume.find('/etc/systemd/system');
  if (dir?.kind !== 'directory') return;
  for (const [name, inode] of dir.entries) {
    if (inode.kind !== 'file' || !/\.(service|timer|socket)$/.test(name)) continue;
    const path = `/etc/systemd/system/${name}`;
    const text = host.volume.text(path) ?? '';
    const description = /^Description=(.*)$/m.exec(text)?.[1] ?? name;
    const old = host.systemd.units.get(name);
    if (old !== undefined && old.spec.fragment !== path) continue;
    const kept = old === undefined ? null : { enablement: old.enablement, active: old.active };
    const unit = host.systemd.add({
      name,
      description,
      enablement: kept?.enablement ?? (/^\[Install\]/m.test(text) ? 'disabled' : 'static'),
      active: kept?.active === 'active',
      oneshot: /^Type=oneshot/m.test(text),
      remains: /^RemainAfterExit=(yes|true)/m.test(text),
      fragment: path,
      text,
    });
    if (kept !== null) unit.active = kept.active;
  }
}
