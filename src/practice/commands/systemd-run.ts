/** systemd-run: transient services, now or when a timer says. */
import { randomBytes } from 'node:crypto';
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { spanMs, UnitFile } from '../model/unit-file.js';
import { unitProcess } from '../model/unit-process.js';
import { OptionError, readOptions, type Options } from './options.js';

/** A command line in the quoting of unit files. */
const quoted = (words: readonly string[]): string =>
  words
    .map((word) =>
      /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replace(/(["\\])/g, '\\$1').replaceAll('%', '%%')}"`,
    )
    .join(' ');

function addService(host: Host, name: string, words: readonly string[], options: Options) {
  const properties = [...options.all('p'), ...options.all('property')].filter((one) => /^\w+=/.test(one));
  const user = options.value('uid');
  const directory = options.value('working-directory');
  const environment = options.all('setenv').map((one) => `Environment=${one}`);
  const text = `[Unit]\nDescription=${options.value('description') ?? words.join(' ')}\n[Service]\n${[...properties, ...environment].join('\n')}\n${user === undefined ? '' : `User=${user}\n`}${directory === undefined ? '' : `WorkingDirectory=${directory}\n`}Type=oneshot\nExecStart=${quoted(words)}\n`;
  const file = new UnitFile([text]);
  return host.systemd.add(
    {
      name,
      description: options.value('description') ?? words.join(' '),
      enablement: 'transient',
      active: false,
      oneshot: true,
      type: 'simple',
      text,
      fragment: `/run/systemd/transient/${name}`,
    },
    unitProcess(host, name, file),
  );
}

export function systemdRun(host: Host): Program {
  return async (process, args) => {
    let options: Options;
    try {
      options = readOptions(args, {
        flags: 'qGdtPrS',
        values: 'pEu',
        long: [
          'unit=',
          'collect',
          'on-active=',
          'on-boot=',
          'on-calendar=',
          'on-startup=',
          'on-unit-active=',
          'timer-property=',
          'property=',
          'description=',
          'no-block',
          'wait',
          'pipe',
          'quiet',
          'uid=',
          'gid=',
          'setenv=',
          'working-directory=',
          'same-dir',
          'remain-after-exit',
          'system',
          'slice=',
          'service-type=',
          'no-ask-password',
        ],
        stopAtOperand: true,
      });
    } catch (error) {
      if (error instanceof OptionError) return process.refuse(`option ${error.option}`);
      throw error;
    }
    const words = options.operands;
    const stem = (options.value('u', 'unit') ?? `run-r${randomBytes(16).toString('hex')}`).replace(
      /\.(service|timer)$/,
      '',
    );
    const after = options.value('on-active');
    const timed =
      after !== undefined ||
      ['on-boot', 'on-calendar', 'on-startup', 'on-unit-active'].some((one) => options.has(one));
    if (process.credentials.uid !== 0) {
      await process.err(
        `Failed to start transient ${timed ? 'timer' : 'service'} unit: Interactive authentication required.\n`,
      );
      return 1;
    }
    if (timed && after === undefined) return process.refuse('timers other than --on-active');
    if (words.length === 0) {
      await process.err('Command line to execute required.\n');
      return 1;
    }
    const service = `${stem}.service`;
    const timer = `${stem}.timer`;
    const clash = [service, timer].find((name) => host.systemd.units.has(name));
    if (clash !== undefined) {
      await process.err(
        `Failed to start transient ${timed ? 'timer' : 'service'} unit: Unit ${clash} was already loaded or has a fragment file.\n`,
      );
      return 1;
    }
    const unit = addService(host, service, words, options);
    const say = async (text: string) => {
      if (!options.has('q', 'quiet')) await process.err(text);
    };
    const forget = () => {
      if (host.systemd.units.get(service)?.active !== 'failed' || options.has('G', 'collect'))
        host.systemd.remove(service);
    };
    if (!timed) {
      await say(`Running as unit: ${service}\n`);
      const work = host.systemd.start(unit).finally(forget);
      if (options.has('wait', 'P', 'pipe')) return (await process.until(work)) ? 0 : 1;
      return 0;
    }
    const waiting = new AbortController();
    const made = host.systemd.add(
      {
        name: timer,
        description: words.join(' '),
        enablement: 'transient',
        active: false,
        triggers: service,
        fragment: `/run/systemd/transient/${timer}`,
      },
      {
        start: () => {
          host.onPowerOff.add(() => waiting.abort());
          host.clock
            .deadline(spanMs(after, 0), waiting.signal)
            .then(async () => {
              await host.systemd.start(unit);
              await host.systemd.stop(made);
            })
            // Called off, or the unit failed, which its own state and journal tell.
            .catch(() => undefined);
        },
        stop: () => {
          waiting.abort();
          queueMicrotask(() => {
            host.systemd.remove(timer);
            forget();
          });
        },
      },
    );
    await host.systemd.start(made);
    await say(`Running timer as unit: ${timer}\nWill run service as unit: ${service}\n`);
    return 0;
  };
}

const SECTIONS: Readonly<Record<string, RegExp>> = {
  Unit: /^(Description|Documentation|Requires|Wants|After|Before|BindsTo|PartOf|Conflicts|OnFailure|Condition\w+|Assert\w+|StartLimit\w+|DefaultDependencies|Requisite|RequiresMountsFor)$/,
  Service:
    /^(Type|Exec\w+|Restart\w*|RemainAfterExit|WorkingDirectory|User|Group|SupplementaryGroups|Environment\w*|Timeout\w+|PIDFile|Kill\w+|Standard\w+|Limit\w+|Tasks\w+|Delegate|OOMScoreAdjust|Nice|UMask|Private\w+|Protect\w+|NoNewPrivileges|ReadWritePaths|Syslog\w+|StartLimit\w+|Success\w+|Memory\w+|CPU\w+|Slice|NotifyAccess|RuntimeDirectory\w*|StateDirectory\w*|Capability\w+|AmbientCapabilities|GuessMainPID|SendSIGHUP)$/,
  Install: /^(WantedBy|RequiredBy|Alias|Also|DefaultInstance)$/,
  Timer: /^(On\w+|Unit|Persistent|AccuracySec|RandomizedDelaySec|WakeSystem)$/,
  Socket: /^(Listen\w+|Socket\w+|Accept|Service|Max\w+|Exec\w+|Directory\w+|RemoveOnStop|Backlog)$/,
};

/** `systemd-analyze verify FILE…`: keys, sections and programs of unit files. */
export function systemdAnalyze(host: Host): Program {
  return async (process, args) => {
    const [verb = '', ...files] = args.filter((arg) => !arg.startsWith('-'));
    if (verb !== 'verify') return process.refuse(`command ${verb}`);
    let status = 0;
    for (const operand of files) {
      const path = process.path(operand);
      if (process.view.peek(path) === undefined) {
        await process.err(`Failed to prepare filename ${operand}: No such file or directory\n`);
        return 1;
      }
      const name = path.slice(path.lastIndexOf('/') + 1);
      let section = '';
      let commands = 0;
      const lines = process.view.readText(path).replace(/\\\n/g, '  ').split('\n');
      for (const [index, raw] of lines.entries()) {
        const line = raw.trim();
        if (line === '' || /^[#;]/.test(line)) continue;
        const head = /^\[(\w+)\]$/.exec(line);
        if (head !== null) {
          section = head[1] ?? '';
          if (SECTIONS[section] === undefined && !section.startsWith('X-'))
            await process.err(`${path}:${index + 1}: Unknown section '${section}'. Ignoring.\n`);
          continue;
        }
        const [key = '', value = ''] = line.split(/=(.*)/s);
        if (!line.includes('=')) {
          await process.err(`${path}:${index + 1}: Missing '=', ignoring line.\n`);
          continue;
        }
        if (SECTIONS[section]?.test(key.trim()) === false)
          await process.err(
            `${path}:${index + 1}: Unknown key name '${key.trim()}' in section '${section}', ignoring.\n`,
          );
        if (section !== 'Service' || !/^Exec(Start|Stop|Reload)/.test(key.trim())) continue;
        commands += 1;
        const program =
          value
            .trim()
            .replace(/^[-@+!:]+/, '')
            .split(/\s+/)[0] ?? '';
        const found = program.startsWith('/')
          ? host.volume.find(program)
          : ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin']
              .map((dir) => host.volume.find(`${dir}/${program}`))
              .find((one) => one !== undefined);
        if (found === undefined || (found.mode & 0o111) === 0) {
          await process.err(
            `${name}: Command ${program} is not executable: ${found === undefined ? 'No such file or directory' : 'Permission denied'}\n`,
          );
          status = 1;
        }
      }
      if (name.endsWith('.service') && commands === 0) {
        await process.err(`${name}: Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.\n`);
        status = 1;
      }
    }
    return status;
  };
}
