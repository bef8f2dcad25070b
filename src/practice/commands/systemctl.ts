/** systemctl over the model's units. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { formatTime } from '../shell/builtins/format.js';
import { matchesPattern } from '../shell/patterns.js';
import type { Unit } from '../model/units.js';
import { withOptions } from './files.js';
import type { Options } from './options.js';
import { journalText } from './journalctl.js';

const CHANGES = ['start', 'stop', 'restart', 'try-restart', 'reload', 'reload-or-restart', 'enable', 'disable', 'mask', 'unmask', 'reset-failed', 'daemon-reload', 'reboot', 'poweroff', 'halt', 'kill', 'set-property', 'set-default', 'isolate', 'edit', 'preset', 'reenable'];

interface Call {
  readonly host: Host;
  readonly process: Process;
  readonly options: Options;
  readonly quiet: boolean;
}
type Verb = (call: Call, units: readonly string[]) => Promise<number> | number;

export function enablementOf(unit: Unit): string {
  return unit.masked ? 'masked' : unit.enablement;
}
function select(call: Call, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    if (!/[*?[]/.test(name)) return [name];
    return [...call.host.systemd.units.keys()].filter((known) => matchesPattern(known, call.host.systemd.fullName(name)) || matchesPattern(known, name));
  });
}

async function eachUnit(
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
      await call.process.err(start ? `Failed to ${verb} ${full}: Unit ${full} not ${verb === 'stop' ? 'loaded' : 'found'}.\n` : `Failed to ${verb} unit: Unit file ${full} does not exist.\n`);
      status = start ? 5 : 1;
      continue;
    }
    if (unit.masked && ['start', 'restart', 'reload-or-restart', 'enable'].includes(verb)) {
      await call.process.err(verb === 'enable' ? `Failed to enable unit: Unit file /etc/systemd/system/${full} is masked.\n` : `Failed to ${verb} ${full}: Unit ${full} is masked.\n`);
      status = 1;
      continue;
    }
    status = (await run(unit)) || status;
  }
  return status;
}

async function startUnit(call: Call, unit: Unit, restart: boolean): Promise<number> {
  const { systemd } = call.host;
  await call.process.sleep(unit.active === 'active' && !restart ? 5 : 120);
  const began = restart ? await systemd.restart(unit) : await systemd.start(unit);
  if (began) return 0;
  await call.process.err(
    `Job for ${unit.spec.name} failed because the control process exited with error code.\nSee "systemctl status ${unit.spec.name}" and "journalctl -xeu ${unit.spec.name}" for details.\n`,
  );
  return 1;
}

const wantedBy = (unit: Unit) => (unit.spec.name.endsWith('.timer') ? 'timers.target' : unit.spec.name.endsWith('.socket') ? 'sockets.target' : 'multi-user.target');

async function setEnabled(call: Call, verb: 'enable' | 'disable', names: readonly string[]): Promise<number> {
  const status = await eachUnit(call, verb, names, async (unit) => {
    const link = `/etc/systemd/system/${wantedBy(unit)}.wants/${unit.spec.name}`;
    const { volume } = call.host;
    if (unit.enablement === 'static' || unit.enablement === 'generated') {
      if (verb === 'enable' && !call.quiet) await call.process.err('The unit files have no installation config (WantedBy=, RequiredBy=, Also=, Alias= settings in the [Install] section). This means they are not meant to be enabled or disabled using systemctl.\n');
      return 0;
    }
    if (verb === 'enable' && unit.enablement !== 'enabled') {
      unit.enablement = 'enabled';
      volume.place(link, volume.make.symlink(unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`));
      if (!call.quiet) await call.process.err(`Created symlink ${link} → ${unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`}.\n`);
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

async function setMasked(call: Call, names: readonly string[], masked: boolean): Promise<number> {
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
    if (!call.quiet) await call.process.err(masked ? `Created symlink ${path} → /dev/null.\n` : `Removed "${path}".\n`);
    if (masked && call.options.has('now')) systemd.stop(unit);
  }
  return status;
}

function property(host: Host, name: string, key: string): string {
  const unit = host.systemd.find(name);
  if (unit === undefined) {
    const absent: Readonly<Record<string, string>> = { LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead', Id: host.systemd.fullName(name), Names: host.systemd.fullName(name), MainPID: '0', NRestarts: '0' };
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
    NRestarts: '0',
    Type: unit.spec.oneshot === true ? 'oneshot' : 'notify',
    FragmentPath: unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`,
    ActiveEnterTimestamp: unit.active === 'active' ? since : '',
    InactiveEnterTimestamp: unit.active === 'inactive' ? since : '',
    StateChangeTimestamp: since,
    ExecMainStatus: unit.active === 'failed' ? '1' : '0',
    ExecMainStartTimestamp: since,
    MemoryCurrent: unit.active === 'active' ? String((unit.spec.memoryKiB ?? 0) * 1024) : '[not set]',
    NeedDaemonReload: 'no',
    Triggers: unit.spec.triggers ?? '',
    DropInPaths: '',
    WantedBy: unit.enablement === 'enabled' ? wantedBy(unit) : '',
  };
  return values[key] ?? '';
}
const SHOWN = ['Type', 'MainPID', 'Result', 'NRestarts', 'ExecMainStatus', 'Id', 'Names', 'Description', 'LoadState', 'ActiveState', 'SubState', 'FragmentPath', 'UnitFileState', 'StateChangeTimestamp'];

async function show(call: Call, names: readonly string[]): Promise<number> {
  const keys = [...call.options.all('p'), ...call.options.all('property')].flatMap((list) => list.split(','));
  const valueOnly = call.options.has('value');
  const units = select(call, names);
  if (units.length === 0) {
    const manager: Readonly<Record<string, string>> = { Version: '255.4-1ubuntu8.4', SystemState: systemState(call.host), DefaultTimeoutStartUSec: '1min 30s' };
    for (const key of keys.length > 0 ? keys : Object.keys(manager)) await call.process.out(valueOnly ? `${manager[key] ?? ''}\n` : `${key}=${manager[key] ?? ''}\n`);
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

async function status(call: Call, names: readonly string[]): Promise<number> {
  const { host, process } = call;
  if (names.length === 0) {
    await process.out(`● ${host.machine.hostname}\n    State: ${systemState(host)}\n    Units: ${host.systemd.units.size} loaded (incl. loaded aliases)\n     Jobs: 0 queued\n   Failed: ${host.systemd.failed.length} units\n`);
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
    const loaded = unit.masked ? `masked (Reason: Unit ${full} is masked.)` : `loaded (${unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`}; ${unit.enablement}; preset: enabled)`;
    const failure = unit.active === 'failed' ? ` (Result: ${unit.result})` : ` (${host.systemd.subState(unit)})`;
    await process.out(`${dot} ${unit.spec.name} - ${unit.spec.description}\n     Loaded: ${loaded}\n     Active: ${unit.active}${failure} ${since}\n`);
    if (unit.pid > 0) await process.out(`   Main PID: ${unit.pid} (${(unit.spec.process ?? unit.spec.name).slice(0, 15)})\n`);
    const lines = journalText(host, { units: [unit.spec.name] }).slice(-Number(call.options.value('n', 'lines') ?? 10));
    if (lines.length > 0) await process.out(`\n${lines.join('\n')}\n`);
    if (unit.active !== 'active') code = 3;
  }
  return code;
}

function systemState(host: Host): string {
  return host.systemd.failed.length > 0 ? 'degraded' : 'running';
}

async function list(call: Call, kind: 'units' | 'files' | 'timers' | 'sockets', patterns: readonly string[]): Promise<number> {
  const { host, process, options } = call;
  const type = options.value('t', 'type');
  const states = [...options.all('state')].flatMap((value) => value.split(','));
  if (options.has('failed')) states.push('failed');
  const legend = !options.has('no-legend') && options.value('legend') !== 'false';
  const rows = [...host.systemd.units.values()]
    .filter((unit) => type === undefined || unit.spec.name.endsWith(`.${type}`))
    .filter((unit) => kind !== 'timers' || unit.spec.name.endsWith('.timer'))
    .filter((unit) => kind !== 'sockets' || unit.spec.name.endsWith('.socket'))
    .filter((unit) => patterns.length === 0 || patterns.some((pattern) => matchesPattern(unit.spec.name, pattern) || matchesPattern(unit.spec.name, host.systemd.fullName(pattern))))
    .filter((unit) => states.length === 0 || states.some((state) => [unit.active, host.systemd.subState(unit), enablementOf(unit)].includes(state)))
    .filter((unit) => kind !== 'units' || options.has('a', 'all') || states.length > 0 || unit.active !== 'inactive')
    .filter((unit) => kind !== 'timers' || options.has('a', 'all') || unit.active === 'active')
    .toSorted((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  if (kind === 'files') {
    if (legend) await process.out('UNIT FILE                            STATE           PRESET\n');
    for (const unit of rows) await process.out(`${unit.spec.name.padEnd(36)} ${enablementOf(unit).padEnd(15)} enabled\n`);
    if (legend) await process.out(`\n${rows.length} unit files listed.\n`);
    return 0;
  }
  if (kind === 'timers') {
    if (legend) await process.out('NEXT                        LEFT       LAST                        PASSED     UNIT                         ACTIVATES\n');
    for (const unit of rows) {
      const next = formatTime('%a %Y-%m-%d %H:%M:%S UTC', host.machine.now() + 7 * 3_600_000);
      await process.out(`${next} 7h left    -                           -          ${unit.spec.name.padEnd(28)} ${unit.spec.triggers ?? ''}\n`);
    }
    if (legend) await process.out(`\n${rows.length} timers listed.\n`);
    return 0;
  }
  if (legend && rows.length > 0) await process.out('  UNIT                                 LOAD   ACTIVE   SUB       DESCRIPTION\n');
  for (const unit of rows) {
    const mark = unit.active === 'failed' && !options.has('plain') ? '●' : ' ';
    const line = `${unit.spec.name.padEnd(36)} ${unit.masked ? 'masked' : 'loaded'} ${unit.active.padEnd(8)} ${host.systemd.subState(unit).padEnd(9)} ${unit.spec.description}`;
    await process.out(options.has('plain') || !legend ? `${line}\n` : `${mark} ${line}\n`);
  }
  if (legend) await process.out(`\n${rows.length} loaded units listed.\n`);
  return 0;
}

/** Units that somebody wrote into /etc/systemd/system become known. */
function daemonReload(host: Host): void {
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

const ask =
  (answer: (unit: Unit | undefined) => readonly [string, number], any: boolean): Verb =>
  async (call, names) => {
    let best: number | null = null;
    let worst = 0;
    for (const name of select(call, names)) {
      const [word, code] = answer(call.host.systemd.find(name));
      if (!call.quiet) await call.process.out(`${word}\n`);
      best = best === null ? code : Math.min(best, code);
      worst = Math.max(worst, code);
    }
    return any ? (best ?? 1) : worst;
  };

const VERBS: Readonly<Record<string, Verb>> = {
  start: (call, names) => eachUnit(call, 'start', names, (unit) => startUnit(call, unit, false)),
  restart: (call, names) => eachUnit(call, 'restart', names, (unit) => startUnit(call, unit, true)),
  'try-restart': (call, names) => eachUnit(call, 'try-restart', names, (unit) => (unit.active === 'active' ? startUnit(call, unit, true) : 0)),
  'reload-or-restart': (call, names) => eachUnit(call, 'reload-or-restart', names, (unit) => startUnit(call, unit, true)),
  stop: (call, names) =>
    eachUnit(call, 'stop', names, async (unit) => {
      await call.process.sleep(60);
      call.host.systemd.stop(unit);
      return 0;
    }),
  reload: (call, names) =>
    eachUnit(call, 'reload', names, async (unit) => {
      if (unit.active !== 'active') {
        await call.process.err(`${unit.spec.name} is not active, cannot reload.\n`);
        return 1;
      }
      call.host.systemd.reload(unit);
      return 0;
    }),
  enable: (call, names) => setEnabled(call, 'enable', names),
  disable: (call, names) => setEnabled(call, 'disable', names),
  mask: (call, names) => setMasked(call, names, true),
  unmask: (call, names) => setMasked(call, names, false),
  'is-active': ask((unit) => (unit === undefined ? ['inactive', 4] : [unit.active, unit.active === 'active' ? 0 : 3]), true),
  'is-failed': ask((unit) => [unit?.active ?? 'inactive', unit?.active === 'failed' ? 0 : 1], true),
  'is-enabled': async (call, names) => {
    let status = 1;
    for (const name of select(call, names)) {
      const unit = call.host.systemd.find(name);
      if (unit === undefined) {
        // Since systemd 253 the word goes to stdout and nothing else is said.
        if (!call.quiet) await call.process.out('not-found\n');
        status = 4;
        continue;
      }
      const word = enablementOf(unit);
      if (!call.quiet) await call.process.out(`${word}\n`);
      if (['enabled', 'static', 'generated', 'alias'].includes(word)) status = 0;
    }
    return status;
  },
  'is-system-running': async (call) => {
    const state = systemState(call.host);
    if (!call.quiet) await call.process.out(`${state}\n`);
    return state === 'running' ? 0 : 1;
  },
  show: (call, names) => show(call, names),
  status: (call, names) => status(call, names),
  'list-units': (call, names) => list(call, 'units', names),
  'list-unit-files': (call, names) => list(call, 'files', names),
  'list-timers': (call, names) => list(call, 'timers', names),
  'list-sockets': (call, names) => list(call, 'sockets', names),
  'reset-failed': (call, names) => {
    for (const unit of call.host.systemd.failed) if (names.length === 0 || names.some((name) => call.host.systemd.find(name) === unit)) unit.active = 'inactive';
    return 0;
  },
  'daemon-reload': (call) => {
    daemonReload(call.host);
    return 0;
  },
  'get-default': async (call) => {
    await call.process.out('graphical.target\n');
    return 0;
  },
  cat: async (call, names) => {
    for (const name of select(call, names)) {
      const unit = call.host.systemd.find(name);
      if (unit === undefined) {
        await call.process.err(`No files found for ${call.host.systemd.fullName(name)}.\n`);
        return 1;
      }
      await call.process.out(`# ${unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`}\n${unit.spec.text ?? `[Unit]\nDescription=${unit.spec.description}\n`}`);
    }
    return 0;
  },
  reboot: (call) => {
    call.host.rebootSoon(call.process);
    return 0;
  },
  poweroff: (call) => {
    call.host.haltSoon();
    return 0;
  },
};

export function systemctl(host: Host): Program {
  return withOptions(
    {
      flags: 'qaflr',
      values: 'tpnos',
      long: ['quiet', 'now', 'all', 'type=', 'property=', 'value', 'no-pager', 'no-legend', 'legend=', 'state=', 'failed', 'plain', 'lines=', 'full', 'no-block', 'force', 'system', 'output=', 'no-ask-password', 'runtime', 'wait', 'signal=', 'no-wall'],
    },
    async (process, options) => {
      const [verb = 'list-units', ...names] = options.operands;
      const run = VERBS[verb];
      if (run === undefined) return process.refuse(`verb ${verb}`);
      if (CHANGES.includes(verb) && process.credentials.uid !== 0) {
        await process.err(
          verb === 'daemon-reload' || verb === 'reboot' || verb === 'poweroff'
            ? `Failed to ${verb === 'daemon-reload' ? 'reload daemon' : `${verb} system via logind`}: Interactive authentication required.\n`
            : `Failed to ${verb} ${host.systemd.fullName(names[0] ?? '')}: Interactive authentication required.\nSee system logs and 'systemctl status ${host.systemd.fullName(names[0] ?? '')}' for details.\n`,
        );
        return 4;
      }
      return run({ host, process, options, quiet: options.has('q', 'quiet') }, names);
    },
  );
}
