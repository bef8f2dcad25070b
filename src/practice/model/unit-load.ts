/** Makes the units known that people write into /etc/systemd/system. */
import type { Host } from '../host.js';
import { dropIns, UNIT_DIRECTORY as DIRECTORY, UnitFile } from './unit-file.js';
import { unitProcess } from './unit-process.js';
import { generateSwapUnits, swapHooks } from './swap.js';
import type { UnitHooks, UnitSpec } from './unit.js';

function specOf(name: string, path: string, text: string, file: UnitFile, enabled: boolean): UnitSpec {
  const service = file.section('Service');
  const type = service.last('Type') ?? (service.all('ExecStart').length === 0 ? 'oneshot' : 'simple');
  return {
    name,
    description: file.section('Unit').last('Description') ?? name,
    enablement: file.hasSection('Install') ? (enabled ? 'enabled' : 'disabled') : 'static',
    active: false,
    oneshot: type === 'oneshot',
    remains: /^(yes|true|1|on)$/i.test(service.last('RemainAfterExit') ?? ''),
    requires: [...file.units('Requires'), ...file.units('BindsTo'), ...file.units('PartOf')],
    wants: file.units('Wants'),
    after: file.units('After'),
    wantedBy: [...file.units('WantedBy', 'Install'), ...file.units('RequiredBy', 'Install')],
    type,
    properties: {
      Restart: service.last('Restart') ?? 'no',
      WorkingDirectory: service.last('WorkingDirectory') ?? '',
      User: service.last('User') ?? '',
      ExecStart: service
        .all('ExecStart')
        .map(
          (line) =>
            `{ path=${line.split(' ')[0] ?? ''} ; argv[]=${line} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`,
        )
        .join(' '),
    },
    fragment: path,
    text,
    ...(name.endsWith('.timer')
      ? { triggers: file.section('Timer').last('Unit') ?? name.replace(/timer$/, 'service') }
      : {}),
  };
}

function hooksOf(host: Host, name: string, file: UnitFile): UnitHooks {
  if (name.endsWith('.swap')) return swapHooks(host, file.section('Swap').last('What') ?? '');
  if (!name.endsWith('.service')) return {};
  return unitProcess(host, name, file);
}

/**
 * Makes the units known that lie in /etc/systemd/system.
 * @param changed also read again those that are known already (daemon-reload, boot)
 */
export function loadUnitFiles(host: Host, changed: boolean): void {
  const dir = host.volume.find(DIRECTORY);
  if (dir?.kind !== 'directory') return;
  const { systemd } = host;
  for (const [name, inode] of dir.entries) {
    if (inode.kind !== 'file' || !/\.(service|timer|socket|target|mount|swap)$/.test(name)) continue;
    const old = systemd.units.get(name);
    const path = `${DIRECTORY}/${name}`;
    if (old !== undefined && (!changed || old.spec.fragment !== path)) continue;
    const text = host.volume.text(path) ?? '';
    const file = new UnitFile([text, ...dropIns(host, name).map((one) => one.text)]);
    const links = file.units('WantedBy', 'Install').concat(file.units('RequiredBy', 'Install'));
    const enabled = links.some((target) =>
      ['wants', 'requires'].some((kind) => {
        const made = host.volume.find(`${DIRECTORY}/${target}.${kind}`);
        return made?.kind === 'directory' && made.entries.has(name);
      }),
    );
    systemd.define(specOf(name, path, text, file, enabled), hooksOf(host, name, file));
  }
  if (!changed) return;
  generateSwapUnits(host);
  // A unit whose file is gone is forgotten once it no longer runs.
  for (const [name, unit] of systemd.units) {
    const { fragment } = unit.spec;
    if (fragment === undefined || !fragment.startsWith(`${DIRECTORY}/`)) continue;
    if (host.volume.find(fragment) === undefined && unit.active !== 'active') systemd.remove(name);
  }
}

/** Whether a unit's file differs from what was read. */
export function needsReload(host: Host, spec: UnitSpec): boolean {
  if (spec.fragment === undefined || spec.text === undefined) return false;
  return (host.volume.text(spec.fragment) ?? '') !== spec.text;
}
