/** Which lab and which runbook a call is about; the same for the screen and for every command. */
import { resolve } from 'node:path';
import { Trouble, type Diagnostic, type Lab, type Text } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ChosenLab {
  readonly lab: Lab;
  /** True when the practice lab was started in this process. */
  readonly practice: boolean;
  /** Ends what was started for it. */
  close(): Promise<void>;
}

export interface LabChoice {
  /** Value of `--lab`. */
  readonly lab: string | undefined;
  /** `--practice` was given. */
  readonly practice: boolean;
}

/**
 * Finds and reads the lab that a person chose.
 * @returns null when none was named and none lies where one is looked for
 * @throws Trouble `usage` for two choices at once, `lab-file` for a wrong file; those of the practice lab
 */
export async function findLab(
  choice: LabChoice,
  runbook: Runbook,
  env: Environment,
  cwd: string,
): Promise<ChosenLab | null> {
  if (choice.practice) {
    if (choice.lab !== undefined) throw twoLabs();
    const { startPractice } = await import('./practice-lab.js');
    const { lab, close } = await startPractice(runbook.parameters);
    return { lab, practice: true, close };
  }
  const { findLabFile, readLabFile } = await import('../services/files/lab-file.js');
  const found = await findLabFile({ flag: choice.lab, env, cwd });
  if (found === null) return null;
  const lab = await readLabFile(found.path, { parameters: runbook.parameters, env });
  return { lab, practice: false, close: () => Promise.resolve() };
}

/** As `findLab`, for those who cannot do without a lab. @throws Trouble `no-lab` */
export async function chooseLab(
  choice: LabChoice,
  runbook: Runbook,
  env: Environment,
  cwd: string,
): Promise<ChosenLab> {
  const found = await findLab(choice, runbook, env, cwd);
  if (found !== null) return found;
  throw new Trouble(
    'no-lab',
    {
      id: 'tidak ada berkas lab: tidak di --lab, THREEBODY_LAB, ./threebody.yaml, maupun ~/.config/threebody-tui/lab.yaml',
      en: 'there is no lab file: not in --lab, THREEBODY_LAB, ./threebody.yaml or ~/.config/threebody-tui/lab.yaml',
    },
    {
      id: 'Buat dengan `threebody-tui init`, atau coba lab praktik dengan --practice.',
      en: 'Make one with `threebody-tui init`, or try the practice lab with --practice.',
    },
  );
}

function twoLabs(): Trouble {
  return new Trouble(
    'usage',
    { id: '--lab dan --practice tidak dapat bersamaan', en: '--lab and --practice exclude each other' },
    { id: 'Pilih salah satu.', en: 'Choose one of them.' },
  );
}

/** Directories that content is read from: ours, then the pack of `--runbook`, of which a file with the same name counts. */
export function contentDirectories(pack: string | undefined, assets: string, cwd: string): readonly string[] {
  return pack === undefined ? [assets] : [assets, resolve(cwd, pack)];
}

/**
 * Loads the runbook, with the pack of `--runbook` laid over it.
 * @param assets absolute path of our assets/
 * @throws Trouble `runbook` that lists every mistake as file:line:column
 */
export async function loadContent(pack: string | undefined, assets: string, cwd: string): Promise<Runbook> {
  const { loadRunbook } = await import('../runbook/load.js');
  const directory = pack === undefined ? null : resolve(cwd, pack);
  if (directory !== null) await mustBeDirectory(directory);
  const { runbook, diagnostics } = await loadRunbook(assets, directory).catch((error: unknown) => {
    throw unreadable(error, directory ?? assets);
  });
  if (runbook === null || diagnostics.length > 0) throw contentTrouble(diagnostics, directory ?? assets);
  return runbook;
}

async function mustBeDirectory(path: string): Promise<void> {
  const { stat } = await import('node:fs/promises');
  const facts = await stat(path).catch(() => null);
  if (facts?.isDirectory() === true) return;
  throw new Trouble(
    'runbook',
    facts === null
      ? { id: 'direktori runbook ini tidak ada', en: 'this runbook directory does not exist' }
      : { id: 'ini bukan direktori', en: 'this is not a directory' },
    {
      id: 'Beri --runbook sebuah direktori yang berisi runbook/, templates/, atau glossary.yaml.',
      en: 'Give --runbook a directory that holds runbook/, templates/ or glossary.yaml.',
    },
    path,
  );
}

function unreadable(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  return new Trouble(
    'runbook',
    { id: `runbook tidak dapat dibaca (${error.code})`, en: `the runbook cannot be read (${error.code})` },
    { id: `Periksa izinnya: ls -lR ${path}`, en: `Check its permissions: ls -lR ${path}` },
    path,
    2,
    { cause: error },
  );
}

/** Every mistake in the runbook's files as one Trouble. @param path named where a mistake has no place */
export function contentTrouble(diagnostics: readonly Diagnostic[], path: string): Trouble {
  const [first] = diagnostics;
  if (first !== undefined && diagnostics.length === 1)
    return new Trouble('runbook', first.what, first.remedy, placeText(first, path));
  const list = (language: keyof Text): string =>
    diagnostics
      .map((one) => `\n  ${placeText(one, path)}: ${one.what[language]} — ${one.remedy[language]}`)
      .join('');
  return new Trouble(
    'runbook',
    {
      id: `runbook ini punya ${diagnostics.length} kesalahan:${list('id')}`,
      en: `this runbook has ${diagnostics.length} mistakes:${list('en')}`,
    },
    { id: 'Betulkan baris-baris itu, lalu coba lagi.', en: 'Correct those lines, then try again.' },
    path,
  );
}

function placeText({ place }: Diagnostic, fallback: string): string {
  return place === null ? fallback : `${place.file}:${place.line}:${place.column}`;
}
