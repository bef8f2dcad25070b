/** Carries out one command: builds its context, listens for signals, turns what happens into an exit status. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { detectAscii, detectColor } from '../term/theme.js';
import { Trouble } from '../lab/types.js';
import { createAsking } from './asking.js';
import { talk, type Command, type CommandContext, type ExitCode } from './context.js';
import type { Call } from './enter.js';
import type { CommandName } from './table.js';
import { errorText } from './trouble-text.js';

/** 128 + number of the signal, as shells count. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type SignalName = keyof typeof SIGNALS;

const STOPPING = {
  id: 'Berhenti … Sekali lagi untuk keluar seketika.',
  en: 'Stopping … Once more to leave at once.',
};
const STOPPING_WORK = {
  id: 'Berhenti … pekerjaan di host tetap berjalan. Sekali lagi untuk keluar seketika.',
  en: 'Stopping … jobs on hosts go on. Once more to leave at once.',
};

async function load(name: CommandName): Promise<Command> {
  switch (name) {
    case 'init':
      return (await import('./init.js')).init;
    case 'connect':
      return (await import('./connect.js')).connect;
    case 'list':
      return (await import('./list.js')).list;
    case 'plan':
      return (await import('./plan.js')).plan;
    case 'run':
      return (await import('./run.js')).run;
    case 'undo':
      return (await import('./run.js')).undo;
    case 'cancel':
      return (await import('./cancel.js')).cancel;
    case 'check':
      return (await import('./check.js')).check;
    case 'smoke':
      return (await import('./smoke.js')).smoke;
    case 'diary':
      return (await import('./diary.js')).diary;
    case 'drift':
      return (await import('./drift.js')).drift;
    case 'expiry':
      return (await import('./expiry.js')).expiry;
    case 'diagnose':
      return (await import('./diagnose.js')).diagnose;
    case 'fault':
      return (await import('./fault.js')).fault;
    case 'secret':
      return (await import('./secret.js')).secret;
    case 'waive':
      return (await import('./waive.js')).waive;
    case 'report':
      return (await import('./report.js')).report;
    case 'bundle':
      return (await import('./bundle.js')).bundle;
    case 'completion':
      return (await import('./completion.js')).completion;
    case 'scaffold':
      return (await import('./scaffold.js')).scaffold;
    case 'practice':
      return (await import('./practice.js')).practice;
  }
}

/** The version in package.json, which is shipped beside assets/. */
export async function versionOf(assets: string): Promise<string> {
  const data: unknown = JSON.parse(await readFile(join(assets, '..', 'package.json'), 'utf8'));
  const version = typeof data === 'object' && data !== null && 'version' in data ? data.version : null;
  return typeof version === 'string' ? version : '0.0.0';
}

/** @returns exit status of the process */
export async function executeCommand(command: CommandName, call: Call): Promise<number> {
  const { line, argv, language, assets, streams } = call;
  // Being stopped is how these end; for any other command it means that the work was not done to its end.
  const endless = command === 'practice' || line.options.has('watch');
  const stop = new AbortController();
  let stoppedBy: SignalName | null = null;
  const interrupt = (name: SignalName): void => {
    // The second time means: now. What runs on hosts runs there on its own.
    if (stoppedBy !== null) return call.exit(SIGNALS[name]);
    stoppedBy = name;
    if (!endless) talk(context, command === 'run' || command === 'undo' ? STOPPING_WORK : STOPPING);
    stop.abort();
  };
  const signalled = (): SignalName | null => stoppedBy;
  let mask = unchanged;

  const canAsk = process.stdin.isTTY && process.stderr.isTTY;
  const context: CommandContext = {
    line,
    language,
    color: detectColor(argv, process.env, process.stdout.isTTY),
    talkColor: detectColor(argv, process.env, process.stderr.isTTY),
    ascii: detectAscii(argv, process.env),
    env: process.env,
    cwd: process.cwd(),
    assets,
    version: await versionOf(assets),
    streams,
    asking: canAsk
      ? createAsking(process.stdin, process.stderr, {
          language,
          signal: stop.signal,
          interrupt: () => interrupt('SIGINT'),
        })
      : null,
    stdin: process.stdin,
    signal: stop.signal,
    now: Date.now,
    drawHome: call.drawHome,
    problem(error) {
      streams.talk(errorText(error, language));
      if (line.options.has('debug'))
        debugged.push(noteFailure(error, command, (text) => mask(text), context));
    },
    maskWith(next) {
      mask = next;
    },
  };
  const debugged: Promise<void>[] = [];

  for (const name of signalNames()) process.on(name, interrupt);
  try {
    const work = await load(command);
    const code = await work(context);
    return leave(signalled(), endless, code);
  } catch (error) {
    const by = signalled();
    if (by !== null) return leave(by, endless, 0);
    context.problem(error);
    return error instanceof Trouble ? error.exit : 1;
  } finally {
    await Promise.all(debugged);
    for (const name of signalNames()) process.off(name, interrupt);
  }
}

function unchanged(text: string): string {
  return text;
}

function signalNames(): readonly SignalName[] {
  return ['SIGHUP', 'SIGINT', 'SIGTERM'];
}

function leave(by: SignalName | null, endless: boolean, code: ExitCode): number {
  return by === null || endless ? code : SIGNALS[by];
}

async function noteFailure(
  error: unknown,
  command: CommandName,
  mask: (text: string) => string,
  context: CommandContext,
): Promise<void> {
  const { createProgramLog } = await import('../services/files/program-log.js');
  const { stateRoot } = await import('../services/files/lab-file.js');
  const { createRedactor } = await import('../services/redaction/redactor.js');
  const redactor = createRedactor();
  const log = createProgramLog(stateRoot(context.env), {
    debug: true,
    mask: (text) => redactor.mask(mask(text)),
  });
  log.failure(error, `command ${command}`);
  talk(context, { id: `Rinciannya ada di ${log.path}`, en: `The details are in ${log.path}` });
}
