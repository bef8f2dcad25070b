/** systemctl: the verbs that show units. */
import type { Host } from '../host.js';
import { formatTime } from '../shell/builtins/format.js';
import { matchesPattern } from '../shell/patterns.js';
import { dropIns } from '../model/unit-file.js';
import { needsReload } from '../model/unit-load.js';
import type { Unit } from '../model/units.js';
import { journalText } from './journalctl.js';
import { type Call, select } from './systemctl-call.js';
import { wantedBy } from './systemctl-change.js';

export function enablementOf(unit: Unit): string {
  return unit.masked ? 'masked' : unit.enablement;
}

export function property(host: Host, name: string, key: string): string {
  const unit = host.systemd.find(name);
  if (unit === undefined) {
    const absent: Readonly<Record<string, string>> = {
      LoadState: 'not-found',
      ActiveState: 'inactive',
      SubState: 'dead',
      Id: host.systemd.fullName(name),
      Names: host.systemd.fullName(name),
      MainPID: '0',
      NRestarts: '0',
    };
    return absent[key] ?? '';
  }
  const since = formatTime('%a %Y-%m-%d %H:%M:%S UTC', unit.changedAt);
  const values: Readonly<Record<string, string>> = {
    Id: unit.spec.name,
    Names: [unit.spec.name, ...(unit.spec.aliases ?? [])].join(' '),
    Description: unit.spec.description,
    LoadState: unit.masked ? 'masked' : 'loaded',
    ActiveState: unit.active,
    SubState: host.systemd.subState(unit),
    UnitFileState: enablementOf(unit),
    MainPID: String(unit.pid),
    Result: unit.result,
    NRestarts: String(unit.restarts),
    Type: unit.spec.type ?? (unit.spec.oneshot === true ? 'oneshot' : 'notify'),
    FragmentPath: unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`,
    ActiveEnterTimestamp: unit.active === 'active' ? since : '',
    InactiveEnterTimestamp: unit.active === 'inactive' ? since : '',
    StateChangeTimestamp: since,
    ExecMainStatus: String(unit.exitStatus),
    ExecMainStartTimestamp: since,
    MemoryCurrent: unit.active === 'active' ? String((unit.spec.memoryKiB ?? 0) * 1024) : '[not set]',
    NeedDaemonReload: needsReload(host, unit.spec) ? 'yes' : 'no',
    Triggers: unit.spec.triggers ?? '',
    DropInPaths: dropIns(host, unit.spec.name)
      .map(({ path }) => path)
      .join(' '),
    Restart: 'no',
    Requires: (unit.spec.requires ?? []).join(' '),
    After: (unit.spec.after ?? []).join(' '),
    ...unit.spec.properties,
    WantedBy: unit.enablement === 'enabled' ? wantedBy(unit) : '',
  };
  return values[key] ?? '';
}

const SHOWN = [
  'Type',
  'MainPID',
  'Result',
  'NRestarts',
  'ExecMainStatus',
  'Id',
  'Names',
  'Description',
  'LoadState',
  'ActiveState',
  'SubState',
  'FragmentPath',
  'UnitFileState',
  'StateChangeTimestamp',
];

export async function showProperties(call: Call, names: readonly string[]): Promise<number> {
  const keys = [...call.options.all('p'), ...call.options.all('property')].flatMap((list) => list.split(','));
  const valueOnly = call.options.has('value');
  const units = select(call, names);
  if (units.length === 0) {
    const manager: Readonly<Record<string, string>> = {
      Version: '255.4-1ubuntu8.4',
      SystemState: systemState(call.host),
      DefaultTimeoutStartUSec: '1min 30s',
    };
    for (const key of keys.length > 0 ? keys : Object.keys(manager))
      await call.process.out(valueOnly ? `${manager[key] ?? ''}\n` : `${key}=${manager[key] ?? ''}\n`);
    return 0;
  }
  for (const [index, name] of units.entries()) {
    if (index > 0) await call.process.out('\n');
    for (const key of keys.length > 0 ? keys : SHOWN) {
      const value = property(call.host, name, key);
      await call.process.out(valueOnly ? `${value}\n` : `${key}=${value}\n`);
    }
  }
  return 0;
}

export async function showStatus(call: Call, names: readonly string[]): Promise<number> {
  const { host, process } = call;
  if (names.length === 0) {
    await process.out(
      `● ${host.machine.hostname}\n    State: ${systemState(host)}\n    Units: ${host.systemd.units.size} loaded (incl. loaded aliases)\n     Jobs: 0 queued\n   Failed: ${host.systemd.failed.length} units\n`,
    );
    return 0;
  }
  let code = 0;
  for (const name of select(call, names)) {
    const unit = host.systemd.find(name);
    const full = host.systemd.fullName(name);
    if (unit === undefined) {
      await process.err(`Unit ${full} could not be found.\n`);
      code = 4;
      continue;
    }
    const dot = unit.active === 'active' ? '●' : unit.active === 'failed' ? '×' : '○';
    const since = `since ${formatTime('%a %Y-%m-%d %H:%M:%S UTC', unit.changedAt)}`;
    const loaded = unit.masked
      ? `masked (Reason: Unit ${full} is masked.)`
      : `loaded (${unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`}; ${unit.enablement}; preset: enabled)`;
    const failure =
      unit.active === 'failed' ? ` (Result: ${unit.result})` : ` (${host.systemd.subState(unit)})`;
    await process.out(
      `${dot} ${unit.spec.name} - ${unit.spec.description}\n     Loaded: ${loaded}\n     Active: ${unit.active}${failure} ${since}\n`,
    );
    if (unit.pid > 0)
      await process.out(`   Main PID: ${unit.pid} (${(unit.spec.process ?? unit.spec.name).slice(0, 15)})\n`);
    const lines = journalText(host, { units: [unit.spec.name] }).slice(
      -Number(call.options.value('n', 'lines') ?? 10),
    );
    if (lines.length > 0) await process.out(`\n${lines.join('\n')}\n`);
    if (unit.active !== 'active') code = 3;
  }
  return code;
}

export function systemState(host: Host): string {
  return host.systemd.busy ? 'starting' : host.systemd.failed.length > 0 ? 'degraded' : 'running';
}

export async function listUnits(
  call: Call,
  kind: 'units' | 'files' | 'timers' | 'sockets',
  patterns: readonly string[],
): Promise<number> {
  const { host, process, options } = call;
  const type = options.value('t', 'type');
  const states = [...options.all('state')].flatMap((value) => value.split(','));
  if (options.has('failed')) states.push('failed');
  const legend = !options.has('no-legend') && options.value('legend') !== 'false';
  const rows = [...host.systemd.units.values()]
    .filter((unit) => type === undefined || unit.spec.name.endsWith(`.${type}`))
    .filter((unit) => kind !== 'timers' || unit.spec.name.endsWith('.timer'))
    .filter((unit) => kind !== 'sockets' || unit.spec.name.endsWith('.socket'))
    .filter(
      (unit) =>
        patterns.length === 0 ||
        patterns.some(
          (pattern) =>
            matchesPattern(unit.spec.name, pattern) ||
            matchesPattern(unit.spec.name, host.systemd.fullName(pattern)),
        ),
    )
    .filter(
      (unit) =>
        states.length === 0 ||
        states.some((state) =>
          [unit.active, host.systemd.subState(unit), enablementOf(unit)].includes(state),
        ),
    )
    .filter(
      (unit) =>
        kind !== 'units' || options.has('a', 'all') || states.length > 0 || unit.active !== 'inactive',
    )
    .filter((unit) => kind !== 'timers' || options.has('a', 'all') || unit.active === 'active')
    .toSorted((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  if (kind === 'files') {
    if (legend) await process.out('UNIT FILE                            STATE           PRESET\n');
    for (const unit of rows)
      await process.out(`${unit.spec.name.padEnd(36)} ${enablementOf(unit).padEnd(15)} enabled\n`);
    if (legend) await process.out(`\n${rows.length} unit files listed.\n`);
    return 0;
  }
  if (kind === 'timers') {
    if (legend)
      await process.out(
        'NEXT                        LEFT       LAST                        PASSED     UNIT                         ACTIVATES\n',
      );
    for (const unit of rows) {
      const next = formatTime('%a %Y-%m-%d %H:%M:%S UTC', host.machine.now() + 7 * 3_600_000);
      await process.out(
        `${next} 7h left    -                           -          ${unit.spec.name.padEnd(28)} ${unit.spec.triggers ?? ''}\n`,
      );
    }
    if (legend) await process.out(`\n${rows.length} timers listed.\n`);
    return 0;
  }
  if (legend && rows.length > 0)
    await process.out('  UNIT                                 LOAD   ACTIVE   SUB       DESCRIPTION\n');
  for (const unit of rows) {
    const mark = unit.active === 'failed' && !options.has('plain') ? '●' : ' ';
    const line = `${unit.spec.name.padEnd(36)} ${unit.masked ? 'masked' : 'loaded'} ${unit.active.padEnd(8)} ${host.systemd.subState(unit).padEnd(9)} ${unit.spec.description}`;
    await process.out(options.has('plain') || !legend ? `${line}\n` : `${mark} ${line}\n`);
  }
  if (legend) await process.out(`\n${rows.length} loaded units listed.\n`);
  return 0;
}
