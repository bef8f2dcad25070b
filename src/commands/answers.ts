/** The answers given on the connect screen → a lab to try, and the lab file. */
import { join, resolve } from 'node:path';
import { renderLabFile, type LabDraft as FileDraft } from '../lab/lab-draft.js';
import { parseLabFile, type LabFileContext } from '../lab/parse-lab.js';
import { Trouble, type Lab, type Language } from '../lab/types.js';
import { labFileTrouble, writeLabFile } from '../services/files/lab-file.js';
import { LAB_FILE_EXISTS } from '../state/draft.js';
import { perHost } from '../state/initial.js';
import type { LabDraft } from '../state/types.js';

type Context = Pick<LabFileContext, 'parameters' | 'home' | 'stateRoot'>;

/** `~/…` is what people type; the shell is not here to fill it in. */
export function fullPath(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : resolve(path);
}

function filled(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function fileDraft(draft: LabDraft): FileDraft {
  const name = filled(draft.name);
  const sudoPassword = filled(draft.sudoPassword);
  return {
    ...(name === undefined ? {} : { name }),
    user: draft.user,
    ...loginOf(draft),
    ...(draft.port.trim() === '22' ? {} : { sshPort: Number(draft.port) }),
    ...(sudoPassword === undefined ? {} : { sudoPassword }),
    hosts: perHost((host) => ({ address: draft.addresses[host] })),
  };
}

function loginOf(draft: LabDraft): Pick<FileDraft, 'agent' | 'key' | 'passphrase' | 'password'> {
  switch (draft.auth) {
    case 'agent':
      return { agent: true };
    case 'key': {
      const passphrase = filled(draft.passphrase);
      return { key: draft.key, ...(passphrase === undefined ? {} : { passphrase }) };
    }
    case 'password':
      return { password: draft.password };
  }
}

/**
 * @returns the lab as it would be read from the file
 * @throws Trouble `lab-file` that tells every mistake
 */
export function labOfAnswers(draft: LabDraft, context: Context): Lab {
  const path = fullPath(draft.path, context.home);
  const text = renderLabFile(fileDraft(draft), 'en');
  const { lab, diagnostics } = parseLabFile(text, path, { ...context, fileMode: 0o600 });
  if (lab === null || diagnostics.length > 0)
    // Their lines are those of a file that nobody has seen yet.
    throw labFileTrouble(
      path,
      diagnostics.map((one) => ({ ...one, place: null })),
    );
  return lab;
}

/**
 * @returns absolute path of the file
 * @throws Trouble `lab-file` for wrong answers, `lab-file-exists` unless `replace`, `file-not-written`
 */
export async function writeAnswers(
  draft: LabDraft,
  context: Context & { readonly language: Language },
  replace: boolean,
): Promise<string> {
  labOfAnswers(draft, context);
  const path = fullPath(draft.path, context.home);
  try {
    await writeLabFile(path, fileDraft(draft), { language: context.language, replace });
  } catch (error) {
    if (!(error instanceof Trouble) || error.code !== 'file-exists') throw error;
    throw new Trouble(LAB_FILE_EXISTS, error.what, error.remedy, error.where, error.exit, { cause: error });
  }
  return path;
}
