/** The engine behind the screen: what carries out effects, with all it stands on. Loaded when the first effect comes. */
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fullPath, labOfAnswers, writeAnswers } from './commands/answers.js';
import { contentTrouble } from './commands/lab-choice.js';
import { PUBLIC_KEYS } from './commands/proposals.js';
import { renderVagrantfile } from './lab/vagrantfile.js';
import type { Language } from './lab/types.js';
import type { Runbook } from './runbook/types.js';
import { openLabSession } from './services/engine/assemble.js';
import type { Dispatch } from './services/engine/runner-parts.js';
import { createEffectRunner, type EffectRunner } from './services/engine/runner.js';
import { replaceFile, PRIVATE_FILE } from './services/files/atomic.js';
import { keyFileProblem, readLabFile } from './services/files/lab-file.js';
import { acquireLabLock } from './services/files/lab-lock.js';
import { isThere, lastLabFile, stateRoot } from './services/files/places.js';
import { writePreferences } from './services/files/preferences.js';
import { writeVagrantfile } from './services/files/vagrantfile.js';
import type { LiveParts } from './services/engine/live.js';
import type { Scene } from './screens/scene.js';
import type { LogBook } from './state/logs.js';
import type { Catalogue } from './symptoms/types.js';

interface EngineOptions {
  readonly runbook: Runbook;
  /** Directories that it was read from. */
  readonly content: readonly string[];
  /** Text of the Vagrantfile's template. */
  readonly template: string;
  /** Of what is written into files. */
  readonly language: Language;
  readonly logs: LogBook;
  readonly live: LiveParts;
  /** What is on the screen now. */
  readonly scene: Scene;
  /** Where package.json lies beside. */
  readonly assets: string;
  readonly logError: (error: unknown) => void;
  /** Of the labs opened so far; each opened one adds its own. */
  readonly masks: ((text: string) => string)[];
}

async function findPublicKey(): Promise<string | null> {
  for (const path of PUBLIC_KEYS) if (await isThere(fullPath(path, homedir()))) return path;
  return null;
}

export function openEngine(
  { runbook, content, template, language, logs, live, scene, assets, logError, masks }: EngineOptions,
  dispatch: Dispatch,
): EffectRunner {
  const { env } = process;
  const { parameters } = runbook;
  const answersContext = { parameters, home: homedir(), stateRoot: stateRoot(env), language };
  const loadCatalogue = async (): Promise<Catalogue> => {
    const { loadSymptoms } = await import('./symptoms/load.js');
    const { catalogue, diagnostics } = await loadSymptoms(content, runbook);
    if (catalogue !== null) return catalogue;
    throw contentTrouble(diagnostics, join(content.at(-1) ?? '', 'symptoms'));
  };
  return createEffectRunner(
    {
      runbook,
      logs,
      live,
      now: Date.now,
      loadSymptoms: loadCatalogue,
      async loadFaults(catalogue) {
        const { readFaults } = await import('./commands/faults-content.js');
        return { catalogue, faults: await readFaults(content, runbook, catalogue) };
      },
      async loadSmoke() {
        const { readSmokeContent } = await import('./commands/smoke-content.js');
        return readSmokeContent(content, runbook);
      },
      readLab: (path) => readLabFile(path, { parameters, env }),
      async startPractice() {
        const { startPractice } = await import('./commands/practice-lab.js');
        return startPractice(parameters);
      },
      async openSession(lab, askHostKey) {
        const session = await openLabSession(lab, runbook, {
          askHostKey,
          logs,
          live: live.book,
          env,
          content,
        });
        masks.push(session.mask);
        return session;
      },
      lockLab: acquireLabLock,
      labOfDraft: (draft) => labOfAnswers(draft, answersContext),
      writeDraft: (draft, replace) => writeAnswers(draft, answersContext, replace),
      checkKey: (path) => keyFileProblem(fullPath(path, homedir())),
      findPublicKey,
      async writeVagrantfile(directory, plan, replace) {
        const text = renderVagrantfile(template, plan);
        return writeVagrantfile(fullPath(directory, homedir()), text, { replace });
      },
      rememberLanguage: (chosen) => writePreferences(stateRoot(env), { language: chosen }),
      async rememberLab(path) {
        await mkdir(stateRoot(env), { recursive: true, mode: 0o700 });
        await replaceFile(lastLabFile(env), `${path}\n`, PRIVATE_FILE);
      },
      async writeReport(session, effect) {
        const [{ writeScreenReport }, { versionOf }, { catalogueOrNone }] = await Promise.all([
          import('./screen-report.js'),
          import('./commands/execute.js'),
          import('./commands/catalogue.js'),
        ]);
        return writeScreenReport(effect, {
          session,
          catalogue: await catalogueOrNone(loadCatalogue),
          scene,
          directory: process.cwd(),
          version: await versionOf(assets),
          now: Date.now(),
        });
      },
      // The screen copies and quits by itself.
      copy: () => undefined,
      logError,
      quit: () => undefined,
    },
    dispatch,
  );
}
