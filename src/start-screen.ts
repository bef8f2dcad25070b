/** Puts the screen together with the engine behind it, and waits until the person has quit. */
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { startApp } from './app.js';
import { renderVagrantfile } from './lab/vagrantfile.js';
import { Trouble, type HostName, type Language } from './lab/types.js';
import type { Runbook } from './runbook/types.js';
import { openLabSession, operatorName } from './services/engine/assemble.js';
import { createEffectRunner, type EffectRunner, type RunnerParts } from './services/engine/runner.js';
import { replaceFile, PRIVATE_FILE } from './services/files/atomic.js';
import { configLabFile, findLabFile, readLabFile, stateRoot } from './services/files/lab-file.js';
import { acquireLabLock } from './services/files/lab-lock.js';
import { createProgramLog, type ProgramLog } from './services/files/program-log.js';
import { writeVagrantfile } from './services/files/vagrantfile.js';
import { createRedactor } from './services/redaction/redactor.js';
import { initialState } from './state/initial.js';
import { createLogBook, type LogBook } from './state/logs.js';
import type { AppState } from './state/types.js';
import { readSize } from './term/size.js';
import { detectAscii, detectColor } from './term/theme.js';
import type { Call } from './commands/enter.js';
import { labOfAnswers, writeAnswers } from './commands/answers.js';
import { loadContent } from './commands/lab-choice.js';
import { PROPOSED_KEY, proposedAddresses, proposedUser, publicKeyOf } from './commands/proposals.js';
import { errorText } from './commands/trouble-text.js';

/** @returns exit status of the process */
export async function openScreen(call: Call): Promise<number> {
  const { line, language, assets, streams } = call;
  const log = openLog(line.options.has('debug'));
  try {
    const runbook = await loadContent(line.options.text('runbook'), assets, process.cwd());
    return await show(call, runbook, await readFile(join(assets, 'templates', 'Vagrantfile'), 'utf8'), log);
  } catch (error) {
    log.failure(error, 'starting the screen');
    streams.talk(errorText(error, language));
    return error instanceof Trouble ? error.exit : 1;
  }
}

function openLog(debug: boolean): ProgramLog {
  const redactor = createRedactor();
  return createProgramLog(stateRoot(process.env), { debug, mask: (text) => redactor.mask(text) });
}

async function show(call: Call, runbook: Runbook, template: string, log: ProgramLog): Promise<number> {
  const { language, streams } = call;
  const logs = createLogBook();
  const source = await labSource(call);
  const initial = await initialOf(call, runbook);
  const vagrantText = (addresses: Readonly<Record<HostName, string>>): string =>
    vagrantOr(template, addresses, language);
  let runner: EffectRunner | null = null;
  let status = 0;
  // Ink does this only after its first frame; a Ctrl-C pressed on seeing that frame would end more than this program.
  if (process.stdin.isTTY && !initial.terminal.linear) process.stdin.setRawMode(true);
  const app = startApp({
    initial,
    runEffect(effect, dispatch) {
      runner ??= createEffectRunner(partsOf(runbook, template, language, logs, log), dispatch);
      runner.run(effect);
    },
    logs,
    vagrantText,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    process: {
      pid: process.pid,
      on: (event, listener) => process.on(event, listener),
      removeListener: (event, listener) => process.removeListener(event, listener),
      kill: (pid, signal) => process.kill(pid, signal),
      exit: call.exit,
    },
    onFatal(error) {
      status = 1;
      log.failure(error, 'the screen');
      streams.talk(errorText(error, language));
      streams.talk(language === 'id' ? `Rinciannya ada di ${log.path}` : `The details are in ${log.path}`);
    },
  });
  if (source !== null) app.store.dispatch({ type: 'lab.choose', source });
  await app.done;
  await closeRunner(runner);
  return status;
}

async function closeRunner(runner: EffectRunner | null): Promise<void> {
  await runner?.close();
}

/** What `--practice` or `--lab` ask to be opened at once; without them the person chooses on the welcome screen. */
async function labSource({
  line,
}: Call): Promise<{ readonly kind: 'practice' } | { readonly kind: 'file'; readonly path: string } | null> {
  const flag = line.options.text('lab');
  if (line.options.has('practice')) return { kind: 'practice' };
  const found = await findLabFile({ flag, env: process.env, cwd: process.cwd() });
  const asked = found !== null && (found.from === 'flag' || found.from === 'environment');
  return asked ? { kind: 'file', path: found.path } : null;
}

async function initialOf({ argv, language, line }: Call, runbook: Runbook): Promise<AppState> {
  const { env, stdout } = process;
  const found = await findLabFile({ env, cwd: process.cwd() });
  return initialState({
    lang: language,
    terminal: {
      ...readSize(stdout),
      color: detectColor(argv, env, stdout.isTTY),
      ascii: detectAscii(argv, env),
      linear: line.options.has('linear') || env['TERM'] === 'dumb',
    },
    runbook,
    now: Date.now(),
    draft: {
      path: configLabFile(env),
      name: 'lab',
      user: proposedUser(),
      auth: 'key',
      key: PROPOSED_KEY,
      passphrase: '',
      password: '',
      sudoPassword: '',
      addresses: proposedAddresses(runbook),
    },
    directory: process.cwd(),
    lastLab: (await lastLab()) ?? found?.path ?? null,
    operator: operatorName(),
  });
}

function lastLabFile(): string {
  return join(stateRoot(process.env), 'last-lab');
}

async function lastLab(): Promise<string | null> {
  const path = (await readFile(lastLabFile(), 'utf8').catch(() => '')).trim();
  return path === '' ? null : path;
}

function vagrantOptions(
  addresses: Readonly<Record<HostName, string>>,
): Parameters<typeof renderVagrantfile>[1] {
  return { addresses, user: proposedUser(), publicKey: publicKeyOf(PROPOSED_KEY) };
}

/** What is shown while the addresses are being typed: the file, or what is still wrong with it. */
function vagrantOr(
  template: string,
  addresses: Readonly<Record<HostName, string>>,
  language: Language,
): string {
  try {
    return renderVagrantfile(template, vagrantOptions(addresses));
  } catch (error) {
    if (error instanceof Trouble) return `# ${error.what[language]}\n# ${error.remedy[language]}`;
    throw error;
  }
}

function partsOf(
  runbook: Runbook,
  template: string,
  language: Language,
  logs: LogBook,
  log: ProgramLog,
): RunnerParts {
  const { env } = process;
  const { parameters } = runbook;
  const answersContext = { parameters, home: homedir(), stateRoot: stateRoot(env), language };
  return {
    runbook,
    logs,
    now: Date.now,
    readLab: (path) => readLabFile(path, { parameters, env }),
    async startPractice() {
      const { startPractice } = await import('./commands/practice-lab.js');
      return startPractice(parameters);
    },
    openSession: (lab, askHostKey) => openLabSession(lab, runbook, { askHostKey, logs, env }),
    lockLab: acquireLabLock,
    labOfDraft: (draft) => labOfAnswers(draft, answersContext),
    writeDraft: (draft, replace) => writeAnswers(draft, answersContext, replace),
    async writeVagrantfile(directory, addresses) {
      return writeVagrantfile(directory, renderVagrantfile(template, vagrantOptions(addresses)));
    },
    async rememberLab(path) {
      await mkdir(stateRoot(env), { recursive: true, mode: 0o700 });
      await replaceFile(lastLabFile(), `${path}\n`, PRIVATE_FILE);
    },
    // The screen copies and quits by itself.
    copy: () => undefined,
    logError: (error) => log.failure(error, 'the engine'),
    quit: () => undefined,
  };
}
