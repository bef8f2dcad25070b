/** systemctl over the model's units. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { dropIns } from '../model/unit-file.js';
import { loadUnitFiles } from '../model/unit-load.js';
import type { Unit } from '../model/units.js';
import { withOptions } from './program.js';
import { type Verb, select } from './systemctl-call.js';
import { enablementOf, listUnits, showProperties, showStatus, systemState } from './systemctl-show.js';
import { eachUnit, setEnabled, setMasked, startUnit } from './systemctl-change.js';

const CHANGES = [
  'start',
  'stop',
  'restart',
  'try-restart',
  'reload',
  'reload-or-restart',
  'enable',
  'disable',
  'mask',
  'unmask',
  'reset-failed',
  'daemon-reload',
  'reboot',
  'poweroff',
  'halt',
  'kill',
  'set-property',
  'set-default',
  'isolate',
  'edit',
  'preset',
  'reenable',
];

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
  'try-restart': (call, names) =>
    eachUnit(call, 'try-restart', names, (unit) =>
      unit.active === 'active' ? startUnit(call, unit, true) : 0,
    ),
  'reload-or-restart': (call, names) =>
    eachUnit(call, 'reload-or-restart', names, (unit) => startUnit(call, unit, true)),
  stop: (call, names) =>
    eachUnit(call, 'stop', names, async (unit) => {
      await call.process.sleep(60);
      await call.process.until(call.host.systemd.stop(unit));
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
  'is-active': ask(
    (unit) => (unit === undefined ? ['inactive', 4] : [unit.active, unit.active === 'active' ? 0 : 3]),
    true,
  ),
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
      if (['enabled', 'static', 'generated', 'alias', 'transient'].includes(word)) status = 0;
    }
    return status;
  },
  'is-system-running': async (call) => {
    const state = systemState(call.host);
    if (!call.quiet) await call.process.out(`${state}\n`);
    return state === 'running' ? 0 : 1;
  },
  show: (call, names) => showProperties(call, names),
  status: (call, names) => showStatus(call, names),
  'list-units': (call, names) => listUnits(call, 'units', names),
  'list-unit-files': (call, names) => listUnits(call, 'files', names),
  'list-timers': (call, names) => listUnits(call, 'timers', names),
  'list-sockets': (call, names) => listUnits(call, 'sockets', names),
  'reset-failed': (call, names) => {
    for (const unit of call.host.systemd.failed)
      if (names.length === 0 || names.some((name) => call.host.systemd.find(name) === unit)) {
        unit.active = 'inactive';
        unit.restarts = 0;
      }
    return 0;
  },
  'daemon-reload': (call) => {
    loadUnitFiles(call.host, true);
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
      await call.process.out(
        `# ${unit.spec.fragment ?? `/usr/lib/systemd/system/${unit.spec.name}`}\n${unit.spec.text ?? `[Unit]\nDescription=${unit.spec.description}\n`}`,
      );
      for (const { path, text } of dropIns(call.host, unit.spec.name))
        await call.process.out(`\n# ${path}\n${text}`);
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
      long: [
        'quiet',
        'now',
        'all',
        'type=',
        'property=',
        'value',
        'no-pager',
        'no-legend',
        'legend=',
        'state=',
        'failed',
        'plain',
        'lines=',
        'full',
        'no-block',
        'force',
        'system',
        'output=',
        'no-ask-password',
        'runtime',
        'wait',
        'signal=',
        'no-wall',
      ],
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
      // systemd reads a unit's file when the unit is first spoken of.
      loadUnitFiles(host, false);
      return run({ host, process, options, quiet: options.has('q', 'quiet') }, names);
    },
  );
}
