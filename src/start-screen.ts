/**
 * Puts the screen together, and waits until the person has quit. What the first frame does without (the engine, the
 * reading of keys) is loaded behind it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApp } from './app.js';
import { renderVagrantfile } from './lab/vagrantfile.js';
import { Trouble, type Language } from './lab/types.js';
import type { Runbook } from './runbook/types.js';
import type { EffectRunner } from './services/engine/runner.js';
import {
  configLabFile,
  findLabFile,
  isThere,
  lastLabFile,
  operatorName,
  stateRoot,
} from './services/files/places.js';
import { createProgramLog, type ProgramLog } from './services/files/program-log.js';
import { createRedactor } from './services/redaction/redactor.js';
import { keepMemoryLow } from './services/runtime/memory.js';
import { initialState } from './state/initial.js';
import { createLiveBook } from './state/live/book.js';
import { createStreamBook } from './state/live/stream.js';
import { createLogBook } from './state/logs.js';
import type { AppState, VagrantPlan } from './state/types.js';
import { readSize } from './term/size.js';
import { detectAscii, detectColor } from './term/theme.js';
import type { Call } from './commands/enter.js';
import { contentDirectories, loadContent } from './commands/lab-choice.js';
import { PROPOSED_KEY, proposedAddresses, proposedUser, publicKeyOf } from './commands/proposals.js';
import { errorText } from './commands/trouble-text.js';

/** @returns exit status of the process */
export async function openScreen(call: Call): Promise<number> {
  const { line, language, assets, streams } = call;
  const masks: Mask[] = [];
  const log = openLog(line.options.has('debug'), masks);
  try {
    const [runbook, template] = await Promise.all([
      loadContent(line.options.text('runbook'), assets, process.cwd()),
      readFile(join(assets, 'templates', 'Vagrantfile'), 'utf8'),
    ]);
    return await show(call, runbook, template, log, masks);
  } catch (error) {
    log.failure(error, 'starting the screen');
    streams.talk(errorText(error, language));
    return error instanceof Trouble ? error.exit : 1;
  }
}

type Mask = (text: string) => string;

/** @param masks of the labs opened so far: their secrets are kept out of the program's log as well */
function openLog(debug: boolean, masks: readonly Mask[]): ProgramLog {
  const redactor = createRedactor();
  return createProgramLog(stateRoot(process.env), {
    debug,
    mask: (text) => redactor.mask(masks.reduce((masked, mask) => mask(masked), text)),
  });
}

async function show(
  call: Call,
  runbook: Runbook,
  template: string,
  log: ProgramLog,
  masks: Mask[],
): Promise<number> {
  const { language, streams } = call;
  const logs = createLogBook();
  const live = createLiveBook();
  const stream = createStreamBook();
  const content = contentDirectories(call.line.options.text('runbook'), call.assets, process.cwd());
  const [source, initial] = await Promise.all([labSource(call), initialOf(call, runbook)]);
  const seen = {
    logs,
    live,
    stream,
    vagrantText: (plan: VagrantPlan) => vagrantOr(template, plan, language),
  };
  let engine: Promise<EffectRunner> | null = null;
  const over = new AbortController();
  let status = 0;
  // From the first frame on: a Ctrl-C pressed on seeing it would end more than this program.
  if (process.stdin.isTTY && !initial.terminal.linear) process.stdin.setRawMode(true);
  const app = startApp({
    initial,
    runEffect(effect, dispatch) {
      // Where nothing was begun there is nothing to end.
      if (engine === null && effect.type === 'quit') return;
      const logError = (error: unknown): void => log.failure(error, 'the engine');
      engine ??= import('./screen-engine.js').then(({ openEngine }) => {
        // A screen stays open all day; what was only needed to start is behind us.
        keepMemoryLow(() => process.stdin.bytesRead, over.signal, logError);
        return openEngine(
          {
            runbook,
            content,
            template,
            language,
            logs,
            live: { book: live, stream, seat: app.seat },
            scene: { ...seen, store: app.store.state },
            assets: call.assets,
            logError,
            masks,
          },
          dispatch,
        );
      });
      void engine.then((runner) => runner.run(effect));
    },
    ...seen,
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
  over.abort();
  await closeEngine(engine);
  return status;
}

async function closeEngine(engine: Promise<EffectRunner> | null): Promise<void> {
  await (await engine)?.close();
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
      port: '22',
      auth: 'key',
      key: PROPOSED_KEY,
      passphrase: '',
      password: '',
      sudoPassword: '',
      addresses: proposedAddresses(runbook),
    },
    vagrant: {
      addresses: proposedAddresses(runbook),
      user: proposedUser(),
      publicKey: publicKeyOf(PROPOSED_KEY),
    },
    directory: process.cwd(),
    lastLab: (await lastLab()) ?? found?.path ?? null,
    operator: operatorName(),
  });
}

async function lastLab(): Promise<string | null> {
  const path = (await readFile(lastLabFile(process.env), 'utf8').catch(() => '')).trim();
  // A file that is gone cannot be opened: it is not offered.
  return path !== '' && (await isThere(path)) ? path : null;
}

/** What is shown while the addresses are being typed: the file, or what is still wrong with it. */
function vagrantOr(template: string, plan: VagrantPlan, language: Language): string {
  try {
    return renderVagrantfile(template, plan);
  } catch (error) {
    if (error instanceof Trouble) return `# ${error.what[language]}\n# ${error.remedy[language]}`;
    throw error;
  }
}
