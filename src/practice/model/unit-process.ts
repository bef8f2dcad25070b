/** Runs the commands of a unit file: ExecStart and the rest, with output in the journal. */
import { credentialsOf } from '../commands/owners.js';
import type { Host } from '../host.js';
import { execute, findExecutable } from '../kernel/exec.js';
import { DeviceDescription, type Description } from '../kernel/description.js';
import { Outlet } from '../kernel/pipe.js';
import type { Process, SignalName } from '../kernel/process.js';
import { spanMs, unitUser, type UnitFile } from './unit-file.js';
import { UnitFailure, type UnitHooks } from './unit.js';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin';

/** Splits a command line as systemd does: quotes group, backslashes escape. */
export function commandWords(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s"'\\]|\\.)+))(\s|$)?/g)) {
    words.push((match[1] ?? match[2] ?? match[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  return words;
}

/** An output of a unit's processes: whole lines become lines of the journal. */
function journalOutput(host: Host, unit: string, identifier: () => string, pid: () => number): Description {
  let rest = '';
  const write = (line: string) => {
    if (line !== '') host.journal.write(unit, identifier(), line, { pid: pid() });
  };
  return new Outlet(
    'journal',
    async (bytes) => {
      const lines = (rest + bytes.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) write(line.replace(/\r/g, ''));
    },
    () => write(rest),
  );
}

interface Command {
  readonly words: readonly string[];
  readonly ignoreFailure: boolean;
}
function commands(lines: readonly string[], substitute: (text: string) => string): readonly Command[] {
  return lines.map((line) => {
    const [, marks = '', rest = ''] = /^([-@+!:]*)\s*([\s\S]*)$/.exec(line) ?? [];
    return { words: commandWords(substitute(rest)), ignoreFailure: marks.includes('-') };
  });
}

/** The hooks of a service that a unit file describes. */
export function unitProcess(host: Host, name: string, file: UnitFile): UnitHooks {
  const service = file.section('Service');
  const type = service.last('Type') ?? 'simple';
  let main: Process | null = null;
  let stopping = false;

  const environment = (): Map<string, string> => {
    const env = new Map<string, string>([
      ['PATH', PATH],
      ['LANG', 'C.UTF-8'],
    ]);
    for (const path of service.all('EnvironmentFile'))
      for (const line of (host.volume.text(path.replace(/^-/, '')) ?? '').split('\n')) {
        const match = /^\s*(\w+)=(.*)$/.exec(line);
        if (match !== null) env.set(match[1] ?? '', (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2'));
      }
    for (const value of service.all('Environment'))
      for (const word of commandWords(value)) {
        const at = word.indexOf('=');
        if (at > 0) env.set(word.slice(0, at), word.slice(at + 1));
      }
    return env;
  };
  const specifiers = (text: string): string => {
    const user = unitUser(host, service.last('User'));
    const stem = name.replace(/\.\w+$/, '');
    const known: Readonly<Record<string, string>> = {
      n: name,
      N: stem,
      p: stem.replace(/@.*$/, ''),
      i: /@(.*)$/.exec(stem)?.[1] ?? '',
      h: user?.home ?? '/root',
      u: user?.name ?? 'root',
      H: host.machine.hostname,
      '%': '%',
    };
    return text.replace(/%([%a-zA-Z])/g, (whole, letter: string) => known[letter] ?? whole);
  };

  /** Starts one command; resolves with its process once it runs. @throws UnitFailure when it cannot be run at all */
  const spawn = (command: Command): Process => {
    const env = environment();
    const words = command.words
      .map(specifiers)
      .flatMap((word) => {
        const alone = /^\$(\w+)$/.exec(word)?.[1];
        return alone === undefined ? [word] : commandWords(env.get(alone) ?? '');
      })
      .map((word) =>
        word.replace(/\$(?:\$|\{(\w+)\})/g, (whole, key: string) =>
          whole === '$$' ? '$' : (env.get(key) ?? ''),
        ),
      );
    const user = unitUser(host, service.last('User'));
    const [program = ''] = words;
    const fail = (step: string, status: number, why: string) =>
      new UnitFailure(status, `${status}/${step}`, [
        `${name}: Failed at step ${step} spawning ${program}: ${why}`,
      ]);
    if (user === null) throw fail('USER', 217, 'No such process');
    env.set('HOME', user.home).set('USER', user.name).set('LOGNAME', user.name).set('SHELL', user.shell);
    const directory = specifiers(service.last('WorkingDirectory') ?? '/');
    const cwd = directory === '~' ? user.home : directory.replace(/^-/, '');
    if (host.volume.find(cwd)?.kind !== 'directory') {
      if (!directory.startsWith('-')) {
        const failure = fail('CHDIR', 200, 'No such file or directory');
        throw new UnitFailure(200, '200/CHDIR', [
          `${name}: Changing to the requested working directory failed: No such file or directory`,
          ...failure.lines,
        ]);
      }
    }
    const identifier = () => program.slice(program.lastIndexOf('/') + 1);
    let child: Process | null = null;
    const output = () => journalOutput(host, name, identifier, () => child?.pid ?? 1);
    let missing: UnitFailure | null = null;
    child = host.kernel.spawn(
      {
        argv: words,
        env,
        cwd,
        credentials: credentialsOf(host.volume, user),
        lead: 'session',
        descriptors: new Map<number, Description>([
          [0, new DeviceDescription('null')],
          [1, output()],
          [2, output()],
        ]),
      },
      async (process) => {
        const found = findExecutable(process, program, PATH);
        if ('status' in found) {
          missing = fail('EXEC', 203, found.words.slice(found.words.indexOf(': ') + 2));
          for (const line of missing.lines) host.journal.write(name, 'systemd', line, { priority: 3 });
          return 203;
        }
        return execute(process, found, words);
      },
    );
    return child;
  };
  const runAll = async (key: string): Promise<void> => {
    for (const command of commands(service.all(key), (text) => text)) {
      const process = spawn(command);
      const status = await process.exited;
      if (status !== 0 && !command.ignoreFailure) throw UnitFailure.ofExit(status, process.diedOf);
    }
  };
  const cleanUp = async (): Promise<void> => {
    if (main !== null) {
      const ended = main;
      main = null;
      ended.kill('TERM');
      for (const other of host.kernel.processes) if (other.sid === ended.sid) other.kill('TERM');
      await ended.exited;
    }
  };

  return {
    start: async () => {
      stopping = false;
      await runAll('ExecStartPre');
      if (type === 'oneshot') await runAll('ExecStart');
      else {
        const [command] = commands(service.all('ExecStart'), (text) => text);
        if (command === undefined)
          throw new UnitFailure(1, 'bad-setting', [`${name}: Service has no ExecStart=.`]);
        main = spawn(command);
        const started = main;
        if (type === 'forking') {
          const status = await started.exited;
          if (status !== 0) throw UnitFailure.ofExit(status, started.diedOf);
        } else {
          void started.exited.then((status) => {
            if (main !== started || stopping) return;
            main = null;
            host.systemd.ended(name, status, started.diedOf);
          });
        }
      }
      await runAll('ExecStartPost');
    },
    stop: async () => {
      stopping = true;
      try {
        await runAll('ExecStop');
      } catch (error) {
        if (!(error instanceof UnitFailure)) throw error;
        for (const line of error.lines) host.journal.write(name, 'systemd', line, { priority: 4 });
      }
      await cleanUp();
    },
    reload: () => void runAll('ExecReload').catch(() => undefined),
    pid: () => main?.pid ?? 0,
    timeoutMs: spanMs(
      service.last('TimeoutStartSec') ?? service.last('TimeoutSec'),
      type === 'oneshot' ? Number.POSITIVE_INFINITY : 90_000,
    ),
    abort: (signal: SignalName = 'TERM') => {
      for (const process of host.kernel.processes) {
        if (process === main || process.argv === main?.argv) process.kill(signal);
      }
    },
    restart: {
      when: service.last('Restart') ?? 'no',
      afterMs: spanMs(service.last('RestartSec'), 100),
      burst: Number(file.section('Unit').last('StartLimitBurst') ?? 5),
    },
  };
}
